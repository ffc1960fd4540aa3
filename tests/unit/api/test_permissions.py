"""Every role has its permissions, every route names the one it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.access import Requires
from api.app import create_app
from api.permissions import PERMISSIONS, Permission
from store.handling.steps import ROLES_OF, SYSTEM, Action
from store.leads.steps import DECIDERS, DRAFTERS
from store.leads.steps import ROLES_OF as LEAD_ROLES
from store.leads.steps import Action as LeadAction
from store.people import Role
from store.settings import load_settings

# Open to strangers, each for a reason.
OPEN = {
    "/healthz": "a supervisor of processes has no account",
    "/readyz": "a supervisor of processes has no account",
    "/metrics": "decides by itself: open on this machine, else metrics:read",
    "/login": "where one signs in",
    "/login/code": "where one signs in, the second step",
    "/login/openid": "the way to the OpenID provider, before one is signed in",
    "/login/openid/return": "the way back from it",
    "/static/{path:path}": "the login page needs its style",
    "/api/v1/openapi.json": "the description is public with the source",
}


def routes(found: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, also those of included routers."""
    for route in found:
        included: Any = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from routes(included.routes)


def asked_for(route: APIRoute) -> set[object]:
    """The permissions that a route declares."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return {call.permission for call in calls if isinstance(call, Requires)}


def test_every_route_declares_one_permission_or_is_open_for_a_reason(tmp_path: Path) -> None:
    app = create_app(load_settings(database_url="postgresql://nobody@127.0.0.1:1/none", home=tmp_path))
    paths = set()
    for route in routes(app.routes):
        path = getattr(route, "path", "")
        paths.add(path)
        declared = asked_for(route) if isinstance(route, APIRoute) else set()
        assert len(declared) == (0 if path in OPEN else 1), f"{path} declares {declared}"
    assert {"/sites", "/alerts/{alert_id}/acknowledge", "/stream"} <= paths
    assert set(OPEN) <= paths


def test_every_role_has_permissions_and_every_permission_a_role() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)
    assert all(PERMISSIONS.values())


def test_a_company_and_those_who_only_look_handle_no_alert() -> None:
    handling = {Permission.ALERTS_ACKNOWLEDGE, Permission.ALERTS_HANDLE}
    for role in (Role.COMPANY, Role.AUDITOR, Role.OPERATOR, Role.TECHNICAL_REVIEWER, Role.LEGAL_REVIEWER):
        assert not PERMISSIONS[role] & handling, role
        assert (Permission.ALERTS_REPLY in PERMISSIONS[role]) == (role is Role.COMPANY), role


def test_the_permissions_agree_with_the_table_of_steps() -> None:
    permission_of = {Action.ACKNOWLEDGE: Permission.ALERTS_ACKNOWLEDGE} | dict.fromkeys(
        (Action.COMMENT, Action.ATTACH, Action.ANSWER), Permission.ALERTS_REPLY
    )
    for action, roles in ROLES_OF.items():
        if roles == {SYSTEM}:
            continue
        permission = permission_of.get(action, Permission.ALERTS_HANDLE)
        assert {role.value for role in Role if permission in PERMISSIONS[role]} == roles - {SYSTEM}, action


def test_the_permissions_agree_with_the_table_of_lead_steps() -> None:
    deciding = {Permission.LEADS_DECIDE: DECIDERS, Permission.LEADS_DRAFT: DRAFTERS}
    permission_of = {
        LeadAction.SIGN_TECHNICAL: Permission.LEADS_REVIEW_TECHNICAL,
        LeadAction.RETURN_TECHNICAL: Permission.LEADS_REVIEW_TECHNICAL,
        LeadAction.SIGN_LEGAL: Permission.LEADS_REVIEW_LEGAL,
        LeadAction.RETURN_LEGAL: Permission.LEADS_REVIEW_LEGAL,
        LeadAction.STATE: Permission.LEADS_STATE,
    }
    for action, roles in LEAD_ROLES.items():
        if roles == {SYSTEM}:
            continue
        known = permission_of.get(action) or next(one for one, who in deciding.items() if who == roles)
        assert {role.value for role in Role if known in PERMISSIONS[role]} == roles, action


def test_who_raises_a_lead_may_take_the_step_of_its_alerts_too() -> None:
    assert ROLES_OF[Action.LEAD] == DRAFTERS


def test_only_the_bureau_reads_a_whole_lead_and_only_the_company_beside_it_what_it_was_told() -> None:
    seeing = {role for role in Role if Permission.LEADS_SEE in PERMISSIONS[role]}
    reading = {role for role in Role if Permission.LEADS_READ in PERMISSIONS[role]}
    assert seeing - reading == {Role.COMPANY}
    assert Role.OPERATOR not in seeing
