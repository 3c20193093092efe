"""Several questions asked at once are answered as if each had been asked alone, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, Double, cast, event, false, func, select

from iqs.reviews import ReviewKind
from iqs.storage import tables
from iqs.storage.asking import Question, answer, ask
from tests import history

R = tables.Review
P = tables.Person

SINCE = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
def past(store):
    with store.write() as tx:
        history.reviews(tx, history.people(tx), 60)
    return store


def rows(found):
    return [tuple(row) for row in found]


def questions():
    return [
        Question(
            select(R.id, R.submitted_at, R.passed, R.kind, R.acknowledged_at)
            .where(R.submitted_at >= SINCE + timedelta(days=2))
            .order_by(R.submitted_at.desc(), R.id.desc())
            .limit(7),
            rows,
        ),
        Question(
            select(R.kind, func.count(), cast(func.sum(R.score), BigInteger), cast(func.avg(R.score), Double))
            .where(R.kind == ReviewKind.PEER)
            .group_by(R.kind),
            rows,
        ),
        Question(select(P.name).where(P.id == 1), rows),
        Question(select(P.id, P.name).where(false()), rows),
    ]


def test_answers_are_those_of_each_question_alone(past):
    """Times, truth values, texts, fractions and nulls come back as they are, in order and under their question."""
    asked = questions()
    with past.read() as tx:
        together = ask(tx, asked)
        found = [together.to(each) for each in asked]
        assert found == [answer(tx, each) for each in asked]
    newest, peers, names, nobody = found
    assert len(newest) == 7
    assert all(at.tzinfo is not None for _, at, *_ in newest)
    assert {type(passed) for _, _, passed, *_ in newest} <= {bool, type(None)}
    assert type(peers[0][3]) is float
    assert len(names) == 1
    assert nobody == []


def test_postgresql_is_gone_to_once(past):
    """However many the questions: the way there costs more than most of the answers."""
    seen = []

    def note(_connection, _cursor, statement, *_):
        seen.append(statement)

    with past.read() as tx:
        event.listen(past.engine, "before_cursor_execute", note)
        try:
            ask(tx, questions())
        finally:
            event.remove(past.engine, "before_cursor_execute", note)
    assert len(seen) == (4 if past.is_sqlite else 1)
