"""`/iqs review`: a reviewer asks for the next conversation, a lead hands one out. Agents are asked for their view."""

import re

from blocks import picking
from blocks.kit import Message
from bot.listeners import asked, home, reviews
from bot.listeners.asked import Asked
from bot.listeners.wiring import Wiring
from iqs.services import handing, selfing

_ADDRESS = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>]*)?>|(https?://[^\s<>|]+)", re.IGNORECASE)
_KEY = re.compile(r"(?<!\S)([A-Za-z][\w.-]{0,58}:[^\s/][^\s]{0,199})(?!\S)")


def review(wiring: Wiring, question: Asked) -> Message:
    """`/iqs review [team]`, or `/iqs review LINK|source:id [@reviewer] [in TEAM]`."""
    store, now = question.interaction.store, wiring.now()
    wanted, rest = _wanted(question.rest)
    if wanted is None:
        done = handing.take_next(store, question.actor, now=now, team_name=asked.typed(rest))
    else:
        mentioned, words = asked.mention(rest)
        name, team = _in_team(words)
        done = handing.hand_over(
            store,
            question.actor,
            wanted,
            now=now,
            reviewer_slack_id=mentioned,
            reviewer_name=name,
            team_name=team,
        )
    wiring.wake()
    if done.reviewer.id == question.actor.id:
        home.redraw(wiring, question.actor)
    return picking.message(done, question.actor)


def ask_agents(wiring: Wiring) -> None:
    """Asks agents for their own view of what is reviewed, and withdraws what came too late: for the clock."""
    withdrawn = selfing.keep_up(wiring.store, now=wiring.now())
    reviews.redraw(wiring, withdrawn)
    wiring.wake()


def _wanted(text: str) -> tuple[str | None, str]:
    """The link or key of a conversation, and the words around it; None where none is written."""
    plain = text.replace("&amp;", "&")
    for pattern in (_ADDRESS, _KEY):
        found = pattern.search(plain)
        if found is not None:
            wanted = next(group for group in found.groups() if group)
            return wanted, f"{plain[: found.start()]} {plain[found.end() :]}"
    return None, text


def _in_team(words: str) -> tuple[str, str]:
    """A reviewer's name and the team behind "in"."""
    name, found, team = f" {words}".rpartition(" in ")
    return (name.strip(), team.strip()) if found else (words.strip(), "")
