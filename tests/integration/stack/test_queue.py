"""What the broker keeps: retained messages, queues of clients that are away, very large messages, restarts."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import stack as local
from tests.fixtures.broker import Broker
from tests.fixtures.mqtt import Peer, peer
from tests.fixtures.stack import start_on_free_ports, up_again
from tests.fixtures.waiting import until

Names = Callable[[], str]

MEGABYTE = 1024 * 1024


@pytest.fixture
def own_broker(stack_home: Path) -> Broker:
    """A broker of this test alone, so that it may be killed."""
    address = start_on_free_ports(stack_home)
    return Broker(address, address.mqtt_url)


def leave_subscription(broker: Broker, client: str, topic: str) -> None:
    """What a running ingest leaves behind when it is killed: a session that waits for it."""
    with peer(broker.url, client, persistent=True) as ingest:
        ingest.subscribe(topic)


def take(client: Peer, count: int) -> list[bytes]:
    return [bytes(client.next().payload) for _ in range(count)]


def test_a_late_subscriber_gets_the_retained_state_of_a_gateway(
    broker: Broker, gateway_name: Names, client_id: Names
) -> None:
    name = gateway_name()
    with peer(broker.gateway_url(name), client_id()) as gateway:
        gateway.publish(f"outfall/v1/{name}/status", b'{"state":"online"}', retain=True)
    with peer(broker.url, client_id()) as platform:
        platform.subscribe(f"outfall/v1/{name}/status")
        message = platform.next()
        assert (message.payload, message.retain) == (b'{"state":"online"}', True)


def test_a_message_of_five_megabytes_gets_through_whole(
    broker: Broker, gateway_name: Names, client_id: Names
) -> None:
    name, large = gateway_name(), os.urandom(5 * MEGABYTE)
    with peer(broker.url, client_id()) as platform, peer(broker.gateway_url(name), client_id()) as gateway:
        platform.subscribe(f"outfall/v1/{name}/hj212")
        assert gateway.publish(f"outfall/v1/{name}/hj212", large) == "Success"
        assert platform.next().payload == large


def test_messages_published_while_ingest_is_away_wait_for_it_in_order(
    broker: Broker, gateway_name: Names, client_id: Names
) -> None:
    name, ingest = gateway_name(), client_id()
    leave_subscription(broker, ingest, f"outfall/v1/{name}/hj212")
    sent = [f"frame {number}".encode() for number in range(3000)]
    with peer(broker.gateway_url(name), client_id()) as gateway:
        for payload in sent:
            gateway.publish(f"outfall/v1/{name}/hj212", payload)
    with peer(broker.url, ingest, persistent=True) as back:
        assert take(back, len(sent)) == sent


@pytest.mark.parametrize("gateway_qos", [0, 1])
def test_waiting_messages_survive_a_restart_of_the_broker(
    own_broker: Broker, gateway_name: Names, client_id: Names, gateway_qos: int
) -> None:
    name, ingest = gateway_name(), client_id()
    leave_subscription(own_broker, ingest, f"outfall/v1/{name}/hj212")
    with peer(own_broker.gateway_url(name), client_id()) as gateway:
        gateway.publish(f"outfall/v1/{name}/hj212", b"before the restart", qos=gateway_qos)
        # An answer to a QoS 1 publish says that the broker has seen what came before it.
        gateway.publish(f"outfall/v1/{name}/hj212", b"last", qos=1)
    local.down(own_broker.stack.home)
    up_again(own_broker.stack)
    with peer(own_broker.url, ingest, persistent=True) as back:
        assert take(back, 2) == [b"before the restart", b"last"]


def test_a_killed_broker_comes_back_with_what_it_had_written(
    own_broker: Broker, gateway_name: Names, client_id: Names
) -> None:
    name, ingest = gateway_name(), client_id()
    home = own_broker.stack.home
    leave_subscription(own_broker, ingest, f"outfall/v1/{name}/hj212")
    with peer(own_broker.gateway_url(name), client_id()) as gateway:
        gateway.publish(f"outfall/v1/{name}/hj212", b"kept")
    memory = home / "broker" / "data" / "mosquitto.db"
    until(lambda: memory.exists() and b"kept" in memory.read_bytes(), "the broker wrote its memory")
    process = next(service.pid for service in local.status(home).services if service.name == "broker")
    assert process is not None
    os.kill(process, signal.SIGKILL)
    until(lambda: not local.status(home).services[1].running, "the broker is dead")
    up_again(own_broker.stack)
    with peer(own_broker.url, ingest, persistent=True) as back:
        assert take(back, 1) == [b"kept"]
