"""Two plants that have everything a plant can have, and what must never be told of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from store import clock, people
from store.database import connect, rows
from store.queries import parse
from store.sessions import authenticate, open_session
from tests.fixtures.waiting import until
from tests.integration.api.conftest import OUTLET, STACK, Api, add_alert
from tests.integration.ingest.world import hour_frame

ROWS = parse((Path(__file__).parent / "plants.sql").read_text(encoding="utf-8"))
PDF = b"%PDF-1.7\nminutes"

ELSEWHERE = {"X-Forwarded-For": "192.0.2.7"}
"""What a proxy adds; some things are open to this very machine."""


@dataclass(frozen=True)
class Identity:
    """What a plant is called."""

    site: str
    outlet: str
    name: str
    mn: str
    gateway: str
    factor: str
    label: str
    quarter: str


CEMENT = Identity(
    "plant-one", STACK, "示例水泥厂", "888888800000010000000901", "gw-one", "a21026", "maintenance", "Q1"
)
SEWAGE = Identity(
    "plant-two", OUTLET, "示例污水厂", "888888800000010000000902", "gw-two", "w01018", "maintenance", "Q2"
)


@dataclass
class Plant:
    """A plant with its things.

    Attributes
    ----------
    things : kind of thing -> its id
    told : numbers and words that nobody else may read
    """

    api: Api
    identity: Identity
    things: dict[str, str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    secret: str = ""
    csrf: str = ""

    @property
    def needles(self) -> set[str]:
        """Every text that betrays the plant."""
        identity = self.identity
        return self.told | {identity.name, identity.outlet, identity.site, identity.mn, identity.gateway}

    def words(self, what: str) -> str:
        """A sentence that stands nowhere else, and is looked for from now on."""
        said = f"{what} of {self.identity.site} for nobody else"
        self.told.add(said)
        return said

    def run(self, statement: str, **arguments: object) -> list[dict[str, Any]]:
        """Run a statement of plants.sql and commit."""
        with connect(self.api.database_url, name="test") as connection, rows(connection) as cursor:
            cursor.execute(ROWS[statement], arguments)
            return cursor.fetchall() if cursor.description else []

    def post(self, role: str, path: str, **given: Any) -> Mapping[str, Any]:
        """A write over the API that must succeed."""
        with self.api.client(role, self.identity.site if role == "company" else None) as client:
            answer = client.post(f"/api/v1{path}", **given)
        assert answer.status_code in (200, 201, 202), (role, path, answer.text)
        body: Mapping[str, Any] = answer.json()
        return body

    def company(self) -> httpx.Client:
        """Somebody of the company in a browser."""
        return httpx.Client(
            base_url=self.api.url,
            cookies={"outfall_session": self.secret},
            headers={"X-CSRF-Token": self.csrf, "Accept": "text/html", **ELSEWHERE},
            timeout=30,
        )


def build(api: Api, identity: Identity) -> Plant:
    """A plant with data, alerts, marks, leads, tasks, evidence, messages and people."""
    plant = Plant(api, identity)
    _data(plant)
    _alerts(plant)
    _statements(plant)
    _leads(plant)
    _tasks(plant)
    _evidence(plant)
    _people(plant)
    return plant


def _data(plant: Plant) -> None:
    identity, api = plant.identity, plant.api
    key, now = api.key(identity.outlet), clock.now()
    at = clock.hour_start(now) - timedelta(hours=3)
    frame = hour_frame(identity.mn, at)
    message = plant.run("message", at=now, gateway=identity.gateway, payload=frame)[0]["id"]
    plant.run("readings", at=at, outlet_key=key, message_id=message)
    words = plant.words("piece")
    piece = plant.run(
        "piece",
        at=now,
        message_id=message,
        gateway=identity.gateway,
        mn=identity.mn,
        outlet_key=key,
        words=words,
        raw=frame,
    )
    replay = plant.run(
        "replay", words=plant.words("replay"), gateway=identity.gateway, mn=identity.mn, at=now
    )
    api.run("outlet_state", outlet_key=key, at=now)
    api.run("gateway_state", gateway=identity.gateway, at=now - timedelta(hours=1))
    api.run(
        "periods",
        outlet_key=key,
        from_time=clock.day_start(now) - timedelta(days=1),
        to_time=clock.hour_start(now),
    )
    api.run("verdicts", outlet_key=key)
    api.run("ledger", outlet_key=key, at=at)
    plant.run("sample", period=f"2026-{identity.quarter}", words="beacon", at=now, site=identity.site)
    plant.things |= {
        "site": identity.site,
        "outlet": identity.outlet,
        "gateway": identity.gateway,
        "mn": identity.mn,
        "message": str(message),
        "reading_time": at.astimezone(clock.BEIJING).isoformat(),
        "piece": str(piece[0]["id"]),
        "replay": str(replay[0]["id"]),
    }


def _alerts(plant: Plant) -> None:
    api, identity = plant.api, plant.identity
    alert = add_alert(api, identity.outlet, "exceedance_hour", "active")
    body = api.get(f"/api/v1/alerts/{alert}").json()
    attached = plant.post(
        "company",
        f"/alerts/{alert}/attachments",
        files={"file": (f"{identity.site}.pdf", PDF, "application/pdf")},
        data={"note": plant.words("attachment")},
    )
    plant.things |= {
        "alert": str(alert),
        "alert_number": body["number"],
        "attachment": str(attached["attachments"][-1]["id"]),
    }
    plant.told |= {body["number"], f"{identity.site}.pdf"}
    notice = plant.run("notification", alert_id=alert, words=plant.words("notice"), at=clock.now())
    plant.things["notification"] = str(notice[0]["id"])
    hold = plant.post(
        "supervisor",
        "/retention/holds",
        json={"kind": "alert", "id": str(alert), "reason": plant.words("hold")},
    )
    plant.things["hold"] = str(hold["id"])


def _statements(plant: Plant) -> None:
    identity, now = plant.identity, clock.now()
    start = clock.hour_start(now) - timedelta(hours=2)
    filed = plant.post(
        "company",
        f"/outlets/{identity.outlet}/marks",
        json={
            "category": "device",
            "label": identity.label,
            "from": start.isoformat(),
            "to": (start + timedelta(minutes=20)).isoformat(),
            "reason": plant.words("mark"),
        },
    )
    plant.things["mark"] = str(filed["items"][0]["id"])
    check = {"factor": identity.factor, "kind": "standard", "checked_at": start.isoformat(), "passed": True}
    plant.post("company", f"/outlets/{identity.outlet}/checks", json=check)
    chain = {"factor": identity.factor, "start": start.isoformat(), "instrument": "12.345678"}
    plant.post("company", f"/outlets/{identity.outlet}/chain-checks", json=chain)


def _leads(plant: Plant) -> None:
    """One lead that the company was told of and stated itself on, and one that it knows nothing of."""
    api, identity = plant.api, plant.identity
    for name in ("lead", "hidden_lead"):
        alert = add_alert(api, identity.outlet, "exceedance_hour", "cleared", handling="confirmed")
        lead = plant.post("officer", "/leads", json={"alerts": [alert], "reason": plant.words(name)})
        path = f"/leads/{lead['id']}"
        plant.post("officer", f"{path}/edit", json={"facts": plant.words(f"facts of {name}")})
        paper = plant.post(
            "officer",
            f"{path}/papers",
            files={"file": (f"{name}-{identity.site}.pdf", PDF, "application/pdf")},
            data={"part": "evidence", "note": plant.words(f"paper of {name}")},
        )
        plant.things |= {
            name: str(lead["id"]),
            f"{name}_number": lead["number"],
            f"{name}_paper": str(paper["papers"][-1]["id"]),
        }
        plant.told |= {lead["number"], api.get(f"/api/v1/alerts/{alert}").json()["number"]}
        if name == "lead":
            _tell(plant, path)


def _tell(plant: Plant, path: str) -> None:
    """Both reviews, the company told, and its statement."""
    plant.post("officer", f"{path}/basis", json={"norms": ["code-1107"], "reason": plant.words("basis")})
    plant.post("officer", f"{path}/present")
    for kind in ("technical", "legal"):
        digest = plant.api.get(f"/api/v1{path}").json()["digest"]
        signed = {"result": "sign", "opinion": plant.words(f"{kind} opinion"), "digest": digest}
        plant.post(f"{kind}_reviewer", f"{path}/{kind}-review", json=signed)
    plant.post("officer", f"{path}/disclose", json={"message": plant.words("message")})
    stated = plant.post("company", f"{path}/statement", json={"content": plant.words("statement")})
    plant.things["statement"] = str(stated["statements"][0]["id"])


def _tasks(plant: Plant) -> None:
    asked = {"kind": "off_site", "statement": plant.words("task"), "outlet": plant.identity.outlet}
    task = plant.post("officer", "/tasks", json=asked)
    plant.things |= {"task": str(task["id"]), "task_number": task["number"]}
    plant.told.add(task["number"])


def _evidence(plant: Plant) -> None:
    """A package of the outlet that lies ready, and the hand-over of a lead."""
    now = clock.now()
    start = clock.day_start(now) - timedelta(days=1)
    asked = {
        "subject": {"kind": "outlet", "id": plant.identity.outlet},
        "from": start.isoformat(),
        "to": (start + timedelta(days=1)).isoformat(),
    }
    package = plant.post("officer", "/evidence", json=asked)
    plant.things |= {"package": str(package["id"]), "package_number": package["number"]}
    plant.told.add(package["number"])
    path = f"/api/v1/evidence/{package['id']}"
    until(lambda: plant.api.get(path).json()["state"] in ("ready", "failed"), "the package is built")
    handover = plant.run(
        "handover",
        lead_id=int(plant.things["hidden_lead"]),
        package_id=int(package["id"]),
        words=plant.words("hand-over"),
        at=now,
    )
    plant.things["handover"] = str(handover[0]["id"])


def _people(plant: Plant) -> None:
    name = plant.identity.site.replace("plant-", "person-")
    with connect(plant.api.database_url, name="test") as connection:
        password = people.add_user(
            connection,
            name=name,
            display_name=plant.words("person"),
            role="company",
            site_id=plant.identity.site,
        )
        user = authenticate(connection, name=name, password=password, at=clock.now())
        assert user is not None
        plant.secret, session = open_session(connection, user, at=clock.now())
        plant.csrf = session.csrf
    plant.told.add(name)
    plant.things |= {
        "user": str(plant.run("user_key", name=name)[0]["key"]),
        "token": str(plant.run("token_key", site=plant.identity.site)[0]["key"]),
        "session": str(plant.run("session", name=name)[0]["id"]),
        "event": str(plant.run("event_of", subject=plant.things["lead_number"])[0]["id"]),
        "record": str(plant.run("record_leaf", key=plant.things["mark"])[0]["id"]),
    }
