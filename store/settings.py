"""The settings of Outfall: environment variables ``OUTFALL_*``.

A variable that is not set is looked for in ``stack.env`` of the Outfall home, which the local stack writes, so that
``outfall ingest`` in a second terminal finds the database that ``make up`` started.
"""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from store.clock import BEIJING
from store.errors import SettingsError

STACK_ENV_NAME = "stack.env"


def default_home() -> Path:
    """Where data and secrets live: ``OUTFALL_HOME``, else ``usual_home()``."""
    named = os.environ.get("OUTFALL_HOME")
    return Path(named).expanduser().absolute() if named else usual_home()


def usual_home() -> Path:
    """The home when none is named: ``/var/lib/outfall`` for root, else ``outfall`` in the user's data directory.

    PostgreSQL refuses to run as root, and its system user cannot read below /root; hence the place outside it.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/outfall")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "outfall"


class Settings(BaseSettings):
    """Every setting with its default. The README table is made from the descriptions here."""

    model_config = SettingsConfigDict(env_prefix="OUTFALL_", extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=default_home, description="Data, secrets and binaries of the local stack."
    )
    database_url: str | None = Field(
        None, description="PostgreSQL with TimescaleDB. The local stack sets it."
    )
    mqtt_url: str | None = Field(
        None,
        description="Broker as mqtt://user:password@host:port (mqtts:// for TLS). The local stack sets it.",
    )
    mqtt_ca: Path | None = Field(None, description="CA certificate of the broker for mqtts://.")
    http_host: str = Field("127.0.0.1", description="Address the API and the console listen on.")
    http_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        8000, description="Port of the API and the console."
    )
    mqtt_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        1883, description="Port of the local stack's broker."
    )
    mqtt_address: str = Field(
        "127.0.0.1", description="Address the local stack's broker listens on without TLS."
    )
    mqtt_tls_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        8883, description="Port of the local stack's broker with TLS, once certificates were made."
    )
    database_port: Annotated[int, Field(ge=1, le=65535)] = Field(
        5432, description="Port of the local stack's database."
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged."
    )
    log_format: str = Field("text", pattern="^(text|json)$", description="Shape of log lines.")

    # Ingest
    batch_messages: Annotated[int, Field(ge=1, le=20000)] = Field(
        1000, description="Messages in one transaction at the most."
    )
    batch_milliseconds: Annotated[int, Field(ge=1, le=5000)] = Field(
        30, description="How long a batch waits to fill before it is stored."
    )
    receive_maximum: Annotated[int, Field(ge=10, le=65535)] = Field(
        4000, description="Unacknowledged messages the broker may have on the way to one ingest process."
    )
    message_bytes: Annotated[int, Field(ge=1024, le=16 * 1024 * 1024)] = Field(
        1024 * 1024,
        description="Messages above this are stored whole but not decoded (reason message_too_large).",
    )
    partial_frame_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        60,
        description="How long half a frame waits for the rest before it is quarantined (incomplete_frame).",
    )
    earliest_data_time: datetime = Field(
        datetime(2005, 1, 1, tzinfo=BEIJING),
        description="Older data times are quarantined (data_time_out_of_window); no edition of HJ 212 is older.",
    )
    ahead_seconds: Annotated[int, Field(ge=0, le=7 * 86400)] = Field(
        3600,
        description="Data times further in the future than this are quarantined (data_time_out_of_window).",
    )
    clock_skew_seconds: Annotated[int, Field(ge=1, le=86400)] = Field(
        300, description="A realtime data time this far ahead of receipt is accepted and noted (clock_skew)."
    )
    flood_messages_per_second: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        500,
        description="A gateway that sends more than this over a minute is noted (flood); nothing is refused.",
    )
    ingest_instance: Annotated[int, Field(ge=0, le=9999)] = Field(
        0, description="Number of this ingest process; names its MQTT session (outfall-ingest-<n>)."
    )
    ingest_workers: Annotated[int, Field(ge=1, le=16)] = Field(
        2,
        description="Storing threads of an ingest process: one decodes while the database works for another.",
    )
    ingest_metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port of the ingest process's own /metrics on OUTFALL_HTTP_HOST; 0 = none."
    )

    # Judgement and alerts
    hour_grace_seconds: Annotated[int, Field(ge=0, le=6 * 3600)] = Field(
        900, description="After the end of an hour, how long its frame may take before the hour is missing."
    )
    day_grace_seconds: Annotated[int, Field(ge=0, le=24 * 3600)] = Field(
        3600, description="After the end of a day, how long its last data may take before the day is settled."
    )
    late_seconds: Annotated[int, Field(ge=60, le=30 * 86400)] = Field(
        7200,
        description="Data that arrive this long after the end of their period are judged but call nobody (late).",
    )
    hour_judged_on: str = Field(
        "reported",
        pattern="^(reported|recomputed)$",
        description="Which hour value is judged when both exist (A.2).",
    )
    day_judged_on: str = Field(
        "recomputed",
        pattern="^(reported|recomputed)$",
        description="Which day value is judged when both exist (B.2).",
    )
    water_day_weighting: str = Field(
        "until_next_valid",
        pattern="^(until_next_valid|same_hour)$",
        description="Volume that a value stands for in the flow-weighted day when a value is absent (B.2).",
    )
    mark_deadline: str = Field(
        "12:00",
        pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="Beijing time until which a day can be marked (C.3); a later mark is kept and changes no value.",
    )
    mark_deadline_days: Annotated[int, Field(ge=0, le=31)] = Field(
        1, description="... on which day after the marked one."
    )
    transmission_percent: Annotated[Decimal, Field(ge=0, le=100)] = Field(
        Decimal(90), description="Effective transmission rate of a day that an outlet has to reach (D.3)."
    )
    statistics_days: Annotated[int, Field(ge=1, le=366)] = Field(
        31, description="Published statistics are looked at again for so long: re-sent data change them."
    )
    report_decimals: dict[str, Annotated[int, Field(ge=0, le=6)]] = Field(
        default={},
        description="JSON by factor: decimals in report tables; else those that HJ 212-2017 declares (not verified).",
    )
    report_mass_decimals: Annotated[int, Field(ge=0, le=6)] = Field(
        3, description="Decimals of emission masses in kg in report tables (not verified)."
    )
    silent_cadences: Annotated[int, Field(ge=2, le=100)] = Field(
        5, description="An outlet is silent after this many of its own realtime intervals without data."
    )
    silent_seconds_least: Annotated[int, Field(ge=10, le=86400)] = Field(
        180, description="... but never sooner than this."
    )

    constant_minutes: Annotated[int, Field(ge=10, le=120)] = Field(
        60, description="So many minute values in a row that are the same are noticed (恒值, D.4)."
    )
    constant_hours: Annotated[int, Field(ge=3, le=48)] = Field(
        8, description="So many hourly values in a row that are the same are noticed (恒值, D.4)."
    )
    recomputed_differs_percent: Annotated[Decimal, Field(gt=0, le=100)] = Field(
        Decimal(2), description="Reported and recomputed hour values that differ by more are noticed (A.2)."
    )
    forecast_minutes: Annotated[int, Field(ge=1, le=59)] = Field(
        15, description="Valid minutes of the running hour from which on it is forecast (D.1)."
    )
    forecast_hours: Annotated[int, Field(ge=1, le=23)] = Field(
        6, description="Valid hours of the running day from which on it is forecast (D.1)."
    )
    missing_hours: Annotated[int, Field(ge=1, le=24)] = Field(
        5, description="Missing hours from which on a day that is not valid counts as missing (D.1)."
    )
    mark_abuse_days: Annotated[int, Field(ge=1, le=92)] = Field(
        30, description="Days over which the exceeded hours under marks are counted (C.6)."
    )
    mark_abuse_hours: Annotated[int, Field(ge=1, le=1000)] = Field(
        5, description="Exceeded hours under marks from which on their share is noticed (C.6)."
    )
    mark_abuse_percent: Annotated[Decimal, Field(gt=0, le=100)] = Field(
        Decimal(80), description="Share of exceeded hours under marks that is noticed (C.6)."
    )
    quota_warning_percent: Annotated[Decimal, Field(gt=0, le=100)] = Field(
        Decimal(90), description="Share of a yearly exemption from which on it is nearly used up (C.6)."
    )
    signature_percent: Annotated[Decimal, Field(gt=0, le=100)] = Field(
        Decimal(10),
        description="A start or stop that moves O2, temperature and flow by no more is doubted (C.6).",
    )
    rule_retry_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        60, description="A rule that failed is tried again after this; the wait doubles up to an hour."
    )
    absent_quiet_seconds: Annotated[int, Field(ge=0, le=86400)] = Field(
        60,
        description="A past day with absent hours waits this long for them before they are judged missing.",
    )
    settle_quiet_seconds: Annotated[int, Field(ge=0, le=600)] = Field(
        3, description="A past day is computed once its hours have had no new data for this long."
    )
    finding_quiet_seconds: Annotated[int, Field(ge=60, le=7 * 86400)] = Field(
        3600, description="An alert from findings is cleared after this long without a further one."
    )

    # Handling of alerts. No norm fixes these times; the answer times follow the example of one province and are samples.
    acknowledge_minutes: Annotated[int, Field(ge=1, le=7 * 1440)] = Field(
        30, description="An alert that nobody has acknowledged for this long escalates."
    )
    answer_hours_key_unit: Annotated[int, Field(ge=1, le=30 * 24)] = Field(
        4, description="A notified key unit (重点排污单位) answers within this time (sample value: Jiangsu)."
    )
    answer_hours_other: Annotated[int, Field(ge=1, le=30 * 24)] = Field(
        48, description="Any other notified unit answers within this time (sample value: Jiangsu)."
    )
    verify_hours: Annotated[int, Field(ge=1, le=90 * 24)] = Field(
        24, description="An answered alert is verified within this time."
    )
    visit_hours: Annotated[int, Field(ge=1, le=90 * 24)] = Field(
        72, description="An alert that needs a visit is verified within this time."
    )
    close_hours: Annotated[int, Field(ge=1, le=90 * 24)] = Field(
        120, description="A verified alert is closed or made a lead within this time."
    )
    escalate_again_hours: Annotated[int, Field(ge=1, le=30 * 24)] = Field(
        4, description="An overdue step that is still not done after this escalates to the next level."
    )
    reminder_minutes: Annotated[int, Field(ge=5, le=7 * 1440)] = Field(
        30, description="How often an active alert is recalled until somebody acknowledges it."
    )
    notify_company: str = Field(
        "automatic",
        pattern="^(automatic|officer)$",
        description="Who tells the company of an alert: Outfall at once, or an officer.",
    )
    hold_seconds: dict[str, Annotated[int, Field(ge=0, le=86400)]] = Field(
        default={"minute_forecast": 180},
        description="JSON by kind of alert: how long a condition must last before anybody is called (pending).",
    )
    flap_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = Field(
        30,
        description="A condition that comes back so soon is the same alert, cleared only after so long a quiet.",
    )
    digest_quiet_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = Field(
        5, description="Late data are told of in one digest a site once nothing more came for this long."
    )
    digest_wait_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = Field(
        60, description="... or once the first of them has waited for this long."
    )
    attachment_bytes: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = Field(
        8 * 1024 * 1024, description="Largest paper or picture that can be attached to an alert."
    )

    # Tasks and the positive list. No norm fixes these numbers: they are samples that the bureau decides on.
    serious_multiple: Annotated[Decimal, Field(gt=0, le=1000)] = Field(
        Decimal(1),
        description="From this exceedance multiple (C - L) / L on an exceedance sends officers to the site.",
    )
    repeats_listed: Annotated[int, Field(ge=2, le=31)] = Field(
        3, description="Exceeded days in 30 days that send officers to a unit on the positive list."
    )
    repeats_unlisted: Annotated[int, Field(ge=2, le=31)] = Field(
        2, description="The same for a unit that is not listed."
    )
    suspicion_codes: list[str] = Field(
        default=["mark_abuse"],
        description="JSON: kinds of alert that are suspicions of falsified data (D.4) and send officers to the site.",
    )
    visit_cap_listed: Annotated[int, Field(ge=0, le=366)] = Field(
        2, description="On-site visits of a listed unit in a calendar year; only an override goes beyond."
    )
    visit_cap_unlisted: Annotated[int, Field(ge=0, le=366)] = Field(
        6, description="The same for a unit that is not listed."
    )
    sample_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        10, description="Share of the listed units that the random on-site sample draws, rounded up."
    )
    sample_notice_hours: Annotated[int, Field(ge=0, le=90 * 24)] = Field(
        24, description="How long the seed of a random sample is public before the draw."
    )

    # Enforcement leads. Times of the procedure stand in store/law.yaml; these are choices of the bureau that no norm fixes.
    case_authority: str = Field(
        "city",
        pattern="^(city|district)$",
        description="Which authority of the sites file files and decides cases (G.3): leads are submitted to it.",
    )
    statement_days: Annotated[int, Field(ge=1, le=90)] = Field(
        5, description="Working days that a company gets for its statement on a lead (sample value)."
    )
    holidays_file: Path | None = Field(
        None,
        description="YAML: `holidays` and `workdays` (调休), lists of days; without it only weekends are off, and clocks say so.",
    )
    lead_reminder_days: list[Annotated[int, Field(ge=1, le=365)]] = Field(
        default=[5, 2],
        description="JSON: so many days before a time of a lead ends, people are reminded of it.",
    )
    lead_escalate_again_hours: Annotated[int, Field(ge=1, le=30 * 24)] = Field(
        24, description="A time of a lead that is over and still not met goes to the next level after this."
    )

    # Notifications
    public_url: str | None = Field(
        None,
        pattern="^https?://[^/]+$",
        description="Address of the console in messages, without a path; else the one the API listens on.",
    )
    notify_merge_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = Field(
        10,
        description="Messages that waited longer than this, for a channel out of order, go out as one.",
    )
    notify_give_up_days: Annotated[int, Field(ge=1, le=365)] = Field(
        7, description="A message that could not be delivered for this long is given up, and it is said so."
    )
    notify_down_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = Field(
        30, description="A channel out of order for this long is told of over the other channels."
    )

    # Identity
    session_idle_minutes: Annotated[int, Field(ge=35, le=12 * 60)] = Field(
        120,
        description="Idle minutes after which a session ends; an open page asks every 30 minutes. 12 h is the most.",
    )
    address_failures: Annotated[int, Field(ge=5, le=10_000)] = Field(
        30,
        description="Wrong passwords, and wrong tokens, that one network address may send in ten minutes.",
    )
    identity_key_file: Path | None = Field(
        None,
        description="Key that seals second factors, mode 0600, made at first use; else secrets/identity-key of the home.",
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)(:|/|$))",
        description="OpenID provider by its issuer URL; with the client id it switches sign-in by OpenID on.",
    )
    oidc_client_id: str | None = Field(None, description="What Outfall is called at the OpenID provider.")
    oidc_client_secret_file: Path | None = Field(
        None,
        description="File with the client's secret; without it the client is a public one, by PKCE alone.",
    )
    oidc_scopes: str = Field("openid profile", description="What the OpenID provider is asked for.")
    oidc_name_claim: str = Field(
        "preferred_username",
        description="Claim that is the user name here; the first sign-in of a subject is linked to the user of that name.",
    )
    oidc_role_claim: str | None = Field(
        None, description="Claim with roles or groups; with it the provider decides who gets in, and as what."
    )
    oidc_roles: dict[str, str] = Field(
        default={},
        description="JSON: value of that claim to role, the first one that is there counts; never admin or company.",
    )

    # Evidence log
    seal_seconds: Annotated[int, Field(ge=1, le=60)] = Field(
        10, description="How often what was written is sealed into the evidence log."
    )
    log_key_file: Path | None = Field(
        None,
        description="Private key that signs the log, mode 0600, made at the first sealing; else log/signing-key.pem of the home.",
    )
    log_origin: str | None = Field(
        None,
        pattern=r"^[^\s+]{1,100}$",
        description="Name of the log in its checkpoints; else made up once. Only the first sealing asks for it.",
    )
    checkpoint_file: Path | None = Field(
        None,
        description="File outside the database that every checkpoint is appended to; else log/checkpoints.txt of the home.",
    )
    witness_url: str | None = Field(
        None,
        pattern="^https?://",
        description="Witness (C2SP tlog-witness) that checkpoints are offered to, without /add-checkpoint.",
    )
    witness_key: str | None = Field(
        None, description="Verifier key of the witness; cosignatures that are not by it are refused."
    )
    tsa_url: str | None = Field(
        None, pattern="^https?://", description="RFC 3161 time-stamp authority that stamps checkpoints."
    )
    tsa_certificate: Path | None = Field(
        None,
        description="PEM with the authority's root certificate; stamps that do not chain to it are refused.",
    )
    tsa_minutes: Annotated[int, Field(ge=1, le=7 * 1440)] = Field(
        60, description="How often the newest checkpoint is stamped."
    )

    # Evidence packages
    evidence_dir: Path | None = Field(
        None, description="Where built evidence packages lie, mode 0600; else evidence of the home."
    )
    evidence_bytes: Annotated[int, Field(ge=1024 * 1024, le=4_000_000_000)] = Field(
        2_000_000_000, description="Largest evidence package that is built."
    )
    evidence_queue: Annotated[int, Field(ge=1, le=100)] = Field(
        5, description="Packages that one caller may have waiting and being built."
    )
    evidence_wait_seconds: Annotated[int, Field(ge=0, le=600)] = Field(
        20,
        description="How long a package waits until its hours are judged; else it names those that are not.",
    )
    evidence_keep_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        365,
        description="A package is kept for so long and can be built again; that of a lead is always kept.",
    )
    check_bytes: Annotated[int, Field(ge=64 * 1024, le=8_000_000_000)] = Field(
        2_000_000_000, description="Largest package that can be uploaded to be verified on the page."
    )
    check_seconds: Annotated[int, Field(ge=1, le=86400)] = Field(
        900, description="A verification of an uploaded package that takes longer is ended."
    )

    # Retention: raw monitoring records are kept five years at least (Code 183, regulation.md F).
    retention_years: Annotated[int, Field(ge=5, le=100)] = Field(
        5, description="Raw data are kept for so many years at least; a legal hold keeps them longer."
    )
    retention: str = Field(
        "on",
        pattern="^(on|off)$",
        description="Whether raw data that are old enough and under no hold are dropped at night; off keeps everything.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    def database(self) -> str:
        """The database URL, or SettingsError with the way to get one."""
        if self.database_url is None:
            raise SettingsError(
                "No database is known: set OUTFALL_DATABASE_URL, or start the local stack with `outfall stack up`.",
                code="database_url_missing",
            )
        return self.database_url

    def evidence_folder(self) -> Path:
        """Where built evidence packages lie."""
        return self.evidence_dir or self.home / "evidence"

    def broker(self) -> str:
        """The broker URL, or SettingsError with the way to get one."""
        if self.mqtt_url is None:
            raise SettingsError(
                "No broker is known: set OUTFALL_MQTT_URL, or start the local stack with `outfall stack up`.",
                code="mqtt_url_missing",
            )
        return self.mqtt_url


def load_settings(**given: Any) -> Settings:
    """Read the settings from the environment and from ``stack.env`` of the home.

    Raises SettingsError, one sentence naming the first variable that is wrong and why.
    """
    home = Path(given["home"]) if "home" in given else default_home()
    env_file = home / STACK_ENV_NAME
    try:
        readable = env_file.is_file() and os.access(env_file, os.R_OK)
        return Settings(_env_file=env_file if readable else None, **given)  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = "OUTFALL_" + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(
            f"{name} is wrong: {first['msg']} (got {first.get('input')!r}).", setting=name
        ) from error
