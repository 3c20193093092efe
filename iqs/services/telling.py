"""Telling an agent what was seen in their work, and hearing that they read it."""

from datetime import datetime

from iqs.access import Action, ReviewFacts, demand
from iqs.errors import NotFound
from iqs.people import Person
from iqs.reports import Feedback
from iqs.reviews import ReviewKind, Stream, undo_until
from iqs.scoring import explain as arithmetic
from iqs.scoring import review_score
from iqs.storage.repositories import audit, conversations, people, reviews, scorecards, teams
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
        _demand(actor, Action.SEE_REVIEW, row, now=now)
        return _feedback(tx, row)


def acknowledge(store: Store, actor: Person, review_id: int, *, now: datetime) -> Feedback:
    """Marks a review as read by its reviewee; again changes nothing."""
    with store.write() as tx:
        row = _submitted(tx, review_id)
        _demand(actor, Action.ACKNOWLEDGE, row, now=now)
        if reviews.acknowledge(tx, review_id, now=now):
            audit.record(
                tx, at=now, actor_id=actor.id, action="acknowledge", object="review", object_id=review_id
            )
        return _feedback(tx, _submitted(tx, review_id))


def explain(store: Store, review_id: int, *, actor: Person | None = None, now: datetime) -> list[str]:
    """The arithmetic of a submitted review's score, headed by the review's number; `actor` None: the operator."""
    with store.read() as tx:
        row = _submitted(tx, review_id)
        if actor is not None:
            _demand(actor, Action.SEE_SCORE, row, now=now)
        card = scorecards.by_version(tx, row.scorecard_version_id)
        return [f"Review {review_id}", *arithmetic(card, reviews.draft(tx, review_id, row.comment).ratings)]


def _submitted(tx: Tx, review_id: int) -> reviews.Row:
    row = reviews.get(tx, review_id)
    if row is None or row.submitted_at is None:
        raise NotFound(UNKNOWN)
    return row


def _demand(actor: Person, action: Action, row: reviews.Row, *, now: datetime) -> None:
    demand(
        actor,
        action,
        ReviewFacts(
            team_id=row.team_id,
            reviewer_id=row.reviewer_id,
            reviewee_id=row.reviewee_id,
            released=now >= undo_until(row.submitted_at),
        ),
    )


def _feedback(tx: Tx, row: reviews.Row) -> Feedback:
    team = teams.by_id(tx, row.team_id)
    reviewee = people.by_id(tx, row.reviewee_id)
    if reviewee is None:
        raise NotFound(UNKNOWN)
    card = scorecards.by_version(tx, row.scorecard_version_id)
    draft = reviews.draft(tx, row.id, row.comment)
    names = people.names(tx, (row.reviewer_id,))
    return Feedback(
        review_id=row.id,
        reviewee=reviewee,
        reviewer_name=names[row.reviewer_id] if team.shows_reviewer else None,
        team=team,
        conversation=conversations.get(tx, row.conversation_id),
        scorecard=card,
        draft=draft,
        score=review_score(card, draft.ratings),
        kind=ReviewKind(row.kind),
        stream=Stream(row.stream),
        submitted_at=row.submitted_at,
        version=row.version,
        acknowledged_at=row.acknowledged_at,
    )
