"""What is kept of a person, at OnceHub and in what this package makes: to be told, or erased."""

from ._by_hand import SHOWN_AT_MOST, by_hand
from ._person_data import FoundAt, PersonData, PlaceKind
from ._person_erasure import ErasedAt, PersonErasure, erase_person
from ._person_export import export_person
from ._person_page import person_html
from ._person_places import PersonPlaces

__all__ = [
    "SHOWN_AT_MOST",
    "ErasedAt",
    "FoundAt",
    "PersonData",
    "PersonErasure",
    "PersonPlaces",
    "PlaceKind",
    "by_hand",
    "erase_person",
    "export_person",
    "person_html",
]
