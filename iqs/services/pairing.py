"""A colleague's review and the agent's own view of the same conversation: each kept from the other until both are in.

Neither reads the other's before both are submitted and can no longer be taken back; from then on they stand beside
each other. What is kind and honest, when only one of them is there:

- An agent who has not begun keeps nothing waiting. The feedback leaves as always, and with the end of its undo window
  the question is withdrawn: who has read what a colleague saw has no view of their own to give any more.
- An agent who has begun is in the middle of it. The feedback waits for them to finish, until their own deadline at
  the most; it is not shown elsewhere meanwhile either.
- A hidden second review is never told to the agent, and waits for nobody.
"""

from datetime import datetime

from iqs import notices as notice_keys
from iqs.assignments import AssignmentState, View
from iqs.errors import TooLate
from iqs.reviews import ReviewKind, Stream, undo_until
from iqs.scoring import review_score
from iqs.storage.repositories import notices, own_views, people, reviews, scorecards, teams
from iqs.storage.repositories.own_views import Row
from iqs.storage.store import Tx
from iqs.working_hours import next_working_instant

OVER = "A colleague's review of this conversation is out already, so there is nothing more to do here. Thank you!"


def is_silent(kind: str, stream: str) -> bool:
    """Whether nobody is told of a review when it is submitted: agents' own views, and hidden second readings."""
    return kind == ReviewKind.SELF or stream == Stream.DOUBLE


def begin_own(tx: Tx, row: Row, *, now: datetime) -> None:
    """An agent begins their own view; TooLate when what a colleague saw is released already.

    From now on that waits for them.
    """
    for other in own_views.reviews_beside(tx, row.conversation_id, row.draw_id):
        if other.submitted_at is not None and now >= undo_until(other.submitted_at):
            raise TooLate(OVER)


def retime(tx: Tx, row: Row) -> None:
    """Sets when the feedback on a conversation leaves, after something changed: `row` is either view's assignment.

    Only feedback that is still waiting to leave is moved.
    """
    if row.stream == Stream.DOUBLE:
        return
    own = own_views.one(tx, row.conversation_id, row.draw_id, row.reviewee_id)
    if own is None:
        return
    team, agent = teams.by_id(tx, row.team_id), people.by_id(tx, row.reviewee_id)
    zone = agent.timezone if agent else None
    for other in own_views.reviews_beside(tx, row.conversation_id, row.draw_id):
        if other.submitted_at is None:
            continue
        until = undo_until(other.submitted_at)
        if own.submitted_at is not None:
            until = max(until, undo_until(own.submitted_at))
        elif _is_at_work(own) and own.due_at is not None:
            until = max(until, own.due_at)
        waiting = notices.by_key(tx, notice_keys.feedback_key(other.review_id, other.version))
        if waiting is not None:
            notices.defer(tx, waiting, until=next_working_instant(until, team, zone))


def keeps_back(tx: Tx, review: reviews.Row, *, now: datetime) -> bool:
    """Whether a colleague's review is kept from its agent, who is still writing down their own view."""
    own = _own_view_of(tx, review)
    if own is None:
        return False
    if own.submitted_at is not None:
        return now < undo_until(own.submitted_at)
    return _is_at_work(own) and own.due_at is not None and now < own.due_at


def beside(tx: Tx, review: reviews.Row | None) -> View | None:
    """The agent's own view beside a colleague's review, if both are submitted; not to be shown before `released_at`."""
    if review is None or review.submitted_at is None:
        return None
    own = _own_view_of(tx, review)
    if own is None or own.submitted_at is None:
        return None
    scorecard = scorecards.by_version(tx, own.scorecard_version_id)
    row = reviews.get(tx, own.review_id)
    draft = reviews.draft(tx, own.review_id, row.comment if row else "")
    released_at = undo_until(max(own.submitted_at, review.submitted_at))
    return View(draft, review_score(scorecard, draft.ratings), released_at)


def _own_view_of(tx: Tx, review: reviews.Row) -> Row | None:
    if review.assignment_id is None or is_silent(review.kind, review.stream):
        return None
    return own_views.beside(tx, review.assignment_id)


def _is_at_work(own: Row) -> bool:
    return own.state == AssignmentState.OPEN and own.review_id is not None
