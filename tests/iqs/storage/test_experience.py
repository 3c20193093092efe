"""What customers told of closed conversations is added up by agent, answer and clock, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, insert

from iqs import periods
from iqs.experience import Told
from iqs.storage import experience, tables
from iqs.storage.aggregates import Scope
from iqs.storage.asking import answer
from iqs.storage.experience import Answered
from tests import history

WINDOW = periods.week(date(2026, 9, 14), "UTC")
INSIDE = WINDOW.start + timedelta(days=1)


def conversation(number, agent, at, **more):
    return {
        "id": number, "source": "told", "external_id": str(number), "channel": "chat", "reviewee_id": agent,
        "closed_at": at, "fingerprint": "", "imported_at": INSIDE, **more,
    }  # fmt: skip


@pytest.fixture
def answered(store):
    """Answers and times of three agents, inside and outside the week."""
    none = dict.fromkeys(
        ("csat", "ces", "first_response_seconds", "first_response_basis", "handle_seconds", "handle_basis")
    )
    five = ["5", "1", "5"]
    made = [
        conversation(101, 1, INSIDE, csat=five, first_response_seconds=60, first_response_basis="business"),
        conversation(102, 1, INSIDE, csat=five, first_response_seconds=120, first_response_basis="business"),
        conversation(103, 1, INSIDE, first_response_seconds=9, handle_seconds=7, handle_basis="computed"),
        conversation(104, 2, WINDOW.start, csat=["1/2", "0", "1"], ces=["7", "1", "7"]),
        conversation(105, 2, WINDOW.end, csat=["1", "1", "5"]),
        conversation(106, 3, INSIDE, csat=["1", "1", "5"]),
    ]
    with store.write() as tx:
        history.people(tx)
        tx.execute(insert(tables.Conversation), [{**none, **each} for each in made])
    return store


def test_conversations_that_are_alike_are_one_row(answered):
    """Other agents', other weeks' and other clocks' apart; no answer is no answer."""
    with answered.read() as tx:
        found = answer(tx, experience.told(WINDOW, [1, 2]))
        assert answer(tx, experience.told(WINDOW, [])) == []
    assert sorted(found, key=str) == sorted(
        [
            Told(1, 2, ("5", "1", "5"), None, "business", 2, 180, None, 0, 0),
            Told(1, 1, None, None, None, 1, 9, "computed", 1, 7),
            Told(2, 1, ("1/2", "0", "1"), ("7", "1", "7"), None, 0, 0, None, 0, 0),
        ],
        key=str,
    )


def test_csat_by_window_and_agent(answered):
    """Each answer stands in the window in which its conversation was closed."""
    after = periods.week(date(2026, 9, 21), "UTC")
    with answered.read() as tx:
        found = answer(tx, experience.csat_of([WINDOW, after], [1, 2]))
    assert found == {
        0: Answered({("5", "1", "5"): 2, ("1/2", "0", "1"): 1}, {"1", "2"}),
        1: Answered({("1", "1", "5"): 1}, {"2"}),
    }


def test_a_conversation_of_several_reviews_counts_once(answered):
    """With their mean score; good where at least half of them passed."""
    rows = [(101, 100, True), (101, 50, False), (102, 90, True), (102, 40, False), (102, 41, False)]
    with answered.write() as tx:
        tx.execute(
            insert(tables.Review),
            [
                {
                    "team_id": 1, "conversation_id": number, "reviewer_id": 7, "reviewee_id": 1,
                    "scorecard_version_id": 1, "kind": "peer", "stream": "random", "state": "submitted",
                    "comment": "", "version": 1, "created_at": INSIDE, "submitted_at": INSIDE,
                    "score": score * 1_000_000, "passed": passed,
                }
                for number, score, passed in rows
            ],
        )  # fmt: skip
    with answered.read() as tx:
        found = answer(tx, experience.paired(Scope(datetime(2027, 1, 1, tzinfo=UTC), team_id=1), WINDOW))
    assert {(each.good, each.n, each.total) for each in found} == {(True, 1, 75e6), (False, 1, 57e6)}


def test_surveys_are_found_by_the_agents_index(answered):
    """A report reads the conversations of its agents and its weeks, not the history."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    with answered.write() as tx:
        tx.execute(
            insert(tables.Conversation),
            [conversation(1000 + n, 1 + n % 6, INSIDE - timedelta(hours=n)) for n in range(4000)],
        )
        tx.exec_driver_sql("ANALYZE")
    with answered.read() as tx:
        event.listen(answered.engine, "before_cursor_execute", note)
        try:
            answer(tx, experience.told(WINDOW, [1, 2]))
            answer(tx, experience.csat_of([WINDOW], [1, 2]))
        finally:
            event.remove(answered.engine, "before_cursor_execute", note)
        prefix = "EXPLAIN QUERY PLAN " if answered.is_sqlite else "EXPLAIN "
        for statement, parameters in seen:
            plan = "\n".join(str(row[-1]) for row in tx.exec_driver_sql(prefix + statement, parameters))
            assert "ix_conversation_" in plan, plan
            assert "SCAN conversation" not in plan
    assert len(seen) == 2
    if answered.is_sqlite:
        assert "COVERING INDEX ix_conversation_csat_keyed" in plan
