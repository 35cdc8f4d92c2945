"""The two workloads of the goals: `tenure`, DuckDB on the SQL twins, and DuckDB's best formulation."""

import statistics
import sys

import duckdb

import best
import catalogue
import peers
from compare import Comparison, published, published_names, stop_at_differences

PROGRAMS = ["tenure", "twins", "best"]
# seconds and peak memory of tenure over those of the peer
GOALS = {
    ("nightly", "twins"): {"time": 0.50, "memory": 0.50},
    ("nightly", "best"): {"time": 0.80},
    ("backfill", "twins"): {"time": 0.25, "memory": 0.25},
    ("backfill", "best"): {"time": 0.60},
}
NIGHTLY_MONTHS = 3


def measure(workload, sample, options, tables, directory):
    """One row: medians of every program, all runs, and what was compared."""
    months = sample["months"][-NIGHTLY_MONTHS:] if workload == "nightly" else sample["months"]
    every = {"tenure": peers.Tenure(options), "twins": peers.twins(tables, options), "best": best.program(tables, options)}
    programs = [every[name] for name in PROGRAMS if name in options.programs]
    runs = {program.name: [] for program in programs}
    failed = {}

    def once(program, number, **more):
        output = directory / f"{workload}-{program.name}-{number}"
        result = program.run(sample, months, workload == "nightly", output, **more)
        said = result.pop("said", "")
        if "failed" in result:
            failed[program.name] = result["failed"]
            print(f"{workload}: {program.name} ran {result['failed']}", file=sys.stderr)
        else:
            print(f"{workload}: {program.name} {result['seconds']:.2f} s, {result['kilobytes'] / 1024:.0f} MiB", file=sys.stderr)
        return output, result, said

    # unmeasured: the files are in the page cache for all, and what this run leaves is compared
    outputs = {}
    for program in programs:
        more = {"profile": True} if options.profile and program.name != "tenure" else {}
        outputs[program.name], _, said = once(program, 0, **more)
        if more:
            print_profile(f"{workload} {program.name}", said)
    compared = {} if options.no_compare else compare(workload, outputs, failed, tables, options, directory)
    for output in outputs.values():
        peers.remove(output)
    for number in range(1, options.rounds + 1):
        shift = number % len(programs)
        for program in programs[shift:] + programs[:shift]:
            if program.name not in failed:
                output, result, _ = once(program, number)
                peers.remove(output)
                if "failed" not in result:
                    runs[program.name].append(result)
    row = {"workload": workload, "months": len(months), "compared": compared, "programs": {}}
    for name, found in runs.items():
        if name in failed:
            row["programs"][name] = {"failed": failed[name], "runs": found}
        else:
            row["programs"][name] = {
                "seconds": statistics.median(run["seconds"] for run in found),
                "mebibytes": statistics.median(run["kilobytes"] for run in found) / 1024,
                "runs": found,
            }
    row["ratios"] = ratios(workload, row["programs"])
    return [row]


def ratios(workload, programs):
    """peer -> what -> {"ratio", "goal", "met"}; nothing where one of them did not finish."""
    found = {}
    ours = programs.get("tenure", {})
    for peer in ("twins", "best"):
        theirs = programs.get(peer, {})
        if "seconds" not in ours or "seconds" not in theirs:
            continue
        for what, key in (("time", "seconds"), ("memory", "mebibytes")):
            ratio = ours[key] / theirs[key]
            goal = GOALS[workload, peer].get(what)
            found.setdefault(peer, {})[what] = {"ratio": ratio, "goal": goal, "met": goal is None or ratio <= goal}
    return found


def compare(workload, outputs, failed, tables, options, directory):
    """Every cell of every table of all programs that finished, before any time counts. Exits where they differ."""
    done = [name for name in PROGRAMS if name in outputs and name not in failed]
    files = {}
    for name in done:
        if name == "tenure":
            output = outputs[name] / "published"
            missing = set(tables) - set(published_names(output))
            if missing:
                sys.exit(f"{workload}: tenure did not publish {', '.join(sorted(missing))}")
            files[name] = {table: published(output, table) for table in tables}
        else:
            files[name] = {table: [outputs[name] / f"{table}.parquet"] for table in tables}
    if options.spoil:
        spoil(files[done[0]], options.spoil, tables, directory)
    result = {}
    # where a model decides the twins are silent, so they stand on the right
    pairs = [("tenure", peer) for peer in ("twins", "best")] + [("best", "twins")]
    for left, right in pairs:
        if left in done and right in done:
            found = Comparison(tables, catalogue.fitted(), options.threads, options.memory_limit,
                               directory / "compare-spill", any_order="best" in (left, right))
            for table in tables:
                found.compare(table, files[left][table], files[right][table], (left, right))
            stop_at_differences(found, f"{workload}: {left} against {right}")
            result[f"{left} = {right}"] = {"tables": len(tables), "rows": found.rows, "cells": found.cells}
            print(f"{workload}: {left} = {right}: {len(tables)} tables, {found.rows} rows, {found.cells} cells", file=sys.stderr)
    return result


def spoil(files, name, tables, directory):
    """One cell of one table made wrong, to see that it is found."""
    table = tables[name]
    column = next(column for column, kind in table["columns"].items() if column not in table["grain"] and kind != "BOOLEAN"
                  and column not in catalogue.fitted())
    kind = table["columns"][column]
    wrong = "'spoilt'" if kind == "VARCHAR" else f"CAST(coalesce({column}, 0) + 1 AS {kind})"
    spoilt = directory / f"spoilt-{name}.parquet"
    listed = ", ".join(f"'{file}'" for file in files[name])
    duckdb.execute(
        f"COPY (SELECT * REPLACE (CASE WHEN ROW_NUMBER() OVER (ORDER BY {', '.join(table['grain'])}) = 1 THEN {wrong}"
        f" ELSE {column} END AS {column}) FROM read_parquet([{listed}], hive_partitioning = true)) TO '{spoilt}'")
    files[name] = [spoilt]


def print_profile(title, said):
    lines = [line.split("\t", 1) for line in said.splitlines() if "\t" in line]
    total = sum(float(seconds) for seconds, _ in lines)
    print(f"{title}: {total:.2f} s in {len(lines)} statements", file=sys.stderr)
    for seconds, words in sorted(lines, key=lambda line: -float(line[0]))[:30]:
        print(f"  {float(seconds):8.3f}  {words}", file=sys.stderr)
