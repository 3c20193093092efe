"""The SELECTs behind what customers felt: surveys and times of closed conversations, and reviews beside them."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Double, Text, and_, case, cast, func, literal_column, select

from iqs.experience import EXAMPLES, Paired, Read, Told
from iqs.metrics import Stored
from iqs.reports import Period
from iqs.storage import tables
from iqs.storage.aggregates import Scope, counted, dated, listed, number
from iqs.storage.asking import Question, Row
from iqs.storage.store import Tx

R = tables.Review
C = tables.Conversation

_CSAT = cast(C.csat, Text)
_CES = cast(C.ces, Text)
_ANSWERED = and_(C.csat.is_not(None), _CSAT.not_in([literal_column("'null'")]))


def told(window: Period, reviewee_ids: Sequence[int]) -> Question[list[Told]]:
    """Answers and times of these agents' conversations that were closed in the window, those alike together."""
    alike = (C.reviewee_id, _CSAT, _CES, C.first_response_basis, C.handle_basis)
    statement = (
        select(
            *alike,
            func.count(),
            func.count(C.first_response_seconds),
            cast(func.sum(C.first_response_seconds), BigInteger),
            func.count(C.handle_seconds),
            cast(func.sum(C.handle_seconds), BigInteger),
        )
        .where(C.reviewee_id.in_(reviewee_ids), C.closed_at >= window.start, C.closed_at < window.end)
        .group_by(*alike)
    )
    return Question(statement, _told)


def _told(rows: Sequence[Row]) -> list[Told]:
    return [
        Told(
            reviewee_id=who,
            n=n,
            csat=_stored(csat),
            ces=_stored(ces),
            first_basis=first_basis,
            first_n=first_n,
            first_seconds=first or 0,
            handle_basis=handle_basis,
            handle_n=handle_n,
            handle_seconds=handle or 0,
        )
        for who, csat, ces, first_basis, handle_basis, n, first_n, first, handle_n, handle in rows
    ]


class Answered(NamedTuple):
    """How often each CSAT answer was given in one window, and by the customers of which agents."""

    counts: dict[Stored, int]
    agents: set[str]


def csat_of(windows: Sequence[Period], reviewee_ids: Sequence[int]) -> Question[dict[int, Answered]]:
    """The answers to the CSAT surveys of these agents' conversations, by window; windows follow each other."""
    statement = (
        select(case(*dated(C.closed_at, windows)).label("place"), _CSAT, func.count(), listed(C.reviewee_id))
        .where(
            C.reviewee_id.in_(reviewee_ids),
            C.closed_at >= windows[0].start,
            C.closed_at < windows[-1].end,
            _ANSWERED,
        )
        .group_by("place", _CSAT)
    )
    return Question(statement, _answered)


def _answered(rows: Sequence[Row]) -> dict[int, Answered]:
    found: dict[int, Answered] = {}
    for place, csat, n, agents in rows:
        answer = _stored(csat)
        if answer is not None:
            own = found.setdefault(place, Answered({}, set()))
            own.counts[answer] = own.counts.get(answer, 0) + n
            own.agents.update(agents.split(","))
    return found


def paired(scope: Scope, window: Period) -> Question[list[Paired]]:
    """The reviewed conversations whose customer answered, each once: good where at least half its reviews passed."""
    passed = func.count(case((R.passed.is_(True), number(1))))
    each = (
        select(
            C.reviewee_id.label("reviewee_id"),
            _CSAT.label("csat"),
            func.avg(R.score).label("score"),
            (number(2) * passed >= func.count()).label("good"),
        )
        .select_from(R)
        .join(C, C.id == R.conversation_id)
        .where(*counted(scope, [window]), R.score.is_not(None), _ANSWERED)
        .group_by(C.id, C.reviewee_id, _CSAT)
        .subquery()
    )
    statement = select(
        each.c.reviewee_id, each.c.csat, each.c.good, func.count(), cast(func.sum(each.c.score), Double)
    ).group_by(each.c.reviewee_id, each.c.csat, each.c.good)
    return Question(statement, _paired)


def _paired(rows: Sequence[Row]) -> list[Paired]:
    read = [(who, _stored(csat), bool(good), n, total) for who, csat, good, n, total in rows]
    return [Paired(who, csat, good, n, total) for who, csat, good, n, total in read if csat]


def to_read(tx: Tx, scope: Scope, window: Period) -> list[Read]:
    """The newest reviews of each answer and outcome, passed or not; the newest first."""
    place = (
        func.row_number()
        .over(partition_by=(_CSAT, R.passed), order_by=(R.submitted_at.desc(), R.id.desc()))
        .label("place")
    )
    ranked = (
        select(R.id, C.subject, R.score, R.passed, _CSAT.label("csat"), R.submitted_at, place)
        .select_from(R)
        .join(C, C.id == R.conversation_id)
        .where(*counted(scope, [window]), R.score.is_not(None), _ANSWERED)
        .subquery()
    )
    found = tx.execute(
        select(ranked.c.id, ranked.c.subject, ranked.c.score, ranked.c.passed, ranked.c.csat)
        .where(ranked.c.place <= EXAMPLES)
        .order_by(ranked.c.submitted_at.desc(), ranked.c.id.desc())
    )
    rows = [(id_, subject, score, passed, _stored(csat)) for id_, subject, score, passed, csat in found]
    return [
        Read(id_, subject, score, bool(passed), csat) for id_, subject, score, passed, csat in rows if csat
    ]


def _stored(text: str | None) -> Stored | None:
    """An answer out of its JSON; a JSON null is no answer either."""
    listed = None if text is None else json.loads(text)
    if listed is None:
        return None
    value, low, high = listed
    return value, low, high
