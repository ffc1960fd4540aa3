"""Settings come from the environment, then from stack.env; a wrong one is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.errors import SettingsError
from store.settings import STACK_ENV_NAME, load_settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("OUTFALL_DATABASE_URL", "OUTFALL_MQTT_URL", "OUTFALL_HTTP_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OUTFALL_HOME", str(tmp_path))


def test_the_environment_wins_over_the_file_that_the_local_stack_wrote(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / STACK_ENV_NAME).write_text(
        "OUTFALL_DATABASE_URL='postgresql://from-file'\nOUTFALL_HTTP_PORT=8100\n"
    )
    monkeypatch.setenv("OUTFALL_HTTP_PORT", "8200")
    settings = load_settings()
    assert settings.database() == "postgresql://from-file"
    assert settings.http_port == 8200


@pytest.mark.parametrize(
    ("name", "value"),
    [("OUTFALL_HTTP_PORT", "eighty"), ("OUTFALL_HTTP_PORT", "70000"), ("OUTFALL_BATCH_MESSAGES", "0")],
)
def test_a_wrong_setting_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == 2


def test_a_missing_database_url_says_how_to_get_one() -> None:
    with pytest.raises(SettingsError, match="outfall stack up"):
        load_settings().database()
