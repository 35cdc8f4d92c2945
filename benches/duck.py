#!/usr/bin/env python3
"""The peer process: runs a SQL script in an in-memory DuckDB of its own, statement by statement.

    benches/duck.py script.sql --threads 2 --memory-limit 20GB --temp /path/of/its/own [--profile]

`--profile` prints the seconds of every statement to stdout, as `seconds<TAB>first words`. Exit code 3: out of memory.
"""

import argparse
import sys
import time

import duckdb


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("script")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--memory-limit")
    parser.add_argument("--temp", required=True)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    settings = {"threads": options.threads, "temp_directory": options.temp}
    if options.memory_limit:
        settings["memory_limit"] = options.memory_limit
    connection = duckdb.connect(":memory:", config=settings)
    # the scripts rely on no order of rows but that which they ask for
    connection.execute("SET preserve_insertion_order = false")
    with open(options.script) as file:
        statements = connection.extract_statements(file.read())
    for statement in statements:
        start = time.perf_counter()
        try:
            connection.execute(statement)
        except duckdb.Error as error:
            print(f"{words(statement)}\n{error}", file=sys.stderr)
            sys.exit(3 if isinstance(error, duckdb.OutOfMemoryException) else 1)
        if options.profile:
            print(f"{time.perf_counter() - start:.3f}\t{words(statement)}", flush=True)


def words(statement):
    lines = [line for line in statement.query.strip().splitlines() if line and not line.startswith("--")]
    return " ".join(" ".join(lines[:2]).split())[:90]


if __name__ == "__main__":
    main()
