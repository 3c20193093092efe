"""Who may do what. Everything not in the table below is refused.

An agent sees their own released reviews; a reviewer what is assigned to them; a lead their team; an admin
all; an auditor scores and ids, no text. Nobody rates a conversation they took part in, self reviews excepted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from iqs.errors import NotAllowed
from iqs.people import Person, Role
from iqs.reviews import ReviewKind, Stream

GROUP = 5
"""Smaller teams show no team figures to their members: in a small group an average is a person."""


class Action(StrEnum):
    """What somebody wants to do."""

    SEE_REVIEW = auto()  # ratings, comment and conversation of a submitted review
    SEE_SCORE = auto()  # its score and arithmetic alone
    ACKNOWLEDGE = auto()
    SEE_CARD = auto()  # an assignment's scorecard with its draft
    RATE = auto()  # rate, save, submit, take back, skip
    REASSIGN = auto()
    SEE_TEXT = auto()  # the conversation
    SEE_TEAM = auto()  # the team's figures
    SEE_AGENT = auto()  # figures of single people
    DRAW = auto()
    TAKE = auto()  # ask for the next conversation of the sample
    HAND_OUT = auto()  # pick a conversation for somebody
    SET_AWAY = auto()  # say that somebody is out of office, or back
    EXPORT = auto()
    CONFIGURE = auto()
    PLAN = auto()  # when the team's digests come, and whether
    IMPORT = auto()
    MEND = auto()  # see what does not reach its people, send it again or give it up


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """A submitted review. `released` says that its undo window is over and nothing else keeps it from its agent.

    The second reading of a conversation (stream `double`) is never its agent's: it measures the reviewers.
    """

    team_id: int
    reviewer_id: int
    reviewee_id: int
    released: bool
    stream: Stream = Stream.RANDOM


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """An assignment. `participants` are the people who wrote in the conversation for the team."""

    team_id: int
    reviewer_id: int
    reviewee_id: int
    participants: frozenset[int] = frozenset()
    open: bool = True
    kind: ReviewKind = ReviewKind.PEER


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team and how many people are in it."""

    team_id: int
    size: int


@dataclass(frozen=True, slots=True)
class AgentFacts:
    """A person as an agent of a team."""

    team_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything: what belongs to no single team."""


Facts = ReviewFacts | AssignmentFacts | TeamFacts | AgentFacts | Installation


class Standing(StrEnum):
    """What somebody is to a thing. One person can be several things to it."""

    REVIEWEE = auto()  # it is about them, and it is released
    AUTHOR = auto()  # they wrote it
    ASSIGNED = auto()  # it was handed to them, and they hold the role for it
    AT_WORK = auto()  # assigned, and still open
    REVIEWS = auto()  # reviewer or lead of its team
    MEMBER = auto()  # agent or reviewer of its team, which is large enough
    LEAD = auto()  # lead of its team
    ADMIN = auto()
    AUDITOR = auto()


REVIEWEE, AUTHOR, ASSIGNED, AT_WORK, REVIEWS, MEMBER, LEAD, ADMIN, AUDITOR = Standing

_MAY: Mapping[tuple[Action, type[Facts]], frozenset[Standing]] = {
    (Action.SEE_REVIEW, ReviewFacts): frozenset({REVIEWEE, AUTHOR, LEAD, ADMIN}),
    (Action.SEE_SCORE, ReviewFacts): frozenset({REVIEWEE, AUTHOR, LEAD, ADMIN, AUDITOR}),
    (Action.SEE_TEXT, ReviewFacts): frozenset({REVIEWEE, AUTHOR, LEAD, ADMIN}),
    (Action.ACKNOWLEDGE, ReviewFacts): frozenset({REVIEWEE}),
    (Action.SEE_CARD, AssignmentFacts): frozenset({ASSIGNED, LEAD, ADMIN}),
    (Action.SEE_TEXT, AssignmentFacts): frozenset({AT_WORK, LEAD, ADMIN}),
    (Action.RATE, AssignmentFacts): frozenset({ASSIGNED}),
    (Action.REASSIGN, AssignmentFacts): frozenset({ASSIGNED, LEAD, ADMIN}),
    (Action.SEE_TEAM, TeamFacts): frozenset({MEMBER, LEAD, ADMIN, AUDITOR}),
    (Action.SEE_AGENT, TeamFacts): frozenset({LEAD, ADMIN, AUDITOR}),
    (Action.SEE_AGENT, AgentFacts): frozenset({REVIEWEE, LEAD, ADMIN, AUDITOR}),
    (Action.DRAW, TeamFacts): frozenset({LEAD, ADMIN}),
    (Action.TAKE, TeamFacts): frozenset({REVIEWS}),
    (Action.HAND_OUT, TeamFacts): frozenset({LEAD, ADMIN}),
    (Action.SET_AWAY, AgentFacts): frozenset({REVIEWEE, LEAD, ADMIN}),
    (Action.EXPORT, TeamFacts): frozenset({LEAD, ADMIN}),
    (Action.EXPORT, Installation): frozenset({ADMIN}),
    (Action.CONFIGURE, TeamFacts): frozenset({ADMIN}),
    (Action.CONFIGURE, Installation): frozenset({ADMIN}),
    (Action.PLAN, TeamFacts): frozenset({LEAD, ADMIN}),
    (Action.IMPORT, Installation): frozenset({ADMIN}),
    (Action.MEND, TeamFacts): frozenset({LEAD, ADMIN}),
    (Action.MEND, Installation): frozenset({ADMIN}),
}
"""Who may do what with which kind of thing; `_too_close` takes some of it back."""


def can(actor: Person, action: Action, facts: Facts) -> bool:
    """Whether this person may do that with this thing; what nobody allowed is refused."""
    allowed = _MAY.get((action, type(facts)), frozenset())
    return bool(_standings(actor, facts) & allowed) and not _too_close(actor, action, facts)


def demand(actor: Person, action: Action, facts: Facts) -> None:
    """Raises NotAllowed, with a sentence that tells no more than the actor may know, unless `can`."""
    if can(actor, action, facts):
        return
    if action is Action.RATE and ASSIGNED in _standings(actor, facts):
        raise NotAllowed(
            "You took part in this conversation. Please reassign it, so that somebody else rates it."
        )
    raise NotAllowed(SENTENCES[action])


SENTENCES: Mapping[Action, str] = {
    Action.SEE_REVIEW: "There is no such review, or it is not yours to read.",
    Action.SEE_SCORE: "There is no such review, or it is not yours to read.",
    Action.ACKNOWLEDGE: "Only the person a review is about can acknowledge it.",
    Action.SEE_CARD: "This conversation is no longer yours to review.",
    Action.RATE: "This conversation is no longer yours to review.",
    Action.REASSIGN: "This conversation is not yours to hand on.",
    Action.SEE_TEXT: "There is no such conversation, or it is not yours to read.",
    Action.SEE_TEAM: "A team's figures are for its leads, and for its members once it has five people.",
    Action.SEE_AGENT: "A person's figures are for that person and the leads of their team.",
    Action.DRAW: "Only a lead of the team can draw its conversations.",
    Action.TAKE: "Only reviewers can ask for a conversation. Your lead can make you one.",
    Action.HAND_OUT: "Only a lead of the team can hand out its conversations.",
    Action.SET_AWAY: "Only that person, or a lead of their team, can say that they are out of office.",
    Action.EXPORT: "Only a lead of the team can export its reviews.",
    Action.CONFIGURE: "Only an admin can change settings.",
    Action.PLAN: "Only a lead of the team can plan its digest.",
    Action.IMPORT: "Only an admin can import.",
    Action.MEND: "There is no such message, or it is not yours to send.",
}


def _standings(actor: Person, facts: Facts) -> frozenset[Standing]:
    """Everything the actor is to the thing; nothing for somebody inactive or without any role."""
    if not actor.active or not any(actor.roles.values()):
        return frozenset()
    found = _relations(actor, facts)
    for role, standing in ((Role.ADMIN, ADMIN), (Role.AUDITOR, AUDITOR)):
        if any(role in held for held in actor.roles.values()):
            found.add(standing)
    if not isinstance(facts, Installation) and actor.has(Role.LEAD, facts.team_id):
        found.add(LEAD)
    return frozenset(found)


def _relations(actor: Person, facts: Facts) -> set[Standing]:
    """What binds the actor to this very thing."""
    match facts:
        case ReviewFacts(reviewer_id=actor.id):
            return {AUTHOR, REVIEWEE} if facts.reviewee_id == actor.id and facts.released else {AUTHOR}
        case ReviewFacts(reviewee_id=actor.id, released=True) if facts.stream is not Stream.DOUBLE:
            return {REVIEWEE}
        case AssignmentFacts(reviewer_id=actor.id) if _may_review(actor, facts):
            return {ASSIGNED, AT_WORK} if facts.open else {ASSIGNED}
        case AgentFacts(person_id=actor.id):
            return {REVIEWEE}
        case TeamFacts():
            held = actor.roles.get(facts.team_id, frozenset())
            found = {REVIEWS} if held & {Role.REVIEWER, Role.LEAD} else set()
            works = facts.size >= GROUP and held & {Role.AGENT, Role.REVIEWER}
            return found | {MEMBER} if works else found
        case _:
            return set()


def _may_review(actor: Person, facts: AssignmentFacts) -> bool:
    """Whether the actor (still) holds the role: agent for a self review, reviewer or lead for any other."""
    if facts.kind is ReviewKind.SELF:
        return actor.has(Role.AGENT, facts.team_id)
    return actor.has(Role.REVIEWER, facts.team_id) or actor.has(Role.LEAD, facts.team_id)


def _too_close(actor: Person, action: Action, facts: Facts) -> bool:
    """Whether the thing is about the actor in a way that no role outweighs.

    Nobody, leads and admins included, reads a review of themself before its release, sees or steers an
    assignment about themself, or rates a conversation they took part in. Self reviews are made for that.
    """
    match facts:
        case ReviewFacts():
            about = actor.id == facts.reviewee_id != facts.reviewer_id
            return about and (not facts.released or facts.stream is Stream.DOUBLE)
        case AssignmentFacts(kind=kind) if kind is not ReviewKind.SELF:
            took_part = action is Action.RATE and actor.id in facts.participants
            return actor.id == facts.reviewee_id or took_part
        case _:
            return False
