"""Whatever the OpenAPI description allows is answered as it says, whoever asks, and nothing makes the server fail.

The operations are those of the description itself. Half of the requests name things that exist, so that they go beyond "not
found"; writes change them as they go, so that later requests meet alerts, leads and tasks in other states.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from deploy import stack as local
from store.settings import load_settings
from tests.integration.api.conftest import Api, running_api
from tests.integration.scope import parameters
from tests.integration.scope.plants import CEMENT, Plant, build

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

ELSEWHERE_TESTED = {
    ("GET", "/api/v1/stream"): "it never ends",
    ("GET", "/api/v1/readyz"): "it is 503 by right when nothing ingests",
}
"""Operations that are not asked here; both have tests of their own."""

EXAMPLES: Mapping[str, int] = {"admin": 15, "officer": 4, "company": 4}


def operations() -> list[tuple[str, str]]:
    """(method, path) of everything that is described."""
    app = create_app(
        load_settings(database_url="postgresql://nobody@127.0.0.1:1/none", home=Path("/nonexistent"))
    )
    described = app.openapi()["paths"]
    found = [(method.upper(), path) for path, methods in described.items() for method in methods]
    return [operation for operation in found if operation not in ELSEWHERE_TESTED]


@pytest.fixture(scope="module")
def api(stack: local.StackAddress, database_template: str) -> Iterator[Api]:
    with running_api(stack, database_template) as served:
        yield served


@pytest.fixture(scope="module")
def plant(api: Api) -> Plant:
    return build(api, CEMENT)


@pytest.fixture(scope="module")
def schema(api: Api) -> Any:
    return schemathesis.openapi.from_url(f"{api.url}/api/v1/openapi.json")


@pytest.mark.parametrize("role", EXAMPLES)
@pytest.mark.parametrize(("method", "path"), operations())
def test_whatever_the_description_allows_is_answered_as_it_says(
    api: Api, plant: Plant, schema: Any, method: str, path: str, role: str
) -> None:
    operation = schema[path][method]
    token = api.token(role, plant.identity.site if role == "company" else None)
    headers = {"Authorization": f"Bearer {token}"}

    @settings(
        max_examples=EXAMPLES[role],
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), existing=st.booleans())
    def holds(case: schemathesis.Case, existing: bool) -> None:
        if existing:
            named = [name for name in case.path_parameters if name in parameters.THINGS]
            known = {name: plant.things[parameters.things_at(name, path)[0]] for name in named}
            case.path_parameters.update(known)
        answer = case.call(base_url=api.url, headers=headers, timeout=30)
        case.validate_response(answer, checks=CHECKS)

    holds()


def test_nothing_is_left_out_but_what_has_tests_of_its_own() -> None:
    asked = set(operations())
    assert not asked & set(ELSEWHERE_TESTED)
    assert {
        ("GET", "/api/v1/sites"),
        ("POST", "/api/v1/leads/{lead_id}/outcome"),
        ("GET", "/api/v1/quarantine"),
    } <= asked
