"""A registry, an ingest process or thread, and gateways that publish: what the tests of ingest have in common."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest import service
from ingest.hj212 import StreamDecoder, encode
from ingest.hj212.frame import Frame
from store.apply import apply_sites
from store.clock import BEIJING, now
from store.database import connect
from store.settings import Settings, load_settings
from store.sitesfile import read_sites_file
from tests.fixtures.waiting import until

DEADLINE_SECONDS = 30.0

SITES = """
authority: {{district: 甲区生态环境局, city: 乙市生态环境局}}
gateways: [{gateways}]
sites:
  - id: test-site
    name: 测试单位
    industry: other
    key_unit: false
    sample: true
    outlets: [{outlets}]
"""
OUTLET = """{{id: outlet-{number}, name: 排口{number}, medium: gas, factors: [a21026, a21002, a19001],
 monitor: {{mn: "{mn}", gateway: {gateway}, protocol: "2017", password: {password}, timestamps: {timestamps},
            cadence: {{realtime: 60, minute: 600, hour: true, day: true}}}}}}"""


@dataclass(frozen=True, slots=True)
class Device:
    """A monitor of the test's registry."""

    mn: str
    gateway: str
    password: str | None = None
    timestamps: str = "start"


def mn_of(number: int) -> str:
    """An MN that no real logger has."""
    return f"9999990000000000000{number:05d}"


def register(database: str, devices: Sequence[Device], *, gateways: Sequence[str] = ()) -> None:
    """Apply a sites file with one outlet a device, keys 1, 2, ... in order."""
    names = dict.fromkeys([*(device.gateway for device in devices), *gateways])
    outlets = ", ".join(
        OUTLET.format(
            number=number,
            mn=device.mn,
            gateway=device.gateway,
            password="null" if device.password is None else f'"{device.password}"',
            timestamps=device.timestamps,
        )
        for number, device in enumerate(devices, 1)
    )
    text = SITES.format(gateways=", ".join(f"{{id: {name}}}" for name in names), outlets=outlets)
    with connect(database, name="test") as connection:
        apply_sites(connection, read_sites_file(text), actor="test", at=now())


def hour_frame(
    mn: str,
    data_time: datetime | str,
    value: str = "12.5",
    *,
    flag: int = 5,
    password: str = "123456",
    cn: str = "2061",
    factors: Sequence[str] = ("a21026", "a21002", "a19001"),
) -> bytes:
    """An hour frame (or another with ``cn``); every factor has the same value."""
    stamp = data_time if isinstance(data_time, str) else data_time.strftime("%Y%m%d%H%M%S")
    metric = "Rtd" if cn == "2011" else "Avg"
    items = [[("DataTime", stamp)]] + [
        [(f"{factor}-{metric}", value), (f"{factor}-Flag", "N")] for factor in factors
    ]
    header = {"QN": stamp[:14] + "000", "ST": "31", "CN": cn, "PW": password, "MN": mn, "Flag": flag}
    return encode(header, items, version="2017")


def hours(first: datetime, count: int) -> list[datetime]:
    """So many hour starts from ``first`` on."""
    return [first + timedelta(hours=number) for number in range(count)]


FIRST_HOUR = datetime(2026, 3, 1, tzinfo=BEIJING)


@dataclass
class Gateway:
    """A connected gateway; ``heard`` are the frames that came on its ``down`` topic."""

    name: str
    client: mqtt.Client
    heard: list[Frame] = field(default_factory=list)

    def publish(self, payload: bytes, channel: str = "hj212", *, qos: int = 1) -> None:
        """Publish and wait until the broker has it."""
        info = self.client.publish(f"outfall/v1/{self.name}/{channel}", payload, qos=qos)
        info.wait_for_publish(DEADLINE_SECONDS)
        assert info.is_published()

    def publish_soon(self, payload: bytes, channel: str = "hj212") -> mqtt.MQTTMessageInfo:
        """Publish without waiting."""
        return self.client.publish(f"outfall/v1/{self.name}/{channel}", payload, qos=1)

    def publish_all(self, payloads: Sequence[bytes], *, window: int = 5000) -> None:
        """Publish in order and wait for all; a client has 65535 packet identifiers, so only ``window`` wait at a time."""
        sent: deque[mqtt.MQTTMessageInfo] = deque()
        for payload in payloads:
            sent.append(self.publish_soon(payload))
            if len(sent) > window:
                sent.popleft().wait_for_publish(DEADLINE_SECONDS)
        for info in sent:
            info.wait_for_publish(DEADLINE_SECONDS)

    def heard_qns(self) -> list[str | None]:
        """Request numbers of the 9014 answers heard."""
        return [frame.qn for frame in self.heard if frame.cn == "9014"]


@contextmanager
def connected_gateway(url: str) -> Iterator[Gateway]:
    """A gateway connected with the URL that the broker fixture gives."""
    parts = urlsplit(url)
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, client_id=f"test-{parts.username}", protocol=mqtt.MQTTv5
    )
    client.username_pw_set(parts.username, parts.password)
    client.max_inflight_messages_set(1000)
    gateway = Gateway(str(parts.username), client)
    decoder = StreamDecoder()
    subscribed = threading.Event()

    def on_message(_client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        gateway.heard.extend(piece for piece in decoder.feed(message.payload) if isinstance(piece, Frame))

    client.on_message = on_message
    client.on_connect = lambda *_: client.subscribe(f"outfall/v1/{gateway.name}/down", qos=1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.reconnect_delay_set(1, 1)
    client.connect(str(parts.hostname), parts.port or 1883)
    client.loop_start()
    assert subscribed.wait(DEADLINE_SECONDS)
    try:
        yield gateway
    finally:
        client.disconnect()
        client.loop_stop()


def settings_for(database: str, broker_url: str, instance: int, **more: Any) -> Settings:
    """Settings of an ingest with a session of its own."""
    return load_settings(database_url=database, mqtt_url=broker_url, ingest_instance=instance, **more)


@contextmanager
def running_ingest(settings: Settings) -> Iterator[threading.Event]:
    """Ingest in a thread; gives the event that stops it."""
    stopping = threading.Event()
    failed: list[BaseException] = []

    def work() -> None:
        try:
            service.run(settings, stopping)
        except BaseException as error:  # shown by the test below
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(10)
        assert not thread.is_alive()
        assert failed == []


def forget_session(settings: Settings) -> None:
    """Let the broker drop the session, which would otherwise collect the messages of every later test."""
    parts = urlsplit(settings.broker())
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=service.CLIENT_ID.format(number=settings.ingest_instance),
        protocol=mqtt.MQTTv5,
    )
    client.username_pw_set(parts.username, parts.password)
    done = threading.Event()
    client.on_connect = lambda *_: done.set()
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 0
    client.connect(str(parts.hostname), parts.port or 1883, clean_start=True, properties=properties)
    client.loop_start()
    assert done.wait(DEADLINE_SECONDS)
    client.disconnect()
    client.loop_stop()


def ingest_process(settings: Settings) -> subprocess.Popen[bytes]:
    """``python -m ingest`` with these settings."""
    environment = os.environ | {
        "OUTFALL_DATABASE_URL": settings.database(),
        "OUTFALL_MQTT_URL": settings.broker(),
        "OUTFALL_INGEST_INSTANCE": str(settings.ingest_instance),
        "OUTFALL_LOG_LEVEL": "ERROR",
    }
    return subprocess.Popen([sys.executable, "-m", "ingest"], env=environment)


wait_until = until


@dataclass(frozen=True, slots=True)
class Books:
    """Looks into the database of a test."""

    connection: psycopg.Connection[Any]

    def rows(self, statement: str, **arguments: object) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        return self.connection.execute(statement, arguments).fetchall()

    def value(self, statement: str, **arguments: object) -> Any:
        """The only value of the only row."""
        return self.rows(statement, **arguments)[0][0]

    def listening(self) -> bool:
        """Whether an ingest says that it is connected and subscribed."""
        return self.rows("select 1 from service_heartbeat where (state->>'broker_connected')::boolean") != []

    def messages(self) -> int:
        """Messages stored."""
        return int(self.value("select count(*) from message"))

    def ledger(self) -> dict[str, int]:
        """Frames by disposition, and by reason where quarantined."""
        return {
            (f"{disposition}:{reason}" if reason else disposition): int(frames)
            for disposition, reason, frames in self.rows(
                "select disposition, reason, sum(frames) from ledger where disposition <> 'anomaly' group by 1, 2"
            )
        }

    def assert_adds_up(self) -> None:
        """Received is the sum of everything else, in every hour and at every outlet."""
        wrong = self.rows(
            "select hour, gateway, outlet_key, sum(frames) filter (where disposition = 'received'),"
            " sum(frames) filter (where disposition not in ('received', 'anomaly')) from ledger"
            " group by 1, 2, 3 having sum(frames) filter (where disposition = 'received') is distinct from"
            " sum(frames) filter (where disposition not in ('received', 'anomaly'))"
        )
        assert wrong == []
