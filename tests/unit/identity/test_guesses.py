"""How often one network address may be wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.guesses import WINDOW, Limiter, network_of
from store.clock import now
from store.errors import NotAllowed

NOON = now().replace(hour=12, minute=0, second=0, microsecond=0)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_an_address_that_was_wrong_too_often_waits_until_the_first_failure_is_old() -> None:
    limiter = Limiter(3)
    assert [limiter.failed("192.0.2.1", NOON + after(second)) for second in range(3)] == [False, False, True]
    assert limiter.wait("192.0.2.1", NOON + after(60)) == WINDOW.total_seconds() - 60
    assert limiter.wait("192.0.2.2", NOON + after(60)) == 0
    with pytest.raises(NotAllowed) as refused:
        limiter.check("192.0.2.1", NOON + after(60))
    assert (refused.value.code, refused.value.facts["seconds"]) == ("too_many_attempts", 540)
    assert limiter.wait("192.0.2.1", NOON + WINDOW) == 0
    assert limiter.failed("192.0.2.1", NOON + WINDOW) is True, "two of the three are still young"


def test_the_same_wrong_token_again_is_no_further_guess() -> None:
    limiter = Limiter(3)
    for second in range(50):
        limiter.failed("192.0.2.1", NOON + after(second), what=b"an old token")
    assert limiter.wait("192.0.2.1", NOON + after(50)) == 0
    limiter.failed("192.0.2.1", NOON, what=b"another")
    assert limiter.failed("192.0.2.1", NOON, what=b"a third") is True


def test_the_memory_is_bounded_and_the_longest_quiet_go_first() -> None:
    limiter = Limiter(1, addresses=2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        limiter.failed(address, NOON)
    waits = [limiter.wait(address, NOON) > 0 for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3")]
    assert waits == [False, True, True]


NETWORKS = [
    ("192.0.2.1", "192.0.2.1", "one IPv4 address"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "a customer has a whole /64"),
    ("2001:db8:1:2:ffff::1", "2001:db8:1:2::", "the same customer"),
    ("::ffff:192.0.2.1", "192.0.2.1", "IPv4 written as IPv6"),
    ("unknown", "unknown", "no address"),
]


@pytest.mark.parametrize(("address", "network", "remark"), NETWORKS)
def test_what_one_customer_has_counts_as_one(address: str, network: str, remark: str) -> None:
    assert network_of(address) == network, remark
