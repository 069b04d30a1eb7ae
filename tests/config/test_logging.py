"""Nothing that identifies a person reaches the log."""

from __future__ import annotations

import io
import json
import logging
import logging.config

import pytest
import structlog

from tests import cast
from wudan.config.logging import logging_config, redact, redact_event

IDENTITY, PHONE, CARD = cast.valid_identity(7), cast.valid_phone(7), cast.valid_account(7)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"证件 {IDENTITY} 重复", IDENTITY),
        (f"证件{IDENTITY[:17]}x，", IDENTITY[:17]),
        ("370405196001010010".translate(str.maketrans("0123456789", "０１２３４５６７８９")), "３７０４０５"),
        ("老证件 370405600101001", "370405600101001"),
        (f"电话{PHONE}", PHONE),
        ("+86 138-0000-0007", "138-0000"),
        (f"卡号:{CARD}", CARD),
        ("/bureau/people?q=%E5%BC%A0&page=2", "%E5%BC%A0"),
        ("duplicate key\nDETAIL:  Key (name)=(张三) already exists.", "张三"),
    ],
)
def test_it_is_taken_out(text: str, gone: str):
    assert gone not in redact(text)


@pytest.mark.parametrize(
    "text", ["2020-11-16 10:00:00", "金额 1234567 分", "申请 42 已受理", "第 100001 行？"]
)
def test_what_is_needed_stays(text: str):
    assert redact(text) == text


def test_it_looks_into_every_corner():
    event = {
        "event": "x",
        "row": {PHONE: [IDENTITY, {"card": int(CARD)}]},
        "error": ValueError(IDENTITY),
        "n": 12,
        "none": None,
    }
    told = json.dumps(redact_event(None, "info", event), ensure_ascii=False)
    assert not any(secret in told for secret in (IDENTITY, PHONE, CARD))
    assert '"n": 12' in told


def test_a_line_is_json_and_its_traceback_is_clean():
    config = logging_config(as_json=True)
    out = io.StringIO()
    config["handlers"]["stderr"] |= {"stream": out}
    logger = logging.getLogger("wudan.test")
    earlier = logging.root.handlers[:], logging.root.level
    try:
        logging.config.dictConfig(config)
        try:
            int(f"no such person {IDENTITY}")
        except ValueError:
            logger.exception("看不到 %s", PHONE)
        structlog.get_logger("wudan.test").warning("import", rows=3, phone=PHONE)
    finally:
        logging.root.handlers[:], logging.root.level = earlier
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["error", "warning"]
    assert "no such person ［证件号］" in lines[0]["exception"]
    assert lines[1]["rows"] == 3
    assert PHONE not in out.getvalue()
    assert IDENTITY not in out.getvalue()
