"""The floor: how long it takes to decode the columns that are needed and do nothing with them, and to encode what is published."""

import statistics
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# canonical columns of each input that the tables depend on; a job renames them
NEEDED = {
    "customers": ["customer_id", "region"],
    "subscriptions": ["subscription_id", "customer_id", "started_at", "ended_at", "trial_ended_at", "amount", "interval",
                      "interval_count", "quantity", "discount", "currency", "status", "plan"],
    "invoices": ["customer_id", "paid_at", "amount", "currency", "status"],
    "retention_costs": ["incurred_on", "category", "amount", "currency", "customer_id", "region", "plan"],
    "fx_rates": ["rate_date", "currency", "rate"],
    "usage_events": ["customer_id", "occurred_at", "user_id", "event"],
    "surveys": ["response_id", "customer_id", "respondent_id", "answered_at", "kind", "score", "scale_max"],
    "support_tickets": ["customer_id", "opened_at"],
}
GOAL = 3.0


def measure(sample, options, tables, directory, rows):
    """A row for each decoder, one for the encoder; the ratio is that of the backfill, if it was measured in this run, over the floor."""
    import peers  # not at the top: polars_floor.py is to start with nothing it does not need

    backfill = next((row["programs"].get("tenure", {}).get("seconds") for row in rows if row.get("workload") == "backfill"), None)
    duckdb = f"DuckDB {options.versions['duckdb']}"
    programs = {
        duckdb: (duck(duckdb_script(sample), options, directory), {}),
        f"Polars {options.versions['polars']}, streaming": (
            [sys.executable, "-B", str(HERE / "polars_floor.py"), str(sample["directory"])],
            {"POLARS_MAX_THREADS": str(options.threads)}),
    }
    found = []
    for name, (command, environment) in programs.items():
        runs = [peers.run(command, environment, options.limit) for _ in range(options.rounds + 1)][1:]
        failed = [run["failed"] for run in runs if "failed" in run]
        if failed:
            found.append({"workload": "floor", "what": f"columns decoded by {name}: {failed[0]}"})
            continue
        seconds = statistics.median(run["seconds"] for run in runs)
        found.append({
            "workload": "floor", "what": f"columns decoded by {name}; ratio: backfill over it", "seconds": seconds,
            "mebibytes": statistics.median(run["kilobytes"] for run in runs) / 1024,
            "ratio": backfill / seconds if backfill else None, "goal": GOAL,
            "runs": [{key: run[key] for key in ("seconds", "kilobytes")} for run in runs],
        })
    decoded = found[0].get("seconds")
    found.append(encoded(sample, options, tables, directory, duckdb, decoded, backfill))
    return found


def duck(script, options, directory):
    """The command that runs a script in a DuckDB of its own."""
    file = directory / "floor.sql"
    file.write_text(script)
    return [sys.executable, "-B", str(HERE / "duck.py"), str(file), "--threads", str(options.threads),
            "--temp", str(directory / "floor-spill"), "--profile"]


def encoded(sample, options, tables, directory, name, decoded, backfill):
    """What a backfill publishes, once it is in DuckDB's memory, written by it in tenure's compression: with the decoding, what
    reading and writing alone would cost at DuckDB's speed."""
    import peers
    from compare import published

    output, copies = directory / "floor-tables", directory / "floor-copies"
    copies.mkdir()
    run = peers.Tenure(options).run(sample, sample["months"], False, output)
    if "failed" in run:
        return {"workload": "floor", "what": f"no tables to write: {run['failed']}"}
    statements = []
    for table in tables:
        files = ", ".join(f"'{file}'" for file in published(output / "published", table))
        statements += [f"CREATE TABLE {table} AS SELECT * FROM read_parquet([{files}], hive_partitioning = true);",
                       f"COPY {table} TO '{copies}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd);", f"DROP TABLE {table};"]
    runs = [peers.run(duck("\n".join(statements), options, directory), {}, options.limit) for _ in range(options.rounds)]
    peers.remove(output)
    peers.remove(copies)
    failed = [run["failed"] for run in runs if "failed" in run]
    if failed:
        return {"workload": "floor", "what": f"tables written by {name}: {failed[0]}"}
    lines = lambda run: [line.split("\t", 1) for line in run["said"].splitlines()]
    spent = [sum(float(seconds) for seconds, words in lines(run) if words.startswith("COPY")) for run in runs]
    seconds = statistics.median(spent)
    return {"workload": "floor", "what": f"tables of a backfill written by {name}; ratio: backfill over it and the decoding",
            "seconds": seconds, "ratio": backfill / (decoded + seconds) if backfill and decoded else None,
            "runs": [{"seconds": seconds} for seconds in spent]}


def columns(sample):
    """input -> {"files": [path], "columns": [name in the files]}."""
    import tomllib

    job = tomllib.loads((sample["directory"] / "job.toml").read_text())
    found = {}
    for name, needed in NEEDED.items():
        if name in job["inputs"]:
            renamed = job["inputs"][name].get("columns", {})
            files = sorted(str(path) for path in (sample["directory"] / name).rglob("*.parquet"))
            found[name] = {"files": files, "columns": [renamed.get(column, column) for column in needed]}
    return found


def duckdb_script(sample, usage_months=None):
    """Aggregates that no statistics of the files can answer; of usage by day only the files of the last so many months."""
    import duckdb

    needed = columns(sample)
    if usage_months:
        usage = needed["usage_events"]
        usage["files"] = [file for file in usage["files"] if any(f"/date={month}-" in file for month in sample["months"][-usage_months:])]
    statements = []
    for scan in needed.values():
        listed = ", ".join(f"'{file}'" for file in scan["files"])
        source = f"read_parquet([{listed}], hive_partitioning = false)"
        kinds = dict(duckdb.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('{scan['files'][0]}', hive_partitioning = false))"
        ).fetchall())
        tests = [f'MAX(strlen("{name}"))' if kinds[name] == "VARCHAR" else f'BIT_XOR(hash("{name}"))' for name in scan["columns"]]
        statements.append(f"SELECT {', '.join(tests)} FROM {source};")
    return "\n".join(statements) + "\n"
