"""What is kept of a person, at OnceHub and in what this package makes: to be told, or erased."""

from ._by_hand import by_hand
from ._person_data import FoundAt, PersonData, PlaceKind
from ._person_export import export_person
from ._person_page import person_html
from ._person_places import PersonPlaces

__all__ = [
    "FoundAt",
    "PersonData",
    "PersonPlaces",
    "PlaceKind",
    "by_hand",
    "export_person",
    "person_html",
]
