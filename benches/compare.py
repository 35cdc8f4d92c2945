"""Two programs' tables, held against each other cell by cell, as `tenure verify` does (src/verify/compare.rs)."""

import sys
from pathlib import Path

import duckdb
from deltalake import DeltaTable

# how far two rates may lie apart, relative to the larger or absolutely, whichever is more
RATE_TOLERANCE = "1e-12"
# amounts of these are rounded from floating point: one tick
ROUNDED = {"cltv", "cltv_backtest"}
# what a twin writes as the reason of a null that a fit decides
FITTED = "(fitted)"
# means of floats over so many customers: the twin adds them up one after the other, as tenure does, and is off by up to n x 2^-53;
# a program that adds them in any other order may be further from it than RATE_TOLERANCE, and nearer to the truth
MEANS = {("health_summary", "mean_score"): "scored_customers", ("health_summary", "mean_coverage"): "customers"}
SHOWN = 5
# tables with more rows than this are compared month by month
MANY_ROWS = 2_000_000


class Comparison:
    """Counts what was compared; `differences` are lines fit to print. `any_order`: a program adds floats in an order of its own."""

    def __init__(self, catalogue, fitted, threads, memory_limit, temporary, any_order=False):
        self.catalogue, self.fitted, self.any_order = catalogue, fitted, any_order
        settings = {"threads": threads, "temp_directory": str(temporary)}
        if memory_limit:
            settings["memory_limit"] = memory_limit
        self.connection = duckdb.connect(":memory:", config=settings)
        self.differences, self.rows, self.cells = [], 0, 0

    def compare(self, name, left, right, says):
        """`left` and `right` are lists of Parquet files of table `name`; `says` are the names of their makers."""
        table = self.catalogue[name]
        self.view("l", name, left)
        self.view("r", name, right)
        for side, who in zip("lr", says):
            grain = ", ".join(table["grain"])
            twice = self.connection.execute(f"SELECT {grain} FROM {side} GROUP BY ALL HAVING COUNT(*) > 1 LIMIT 1").fetchone()
            if twice:
                self.differences.append(f"{name} {key_text(table, twice)}: twice in {who}")
        rows = self.connection.execute("SELECT COUNT(*) FROM l").fetchone()[0]
        months = [""]
        if rows > MANY_ROWS:
            found = self.connection.execute("SELECT month FROM l UNION SELECT month FROM r ORDER BY 1").fetchall()
            months = [f" WHERE month = DATE '{month}'" for month, in found]
        for where in months:
            self.compare_rows(name, table, where, says)
        self.rows += rows
        self.cells += rows * len(table["columns"])

    def view(self, side, name, files):
        table = self.catalogue[name]
        columns = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in table["columns"].items())
        listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {side} AS SELECT {columns}"
                                f" FROM read_parquet([{listed}], hive_partitioning = true, union_by_name = true)")

    def compare_rows(self, name, table, where, says):
        grain = table["grain"]
        measures = [column for column in table["columns"] if column not in grain]
        joined = (f"(SELECT TRUE AS here, * FROM l{where}) AS l FULL OUTER JOIN (SELECT TRUE AS here, * FROM r{where}) AS r"
                  f" ON {' AND '.join(f'l.{key} = r.{key}' for key in grain)}")
        differs = {column: self.differs(name, column, table["columns"][column]) for column in measures}
        counts = [f"COUNT(*) FILTER (WHERE l.here AND r.here AND {test})" for test in differs.values()]
        counts += ["COUNT(*) FILTER (WHERE r.here IS NULL)", "COUNT(*) FILTER (WHERE l.here IS NULL)"]
        found = self.connection.execute(f"SELECT {', '.join(counts)} FROM {joined}").fetchone()
        for column, count in zip(measures, found):
            if count:
                keys = ", ".join(f"l.{key}" for key in grain)
                some = self.connection.execute(
                    f"SELECT {keys}, l.{column}, r.{column} FROM {joined}"
                    f" WHERE l.here AND r.here AND {differs[column]} ORDER BY ALL LIMIT {SHOWN}").fetchall()
                for *key, a, b in some:
                    self.differences.append(f"{name} {key_text(table, key)} {column}: {says[0]} {a}, {says[1]} {b}"
                                            f" (one of {count})")
        for (side, who, other), count in zip((("l", says[0], says[1]), ("r", says[1], says[0])), found[-2:]):
            if count:
                keys = ", ".join(f"{side}.{key}" for key in grain)
                missing = "r" if side == "l" else "l"
                some = self.connection.execute(
                    f"SELECT {keys} FROM {joined} WHERE {missing}.here IS NULL ORDER BY ALL LIMIT {SHOWN}").fetchall()
                self.differences += [f"{name} {key_text(table, key)}: a row in {who}, none in {other} (one of {count})"
                                     for key in some]

    def differs(self, name, column, kind):
        """A condition that is true where the cells of `column` differ. Null equals null only."""
        a, b = f"l.{column}", f"r.{column}"
        if kind == "DOUBLE":
            tolerance = RATE_TOLERANCE
            if self.any_order and (name, column) in MEANS:
                tolerance = f"greatest({RATE_TOLERANCE}, l.{MEANS[name, column]} * pow(2, -53))"
            same = (f"({a} = {b} OR abs({a} - {b}) <= {tolerance} * greatest(abs({a}), abs({b}), 1))"
                    f" AND NOT isnan({a}) AND NOT isnan({b})")
        elif kind.startswith("DECIMAL") and name in ROUNDED:
            same = f"abs({a} - {b}) <= 0.0001"
        else:
            same = f"{a} = {b}"
        test = f"NOT coalesce({same}, {a} IS NULL AND {b} IS NULL)"
        # where a model decides, the twin, which fits nothing, may be silent
        if column in self.fitted:
            test = f"({b} IS NOT NULL AND {test})"
        if kind == "VARCHAR":
            test = f"({b} IS DISTINCT FROM '{FITTED}' AND {test})"
        return test


def published(output, name):
    """The Parquet files of the latest version of a published Delta table."""
    return DeltaTable(str(Path(output) / name)).file_uris()


def published_names(output):
    return sorted(path.parent.name for path in Path(output).glob("*/_delta_log"))


def key_text(table, key):
    return " ".join(f"{column}={value}" for column, value in zip(table["grain"], key))


def stop_at_differences(comparison, what):
    if comparison.differences:
        print(f"{what}: the programs do not give the same numbers, so no time was taken", file=sys.stderr)
        for line in comparison.differences[:50]:
            print(f"  {line}", file=sys.stderr)
        if len(comparison.differences) > 50:
            print(f"  … and {len(comparison.differences) - 50} more", file=sys.stderr)
        sys.exit(1)
