"""What a password may be."""

from __future__ import annotations

import pytest

from store.errors import Conflict
from store.identity.passwordrules import check

CASES = [
    # password, code or None, remark
    ("lamp under seven bridges", None, "words that do not belong together"),
    ("correct horse 42", None, "words and figures"),
    ("山高水长万里江山如画", None, "ten Chinese characters"),
    ("short one", "password_length", "nine characters"),
    ("x" * 257, "password_length", "longer than is ever read"),
    ("wangxiaoming", "password_is_name", "the user name"),
    ("WangXiaoMing", "password_is_name", "the user name in capitals"),
    ("wangxiaoming2026!", "password_is_name", "the user name with figures"),
    ("wangxiaoming-wangxiaoming", "password_is_name", "the user name twice"),
    ("张小明张小明张小明张小明", "password_is_name", "the name as shown, again and again"),
    ("password123456", "password_common", "a common word with figures"),
    ("P@ssw0rd123", "password_common", "a common one in capitals"),
    ("woaini1314520", "password_common", "a common one of Chinese sites"),
    ("Huanbao@2026!!", "password_common", "a word of this trade with figures"),
    ("1234567890", "password_common", "figures in order"),
    ("0987654321", "password_common", "figures backwards"),
    ("aaaaaaaaaaaa", "password_common", "one letter"),
    ("ababababababab", "password_common", "two letters by turns"),
    ("abcdefghijklmn", "password_common", "the alphabet"),
]


@pytest.mark.parametrize(("password", "code", "remark"), CASES)
def test_a_password_that_is_guessed_first_is_refused(password: str, code: str | None, remark: str) -> None:
    found = None
    try:
        check(password, names=("wangxiaoming", "张小明"))
    except Conflict as refused:
        found = refused.code
        assert password not in str(refused)
    assert found == code, remark


def test_a_name_of_figures_or_an_empty_one_refuses_nothing_by_itself() -> None:
    check("73819264550182", names=("", "2026"))
