"""Runs the golden cases of tests/golden, computed by hand for the engine, through the SQL twins as well."""
import csv
import datetime as dt
import pathlib
import tomllib
from decimal import Decimal

import pytest

from twins import day, next_month, rows, twins

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/*/case.toml"))
AMOUNTS = {"mrr", "amount", "quantity", "discount", "rate"}
INTEGERS = {"interval_count", "score", "scale_max"}
# What a model or a resampling decides: the twins fit nothing and leave it open; in rows of this reason, the values too.
FITTED = "(fitted)"
ALWAYS_OPEN = {"value_lower", "value_upper", "mean_churn", "polarisation", "converged", "is_homogeneous",
               "projected_customer_months", "bias", "projected_value",
               "expected_customers", "expected_customers_lower_80", "expected_customers_upper_80",
               "expected_customers_lower_95", "expected_customers_upper_95", "expected_churned_customers",
               "expected_new_customers", "expected_mrr", "expected_mrr_lower_80", "expected_mrr_upper_80",
               "expected_mrr_lower_95", "expected_mrr_upper_95", "customers_error", "mrr_error", "is_within_80",
               "is_within_95", "is_mrr_within_80", "is_mrr_within_95"}
OPEN_IF_FITTED = {"value", "residual_value", "lifetime_months", "share_extrapolated"}


def read(case, name):
    """Rows of a CSV without its comments; empty cells are None."""
    path = case / f"{name}.csv"
    if not path.exists():
        return []
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return [{key: value or None for key, value in row.items()} for row in csv.DictReader(lines)]


def header(case, name):
    path = case / f"{name}.csv"
    lines = path.read_text().splitlines() if path.exists() else []
    return next((line.split(",") for line in lines if not line.startswith("#")), [])


def typed(row):
    number = lambda key, value: Decimal(value) if key in AMOUNTS else int(value) if key in INTEGERS else value
    return {key: None if value is None else number(key, value) for key, value in row.items()}


def inputs(case):
    settings = tomllib.loads((case / "case.toml").read_text())
    job = settings.get("job", {})
    definitions = job.get("definitions", {})
    dimensions = job.get("dimensions", [])
    source = job.get("inputs", {}).get("subscriptions", {})
    subscriptions = [typed(row) for row in read(case, "subscriptions")]
    if source.get("end") == "inclusive":
        for row in subscriptions:
            row["ended_at"] = row["ended_at"] and str(day(row["ended_at"]) + dt.timedelta(days=1))
    is_snapshots = source.get("shape") == "snapshots"
    first, _, last = settings["months"].partition("..")
    months, month = [], day(f"{first}-01")
    while month <= day(f"{last or first}-01"):
        months.append(month.strftime("%Y-%m"))
        month = next_month(month)
    costs = [typed(row) for row in read(case, "retention_costs")]
    for row in costs:
        row["dimensions"] = {name: row.pop(name) for name in dimensions if name in row}
    given = {
        "as_of": settings["as_of"], "asked": months, "dimensions": dimensions,
        "subscriptions": [] if is_snapshots else subscriptions, "snapshots": subscriptions if is_snapshots else [],
        "customers": [(row["customer_id"], row) for row in read(case, "customers")],
        "invoices": [typed(row) for row in read(case, "invoices")], "costs": costs,
        "fx": [typed(row) for row in read(case, "fx_rates")],
        "gross_margin": job.get("gross_margin", 1.0), "discount_rate_annual": job.get("discount_rate_annual", 0.0),
        "mrr_is_given": not subscriptions or "mrr" in subscriptions[0], "zone": job.get("time_zone", "UTC"),
        "usage": [typed(row) for row in read(case, "usage_events")], "surveys": [typed(row) for row in read(case, "surveys")],
        "tickets": read(case, "support_tickets"), "qualifying": definitions.get("qualifying_events", []),
        "has_users": "user_id" in header(case, "usage_events"),
        "has_cost_customers": "customer_id" in header(case, "retention_costs"),
        **{f"weight_{name}": float(value) for name, value in job.get("health", {}).get("weights", {}).items()},
        "detractor_max": job.get("nps", {}).get("detractor_max", 6),
        "active": "paying" if (case / "subscriptions.csv").exists() else "purchases",
        **{key: value for key, value in definitions.items() if key in ("active", "allocation")},
        **{f"has_{name}": (case / f"{file}.csv").exists() for name, file in (
            ("invoices", "invoices"), ("costs", "retention_costs"), ("usage", "usage_events"), ("surveys", "surveys"),
            ("tickets", "support_tickets"), ("subscriptions", "subscriptions"))},
    }
    if "history_from" in source:
        given["history_from"] = source["history_from"]
    return settings, given


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        shortest = format(Decimal(repr(value)), "f")
        return shortest.removesuffix(".0")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_the_twin_gives_what_was_computed_by_hand(case):
    settings, given = inputs(case)
    expected = [{key: value or "" for key, value in row.items()} for row in read(case, "expected")]
    columns = list(expected[0])
    only = " AND ".join(f"CAST({name} AS VARCHAR) IN ({', '.join(repr(v) for v in values)})"
                        for name, values in settings.get("only", {}).items())
    con = twins(metrics=[case.parent.name], **given)
    order = lambda row: [int(row[k]) if k in NUMBERED else row[k]
                         for k in columns if k in GRAIN]
    found = [{name: text(value) for name, value in row.items()}
             for row in rows(con, f"SELECT * FROM {case.parent.name} WHERE {only or 'TRUE'}")]
    found, expected = sorted(found, key=order), sorted(expected, key=order)
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected):
        silent = ALWAYS_OPEN | OPEN_IF_FITTED if row.get("null_reason") == FITTED else ALWAYS_OPEN
        compared = [name for name in columns if row[name] != FITTED and (row[name] or name not in silent)]
        assert {name: row[name] for name in compared} == {name: wanted[name] for name in compared}


GRAIN = {"month", "cohort_month", "age_months", "dimension", "segment", "currency", "category", "window_months", "method",
         "horizon_months", "customer_id", "predictor", "decile", "horizon_month"}
NUMBERED = {"age_months", "window_months", "horizon_months", "decile", "horizon_month"}
