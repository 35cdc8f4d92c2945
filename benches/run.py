#!/usr/bin/env python3
"""Times `tenure` against DuckDB running the SQL twins on the same files, in the same run, with the same threads.

    benches/run.py --customers 200000 --months 36 --pairs 5

Two workloads: `nightly` (tenure run: the as-of month and two restated ones) and `backfill` (every month). Each pair runs
both programs one after the other, the first of them alternating; the table shows medians. Needs nothing but Python, the
release binary and the `duckdb` program.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES = ["churn", "cohorts", "mrr", "arpc", "crc", "cltv"]
ASKED = re.compile(r"BETWEEN DATE '\d{4}-\d\d-\d\d' AND DATE '\d{4}-\d\d-\d\d' AS is_asked")


def main():
    options = parse_arguments()
    tenure, duckdb = find_tenure(options), find_duckdb(options)
    with tempfile.TemporaryDirectory(prefix="tenure-bench-", dir=options.directory) as directory:
        directory = Path(directory)
        sample = make_sample(tenure, directory / "sample", options)
        workloads = {"nightly": sample["months"][-3:], "backfill": sample["months"]}
        if not options.no_verify:
            verify(sample, tenure, duckdb)
        rows = []
        for name, months in workloads.items():
            if options.workload in (name, "all"):
                rows.append(measure(name, months, sample, tenure, duckdb, directory, options))
    if options.json:
        print(json.dumps({"machine": machine(options), "sample": sample["report"], "workloads": rows}, indent=2))
    else:
        print_table(rows, sample, options)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pairs", type=int, default=5, help="timed runs of each program (default 5)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--workload", choices=["nightly", "backfill", "all"], default="all")
    parser.add_argument("--no-verify", action="store_true", help="do not first check that both give the same numbers")
    parser.add_argument("--directory", help="where the sample and the results go meanwhile (default: the temporary directory)")
    parser.add_argument("--tenure", help="the release binary (default: the one in CARGO_TARGET_DIR)")
    parser.add_argument("--duckdb", help="the duckdb program (default: TENURE_DUCKDB, PATH, the one of `make setup`)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.pairs < 1 or options.months < 3:
        parser.error("needs at least one pair and three months")
    return options


def find_tenure(options):
    target = os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/tenure-target")
    return existing(options.tenure or Path(target) / "release/tenure", "build it first: make build")


def find_duckdb(options):
    installed = Path(os.environ.get("TENURE_VENV", Path.home() / ".cache/tenure/venv")) / "bin/duckdb"
    found = options.duckdb or os.environ.get("TENURE_DUCKDB") or shutil.which("duckdb") or installed
    found = Path(existing(found, "install it first: make setup"))
    # the one from PyPI is a Python script: measure the program it starts, not Python
    bundled = sorted(found.resolve().parent.parent.glob("lib/python3*/site-packages/duckdb_cli/duckdb"))
    return str(bundled[0] if bundled and found.read_bytes()[:2] == b"#!" else found)


def existing(path, hint):
    if not Path(path).is_file():
        sys.exit(f"{path} does not exist; {hint}")
    return str(path)


def make_sample(tenure, out, options):
    """Writes the sample; returns its report, its months (YYYY-MM) and its as-of day."""
    wanted = ["--customers", options.customers, "--months", options.months, "--seed", options.seed]
    subprocess.run([tenure, "sample", "--out", str(out), *map(str, wanted)], check=True, stdout=subprocess.DEVNULL)
    truth = json.loads((out / "truth.json").read_text())
    files = [path for path in out.rglob("*.parquet")]
    report = {
        "customers": truth["customers"],
        "months": len(truth["months"]),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
    }
    return {"out": out, "as_of": truth["as_of"], "months": [row["month"] for row in truth["months"]], "report": report}


def measure(name, months, sample, tenure, duckdb, directory, options):
    script = peer_script(months, sample, tenure, options)

    def ours(number):
        output = directory / f"{name}-tenure-{number}"
        job = job_with_output(sample["out"], output)
        if name == "nightly":
            command = [tenure, "run", "--quiet", "--job", str(job), "--as-of", sample["as_of"]]
        else:
            span = ["--from", months[0], "--to", months[-1]]
            command = [tenure, "backfill", "--quiet", "--job", str(job), *span, "--as-of", sample["as_of"]]
        return run(command, {"POLARS_MAX_THREADS": str(options.threads)}, output)

    def peer(number):
        output = directory / f"{name}-duckdb-{number}"
        output.mkdir()
        copies = [f"COPY {table} TO '{output}/{table}.parquet' (COMPRESSION zstd);" for table in TABLES]
        file = output / "script.sql"
        file.write_text(script + "\n" + "\n".join(copies) + "\n")
        return run([duckdb, "-no-init", "-batch", "-bail", ":memory:", "-f", str(file)], {}, output)

    times = {ours: [], peer: []}
    # one unmeasured pair: the files are in the page cache for both
    for number in range(options.pairs + 1):
        pair = [ours, peer] if number % 2 == 0 else [peer, ours]
        for program in pair:
            seconds, kilobytes = program(number)
            if number > 0:
                times[program].append((seconds, kilobytes))
    return {
        "workload": name,
        "months": len(months),
        "tenure_seconds": median(times[ours], 0),
        "duckdb_seconds": median(times[peer], 0),
        "tenure_mebibytes": median(times[ours], 1) / 1024,
        "duckdb_mebibytes": median(times[peer], 1) / 1024,
        "tenure_runs": [run[0] for run in times[ours]],
        "duckdb_runs": [run[0] for run in times[peer]],
    }


def verify(sample, tenure, duckdb):
    """Both programs must give the same numbers, or their times mean nothing."""
    month, job = sample["months"][-1], ["--quiet", "--job", str(sample["out"] / "job.toml"), "--as-of", sample["as_of"]]
    environment = {**os.environ, "TENURE_DUCKDB": duckdb}
    subprocess.run([tenure, "backfill", *job, "--from", month, "--to", month], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([tenure, "verify", *job, "--month", month], check=True, stdout=subprocess.DEVNULL, env=environment)


def peer_script(months, sample, tenure, options):
    """The script of `tenure verify --sql-only`, asked for all of `months`, with the threads tenure gets."""
    command = [tenure, "verify", "--quiet", "--job", str(sample["out"] / "job.toml"), "--month", months[-1]]
    command += ["--as-of", sample["as_of"], "--sql-only"]
    script = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    # whatever it does with its results, here they become Parquet files of this run
    script = re.sub(r"^COPY\b.*?;\s*$", "", script, flags=re.MULTILINE | re.DOTALL)
    asked = f"BETWEEN DATE '{months[0]}-01' AND DATE '{months[-1]}-01' AS is_asked"
    script, replaced = ASKED.subn(asked, script)
    if replaced != 1:
        sys.exit(f"the script of `tenure verify --sql-only` says {replaced} times which months are asked for, not once")
    return f"SET threads = {options.threads};\n{script}"


def job_with_output(sample, output):
    """A copy of the sample's job, beside it because its paths are relative, that publishes elsewhere."""
    text = (sample / "job.toml").read_text()
    changed = text.replace('uri = "./published"', f'uri = "{output}"')
    if changed == text:
        sys.exit("the sample's job.toml does not publish to ./published")
    job = sample / f"{output.name}.toml"
    job.write_text(changed)
    return job


def run(command, environment, output):
    """Seconds and peak resident kilobytes of one child; what it wrote is removed."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **environment})
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            said.seek(0)
            sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{said.read().decode(errors='replace')}")
    shutil.rmtree(output, ignore_errors=True)
    return seconds, usage.ru_maxrss


def median(runs, index):
    return statistics.median(run[index] for run in runs)


def machine(options):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{options.threads} of {os.cpu_count()} threads, {model}, {memory:.0f} GiB"


def print_table(rows, sample, options):
    report = sample["report"]
    print(f"{report['customers']} customers, {report['months']} months, {report['files']} files,"
          f" {report['bytes'] / 2**20:.0f} MiB of Parquet; {machine(options)}; medians of {options.pairs}")
    print()
    print("| workload | months | tenure s | DuckDB s | DuckDB / tenure | tenure MiB | DuckDB MiB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        print(f"| {row['workload']} | {row['months']} | {row['tenure_seconds']:.2f} | {row['duckdb_seconds']:.2f}"
              f" | {row['duckdb_seconds'] / row['tenure_seconds']:.2f} | {row['tenure_mebibytes']:.0f}"
              f" | {row['duckdb_mebibytes']:.0f} |")


if __name__ == "__main__":
    main()
