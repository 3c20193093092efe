"""Exports: what somebody asked to be given as a file, and the files that fulfil it."""

from dataclasses import dataclass

from iqs.people import Team
from iqs.reports import Period

FORMS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for: a team's period in one of FORMS; `reviews` is how many there were then."""

    team: Team
    period: Period
    form: str
    reviews: int


@dataclass(frozen=True, slots=True)
class File:
    """A file by its name, without an ending that would tell more, and its bytes."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Export:
    """A wish fulfilled."""

    wish: Wish
    files: tuple[File, ...]
