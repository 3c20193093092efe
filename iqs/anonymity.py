"""Who may know whom: a team may hide its reviewers from agents, and its agents from reviewers.

A name that is hidden is hidden everywhere: in the facts, in who wrote a message, in the conversation's own words, and
after the review is submitted as well as before. Leads and admins see it, as somebody must answer for both. What is
hidden is the name on our record and in the helpdesk's, the e-mail addresses and the Slack id; a nickname or a
colleague's allusion is not known to be one, and stays.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from iqs.assignments import Card, View
from iqs.bodies import Line, Run, plain
from iqs.conversations import Conversation, Message
from iqs.people import Person, Role, Team
from iqs.reports import Feedback
from iqs.reviews import Draft

AGENT = "Agent"
"""Stands where the agent's name would."""

_GREETING = r"(?:hi|hello|hey|dear|thanks|thank you|cheers|regards|best|ask|asked|told)[ ,]+"
_SHORT = 2  # letters of a part of a name that is looked for by itself

Mask = Callable[[str], str]


def may_know_agent(team: Team, reader: Person | None, reviewee_id: int | None) -> bool:
    """Whether the reader of a review may know whose work it is; None is the operator."""
    return not team.hides_agent or _may_know(team, reader, reviewee_id)


def may_know_reviewer(team: Team, reader: Person | None, reviewer_id: int | None) -> bool:
    """Whether the reader of a review may know who wrote it; None is the operator."""
    return team.shows_reviewer or _may_know(team, reader, reviewer_id)


def sees_both(team_id: int, reader: Person) -> bool:
    """Whether somebody knows agents and reviewers of this team in any case: its leads, and admins."""
    return reader.has(Role.LEAD, team_id) or reader.has(Role.ADMIN, team_id)


def _may_know(team: Team, reader: Person | None, who: int | None) -> bool:
    return reader is None or reader.id == who or sees_both(team.id, reader)


def mask(names: Iterable[str | None]) -> Mask:
    """Replaces these names, addresses and ids in a text by "Agent", and each part of a name by itself.

    A part that is written small is a name after a greeting or alone on its line only: "will" is a word, "Will" and
    "hi will" are names.
    """
    wanted = sorted(
        {each.strip() for each in names if each and each.strip()}, key=lambda each: (-len(each), each)
    )
    if not wanted:
        return lambda text: text
    parts = sorted(
        {
            part
            for each in wanted
            if "@" not in each
            for part in re.split(r"[\s.\-_]+", each)
            if len(part) >= _SHORT
        },
        key=lambda part: (-len(part), part),
    )
    anywhere = "|".join(_word(each) for each in wanted)
    patterns = [re.compile(anywhere, re.IGNORECASE)]
    if parts:
        spelled = {
            form for part in parts for form in (part, part.capitalize(), part.upper()) if form[:1].isupper()
        }
        caseless = {part for part in parts if part.upper() == part.lower()}
        either = "|".join(re.escape(part) for part in parts)
        small = rf"(\b{_GREETING})(?:{either})(?!\w)|^([ \t]*)(?:{either})(?=[ \t]*[.,!]?[ \t]*$)"
        patterns.append(re.compile(small, re.IGNORECASE | re.MULTILINE))
        if spelled or caseless:
            patterns.append(
                re.compile("|".join(_word(each) for each in sorted(spelled | caseless, key=_longest)))
            )

    def masked(text: str) -> str:
        for pattern in patterns:
            text = pattern.sub(_replaced, text)
        return text

    return masked


def _longest(word: str) -> tuple[int, str]:
    return -len(word), word


def _word(name: str) -> str:
    """The name as a word of its own; in scripts without capitals words are not parted, so wherever it stands."""
    if name.upper() == name.lower():
        return re.escape(name)
    return rf"(?<!\w){re.escape(name)}(?!\w)"


def _replaced(found: re.Match[str]) -> str:
    kept = next((group for group in found.groups() if group is not None), "")
    return f"{kept}{AGENT}"


def card(shown: Card, agent: Person) -> Card:
    """A scorecard for a reviewer who may not know whose work they read; the helpdesk is not linked: it would tell."""
    hide = mask_of(agent, shown.conversation)
    return replace(
        shown,
        conversation=conversation(shown.conversation, hide),
        reviewee_name=AGENT,
        agent_hidden=True,
        beside=_view(shown.beside, hide),
    )


def feedback(shown: Feedback) -> Feedback:
    """A submitted review as its own author reads it again who may not know whose work it was."""
    agent = shown.reviewee
    hide = mask_of(agent, shown.conversation)
    nobody = replace(agent, name=AGENT, email=None, slack_user_id=None)
    return replace(
        shown,
        reviewee=nobody,
        conversation=conversation(shown.conversation, hide),
        beside=_view(shown.beside, hide),
    )


def _view(shown: View | None, hide: Mask) -> View | None:
    """The agent's own view: it may be signed."""
    if shown is None:
        return None
    ratings = {key: replace(each, note=hide(each.note)) for key, each in shown.draft.ratings.items()}
    return replace(shown, draft=Draft(ratings, hide(shown.draft.comment)))


def mask_of(agent: Person, told: Conversation | None = None) -> Mask:
    """What replaces everything that names this agent, as we know them and as the helpdesk does."""
    names: list[str | None] = [agent.name, agent.email, agent.slack_user_id]
    if told is not None and told.agent is not None:
        names += [told.agent.name, told.agent.email]
    return mask(names)


def conversation(told: Conversation, hide: Mask) -> Conversation:
    """The conversation with its agent's name replaced in its subject, its tags and its words."""
    return replace(
        told,
        agent=None,
        url=None,
        subject=None if told.subject is None else hide(told.subject),
        tags=tuple(hide(each) for each in told.tags),
        messages=tuple(_message(each, hide) for each in told.messages),
    )


def _message(message: Message, hide: Mask) -> Message:
    if message.body is None:
        return replace(message, text=hide(message.text))
    body = tuple(replace(line, runs=_runs(line, hide)) for line in message.body)
    return replace(message, body=body, text=plain(body))


def _runs(line: Line, hide: Mask) -> tuple[Run, ...]:
    """The line's runs; where a name begins in one style and ends in another, the line loses its styles."""
    hidden = tuple(_run(run, hide) for run in line.runs)
    whole = "".join(run.text for run in hidden)
    return hidden if hide(whole) == whole else (Run(hide(whole)),)


def _run(run: Run, hide: Mask) -> Run:
    link = run.link if run.link is None or hide(run.link) == run.link else None
    return replace(run, text=hide(run.text), link=link)
