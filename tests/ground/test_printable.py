"""What others wrote, made fit to be shown on terminals, in logs and in errors."""

import json
import logging
import unicodedata

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from oncehub_async._ground import Lines, logger, printable, printable_json
from oncehub_async._http.request import Operation, Request
from oncehub_async._http.response import RawAnswer, read
from oncehub_async.errors import InvalidParameterError, OnceHubError

HOSTILE = {
    "escape sequence": "\x1b[2J\x1b]0;title\x07",
    "C1": "\x9b31m\x85",
    "null and delete": "\x00\x7f\x08",
    "forged line": "x\noncehub: all right",
    "carriage return": "x\rAll right.",
    "line separators": "\u2028x\u2029\x0b\x0c\x1c",
    "bidirectional": "\u202ecod.exe\u2066\u200f",
    "invisible": "\u200b\u2060\ufeff\u00ad\U000e0041",
    "half a pair": "\ud83d",
}


def is_harmless(text: str) -> bool:
    """No controls, no formatting characters, no separators but spaces."""
    categories = {unicodedata.category(char) for char in text if char not in "\u200c\u200d"}
    return not categories & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_a_terminal_would_obey_is_escaped(text: str) -> None:
    """Whatever of it there is, in one line."""
    assert is_harmless(printable(text))
    assert printable(f"a{text}b") == f"a{printable(text)}b"


def test_every_character_there_is() -> None:
    """None gets through that could do something."""
    assert is_harmless(printable("".join(map(chr, range(0x110000)))))


@pytest.mark.parametrize(
    "text", ["", "Zoë Müller", "山田　太郎", "👩‍💻", "می‌خواهم", "ניר", "1\xa0000 €", "a\\b"]
)
def test_what_people_are_called_stays(text: str) -> None:
    """Letters of all scripts, in either direction, with their joiners and spaces."""
    assert printable(text) == text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_stays_json(text: str, encoding: str) -> None:
    """It says the same, and can be written in the encoding."""
    data = {"name": f"é€{text}", "list": [text]}
    for raw in (json.dumps(data, ensure_ascii=False, indent=2), json.dumps(data, indent=1)):
        shown = printable_json(raw, encoding)
        assert json.loads(shown) == data
        assert is_harmless(shown.replace("\n", ""))
        shown.encode(encoding)


def test_json_with_a_mark_and_tabs() -> None:
    """A byte order mark and tabs between values can't be escaped."""
    assert json.loads(printable_json('\ufeff{"a":\t1,\r\n"b":2}')) == {"a": 1, "b": 2}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_an_errors_text_is_one_harmless_line(text: str) -> None:
    """Type, message, parameter and request id are the service's; arguments are the caller's."""
    body = json.dumps({"type": f"error{text}", "message": f"no {text}", "param": text}).encode()
    answer = RawAnswer(400, CIMultiDictProxy(CIMultiDict({"Request-Id": text})), body)
    with pytest.raises(OnceHubError) as caught:
        read(Request(Operation("GET", f"/bookings/{text}")), answer)
    for error in (caught.value, InvalidParameterError(text, text), OnceHubError(text)):
        assert is_harmless(str(error))
        assert is_harmless(repr(error))
    assert caught.value.message == f"no {text}"


@pytest.mark.parametrize("name", ["oncehub_async", "oncehub_async.webhooks"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_log_line_is_harmless(text: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Of all our loggers; the message stays as it is in the code, for tools count by it."""
    log = logging.getLogger(name)
    log.warning("%s took %d s (%.1f)", text, 3, 0.5)
    log.warning("%(id)s", {"id": OnceHubError(text)})
    for record in caplog.records:
        assert is_harmless(record.getMessage())
    assert caplog.records[0].msg == "%s took %d s (%.1f)"


def test_a_traceback_in_the_log_is_harmless(caplog: pytest.LogCaptureFixture) -> None:
    """Its lines are lines; what an error of a hook says can't be one that is obeyed."""
    logger.error("a hook failed", exc_info=ValueError("\x1b[2J"))
    assert "\x1b" not in caplog.text
    assert "\\x1b[2J" in caplog.text


def test_code_that_a_log_shows_has_lines(caplog: pytest.LogCaptureFixture) -> None:
    """It is ours, and is there to be copied."""
    logger.warning("this one would:\n%s", Lines("async def f():\n    pass\x1b"))
    assert caplog.messages == ["this one would:\nasync def f():\n    pass\\x1b"]
