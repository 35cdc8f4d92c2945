#!/usr/bin/env python3
"""Times `tenure` against DuckDB on the same files, in the same run, with the same threads. benches/README.md says how.

    make bench                                                       # the goals' sample: 1 M customers x 60 months
    make bench BENCH="--customers 50000 --months 36 --workload nightly,backfill,floor"
    make bench BENCH="--workload growth"

Workloads: nightly, backfill, floor (what `all` means), and growth, months, scale, memory, huge, s3, instructions,
each on its own.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import catalogue
import floor
import growth
import instructions
import report
import sample
import s3
import versus

MAIN = ["nightly", "backfill", "floor"]
OTHERS = {"growth": growth.history, "months": growth.months, "scale": growth.scale, "memory": growth.memory,
          "huge": growth.huge, "s3": s3.nightly, "instructions": instructions.count}


def main():
    options = parse_arguments()
    tables = catalogue.tables(options.tenure)
    machine = report.machine(options)
    options.versions = machine["versions"]
    result = {"machine": machine, "arguments": sys.argv[1:], "samples": [], "rows": []}
    with tempfile.TemporaryDirectory(prefix="tenure-bench-", dir=options.directory) as directory:
        directory = Path(directory)
        for name in options.workload:
            if name in OTHERS:
                made = OTHERS[name](options, tables, directory)
            else:
                on = sample.make(options.tenure, options.cache, options.threads, customers=options.customers,
                                 months=options.months, seed=options.seed, events=options.events)
                if on["report"] not in result["samples"]:
                    result["samples"].append(on["report"])
                if name == "floor":
                    made = floor.measure(on, options, tables, directory, result["rows"])
                else:
                    made = versus.measure(name, on, options, tables, directory)
            print(f"{name}: done", file=sys.stderr)
            result["rows"] += made
            if options.json:
                options.json.write_text(json.dumps(result, indent=2) + "\n")
    report.print_markdown(result, options)
    if options.drop_samples:
        shutil.rmtree(options.cache, ignore_errors=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--events", type=float, default=7.3, help="usage events per customer and month of service")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="timed runs of each program, in rotating order (default 3)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--programs", default="tenure,twins,best", help="which of tenure,twins,best to run")
    parser.add_argument("--workload", default="all", help=f"of {','.join(MAIN + list(OTHERS))}; all: {','.join(MAIN)}")
    parser.add_argument("--limit", type=float, default=1800, help="seconds after which a run is given up (default 1800)")
    parser.add_argument("--memory-limit", help="DuckDB's memory_limit, e.g. 20GB (default: its own, 80 %% of memory)")
    parser.add_argument("--no-compare", action="store_true", help="time programs whose numbers were not compared")
    parser.add_argument("--spoil", metavar="TABLE", help="change one cell of tenure's TABLE before it is compared: must fail")
    parser.add_argument("--profile", action="store_true", help="print DuckDB's seconds per statement of the warm-up")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/tenure/bench-samples")
    parser.add_argument("--drop-samples", action="store_true", help="remove the cached samples at the end")
    parser.add_argument("--directory", help="where results go meanwhile (default: the temporary directory)")
    parser.add_argument("--tenure", help="the release binary (default: the one in CARGO_TARGET_DIR)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything measured, also each run, as JSON")
    growth.add_arguments(parser)
    s3.add_arguments(parser)
    options = parser.parse_args()
    options.workload = MAIN if options.workload == "all" else options.workload.split(",")
    options.programs = options.programs.split(",")
    unknown = [name for name in options.workload if name not in MAIN + list(OTHERS)]
    unknown += [name for name in options.programs if name not in versus.PROGRAMS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    if options.rounds < 1 or options.months < 3:
        parser.error("needs at least one round and three months")
    target = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/tenure-target"))
    options.tenure = options.tenure or str(target / "release/tenure")
    if not Path(options.tenure).is_file():
        sys.exit(f"{options.tenure} does not exist; build it first: make build")
    return options


if __name__ == "__main__":
    main()
