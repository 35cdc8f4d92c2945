"""Nightly tenure run: the metrics of the day before, once the exports have landed.

Needs the `tenure` binary and the job file on the workers, and Airflow 2.9 or later. Exit code 75 means "try again
later" and is retried; every other failure goes to a person at once.
"""

from datetime import timedelta

import pendulum
from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException

JOB = "/etc/tenure/nightly.toml"
TRY_AGAIN = 75


@dag(
    schedule="15 3 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(minutes=5), "execution_timeout": timedelta(hours=2)},
    tags=["tenure"],
    doc_md=__doc__,
)
def tenure_nightly():
    @task
    def run(as_of: str) -> None:
        import subprocess

        command = ["tenure", "run", "--job", JOB, "--as-of", as_of, "--log-format", "json"]
        code = subprocess.run(command, check=False).returncode
        if code == TRY_AGAIN:
            raise AirflowException("storage was unreachable or another run won a race")
        if code != 0:
            raise AirflowFailException(f"tenure ended with exit code {code}")

    # The interval that ended just now began yesterday: its first day is the as-of day.
    run("{{ data_interval_start | ds }}")


tenure_nightly()
