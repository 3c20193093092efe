"""The SELECTs that need to know by which scorecard a review was made: versions in use, groups, critical failures."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, literal, or_, select, type_coerce

from iqs.breaks import Cards, Used
from iqs.figures import NOBODY, Cell, Tallies, Tally
from iqs.reports import Period
from iqs.reviews import Stream
from iqs.scorecards import Criticality, RatingCategory, Scorecard
from iqs.scoring import CRITICAL_BELOW, MICRO
from iqs.storage import tables
from iqs.storage.aggregates import Scope, counted, numbers, place_of, said, sums
from iqs.storage.asking import Question, Row
from iqs.storage.columns import instant, stored
from iqs.storage.repositories import scorecards
from iqs.storage.store import Tx

R = tables.Review
V = tables.Rating

_FAILS = V.points < CRITICAL_BELOW * MICRO


class _Part(NamedTuple):
    """One category of one version, with its stored id."""

    version_id: int
    category_id: int
    category: RatingCategory
    card: Scorecard

    @property
    def found(self) -> ColumnElement[bool]:
        return and_(R.scorecard_version_id == self.version_id, V.category_id == self.category_id)


Scores = Mapping[tuple[int, int, int | str], tuple[Tally, datetime | None]]
"""Review scores by (window, scorecard version, reviewee), and when the first of them was given.

The reviewee is `NOBODY` where it is not known or was not asked for; the time is None where it is not known.
"""


def scores(scope: Scope, windows: Sequence[Period], *, by_reviewee: bool = False) -> Question[Scores]:
    """The scores of each window by the version the reviews were made with, and by reviewee if asked for.

    Added up here and not by the database: it would have to sort the reviews by window, version and agent first,
    which takes it longer than to hand out these few columns of its index.
    """
    submitted = type_coerce(R.submitted_at, BigInteger)  # as it is stored: most are only compared
    imported = R.stream.in_(said(Stream.IMPORTED))
    statement = select(submitted, R.scorecard_version_id, R.reviewee_id, R.score, R.passed, imported).where(
        *counted(scope, windows)
    )
    ends = [stored(each.end) for each in windows]

    def read(rows: Sequence[Row]) -> Scores:
        found: dict[tuple[int, int, int | str], _Sums] = {}
        for at, version_id, who, score, passed, is_imported in rows:
            place = len(ends) - 1 if at is None else bisect_right(ends, at)
            key = (place, version_id, who if by_reviewee and who is not None else NOBODY)
            own = found.get(key)
            if own is None:
                own = found[key] = _Sums()
            if score is None:
                own.unscored += 1
                continue
            own.n += 1
            own.total += score
            own.squares += score * score
            own.passed += passed is True
            own.imported += is_imported
            if at is not None and (own.first is None or at < own.first):
                own.first = at
        return {key: each.read() for key, each in found.items()}

    return Question(statement, read)


@dataclass(slots=True)
class _Sums:
    """A tally in the making, and when its first scored review was submitted, as stored."""

    n: int = 0
    total: int = 0
    squares: int = 0
    passed: int = 0
    unscored: int = 0
    imported: int = 0
    first: int | None = None

    def read(self) -> tuple[Tally, datetime | None]:
        tally = Tally(self.n, self.total, self.squares, self.passed, self.unscored, self.imported)
        return tally, None if self.first is None else instant(self.first)


def known(tx: Tx, used: Used) -> Cards:
    """The scorecards of these versions."""
    return {version_id: scorecards.by_version(tx, version_id) for version_id in {each[1] for each in used}}


def by_group(tx: Tx, scope: Scope, windows: Sequence[Period], cards: Cards) -> Tallies:
    """Group scores of the reviews in each window, by the group's key.

    A review's group score is the weighted mean of its rated categories of the group, 0 if the group failed
    (`iqs.scoring.group_scores`), in micropoints.
    """
    parts = [each for each in _parts(tx, cards) if each.category.group is not None and each.category.scored]
    if not parts:
        return {}
    weight = case(*[(each.found, each.category.weight) for each in parts], else_=0)
    critical = [each.found for each in parts if each.card.criticality(each.category) is Criticality.GROUP]
    fails = case((and_(or_(*critical), _FAILS), 1), else_=0) if critical else literal(0)
    rated = (
        select(
            place_of(windows),
            case(*[(each.found, each.category.group) for each in parts]).label("of_group"),
            cast(func.sum(V.points * weight), BigInteger).label("total"),
            cast(func.sum(weight), BigInteger).label("weight"),
            func.max(fails).label("failed"),
        )
        .select_from(R)
        .join(V, V.review_id == R.id)
        .where(*counted(scope, windows), V.points.is_not(None), or_(*[each.found for each in parts]))
        .group_by(R.id, "place", "of_group")
        .subquery()
    )
    total, all_weight = rated.c.total, rated.c.weight
    # Rounded half up, as everywhere: (2 total + weight) // (2 weight), in whole numbers.
    mean = cast((2 * total + all_weight) // (2 * all_weight), BigInteger)
    scored = select(
        rated.c.place,
        rated.c.of_group,
        case((rated.c.failed == 1, literal(0, BigInteger)), (all_weight > 0, mean)).label("score"),
    ).subquery()
    found = tx.execute(
        select(scored.c.place, scored.c.of_group, *sums(scored.c.score)).group_by(
            scored.c.place, scored.c.of_group
        )
    )
    return {Cell(row[0], row[1]): Tally(*numbers(row[2:])) for row in found}


def criticals(tx: Tx, scope: Scope, window: Period, cards: Cards) -> tuple[int, int]:
    """In how many reviews a critical category failed, and in how many one was rated."""
    parts = [
        each.found
        for each in _parts(tx, cards)
        if each.category.scored and each.card.criticality(each.category) is not Criticality.NONE
    ]
    if not parts:
        return 0, 0
    failed, n = tx.execute(
        select(func.count(case((_FAILS, R.id)).distinct()), func.count(R.id.distinct()))
        .select_from(R)
        .join(V, V.review_id == R.id)
        .where(*counted(scope, [window]), V.points.is_not(None), or_(*parts))
    ).one()
    return failed, n


def _parts(tx: Tx, cards: Cards) -> list[_Part]:
    found = []
    for version_id, card in sorted(cards.items()):
        ids: Mapping[str, int] = scorecards.category_ids(tx, version_id)
        found += [_Part(version_id, ids[each.key], each, card) for each in card.categories]
    return found
