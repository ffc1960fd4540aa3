"""Time-driven jobs as operators see them: in the API and in the metrics."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from alerts.jobs import INSTANCE, Job, announce, run_job
from alerts.slots import newest_slot
from api.shapes.operations import Jobs
from store.clock import now
from store.database import Connection, connect
from tests.integration.api.conftest import Api


def nothing(connection: Connection, at: datetime) -> None:
    """The work of a job that goes well."""


def broken(connection: Connection, at: datetime) -> None:
    raise ValueError("the rule is broken")


MINUTE = timedelta(minutes=1)
DAILY = Job("daily", MINUTE, nothing, time(13, 0))
JOBS = [Job("often", MINUTE, nothing), Job("broken", MINUTE, broken), DAILY, Job("never", MINUTE, nothing)]


def run_all(api: Api) -> None:
    with connect(api.database_url, name="test", autocommit=True) as connection:
        announce(connection, JOBS, now())
    for job in JOBS[:3]:
        run_job(job, api.database_url)
    run_job(JOBS[0], api.database_url)
    api.run("leading", instance="one:1", leader=True)
    api.run("leading", instance="two:2", leader=False)


def test_every_job_says_when_it_ran_how_long_and_what_went_wrong(fresh_api: Api) -> None:
    run_all(fresh_api)
    answer = fresh_api.get("/api/v1/operations/jobs", role="operator")
    assert answer.status_code == 200, answer.text
    Jobs.model_validate_json(answer.content)
    body = answer.json()
    assert (body["leader"]["instance"], [one["instance"] for one in body["standbys"]]) == ("one:1", ["two:2"])
    jobs = {job["name"]: job for job in body["items"]}
    assert list(jobs) == ["broken", "daily", "never", "often"]
    often, failed, daily, never = jobs["often"], jobs["broken"], jobs["daily"], jobs["never"]
    assert (often["runs"], often["failures"], often["running"], often["instance"]) == (2, 0, False, INSTANCE)
    assert datetime.fromisoformat(often["next_at"]) - datetime.fromisoformat(often["finished_at"]) == MINUTE
    assert (failed["failures"], failed["failed"], failed["succeeded_at"]) == (
        1,
        "ValueError: the rule is broken",
        None,
    )
    assert datetime.fromisoformat(daily["done_upto"]) == newest_slot(time(13, 0), now())
    assert datetime.fromisoformat(daily["next_at"]) == newest_slot(time(13, 0), now()) + timedelta(days=1)
    assert (never["runs"], never["started_at"], never["milliseconds"]) == (0, None, None)


def test_jobs_are_in_the_metrics_and_a_job_that_never_ran_has_no_age(fresh_api: Api) -> None:
    run_all(fresh_api)
    lines = fresh_api.get("/metrics", role=None).text.splitlines()
    assert 'outfall_job_runs{job="often"} 2.0' in lines
    assert 'outfall_job_failing{job="broken"} 1.0' in lines
    assert 'outfall_job_runs{job="never"} 0.0' in lines
    assert "outfall_leaders 1.0" in lines
    ages = [line for line in lines if line.startswith("outfall_job_success_age_seconds{")]
    assert {line.split('"')[1] for line in ages} == {"daily", "often"}


def test_jobs_are_the_business_of_those_who_run_the_machines(fresh_api: Api) -> None:
    allowed = {
        role: fresh_api.get("/api/v1/operations/jobs", role=role).status_code
        for role in ("operator", "admin", "supervisor", "officer", "auditor")
    }
    assert allowed == {"operator": 200, "admin": 200, "supervisor": 200, "officer": 403, "auditor": 403}
    assert fresh_api.get("/api/v1/operations/jobs", role="company", site="plant-one").status_code == 403
