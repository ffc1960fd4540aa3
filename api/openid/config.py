"""The settings of sign-in by OpenID, checked once when the application is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from store.errors import SettingsError
from store.identity.openid import BY_PEOPLE_ONLY
from store.people import Role
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class Config:
    """What is known of the provider and of ourselves there. The secret is read anew each time, so that it can be changed."""

    issuer: str
    client_id: str
    secret_file: Path | None
    scopes: str
    name_claim: str
    role_claim: str | None
    roles: Mapping[str, Role]

    def secret(self) -> str | None:
        """The client's secret; None for a public client. Raises SettingsError ``openid_secret_unreadable``."""
        if self.secret_file is None:
            return None
        try:
            return self.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"OUTFALL_OIDC_CLIENT_SECRET_FILE {self.secret_file} cannot be read.",
                code="openid_secret_unreadable",
            ) from error


def config_of(settings: Settings) -> Config | None:
    """The configuration; None when sign-in by OpenID is not configured.

    Raises SettingsError ``openid_half_configured`` and ``openid_roles_wrong``.
    """
    if settings.oidc_issuer is None and settings.oidc_client_id is None:
        return None
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        raise SettingsError(
            "Sign-in by OpenID needs both OUTFALL_OIDC_ISSUER and OUTFALL_OIDC_CLIENT_ID.",
            code="openid_half_configured",
        )
    return Config(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret_file=settings.oidc_client_secret_file,
        scopes=settings.oidc_scopes,
        name_claim=settings.oidc_name_claim,
        role_claim=settings.oidc_role_claim,
        roles=_roles(settings),
    )


def _roles(settings: Settings) -> dict[str, Role]:
    possible = {role.value: role for role in Role if role not in BY_PEOPLE_ONLY}
    wrong = sorted(set(settings.oidc_roles.values()) - possible.keys())
    if wrong:
        raise SettingsError(
            f"OUTFALL_OIDC_ROLES gives {', '.join(wrong)}; a claim can give: {', '.join(sorted(possible))}.",
            code="openid_roles_wrong",
        )
    if (settings.oidc_role_claim is None) != (not settings.oidc_roles):
        raise SettingsError(
            "OUTFALL_OIDC_ROLE_CLAIM and OUTFALL_OIDC_ROLES belong together: set both or neither.",
            code="openid_roles_wrong",
        )
    return {value: possible[role] for value, role in settings.oidc_roles.items()}
