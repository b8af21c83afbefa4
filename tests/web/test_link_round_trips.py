"""Any text in, the same text out; for us and for other readers of URLs."""

from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from oncehub_async.models import UtmParams
from oncehub_async.web import BookingLink, ClassicLink, Confirmation, parse_confirmation

DEMO, DANA = "https://oncehub.com/live-demo", "https://go.oncehub.com/dana"
# st.text() makes no lone surrogates; short enough for a link of 2,000 characters.
texts = st.text(max_size=30)
some_texts = st.none() | texts
utms = st.builds(UtmParams, source=some_texts, campaign=some_texts, content=some_texts)
own_names = st.text(min_size=1, max_size=10).filter(
    lambda name: (
        not BookingLink.is_documented(name)
        and not ClassicLink.is_documented(name)
        and not name.lower().startswith("utm_")
    )
)
# In upper and lower case a name is the same one.
own_fields = st.dictionaries(own_names.map(str.lower), texts, max_size=3)
addresses = st.lists(st.emails().filter(lambda a: not set(a) & set(",; ")), max_size=3)


@given(texts, texts, own_fields, addresses, utms)
def test_a_booking_link_gives_back_what_it_was_given(
    name: str, email: str, questions: dict[str, str], co_hosts: list[str], utm: UtmParams
) -> None:
    """After a detour through its text, too."""
    built = BookingLink(
        DEMO, name=name, email=email, questions=questions, co_hosts=co_hosts, utm=utm
    )
    for link in (built, BookingLink(str(built))):
        assert (link.name, link.email, link.questions) == (name, email, questions)
        assert link.co_hosts == tuple(co_hosts)
        assert link.utm == (None if utm == UtmParams() else utm)


@given(texts, texts, texts, own_fields, addresses)
def test_a_classic_link_gives_back_what_it_was_given(
    name: str, note: str, subject: str, fields: dict[str, str], guests: list[str]
) -> None:
    """After a detour through its text, too."""
    built = ClassicLink(DANA, name=name, note=note, subject=subject, fields=fields, guests=guests)
    for link in (built, ClassicLink(str(built))):
        assert (link.name, link.note, link.subject) == (name, note, subject)
        assert (link.fields, link.guests) == (fields, tuple(guests))


@given(texts)
def test_every_reader_of_urls_reads_the_same(text: str) -> None:
    """Those that take a plus for a space, and those that don't; and the link is plain ASCII."""
    url = str(BookingLink(DEMO, name=text))
    assert url.isascii()
    assert url.isprintable()
    assert parse_qs(urlsplit(url).query, keep_blank_values=True) == {"name": [text]}
    assert URL(url).query["name"] == text
    assert unquote(urlsplit(url).query.partition("=")[2], errors="strict") == text


@given(st.lists(st.tuples(own_names.map(str.lower), texts), max_size=4), texts)
def test_what_was_on_a_link_stays(pairs: list[tuple[str, str]], name: str) -> None:
    """In its order, before what is added."""
    base = BookingLink(DEMO)
    for own, value in dict(pairs).items():
        base = BookingLink(base, questions={own: value})
    link = BookingLink(str(base), name=name)
    assert str(link).startswith(str(base))
    decoded = parse_qsl(urlsplit(str(link)).query, keep_blank_values=True)
    assert decoded == [*dict(pairs).items(), ("name", name)]


@given(st.text(max_size=200))
def test_any_query_string_survives(query: str) -> None:
    """Whatever stands on a link, taking it apart and putting it together changes nothing."""
    url = f"{DEMO}?{query}"
    if url.isprintable() and not set(query) & set(" \\#") and query:
        kept = "&".join(pair for pair in query.split("&") if pair)
        assert str(BookingLink(url)) == (f"{DEMO}?{kept}" if kept else DEMO)


@given(texts.filter(bool), texts, st.dictionaries(own_names, texts.filter(bool), max_size=3))
def test_a_redirect_gives_back_what_it_was_given(
    name: str, subject: str, answers: dict[str, str]
) -> None:
    """A thank-you page reads what a link's encoding wrote, too."""
    answers = {f"q_{key}": value for key, value in answers.items()}
    link = BookingLink(
        DEMO, name=name, questions={"booking_calendar": "BKC-1", "subject": subject, **answers}
    )
    confirmation = parse_confirmation(str(link))
    assert isinstance(confirmation, Confirmation)
    assert (confirmation.name, confirmation.subject) == (name, subject or None)
    assert confirmation.custom_fields == answers
