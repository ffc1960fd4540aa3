"""What a diff shows side by side, what its digest binds, and which secrets it never tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from api.console.siteconfig.diff import diff_of, digest_of
from store.apply import ApplyReport, Change
from store.clock import BEIJING

LIMIT: dict[str, Any] = {
    "key": 7, "outlet_key": 3, "factor": "a21026", "basis": "hour", "minimum": None, "maximum": Decimal("200"),
    "condition": None, "standard": "GB 4915-2013", "clause": "表1", "source": None,
    "valid_from": datetime(2014, 3, 1, tzinfo=BEIJING), "valid_to": None,
}  # fmt: skip
MONITOR: dict[str, Any] = {
    "key": 1, "outlet_key": 3, "mn": "8888", "gateway": "gw-one", "protocol": "2017", "password": "hunter2",
    "sm4_key": None, "previous_sm4_key": None, "reports_hour": True,
}  # fmt: skip


def change(kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> Change:
    return Change(kind, "kiln-tail", before, after, f"{kind} kiln-tail")


def report(*changes: Change) -> ApplyReport:
    return ApplyReport(changes, 5)


def test_a_changed_record_has_what_is_and_what_will_be_side_by_side() -> None:
    after = LIMIT | {"maximum": Decimal("100.0"), "valid_to": datetime(2027, 1, 1, tzinfo=BEIJING)}
    (record,) = diff_of(report(change("limit", LIMIT, after)), "file").records
    assert (record.action, record.title) == ("changed", "二氧化硫 小时 GB 4915-2013 表1")
    changed = {field.name: (field.before, field.after) for field in record.fields if field.changed}
    assert changed == {"上限": ("200", "100"), "止": ("未定", "2027-01-01")}


ACTIONS = [
    (None, LIMIT, "added", "added"),
    (LIMIT, None, "closed", "closed"),
    (LIMIT, LIMIT | {"maximum": Decimal(1)}, "changed", "changed"),
]


@pytest.mark.parametrize(("before", "after", "action", "remark"), ACTIONS)
def test_the_action_follows_from_what_there_is(before: Any, after: Any, action: str, remark: str) -> None:
    found = diff_of(report(change("limit", before, after)), "file")
    assert found.records[0].action == action, remark
    assert [found.count(name) for name in ("added", "changed", "closed")] == [
        int(action == name) for name in ("added", "changed", "closed")
    ]


SECRETS = [
    ("hunter2", "correct", "已设置（不显示）", "更换（不显示）", "another password"),
    ("hunter2", None, "已设置（不显示）", "未设置", "a password that is lost"),
    (None, "correct", "未设置", "已设置（不显示）", "a first password"),
    ("hunter2", "hunter2", "已设置（不显示）", "已设置（不显示）", "the same password"),
]


@pytest.mark.parametrize(("old", "new", "before", "after", "remark"), SECRETS)
def test_a_secret_is_never_told(
    old: str | None, new: str | None, before: str, after: str, remark: str
) -> None:
    changed = change("monitor", MONITOR | {"password": old}, MONITOR | {"password": new})
    found = diff_of(report(changed), "file")
    field = next(field for field in found.records[0].fields if field.name == "访问密码")
    assert (field.before, field.after) == (before, after), remark
    assert "hunter2" not in repr(found)
    assert "correct" not in repr(found)


def test_a_monitor_that_loses_its_password_is_named() -> None:
    lost = change("monitor", MONITOR, MONITOR | {"password": None, "protocol": "2025"})
    kept = change("monitor", MONITOR, MONITOR | {"protocol": "2025"})
    ended = change("monitor", MONITOR, None)
    assert diff_of(report(lost), "file").secrets_taken == ("kiln-tail",)
    assert diff_of(report(kept, ended), "file").secrets_taken == ()


def test_the_digest_binds_the_file_every_change_and_what_is_registered() -> None:
    base = report(change("limit", LIMIT, LIMIT | {"maximum": Decimal(100)}))
    digest = digest_of(base, "file")
    assert digest == digest_of(report(change("limit", LIMIT, LIMIT | {"maximum": Decimal(100)})), "file")
    others = [
        (base, "file "),
        (report(change("limit", LIMIT, LIMIT | {"maximum": Decimal(101)})), "file"),
        (
            report(change("limit", LIMIT | {"maximum": Decimal(150)}, LIMIT | {"maximum": Decimal(100)})),
            "file",
        ),
        (report(*base.records, change("gateway", None, {"id": "gw-two"})), "file"),
        (replace(base, unchanged=4), "file"),
    ]
    assert digest not in {digest_of(one, file) for one, file in others}


def test_the_digest_tells_nothing_of_a_registered_password() -> None:
    def of(password: str) -> str:
        return digest_of(report(change("monitor", MONITOR | {"password": password}, None)), "file")

    assert of("000001") == of("999999")


def test_the_basis_of_a_listing_is_not_that_of_a_limit() -> None:
    listing = {"valid_from": LIMIT["valid_from"], "basis": "示例依据", "decided_by": "示例局"}
    found = diff_of(report(change("listing", None, listing), change("limit", None, LIMIT)), "file")
    names = [{field.after: field.name for field in record.fields} for record in found.records]
    assert (names[0]["示例依据"], names[1]["小时"]) == ("依据", "时段")


def test_who_stands_above_whom() -> None:
    changes = [change("limit", None, LIMIT), change("gateway", None, {"id": "gw-two"})]
    found = diff_of(report(*changes), "file")
    assert [record.kind_word for record in found.records] == ["网关", "限值"]
    assert found.new_gateways == ("kiln-tail",)
