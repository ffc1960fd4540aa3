"""State and episodes survive a restart; damage is named; unanswered frames are sent three times and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.simulator import state
from deploy.simulator.episodes import Episode
from deploy.simulator.loggers import Frame
from deploy.simulator.outbox import OVERTIME_SECONDS, RECOUNT, Outbox
from store.errors import SettingsError

EPISODE = Episode("stuck", "outlet", 10, 20, None, 0.0)


def test_positions_are_read_back(tmp_path: Path) -> None:
    assert state.load_state(tmp_path) is None
    kept = state.State({"outlet": {"hour": 3600, "day": -1}})
    state.save_state(tmp_path / "home", kept)
    assert state.load_state(tmp_path / "home") == kept


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"positions": 3}', '{"positions": {"a": {"hour": "x"}}}'])
def test_a_damaged_state_says_which_file_to_delete(tmp_path: Path, text: str) -> None:
    (tmp_path / state.STATE_NAME).write_text(text)
    with pytest.raises(SettingsError, match=r"simulator-state\.json is damaged; delete it"):
        state.load_state(tmp_path)


def test_a_damaged_episode_says_which_file_to_delete(tmp_path: Path) -> None:
    (tmp_path / state.EPISODES_NAME).write_text('{"episodes": [{"kind": "stuck"}]}')
    with pytest.raises(SettingsError, match=r"simulator-episodes\.json is damaged"):
        state.load_episodes(tmp_path)


def test_episodes_add_up_and_an_addition_is_noticed(tmp_path: Path) -> None:
    before = state.episodes_version(tmp_path)
    assert state.add_episodes(tmp_path, [EPISODE]) == (EPISODE,)
    assert state.episodes_version(tmp_path) != before
    assert state.add_episodes(tmp_path, [EPISODE]) == (EPISODE,), "the same one is there already"
    assert state.load_episodes(tmp_path) == (EPISODE,)


def test_there_is_only_one_simulator_in_a_home(tmp_path: Path) -> None:
    with state.only_one(tmp_path) as first:
        assert first.held
        with state.only_one(tmp_path) as second:
            assert not second.held
    with state.only_one(tmp_path) as third:
        assert third.held


FRAME = Frame(b"frame", None, ("mn", "qn"))


def test_an_unanswered_frame_is_sent_three_times_ten_seconds_apart_and_then_kept() -> None:
    outbox = Outbox()
    outbox.sent(FRAME, 0.0)
    assert outbox.due(OVERTIME_SECONDS - 1) == []
    sent = [second for second in range(100) if outbox.due(float(second))]
    assert sent == [10, 20, 30] and len(sent) == RECOUNT
    assert outbox.unanswered == 1 and outbox.sent_again == 3


def test_a_platform_that_comes_back_gets_what_was_kept() -> None:
    outbox = Outbox()
    other = Frame(b"other", None, ("mn", "other"))
    outbox.sent(FRAME, 0.0)
    outbox.sent(other, 0.0)
    for second in range(60):
        outbox.due(float(second))
    outbox.heard([("mn", "other")], 60.0)
    assert outbox.answered == 1
    assert outbox.due(70.0) == [FRAME]
    outbox.heard([("mn", "qn"), ("mn", "never sent")], 71.0)
    assert outbox.unanswered == 0 and outbox.answered == 2
    assert outbox.due(200.0) == []


def test_answers_that_keep_coming_hold_back_repetition() -> None:
    outbox = Outbox()
    outbox.sent(FRAME, 0.0)
    for second in range(0, 60, 5):
        outbox.heard([("mn", f"another {second}")], float(second))
        assert outbox.due(float(second)) == []


def test_a_frame_that_wants_no_answer_is_not_remembered() -> None:
    outbox = Outbox()
    outbox.sent(Frame(b"realtime", None), 0.0)
    assert outbox.unanswered == 0 and outbox.due(100.0) == []
