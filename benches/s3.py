"""The nightly on S3 against the same on local files: SeaweedFS on loopback, every request held up by a proxy."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import growth

KEY, SECRET, BUCKET = "benchkey", "bench-secret-0123456789", "lake"
START_DEADLINE = 60
GOAL = 1.5


def add_arguments(parser):
    group = parser.add_argument_group("s3")
    group.add_argument("--latency", type=float, default=20, help="s3: milliseconds added to each request (default 20)")


def nightly(options, tables, directory):
    on = growth.main_sample(options)
    months = on["months"][-growth.NIGHTLY_MONTHS:]
    local = growth.timed(options, on, months, True, directory)
    server = Server(directory / "seaweed")
    proxy = None
    try:
        server.upload(on["directory"])
        rows = [{"workload": "s3", "what": "nightly, local files", **local}]
        for latency in (0, options.latency):
            proxy, port = start_proxy(server.port, latency)
            environment = {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_REGION": "us-east-1"}
            prefix = f"s3://{BUCKET}/{on['directory'].name}"
            # each run publishes to a place of its own, as it does locally
            where = lambda number: {"base": prefix, "environment": environment, "uri": f"s3://{BUCKET}/published-{latency:g}-{number}"}
            run = growth.timed(options, on, months, True, directory, where=where)
            requests = stop_proxy(proxy) // (options.rounds + 1)
            proxy = None
            rows.append({"workload": "s3", "what": f"nightly, S3, {latency:g} ms added to each of {requests} requests",
                         **run, "ratio": growth.ratio(run, local), "goal": GOAL if latency else None})
        return rows
    finally:
        if proxy:
            stop_proxy(proxy)
        server.stop()


def start_proxy(upstream, latency):
    command = [sys.executable, "-B", str(Path(__file__).with_name("proxy.py")), str(upstream), str(latency)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def stop_proxy(process):
    """Ends the proxy; the number of requests it saw."""
    said, _ = process.communicate("stop\n", timeout=30)
    return int(said)


class Server:
    """SeaweedFS on free ports, its data under `directory`."""

    def __init__(self, directory):
        weed = shutil.which("weed", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
        if not weed:
            sys.exit("there is no `weed`; install it first: make bench-setup")
        (directory / "data").mkdir(parents=True)
        identities = directory / "identities.json"
        identities.write_text(json.dumps({"identities": [{
            "name": "bench", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}))
        ports = free_ports(8)
        names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
                 "s3.port", "s3.port.grpc"]
        command = [weed, "server", f"-dir={directory / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=300",
                   "-master.volumeSizeLimitMB=64", *(f"-{name}={port}" for name, port in zip(names, ports)), "-s3",
                   "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={identities}"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        self.weed, self.port, self.filer, self.directory = weed, ports[6], ports[4], directory
        self.log = open(directory / "log", "w")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment)
        self.wait()

    def wait(self):
        """Until the filer takes files and the S3 port answers."""
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                request = urllib.request.Request(f"http://127.0.0.1:{self.filer}/buckets/{BUCKET}/ready", b"ready", method="PUT")
                urllib.request.urlopen(request, timeout=5).read()
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=5)
                return
            except urllib.error.HTTPError as error:
                if error.code in (400, 403) and f":{self.port}/" in error.url:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        self.stop()
        sys.exit(f"weed did not start:\n{(self.directory / 'log').read_text()[-3000:]}")

    def upload(self, directory):
        """The directory as s3://BUCKET/<its name>, through the filer, which is where the S3 gateway keeps objects."""
        print(f"uploading {directory}", file=sys.stderr)
        files = [path for path in directory.rglob("*") if path.is_file()]

        def put(file):
            path = urllib.parse.quote(f"/buckets/{BUCKET}/{directory.name}/{file.relative_to(directory)}")
            request = urllib.request.Request(f"http://127.0.0.1:{self.filer}{path}", file.read_bytes(), method="PUT",
                                             headers={"Content-Type": "application/octet-stream"})
            urllib.request.urlopen(request, timeout=60).read()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(put, files))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    found = []
    for port in range(11_000 + os.getpid() % 2_000 * 8, 32_000):
        try:
            sockets[len(found)].bind(("127.0.0.1", port))
            found.append(port)
        except OSError:
            continue
        if len(found) == count:
            break
    for one in sockets:
        one.close()
    return found
