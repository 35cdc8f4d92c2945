"""The programs that are measured, and the measuring of one run."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sample import job_file

HERE = Path(__file__).resolve().parent
ASKED = re.compile(r"BETWEEN DATE '\d{4}-\d\d-\d\d' AND DATE '\d{4}-\d\d-\d\d' AS is_asked")
CREATE = re.compile(r"CREATE (?:OR REPLACE )?TEMP (TABLE|VIEW|MACRO) (\w+)")
OUT_OF_MEMORY, OUT_OF_TIME = "out of memory", "out of time"


# --- one run -------------------------------------------------------------------------------------------------------


def run(command, environment, limit):
    """{"seconds", "kilobytes"} of one child (wall clock, peak resident memory), or {"failed": why}.

    A child that fails in any other way than by memory or by the limit of `limit` seconds ends the benchmark.
    """
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile("r") as took:
        measured = [sys.executable, "-B", str(HERE / "measured.py"), took.name, str(limit), *map(str, command)]
        subprocess.run(measured, stdout=said, stderr=said, env={**os.environ, **environment}, check=True)
        found = json.load(took)
        said.seek(0)
        text = said.read().decode(errors="replace")
    seconds, code = found["seconds"], found["code"]
    if code == 0:
        return {"seconds": seconds, "kilobytes": found["kilobytes"], "said": text}
    if seconds >= limit:
        return {"failed": f"{OUT_OF_TIME}: {limit:.0f} s"}
    if code in (3, -9) or "Out of Memory Error" in text or "memory allocation of" in text:
        return {"failed": f"{OUT_OF_MEMORY} after {seconds:.0f} s", "said": text}
    sys.exit(f"{' '.join(map(str, command))} ended with {code}:\n{text[-4000:]}")


# --- tenure --------------------------------------------------------------------------------------------------------


class Tenure:
    name = "tenure"

    def __init__(self, options):
        self.options = options

    def run(self, sample, months, is_nightly, output, base=None, environment=None, uri=None):
        """Publishes to the directory `output`, or to `uri` if given, reading inputs under `base` if given."""
        output.mkdir(parents=True, exist_ok=True)
        job = job_file(sample, uri or output / "published", output / "job.toml", base)
        command = [self.options.tenure]
        if is_nightly:
            command += ["run", "--quiet", "--job", str(job), "--as-of", sample["as_of"]]
        else:
            command += ["backfill", "--quiet", "--job", str(job), "--from", months[0], "--to", months[-1],
                        "--as-of", sample["as_of"]]
        environment = {"POLARS_MAX_THREADS": str(self.options.threads), **(environment or {})}
        return run(command, environment, self.options.limit)


# --- DuckDB --------------------------------------------------------------------------------------------------------


class DuckDb:
    """`make_script(sample, months, directory)` gives the text of the script; results are one Parquet file a table."""

    def __init__(self, name, make_script, options):
        self.name, self.make_script, self.options = name, make_script, options

    def run(self, sample, months, is_nightly, output, profile=False):
        output.mkdir(parents=True, exist_ok=True)
        script = output / "script.sql"
        script.write_text(self.make_script(sample, months, output))
        command = [sys.executable, "-B", str(HERE / "duck.py"), str(script), "--threads", str(self.options.threads),
                   "--temp", str(output / "spill")]
        if self.options.memory_limit:
            command += ["--memory-limit", self.options.memory_limit]
        if profile:
            command += ["--profile"]
        return run(command, {}, self.options.limit)


def twins(catalogue, options):
    """DuckDB on `sql/`: the script of `tenure verify --sql-only`, asked for all of `months`."""

    def script(sample, months, directory):
        return twin_script(sample, months, directory, options) + "\n" + copies(catalogue, directory)

    return DuckDb("twins", script, options)


def twin_script(sample, months, directory, options):
    job = job_file(sample, directory / "published", directory / "job.toml")
    command = [options.tenure, "verify", "--quiet", "--job", str(job), "--month", months[-1]]
    command += ["--as-of", sample["as_of"], "--sql-only"]
    script = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    asked = f"BETWEEN DATE '{months[0]}-01' AND DATE '{months[-1]}-01' AS is_asked"
    script, replaced = ASKED.subn(asked, script)
    if replaced != 1:
        sys.exit(f"the script of `tenure verify --sql-only` says {replaced} times which months are asked for, not once")
    return "\n".join(read_together(statement) for statement in statements(script))


def copies(catalogue, directory):
    """Writes every table, in the types of its declaration: a HUGEINT would become a float in Parquet."""
    return "\n".join(copy(table, f"SELECT * FROM {name}", name, directory) for name, table in catalogue.items())


def copy(table, select, name, directory):
    columns = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in table["columns"].items())
    return (f"COPY (SELECT {columns} FROM ({select})) TO '{directory}/{name}.parquet'"
            " (FORMAT parquet, COMPRESSION zstd);")


def statements(script):
    """The statements of a script, comments between them left out. Ours end with `;` at the end of a line."""
    found, lines = [], []
    for line in script.splitlines():
        if line.startswith("--") or (not line.strip() and not lines):
            continue
        lines.append(line)
        if line.rstrip().endswith(";"):
            found.append("\n".join(lines))
            lines = []
    if lines:
        sys.exit(f"a statement of the script has no end: {lines[0]}")
    return found


def created(statement):
    """(TABLE, VIEW or MACRO, name) of what a statement makes, or None."""
    match = CREATE.match(statement)
    return match.groups() if match else None


READ = re.compile(r"SELECT \*(?P<partitions>(?:, CAST\('[^']*' AS \w+\) AS \"\w+\")*) FROM read_parquet\(\[(?P<files>.*?)\]")


def read_together(statement):
    """Files that differ only in the values of their partitions read by one scan instead of one each.

    The script has a branch of a UNION ALL for every combination of partition values: 1800 of them for five years by day, which
    DuckDB would plan and scan one by one. No column of the twins comes from a path, so the values are left out.
    """
    branches = statement.rstrip(";\n ").split("\nUNION ALL\n")
    if len(branches) == 1 or not READ.search(statement):
        return statement
    first = branches[0]
    head, body = first.split("SELECT\n", 1) if "SELECT\n" in first else (None, None)
    if head is None:
        return statement
    shapes = {READ.sub("SELECT * FROM read_parquet([]", branch if index else "SELECT\n" + body)
              for index, branch in enumerate(branches)}
    if len(shapes) != 1:
        return statement
    files = ", ".join(match.group("files") for branch in branches for match in [READ.search(branch)])
    return head + shapes.pop().replace("read_parquet([]", f"read_parquet([{files}]") + ";"


def remove(output):
    shutil.rmtree(output, ignore_errors=True)
