"""The SELECT behind what coaching looked at: reviews of conversations that were picked on purpose, apart from IQS."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, cast, func, select

from iqs.reports import Period, Picked
from iqs.reviews import Stream
from iqs.scoring import MICRO
from iqs.storage import tables
from iqs.storage.aggregates import Scope, counted
from iqs.storage.asking import Question, Row

R = tables.Review


def picked(scope: Scope, window: Period) -> Question[tuple[Picked, int]]:
    """How many were reviewed and their mean, and how many people's work they are; straight from the covering index."""
    statement = select(
        func.count(), cast(func.sum(R.score), BigInteger), func.count(R.reviewee_id.distinct())
    ).where(*counted(scope, [window], [Stream.TARGETED]), R.score.is_not(None))
    return Question(statement, _picked)


def _picked(rows: Sequence[Row]) -> tuple[Picked, int]:
    ((n, total, people),) = rows
    return Picked(None if total is None else total / n / MICRO, n), people
