"""Hand-checked cases and published numbers for the SQL twins.

    make test-sql
"""
import csv
import datetime as dt
import pathlib

import pytest

from twins import Decimal, next_month, rows, sub, twins

D = Decimal
DATA = next((p / "shared" / "data" for p in pathlib.Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
COUNTS = ("opening_customers, new_customers, reactivated_customers, churned_customers, new_and_churned_customers, "
          "closing_customers")


def table(con, columns, name, where="dimension = 'all'"):
    """{YYYY-MM: value or tuple of values}"""
    found = con.execute(f"SELECT strftime(month, '%Y-%m'), {columns} FROM {name} WHERE {where} ORDER BY month").fetchall()
    return {row[0]: row[1] if len(row) == 2 else row[1:] for row in found}


def pairs(count, start, end=None, prefix="c", mrr="10"):
    return [sub(f"{prefix}{i}", f"{prefix}{i}", start, end, mrr) for i in range(count)]


def invoice(id, customer, paid_at, amount, **more):
    return {"invoice_id": id, "customer_id": customer, "paid_at": paid_at, "amount": D(amount), **more}


def cost(on, category, amount, customer=None, **dimensions):
    return {"incurred_on": on, "category": category, "amount": D(amount), "customer_id": customer, "dimensions": dimensions}


def event(customer, at, **more):
    return {"customer_id": customer, "occurred_at": at, **more}


def answer(id, at, kind, score, customer="a", **more):
    """Every answer by another respondent."""
    return {"response_id": str(id), "customer_id": customer, "respondent_id": str(id), "answered_at": at, "kind": kind, "score": score, **more}


# --- boundaries ------------------------------------------------------------------------------------------------------

def test_an_end_at_the_start_of_a_month_is_a_loss_of_that_month():
    con = twins(as_of="2024-03-31", subscriptions=[sub("1", "a", "2024-01-01", "2024-02-01")])
    counts = table(con, COUNTS, "churn")
    assert counts["2024-01"] == (0, 1, 0, 0, 0, 1)
    assert counts["2024-02"] == (1, 0, 0, 1, 0, 0)
    assert counts["2024-03"] == (0, 0, 0, 0, 0, 0)
    # and it pays at no instant of February
    assert table(con, "customers", "arpc") == {"2024-01": 1, "2024-02": 0, "2024-03": 0}


def test_a_whole_life_inside_one_month():
    con = twins(as_of="2024-03-31", subscriptions=[sub("1", "a", "2024-02-05", "2024-02-29"), *pairs(1, "2024-01-01")])
    assert table(con, COUNTS, "churn")["2024-02"] == (1, 0, 0, 0, 1, 1)
    assert table(con, "customer_churn_rate, customer_churn_rate_including_new", "churn")["2024-02"] == (0.0, 1.0)
    assert table(con, "new_mrr, churned_mrr, closing_mrr", "mrr")["2024-02"] == (0, 0, 10)


def test_leaving_and_returning_inside_a_month_is_no_movement_of_customers():
    con = twins(as_of="2024-03-31", subscriptions=[
        sub("1", "a", "2024-01-10", "2024-02-10"), sub("2", "a", "2024-02-20", None, "25")])
    assert table(con, COUNTS, "churn")["2024-02"] == (1, 0, 0, 0, 0, 1)
    assert table(con, "expansion_mrr, churned_mrr, reactivation_mrr, new_mrr", "mrr")["2024-02"] == (15, 0, 0, 0)


def test_a_returner_that_leaves_again_inside_a_month_is_in_no_column():
    con = twins(as_of="2024-04-30", subscriptions=[
        sub("1", "a", "2024-01-10", "2024-02-10"), sub("2", "a", "2024-04-02", "2024-04-09"), *pairs(1, "2024-01-01")])
    assert table(con, COUNTS, "churn")["2024-04"] == (1, 0, 0, 0, 0, 1)
    assert table(con, "customers", "arpc")["2024-04"] == 2


def test_a_plan_swap_on_one_day_a_second_subscription_and_losing_one_of_two():
    con = twins(as_of="2024-04-30", dimensions=["plan"], subscriptions=[
        sub("1", "a", "2024-01-10", "2024-02-10", "10", plan="S"), sub("2", "a", "2024-02-10", None, "30", plan="L"),
        sub("3", "a", "2024-03-05", "2024-04-05", "31", plan="XL")])
    assert table(con, "expansion_mrr, contraction_mrr, churned_mrr, new_mrr, closing_mrr", "mrr") == {
        "2024-01": (0, 0, 0, 10, 10), "2024-02": (20, 0, 0, 0, 30), "2024-03": (31, 0, 0, 0, 61), "2024-04": (0, 31, 0, 0, 30)}
    plans = {m: p for m, p in table(con, "segment", "churn", "dimension = 'plan' AND closing_customers = 1").items()}
    assert plans == {"2024-01": "S", "2024-02": "L", "2024-03": "XL", "2024-04": "L"}
    # a plan's opening counts the customers whose plan it is now
    assert table(con, "opening_mrr", "mrr", "dimension = 'plan' AND segment = 'XL'")["2024-03"] == 30


def test_ties_of_plans_go_to_the_smaller_id_as_text():
    con = twins(as_of="2024-01-31", dimensions=["plan"], subscriptions=[
        sub("9", "a", "2024-01-10", plan="nine"), sub("10", "a", "2024-01-10", plan="ten")])
    assert table(con, "segment", "churn", "dimension = 'plan' AND closing_customers = 1") == {"2024-01": "ten"}


def test_the_plan_of_a_customer_gone_before_the_close_is_its_last():
    con = twins(as_of="2024-01-31", dimensions=["plan"], subscriptions=[
        sub("1", "a", "2024-01-02", "2024-01-20", "500", plan="early"), sub("2", "a", "2024-01-05", "2024-01-25", "1", plan="late"),
        sub("3", "a", "2024-01-05", "2024-01-25", "2", plan="latest")])
    assert table(con, "segment", "churn", "dimension = 'plan' AND new_and_churned_customers = 1") == {"2024-01": "latest"}
    # the cohort has the plan of the first instant
    assert table(con, "segment", "cohorts", "dimension = 'plan' AND cohort_customers = 1") == {"2024-01": "early"}


def test_february_29_and_a_month_that_is_not_over():
    con = twins(as_of="2024-02-28", settle_days=0, subscriptions=[
        sub("1", "a", "2024-01-10", "2024-02-28T23:59:59"), sub("2", "b", "2024-01-10", "2024-02-29"),
        sub("3", "c", "2024-02-29"), sub("4", "d", "2024-01-10", "2030-01-01")])
    assert table(con, COUNTS, "churn")["2024-02"] == (3, 0, 0, 1, 0, 2)
    assert table(con, "is_final", "churn") == {"2024-01": True, "2024-02": False}
    assert table(twins(as_of="2024-02-29", settle_days=0, subscriptions=[]), "is_final", "churn") == {"2024-02": True}


def test_nothing_at_or_after_the_as_of_instant_is_known():
    rows_ = [sub("1", "a", "2024-01-10", trial_ended_at="2024-03-16"), sub("2", "b", "2024-01-10", "2024-03-16"),
             sub("3", "c", "2024-03-16"), sub("4", "d", "2024-01-10", trial_ended_at="2024-03-15")]
    con = twins(as_of="2024-03-15", subscriptions=rows_)
    assert table(con, COUNTS, "churn")["2024-03"] == (1, 1, 0, 0, 0, 2)
    assert con.execute("SELECT SUM(cohort_customers) FROM cohorts WHERE age_months = 0 AND dimension = 'all'").fetchone() == (2,)
    entitled = twins(as_of="2024-03-15", subscriptions=rows_, active="entitled")
    assert table(entitled, COUNTS, "churn")["2024-03"] == (3, 0, 0, 0, 0, 3)
    assert table(entitled, "new_mrr, closing_mrr", "mrr")["2024-03"] == (10, 20)


def test_trials_zero_prices_and_excluded_statuses_do_not_pay():
    rows_ = [sub("1", "a", "2024-01-10", status="trialing"), sub("2", "b", "2024-01-10", mrr="0"),
             sub("3", "c", "2024-01-10", status="draft"), sub("4", "d", "2024-01-10", "2024-01-20", trial_ended_at="2024-01-20"),
             sub("5", "e", "2024-01-10", trial_ended_at="2024-02-01"), sub("6", "f", "2024-01-10", status="trialing", trial_ended_at="2024-01-01")]
    con = twins(as_of="2024-02-29", excluded=["draft"], subscriptions=rows_)
    assert table(con, COUNTS, "churn") == {"2024-01": (0, 1, 0, 0, 0, 1), "2024-02": (1, 1, 0, 0, 0, 2)}
    entitled = twins(as_of="2024-02-29", excluded=["draft"], subscriptions=rows_, active="entitled")
    assert table(entitled, COUNTS, "churn")["2024-01"] == (0, 4, 0, 0, 1, 4)


def test_no_customers_at_all():
    con = twins(as_of="2024-02-29", first="2024-01", dimensions=["region", "plan"], subscriptions=[],
                costs=[cost("2024-02-01", "ads", "5")], has_invoices=True)
    assert set(table(con, "null_reason", "churn").values()) == {"no_opening_customers"}
    assert set(table(con, "null_reason", "arpc").values()) == {"no_customers"}
    assert con.execute("SELECT COUNT(*) FROM cohorts").fetchone() == (0,)
    assert con.execute("SELECT DISTINCT null_reason FROM cltv WHERE dimension <> 'plan' ORDER BY 1").fetchall() == [
        ("no_customers",), ("not_mature",)]
    assert set(table(con, "null_reason", "cltv", "dimension = 'plan' AND method = 'historical'").values()) == {"not_constant"}
    where = "dimension = 'region' AND category = 'ads' AND window_months = 1"
    assert table(con, "segment, retention_cost", "crc", where)["2024-02"] == ("(unknown)", 5)


def test_quiet_months_are_rows():
    con = twins(as_of="2024-06-30", dimensions=["region"], customers=[("a", {"region": "EU"}), ("b", {"region": None})],
                subscriptions=[sub("1", "a", "2024-01-10", "2024-02-10"), sub("2", "a", "2024-05-10")])
    for name, per_segment in (("churn", 1), ("mrr", 1), ("arpc", 1), ("cltv", 23), ("cltv_backtest", 16)):
        assert con.execute(f"SELECT COUNT(*) FROM {name}").fetchone() == (6 * 3 * per_segment,)
    assert table(con, COUNTS, "churn")["2024-04"] == (0, 0, 0, 0, 0, 0)
    assert table(con, COUNTS, "churn", "segment = 'EU'")["2024-05"] == (0, 0, 1, 0, 0, 1)


# --- money -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("amount, quantity, discount, interval, count, monthly", [
    ("19.99", "5", "5", "month", 24, "3.9563"),  # 3.95625, half away from zero
    ("500", "4", None, "year", None, "166.6667"),
    ("10", None, None, "week", 1, "43.3333"),
    ("1", None, None, "day", 1, "30.4375"),
    ("100", None, None, "quarter", 2, "16.6667"),
    ("0.00005", None, None, "month", 1, "0.0001"),
])
def test_monthly_amount(amount, quantity, discount, interval, count, monthly):
    con = twins(as_of="2024-01-31", mrr_is_given=False, subscriptions=[sub(
        "1", "a", "2024-01-01", mrr=None, amount=D(amount), quantity=quantity and D(quantity),
        discount=discount and D(discount), interval=interval, interval_count=count)])
    assert table(con, "closing_mrr", "mrr") == {"2024-01": D(monthly)}


FX = [{"rate_date": on, "currency": c, "rate": D(r)} for on, c, r in (
    ("2023-12-01", "EUR", "1.1"), ("2024-01-31", "EUR", "1.2"), ("2024-02-29", "EUR", "1.5"), ("2023-12-01", "GBP", "2"))]


def test_a_changing_rate_is_no_movement_and_no_part_of_a_rate():
    con = twins(as_of="2024-02-29", fx=FX, subscriptions=[
        sub("1", "a", "2024-01-10", mrr="10", currency="EUR"), sub("2", "a", "2024-01-10", "2024-02-15", "5", currency="GBP"),
        sub("3", "b", "2024-01-10", mrr="100")])
    assert table(con, "opening_mrr, fx_mrr, contraction_mrr, closing_mrr, gross_mrr_churn_rate", "mrr") == {
        "2024-01": (0, 0, 0, 122, None), "2024-02": (122, 3, 10, 115, 10 / 125)}


def test_a_rate_on_the_day_of_an_invoice_and_refunds_of_their_own_month():
    con = twins(as_of="2024-02-29", fx=FX, subscriptions=pairs(2, "2024-01-01"), invoices=[
        invoice("1", "c0", "2024-01-30", "100", currency="EUR"), invoice("2", "c0", "2024-01-31T23:59:59", "100", currency="EUR"),
        invoice("3", "c0", "2024-02-01", "-30", currency="EUR"), invoice("4", "x", "2024-02-01", "7", status="void"),
        invoice("5", "y", "2024-02-01", "0"), invoice("6", "z", "2024-02-02", "-1.5")])
    assert table(con, "revenue, refunds, net_revenue, customers, arpc, share_above_arpc", "arpc") == {
        "2024-01": (230, 0, 230, 2, 115, 0.5), "2024-02": (0, D("37.5"), D("-37.5"), 3, D("-12.5"), 2 / 3)}


def test_quantiles_interpolate_in_integers():
    amounts = ["0.0001", "0.0002", "1", "2", "3", "10"]
    con = twins(as_of="2024-01-31", subscriptions=pairs(6, "2024-01-01"),
                invoices=[invoice(str(i), f"c{i}", "2024-01-02", a) for i, a in enumerate(amounts)])
    assert table(con, "median_revenue, p90_revenue", "arpc") == {"2024-01": (D("1.5"), D("6.5"))}
    two = twins(as_of="2024-01-31", subscriptions=pairs(2, "2024-01-01"),
                invoices=[invoice(str(i), f"c{i}", "2024-01-02", a) for i, a in enumerate(amounts[:2])])
    assert table(two, "median_revenue, p90_revenue", "arpc") == {"2024-01": (D("0.0002"), D("0.0002"))}  # 1.5, 1.9 ticks


# --- cohorts ---------------------------------------------------------------------------------------------------------

def test_survival_counts_first_losses_and_reactivation_does_not_resurrect():
    con = twins(as_of="2024-05-31", settle_days=0, subscriptions=[
        *pairs(2, "2024-01-05"), sub("x", "x", "2024-01-05", "2024-02-05"), sub("y", "x", "2024-03-05"),
        sub("z", "z", "2024-01-05", "2024-01-06")])
    cells = rows(con, "SELECT * FROM cohorts WHERE cohort_month = DATE '2024-01-01' AND dimension = 'all' ORDER BY age_months")
    picked = [(c["active_customers"], c["at_risk_customers"], c["churned_customers"], c["new_and_churned_customers"],
               c["first_loss_at_risk"], c["first_loss_customers"], c["survival_rate"]) for c in cells]
    assert picked == [(3, 0, 0, 1, 4, 1, 0.75), (2, 3, 1, 0, 3, 1, 0.5), (3, 2, 0, 0, 2, 0, 0.5), (3, 3, 0, 0, 2, 0, 0.5),
                      (3, 3, 0, 0, 2, 0, 0.5)]
    # Greenwood of uncensored data is binomial
    assert cells[1]["survival_standard_error"] == pytest.approx((0.5 * 0.5 / 4) ** 0.5)
    assert cells[0]["null_reason"] == "age_zero" and cells[0]["hazard_rate"] is None
    assert [c["revenue_retention_rate"] for c in cells] == [1.0, 2 / 3, 1.0, 1.0, 1.0]


def test_a_cohort_that_died_out_keeps_survival_0():
    con = twins(as_of="2024-04-30", subscriptions=[sub("1", "a", "2024-01-05", "2024-02-05")])
    cells = rows(con, "SELECT * FROM cohorts WHERE cohort_month = DATE '2024-01-01' AND dimension = 'all' ORDER BY age_months")
    assert [c["survival_rate"] for c in cells] == [1.0, 0.0, 0.0, None]
    assert [c["survival_standard_error"] for c in cells] == [0.0, 0.0, 0.0, None]
    assert [c["null_reason"] for c in cells] == ["age_zero", "no_input", "no_at_risk", "not_final"]


def test_invoices_before_the_first_payment_period_count_at_age_0():
    con = twins(as_of="2024-03-31", subscriptions=[sub("1", "a", "2024-02-05")], invoices=[
        invoice("1", "a", "2024-01-20", "5"), invoice("2", "a", "2024-02-20", "7"), invoice("3", "a", "2024-03-20", "-2"),
        invoice("4", "nobody", "2024-03-20", "100")])
    assert table(con, "revenue, cumulative_revenue", "cohorts", "dimension = 'all' AND cohort_customers = 1") == {
        "2024-02": (12, 12), "2024-03": (-2, 10)}


def test_history_from_and_left_truncation():
    con = twins(as_of="2024-03-31", history_from="2024-02-01", first="2023-12",
                subscriptions=[sub("1", "old", "2023-06-01", "2024-03-10"), sub("2", "new", "2024-02-10")])
    assert table(con, "null_reason, closing_customers", "churn") == {
        **{m: ("no_history", None) for m in ("2023-06", "2023-07", "2023-08", "2023-09", "2023-10", "2023-11", "2023-12", "2024-01")},
        "2024-02": (None, 2), "2024-03": (None, 1)}
    old = table(con, "null_reason, cohort_customers, at_risk_customers, churned_customers, survival_rate, hazard_rate",
                "cohorts", "dimension = 'all' AND cohort_month = DATE '2023-06-01'")
    assert old["2024-03"] == ("left_truncated", None, 1, 1, None, 1.0)


# --- snapshots -------------------------------------------------------------------------------------------------------

def test_snapshots_know_closes_only():
    def state(on, **mrr):
        return [{"snapshot_date": on, "subscription_id": c, "customer_id": c, "mrr": D(v)} for c, v in mrr.items()]
    con = twins(as_of="2024-04-10", snapshots=[
        *state("2024-01-31", a=10, b=20), *state("2024-02-15", a=10, b=20, x=5), *state("2024-02-29", a=15, c=1),
        *state("2024-03-31", a=15, b=20), *state("2024-04-10", a=15)])
    counts = table(con, COUNTS + ", null_reason", "churn")
    assert counts["2024-01"] == (None, None, None, None, None, 2, "no_opening")
    assert counts["2024-02"] == (2, 1, 0, 1, None, 2, "no_input")
    assert counts["2024-03"] == (2, 0, 1, 1, None, 2, "no_input")
    assert counts["2024-04"] == (2, 0, 0, 1, None, 1, "no_input")
    assert table(con, "customers", "arpc")["2024-02"] == 3  # at open or at close
    assert table(con, "opening_mrr, closing_mrr, null_reason", "mrr")["2024-01"] == (None, 30, "no_opening")
    assert table(con, "null_reason", "cohorts", "dimension = 'all' AND cohort_month = DATE '2024-01-01'")["2024-03"] == "left_truncated"


# --- purchases -------------------------------------------------------------------------------------------------------

def test_without_subscriptions_every_twin_runs_and_those_that_need_them_say_so():
    con = twins(as_of="2024-03-31", active="purchases", allocation="mrr", dimensions=["plan"], fx=FX, usage=[event("x", "2024-02-05")],
                costs=[cost("2024-02-03", "ads", "8")],
                invoices=[invoice("1", "a", "2024-01-30", "100", currency="EUR"), invoice("2", "a", "2024-02-28", "10", currency="EUR"),
                          invoice("3", "b", "2024-02-05", "3"), invoice("4", "b", "2024-03-31T23:59:59", "0")])
    # January at 1.1, 28 February still at 1.2
    assert table(con, "revenue, customers, null_reason", "arpc") == {
        "2024-01": (110, 1, "no_subscriptions"), "2024-02": (15, 2, "no_subscriptions"), "2024-03": (0, 1, "no_subscriptions")}
    assert table(con, "active_customers, customer_retention_rate, cumulative_revenue, active_mrr", "cohorts",
                 "dimension = 'all' AND cohort_month = DATE '2024-01-01'") == {
        "2024-01": (1, 1, 110, None), "2024-02": (1, 1, 122, None), "2024-03": (0, 0, 122, None)}
    # the last final month is February: nobody of January was lost in it
    assert table(con, "value, null_reason, churn_rate", "cltv", "dimension = 'all' AND method = 'purchase_value'")["2024-02"] == (
        None, "zero_churn", 0)
    # (125 x .8 - 8) / 2; without MRR to go by, the cost is nobody's
    assert table(con, "value", "cltv", "segment = '(unknown)' AND method = 'historical'")["2024-02"] == 46
    assert con.execute("SELECT DISTINCT null_reason FROM cltv WHERE method NOT IN ('historical', 'purchase_value')").fetchall() == [("no_subscriptions",)]
    assert table(con, "monthly_active_customers", "engagement", "segment = '(unknown)'")["2024-02"] == 1


# --- surveys and usage -----------------------------------------------------------------------------------------------

def test_without_surveys_or_usage_there_are_no_rows():
    con = twins(metrics=["nps", "csat", "engagement"], as_of="2024-01-31", subscriptions=pairs(1, "2024-01-01"))
    assert [con.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("nps", "csat", "engagement")] == [0, 0, 0]


@pytest.mark.parametrize("promoters, passives, detractors, expected", [
    (162, 108, 54, (33.33, 24.95, 41.11)), (10, 0, 0, (100, 47.5, 100)), (0, 0, 10, (-100, -100, -47.5)),
    (1, 0, 0, (100, -48.5, 98.5)),  # p' = 1.75/4, q' = .75/4: 25 -+ 100 x 1.96 x sqrt(.140625), which is .375
])
def test_published_nps_intervals(promoters, passives, detractors, expected):
    scores = [9] * promoters + [8] * passives + [6] * detractors
    con = twins(metrics=["nps"], as_of="2024-01-31", surveys=[answer(i, "2024-01-05", "nps", score) for i, score in enumerate(scores)])
    found = table(con, "nps, nps_lower, nps_upper", "nps")["2024-01"]
    assert tuple(map(lambda value: round(value, 2), found)) == pytest.approx(expected, abs=0.011 if promoters == 162 else 0.05)


@pytest.mark.parametrize("satisfied, count, lower, upper", [(81, 263, .2553, .3662), (15, 148, .0624, .1605), (0, 20, 0, .1611), (20, 20, .8389, 1)])
def test_csat_has_wilson_intervals(satisfied, count, lower, upper):
    con = twins(metrics=["csat"], as_of="2024-01-31", surveys=[
        answer(i, "2024-01-05", "csat", 4 if i < satisfied else 3) for i in range(count)])
    low, high = table(con, "csat_lower, csat_upper", "csat")["2024-01"]
    assert (round(low, 4), round(high, 4)) == (lower, upper)


def test_months_begin_with_the_first_event_of_any_kind():
    con = twins(as_of="2024-04-30", usage=[event("a", "2024-03-05")], surveys=[answer(1, "2024-02-05", "nps", 9)],
                tickets=[{"ticket_id": "t", "customer_id": "a", "opened_at": "2024-01-05"}], subscriptions=pairs(1, "2024-04-10"))
    assert list(table(con, "responses", "nps")) == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert table(con, "null_reason", "engagement") == {
        "2024-01": "no_active_customers", "2024-02": "no_active_customers", "2024-03": "no_input", "2024-04": "no_active_customers"}


# --- retention costs -------------------------------------------------------------------------------------------------

def test_costs_direct_named_spread_and_negative():
    con = twins(as_of="2024-02-29", dimensions=["region"], customers=[("a", {"region": "EU"}), ("b", {"region": "US"}), ("c", {"region": "AP"})],
                subscriptions=[sub("1", "a", "2024-01-01"), sub("2", "b", "2024-01-01"), sub("3", "c", "2024-01-01")],
                costs=[cost("2024-02-03", "ads", "0.0004"), cost("2024-02-04", "ads", "0.0001"), cost("2024-02-05", "ads", "-0.0002"),
                       cost("2024-02-05", "ads", "7", region="Mars"), cost("2024-02-05", "care", "3", customer="a", region="US"),
                       cost("2024-02-05", "care", "2", customer="nobody"), cost("2024-03-01", "late", "9")])
    found = con.execute("""SELECT category, segment, direct_cost, allocated_cost FROM crc
        WHERE dimension = 'region' AND window_months = 1 AND month = DATE '2024-02-01' AND category <> 'all' ORDER BY 1, 2""").fetchall()
    tick = D("0.0001")
    assert found == [
        ("ads", "(unknown)", 0, 0), ("ads", "AP", 0, 2 * tick - tick), ("ads", "EU", 0, 2 * tick - tick), ("ads", "Mars", 7, 0),
        ("ads", "US", 0, tick),
        ("care", "(unknown)", 2, 0), ("care", "AP", 0, 0), ("care", "EU", 3, 0), ("care", "Mars", 0, 0), ("care", "US", 0, 0)]
    assert con.execute("""SELECT direct_cost, allocated_cost, retention_cost FROM crc WHERE dimension = 'all' AND category = 'all'
        AND window_months = 1 AND month = DATE '2024-02-01'""").fetchone() == (D("12.0003"), 0, D("12.0003"))


def test_a_year_of_costs_counts_the_two_ends_of_retention():
    con = twins(as_of="2024-02-29", subscriptions=[*pairs(4, "2023-01-10"), sub("x", "x", "2023-01-10", "2023-05-05"),
                sub("x2", "x", "2024-01-05"), sub("y", "y", "2023-01-10", "2023-06-01")],
                costs=[cost(f"2023-{m:02}-02", "care", "10") for m in range(1, 13)] + [cost("2024-01-02", "care", "10")])
    where = "category = 'all' AND window_months = 12"
    found = table(con, "retention_cost, opening_customers, retained_customers, crc, null_reason", "crc", where)
    assert found["2023-11"] == (None, None, None, None, "not_mature")
    assert found["2023-12"] == (120, 0, 0, None, "no_retained_customers")
    assert found["2024-01"] == (120, 6, 5, 24, None)  # x was away in between


# --- published numbers -----------------------------------------------------------------------------------------------

def test_published_churn_example():
    con = twins(as_of="2024-02-29", subscriptions=[
        *pairs(90, "2023-12-10"), *pairs(10, "2023-12-10", "2024-02-10", "lost"), sub("j", "j", "2024-02-03", "2024-02-20"),
        sub("r", "r", "2023-11-01", "2023-12-05"), sub("r2", "r", "2024-02-03", "2024-02-20")])
    assert table(con, "opening_customers, customer_churn_rate, customer_churn_rate_including_new", "churn")["2024-02"] == (100, .1, .11)


def test_published_mrr_churn_example():
    con = twins(as_of="2024-02-29", subscriptions=[
        sub("1", "a", "2024-01-01", "2024-02-10", "10"), sub("2", "b", "2024-01-01", "2024-02-10", "40"),
        sub("2", "b", "2024-02-10", None, "30"), sub("3", "c", "2024-01-01", "2024-02-10", "50"), sub("3", "c", "2024-02-10", None, "60")])
    rates = table(con, "gross_mrr_churn_rate, net_mrr_churn_rate, gross_revenue_retention, net_revenue_retention, quick_ratio", "mrr")
    assert rates["2024-02"] == (.2, .1, .8, .9, .5)


@pytest.mark.parametrize("lost, count, lower, upper", [(81, 263, .2553, .3662), (15, 148, .0624, .1605), (0, 20, 0, .1611), (1, 29, .0061, .1718)])
def test_published_wilson_intervals(lost, count, lower, upper):
    con = twins(as_of="2024-02-29", subscriptions=[*pairs(lost, "2024-01-10", "2024-02-10", "lost"), *pairs(count - lost, "2024-01-10")])
    low, high = table(con, "customer_churn_rate_lower, customer_churn_rate_upper", "churn")["2024-02"]
    assert (round(low, 4), round(high, 4)) == (lower, upper)


@pytest.mark.parametrize("kept, amount, expected", [(250, "125000", 500), (10_000, "1000000", 100)])
def test_published_retention_cost(kept, amount, expected):
    con = twins(as_of="2024-02-29", subscriptions=[*pairs(kept, "2024-01-10"), *pairs(3, "2024-01-10", "2024-02-10", "lost")],
                costs=[cost("2024-02-10", "care", amount)])
    assert table(con, "crc", "crc", "category = 'all' AND window_months = 1")["2024-02"] == expected


def steady_churn(mrr, **job):
    """20 customers, one lost and one won every month: churn 5 % in each of the trailing months."""
    subscriptions, month = pairs(13, "2023-01-10", mrr=mrr), dt.date(2023, 2, 1)
    for i in range(7):
        subscriptions += [sub(f"out{i}", f"out{i}", "2023-01-10", month.replace(day=5), mrr),
                          sub(f"in{i}", f"in{i}", month.replace(day=6), None, mrr)]
        month = next_month(month)
    return twins(as_of="2023-08-31", settle_days=0, subscriptions=subscriptions, gross_margin=1.0, **job)


def test_published_simple_lifetime_value():
    con = steady_churn("100")
    assert table(con, "value, churn_rate, monthly_margin, lifetime_months, customers, churn_events", "cltv", "method = 'simple'")["2023-08"] == (
        2000, .05, 100, 20, 120, 6)


def test_published_present_value_at_constant_retention():
    con = steady_churn("8")
    found = con.execute("SELECT value, residual_value FROM cltv WHERE method = 'constant_pv' AND horizon_months = 0 AND month = DATE '2023-08-01'").fetchone()
    assert found == (D("139.0929"), D("131.0929"))


def test_zero_churn_gives_a_bound_only():
    con = twins(as_of="2024-02-29", settle_days=0, subscriptions=pairs(3, "2024-01-10", mrr="100"), gross_margin=1.0)
    value, lower, reason = table(con, "value, value_lower, null_reason", "cltv", "method = 'simple'")["2024-02"]
    assert value is None and reason == "zero_churn"
    assert lower == pytest.approx(D(100 / (1 - .05 ** (1 / 3))), abs=D("0.0001"))


def test_pooled_survival_needs_ten_at_risk():
    # 12 of January, 10 of February: one of each lost in its second month
    con = twins(as_of="2024-03-31", settle_days=0, gross_margin=1.0, discount_rate_annual=0.0, subscriptions=[
        *pairs(11, "2024-01-10", prefix="a"), sub("x", "x", "2024-01-10", "2024-02-10"),
        *pairs(9, "2024-02-10", prefix="b"), sub("y", "y", "2024-02-10", "2024-03-10")])
    pooled = con.execute("""SELECT horizon_months, value, null_reason, churn_events FROM cltv
        WHERE method = 'empirical' AND month = DATE '2024-03-01' ORDER BY 1""").fetchall()
    assert pooled == [(h, None, "(fitted)", 2) for h in (0, 12, 24, 36, 60)]  # ages 0..2 only: the rest is a model's
    assert con.execute("SELECT survival_rate FROM cohorts WHERE month = DATE '2024-02-01' AND age_months = 1").fetchone() == (11 / 12,)


@pytest.mark.parametrize("lost", [29, 30])
def test_segments_with_under_30_losses_are_drawn_towards_the_pool(lost):
    def region(name, gone, stay, end):
        return [sub(f"{name}{i}", f"{name}{i}", "2023-01-10", end if i < gone else None) for i in range(gone + stay)]
    subscriptions = region("A", lost, 10, "2023-02-10") + region("B", 5, 15, "2023-03-10")
    con = twins(as_of="2024-01-31", settle_days=0, discount_rate_annual=0.0, dimensions=["region"], subscriptions=subscriptions,
                asked=["2024-01"], customers=[(s["customer_id"], {"region": s["customer_id"][0]}) for s in subscriptions])
    found = {s: v for s, *v in con.execute("""SELECT segment, lifetime_months, is_shrunk, churn_events FROM cltv
        WHERE method = 'empirical' AND horizon_months = 12""").fetchall()}
    # alone, A is read as far as ten of its own are at risk: to the end
    pool1, pool2 = lost / (lost + 30), 5 / 30
    loss1, loss2 = 30 * pool1 / 50, (5 + 30 * pool2) / 50
    assert found["all"] == [pytest.approx(1 + (1 - pool1) + 10 * (1 - pool1) * (1 - pool2)), False, lost + 5]
    assert found["B"] == [pytest.approx(1 + (1 - loss1) + 10 * (1 - loss1) * (1 - loss2)), True, 5]
    kept1, kept2 = (10 / 40, 1) if lost == 30 else (1 - (29 + 30 * pool1) / 69, 1 - 30 * pool2 / 40)
    assert found["A"] == [pytest.approx(1 + kept1 + 10 * kept1 * kept2), lost < 30, lost]
    unknown = (1 - pool1, 1 - pool2)  # nobody: the pool itself
    assert found["(unknown)"] == [pytest.approx(1 + unknown[0] + 10 * unknown[0] * unknown[1]), True, 0]


def test_pooled_survival_ends_where_everybody_left():
    con = twins(as_of="2023-12-31", settle_days=0, discount_rate_annual=0.0, gross_margin=1.0, asked=["2023-12"],
                subscriptions=pairs(12, "2023-01-10", "2023-12-10"))
    assert table(con, "value, lifetime_months", "cltv", "method = 'empirical' AND horizon_months = 12")["2023-12"] == (110, 11)


def test_rows_of_fits_hold_what_the_fits_start_from():
    con = twins(as_of="2024-03-31", settle_days=0, gross_margin=1.0, dimensions=["region"], customers=[("x", {"region": "EU"})],
                subscriptions=[*pairs(11, "2024-01-10"), sub("x", "x", "2024-01-10", "2024-02-10")])
    found = con.execute("""SELECT DISTINCT method, segment, value, monthly_margin, churn_rate, customers, churn_events, is_shrunk, null_reason
        FROM cltv WHERE method IN ('sbg', 'bdw') AND month = DATE '2024-03-01' ORDER BY ALL""").fetchall()
    # openings 0, 12, 11; of EU 0, 1, 0
    assert found == [(m, s, None, 10, None, customers, losses, s != "all", "(fitted)") for m in ("bdw", "sbg")
                     for s, customers, losses in (("(unknown)", 22, 0), ("EU", 1, 1), ("all", 23, 1))]
    assert con.execute("SELECT COUNT(*) FROM cltv WHERE method IN ('sbg', 'bdw') AND month = DATE '2024-03-01'").fetchone() == (30,)


def test_customers_of_the_first_snapshot_are_in_no_pool():
    def state(on, **mrr):
        return [{"snapshot_date": on, "subscription_id": c, "customer_id": c, "mrr": D(v)} for c, v in mrr.items()]
    con = twins(as_of="2024-04-30", settle_days=0, snapshots=[
        *state("2024-01-31", a=10, b=10), *state("2024-02-29", a=10, b=10, c=10, d=10), *state("2024-03-31", b=10, d=10), *state("2024-04-30", d=10)])
    # a and b are of the base month; of c and d, c is lost in March
    assert table(con, "churn_events", "cltv", "method = 'empirical' AND horizon_months = 12") == {
        "2024-01": None, "2024-02": 0, "2024-03": 1, "2024-04": 1}
    assert table(con, "churn_events", "cltv", "method = 'simple'")["2024-04"] == 3


@pytest.mark.parametrize("entry, reason", [("2023-08-10", None), ("2023-07-10", "(fitted)"), ("2023-10-10", "(fitted)")])
def test_the_curve_is_observed_up_to_the_last_age_with_ten_at_risk(entry, reason):
    # History: January to June 2024. Ten new customers are seen at ages 0 to 5. With ten each of 2023-08 (ages 5 to 10) and
    # 2023-07 (6 to 11) K = 11. Of 2023-07 with only nine left in its last month K = 10; those of 2023-10 are seen to age 8.
    old = {"2023-08-10": [*pairs(10, "2023-08-10", prefix="o"), *pairs(10, "2023-07-10", prefix="p")],
           "2023-07-10": [*pairs(9, "2023-07-10", prefix="o"), sub("l", "l", "2023-07-10", "2024-05-10")],
           "2023-10-10": pairs(20, "2023-10-10", prefix="o")}[entry]
    con = twins(metrics=["cltv"], as_of="2024-06-30", settle_days=0, discount_rate_annual=0.0, gross_margin=1.0, asked=["2024-06"],
                history_from="2024-01-01", subscriptions=[*old, *pairs(10, "2024-01-10", prefix="n")])
    assert table(con, "null_reason, value", "cltv", "method = 'empirical' AND horizon_months = 12")["2024-06"] == (
        reason, None if reason else 120)


def test_beyond_an_age_that_nobody_was_seen_at_nothing_is_observed():
    # 12 new in May (ages 0, 1), 12 of a year before (ages 11 to 13 in April, May and June): 2 to 10 were never seen
    con = twins(metrics=["cltv"], as_of="2024-06-30", settle_days=0, asked=["2024-06"], history_from="2024-04-01",
                subscriptions=[*pairs(12, "2023-05-10", prefix="o"), *pairs(12, "2024-05-10", prefix="n")])
    assert table(con, "null_reason", "cltv", "method = 'empirical' AND horizon_months = 12")["2024-06"] == "(fitted)"
    # and with nobody new there is no first age to begin with
    con = twins(metrics=["cltv"], as_of="2024-06-30", settle_days=0, asked=["2024-06"], history_from="2024-04-01",
                subscriptions=pairs(12, "2023-05-10", prefix="o"))
    assert table(con, "null_reason", "cltv", "method = 'empirical' AND horizon_months = 12")["2024-06"] == "too_few"


def test_a_survivor_of_a_plan_nobody_pays_for_has_no_margin():
    con = twins(metrics=["cltv_backtest"], as_of="2023-10-31", settle_days=0, asked=["2023-10"], gross_margin=1.0, dimensions=["plan"], subscriptions=[
        sub("1", "a", "2023-01-10", "2023-09-10", plan="S"), sub("2", "a", "2023-09-10", plan="L")])
    assert table(con, "customers, actual_customer_months, actual_value", "cltv_backtest",
                 "segment = 'S' AND horizon_months = 3 AND method = 'sbg'")["2023-10"] == (1, 3, None)
    assert table(con, "customers, actual_customer_months, actual_value", "cltv_backtest",
                 "segment = 'all' AND horizon_months = 3 AND method = 'sbg'")["2023-10"] == (1, 3, 30)


@pytest.mark.skipif(DATA is None, reason="shared/data is not here")
def test_telco_churn():
    def months_before(date, count):
        number = date.year * 12 + date.month - 1 - count
        return date.replace(year=number // 12, month=number % 12 + 1)
    subscriptions, as_of = [], dt.date(2024, 6, 15)
    with open(DATA / "telco_customer_churn.csv", newline="") as file:
        for row in csv.DictReader(file):
            started, lost = months_before(as_of, int(row["tenure"])), row["Churn"] == "Yes"
            subscriptions.append(sub(row["customerID"], row["customerID"], started, as_of if lost else None, row["MonthlyCharges"]))
    con = twins(metrics=["churn", "mrr"], as_of=as_of, asked=["2024-06"], subscriptions=subscriptions)
    opening, churned, new, rate = table(con, "opening_customers, churned_customers, new_customers, customer_churn_rate", "churn")["2024-06"]
    assert (opening, churned, new, round(rate, 5)) == (7032, 1869, 11, .26578)
    assert table(con, "churned_mrr, closing_mrr", "mrr")["2024-06"] == (D("139130.85"), D("456116.60") - D("139130.85"))
