"""How tenure's cost grows: with history, with months asked, with events. Each function is a workload of its own."""

import math
import statistics
import sys

import best
import floor
import peers
import sample

NIGHTLY_MONTHS = 3
# months of usage that a nightly looks at: its own, and nine before them
USAGE_MONTHS = 12


def add_arguments(parser):
    group = parser.add_argument_group("growth")
    group.add_argument("--long", type=int, default=120, help="growth: months of the long history (default 120)")
    group.add_argument("--short", type=int, default=12, help="growth: months of the short one (default 12)")
    group.add_argument("--month-events", type=float, default=500_000, help="growth: usage events of the as-of month in both")
    group.add_argument("--scale-events", default="1e6,1e7,1e8", help="scale: usage events of each sample")
    group.add_argument("--memory-factor", type=float, default=10, help="memory: how many times the events of the same customers")
    group.add_argument("--huge-events", type=float, default=3e8, help="huge: usage events (default 3e8)")


def history(options, tables, directory):
    """A nightly over a long history against one over a short, their as-of months equally large; what it costs DuckDB's best
    formulation, and what decoding the columns takes that a nightly needs.

    The short history is once that of a business that began with it, whose earlier months are smaller than its last, and once the
    last months of the long one, all of whose months are as large.
    """
    long = with_month_of(options.month_events, options.long, options)
    young = with_month_of(options.month_events, options.short, options)
    every = {"tenure": peers.Tenure(options), "best": best.program(tables, options), "decoded": Decoded(options)}
    # best/*.sql knows no history_from
    cut = {who: program for who, program in every.items() if who != "best"}
    samples = {
        f"a business {options.short} months old": (young, every),
        f"the last {options.short} of {options.long} months": (sample.cut(long, options.short, options.threads), cut),
        f"{options.long} months": (long, every),
    }
    rows, found = [], {}
    for name, (on, programs) in samples.items():
        for who, program in programs.items():
            run = timed(options, on, on["months"][-NIGHTLY_MONTHS:], True, directory, program=program)
            found[name, who] = run
            rows.append({"workload": "growth", "what": f"{who}: nightly, {name}, {last_month_events(on)} events in the as-of month,"
                         f" {on['report']['customers']} customers", **run})
    *short, longest = samples
    for name in short:
        for who in samples[name][1]:
            goal = {"goal": 1.25} if who == "tenure" else {}
            rows.append({"workload": "growth", "what": f"{who}: {longest} over {name}",
                         "ratio": ratio(found[longest, who], found[name, who]), **goal})
    return rows


class Decoded:
    """DuckDB decodes what a nightly needs and does nothing with it."""

    name = "decoded"

    def __init__(self, options):
        self.options = options

    def run(self, on, months, is_nightly, output):
        output.mkdir(parents=True, exist_ok=True)
        return peers.run(floor.duck(floor.duckdb_script(on, USAGE_MONTHS), self.options, output), {}, self.options.limit)


def months(options, tables, directory):
    """A backfill of all months against one of the last."""
    on = main_sample(options)
    one = timed(options, on, on["months"][-1:], False, directory)
    every = timed(options, on, on["months"], False, directory)
    return [
        {"workload": "months", "what": "backfill of 1 month", **one},
        {"workload": "months", "what": f"backfill of {len(on['months'])} months", **every, "ratio": ratio(every, one), "goal": 10},
    ]


def scale(options, tables, directory):
    """Backfills of growing numbers of customers and so of events, the exponent of time over events."""
    rows = []
    for events in [float(text) for text in options.scale_events.split(",")]:
        on = with_events(events, options)
        run = timed(options, on, on["months"], False, directory)
        rows.append({"workload": "scale", "what": f"backfill, {on['report']['rows']['usage_events']} events,"
                     f" {on['report']['customers']} customers", "events": on["report"]["rows"]["usage_events"], **run})
    points = [(math.log(row["events"]), math.log(row["seconds"])) for row in rows if row.get("seconds")]
    if len(points) > 1:
        steps = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(points, points[1:])]
        rows.append({"workload": "scale", "what": f"exponent of time over events, least squares of {len(points)} sizes (steps: "
                     + ", ".join(f"{step:.2f}" for step in steps) + ")", "ratio": slope(points), "goal": 1.05})
    return rows


def memory(options, tables, directory):
    """The same customers with many times the events: memory may not follow."""
    rows = []
    for factor in (1, options.memory_factor):
        on = main_sample(options, events=options.events * factor)
        run = timed(options, on, on["months"], False, directory)
        rows.append({"workload": "memory", "what": f"backfill, {on['report']['rows']['usage_events']} events of"
                     f" {on['report']['customers']} customers; ratio: memory", **run})
    if all("mebibytes" in row for row in rows):
        rows[1]["ratio"] = rows[1]["mebibytes"] / rows[0]["mebibytes"]
    return rows


def huge(options, tables, directory):
    """Does the largest sample finish, in which memory, and does the machine swap?"""
    on = with_events(options.huge_events, options)
    before = swapped()
    run = timed(options, on, on["months"], False, directory, rounds=1, warm=False)
    return [{"workload": "huge", "what": f"backfill, {on['report']['rows']['usage_events']} events,"
             f" {on['report']['customers']} customers, {swapped() - before} pages swapped", **run}]


# --- runs ----------------------------------------------------------------------------------------------------------


def timed(options, on, asked, is_nightly, directory, rounds=None, warm=True, where=lambda number: {}, program=None):
    """{"seconds", "mebibytes", "runs"} of tenure, or of `program`: medians after one unmeasured run; or what went wrong, in `failed`.

    `where(number)` is what `peers.Tenure.run` is told of where a run reads and publishes.
    """
    program = program or peers.Tenure(options)
    runs = []
    for number in range((rounds or options.rounds) + int(warm)):
        output = directory / f"{'nightly' if is_nightly else 'backfill'}-{number}"
        result = program.run(on, asked, is_nightly, output, **where(number))
        peers.remove(output)
        if "failed" in result:
            print(f"{program.name} ran {result['failed']}", file=sys.stderr)
            return {"failed": result["failed"]}
        print(f"{program.name} {result['seconds']:.2f} s, {result['kilobytes'] / 1024:.0f} MiB", file=sys.stderr)
        runs.append({key: result[key] for key in ("seconds", "kilobytes")})
    runs = runs[int(warm):]
    return {"seconds": statistics.median(run["seconds"] for run in runs),
            "mebibytes": statistics.median(run["kilobytes"] for run in runs) / 1024, "runs": runs}


def ratio(larger, smaller):
    return larger["seconds"] / smaller["seconds"] if "seconds" in larger and "seconds" in smaller else None


def slope(points):
    x, y = statistics.mean(x for x, _ in points), statistics.mean(y for _, y in points)
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def swapped():
    """Pages the machine has swapped out since it started."""
    with open("/proc/vmstat") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("pswpout "))


# --- samples -------------------------------------------------------------------------------------------------------


def main_sample(options, **changes):
    wanted = {"customers": options.customers, "months": options.months, "seed": options.seed, "events": options.events, **changes}
    return sample.make(options.tenure, options.cache, options.threads, **wanted)


PILOT = 5_000


def with_events(events, options):
    """A sample of about so many usage events: a pilot says how many a customer has."""
    pilot = main_sample(options, customers=PILOT)
    customers = round(PILOT * events / pilot["report"]["rows"]["usage_events"])
    return main_sample(options, customers=max(1, customers))


def with_month_of(events, months, options):
    """A sample of so many months whose last has about so many usage events.

    Customers stay on, so the same sign-ups a month make a larger last month after 120 months than after 12: the number
    of customers who ever sign up is what makes the months alike. A pilot of the same months says how many events of the
    last month a customer stands for; the size reached is reported.
    """
    pilot = main_sample(options, customers=PILOT, months=months)
    customers = round(PILOT * events / last_month_events(pilot))
    return main_sample(options, customers=max(1, customers), months=months)


def last_month_events(on):
    import duckdb

    files = str(on["directory"] / f"usage_events/date={on['months'][-1]}-*/*.parquet")
    return duckdb.execute("SELECT COUNT(*) FROM read_parquet($files)", {"files": files}).fetchone()[0]
