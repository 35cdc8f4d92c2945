"""Retention models fitted with scipy, from the papers, against what `tenure` publishes in `cltv`.

Run by the Rust test `models_python`, which writes the tables to read; alone, with such a directory at hand:

    TENURE_MODELS=DIRECTORY python -m pytest tests/models/check_models.py

Nothing is taken over from the engine: customers are counted in the table `cohorts`, likelihoods are those of whole
customers (P(T = t) of the lost, S(t) of the others), not products of hazards, and sums are added up term by term.

    sBG  Fader & Hardie 2007, "How to Project Customer Retention"
    BdW  Fader, Hardie, Liu, Davin & Steenburgh 2018, "How to Project Customer Retention" Revisited
"""
import collections
import csv
import dataclasses
import functools
import math
import os
import pathlib
import tomllib

import numpy as np
import pytest
from scipy import integrate, optimize, stats
from scipy.special import betaln, loggamma, logit

DATA = pathlib.Path(os.environ["TENURE_MODELS"])
JOB = tomllib.loads((DATA / "job.toml").read_text())
HORIZONS = (12, 24, 36, 60, 0)
ENDLESS = 6_000  # months; at 10 % a year the next one is worth 1e-20


def read(name):
    with open(DATA / f"{name}.csv", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


COHORTS, CHURN, MRR, CRC, CLTV = (read(name) for name in ("cohorts", "churn", "mrr", "crc", "cltv"))
MONTHS = sorted({row["month"] for row in CLTV})
SEGMENTS = sorted({(row["dimension"], row["segment"]) for row in CLTV})
# the last month, in which not every cell is final; one in which the curves are short; one with hardly any history
CASES = [(month, *segment) for month in (MONTHS[-1], MONTHS[13], MONTHS[4]) for segment in SEGMENTS]


@functools.cache
def rows(name, month, dimension, segment):
    table = {"cohorts": COHORTS, "churn": CHURN, "mrr": MRR, "crc": CRC, "cltv": CLTV}[name]
    return [row for row in table if (row["month"], row["dimension"], row["segment"]) == (month, dimension, segment)]


@dataclasses.dataclass
class Counts:
    """At risk and lost, by index."""
    at_risk: np.ndarray
    lost: np.ndarray

    def drawn_to(self, pool):
        """Thirty customers of the pool at each age it has seen."""
        size = max(len(self.at_risk), len(pool.at_risk))
        at_risk, lost, pool_at_risk, pool_lost = (
            np.pad(x, (0, size - len(x))) for x in (self.at_risk, self.lost, pool.at_risk, pool.lost))
        seen = pool_at_risk > 0
        lent = np.divide(30 * pool_lost, pool_at_risk, out=np.zeros(size), where=seen)
        return Counts(at_risk + 30 * seen, lost + lent)


@functools.cache
def counted(month, dimension, segment):
    """By age, and by renewal with renewal 1 at index 0: the losses of age 0 fall on the first renewal."""
    cells = collections.defaultdict(dict)
    for row in COHORTS:
        if (row["dimension"], row["segment"]) == (dimension, segment) and row["month"] <= month:
            if row["is_final"] == "true" and row["null_reason"] != "left_truncated":
                cells[row["cohort_month"]][int(row["age_months"])] = (
                    int(row["first_loss_at_risk"]), int(row["first_loss_customers"]))
    ages, renewals = np.zeros((2, 200)), np.zeros((2, 200))
    for cohort in cells.values():
        assert sorted(cohort) == list(range(len(cohort)))
        for age, cell in cohort.items():
            ages[:, age] += cell
            if age == 1:
                renewals[:, 0] += (cohort[0][0], cohort[0][1] + cell[1])
            elif age > 1:
                renewals[:, age - 1] += cell
    used = max((age for age in range(200) if ages[0, age] > 0), default=-1) + 1
    return Counts(*ages[:, :used]), Counts(*renewals[:, :max(used - 1, 0)])


@dataclasses.dataclass
class Case:
    ages: Counts
    renewals: Counts
    last_age: int  # the last with ten at risk, -1 if there is none
    losses: int
    is_shrunk: bool


@functools.cache
def case(month, dimension, segment):
    ages, renewals = counted(month, dimension, segment)
    losses = int(ages.lost.sum())
    is_shrunk = dimension != "all" and losses < 30
    lender = ages
    if is_shrunk:
        lender, lender_renewals = counted(month, "all", "all")
        ages, renewals = ages.drawn_to(lender), renewals.drawn_to(lender_renewals)
    enough = np.flatnonzero(lender.at_risk >= 10)
    return Case(ages, renewals, int(enough[-1]) if len(enough) else -1, losses, is_shrunk)


def ln_beta(a, b):
    """Of complex numbers too: a step along the imaginary axis gives derivatives to the last digit."""
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        return loggamma(a) + loggamma(b) - loggamma(a + b)
    return betaln(a, b)


class Sbg:
    def __init__(self, alpha, beta):
        self.alpha, self.beta = alpha, beta

    def ln_lost_at(self, t):
        return ln_beta(self.alpha + 1, self.beta + t - 1) - ln_beta(self.alpha, self.beta)

    def ln_survival(self, t):
        return ln_beta(self.alpha, self.beta + t) - ln_beta(self.alpha, self.beta)

    def endless(self):
        """The mean of 1 / p."""
        return math.exp(ln_beta(self.alpha - 1, self.beta) - ln_beta(self.alpha, self.beta)) if self.alpha > 1 else None


class Bdw:
    def __init__(self, gamma, delta, shape):
        self.gamma, self.delta, self.shape = gamma, delta, shape

    def ln_survival(self, t):
        return ln_beta(self.gamma, self.delta + t**self.shape) - ln_beta(self.gamma, self.delta)

    def ln_lost_at(self, t):
        before, after = self.ln_survival(t - 1.0), self.ln_survival(t)
        return before + np.log(-np.expm1(after - before))

    def endless(self):
        """Term by term, then along the curve (the terms are its midpoints), which ends as a power of age."""
        if self.gamma * self.shape <= 1:
            return None
        one_by_one = 200_000
        summed = np.exp(self.ln_survival(np.arange(one_by_one, dtype=float))).sum()
        at = lambda y: math.exp(self.ln_survival(math.exp(y)) + y)
        edge = math.log(one_by_one - 0.5)
        rest = sum(integrate.quad(at, y, y + 1, epsrel=1e-11)[0] for y in edge + np.arange(200))
        return summed + rest


class Constant:
    """Everybody alike: an sBG without differences between customers."""
    def __init__(self, hazard):
        self.hazard = hazard

    def ln_survival(self, t):
        return t * math.log1p(-self.hazard)

    def ln_lost_at(self, t):
        return math.log(self.hazard) + self.ln_survival(t - 1)

    def endless(self):
        return 1 / self.hazard


class Weibull(Constant):
    """A BdW without differences between customers: S(t) = (1 - p)^(t^shape)."""
    def __init__(self, hazard, shape):
        self.hazard, self.shape = hazard, shape

    def ln_survival(self, t):
        return t**self.shape * np.log1p(-self.hazard)

    def ln_lost_at(self, t):
        before, after = self.ln_survival(t - 1.0), self.ln_survival(t)
        return before + np.log(-np.expm1(after - before))

    def endless(self):
        return float(np.exp(self.ln_survival(np.arange(1_000_000, dtype=float))).sum())


def ln_likelihood(curve, counts):
    """Of the lost at each renewal, and of the others at the last one they were seen at."""
    t = np.arange(1, len(counts.lost) + 1, dtype=float)
    seen_last = counts.at_risk - counts.lost - np.append(counts.at_risk[1:], 0)
    return counts.lost @ curve.ln_lost_at(t) + seen_last @ curve.ln_survival(t)


def expit(x):
    return 1 / (1 + np.exp(-x))


def sbg_of(x):
    mean, size = expit(x[0]), np.exp(-x[1])  # logit of the polarisation 1 / (alpha + beta + 1) is -ln(alpha + beta)
    return Sbg(mean * size, (1 - mean) * size)


def bdw_of(x):
    two = sbg_of(x)
    return Bdw(two.alpha, two.beta, np.exp(x[2]))


@dataclasses.dataclass
class Fit:
    curve: object
    x: np.ndarray
    ln_likelihood: float
    is_inside: bool  # and not at an end of the scale, where a model becomes a simpler one


def maximum(of, counts, starts):
    """Best of some starts, then to the root of the gradient: a likelihood is too flat at its top to stop there."""
    with np.errstate(all="ignore"):
        def lost(x):
            value = -ln_likelihood(of(x), counts)
            return float(value) if math.isfinite(value) else 1e12

        def gradient(x):
            return np.array([ln_likelihood(of(x + 1e-20j * e), counts).imag * 1e20 for e in np.eye(len(x))])

        ends = [(-14, 14), (-14, 14), (-2.3, 2.3)][:len(starts[0])]
        found = [optimize.minimize(lost, start, jac=lambda x: -gradient(x), bounds=ends) for start in starts]
        best = min(found, key=lambda one: one.fun)
        root = optimize.root(gradient, best.x, options={"xtol": 1e-13})
        x = root.x if lost(root.x) <= best.fun + 1e-7 else best.x
        is_inside = bool(np.abs(x).max() < 12 and np.abs(gradient(x)).max() < 1e-6)
        return Fit(of(x), x, -lost(x), is_inside)


@functools.cache
def fits(*key):
    """sBG, BdW, and what they are if all customers are alike; None where nobody was ever lost."""
    counts = case(*key).renewals
    if counts.lost.sum() <= 0 or counts.lost.sum() >= counts.at_risk.sum():
        return None
    hazard = counts.lost.sum() / counts.at_risk.sum()
    mean = logit(hazard)
    two = maximum(sbg_of, counts, [(mean, y) for y in (-1, -4, 1)])
    three = maximum(bdw_of, counts, [(*two.x, 0.0), (mean, -2, 0.4), (mean, 0, -0.4)])
    weibull = maximum(lambda x: Weibull(expit(x[0]), np.exp(x[1])), counts, [(mean, 0.0), (mean, 0.4), (mean, -0.4)])
    return two, three, Constant(hazard), weibull.curve


def payments(survival, discount):
    """survival[k] is the share that pays after k months."""
    return float(survival @ (1 + discount) ** -np.arange(len(survival), dtype=float))


def curve_of(curve, length):
    return np.exp(curve.ln_survival(np.arange(length, dtype=float)))


def observed(case, tail, length):
    """The curve as counted, to the last age with ten at risk; beyond it, the shape of the fitted one."""
    hazard = case.ages.lost[:case.last_age + 1] / case.ages.at_risk[:case.last_age + 1]
    seen = np.cumprod(1 - hazard)
    seen[0] = 1
    beyond = np.arange(case.last_age + 1, length, dtype=float)
    if len(beyond) == 0:
        return seen[:length]
    continued = seen[-1] * np.exp(tail.ln_survival(beyond) - tail.ln_survival(float(case.last_age)))
    return np.concatenate([seen, continued])


def margin_of(month, dimension, segment):
    """Over the last six final months up to `month`."""
    of = lambda name, row_month, **more: next(
        row for row in rows(name, row_month, dimension, segment) if all(row[key] == value for key, value in more.items()))
    final = [m for m in MONTHS if m <= month and of("churn", m)["is_final"] == "true"][-6:]
    total = lambda name, column, **more: math.fsum(float(of(name, m, **more)[column]) for m in final)
    closing = total("churn", "closing_customers")
    average = (total("churn", "opening_customers") + closing) / 2
    cost = total("crc", "retention_cost", category="all", window_months="1")
    return total("mrr", "closing_mrr") / closing * JOB["gross_margin"] - cost / average


def residual_of(key, survival):
    """Mean over the present customers of the payments to come, none of them made yet: sum over k of
    S(age + k) / S(age) / (1 + d)^k. Who is here at the close of the first month has escaped the losses of that month.
    `survival` is a curve as far as any age and horizon need it; `horizon` payments are added up."""
    month, dimension, segment = key
    here = [(int(row["age_months"]), int(row["active_customers"])) for row in rows("cohorts", *key)]
    escaped = 1 - case(*key).ages.lost[0] / case(*key).ages.at_risk[0]

    def of(horizon, discount):
        worth = (1 + discount) ** -np.arange(1, horizon + 1, dtype=float)
        sums = {age: float(survival[age + 1:age + 1 + horizon] @ worth) / survival[age] for age, n in here if n > 0}
        if 0 in sums:
            sums[0] /= escaped
        return math.fsum(n * sums[age] for age, n in here if n > 0) / sum(n for _, n in here)
    return of


DISCOUNT = (1 + JOB["discount_rate_annual"]) ** (1 / 12) - 1


def published(key, method):
    return {int(row["horizon_months"]): row for row in rows("cltv", *key) if row["method"] == method}


def near(text, expected, relative, absolute=0.0):
    assert float(text) == pytest.approx(expected, rel=relative, abs=absolute)


def worth(row, key, expected):
    """Money is rounded to a ten-thousandth."""
    near(row["value"], margin_of(*key) * expected, 1e-6, 0.6e-4)


SEEN = collections.Counter()


@pytest.mark.parametrize("key", CASES, ids="-".join)
def test_counts(key):
    """The engine saw as many losses, and shrank the same segments."""
    own = case(*key)
    for method in ("empirical", "sbg", "bdw"):
        for row in published(key, method).values():
            if row["churn_events"] is not None:
                assert (int(row["churn_events"]), row["is_shrunk"] == "true") == (own.losses, own.is_shrunk)
                SEEN["shrunk" if own.is_shrunk else "alone"] += 1


@pytest.mark.parametrize("key", CASES, ids="-".join)
def test_sbg(key):
    for horizon, row in published(key, "sbg").items():
        if row["mean_churn"] is None:
            unfitted(key, row)
        else:
            fit, _, alike, _ = fits(*key)
            fitted(key, horizon, row, fit, alike)
            SEEN["sbg"] += 1


@pytest.mark.parametrize("key", CASES, ids="-".join)
def test_bdw(key):
    for horizon, row in published(key, "bdw").items():
        if row["mean_churn"] is None:
            unfitted(key, row)
            continue
        two, fit, constant, alike = fits(*key)
        counts = case(*key).renewals
        simple = max(two.ln_likelihood, ln_likelihood(constant, counts))
        gain = 2 * (max(fit.ln_likelihood, ln_likelihood(alike, counts)) - simple)
        is_preferred = gain > 3.84 and (counts.at_risk > 0).sum() >= 6
        if row["monthly_margin"] is not None and abs(gain - 3.84) > 1e-3:
            assert (row["null_reason"] == "not_preferred") == (not is_preferred), gain
        if row["null_reason"] == "not_preferred":
            assert row["value"] is row["lifetime_months"] is row["residual_value"] is None
            SEEN["not preferred"] += 1
        else:
            fitted(key, horizon, row, fit, alike)
            SEEN["bdw"] += 1


def unfitted(key, row):
    assert row["value"] is None
    assert row["null_reason"] in ("no_customers", "not_mature") or row["null_reason"] == "too_few" and fits(*key) is None


def fitted(key, horizon, row, fit, alike):
    """A row along a fitted curve; `alike` is the best one without differences between customers."""
    curve = fit.curve
    if row["is_homogeneous"] == "true":
        curve = alike
        assert fit.ln_likelihood <= ln_likelihood(curve, case(*key).renewals) + 1e-4
        near(row["mean_churn"], curve.hazard, 1e-4)
        assert float(row["polarisation"]) < 1e-8
        SEEN["homogeneous"] += 1
    elif row["converged"] == "true" and fit.is_inside:
        near(row["mean_churn"], expit(fit.x[0]), 1e-4)
        near(row["polarisation"], expit(fit.x[1]), 1e-4)
    else:
        SEEN["unsettled"] += 1
        return
    if row["monthly_margin"] is None:
        assert row["null_reason"] == "no_customers"
        return
    survival = curve_of(curve, ENDLESS + 200)
    lifetime = payments(survival[:horizon], 0) if horizon else curve.endless()
    if lifetime is None:
        assert row["lifetime_months"] is None and row["null_reason"] == "infinite"
        SEEN["infinite"] += 1
    else:
        # without end and discount, a lifetime hangs on alpha - 1: it is as flat as the parameters
        near(row["lifetime_months"], lifetime, 1e-6 if horizon else 1e-4)
    near(row["monthly_margin"], margin_of(*key), 1e-9, 0.6e-4)
    worth(row, key, payments(survival[:horizon or ENDLESS], DISCOUNT))
    residual(key, horizon, row, survival)


def residual(key, horizon, row, survival):
    if row["residual_value"] is not None:
        expected = margin_of(*key) * residual_of(key, survival)(horizon or ENDLESS, DISCOUNT)
        near(row["residual_value"], expected, 1e-6, 0.6e-4)
        SEEN["residual"] += 1


@pytest.mark.parametrize("key", CASES, ids="-".join)
def test_empirical(key):
    own = case(*key)
    for horizon, row in published(key, "empirical").items():
        if row["null_reason"] in ("not_mature", "no_customers", "too_few"):
            continue
        tail = fits(*key)
        is_needed = horizon == 0 or horizon > own.last_age + 1
        if tail is None:
            assert not is_needed
        elif published(key, "sbg")[12]["is_homogeneous"] == "true":
            tail = tail[2]
        elif published(key, "sbg")[12]["converged"] == "true" and tail[0].is_inside:
            tail = tail[0].curve
        elif is_needed:
            SEEN["unsettled"] += 1
            continue
        survival = observed(own, tail, ENDLESS + 200) if tail is not None else observed(own, None, own.last_age + 1)
        length = horizon or ENDLESS
        if horizon:
            near(row["lifetime_months"], payments(survival[:horizon], 0), 1e-6)
        elif tail.endless() is None:
            assert row["lifetime_months"] is None and row["null_reason"] == "infinite"
        else:
            # what the model expects of those who get to the last age, and what was counted before
            reached = math.exp(tail.ln_survival(float(own.last_age)))
            to_come = (tail.endless() - payments(curve_of(tail, own.last_age + 1), 0)) / reached
            near(row["lifetime_months"], payments(survival[:own.last_age + 1], 0) + survival[own.last_age] * to_come, 1e-4)
        total = payments(survival[:length], DISCOUNT)
        worth(row, key, total)
        beyond = total - payments(survival[:min(length, own.last_age + 1)], DISCOUNT)
        near(row["share_extrapolated"], beyond / total, 1e-6, 1e-12)
        if tail is not None:
            residual(key, horizon, row, survival)
        SEEN["extrapolated" if is_needed else "observed"] += 1


def test_sufficient():
    """Customer by customer in Python gives the likelihood of the counts: cohorts of different ages, censored each at its
    own last renewal."""
    curve = Sbg(0.8, 9.5)
    own = 0.0
    for cohort_month in MONTHS:
        mine = sorted((int(row["age_months"]), int(row["first_loss_customers"]), int(row["cohort_customers"]))
                      for row in COHORTS if row["cohort_month"] == cohort_month and row["dimension"] == "all"
                      and row["is_final"] == "true")
        if len(mine) < 2:
            continue
        left = mine[0][2]
        for age, lost, _ in mine:
            own += lost * curve.ln_lost_at(max(age, 1))
            left -= lost
        own += left * curve.ln_survival(mine[-1][0])
    assert own == pytest.approx(ln_likelihood(curve, case(MONTHS[-1], "all", "all").renewals), rel=1e-12)


@pytest.mark.parametrize("cohort_month", MONTHS[:-1])
def test_kaplan_meier(cohort_month):
    """`survival_rate` and its Greenwood error by scipy's own estimator, a number per customer."""
    cells = sorted((int(row["age_months"]), row) for row in COHORTS
                   if row["cohort_month"] == cohort_month and row["dimension"] == "all" and row["is_final"] == "true")
    lost = np.repeat([age for age, _ in cells], [int(row["first_loss_customers"]) for _, row in cells])
    left = int(cells[0][1]["cohort_customers"]) - len(lost)
    if len(lost) == 0:
        assert all(float(row["survival_rate"]) == 1 for _, row in cells)
        return
    curve = stats.ecdf(stats.CensoredData(lost, right=np.full(left, cells[-1][0]))).sf
    ends = curve.confidence_interval(0.95, method="linear")
    z = stats.norm.ppf(0.975)
    for age, row in cells:
        survival = float(curve.evaluate(age))
        near(row["survival_rate"], survival, 1e-12)
        low, high = float(ends.low.evaluate(age)), float(ends.high.evaluate(age))
        if 0 < low and high < 1:
            near(row["survival_standard_error"], (high - low) / 2 / z, 1e-9)
            SEEN["greenwood"] += 1


def test_everything_was_seen():
    """Last: the cases above were no empty ones."""
    print(dict(SEEN))
    for what, least in (("shrunk", 100), ("alone", 100), ("sbg", 100), ("bdw", 20), ("not preferred", 50), ("infinite", 3),
                        ("residual", 200), ("extrapolated", 80), ("observed", 20), ("greenwood", 200)):
        assert SEEN[what] >= least, (what, SEEN)
    assert SEEN["unsettled"] <= SEEN["sbg"] / 10, SEEN
