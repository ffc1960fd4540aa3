"""The broker with TLS, once certificates were made."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy import stack as local
from deploy.certificates import make_certificates
from tests.fixtures.mqtt import Refused, peer
from tests.fixtures.stack import start_on_free_ports


def test_a_gateway_that_trusts_our_authority_connects_with_tls_and_others_do_not(
    stack_home: Path, client_id: Callable[[], str]
) -> None:
    address = start_on_free_ports(stack_home)
    ca, _, _ = make_certificates(stack_home, ["broker.example"])
    port = local.free_port()
    local.up(
        stack_home,
        database_port=address.database_port,
        mqtt_port=address.mqtt_port,
        mqtt_tls_port=port,
        progress=lambda *_: None,
    )
    password = local.sync_gateways(stack_home, ["gw-tls"])["gw-tls"]
    url = f"mqtts://gw-tls:{password}@localhost:{port}"
    with peer(url, client_id(), ca=str(ca)) as gateway:
        assert gateway.subscribe("outfall/v1/gw-tls/down") == "Granted QoS 1"
    with pytest.raises(Refused), peer(f"mqtts://gw-tls:guessed@localhost:{port}", client_id(), ca=str(ca)):
        pass
    # A client that trusts the authorities of this machine, ours not among them.
    stranger = ssl.create_default_context()
    with (
        socket.create_connection(("localhost", port)) as connection,
        pytest.raises(ssl.SSLCertVerificationError),
        stranger.wrap_socket(connection, server_hostname="localhost"),
    ):
        pass
