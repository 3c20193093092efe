"""Hand-written scenarios, a YAML file for each part of the shop, read once.

A scenario has whole ways to go, good, fair and poor, each a dialogue of lines that begin with who says them:
`C:` customer, `A:` agent, `B:` bot, `N:` internal note; `C?:` is said in half of the cases. A way that does not
begin with the customer follows one of the scenario's `open` lines. `{order}` and its like are filled in, and
`{one|the other}` is a choice.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from iqs.conversations import Author

_FILES = ("machines", "launch", "orders", "subscription", "app", "people", "questions", "special")
_AUTHORS = {"C": Author.CUSTOMER, "A": Author.AGENT, "B": Author.BOT, "N": Author.NOTE}
_LINE = re.compile(r"^([CABN])(\?)?: ?", re.MULTILINE)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Level(StrEnum):
    """How well the agent answers in a way: fair means that the customer had to ask for some of it."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a way, with its gaps; an `optional` one may be left out."""

    author: Author
    text: str
    optional: bool = False


Way = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of conversation. No two have the same tags. `times` bounds how often it happens (None: any number)."""

    key: str
    subject: tuple[str, ...]
    channel: tuple[str, ...]
    topic: str
    tags: tuple[str, ...]
    ways: Mapping[Level, tuple[Way, ...]]
    open: tuple[Way, ...] = ()
    mood: str = "calm"
    language: str = "en"
    times: int | None = None
    launched: bool = False
    """Only after the launch: before it, nobody has the product."""

    def opens(self, way: Way) -> bool:
        """Whether a way begins by itself, without one of the `open` lines."""
        return not self.open or way[0].author is Author.CUSTOMER


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, in the order of the files."""
    return tuple(_scenario(each) for name in _FILES for each in _read(name))


@cache
def customer_names() -> tuple[list[str], list[str]]:
    """First names and last names of customers."""
    names = _read("names")
    return names["first"], names["last"]


@cache
def handovers() -> tuple[Way, ...]:
    """What is said between the bot and a customer in a chat before a person takes over."""
    return tuple(_way(each) for each in _read("handovers"))


def _read(name: str) -> Any:
    text = files(__package__).joinpath(f"{name}.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, in C where there is one


def _scenario(entry: dict[str, Any]) -> Scenario:
    ways = {level: tuple(_way(each) for each in entry.pop(level)) for level in Level if level in entry}
    listed = {key: tuple(entry[key]) for key in ("subject", "channel", "tags")}
    opens = tuple((Line(Author.CUSTOMER, text),) for text in entry.get("open", ()))
    return Scenario(**{**entry, **listed, "open": opens, "ways": ways})


def _way(text: str) -> Way:
    _, *parts = _LINE.split(text)
    lines = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return tuple(Line(_AUTHORS[who], said.strip(), bool(maybe)) for who, maybe, said in lines)
