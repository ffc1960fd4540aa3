"""``/account/second-factor``: set up, recovery codes, switched off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from api.access import Principal, requires
from api.console.account.own import ask_password, key_of, shown_once, user_of
from api.console.account.views import qr_picture
from api.console.answers import done
from api.console.errors import ConsoleRoute
from api.console.pages import render
from api.context import ServicesHere
from api.permissions import Permission
from store import clock
from store.identity import secondfactor, totp
from store.identity.sealing import load_sealer

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

Owner = Annotated[Principal, requires(Permission.ACCOUNT_OWN)]
Password = Annotated[str, Form(max_length=1024)]

PATH = "/account/second-factor"
ISSUER = "Outfall"  # what the app shows above the code
CODES_FEW = 3


@router.get(PATH)
def second_factor(request: Request, services: ServicesHere, principal: Owner) -> Response:
    """How it stands; while it is being set up, the key as picture and text. Shown to its owner, until confirmed."""
    # Reading the key locks its row, as confirming does.
    with services.database.write() as connection:
        state = secondfactor.state_of(connection, key_of(principal))
        begun = state is not None and state.since is None
        secret = (
            secondfactor.begun_secret(connection, key_of(principal), load_sealer(services.settings))
            if begun
            else None
        )
    address = None if secret is None else totp.address(secret, account=principal.name, issuer=ISSUER)
    return render(
        request,
        "account/secondfactor.html",
        principal,
        page="account",
        state=state,
        begun=begun,
        picture=None if address is None else qr_picture(address),
        key=None if secret is None else totp.key_text(secret),
        few=CODES_FEW,
    )


@router.post(f"{PATH}/begin")
def begin(request: Request, services: ServicesHere, principal: Owner, password: Password = "") -> Response:
    """Make a key for the app."""
    ask_password(services, principal, password)
    sealer = load_sealer(services.settings)
    with services.database.write() as connection:
        user = user_of(principal, connection)
        secondfactor.begin(connection, user, sealer, at=clock.now(), origin=principal.origin)
    return done(request, PATH)


@router.post(f"{PATH}/confirm")
def confirm(
    request: Request,
    services: ServicesHere,
    principal: Owner,
    code: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Switch on with the first code, and show the recovery codes once."""
    sealer = load_sealer(services.settings)
    with services.database.write() as connection:
        user = user_of(principal, connection)
        codes = secondfactor.confirm(connection, user, sealer, code, at=clock.now(), origin=principal.origin)
    return _codes(request, principal, codes)


@router.post(f"{PATH}/codes")
def renew_codes(
    request: Request, services: ServicesHere, principal: Owner, password: Password = ""
) -> Response:
    """Replace the recovery codes, and show the new ones once."""
    ask_password(services, principal, password)
    with services.database.write() as connection:
        user = user_of(principal, connection)
        codes = secondfactor.renew_codes(connection, user, origin=principal.origin)
    return _codes(request, principal, codes)


@router.post(f"{PATH}/off")
def switch_off(
    request: Request, services: ServicesHere, principal: Owner, password: Password = ""
) -> Response:
    """Off; the password alone is enough from now on."""
    ask_password(services, principal, password)
    with services.database.write() as connection:
        user = user_of(principal, connection)
        secondfactor.switch_off(
            connection, user, actor=user.name, origin=principal.origin, action="switch_off"
        )
    return done(request, "/account", said="account.second_factor_off")


def _codes(request: Request, principal: Principal, codes: tuple[str, ...]) -> Response:
    page = render(request, "account/codes.html", principal, page="account", codes=codes, here="/account")
    return shown_once(request, page)
