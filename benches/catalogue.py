"""What tables there are, said by the binary and its sources rather than by a list kept here."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TYPES = {"string": "VARCHAR", "date": "DATE", "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN"}
COLUMN = re.compile(r"^\| `(\w+)` \| ([\w(),]+) \|")
DECLARED = re.compile(r'pub static \w+: Column\s*=\s*(.*?);\n', re.DOTALL)


def tables(tenure):
    """name -> {"grain": [column], "columns": {column: SQL type}} of every table a metric publishes, in its order.

    `checks`, which says what a run proved of its own tables, is no metric: nothing recomputes it.
    """
    names = [line.split()[0] for line in says(tenure).splitlines() if line.strip()]
    found = {}
    for name in names:
        text = says(tenure, name)
        if "```sql" not in text:
            continue
        grain = re.search(r"^One row per (.*)\.$", text, re.MULTILINE).group(1).split(", ")
        columns = dict(match.groups() for line in text.splitlines() if (match := COLUMN.match(line)))
        found[name] = {"grain": grain, "columns": {key: TYPES.get(kind, kind.upper()) for key, kind in columns.items()}}
    return found


def says(tenure, *arguments):
    return subprocess.run([tenure, "metrics", *arguments], check=True, capture_output=True, text=True).stdout


def fitted():
    """Names of the columns that a model decides: declared so in src/tables/."""
    found = set()
    for file in (ROOT / "src/tables").glob("*.rs"):
        for declaration in DECLARED.findall(file.read_text()):
            if re.search(r"\bfitted\(", declaration):
                found.add(re.search(r'"(\w+)"', declaration).group(1))
    if not found:
        raise SystemExit("src/tables/ declares no column as fitted: benches/catalogue.py reads it wrongly")
    return found
