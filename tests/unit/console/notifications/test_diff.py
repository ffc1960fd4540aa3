"""What a channels file would change, before it is applied, and never a secret in it."""

from __future__ import annotations

from api.console.notifications.diff import Field, difference
from store.channels import Channel
from store.channelsfile import ChannelsFile
from tests.unit.console.notifications.plans import file

FIRST = 'secret: "top-secret-three"'


def in_force(known: ChannelsFile) -> tuple[Channel, ...]:
    """The channels of a file, as the database has them."""
    return tuple(Channel(one.id, one.kind, one.options(), one.secrets()) for one in known.channels)


def test_the_file_in_force_changes_nothing() -> None:
    found = difference(in_force(file()), file().plan(), file())
    assert found.nothing
    assert found.unchanged == 3


def test_before_the_first_file_everything_is_new() -> None:
    found = difference((), None, file())
    assert [(one.id, one.what) for one in found.channels] == [
        (one, "opened") for one in ("desk", "first", "head")
    ]
    assert [one.section for one in found.sections] == [
        "default",
        "quiet",
        "shifts",
        "fallback",
        "roster",
        "routes",
    ]


def test_another_secret_is_told_as_another_one_and_not_what_it_is() -> None:
    wanted = file((FIRST, 'secret: "top-secret-other"'))
    (change,) = difference(in_force(file()), file().plan(), wanted).channels
    assert change.fields == (Field("secret", "••••（不显示）", "••••（已更换，不显示）"),)


def test_another_address_shows_its_host_and_never_its_key() -> None:
    wanted = file(("https://first.invalid/in/top-secret-two", "https://second.invalid/in/top-secret-five"))
    (change,) = difference(in_force(file()), file().plan(), wanted).channels
    assert Field("address", "https://first.invalid", "https://second.invalid") in change.fields
    assert [one.name for one in change.fields] == ["address", "url"]


def test_a_channel_that_the_file_does_not_name_ends() -> None:
    wanted = file(
        ('  - {id: head, kind: webhook, url: "https://head.invalid/in", secret: "top-secret-four!"}\n', ""),
        ("  - {channels: [head], purposes: [escalated], from_level: 2, through_quiet: true}\n", ""),
    )
    found = difference(in_force(file()), file().plan(), wanted)
    assert [(one.id, one.what) for one in found.channels] == [("head", "ended")]
    (section,) = found.sections
    assert (section.section, section.new) == ("routes", ())
    assert section.gone == ("超时升级；一般、较重、严重；第 2 级及以上；安静时段也发送 → head",)


def test_of_a_roster_only_the_lines_that_change_are_told() -> None:
    wanted = file(("who: 乙（虚构）, channels: [desk]}\nquiet", "who: 丙（虚构）, channels: [desk]}\nquiet"))
    (section,) = difference(in_force(file()), file().plan(), wanted).sections
    assert section.gone == ("2026-01-16 day：乙（虚构） → desk",)
    assert section.new == ("2026-01-16 day：丙（虚构） → desk",)


def test_no_secret_is_in_any_difference() -> None:
    changes = [
        difference((), None, file()),
        difference(in_force(file()), file().plan(), file((FIRST, 'secret: "top-secret-other"'))),
        difference(
            in_force(file()), None, file(("https://head.invalid/in", "https://head.invalid/top-secret-six"))
        ),
    ]
    assert "top-secret" not in repr(changes)
