"""Runs the SQL twins over canonical rows given as Python values: the shared half of check_twins.py."""
import datetime as dt
import pathlib
from decimal import Decimal
from zoneinfo import ZoneInfo

import duckdb

SQL = pathlib.Path(__file__).resolve().parents[2] / "sql"
METRICS = ["churn", "cohorts", "mrr", "arpc", "crc", "cltv", "cltv_backtest", "nps", "csat", "engagement",
           "health", "health_summary", "health_backtest", "tiers", "tiers_summary", "forecast", "forecast_backtest"]

SCHEMAS = {
    "dimensions": "dimension VARCHAR",
    "excluded_statuses": "status VARCHAR",
    "qualifying_events": "event VARCHAR",
    "customers": "customer_id VARCHAR",
    "customer_dimensions": "customer_id VARCHAR, dimension VARCHAR, segment VARCHAR",
    "subscriptions": "subscription_id VARCHAR, customer_id VARCHAR, started_at TIMESTAMP, ended_at TIMESTAMP, "
    "trial_ended_at TIMESTAMP, mrr DECIMAL(38,8), amount DECIMAL(38,8), \"interval\" VARCHAR, interval_count BIGINT, "
    "quantity DECIMAL(38,8), discount DECIMAL(38,8), currency VARCHAR, status VARCHAR, plan VARCHAR",
    "subscription_snapshots": "snapshot_date DATE, subscription_id VARCHAR, customer_id VARCHAR, mrr DECIMAL(38,8), "
    "amount DECIMAL(38,8), \"interval\" VARCHAR, interval_count BIGINT, quantity DECIMAL(38,8), discount DECIMAL(38,8), "
    "currency VARCHAR, status VARCHAR, plan VARCHAR",
    "invoices": "invoice_id VARCHAR, customer_id VARCHAR, paid_at TIMESTAMP, paid_on DATE, amount DECIMAL(38,8), "
    "currency VARCHAR, status VARCHAR",
    "retention_costs": "line_id BIGINT, incurred_on DATE, category VARCHAR, amount DECIMAL(38,8), currency VARCHAR, "
    "customer_id VARCHAR",
    "retention_cost_dimensions": "line_id BIGINT, dimension VARCHAR, segment VARCHAR",
    "usage_events": "customer_id VARCHAR, occurred_at TIMESTAMP, user_id VARCHAR, event VARCHAR, occurred_on DATE",
    "surveys": "response_id VARCHAR, customer_id VARCHAR, respondent_id VARCHAR, answered_at TIMESTAMP, kind VARCHAR, "
    "score BIGINT, scale_max BIGINT, answered_on DATE",
    "support_tickets": "ticket_id VARCHAR, customer_id VARCHAR, opened_at TIMESTAMP, closed_at TIMESTAMP, "
    "escalated VARCHAR, opened_on DATE",
    "fx_rates": "rate_date DATE, currency VARCHAR, rate DECIMAL(18,8)",
    "months": "month DATE, start_at TIMESTAMP, next_start_at TIMESTAMP, close_at TIMESTAMP, last_on DATE, "
    "is_final BOOLEAN, is_asked BOOLEAN",
    "job": "currency VARCHAR, gross_margin DOUBLE, discount_rate_annual DOUBLE, active VARCHAR, allocation VARCHAR, "
    "as_of_at TIMESTAMP, as_of_on DATE, history_from DATE, history_from_at TIMESTAMP, is_snapshots BOOLEAN, "
    "mrr_is_given BOOLEAN, has_invoices BOOLEAN, has_costs BOOLEAN, has_subscriptions BOOLEAN, has_usage BOOLEAN, "
    "has_users BOOLEAN, has_surveys BOOLEAN, has_tickets BOOLEAN, has_cost_customers BOOLEAN, detractor_max BIGINT, "
    "weight_usage DOUBLE, weight_survey DOUBLE, weight_support DOUBLE, weight_commercial DOUBLE, weight_tenure DOUBLE",
}


def midnight(date, zone):
    """The instant at which a local day begins, in UTC."""
    local = dt.datetime.combine(date, dt.time(), ZoneInfo(zone))
    return local.astimezone(dt.timezone.utc).replace(tzinfo=None)


def instant(value, zone="UTC"):
    """Times are UTC; a date is the midnight that starts it in the zone."""
    if value is None or isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and len(value) > 10:
        return dt.datetime.fromisoformat(value)
    return midnight(day(value), zone)


def local_day(value, zone):
    return value.replace(tzinfo=dt.timezone.utc).astimezone(ZoneInfo(zone)).date()


def day(value):
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def next_month(month):
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def insert(con, table, rows):
    con.execute(f"CREATE TABLE {table} ({SCHEMAS[table]})")
    columns = [row[0] for row in con.execute(f"DESCRIBE {table}").fetchall()]
    for row in rows:
        unknown = set(row) - set(columns)
        assert not unknown, unknown
    marks = "(" + ", ".join("?" for _ in columns) + ")"
    for start in range(0, len(rows), 500):
        part = [[row.get(name) for name in columns] for row in rows[start:start + 500]]
        con.execute(f"INSERT INTO {table} VALUES {', '.join([marks] * len(part))}", [v for values in part for v in values])


def dated(rows, zone, column, on, *others):
    """The rows with their instants read, and the local day of `column` as `on`."""
    rows = [dict(row) for row in rows]
    for row in rows:
        for name in (column, *others):
            row[name] = instant(row.get(name), zone)
        row[on] = local_day(row[column], zone)
    return rows


def canonical(con, as_of, first=None, asked=None, dimensions=(), excluded=(), qualifying=(), settle_days=7, zone="UTC",
              subscriptions=(), snapshots=(), customers=(), invoices=(), costs=(), usage=(), surveys=(), tickets=(), fx=(),
              **job):
    """`customers` are (id, {dimension: segment}); `costs` rows may hold a dict under "dimensions"."""
    as_of = day(as_of)
    close = midnight(as_of + dt.timedelta(days=1), zone)
    subscriptions = dated(subscriptions, zone, "started_at", "started_on", "ended_at", "trial_ended_at")
    invoices = dated(invoices, zone, "paid_at", "paid_on")
    usage = dated(usage, zone, "occurred_at", "occurred_on")
    surveys = dated(surveys, zone, "answered_at", "answered_on")
    tickets = dated(tickets, zone, "opened_at", "opened_on", "closed_at")
    snapshots = [dict(row, snapshot_date=day(row["snapshot_date"])) for row in snapshots]
    costs = [dict(row, line_id=i, incurred_on=day(row["incurred_on"])) for i, row in enumerate(costs)]
    cost_dimensions = [
        {"line_id": row["line_id"], "dimension": d, "segment": s}
        for row in costs for d, s in row.pop("dimensions", {}).items() if s is not None
    ]
    mentioned = [row.pop("started_on") for row in subscriptions] + [row["paid_on"] for row in invoices]
    mentioned += [row["occurred_on"] for row in usage] + [row["answered_on"] for row in surveys]
    mentioned += [row["opened_on"] for row in tickets]
    mentioned += [row["incurred_on"] for row in costs] + [row["snapshot_date"] for row in snapshots]
    asked = [day(f"{m}-01") for m in asked] if asked else None
    if first:
        mentioned.append(day(f"{first}-01"))
    mentioned += asked or []
    month = min([m for m in mentioned if m <= as_of], default=as_of).replace(day=1)
    months = []
    while month <= as_of:
        following = next_month(month)
        months.append({
            "month": month,
            "start_at": midnight(month, zone),
            "next_start_at": midnight(following, zone),
            "close_at": min(midnight(following, zone), close),
            "last_on": min(following - dt.timedelta(days=1), as_of),
            "is_final": following + dt.timedelta(days=settle_days) <= as_of + dt.timedelta(days=1),
            "is_asked": asked is None or month in asked,
        })
        month = following
    history_from = day(job.get("history_from"))
    defaults = {
        "currency": "USD", "gross_margin": 0.8, "discount_rate_annual": 0.1, "active": "paying",
        "allocation": "customers", "as_of_at": close, "as_of_on": as_of, "is_snapshots": bool(snapshots),
        "mrr_is_given": True, "has_invoices": bool(invoices), "has_costs": bool(costs),
        "has_subscriptions": job.get("active") != "purchases", "has_usage": bool(usage), "has_surveys": bool(surveys),
        "has_users": any("user_id" in row for row in usage), "has_tickets": bool(tickets),
        "has_cost_customers": any("customer_id" in row for row in costs), "detractor_max": 6,
        "weight_usage": 0.35, "weight_survey": 0.20, "weight_support": 0.20, "weight_commercial": 0.15, "weight_tenure": 0.10,
    }
    since = {"history_from": history_from, "history_from_at": instant(history_from, zone)}
    insert(con, "job", [{**defaults, **job, **since}])
    insert(con, "months", months)
    insert(con, "dimensions", [{"dimension": d} for d in dimensions])
    insert(con, "excluded_statuses", [{"status": s} for s in excluded])
    insert(con, "qualifying_events", [{"event": e} for e in qualifying])
    insert(con, "customers", [{"customer_id": c} for c, _ in customers])
    insert(con, "customer_dimensions", [
        {"customer_id": c, "dimension": d, "segment": values.get(d)}
        for c, values in customers for d in dimensions if d != "plan"
    ])
    insert(con, "subscriptions", subscriptions)
    insert(con, "subscription_snapshots", snapshots)
    insert(con, "invoices", invoices)
    insert(con, "retention_costs", costs)
    insert(con, "retention_cost_dimensions", cost_dimensions)
    insert(con, "usage_events", usage)
    insert(con, "surveys", surveys)
    insert(con, "support_tickets", tickets)
    insert(con, "fx_rates", [dict(row, rate_date=day(row["rate_date"])) for row in fx])


def run(con, metrics=METRICS):
    con.execute((SQL / "prelude" / "duckdb.sql").read_text())
    con.execute((SQL / "model.sql").read_text())
    con.execute((SQL / "customers.sql").read_text())
    for metric in metrics:
        con.execute(f"CREATE OR REPLACE TABLE {metric} AS {(SQL / 'metrics' / f'{metric}.sql').read_text()}")


def twins(metrics=METRICS, **inputs):
    """A connection with one table per metric."""
    con = duckdb.connect()
    canonical(con, **inputs)
    run(con, metrics)
    return con


def rows(con, query):
    """Dicts, dates as YYYY-MM-DD, decimals exact."""
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values)) for values in cursor.fetchall()]


def sub(id, customer, start, end=None, mrr="10", **more):
    return {"subscription_id": id, "customer_id": customer, "started_at": start, "ended_at": end,
            "mrr": None if mrr is None else Decimal(mrr), **more}
