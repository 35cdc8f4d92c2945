"""The sample: made once per set of parameters, written the way exports are, kept for later runs."""

import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import duckdb

# part of the key: a change of what is written here makes other samples
LAYOUT = 1
# inputs rewritten by day, and the column that says which
BY_DAY = {"usage_events": "occurred_at", "invoices": "settled_at"}
# canonical columns that say when a row of an input happened
HAPPENED = {"invoices": "paid_at", "usage_events": "occurred_at", "surveys": "answered_at", "support_tickets": "opened_at",
            "retention_costs": "incurred_on", "fx_rates": "rate_date"}


def make(tenure, cache, threads, *, customers, months, seed=1, events=7.3, until=None):
    """The sample of these parameters: its directory, as-of day, months (YYYY-MM) and a report of what it holds."""
    wanted = {"customers": customers, "months": months, "seed": seed, "events-per-customer-month": events}
    if until:
        wanted["until"] = until
    key = hashlib.sha256(json.dumps([LAYOUT, version(tenure), wanted], sort_keys=True).encode()).hexdigest()[:12]
    directory = Path(cache) / f"{customers}x{months}-{key}"
    if not (directory / "report.json").is_file():
        write(tenure, directory, wanted, threads)
    truth = json.loads((directory / "truth.json").read_text())
    return {
        "directory": directory,
        "as_of": truth["as_of"],
        "months": [row["month"] for row in truth["months"]],
        "report": json.loads((directory / "report.json").read_text()),
    }


def version(tenure):
    return subprocess.run([tenure, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def write(tenure, directory, wanted, threads):
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    raw = directory.with_name(directory.name + ".raw")
    shutil.rmtree(raw, ignore_errors=True)
    arguments = [text for name, value in wanted.items() for text in (f"--{name}", str(value))]
    print(f"making a sample in {directory}", file=sys.stderr)
    subprocess.run([tenure, "sample", "--out", str(raw), *arguments], check=True, stdout=subprocess.DEVNULL)
    rows = rewrite_by_day(raw, threads)
    truth = json.loads((raw / "truth.json").read_text())
    files = [path for path in raw.rglob("*.parquet")]
    report = {
        "parameters": wanted,
        "customers": truth["customers"],
        "months": len(truth["months"]),
        "rows": rows,
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
    }
    (raw / "report.json").write_text(json.dumps(report, indent=2))
    raw.rename(directory)


def rewrite_by_day(raw, threads):
    """`input/date=YYYY-MM-DD/part-0.parquet` in order of time instead of what `tenure sample` wrote; rows per input."""
    job = raw / "job.toml"
    text = job.read_text()
    rows = {}
    for name, column in BY_DAY.items():
        source = raw / name
        if not source.is_dir():
            continue
        old = source.rename(raw / f"{name}.old")
        rows[name] = split(old, source, column, threads)
        shutil.rmtree(old)
        lines = [f'uri = "{name}/date=*/*.parquet"' if line.startswith(f'uri = "{name}/') else line
                 for line in text.splitlines()]
        text = "\n".join(lines) + "\n"
    job.write_text(text)
    return rows


def split(old, new, column, threads):
    connection = duckdb.connect(":memory:", config={"threads": threads, "temp_directory": str(new) + ".tmp"})
    connection.execute("SET preserve_insertion_order = false")
    files = sorted(str(path) for path in old.rglob("*.parquet"))
    before = types(connection, files)
    total = 0
    for here in months(old, files):
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM read_parquet($files, hive_partitioning = false)"
            f" ORDER BY {column}, customer_id", {"files": here})
        days = connection.execute(f"SELECT CAST({column} AS DATE), COUNT(*) FROM part GROUP BY 1 ORDER BY 1").fetchall()
        for day, count in days:
            directory = new / f"date={day}"
            directory.mkdir(parents=True)
            total += count
            # one row group a file up to a million rows; DuckDB dictionary-encodes a column where it repeats itself
            connection.execute(
                f"COPY (SELECT * FROM part WHERE {column} >= DATE '{day}' AND {column} < DATE '{day}' + 1"
                f" ORDER BY {column}, customer_id)"
                f" TO '{directory}/part-0.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000000)")
    written = sorted(str(path) for path in new.rglob("*.parquet"))
    count = connection.execute("SELECT COUNT(*) FROM read_parquet($files)", {"files": written}).fetchone()[0]
    read = connection.execute("SELECT COUNT(*) FROM read_parquet($files)", {"files": files}).fetchone()[0]
    if count != read or total != read or types(connection, written) != before:
        sys.exit(f"{new} was not rewritten as it was: {read} rows before, {count} after")
    return count


def months(old, files):
    """The files in parts that share no day: those of a directory of one month, else all of them."""
    by_month = {}
    for file in files:
        by_month.setdefault(Path(file).relative_to(old).parts[0], []).append(file)
    return list(by_month.values()) if all(name.startswith("month=") for name in by_month) else [files]


def types(connection, files):
    return connection.execute(
        "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($files, hive_partitioning = false))",
        {"files": files[:1]}).fetchall()


def cut(on, months, threads):
    """The same business, whose export holds the last so many months only: what happened since then, in the same files, and
    whole the customers who had service since then. Its months are those of `on`, of the same size."""
    directory = on["directory"].with_name(f"{on['directory'].name}-last-{months}")
    kept = on["months"][-months:]
    if not (directory / "report.json").is_file():
        write_cut(on["directory"], directory, f"{kept[0]}-01", kept, threads)
    return {**on, "directory": directory, "months": kept, "report": json.loads((directory / "report.json").read_text())}


def write_cut(source, directory, first, kept, threads):
    shutil.rmtree(directory, ignore_errors=True)
    print(f"making a sample in {directory}", file=sys.stderr)
    job = tomllib.loads((source / "job.toml").read_text())
    name = lambda table, column: job["inputs"][table].get("columns", {}).get(column, column)
    connection = duckdb.connect(":memory:", config={"threads": threads})
    customer, ended = name("subscriptions", "customer_id"), name("subscriptions", "ended_at")
    connection.execute(
        f"CREATE TEMP TABLE kept AS SELECT DISTINCT {customer} AS customer FROM read_parquet($files)"
        f" WHERE {ended} IS NULL OR {ended} >= DATE '{first}'",
        {"files": [str(path) for path in (source / "subscriptions").rglob("*.parquet")]})
    rows = {}
    for table in job["inputs"]:
        wanted = []
        if table in HAPPENED:
            wanted.append(f"{name(table, HAPPENED[table])} >= DATE '{first}'")
        if table != "fx_rates":
            # costs may name nobody
            of = name(table, "customer_id")
            wanted.append(f"({of} IS NULL OR {of} IN (SELECT customer FROM kept))")
        for file in sorted((source / table).rglob("*.parquet")):
            relative = file.relative_to(source)
            if table in BY_DAY and relative.parts[1] < f"date={first}":
                continue
            (directory / relative).parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"COPY (SELECT * FROM read_parquet('{file}', hive_partitioning = false) WHERE {' AND '.join(wanted)})"
                f" TO '{directory / relative}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000000)")
        files = [str(path) for path in (directory / table).rglob("*.parquet")]
        rows[table] = connection.execute("SELECT COUNT(*) FROM read_parquet($files)", {"files": files}).fetchone()[0]
    lines = (source / "job.toml").read_text().replace("[inputs.subscriptions]", f'[inputs.subscriptions]\nhistory_from = "{first}"')
    (directory / "job.toml").write_text(lines)
    customers = connection.execute("SELECT COUNT(*) FROM kept").fetchone()[0]
    (directory / "report.json").write_text(json.dumps({"customers": customers, "months": len(kept), "rows": rows}, indent=2))


def job_file(sample, output, path, base=None):
    """Writes a copy of the sample's job, its inputs' paths absolute (under `base`), that publishes to `output`."""
    lines = []
    base = base or sample["directory"]
    for line in (sample["directory"] / "job.toml").read_text().splitlines():
        if line.strip() == 'uri = "./published"':
            line = f'uri = "{output}"'
        elif line.startswith('uri = "'):
            line = line.replace('uri = "', f'uri = "{base}/', 1)
        lines.append(line)
    text = "\n".join(lines) + "\n"
    if f'uri = "{output}"' not in text:
        sys.exit("the sample's job.toml does not publish to ./published")
    path.write_text(text)
    return path
