"""What a delivery, or a question about health, is answered."""

import attrs
import orjson


@attrs.frozen
class Answer:
    """An HTTP answer: `status`, and `body` as JSON."""

    status: int
    body: bytes
    close: bool = False
    """Whether the connection has to end, for the rest of the request was not read."""

    content_type = "application/json"


def _answer(status: int, text: str, *, close: bool = False) -> Answer:
    key = "status" if status < 400 else "error"
    return Answer(status, orjson.dumps({key: text}), close)


ACCEPTED = _answer(200, "accepted")
DUPLICATE = _answer(200, "accepted before")
HEALTHY = _answer(200, "healthy")
READY = _answer(200, "ready")
BAD_EVENT = _answer(400, "not an event")
BROKEN = _answer(400, "the body didn't arrive in full", close=True)
UNAUTHENTIC = _answer(401, "the signature was refused")
NOT_FOUND = _answer(404, "nothing is here")
ONLY_POST = _answer(405, "only POST", close=True)
TOO_SLOW = _answer(408, "the body took too long", close=True)
TOO_LARGE = _answer(413, "the body is too large", close=True)
ENCODED = _answer(415, "the body is compressed", close=True)
UNAVAILABLE = _answer(503, "not now; try again")
