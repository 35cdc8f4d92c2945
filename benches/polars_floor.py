#!/usr/bin/env python3
"""Decodes the columns of the scan floor with Polars' streaming engine: benches/polars_floor.py <directory of a sample>."""

import sys
from pathlib import Path

import polars

import floor

sample = {"directory": Path(sys.argv[1])}
for scan in floor.columns(sample).values():
    frame = polars.scan_parquet(scan["files"], hive_partitioning=False, cache=False).select(scan["columns"])
    kinds = frame.collect_schema()
    tests = [polars.col(name).str.len_bytes().max() if kinds[name] == polars.String else polars.col(name).to_physical().sum()
             for name in scan["columns"]]
    frame.select(tests).collect(engine="streaming")
