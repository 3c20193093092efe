"""The streams beside the random sample: what is picked on purpose, for coaching, and what is read twice unseen.

Neither moves IQS: conversations picked because something went wrong say nothing about the usual ones, and a second
reading would count one conversation twice. The random sample is drawn first; nothing of it is ever picked here.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from iqs.eligibility import Facts, Filters
from iqs.errors import Invalid
from iqs.reviews import BY_OTHERS, COUNTED_STREAMS, ReviewKind, Stream
from iqs.sampling import rank

MOST = 5
"""Conversations picked on purpose in a cycle, unless the team says otherwise."""

KINDS = {
    ReviewKind.MANAGER: "manager review",
    ReviewKind.PEER: "peer review",
    ReviewKind.SELF: "self review",
    ReviewKind.CALIBRATION: "calibration review",
}
STREAMS = {
    Stream.RANDOM: "random sample",
    Stream.TARGETED: "picked for coaching",
    Stream.DOUBLE: "random sample, read by two reviewers",
    Stream.IMPORTED: "imported from an earlier programme",
}
"""What people read for each."""

LIMIT = 50
TAGS = 20
LINK = "link"
"""Why a conversation was picked that a lead handed out: `picked_for` of its assignment."""

REASON = 40
"""Characters of `picked_for`."""

_WEEKS = re.compile(r"\d{4}-W(\d\d)(?:\.\.(?:\d{4}-)?W(\d\d))?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_CSAT = re.compile(r"csat\s*<=?\s*(\d{1,3})\s*%?", re.ASCII | re.IGNORECASE)
_HANDLE = re.compile(r"handle\s*>=?\s*(\d{1,6})\s*([smhd])", re.ASCII | re.IGNORECASE)
_MAX = re.compile(r"max\s*=\s*(\d{1,4})", re.ASCII | re.IGNORECASE)
_HOW = "Write targets like: csat<=40,handle>2h,reopened,tag=escalated,max=5 (or none)."


@dataclass(frozen=True, slots=True)
class Targets:
    """What a team picks on purpose, at most `most` conversations a cycle: those with any of these signs.

    `csat` at most so many percent (0–100), `handle` over so many seconds, `reopened`, one of `tags` (in lower case).
    """

    csat: int | None = None
    handle: int | None = None
    reopened: bool = False
    tags: tuple[str, ...] = ()
    most: int = MOST

    def __bool__(self) -> bool:
        """Whether anything is picked at all."""
        return self.csat is not None or self.handle is not None or self.reopened or bool(self.tags)

    def stored(self) -> dict[str, Any]:
        """As the team keeps it; `of` reads it back. Empty when nothing is picked."""
        if not self:
            return {}
        return {
            "csat": self.csat,
            "handle": self.handle,
            "reopened": self.reopened,
            "tags": list(self.tags),
            "most": self.most,
        }

    @property
    def words(self) -> str:
        """In plain words, for a list of settings."""
        if not self:
            return "none"
        named = [
            None if self.csat is None else f"CSAT at most {self.csat} %",
            None if self.handle is None else f"handle time over {span(self.handle)}",
            "reopened" if self.reopened else None,
            f"tagged {' or '.join(self.tags)}" if self.tags else None,
        ]
        return f"{', '.join(each for each in named if each)} (at most {self.most} a cycle)"


def of(stored: Mapping[str, Any]) -> Targets:
    """The targets that a team keeps."""
    if not stored:
        return Targets()
    return Targets(
        stored.get("csat"),
        stored.get("handle"),
        bool(stored.get("reopened")),
        tuple(stored.get("tags") or ()),
        int(stored.get("most") or MOST),
    )


def read(text: str) -> Targets:
    """The targets that somebody wrote, such as "csat<=40,handle>2h,reopened,tag=escalated,max=5"; "none" for none.

    Invalid, in one sentence, for anything else.
    """
    said = text.strip()
    if said.lower() in {"none", ""}:
        return Targets()
    made = Targets()
    for part in said.split(","):
        made = _with(made, part.strip())
    if not made:
        raise Invalid(f"That says how many, and not which. {_HOW}")
    if made.csat is not None and made.csat >= 100:
        raise Invalid("CSAT at most 100 % is every answer: give a lower percent.")
    if not 1 <= made.most <= LIMIT or len(made.tags) > TAGS:
        raise Invalid(f"A cycle may pick 1 to {LIMIT} conversations on purpose, by up to {TAGS} tags.")
    return made


def _with(made: Targets, part: str) -> Targets:
    """The targets with one more."""
    if found := _CSAT.fullmatch(part):
        return replace(made, csat=int(found[1]))
    if found := _HANDLE.fullmatch(part):
        return replace(made, handle=int(found[1]) * _SECONDS[found[2].lower()])
    if found := _MAX.fullmatch(part):
        return replace(made, most=int(found[1]))
    if part.lower() == "reopened":
        return replace(made, reopened=True)
    name, _, value = part.partition("=")
    if name.strip().lower() == "tag" and value.strip() and value.strip().isprintable():
        return replace(made, tags=tuple(dict.fromkeys([*made.tags, value.strip().lower()])))
    raise Invalid(f"“{part[:60]}” is no target. {_HOW}")


def why(targets: Targets, facts: Facts, reopens: int | None) -> str | None:
    """Why this conversation is picked, in at most 40 characters ("CSAT 20 %, reopened"); None if it is not."""
    found = []
    if targets.csat is not None and facts.csat is not None and facts.csat <= targets.csat:
        found.append(f"CSAT {math.floor(facts.csat)} %")
    if targets.handle is not None and (facts.handle_seconds or 0) > targets.handle:
        found.append(f"handle time {span(facts.handle_seconds or 0)}")
    if targets.reopened and reopens:
        found.append("reopened")
    worn = [each for each in facts.tags if each.lower() in targets.tags]
    if worn:
        found.append(f"tag {worn[0]}")
    told = ""
    for each in found:
        more = f"{told}, {each}" if told else each
        if len(more) > REASON:
            return told or f"{each[: REASON - 1]}…"
        told = more
    return told or None


def bounds(filters: Filters) -> Filters:
    """Of a team's filters those that hold for what is picked on purpose too: whom, which channel, language, tags.

    Those about numbers do not: a team that samples the usual conversations may well look at the others here.
    """
    return replace(
        filters, csat=None, messages=None, first_response=None, handle=None, open_days=None, closed_days=None
    )


def pick(found: Sequence[Facts], *, most: int, seed: str) -> list[Facts]:
    """At most `most` of them, spread over the agents as evenly as can be: no one is singled out by chance.

    Which of an agent's, and which agent comes first, the seed decides; the order of `found` does not matter.
    """
    of_agent: dict[int, list[Facts]] = {}
    for each in sorted(found, key=lambda facts: rank(seed, f"targeted|{facts.key}")):
        of_agent.setdefault(each.reviewee_id, []).append(each)
    turns = [
        (turn, place, each)
        for place, theirs in enumerate(of_agent.values())
        for turn, each in enumerate(theirs)
    ]
    return [each for _, _, each in sorted(turns, key=lambda it: it[:2])[:most]]


def doubled(keys: Sequence[str], *, percent: int, seed: str) -> list[str]:
    """Which of a sample's conversations are reviewed a second time: `percent` of them in the long run.

    What is over a whole number is decided by the seed in proportion, so that small samples keep the share too.
    """
    wanted = Fraction(len(keys) * percent, 100)
    whole = math.floor(wanted)
    chance = Fraction(int.from_bytes(rank(seed, "double")[:8]), 2**64)
    return sorted(keys, key=lambda key: rank(seed, f"double|{key}"))[: whole + (chance < wanted - whole)]


def told(stream: Stream, kind: ReviewKind, *, period: str = "", picked_for: str | None = None) -> str:
    """What a review is in plain words: "Random sample, week 47 · peer review"."""
    said = STREAMS[stream].capitalize()
    if stream is Stream.TARGETED and picked_for:
        said += ": handed out by a lead" if picked_for == LINK else f": {picked_for}"
    elif period:
        said += f", {spoken(period)}"
    return f"{said} · {KINDS[kind]}"


def spoken(period: str) -> str:
    """A draw's period as people say it: "week 47", "weeks 46 and 47"; days and months stay as they are written."""
    weeks = _WEEKS.fullmatch(period)
    if weeks is None:
        return period
    return f"weeks {int(weeks[1])} and {int(weeks[2])}" if weeks[2] else f"week {int(weeks[1])}"


def counts(stream: Stream, kind: ReviewKind) -> bool:
    """Whether IQS counts a review: what chance picked, or history brought in, seen by a manager or a peer."""
    return stream in COUNTED_STREAMS and kind in BY_OTHERS


def span(seconds: int) -> str:
    """A time in words: "45 s", "20 min", "3 h", "2 h 30 min"."""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
