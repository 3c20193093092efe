"""What a reviewer can do with an assignment: look, rate, save, submit, take back, skip, hand on.

Each function is one transaction and returns the `Card` to draw. The assignment's row is locked first, so that
two clicks, two windows or two people never interleave.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from iqs import notices as notice_keys
from iqs.access import SENTENCES, Action, can, demand
from iqs.anonymity import card as hidden
from iqs.anonymity import may_know_agent
from iqs.assignments import AssignmentState, Card, HandOnReason, SkipReason, Step, Waiting
from iqs.edits import Edit, Merged, merged
from iqs.errors import Conflict, Invalid, NotFound, TooLate
from iqs.notices import NoticeKind
from iqs.people import Person
from iqs.reviews import COMMENT_LIMIT, Draft, Rating, ReviewKind, checked, undo_until
from iqs.scorecards import Scorecard
from iqs.scoring import micropoints, review_score
from iqs.services import pairing
from iqs.services.reassigning import find_target, hand_over, replace_skipped
from iqs.services.staffing import facts
from iqs.storage.repositories import (
    assignments,
    audit,
    conversations,
    events,
    notices,
    people,
    reviews,
    scorecard_notices,
    scorecards,
    teams,
    work,
)
from iqs.storage.store import Store, Tx
from iqs.working_hours import next_working_instant

PASSED_ON = frozenset({AssignmentState.SKIPPED, AssignmentState.CANCELLED})
"""States of an assignment that something may have come in the place of."""

GONE = "This conversation is no longer yours to review."
CHANGED = "This review was changed in another window meanwhile. Please look, then press the button again."
TOO_LATE = "The ten minutes for changes are over; the feedback has been sent."


def open_card(store: Store, actor: Person, assignment_id: int) -> Card:
    """The assignment as its reviewer (or the team's lead) may see it."""
    with store.read() as tx:
        task = _found(tx, assignment_id)
        demand(actor, Action.SEE_CARD, facts(tx, task.row))
        return task.card(actor)


def card_of_notice(store: Store, assignment_id: int) -> Card:
    """The card as its message shows it, for redrawing that; NotFound if there is no such assignment."""
    with store.read() as tx:
        return _found(tx, assignment_id).card()


def card_to_send(store: Store, assignment_id: int) -> Card:
    """The card for the message that hands it out; NotFound once it ended or its reviewer may not see it any more."""
    with store.read() as tx:
        task = _found(tx, assignment_id)
        reviewer = people.by_id(tx, task.row.reviewer_id)
        wanted = task.state in (AssignmentState.OPEN, AssignmentState.SUBMITTED)
        if reviewer is None or not wanted or not can(reviewer, Action.SEE_CARD, facts(tx, task.row)):
            raise NotFound("The assignment was taken off the list before its scorecard was sent.")
        return task.card()


def waiting(store: Store, actor: Person) -> tuple[Waiting, ...]:
    """The actor's open assignments, the oldest first."""
    with store.read() as tx:
        return assignments.waiting(tx, actor)


def rate(
    store: Store, actor: Person, assignment_id: int, category: str, value: int | None, *, now: datetime
) -> Draft:
    """Saves one rating (None = N/A) and returns the draft; the same again changes nothing.

    Root causes that the new rating does not ask for are dropped, its note stays. Invalid if the scorecard has
    no such category or value; TooLate once the review is submitted.
    """
    with _changing(store, actor, assignment_id) as task:
        task.must_be_open()
        draft = task.draft()
        before = draft.ratings.get(category)
        rating = replace(before, value=value) if before else Rating(value)
        changed = checked(task.scorecard, {category: rating})
        if changed[category] != before:
            task.put(changed, now=now)
        return replace(draft, ratings={**draft.ratings, **changed})


def save(store: Store, actor: Person, assignment_id: int, draft: Draft | Edit, *, now: datetime) -> Card:
    """Saves everything entered so far, without submitting; categories left out keep what is stored.

    Of an `Edit`, what was changed elsewhere meanwhile keeps what is stored (`iqs.edits.merged`).
    """
    with _changing(store, actor, assignment_id) as task:
        task.must_be_open()
        task.put_all(task.merged(draft).draft if isinstance(draft, Edit) else draft, now=now)
        return _fresh(task)


def submit(
    store: Store,
    actor: Person,
    assignment_id: int,
    *,
    now: datetime,
    draft: Draft | Edit | None = None,
    version: int | None = None,
) -> Card:
    """Scores the review and writes the agent's Notice in the same transaction.

    `draft` (from the modal) goes over what was saved before. The same submission twice changes nothing.
    Raises Invalid with `fields` for what is missing, Conflict if `version` shows that another window was first or
    an `Edit` that its window does not show what is stored: nobody submits what they did not see.
    """
    with _changing(store, actor, assignment_id) as task:
        if task.state is AssignmentState.SUBMITTED and draft is None:
            return task.card()
        if version is not None and version != task.version:
            raise Conflict(
                "This review was submitted from another window meanwhile; what is stored there was kept."
            )
        task.must_be_open()
        if isinstance(draft, Edit):
            result = task.merged(draft)
            if result.clashes or result.unseen:
                raise Conflict(CHANGED)
            draft = result.draft
        if draft is not None:
            task.put_all(draft, now=now)
        ratings = _found(task.tx, assignment_id).draft().ratings
        _must_be_complete(task.scorecard, ratings)
        review_id, number = task.begin(now=now), task.version + 1
        reviews.submit(task.tx, review_id, review_score(task.scorecard, ratings), version=number, now=now)
        assignments.move(
            task.tx,
            assignment_id,
            state=AssignmentState.SUBMITTED,
            now=now,
            actor_id=actor.id,
            version=number,
        )
        _record(task, actor, "submit", "review", review_id, now=now)
        if not pairing.is_silent(task.row.kind, task.row.stream):
            _tell_agent(task, review_id, number, now=now)
        pairing.retime(task.tx, task.row)
        return _fresh(task)


def undo(store: Store, actor: Person, assignment_id: int, *, now: datetime) -> Card:
    """Takes a submitted review back: it is a draft again and the agent hears nothing.

    TooLate after the undo window or once the feedback is on its way. The score it had stays in the audit.
    """
    with _changing(store, actor, assignment_id) as task:
        review = task.review
        if task.state is AssignmentState.OPEN:
            return task.card()
        if task.state is not AssignmentState.SUBMITTED or review is None:
            raise TooLate(GONE)
        key = notice_keys.feedback_key(review.id, review.version)
        untold = pairing.is_silent(task.row.kind, task.row.stream) or notices.cancel(task.tx, key)
        if now >= undo_until(review.submitted_at) or not untold:
            raise TooLate(TOO_LATE)
        reviews.reopen(task.tx, review.id)
        assignments.move(task.tx, assignment_id, state=AssignmentState.OPEN, now=now, actor_id=actor.id)
        pairing.retime(task.tx, task.row)
        was = {"score": review.score, "version": review.version}
        _record(task, actor, "undo", "review", review.id, now=now, detail=was)
        return _fresh(task)


def skip(store: Store, actor: Person, assignment_id: int, reason: SkipReason, *, now: datetime) -> Card:
    """Ends the assignment without a review, for a reason that is counted, and hands out the next in its place.

    It cannot be taken back: the next conversation is on its way already. Also for a reviewer who turns out to have
    taken part, and for the team's lead.
    """
    with _changing(store, actor, assignment_id, Action.REASSIGN) as task:
        task.must_be_open()
        assignments.move(
            task.tx,
            assignment_id,
            state=AssignmentState.SKIPPED,
            now=now,
            skip_reason=reason,
            actor_id=actor.id,
        )
        scorecard_notices.withdraw(task.tx, [assignment_id])
        _record(task, actor, "skip", "assignment", assignment_id, now=now, detail={"reason": reason})
        replace_skipped(task.tx, task.row, now=now, actor_id=actor.id)
        return _fresh(task)


def reassign(
    store: Store,
    actor: Person,
    assignment_id: int,
    *,
    now: datetime,
    to: int | None = None,
    reason: HandOnReason = HandOnReason.OTHER,
) -> Card:
    """Hands the conversation to a permitted reviewer (by id), or to the one with the least open work.

    By its reviewer or by the team's lead. The assignment ends as cancelled ("reassigned") and a new one begins; what
    was rated so far is dropped. It never comes back to somebody who handed it on. Invalid if that person, or nobody
    else, may review it. Returns the ended assignment's card.
    """
    with _changing(store, actor, assignment_id, Action.REASSIGN) as task:
        task.must_be_open()
        target = find_target(task.tx, task.row, to=to, now=now, actor=actor)
        hand_over(task.tx, task.row, target, why=reason, now=now, actor_id=actor.id)
        return _fresh(task)


@dataclass(frozen=True, slots=True)
class _Task:
    """An assignment inside a transaction, with its review as it stood when the transaction read it."""

    tx: Tx
    row: assignments.Row
    review: reviews.Row | None
    scorecard: Scorecard

    @property
    def state(self) -> AssignmentState:
        return AssignmentState(self.row.state)

    @property
    def kind(self) -> ReviewKind:
        return ReviewKind(self.row.kind)

    @property
    def version(self) -> int:
        return self.review.version if self.review else 0

    def must_be_open(self) -> None:
        if self.state is AssignmentState.SUBMITTED:
            raise TooLate("This review is submitted already. Undo it first to change it.")
        if self.state is not AssignmentState.OPEN:
            raise TooLate(GONE)

    def draft(self) -> Draft:
        return reviews.draft(self.tx, self.review.id, self.review.comment) if self.review else Draft()

    def begin(self, *, now: datetime) -> int:
        """The review's id; an empty draft is made with the first click."""
        if self.review is not None:
            return int(self.review.id)
        if self.kind is ReviewKind.SELF:
            pairing.begin_own(self.tx, self.row, now=now)
        events.record(self.tx, self.row.id, Step.BEGUN, at=now, actor_id=self.row.reviewer_id)
        review_id = reviews.begin(self.tx, self.row, now=now)
        if self.kind is ReviewKind.SELF:
            pairing.retime(self.tx, self.row)
        return review_id

    def put(self, ratings: Mapping[str, Rating], *, now: datetime) -> int:
        """Stores checked ratings and returns the review's id; a category that is left out keeps what is stored.

        A rating cannot be un-chosen in Slack: what is missing was not cleared, it was clicked elsewhere meanwhile.
        """
        review_id = self.begin(now=now)
        ids = scorecards.category_ids(self.tx, self.row.scorecard_version_id)
        for key, rating in ratings.items():
            percent = (
                None if rating.value is None else self.scorecard.category(key).scale.percent(rating.value)
            )
            points = None if percent is None else micropoints(percent)
            reviews.put_rating(self.tx, review_id, ids[key], rating, points)
        return review_id

    def merged(self, edit: Edit) -> Merged:
        """The edit over what is stored; root causes that a rating does not ask for are no difference."""
        entered = replace(edit.entered, ratings=checked(self.scorecard, edit.entered.ratings))
        return merged(self.draft(), replace(edit, entered=entered))

    def put_all(self, draft: Draft, *, now: datetime) -> None:
        ratings = checked(self.scorecard, draft.ratings)
        if len(draft.comment) > COMMENT_LIMIT:
            over = f"The comment may have {COMMENT_LIMIT:,} characters; this one has {len(draft.comment):,}."
            raise Invalid(over, fields={"comment": over})
        reviews.put_comment(self.tx, self.put(ratings, now=now), draft.comment)

    def card(self, reader: Person | None = None) -> Card:
        """As its reviewer, or another reader, may see it."""
        draft = self.draft()
        submitted_at = self.review.submitted_at if self.review else None
        team = teams.by_id(self.tx, self.row.team_id)
        names = people.names(self.tx, (self.row.reviewer_id, self.row.reviewee_id))
        made = Card(
            assignment=assignments.assignment(self.row),
            conversation=conversations.get(self.tx, self.row.conversation_id),
            scorecard=self.scorecard,
            reviewer_name=names[self.row.reviewer_id],
            reviewee_name=names[self.row.reviewee_id],
            team_name=team.name,
            team_timezone=team.timezone,
            draft=draft,
            score=review_score(self.scorecard, draft.ratings) if submitted_at else None,
            submitted_at=submitted_at,
            undo_until=undo_until(submitted_at) if submitted_at else None,
            review_id=self.review.id if self.review else None,
            review_version=self.version,
            handed_on=events.handed_on(self.tx, self.row.replaces_id) if self.row.replaces_id else None,
            follower=work.follower(self.tx, self.row.id) if self.state in PASSED_ON else None,
            beside=pairing.beside(self.tx, self.review) if submitted_at else None,
        )
        if not team.hides_agent or self.kind is ReviewKind.SELF:
            return made
        reader = reader or people.by_id(self.tx, self.row.reviewer_id)
        agent = people.by_id(self.tx, self.row.reviewee_id)
        assert reader is not None  # the row names them
        assert agent is not None
        return made if may_know_agent(team, reader, agent.id) else hidden(made, agent)


@contextmanager
def _changing(
    store: Store, actor: Person, assignment_id: int, action: Action = Action.RATE
) -> Iterator[_Task]:
    with store.write() as tx:
        task = _found(tx, assignment_id, lock=True, unknown=SENTENCES[action])
        demand(actor, action, facts(tx, task.row))
        yield task


def _found(tx: Tx, assignment_id: int, *, lock: bool = False, unknown: str = GONE) -> _Task:
    """NotFound in the words in which somebody else's is refused: nobody learns which numbers exist."""
    row = assignments.get(tx, assignment_id, lock=lock)
    if row is None:
        raise NotFound(unknown)
    review = reviews.of_assignment(tx, assignment_id)
    return _Task(tx, row, review, scorecards.by_version(tx, row.scorecard_version_id))


def _fresh(task: _Task) -> Card:
    """The card after the change."""
    return _found(task.tx, task.row.id).card()


def _must_be_complete(scorecard: Scorecard, ratings: Mapping[str, Rating]) -> None:
    missing = [category for category in scorecard.categories if category.key not in ratings]
    if missing:
        raise Invalid(
            f"Please rate {_listed([category.name for category in missing])} first; everything so far is saved.",
            fields={category.key: "Please choose a rating." for category in missing},
        )


def _tell_agent(task: _Task, review_id: int, version: int, *, now: datetime) -> None:
    agent = people.by_id(task.tx, task.row.reviewee_id)
    team = teams.by_id(task.tx, task.row.team_id)
    notices.add(
        task.tx,
        key=notice_keys.feedback_key(review_id, version),
        kind=NoticeKind.FEEDBACK,
        object_id=review_id,
        person_id=task.row.reviewee_id,
        not_before=next_working_instant(undo_until(now), team, agent.timezone if agent else None),
        now=now,
    )


def _record(
    task: _Task,
    actor: Person,
    action: str,
    object_: str,
    object_id: int,
    *,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    audit.record(
        task.tx, at=now, actor_id=actor.id, action=action, object=object_, object_id=object_id, detail=detail
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
