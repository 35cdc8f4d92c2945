"""Instructions of a nightly on a small fixed business, counted by callgrind: the same on a busy machine as on an idle one."""

import os
import re
import shutil
import subprocess
import sys

import growth
import sample

CUSTOMERS, MONTHS = 1_000, 12


def count(options, tables, directory):
    valgrind = shutil.which("valgrind")
    if not valgrind:
        sys.exit("there is no `valgrind`; install it first: make bench-valgrind")
    on = growth.main_sample(options, customers=CUSTOMERS, months=MONTHS)
    rows = []
    for number in range(options.rounds):
        job = sample.job_file(on, directory / f"published-{number}", directory / f"job-{number}.toml")
        command = [valgrind, "--tool=callgrind", "--max-threads=2000", f"--callgrind-out-file={directory / 'callgrind.out'}", options.tenure, "run",
                   "--quiet", "--job", str(job), "--as-of", on["as_of"]]
        # one thread of Polars waits for no other, and so spins for none
        environment = {**os.environ, "POLARS_MAX_THREADS": "1"}
        run = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        counted = re.search(r"Collected : (\d+)", run.stderr)
        if run.returncode or not counted:
            sys.exit(f"callgrind ended with {run.returncode}:\n{run.stderr[-3000:]}")
        rows.append(int(counted[1]))
    events = on["report"]["rows"]["usage_events"]
    spread = (max(rows) - min(rows)) / min(rows)
    return [{"workload": "instructions", "what": f"nightly, {CUSTOMERS} customers, {MONTHS} months, {events} events: "
             f"{sorted(rows)[len(rows) // 2] / 1e6:.0f} million instructions, {len(rows)} runs within {spread:.1%}"}]
