"""DuckDB's best formulation: the script of best/*.sql, filled in from the twins' script for the same months.

Its directives, each in lines of comments:
  `-- twin: a b`            the twin's own statements that make a and b
  `--   "old" => "new"`     … with `old` (which must be there once; ` … ` is anything) replaced
  `-- for each … month`     the statement that follows, once for each of these months, `{number}` its number
and in braces: the SELECT of an input in the twins' script, whole or of its first file only, and the events of a month.
"""

import re
import sys
from pathlib import Path

import peers

FILES = ["model.sql", "customers.sql", "tables.sql"]
# what best/*.sql takes for granted of the job
ASSUMED = ["timezone('UTC', instant)", "'paying' AS active,", "'customers' AS allocation,", "CAST(NULL AS DATE) AS history_from,",
           "false AS is_snapshots,", "false AS mrr_is_given,", "true AS has_invoices,", "true AS has_costs,", "true AS has_usage,",
           "true AS has_surveys,", "true AS has_tickets,", "true AS has_cost_customers,", "INSERT INTO qualifying_events",
           "INSERT INTO dimensions VALUES ('region');\nINSERT INTO dimensions VALUES ('plan');"]
INCLUDE = re.compile(r"^-- twin: (.*)$")
REPLACE = re.compile(r'^--   "(.*)" => "(.*)"$')
EACH = re.compile(r"^-- for each (.*)$")
FIRST = re.compile(r"\{first file of (\w+)\}")
BODY = re.compile(r"\{body of (\w+)\}")
FILE_LIST = re.compile(r"read_parquet\(\[(.*?)\]")
DATED = re.compile(r"/(?:date|month)=(\d{4})-(\d\d)")


def program(catalogue, options):
    def script(sample, months, directory):
        return fill(peers.twin_script(sample, months, directory, options), months, sample["months"]) + "\n" + peers.copies(catalogue, directory)

    return peers.DuckDb("best", script, options)


def fill(twins, months, sample_months):
    missing = [text for text in ASSUMED if text not in twins]
    if missing:
        sys.exit(f"benches/best does not serve this job: the twins' script does not say {missing[0]!r}")
    made, inserts = {}, {}
    for statement in peers.statements(twins):
        found = peers.created(statement)
        if found:
            made[found[1]] = statement
        elif statement.startswith("INSERT INTO "):
            inserts.setdefault(statement.split()[2], []).append(statement)
    asked = [number(month) for month in months]
    span = lambda back: range(min(asked) - back, max(asked) + 1)
    first = number(sample_months[0])
    scored = sorted({month - back for month in asked for back in (0, 3, 6) if month - back >= first})
    each = {"month of usage": list(span(9)), "scored month": scored, "month asked": asked,
            "tested month": sorted({month - back for month in asked for back in (3, 6) if month - back >= first})}
    out = ["SET TimeZone = 'UTC';"]
    for name in FILES:
        text = (Path(__file__).parent / "best" / name).read_text()
        for kind, part in parts(text):
            if kind == "twin":
                names, replacements = part
                for twin in names:
                    out.append(replaced(made[twin], replacements))
                    out += inserts.get(twin, [])
            else:
                months_of, statement = part
                statement = BODY.sub(lambda match: body(made, match[1]), statement)
                statement = FIRST.sub(lambda match: first_file(body(made, match[1])), statement)
                out += repeated(statement, each[months_of], made) if months_of else [statement]
    return "\n".join(out)


def parts(text):
    """("twin", (names, replacements)) or ("statement", (which months, text)), in order."""
    lines = iter(text.splitlines() + [""])
    months, statement, include = None, [], None
    for line in lines:
        if include and not REPLACE.match(line):
            yield "twin", include
            include = None
        if match := INCLUDE.match(line):
            include = (match[1].split(), [])
        elif match := REPLACE.match(line):
            include[1].append((match[1].replace("\\n", "\n"), match[2].replace("\\n", "\n")))
        elif match := EACH.match(line):
            months = match[1]
        elif line.strip() and not line.startswith("--"):
            statement.append(line)
            if line.rstrip().endswith(";"):
                yield "statement", (months, "\n".join(statement))
                months, statement = None, []


def replaced(statement, replacements):
    for old, new in replacements:
        pattern = ".*?".join(re.escape(part) for part in old.split(" … "))
        statement, count = re.subn(pattern, lambda _: new, statement, flags=re.DOTALL)
        if count != 1:
            sys.exit(f"benches/best replaces what the twin says {count} times, not once: {old!r}")
    return statement


def body(made, name):
    """The SELECT of an input, in the types of the files: amounts of two decimals, files of one schema."""
    select = re.sub(r"^CREATE TEMP TABLE \w+ AS\n", "", made[name]).rstrip(";\n ")
    return select.replace("DECIMAL(38, 8)", "DECIMAL(18, 2)").replace("union_by_name = true, ", "")


def first_file(select):
    return FILE_LIST.sub(lambda match: f"read_parquet([{min(match[1].split(', '))}]", select)


def repeated(statement, numbers, made):
    if "{events of the month}" not in statement:
        return [statement.replace("{number}", str(number)) for number in numbers]
    select = body(made, "source_events")
    of_month = {}
    for file in FILE_LIST.search(select)[1].split(", "):
        year, month = DATED.search(file).groups()
        of_month.setdefault(int(year) * 12 + int(month), []).append(file)
    return [statement.replace("{number}", str(number)).replace(
                "{events of the month}", FILE_LIST.sub(lambda _: f"read_parquet([{', '.join(of_month[number])}]", select))
            for number in numbers if number in of_month]


def number(month):
    return int(month[:4]) * 12 + int(month[5:])
