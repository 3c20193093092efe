"""What somebody typed behind `/iqs`: who asks, and the team, the person and the period in their words."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blocks.kit import Message
from blocks.text import fit
from bot.interactions import Interaction
from bot.listeners.wiring import Wiring
from iqs import period_words, periods
from iqs.errors import Invalid, NotFound
from iqs.people import Person, Role, Team
from iqs.reports import Period
from iqs.services import configuring

QUOTES = "\"'“”„‘’«»"
LISTED = 20
SHOWN = 60

_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^<>]*)?>", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """One slash command: `rest` is what follows its first word, as Slack sent it.

    `interaction.store` is for what the command changes: the same one delivered again raises `Repeated` there.
    """

    rest: str
    actor: Person
    interaction: Interaction
    body: dict[str, Any] = field(repr=False)

    @property
    def words(self) -> str:
        """The rest as it was typed."""
        return typed(self.rest)


Answer = Callable[[Wiring, Asked], Message]
"""Answers one word of the command; only the person who asked sees it."""


def typed(text: str) -> str:
    """Text without Slack's escapes (a team may be called "R&D") and without the quotes we show names in."""
    plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(plain.split()).strip(QUOTES).strip()


def mention(text: str) -> tuple[str | None, str]:
    """The Slack user mentioned first, and the words around it; None where nobody is mentioned."""
    found = _MENTION.search(text)
    if found is None:
        return None, typed(text)
    return found[1], typed(f"{text[: found.start()]} {text[found.end() :]}")


def split(text: str, names: Iterable[str], zone: str, now: datetime) -> tuple[str, str | None]:
    """A name and the period behind it: "Product knowledge last week" → ("Product knowledge", "last week").

    `names` are the known ones: a known name is never taken for a period, nor what follows one for a name.
    """
    known = {each.casefold() for each in names}
    words = text.split()
    if text.casefold() in known or not words:
        return text, None
    for place in range(len(words)):
        name, rest = " ".join(words[:place]), " ".join(words[place:])
        if _is_period(rest, zone, now):
            return name.strip(QUOTES), rest
    for place in range(len(words) - 1, 0, -1):
        name = " ".join(words[:place]).strip(QUOTES)
        if name.casefold() in known:
            return name, " ".join(words[place:])
    return text, None


def period(words: str | None, zone: str, now: datetime, week_start: int = 0) -> Period | None:
    """The period of these words, None for None. Invalid for what is no period, or one that has not begun."""
    if not words:
        return None
    found = period_words.parse(words, zone, now, week_start)
    if found.start > now:
        raise Invalid(f"“{fit(words, SHOWN)}” has not begun yet. Ask about a time that has.")
    return found


def teams(wiring: Wiring, actor: Person, *roles: Role) -> list[Team]:
    """The teams in which the actor holds one of these roles; all of them for admins and auditors."""
    known = configuring.teams(wiring.store)
    if actor.is_admin or any(Role.AUDITOR in held for held in actor.roles.values()):
        return known
    mine = set(actor.teams(*roles))
    return [each for each in known if each.id in mine]


def led(wiring: Wiring, actor: Person) -> list[Team]:
    """The teams that the actor asks about: those they lead if they lead any, else all they belong to."""
    return teams(wiring, actor, Role.LEAD) or teams(wiring, actor, *Role)


def the_team(known: Sequence[Team], name: str, *, usage: str, timed: bool = False) -> Team:
    """The team of this name, or the only one. NotFound and Invalid tell in one sentence what can be asked.

    `timed`: a period could stand in place of the name, so what is neither is told how periods are written.
    """
    wanted = [each for each in known if each.name.casefold() == name.casefold()] if name else list(known)
    if len(wanted) == 1:
        return wanted[0]
    if not known:
        raise NotFound("You are in no team yet; ask your lead to add you.")
    listed = named(each.name for each in known)
    if name:
        also = f", in a time such as {periods.EXAMPLES}" if timed else ""
        raise NotFound(f"You have no team “{fit(name, SHOWN)}”. You can ask about: {listed}{also}.")
    raise Invalid(f"You have several teams. Say which one, as in “{usage} {known[0].name}”: {listed}.")


def team_and_period(wiring: Wiring, actor: Person, text: str, *, usage: str) -> tuple[Team, str | None]:
    """The team somebody asks about, the one they lead if they name none, and the words of a period behind it."""
    every = teams(wiring, actor, *Role)
    zone = every[0].timezone if every else "UTC"
    name, words = split(text, [each.name for each in every], zone, wiring.now())
    return the_team(every if name else led(wiring, actor), name, usage=usage, timed=True), words


def in_team(text: str, known: Iterable[Team]) -> tuple[str, Team | None]:
    """The text without " in TEAM", and that team: "Tone in Sales last week" → ("Tone last week", Sales)."""
    for team in sorted(known, key=lambda each: -len(each.name)):
        found = re.search(rf"(?:^|\s)in\s+{re.escape(team.name)}(?=\s|$)", text, re.IGNORECASE)
        if found is not None:
            return typed(f"{text[: found.start()]} {text[found.end() :]}"), team
    return text, None


def named(names: Iterable[str]) -> str:
    """Names in quotes, so many as a sentence can hold."""
    every = [f"“{fit(each, SHOWN)}”" for each in names]
    more = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return ", ".join(every[:LISTED]) + more


def _is_period(words: str, zone: str, now: datetime) -> bool:
    try:
        period_words.parse(words, zone, now)
    except Invalid:
        return False
    return True
