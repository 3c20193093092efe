"""Handing out between draws: a reviewer asks for the next conversation, a lead picks one by its link.

What a reviewer asks for is the next place of the draw's own seeded order, so it belongs to the random sample as much
as what was drawn: nobody chooses it, and it counts. What a lead picks was chosen, so it is for coaching and never
moves IQS.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import SplitResult, unquote, urlsplit

from iqs import cycles
from iqs import notices as notice_keys
from iqs.access import Action, TeamFacts, can, demand
from iqs.assignments import AssignmentState
from iqs.errors import Conflict, Invalid, NotAllowed, NotFound
from iqs.people import Person, Role, Team
from iqs.reviews import Stream
from iqs.sampling import Candidate, rank
from iqs.services import assigning
from iqs.services.assigning import Given
from iqs.storage.repositories import (
    audit,
    conversations,
    deadlines,
    draws,
    notices,
    people,
    scorecards,
    teams,
    work,
)
from iqs.storage.repositories import streams as rows
from iqs.storage.store import Store, Tx
from iqs.streams import LINK

WORDS = 40
"""Parts of a link that are looked at as the conversation's id."""

MOST_ASKED = 5
"""Conversations that somebody asked for and has still open, at most: nobody takes a whole sample home."""

_NOTHING = "Nothing is left of {team}'s sample that you could review. Thank you for asking!"
_UNKNOWN = (
    "I know no conversation by that link in a team of yours. Write its link in the helpdesk, or its key such as "
    "zendesk:4711."
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed out: `period` is the draw's, empty for one picked by its link; `key` is `source:id`."""

    assignment_id: int
    team: Team
    reviewer: Person
    key: str
    stream: Stream
    due_at: datetime | None
    period: str = ""


def take_next(store: Store, actor: Person, *, now: datetime, team_name: str = "") -> Handed:
    """Hands the actor the next conversation in the seeded order of their team's current draw.

    Its scorecard leaves at once, outside working hours too: they asked. NotAllowed for somebody who is no reviewer,
    Invalid where it must be said which team and for who has enough open, NotFound where there is no draw or nothing
    left.
    """
    return store.transact(partial(_take_next, actor, team_name, now))


def hand_over(
    store: Store,
    actor: Person,
    wanted: str,
    *,
    now: datetime,
    reviewer_slack_id: str | None = None,
    reviewer_name: str = "",
    team_name: str = "",
) -> Handed:
    """Hands a conversation, by its helpdesk link or `source:id`, to a reviewer of a team the actor leads.

    Without a reviewer, to the actor. NotAllowed for who leads no team, NotFound for a conversation that is unknown
    or another team's, Conflict if somebody has it already, Invalid for whoever may not review it.
    """
    return store.transact(
        partial(_hand_over, actor, wanted.strip(), reviewer_slack_id, reviewer_name.strip(), team_name, now)
    )


def _take_next(actor: Person, team_name: str, now: datetime, tx: Tx) -> Handed:
    team = _one_team(_where(tx, actor, Action.TAKE), team_name, Action.TAKE, "/iqs review")
    teams.lock(tx, team.id)  # of two who ask at once, each gets another one
    drawn = rows.current_draw(tx, team.id)
    if drawn is None:
        raise NotFound(_no_draw(tx, team))
    _must_have_room(tx, team, actor)
    found = _next(tx, team, actor, drawn)
    if found is None:
        raise NotFound(_NOTHING.format(team=team.name))
    due_at = drawn.due_at or cycles.deadline(team, now)
    given = Given(
        actor, found.conversation_id, found.reviewee_id, _version(tx, team), Stream.RANDOM, drawn.id, due_at,
        handed_by=actor.id,
    )  # fmt: skip
    assignment_id = _hand_out(tx, team, given, now=now)
    draws.count_another(
        tx,
        drawn.id,
        found.reviewee_id,
        conversation_id=found.conversation_id,
        assignment_id=assignment_id,
    )
    return Handed(assignment_id, team, actor, found.key, Stream.RANDOM, due_at, drawn.period)


def _no_draw(tx: Tx, team: Team) -> str:
    last = deadlines.newest(tx, team.id)
    if last is None:
        return f"Nothing is drawn for {team.name} yet, so there is nothing to hand out."
    return f"The deadline of {team.name}'s draw of {last.period} is over. The next draw brings new conversations."


def _must_have_room(tx: Tx, team: Team, actor: Person) -> None:
    """What the team's capacities say holds for who asks too, and what was asked for is finished first."""
    most = people.capacities(tx, team.id).get(actor.id)
    if most is not None and work.open_work(tx, team.id, [actor.id]).get(actor.id, 0) >= most:
        raise Invalid(
            f"Your team has planned at most {most} open reviews of {team.name} for you. Finish one first, or ask "
            "your lead for more."
            if most
            else f"Your team has planned no reviews of {team.name} for you. Ask your lead for some."
        )
    if work.asked_for(tx, team.id, actor.id) >= MOST_ASKED:
        raise Invalid(
            f"You have {MOST_ASKED} conversations open that you asked for. Finish one of them, then ask again."
        )


def _next(tx: Tx, team: Team, reviewer: Person, drawn: rows.Row) -> Candidate | None:
    """The next one of the agent who was sampled least so far; nothing is passed over that somebody else may review."""
    taken = rows.taken_of(tx, drawn.id)
    agents = [
        each.id
        for each in people.members(tx, team.id)
        if each.has(Role.AGENT, team.id) and each.id != reviewer.id
    ]
    for agent in sorted(agents, key=lambda each: (taken.get(each, 0), rank(drawn.seed, f"next|{each}"))):
        attempt = tx.begin_nested()
        found = assigning.next_candidate(tx, drawn.id, agent)
        if found is not None and reviewer.id not in (
            conversations.participants(tx, found.conversation_id)
            | draws.closed_to(tx, drawn.id, found.conversation_id)
        ):
            attempt.commit()
            return found
        attempt.rollback()
    return None


def _hand_over(
    actor: Person,
    wanted: str,
    slack_id: str | None,
    reviewer_name: str,
    team_name: str,
    now: datetime,
    tx: Tx,
) -> Handed:
    led = _where(tx, actor, Action.HAND_OUT)
    if not led:
        demand(actor, Action.HAND_OUT, TeamFacts(0, 0))
    conversation_id, key = _conversation(tx, wanted)
    agent = _agent(tx, conversation_id)
    team = _one_team(
        [each for each in led if agent.has(Role.AGENT, each.id)],
        team_name,
        Action.HAND_OUT,
        f"/iqs review {key} in",
    )
    teams.lock(tx, team.id)
    if agent.id == actor.id:
        raise Invalid("That conversation is your own work; another lead may hand it out.")
    reviewer = _reviewer(tx, team, actor, slack_id, reviewer_name)
    _must_be_apart(tx, team, reviewer, actor, agent, conversation_id)
    _must_be_free(tx, team, conversation_id)
    due_at = cycles.deadline(team, now)
    given = Given(
        reviewer, conversation_id, agent.id, _version(tx, team), Stream.TARGETED, None, due_at,
        picked_for=LINK, handed_by=actor.id,
    )  # fmt: skip
    assignment_id = _hand_out(tx, team, given, now=now)
    return Handed(assignment_id, team, reviewer, key, Stream.TARGETED, due_at)


def _version(tx: Tx, team: Team) -> int:
    version = scorecards.current(tx, team.id).version_id
    assert version is not None  # it is published
    return version


def _hand_out(tx: Tx, team: Team, given: Given, *, now: datetime) -> int:
    [assignment_id] = assigning.hand_out(tx, team, [given], now=now)
    if (
        given.handed_by == given.reviewer.id
    ):  # whoever asks wants it now; `claiming` lets it pass for the same reason
        notice = notices.by_key(tx, notice_keys.scorecard_key(assignment_id))
        assert notice is not None  # it was written just now
        notices.defer(tx, notice, until=now)
    audit.record(
        tx,
        at=now,
        actor_id=given.handed_by,
        action="hand out",
        object="assignment",
        object_id=assignment_id,
        detail={"to": given.reviewer.id, "stream": given.stream},
    )
    return assignment_id


def _where(tx: Tx, actor: Person, action: Action) -> list[Team]:
    return [each for each in teams.every(tx) if can(actor, action, TeamFacts(each.id, 0))]


def _one_team(known: Sequence[Team], name: str, action: Action, usage: str) -> Team:
    wanted = [each for each in known if each.name.casefold() == name.casefold()] if name else list(known)
    if len(wanted) == 1:
        return wanted[0]
    if not known:
        if action is Action.TAKE:
            raise NotAllowed("Only reviewers can ask for a conversation. Your lead can make you one.")
        raise NotFound(_UNKNOWN)  # of another team: the same as for none at all
    listed = ", ".join(f"“{each.name}”" for each in known[:20])
    if name:
        raise NotFound(f"Not in a team “{name[:60]}”. You can choose from: {listed}.")
    raise Invalid(f"Say for which team, as in “{usage} {known[0].name}”: {listed}.")


def _conversation(tx: Tx, wanted: str) -> tuple[int, str]:
    """The id and key of what is meant. NotFound, or Invalid where a link may mean several."""
    if "://" not in wanted:
        source, _, external_id = wanted.partition(":")
        found = conversations.by_key(tx, source.strip(), external_id.strip())
        if found is None:
            raise NotFound(_UNKNOWN)
        return found, f"{source.strip()}:{external_id.strip()}"
    address = _read(wanted)
    if address is None:
        raise NotFound(_UNKNOWN)
    parts = re.split(r"[/?&=#]+", f"{address.path}?{address.query}#{address.fragment}")
    words = list(dict.fromkeys(unquote(each) for each in reversed(parts) if each))[:WORDS]
    named = rows.named(tx, words)
    known = [(each, None if each[2] is None else _read(each[2])) for each in named]
    here = [each for each, link in known if link is None or link.netloc == address.netloc]
    same = [each for each, link in known if link is not None and _bare(link) == _bare(address)]
    meant = same or here
    if not meant:
        raise NotFound(_UNKNOWN)
    if len(meant) > 1:
        listed = ", ".join(key for _, key, _ in meant[:5])
        raise Invalid(f"That link may mean several conversations. Write the key of one: {listed}.")
    return meant[0][0], meant[0][1]


def _read(address: str) -> SplitResult | None:
    """A web address in its parts; None for what only looks like one ("https://[")."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _bare(address: SplitResult) -> tuple[str, str]:
    return address.netloc.lower(), address.path.rstrip("/")


def _agent(tx: Tx, conversation_id: int) -> Person:
    found = rows.agent_of(tx, conversation_id)
    agent = None if found is None else people.by_id(tx, found)
    if agent is None:
        raise Invalid("Nobody here is known to be that conversation's agent, so it cannot be reviewed yet.")
    return agent


def _reviewer(tx: Tx, team: Team, actor: Person, slack_id: str | None, name: str) -> Person:
    if slack_id is None and not name:
        return actor
    members = people.members(tx, team.id)
    if slack_id is not None:
        found = [each for each in members if each.slack_user_id == slack_id]
    else:
        wanted = name.removeprefix("@").casefold()
        found = [each for each in members if wanted in (each.name.casefold(), (each.email or "").casefold())]
    able = [each for each in found if each.has(Role.REVIEWER, team.id) or each.has(Role.LEAD, team.id)]
    if len(able) > 1:
        raise Invalid(f"There are {len(able)} people called “{name[:60]}”. Mention the one you mean with @.")
    if not able:
        who = found[0].name if found else "That person"
        raise Invalid(f"{who} is no reviewer of {team.name}. Name one of its reviewers.")
    return able[0]


def _must_be_free(tx: Tx, team: Team, conversation_id: int) -> None:
    for each in rows.held(tx, team.id, conversation_id):
        if each.stream is Stream.DOUBLE:
            continue
        if each.state is AssignmentState.SUBMITTED:
            raise Conflict(f"{each.reviewer} has reviewed that conversation already.")
        raise Conflict(f"{each.reviewer} has that conversation on their list already.")


def _must_be_apart(
    tx: Tx, team: Team, reviewer: Person, actor: Person, agent: Person, conversation_id: int
) -> None:
    """Nobody reviews their own work, or a conversation they took part in."""
    who = "You" if reviewer.id == actor.id else reviewer.name
    if reviewer.id == agent.id:
        raise Invalid(f"That conversation is {reviewer.name}’s own work. Name another reviewer.")
    if reviewer.id in conversations.participants(tx, conversation_id):
        raise Invalid(f"{who} took part in that conversation. Name somebody who did not.")
    if not reviewer.has(Role.REVIEWER, team.id) and not reviewer.has(Role.LEAD, team.id):
        raise Invalid(f"You are no reviewer of {team.name}. Name one of its reviewers, as in @name.")
