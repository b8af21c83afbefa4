"""Every field and every listed value says what it means, in one place."""

import enum
import inspect
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async import models
from oncehub_async.models import (
    LISTED,
    Booking,
    Contact,
    Conversation,
    FieldMeaning,
    FormSubmission,
    Model,
    SmsNotification,
    User,
    meanings_of,
    values_of,
)
from oncehub_async.models import _meanings as meanings

from .data_dictionary import PAGE, PUBLIC, page

ENUMERATIONS: dict[str, type[enum.StrEnum]] = {
    name: value
    for name, value in vars(models).items()
    if isinstance(value, type) and issubclass(value, enum.StrEnum)
}
PACKAGE = Path(models.__file__).parent.parent


def field_of(model: type[Model], name: str) -> FieldMeaning:
    (found,) = (each for each in meanings_of(model) if each.name == name)
    return found


def is_sentence(text: str) -> bool:
    return text.endswith(".") and (text[0].isupper() or text[0] == "`") and "\n" not in text


@pytest.mark.parametrize("model", PUBLIC.values(), ids=PUBLIC)
def test_every_field_has_a_meaning(model: type[Model]) -> None:
    """In the model's order, in sentences that say more than the name."""
    told = meanings_of(model)
    assert [each.name for each in told] == [
        each.name for each in attrs.fields(model) if each.name != "unknown_fields"
    ]
    for field in told:
        assert is_sentence(field.meaning), field
        bare = field.name.replace("_", " ").lower()
        assert field.meaning.lower().rstrip(".") != bare, field


@pytest.mark.parametrize("listed", ENUMERATIONS.values(), ids=ENUMERATIONS)
def test_every_listed_value_has_a_meaning(listed: type[enum.StrEnum]) -> None:
    """And the field that has it names its enumeration."""
    told = values_of(listed)
    assert [each.value for each in told] == list(listed)
    assert all(is_sentence(each.meaning) for each in told)
    holders = [
        field
        for model in PUBLIC.values()
        for field in meanings_of(model)
        if set(listed) <= {each.value for each in field.values}
    ]
    assert holders


def test_what_holds_what() -> None:
    """Objects inside, ids that can be expanded, and plain fields."""
    owner, form = field_of(Booking, "owner"), field_of(Booking, "form_submission")
    assert (owner.holds, owner.is_expandable, owner.models) == ("id", True, (User,))
    assert (form.holds, form.is_expandable, form.models) == ("object", False, (FormSubmission,))
    assert field_of(SmsNotification, "recipient").models == (Contact, User)
    assert field_of(Booking, "conversation").models == (Conversation,)
    kinds = {each.name: each.holds for each in meanings_of(Booking)}
    assert [kinds[name] for name in ("id", "status", "in_trash", "starting_time")] == [
        "id", "text", "boolean", "time",
    ]  # fmt: skip
    assert [kinds[name] for name in ("attendees", "custom_fields", "duration_minutes")] == [
        "texts", "objects", "integer",
    ]  # fmt: skip
    assert field_of(models.CustomField, "value").holds == "JSON"
    assert field_of(models.DateOverride, "date").holds == "date"


def test_what_is_asked_for_most_is_told() -> None:
    """The statuses, the trash, owner and host, and why there is no calendar."""
    status = {each.value: each.meaning for each in field_of(Booking, "status").values}
    assert list(status) == list(models.BookingStatus)
    assert "nobody has said that the guest came" in status["completed"]
    assert "30 days" in field_of(Booking, "in_trash").meaning
    assert "`host`" in field_of(Booking, "owner").meaning
    assert "classic product" in field_of(Booking, "booking_calendar").meaning


def test_the_data_dictionary_is_the_codes() -> None:
    """`python -m tests.models.data_dictionary` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


def test_every_public_model_is_in_the_dictionary() -> None:
    """In a section of its own or inside another one."""
    told = PAGE.read_text("utf-8")
    for model in PUBLIC.values():
        for field in meanings_of(model):
            assert f" {field.meaning} |" in told, (model, field.name)


def test_they_are_read_from_a_zip_and_without_docstrings(tmp_path: Path) -> None:
    """As a wheel is; `python -OO` drops the docstrings of classes, not the source."""
    archive = tmp_path / "oncehub.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for each in sorted(PACKAGE.rglob("*.py")):
            file.write(each, each.relative_to(PACKAGE.parent))
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "from oncehub_async.models import Booking, meanings_of\n"
        "print(sys.modules['oncehub_async'].__file__)\n"
        "print(meanings_of(Booking)[0].meaning)"
    )
    done = subprocess.run(
        [sys.executable, "-OO", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    place, meaning = done.stdout.splitlines()
    assert place.startswith(str(archive))
    assert meaning == meanings_of(Booking)[0].meaning


def test_without_sources_the_fields_are_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only compiled files: what they hold is known, what they mean isn't."""

    def missing(_: Any) -> str:
        raise OSError("could not get source code")

    monkeypatch.setattr(inspect, "getsource", missing)
    meanings._docstrings.cache_clear()
    try:
        assert {each.meaning for model in LISTED.values() for each in meanings_of(model)} == {""}
        assert field_of(Booking, "in_trash").holds == "boolean"
    finally:
        meanings._docstrings.cache_clear()
