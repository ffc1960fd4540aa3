"""Building: same input, same bytes; nothing is lost when a builder dies; what cannot be proved is not handed out."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from api.evidence import build as building
from api.evidence.plan import Asked, plan
from api.evidence.worker import MOST_ATTEMPTS, Abandoned, Worker, tidy, work_on
from ingest.replay import replay
from store import clock
from store.apply import apply_sites
from store.clock import DAY, HOUR
from store.database import connect
from store.errors import Conflict, DecodeError, NotFound, Refused
from store.evidence import check_ready, claim, find_package
from store.registry import load_registry
from store.sitesfile import read_sites_file
from tests.fixtures.waiting import until
from tests.integration.evidence.feed import frame, values
from tests.integration.evidence.world import FIRST, GATEWAY, MN, NOX, O2, OUTLET, SITES, SO2, SQL, World


def files(world: World) -> list[Path]:
    """What lies in the folder of packages."""
    return sorted(world.settings.evidence_folder().iterdir())


def test_the_same_subject_days_and_checkpoint_give_the_same_bytes_also_after_more_data_came(
    fresh_world: World,
) -> None:
    world = fresh_world
    first = world.package()
    again = world.package(as_of=first.row["size"])
    assert again.data == first.data
    assert again.row["number"] != first.row["number"]
    late = FIRST + 5 * DAY
    items = values("Avg", {SO2: "12.5", NOX: "99"})
    world.feed.receive([(GATEWAY, "hj212", frame(MN, "2061", FIRST + 7 * HOUR, items), late)])
    world.feed.judge(late + HOUR)
    world.lead()
    world.package()
    assert world.package(as_of=first.row["size"]).data == first.data
    newer = world.package()
    assert newer.row["size"] > first.row["size"]
    assert newer.data != first.data
    assert newer.contents("lead")


def test_readings_that_a_replay_stored_after_the_checkpoint_are_not_in_its_package(
    fresh_world: World,
) -> None:
    world = fresh_world
    items = values("Rtd", {SO2: "77", NOX: "135", O2: "10.2"})
    at = FIRST + 11 * HOUR
    refused = frame(MN, "2011", at, items, password="654321")
    world.feed.receive([(GATEWAY, "hj212", refused, at)])
    first = world.package()
    assert "password_mismatch" in {piece["reason"] for piece in first.lines("data/quarantine.jsonl")}
    known = SITES.replace("SAMPLE", "true").replace('"123456"', '"654321"')
    apply_sites(world.connection, read_sites_file(known), actor="test", at=clock.now())
    registry = load_registry(world.connection, at=clock.now())
    assert replay(world.connection, registry, actor="test", settings=world.settings).readings == 2
    assert world.package(as_of=first.row["size"]).data == first.data
    path = f"data/readings/{OUTLET}-realtime.csv"
    assert len(world.package().files[path].splitlines()) == len(first.files[path].splitlines()) + 2


def test_hours_that_were_not_judged_are_named_and_stay_named_for_that_checkpoint(
    fresh_world: World,
) -> None:
    world = fresh_world
    hour = FIRST + 30 * HOUR
    world.run("touch", outlet_key=world.key(OUTLET), from_time=hour, to_time=hour + 2 * HOUR)
    first = world.package()
    assert first.description["unjudged_hours"] == [
        "2026-05-06T22:00:00+00:00",
        "2026-05-06T23:00:00+00:00",
    ]
    world.feed.judge(FIRST + 6 * DAY)
    assert world.package(as_of=first.row["size"]).data == first.data
    assert world.package().description["unjudged_hours"] == []


def test_the_file_is_whole_readable_by_nobody_else_and_no_other_is_left(fresh_world: World) -> None:
    package = fresh_world.package()
    (file,) = files(fresh_world)
    assert file.name == package.row["file_name"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_package_whose_builder_died_is_taken_up_by_another_and_built_once(fresh_world: World) -> None:
    world = fresh_world
    package_id = world.order()
    assert claim(world.connection, "host:1:1", package_id=package_id) is not None
    assert claim(world.connection, "host:2:2") is None, "its builder lives"
    world.run("builder_died", id=package_id, attempts=1)
    row = world.build(package_id)
    assert (row["state"], len(files(world))) == ("ready", 1)


BUILDER = """
import sys
from pathlib import Path
from api.evidence.worker import work_on
from store.database import connect
from store.evidence import claim
from store.settings import load_settings

settings = load_settings(database_url=sys.argv[1], home=Path(sys.argv[2]), evidence_wait_seconds=0)
with connect(settings.database(), name="killed") as connection:
    order = claim(connection, "host:1:1")
work_on(settings, order)
"""


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_but_the_order(fresh_world: World) -> None:
    world = fresh_world
    package_id = world.order()
    home, url = str(world.settings.home), world.settings.database()
    with connect(url, name="test") as blocking:
        # The builder cannot get beyond the messages.
        blocking.execute(SQL["hold_messages"])
        process = subprocess.Popen([sys.executable, "-c", BUILDER, url, home])
        until(
            lambda: find_package(world.connection, package_id=package_id)["step"] == "records",
            "the builder is in the middle",
        )
        process.kill()
        assert process.wait() == -signal.SIGKILL
    assert (files(world), find_package(world.connection, package_id=package_id)["state"]) == ([], "building")
    world.run("builder_died", id=package_id, attempts=1)
    row = world.build(package_id)
    assert (row["state"], [file.name for file in files(world)]) == ("ready", [row["file_name"]])


def test_a_builder_that_was_thought_dead_puts_nothing_over_the_file_of_the_one_after_it(
    fresh_world: World,
) -> None:
    world = fresh_world
    package_id = world.order()
    order = claim(world.connection, "host:1:1", package_id=package_id)
    assert order is not None

    def overtaken(step: str, percent: int) -> None:
        if step == "packing":
            world.run("taken_over", id=package_id)

    assert building.build(world.settings, order, overtaken) is None
    assert files(world) == []
    assert find_package(world.connection, package_id=package_id)["state"] == "building"


def test_a_package_of_which_every_builder_dies_fails_with_that_reason(fresh_world: World) -> None:
    world = fresh_world
    package_id = world.order()
    world.run("builder_died", id=package_id, attempts=MOST_ATTEMPTS)
    row = world.build(package_id)
    assert (row["state"], row["error_code"]) == ("failed", "evidence_builder_died")


def test_a_process_that_stops_gives_the_package_back_and_leaves_nothing_behind(fresh_world: World) -> None:
    world = fresh_world
    package_id = world.order()
    order = claim(world.connection, "host:1:1", package_id=package_id)
    assert order is not None
    reached: list[str] = []
    work_on(
        world.settings,
        order,
        stopped=lambda: "readings" in reached,
        told=lambda step, percent: reached.append(step),
    )
    row = find_package(world.connection, package_id=package_id)
    assert (row["state"], row["progress"], files(world)) == ("queued", 0, [])
    assert world.build(package_id)["state"] == "ready"


def test_what_stops_a_building_leaves_no_file(fresh_world: World) -> None:
    world = fresh_world
    package_id = world.order()
    order = claim(world.connection, "host:1:1", package_id=package_id)
    assert order is not None

    def stop(step: str, percent: int) -> None:
        if percent > 95:
            raise Abandoned

    with pytest.raises(Abandoned):
        building.build(world.settings, order, stop)
    assert files(world) == []


def test_the_thread_of_the_api_builds_what_is_queued(fresh_world: World) -> None:
    world = fresh_world
    worker = Worker(world.settings, lambda: connect(world.settings.database(), name="test"))
    worker.start()
    try:
        package_id = world.order()
        worker.wake()
        until(
            lambda: find_package(world.connection, package_id=package_id)["state"] == "ready",
            "the package is built",
        )
    finally:
        worker.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("evidence")]


TAMPERED: list[tuple[str, str, str]] = [
    # remark, statement of world.sql, code
    ("a record was changed", "change_mark", "evidence_differs_from_log"),
    ("a reading was put in by hand", "forge_reading", "evidence_unproved"),
    ("the bytes of a message are gone", "lose_message", "evidence_bytes_missing"),
]


@pytest.mark.parametrize(
    ("statement", "code"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED]
)
def test_what_is_not_what_was_sealed_is_not_handed_out(fresh_world: World, statement: str, code: str) -> None:
    fresh_world.run(statement)
    row = fresh_world.build(fresh_world.order())
    assert (row["state"], row["error_code"]) == ("failed", code)
    assert "outfall log verify" in row["error"]
    with pytest.raises(Refused, match="evidence_failed"):
        check_ready(row)


def test_a_package_that_grows_beyond_its_bounds_is_given_up(fresh_world: World) -> None:
    world = fresh_world
    package_id = world.order()
    world.settings = world.settings.model_copy(update={"evidence_bytes": 100_000})
    row = world.build(package_id)
    assert (row["state"], row["error_code"], files(world)) == ("failed", "evidence_too_large", [])


def test_packages_are_kept_for_their_time_but_those_of_leads_for_good(fresh_world: World) -> None:
    world = fresh_world
    lead = world.lead()
    ordinary, of_lead = world.package(), world.package("lead", str(lead))
    world.run("old_package")
    tidy(world.settings, world.connection)
    assert [file.name for file in files(world)] == [of_lead.row["file_name"]]
    row = find_package(world.connection, package_id=ordinary.row["id"])
    with pytest.raises(Conflict, match=f"as_of {row['size']}"):
        check_ready(row)
    assert world.package(as_of=row["size"]).data == ordinary.data


def test_the_size_is_told_within_a_factor_of_two(fresh_world: World) -> None:
    row = fresh_world.package().row
    assert row["bytes"] / 2 < row["estimated_bytes"] < row["bytes"] * 2


REVIEWED: list[tuple[str, tuple[str, ...], bool]] = [
    # remark, results of the technical and the legal review, passed
    ("neither", (), False),
    ("technical alone", ("sign",), False),
    ("both", ("sign", "sign"), True),
    ("the legal one sent it back", ("sign", "return"), False),
]


@pytest.mark.parametrize(
    ("reviews", "passed"), [case[1:] for case in REVIEWED], ids=[case[0] for case in REVIEWED]
)
def test_a_leads_package_says_whether_it_is_reviewed_and_the_lead_names_it(
    fresh_world: World, reviews: tuple[str, ...], passed: bool
) -> None:
    world = fresh_world
    lead = world.lead(reviews=reviews)
    package = world.package("lead", f"XS-{len(reviews)}")
    assert (package.row["reviewed"], package.description["reviewed"]) == (passed, passed)
    named = world.ask("lead", id=lead)[0]
    assert named == {"evidence_id": package.row["id"], "evidence_digest": package.row["digest"].hex()}
    assert package.files["data/attachments/lead-1-1.txt"] == b"paper"
    for table in ("lead", "lead_alert", "lead_paper", "lead_statement", "lead_clock"):
        assert package.contents(table), table
    assert len(package.contents("lead_review")) == len(reviews)


def test_a_formal_package_of_checked_configuration_is_built_once_the_lead_is_reviewed(
    checked_world: World,
) -> None:
    world = checked_world
    world.lead()
    with pytest.raises(Refused, match="not_reviewed"):
        world.order("lead", "XS-0", formal=True)
    world.lead(reviews=("sign", "sign"))
    package = world.package("lead", "XS-2", formal=True)
    assert (package.row["sample"], package.description["sample"]) == (False, False)
    assert "示例配置" not in package.files["README.txt"].decode()


REFUSED: list[tuple[str, dict[str, object], type[Exception], str]] = [
    # remark, what is asked, error, code
    ("sample configuration", {"formal": True}, Refused, "sample_configuration"),
    ("no time", {"days": None}, Refused, "evidence_span_missing"),
    ("more than a year", {"days": 367}, DecodeError, "span_too_long"),
    ("backwards", {"days": -1}, DecodeError, "span_reversed"),
    ("no such outlet", {"subject": "nowhere"}, NotFound, "outlet_not_found"),
    ("no such alert", {"kind": "alert", "subject": "999"}, NotFound, "alert_not_found"),
    ("no alert at all", {"kind": "alert", "subject": "x" * 30}, NotFound, "alert_not_found"),
    ("no such lead", {"kind": "lead", "subject": "9"}, NotFound, "lead_not_found"),
    ("no such checkpoint", {"as_of": 3}, NotFound, "checkpoint_not_found"),
]


@pytest.mark.parametrize(
    ("asked", "error", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_cannot_be_proved_is_refused_before_anything_is_begun(
    world: World, asked: dict[str, object], error: type[Exception], code: str
) -> None:
    with pytest.raises(error, match=code):
        world.order(**asked)  # type: ignore[arg-type]


def test_a_time_that_has_not_come_is_refused(world: World) -> None:
    now = clock.now()
    with pytest.raises(Refused, match="evidence_span_in_future"):
        plan(world.connection, Asked("outlet", OUTLET, now + 2 * DAY, now + 3 * DAY), now)
