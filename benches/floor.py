"""The scan floor: how long it takes to decode the columns that are needed, and to do nothing with them."""

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


def measure(sample, options, directory, rows):
    """A row for each decoder; the ratio is that of the backfill, if it was measured in this run, over the floor."""
    import peers  # not at the top: polars_floor.py is to start with nothing it does not need

    backfill = next((row["programs"].get("tenure", {}).get("seconds") for row in rows if row.get("workload") == "backfill"), None)
    script = directory / "floor.sql"
    script.write_text(duckdb_script(sample))
    arguments = ["--threads", str(options.threads)]
    programs = {
        f"DuckDB {options.versions['duckdb']}": (
            [sys.executable, "-B", str(HERE / "duck.py"), str(script), *arguments, "--temp", str(directory / "floor-spill")], {}),
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
    return found


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


def duckdb_script(sample):
    """Aggregates that no statistics of the files can answer."""
    import duckdb

    statements = []
    for scan in columns(sample).values():
        listed = ", ".join(f"'{file}'" for file in scan["files"])
        source = f"read_parquet([{listed}], hive_partitioning = false)"
        kinds = dict(duckdb.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('{scan['files'][0]}', hive_partitioning = false))"
        ).fetchall())
        tests = [f'MAX(strlen("{name}"))' if kinds[name] == "VARCHAR" else f'BIT_XOR(hash("{name}"))' for name in scan["columns"]]
        statements.append(f"SELECT {', '.join(tests)} FROM {source};")
    return "\n".join(statements) + "\n"
