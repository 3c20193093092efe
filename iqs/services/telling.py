"""Telling an agent what was seen in their work, and hearing that they read it."""

from datetime import datetime

from iqs import streams
from iqs.access import Action, ReviewFacts, demand
from iqs.anonymity import feedback as hidden
from iqs.anonymity import may_know_agent, may_know_reviewer, sees_both
from iqs.errors import NotFound
from iqs.people import Person
from iqs.reports import Feedback
from iqs.reviews import ReviewKind, Stream, undo_until
from iqs.scoring import explain as arithmetic
from iqs.scoring import review_score
from iqs.services import pairing
from iqs.storage.repositories import assignments, audit, conversations, people, reviews, scorecards, teams
from iqs.storage.store import Store, Tx

UNKNOWN = "There is no such review, or it is not yours to read."


def feedback(store: Store, review_id: int) -> Feedback:
    """A submitted review as its reviewee will read it, for the sender. NotFound if it was taken back."""
    with store.read() as tx:
        return _feedback(tx, _submitted(tx, review_id))


def read_feedback(store: Store, actor: Person, review_id: int, *, now: datetime) -> Feedback:
    """A review as this actor may read it; NotFound or NotAllowed otherwise."""
    with store.read() as tx:
        row = _submitted(tx, review_id)
        _demand(tx, actor, Action.SEE_REVIEW, row, now=now)
        return _feedback(tx, row, actor, now=now)


def acknowledge(store: Store, actor: Person, review_id: int, *, now: datetime) -> Feedback:
    """Marks a review as read by its reviewee; again changes nothing."""
    with store.write() as tx:
        row = _submitted(tx, review_id)
        _demand(
            tx, actor, Action.SEE_REVIEW, row, now=now
        )  # who may not read it learns not even that it is there
        _demand(tx, actor, Action.ACKNOWLEDGE, row, now=now)
        if reviews.acknowledge(tx, review_id, now=now):
            audit.record(
                tx, at=now, actor_id=actor.id, action="acknowledge", object="review", object_id=review_id
            )
        return _feedback(tx, _submitted(tx, review_id), actor, now=now)


def explain(store: Store, review_id: int, *, actor: Person | None = None, now: datetime) -> list[str]:
    """The arithmetic of a submitted review's score, headed by its number and what kind of review it is.

    `actor` None: the operator.
    """
    with store.read() as tx:
        row = _submitted(tx, review_id)
        if actor is not None:
            _demand(tx, actor, Action.SEE_SCORE, row, now=now)
        card = scorecards.by_version(tx, row.scorecard_version_id)
        ratings = reviews.draft(tx, review_id, row.comment).ratings
        return [f"Review {review_id}", _origin(tx, row, actor), *arithmetic(card, ratings)]


def _origin(tx: Tx, row: reviews.Row, reader: Person | None) -> str:
    task = None if row.assignment_id is None else assignments.get(tx, row.assignment_id)
    stream = _stream(row, reader)
    period, picked_for = (task.period or "", task.picked_for) if task else ("", None)
    told = streams.told(stream, ReviewKind(row.kind), period=period, picked_for=picked_for)
    return (
        f"{told} ({'counts for IQS' if streams.counts(stream, ReviewKind(row.kind)) else 'apart from IQS'})"
    )


def _stream(row: reviews.Row, reader: Person | None) -> Stream:
    """As the reader may know it: who wrote a second reading is not told that it is one."""
    stream = Stream(row.stream)
    unaware = reader is not None and reader.id == row.reviewer_id and not sees_both(row.team_id, reader)
    return Stream.RANDOM if stream is Stream.DOUBLE and unaware else stream


def _submitted(tx: Tx, review_id: int) -> reviews.Row:
    row = reviews.get(tx, review_id)
    if row is None or row.submitted_at is None:
        raise NotFound(UNKNOWN)
    return row


def _demand(tx: Tx, actor: Person, action: Action, row: reviews.Row, *, now: datetime) -> None:
    demand(
        actor,
        action,
        ReviewFacts(
            team_id=row.team_id,
            reviewer_id=row.reviewer_id,
            reviewee_id=row.reviewee_id,
            released=now >= undo_until(row.submitted_at) and not pairing.keeps_back(tx, row, now=now),
            stream=Stream(row.stream),
        ),
    )


def _feedback(
    tx: Tx, row: reviews.Row, reader: Person | None = None, *, now: datetime | None = None
) -> Feedback:
    """As this reader may see it, or the reviewee as whose message it is about to leave (None)."""
    team = teams.by_id(tx, row.team_id)
    reviewee = people.by_id(tx, row.reviewee_id)
    if reviewee is None:
        raise NotFound(UNKNOWN)
    card = scorecards.by_version(tx, row.scorecard_version_id)
    draft = reviews.draft(tx, row.id, row.comment)
    names = people.names(tx, (row.reviewer_id,))
    task = None if row.assignment_id is None else assignments.get(tx, row.assignment_id)
    beside = pairing.beside(tx, row)
    if beside is not None and now is not None and now < beside.released_at:
        beside = None
    known = may_know_reviewer(team, reader or reviewee, row.reviewer_id)
    made = Feedback(
        review_id=row.id,
        reviewee=reviewee,
        reviewer_name=names[row.reviewer_id] if known else None,
        team=team,
        conversation=conversations.get(tx, row.conversation_id),
        scorecard=card,
        draft=draft,
        score=review_score(card, draft.ratings),
        kind=ReviewKind(row.kind),
        stream=_stream(row, reader),
        submitted_at=row.submitted_at,
        version=row.version,
        acknowledged_at=row.acknowledged_at,
        picked_for=task.picked_for if task else None,
        beside=beside,
    )
    return made if may_know_agent(team, reader or reviewee, reviewee.id) else hidden(made)
