"""Which of the known things somebody means who typed a name: exactly, by its beginning, or nearly."""

from collections.abc import Collection, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

K = TypeVar("K")

NEAR = 0.8
"""How alike two names are at least to be taken for one with a slip in it (0–1, difflib's ratio)."""

LONGEST = 100
"""Characters of a typed name that are compared: no name is longer."""


def matches(known: Mapping[K, Collection[str]], typed: str, *, near: bool = True) -> list[K]:
    """Those meant by what was typed, each known by several names; one is certain, several are a question.

    In this order, the first that finds anything: the same name in any case; a name that begins so; a word in a
    name that begins so; with `near` a name with a slip or two in it. Empty for nothing typed.
    """
    wanted = " ".join(typed.casefold().replace("_", " ").split())[:LONGEST]
    if not wanted:
        return []
    names = {
        key: [" ".join(each.casefold().replace("_", " ").split()) for each in known[key]] for key in known
    }
    for fits in (_same, _begins, _word_begins, _near) if near else (_same, _begins, _word_begins):
        found = [key for key, called in names.items() if any(fits(each, wanted) for each in called)]
        if found:
            return found
    return []


def _same(name: str, wanted: str) -> bool:
    return name == wanted


def _begins(name: str, wanted: str) -> bool:
    return name.startswith(wanted)


def _word_begins(name: str, wanted: str) -> bool:
    return f" {wanted}" in name


def _near(name: str, wanted: str) -> bool:
    return SequenceMatcher(None, name[:LONGEST], wanted, autojunk=False).ratio() >= NEAR
