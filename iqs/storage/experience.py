"""The SELECTs behind what customers felt: surveys and times of closed conversations, and reviews beside them."""

import json
from collections.abc import Sequence

from sqlalchemy import Text, and_, case, cast, func, literal_column, select

from iqs.experience import EXAMPLES, Paired, Read, Told
from iqs.metrics import Stored
from iqs.reports import Period
from iqs.storage import tables
from iqs.storage.aggregates import Scope, counted, dated
from iqs.storage.store import Tx

R = tables.Review
C = tables.Conversation

_CSAT = cast(C.csat, Text)
_CES = cast(C.ces, Text)
_ANSWERED = and_(C.csat.is_not(None), _CSAT.not_in([literal_column("'null'")]))


def told(tx: Tx, window: Period, reviewee_ids: Sequence[int]) -> list[Told]:
    """Answers and times of these agents' conversations that were closed in the window, those alike together."""
    alike = (C.reviewee_id, _CSAT, _CES, C.first_response_basis, C.handle_basis)
    found = tx.execute(
        select(
            *alike,
            func.count(),
            func.count(C.first_response_seconds),
            func.sum(C.first_response_seconds),
            func.count(C.handle_seconds),
            func.sum(C.handle_seconds),
        )
        .where(C.reviewee_id.in_(reviewee_ids), C.closed_at >= window.start, C.closed_at < window.end)
        .group_by(*alike)
    )
    return [
        Told(
            reviewee_id=who,
            n=n,
            csat=_stored(csat),
            ces=_stored(ces),
            first_basis=first_basis,
            first_n=first_n,
            first_seconds=int(first or 0),
            handle_basis=handle_basis,
            handle_n=handle_n,
            handle_seconds=int(handle or 0),
        )
        for who, csat, ces, first_basis, handle_basis, n, first_n, first, handle_n, handle in found
        if who is not None
    ]


def csat_of(
    tx: Tx, windows: Sequence[Period], reviewee_ids: Sequence[int]
) -> dict[tuple[int, int], dict[Stored, int]]:
    """How often each CSAT answer was given in each window, by (window, reviewee); windows follow each other."""
    place = case(*dated(C.closed_at, windows)).label("place")
    found = tx.execute(
        select(place, C.reviewee_id, _CSAT, func.count())
        .where(
            C.reviewee_id.in_(reviewee_ids),
            C.closed_at >= windows[0].start,
            C.closed_at < windows[-1].end,
            _ANSWERED,
        )
        .group_by("place", C.reviewee_id, _CSAT)
    )
    counts: dict[tuple[int, int], dict[Stored, int]] = {}
    for number, who, csat, n in found:
        answer = _stored(csat)
        if answer is not None:
            counts.setdefault((number, who), {})[answer] = n
    return counts


def paired(tx: Tx, scope: Scope, window: Period) -> list[Paired]:
    """The reviewed conversations whose customer answered, each once: good where at least half its reviews passed."""
    passed = func.count(case((R.passed.is_(True), 1)))
    each = (
        select(
            C.reviewee_id.label("reviewee_id"),
            _CSAT.label("csat"),
            func.avg(R.score).label("score"),
            (2 * passed >= func.count()).label("good"),
        )
        .select_from(R)
        .join(C, C.id == R.conversation_id)
        .where(*counted(scope, [window]), R.score.is_not(None), _ANSWERED)
        .group_by(C.id, C.reviewee_id, _CSAT)
        .subquery()
    )
    found = tx.execute(
        select(each.c.reviewee_id, each.c.csat, each.c.good, func.count(), func.sum(each.c.score)).group_by(
            each.c.reviewee_id, each.c.csat, each.c.good
        )
    )
    rows = [(who, _stored(csat), good, n, total) for who, csat, good, n, total in found]
    return [Paired(who, csat, bool(good), n, float(total)) for who, csat, good, n, total in rows if csat]


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
