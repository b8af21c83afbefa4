"""`oncehub link --guests-csv`: a column of links."""

import csv
import io
from pathlib import Path

import pytest

from oncehub_async.web import BookingLink, ClassicLink
from tests.typed_command import run

from .test_link_command import DANA, DEMO


def test_a_column_of_links(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the names of the columns, in any case; the rest of the table stays."""
    table = tmp_path / "guests.csv"
    text = '\ufeffName;Email;Plan\n"Ann; B";ann@example.com;gold\nZoë;zoe@example;free\n'
    table.write_text(text, "utf-8")
    before = csv.field_size_limit()
    code, out, err = run(capsys, "link", DEMO, "--skip", "--guests-csv", str(table))
    rows = list(csv.reader(io.StringIO(out)))
    assert code == 0
    assert rows == [
        ["Name", "Email", "Plan", "link"],
        ["Ann; B", "ann@example.com", "gold",
         str(BookingLink(DEMO, skip=True).from_form(f"{DEMO}?skip=1", {"name": "Ann; B", "email": "ann@example.com"}))],
        ["Zoë", "zoe@example", "free", f"{DEMO}?skip=1&name=Zo%C3%AB&email=zoe%40example"],
    ]  # fmt: skip
    assert err == "oncehub: row 3: email: has no domain such as example.com behind the @\n"
    assert csv.field_size_limit() == before


def test_columns_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several for one parameter, and an answer to a question."""
    table = tmp_path / "guests.csv"
    table.write_text("First,Last,Mail,Plan\nAnn,B,a@b.cd,gold\n")
    columns = ("First=name", "Last=name", "Mail=email", "Plan=plan")
    options = [part for column in columns for part in ("--column", column)]
    _, out, _ = run(capsys, "link", DANA, "--guests-csv", str(table), *options)
    (_, row) = csv.reader(io.StringIO(out))
    link = ClassicLink(DANA, name="Ann B", email="a@b.cd", fields={"plan": "gold"})
    assert ClassicLink(row[-1]) == link


def test_a_row_without_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others get theirs, and the exit code tells."""
    table = tmp_path / "guests.csv"
    table.write_text(f"name\n{'x' * 3000}\nAnn\n")
    code, out, err = run(capsys, "link", DEMO, "--guests-csv", str(table))
    assert code == 1
    assert [row[-1] for row in csv.reader(io.StringIO(out))] == ["link", "", f"{DEMO}?name=Ann"]
    assert err.startswith("oncehub: row 2 has no link: name: makes the link")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"Kunde,Mail\nAnn,a@b.c\n", (), "--guests-csv: has no column named as a parameter"),
        (b"", (), "--guests-csv: is empty"),
        (b"name\n\xff\n", (), "--guests-csv: is not in UTF-8"),
        (b"name\nA\n", ("--column", "Nmae=name"), "--column: is not there; there are name"),
        (b"name\nA\n", ("--column", "name"), "--column: expected COLUMN=PARAMETER"),
    ],
)
def test_wrong_usage(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    options: tuple[str, ...],
    message: str,
) -> None:
    """Is one line, before anything is printed."""
    table = tmp_path / "guests.csv"
    table.write_bytes(content)
    code, out, err = run(capsys, "link", DEMO, "--guests-csv", str(table), *options)
    assert (code, out) == (2, "")
    assert err.startswith(f"oncehub: {message}")


def test_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a pipe; a URL is no file."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"name\tx\nAnn\t1\n")))
    assert run(capsys, "link", DEMO, "--guests-csv", "-")[1].endswith(f"Ann,1,{DEMO}?name=Ann\n")
    code, _, err = run(capsys, "link", DEMO, "--guests-csv", "s3://bucket/guests.csv")
    assert (code, err.partition(";")[0]) == (2, "oncehub: --guests-csv: is a URL")


def test_a_setting_is_no_guests_to_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A column called host or skip is left alone."""
    table = tmp_path / "guests.csv"
    table.write_text("name,Host,skip\nAnn,x@y.zz,1\n")
    _, out, _ = run(capsys, "link", DEMO, "--guests-csv", str(table))
    assert out.splitlines()[1].endswith(f",{DEMO}?name=Ann")


def test_merge_tags(capsys: pytest.CaptureFixture[str]) -> None:
    """Readable on request."""
    _, out, err = run(capsys, "link", DEMO, "--email", "{{contact.email}}", "--merge-tags")
    assert (out, err) == (f"{DEMO}?email={{{{contact.email}}}}\n", "")
