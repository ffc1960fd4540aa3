"""The broker's access rules (design 4.3), seen by somebody who tries to get round them."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from deploy import stack as local
from tests.fixtures.broker import Broker
from tests.fixtures.mqtt import Refused, peer

Names = Callable[[], str]

REFUSED = "Not authorized"
ACCEPTED = "Success"


@pytest.fixture
def two(broker: Broker, gateway_name: Names) -> tuple[str, str]:
    """Two gateways that the broker knows: the attacker and its neighbour."""
    names = gateway_name(), gateway_name()
    broker.add_gateways(*names)
    return names


@pytest.mark.parametrize(
    ("topic", "remark"),
    [
        ("outfall/v1/{own}/hj212", "frames"),
        ("outfall/v1/{own}/json", "values as JSON"),
        ("outfall/v1/{own}/neuron", "values as Neuron sends them"),
        ("outfall/v1/{own}/status", "birth and last will"),
    ],
)
def test_a_gateway_may_publish_its_own_data_and_the_platform_gets_them(
    broker: Broker, two: tuple[str, str], client_id: Names, topic: str, remark: str
) -> None:
    own, _ = two
    named = topic.format(own=own)
    with peer(broker.url, client_id()) as platform, peer(broker.gateway_url(own), client_id()) as gateway:
        assert platform.subscribe(f"outfall/v1/+/{named.rsplit('/', 1)[1]}") == "Granted QoS 1", remark
        assert gateway.publish(named, b"data") in (ACCEPTED, "No matching subscribers")
        message = platform.next()
        while message.topic != named:  # retained or other tests' messages come first
            message = platform.next()
        assert message.payload == b"data"


@pytest.mark.parametrize(
    ("topic", "remark"),
    [
        ("outfall/v1/{other}/hj212", "another gateway's frames"),
        ("outfall/v1/{other}/status", "pretending that another is offline"),
        ("outfall/v1/{other}/down", "forging acknowledgements to another"),
        ("outfall/v1/{own}/down", "forging acknowledgements to itself"),
        ("outfall/v1/{own}/down/x", "below its own down"),
        ("outfall/v1/{own}", "the root of its subtree"),
        ("outfall/v1/outfall-ingest/hj212", "the platform's name"),
        ("outfall/v2/{own}/hj212", "another version of the contract"),
        ("$SYS/broker/uptime", "the broker's own topics"),
    ],
)
def test_a_gateway_may_not_publish_anywhere_else(
    broker: Broker, two: tuple[str, str], client_id: Names, topic: str, remark: str
) -> None:
    own, other = two
    with peer(broker.gateway_url(own), client_id()) as attacker:
        assert attacker.publish(topic.format(own=own, other=other), b"forged") == REFUSED, remark


def test_what_a_gateway_publishes_as_another_reaches_nobody(
    broker: Broker, two: tuple[str, str], client_id: Names
) -> None:
    own, other = two
    with peer(broker.url, client_id()) as platform, peer(broker.gateway_url(own), client_id()) as attacker:
        platform.subscribe(f"outfall/v1/{other}/hj212")
        platform.subscribe(f"outfall/v1/{own}/hj212")
        attacker.publish(f"outfall/v1/{other}/hj212", b"forged")
        attacker.publish(f"outfall/v1/{own}/hj212", b"after it")
        assert platform.next().payload == b"after it"


@pytest.mark.parametrize(
    ("topic", "remark"),
    [
        ("outfall/v1/{other}/down", "what the platform says to another"),
        ("outfall/v1/{other}/hj212", "another's frames"),
        ("outfall/v1/+/hj212", "everybody's frames"),
        ("outfall/v1/+/down", "everybody's answers"),
        ("outfall/v1/#", "everything"),
        ("#", "everything and more"),
        ("outfall/v1/{other}/#", "all of another"),
        ("$SYS/#", "the broker's own topics"),
        ("$share/group/outfall/v1/{other}/down", "by way of a shared subscription"),
    ],
)
def test_a_gateway_hears_nothing_that_is_not_for_it(
    broker: Broker, two: tuple[str, str], client_id: Names, topic: str, remark: str
) -> None:
    own, other = two
    with (
        peer(broker.url, client_id()) as platform,
        peer(broker.gateway_url(own), client_id()) as attacker,
        peer(broker.gateway_url(other), client_id()) as neighbour,
    ):
        # Mosquitto may grant a wildcard and still filter every delivery; what counts is what arrives.
        attacker.subscribe(topic.format(own=own, other=other))
        attacker.subscribe(f"outfall/v1/{own}/down")
        neighbour.publish(f"outfall/v1/{other}/hj212", b"secret of the neighbour")
        platform.publish(f"outfall/v1/{other}/down", b"answer to the neighbour")
        platform.publish(f"outfall/v1/{own}/down", b"answer to the attacker")
        assert attacker.next().payload == b"answer to the attacker", remark
        # A gateway that also asked with a wildcard gets its own answer once more; never anything else.
        while not attacker.received.empty():
            assert attacker.next().topic == f"outfall/v1/{own}/down"


def test_the_platform_may_not_publish_as_a_gateway(
    broker: Broker, two: tuple[str, str], client_id: Names
) -> None:
    with peer(broker.url, client_id()) as platform:
        assert platform.publish(f"outfall/v1/{two[0]}/hj212", b"invented") == REFUSED


def test_a_last_will_is_delivered_only_in_the_gateways_own_name(
    broker: Broker, two: tuple[str, str], client_id: Names
) -> None:
    own, other = two
    with peer(broker.url, client_id()) as platform:
        for name in two:
            platform.subscribe(f"outfall/v1/{name}/status")
        forged = (f"outfall/v1/{other}/status", b"offline, says the attacker")
        with peer(broker.gateway_url(own), client_id(), will=forged) as attacker:
            attacker.leave_will()
        honest = (f"outfall/v1/{own}/status", b"offline")
        with peer(broker.gateway_url(own), client_id(), will=honest) as gateway:
            gateway.leave_will()
        assert platform.next().payload == b"offline"


@pytest.mark.parametrize(
    ("user", "password", "remark"),
    [
        ("", "", "nobody"),
        ("{own}", "", "no password"),
        ("{own}", "guessed", "a wrong password"),
        ("{own}", "{other password}", "another gateway's password"),
        ("outfall-ingest", "{own password}", "a gateway's password for the platform"),
        ("gw-never-registered", "guessed", "an unknown gateway"),
        ("+", "guessed", "a wildcard as a name"),
    ],
)
def test_who_cannot_prove_who_he_is_does_not_get_in(
    broker: Broker, two: tuple[str, str], client_id: Names, user: str, password: str, remark: str
) -> None:
    own, other = two
    passwords = local.gateway_passwords(broker.stack.home)
    given = password.replace("{own password}", passwords[own]).replace("{other password}", passwords[other])
    login = f"{user.format(own=own)}:{given}@" if user else ""
    with (
        pytest.raises(Refused, match=r"Not authorized|Bad user name or password"),
        peer(f"mqtt://{login}127.0.0.1:{broker.port}", client_id()),
    ):
        pass


def test_a_gateway_that_leaves_the_registry_is_thrown_out_and_the_others_stay(
    broker: Broker, two: tuple[str, str], client_id: Names
) -> None:
    own, other = two
    url, stays = broker.gateway_url(own), broker.gateway_url(other)
    remaining = set(local.gateway_passwords(broker.stack.home)) - {own}
    with peer(stays, client_id()) as neighbour:
        local.sync_gateways(broker.stack.home, remaining)
        assert eventually_refused(url, client_id)
        assert neighbour.publish(f"outfall/v1/{other}/status", b"still here") != REFUSED


def test_a_gateway_that_returns_gets_a_new_password(broker: Broker, gateway_name: Names) -> None:
    name = gateway_name()
    first = broker.add_gateways(name)[name]
    assert broker.add_gateways(name)[name] == first, "kept while it stays"
    local.sync_gateways(broker.stack.home, set(local.gateway_passwords(broker.stack.home)) - {name})
    assert broker.add_gateways(name)[name] != first
    assert len(first) >= len(secrets.token_urlsafe(24)) - 2


def eventually_refused(url: str, client_id: Names) -> bool:
    """The broker rereads its users on a signal, so the change shows within moments."""
    for _ in range(200):
        try:
            with peer(url, client_id()):
                pass
        except Refused:
            return True
    return False
