"""The evidence centre: building, fetching, who sees it, and what becomes of hostile uploads."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.evidence import checkdesk
from deploy import stack as local
from store import people
from store.clock import DAY
from store.database import connect
from store.errors import Conflict
from tests.fixtures.waiting import until
from tests.integration.api.conftest import served
from tests.integration.evidence.conftest import world_on
from tests.integration.evidence.world import DAYS, FIRST, OUTLET, World

DAYS_ASKED = {"from": f"{FIRST:%Y-%m-%d}", "to": f"{FIRST + (DAYS - 1) * DAY:%Y-%m-%d}"}
ASKED = {"kind": "outlet", "subject": OUTLET, **DAYS_ASKED}
MOST = 8_000_000


@dataclass
class Desk:
    """A served console on a filled world."""

    world: World
    url: str
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def client(self, role: str = "officer", name: str | None = None, site: str | None = None) -> httpx.Client:
        """A browser of somebody with this role; one a name."""
        name = name or role
        if name not in self.clients:
            with connect(self.world.settings.database(), name="test") as connection:
                token = people.create_token(connection, name=f"{name}-desk", role=role, site_id=site)
            headers = {"Authorization": f"Bearer {token}", "HX-Request": "true"}
            self.clients[name] = httpx.Client(base_url=self.url, headers=headers, timeout=60)
        return self.clients[name]

    def page(self, path: str, role: str = "officer") -> str:
        answer = self.client(role).get(path, headers={"HX-Request": "false"})
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def built(self, **asked: Any) -> str:
        """Ask for a package, wait until it is there; the path of its page."""
        answer = self.client().post("/evidence", data=ASKED | asked)
        assert answer.status_code == 204, answer.text
        path = answer.headers["HX-Redirect"].partition("?")[0]

        def over() -> bool:
            return self.client().get(f"{path}/progress").headers.get("HX-Refresh") == "true"

        until(over, "the package is built")
        return path

    def verified(self, content: bytes, role: str = "officer", **given: str) -> str:
        """Upload a package, wait for what comes of it; the page of the result."""
        files = {"file": ("证据包.zip", content, "application/zip")}
        answer = self.client(role).post("/evidence/verify", files=files, data=given)
        assert answer.status_code == 204, answer.text
        path = answer.headers["HX-Redirect"]
        until(lambda: "every 1s" not in self.page(path, role), "the upload is verified")
        return path


@pytest.fixture(scope="module")
def desk(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that the tests of this file share."""
    for world in world_on(module_database, tmp_path_factory.mktemp("home")):
        port = local.free_port()
        world.settings = world.settings.model_copy(update={"http_port": port, "check_bytes": MOST})
        with served(world.settings):
            made = Desk(world, f"http://127.0.0.1:{port}")
            yield made
            for client in made.clients.values():
                client.close()


@pytest.fixture(scope="module")
def package(desk: Desk) -> tuple[str, bytes]:
    """A package that was built over the page: its path and its bytes."""
    path = desk.built()
    return path, desk.client().get(f"{path}/download").content


def test_an_estimate_is_told_before_anything_is_begun(desk: Desk) -> None:
    before = desk.page("/evidence")
    answer = desk.client().post("/evidence/estimate", data=ASKED)
    assert answer.status_code == 200
    assert re.search(r"约 [\d.]+ (KB|MB)，约需 \d+", answer.text)
    assert desk.page("/evidence").count("ZJ-") == before.count("ZJ-")


# form, status, what is said, remark
REFUSED = [
    (ASKED | {"subject": ""}, 422, "请填写“对象”", "about nothing"),
    (ASKED | {"kind": "lead", "subject": "XS-none"}, 404, "", "no such lead"),
    (ASKED | {"from": "", "to": ""}, 422, "", "an outlet without its days"),
    (ASKED | {"from": "2026-05-09", "to": "2026-05-01"}, 400, "开始时间必须早于结束时间", "backwards"),
    (ASKED | {"formal": "1"}, 422, "示例", "sample configuration gives nothing formal"),
    (ASKED | {"as_of": "99999999"}, 404, "", "no such checkpoint"),
]


@pytest.mark.parametrize(("form", "status", "said", "remark"), REFUSED, ids=[one[3] for one in REFUSED])
def test_what_cannot_be_built_is_refused_in_words(
    desk: Desk, form: dict[str, str], status: int, said: str, remark: str
) -> None:
    for path in ("/evidence", "/evidence/estimate"):
        answer = desk.client().post(path, data=form)
        assert answer.status_code == status, (remark, answer.text)
        assert said in answer.text, remark


def test_a_package_shows_what_it_holds_its_digests_and_who_fetched_it(
    desk: Desk, package: tuple[str, bytes]
) -> None:
    path, content = package
    html = desk.page(path, "auditor")
    for words in ("可下载", "报告（PDF/A）", "报文原文", "SHA-256", "python3 verify.pyz", "示例配置"):
        assert words in html, words
    assert re.search(r"下载</strong> token:officer-desk", html)
    digests = desk.client().get(f"{path}/digests").text
    assert "文件与制作完成时一致" in digests
    assert re.search(r"SM3</dt><dd class=\"digest\">[0-9a-f]{64}", digests)
    assert zipfile.is_zipfile(io.BytesIO(content))
    listed = desk.page(f"/evidence?state=ready&words={OUTLET}")
    assert path in listed
    assert path not in desk.page("/evidence?state=failed")
    assert path not in desk.page("/evidence?about=lead")


def test_built_again_as_of_the_same_checkpoint_the_bytes_are_the_same(
    desk: Desk, package: tuple[str, bytes]
) -> None:
    path, content = package
    again = desk.client().post(f"{path}/again").headers["HX-Redirect"].partition("?")[0]
    until(
        lambda: desk.client().get(f"{again}/progress").headers.get("HX-Refresh") == "true",
        "it is built again",
    )
    assert again != path
    assert desk.client().get(f"{again}/download").content == content


def test_a_whole_package_is_proved_and_the_file_is_deleted(desk: Desk, package: tuple[str, bytes]) -> None:
    html = desk.page(desk.verified(package[1]))
    assert re.search(r"verdict-(proved|partly)", html)
    assert "本系统日志的公钥" in html
    assert "任何证据包都无法证明" in html
    assert 'data-check="bag"' in html
    assert list((desk.world.settings.home / "checks").iterdir()) == []


def test_a_tampered_package_is_named_with_what_differs(desk: Desk, package: tuple[str, bytes]) -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package[1])) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for info in source.infolist():
            data = source.read(info)
            if "/data/readings/" in info.filename:
                data = data.replace(b"1", b"2", 1)
            made.writestr(info.filename, data)
    html = desk.page(desk.verified(out.getvalue()))
    assert "verdict-failed" in html
    for check in ("container", "bag"):
        assert re.search(rf'check-failed" data-check="{check}"', html), check
    assert "data/readings/" in html


def test_another_trusted_key_is_one_that_a_person_names(desk: Desk, package: tuple[str, bytes]) -> None:
    other = "example.org/other+" + _vkey_of_nobody()
    html = desk.page(desk.verified(package[1], key=other))
    assert "verdict-failed" in html
    assert "上传人给出的公钥" in html
    files = {"file": ("x.zip", package[1], "application/zip")}
    answer = desk.client().post("/evidence/verify", files=files, data={"key": "nonsense"})
    assert (answer.status_code, "vkey" in answer.text) == (422, True)


def _vkey_of_nobody() -> str:
    raw = b"\x01" + bytes(range(32))
    identity = hashlib.sha256(b"example.org/other\n" + raw).digest()[:4].hex()
    return f"{identity}+{base64.b64encode(raw).decode()}"


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("x/bagit.txt", b"\0" * (80 << 20))
    return out.getvalue()


def climbing() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("x/bagit.txt", b"BagIt-Version: 1.0\n")
        made.writestr("../../etc/outside", b"x")
    return out.getvalue()


# bytes, what is said, remark
HOSTILE = [
    (b"hello, this is text", "不是 ZIP", "not a zip"),
    (b"PK\x03\x04" + b"\0" * 200, "未作核验", "begins like one and ends"),
    (bomb(), "压缩炸弹", "eighty megabytes of nothing in eighty kilobytes"),
    (climbing(), "outside", "a name that climbs out of its folder"),
]


@pytest.mark.parametrize(("content", "said", "remark"), HOSTILE, ids=[one[2] for one in HOSTILE])
def test_a_hostile_upload_is_refused_clearly(desk: Desk, content: bytes, said: str, remark: str) -> None:
    html = desk.page(desk.verified(content))
    assert re.search(r"verdict-(failed|no_package)", html), remark
    assert said in html, remark
    assert list((desk.world.settings.home / "checks").iterdir()) == [], remark


def test_an_upload_beyond_the_bound_is_refused_before_it_is_kept(desk: Desk) -> None:
    for size, status in ((MOST + 10, 422), (MOST + 1_000_000, 400)):
        files = {"file": ("large.zip", b"\0" * size, "application/zip")}
        answer = desk.client().post("/evidence/verify", files=files)
        assert answer.status_code in (status, 413), (size, answer.status_code)
    answer = desk.client().post("/evidence/verify", files={"file": ("empty.zip", b"", "application/zip")})
    assert answer.status_code == 422
    assert desk.client().post("/evidence/verify").status_code == 422
    assert list((desk.world.settings.home / "checks").glob("*.zip")) == []


def test_a_result_is_for_who_uploaded_alone(desk: Desk, package: tuple[str, bytes]) -> None:
    path = desk.verified(b"not a package")
    assert desk.client().get(path).status_code == 200
    for role in ("supervisor", "admin"):
        assert desk.client(role).get(path).status_code == 404, role
        assert path not in desk.page("/evidence/verify", role)
    assert path in desk.page("/evidence/verify")


def test_what_takes_too_long_or_breaks_off_ends_with_the_reason(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = desk.world.settings.model_copy(update={"home": tmp_path, "check_seconds": 1})
    # A process that ends without a report, and one that never ends.
    for script, failure in (("raise SystemExit(3)", "broke_off"), ("import time; time.sleep(60)", "time")):
        (tmp_path / "slow.py").write_text(script)
        monkeypatch.setattr(checkdesk, "PROCESS", str(tmp_path / "slow.py"))
        checks = checkdesk.CheckDesk(settings)
        job = checks.take("wang", "x.zip", io.BytesIO(b"PK"), ())
        until(lambda job=job: job.finished_at is not None, "it was ended")  # type: ignore[misc]
        assert (job.state, job.failure) == ("failed", failure)
        assert not job.path.exists()
        checks.close()


def test_one_person_cannot_fill_the_desk(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(checkdesk, "PROCESS", str(tmp_path / "slow.py"))
    checks = checkdesk.CheckDesk(desk.world.settings.model_copy(update={"home": tmp_path}))
    for _ in range(checkdesk.WAITING_EACH):
        checks.take("wang", "x.zip", io.BytesIO(b"PK"), ())
    with pytest.raises(Conflict) as refused:
        checks.take("wang", "x.zip", io.BytesIO(b"PK"), ())
    assert refused.value.code == "checks_full"
    checks.take("li", "x.zip", io.BytesIO(b"PK"), ())
    checks.close()
    assert list((tmp_path / "checks").glob("*.zip")) == []


def test_evidence_is_the_bureaus_and_the_log_tells_a_company_no_record(
    desk: Desk, package: tuple[str, bytes]
) -> None:
    company = desk.client("company", site="ev-cement")
    path, _ = package
    for closed in (
        "/evidence",
        path,
        f"{path}/download",
        f"{path}/digests",
        f"{path}/progress",
        "/evidence/verify",
    ):
        assert company.get(closed).status_code == 403, closed
    for closed in ("/evidence", "/evidence/estimate", f"{path}/again", "/evidence/verify"):
        assert company.post(closed, data=ASKED).status_code == 403, closed
    assert desk.client("operator").get("/evidence").status_code == 403
    assert company.get("/evidence/log").status_code == 200
    assert company.get("/evidence/log?kind=message&number=1").status_code == 403
    shown = company.get("/evidence/log?leaf=3").text
    assert "成立" in shown
    assert "报文" not in shown.partition('id="inclusion"')[2].partition("</section>")[0]


# query, status, what is said, remark
PROOFS = [
    ("kind=message&number=1", 200, "成立：由叶和证明重新算得根", "where a message is"),
    ("leaf=2&size=5", 200, "在 5 片叶的树中", "in an earlier tree"),
    ("first=2&second=7", 200, "成立：7 片叶的树以 2 片叶的树开头", "it only grew"),
    ("kind=message&number=999999", 422, "尚未封存或不存在", "a message that is none"),
    ("leaf=99999999", 422, "叶数或叶序号不对", "beyond the log"),
    ("first=9&second=3", 422, "叶数或叶序号不对", "backwards"),
    ("first=0", 422, "叶数或叶序号不对", "from nothing"),
    ("leaf=nonsense", 404, "", "no number"),
]


@pytest.mark.parametrize(("query", "status", "said", "remark"), PROOFS, ids=[one[3] for one in PROOFS])
def test_proofs_are_shown_and_checked(desk: Desk, query: str, status: int, said: str, remark: str) -> None:
    answer = desk.client().get(f"/evidence/log?{query}", headers={"HX-Request": "false"})
    assert answer.status_code == status, remark
    assert said in answer.text, remark
