"""Checking a draw afterwards: anybody who may can have it run again from what was committed, and reads what differs."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from iqs.access import Action, ReviewFacts, demand
from iqs.errors import Invalid, NotFound
from iqs.people import Person
from iqs.proof import Committed, Evidence, Verdict, Why, check
from iqs.reviews import ReviewKind, Stream, undo_until
from iqs.services import pairing
from iqs.services.staffing import facts
from iqs.services.telling import UNKNOWN
from iqs.storage.repositories import assignments, commitments, draws, lots, people, reviews, teams
from iqs.storage.store import Store, Tx

NO_COMMITMENT = "This draw was made before draws were committed, so there is nothing to check it against."


def verify(store: Store, draw: str) -> Verdict:
    """Runs a draw again; `draw` is its number or its team and period, such as "Support 2026-W47".

    Raises NotFound when there is no such draw, Invalid for one that was made before draws were committed.
    """
    with store.read() as tx:
        return check(_evidence(tx, _named(tx, draw)))


def committed(store: Store, commitment_id: int) -> tuple[Committed, str]:
    """A commitment and its team's name, for the message that tells it."""
    with store.read() as tx:
        found = commitments.by_id(tx, commitment_id)
        if found is None:
            raise NotFound("There is no such commitment.")
        return found, teams.by_id(tx, found.team_id).name


def why_review(store: Store, actor: Person, review_id: int, *, now: datetime) -> Why:
    """Why the conversation of a review was chosen, for somebody who may read its score; NotFound or NotAllowed else."""
    with store.read() as tx:
        row = reviews.get(tx, review_id)
        if row is None or row.submitted_at is None:
            raise NotFound(UNKNOWN)
        released = now >= undo_until(row.submitted_at) and not pairing.keeps_back(tx, row, now=now)
        about = ReviewFacts(
            row.team_id, row.reviewer_id, row.reviewee_id, released=released, stream=Stream(row.stream)
        )
        demand(actor, Action.SEE_SCORE, about)
        if row.assignment_id is None:
            return Why(Stream(row.stream), mine=actor.id == row.reviewee_id)
        return _why(tx, actor, row.assignment_id)


def why_assignment(store: Store, actor: Person, assignment_id: int) -> Why:
    """Why a conversation was handed to its reviewer, for who may see the scorecard; NotFound or NotAllowed else."""
    with store.read() as tx:
        row = assignments.get(tx, assignment_id)
        if row is None:
            raise NotFound("This conversation is no longer yours to review.")
        demand(actor, Action.SEE_CARD, facts(tx, row))
        return _why(tx, actor, assignment_id)


def _why(tx: Tx, actor: Person, assignment_id: int) -> Why:
    row = draws.assignment(tx, assignment_id)
    assert row is not None  # assignments are never deleted
    mine = actor.id == row.reviewee_id
    if row.stream == Stream.TARGETED:
        # Who wrote the review may be hidden from its reviewee, who picked the conversation as well.
        knows = not mine or teams.by_id(tx, row.team_id).shows_reviewer
        names = people.names(tx, [row.handed_by]) if row.handed_by and knows else {}
        return Why(Stream.TARGETED, mine, picked_by=names.get(row.handed_by), picked_for=row.picked_for)
    if row.double_of_id is not None:  # a second reading: nobody is told that it is one
        first = draws.assignment(tx, row.double_of_id)
        row = first or row
    found = None if row.draw_id is None else draws.by_id(tx, row.draw_id)
    if found is None or found.commitment_id is None:
        period = "" if found is None else found.period
        return Why(Stream.RANDOM if found is not None else Stream(row.stream), mine, period=period)
    eligible, drawn = draws.strata(tx, found.id).get(row.reviewee_id, (0, 0))
    verdict = check(
        replace(_evidence(tx, found, person_id=row.reviewee_id), names={row.reviewee_id: "this agent"}),
        only=row.reviewee_id,
    )
    return Why(
        Stream.RANDOM,
        mine,
        period=found.period,
        team=verdict.team,
        drawn=drawn,
        eligible=eligible,
        replaced=row.replaces_id is not None and row.kind != ReviewKind.SELF,
        verdict=verdict,
    )


def _named(tx: Tx, draw: str) -> draws.Row:
    wanted = draw.strip()
    row: draws.Row | None = None
    if wanted.isascii() and wanted.isdecimal() and len(wanted) <= 18:
        row = draws.by_id(tx, int(wanted))
    else:
        name, _, period = wanted.rpartition(" ")
        with suppress(NotFound):
            row = draws.newest(tx, teams.by_name(tx, name).id, period.upper())
    if row is None:
        raise NotFound(
            f"There is no draw “{draw}”. Name it by its number, or by team and period: “Support 2026-W47”."
        )
    return row


def _evidence(tx: Tx, draw: draws.Row, *, person_id: int | None = None) -> Evidence:
    """What is stored about a draw, of one reviewee if asked."""
    found = None if draw.commitment_id is None else commitments.by_id(tx, draw.commitment_id)
    if found is None:
        raise Invalid(NO_COMMITMENT)
    log = draws.logged(tx, draw.id, person_id)
    handed = draws.handed(tx, draw.id)
    if person_id is not None:
        handed = {person_id: handed.get(person_id, frozenset())}
    named = {line.conversation_id for line in log if line.conversation_id is not None}
    for each in handed.values():
        named |= each
    keys, gone, changed = draws.keys(tx, named, since=draw.created_at)
    strata = draws.strata(tx, draw.id)
    return Evidence(
        team=teams.by_id(tx, draw.team_id).name,
        draw_id=draw.id,
        period=draw.period,
        attempt=draw.attempt,
        seed=draw.seed,
        starts_at=draw.starts_at,
        ends_at=draw.ends_at,
        eligible=draw.eligible,
        drawn_at=draw.created_at,
        committed=found,
        log=log,
        strata=strata,
        standing=lots.look(tx, [line.spot for line in log]),
        keys=keys,
        gone=gone,
        changed=changed,
        handed=handed,
        names=_names(tx, strata, handed),
    )


def _names(tx: Tx, strata: Mapping[int, object], handed: Mapping[int, object]) -> dict[int, str]:
    return people.names(tx, {*strata, *handed})
