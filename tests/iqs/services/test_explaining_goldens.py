"""`iqs explain` of the five reviews of card M prints the arithmetic that its vendor published."""

import pytest

from iqs.files.scorecards import read_scorecard
from iqs.past import PastScale
from iqs.services import configuring, enrolling, recalling, reporting, telling
from iqs.storage import tables
from tests.world import MONDAY, PEOPLE

CARD_M = read_scorecard("""
name: Card M
categories:
  - {name: Request, scale: 2, weight: 1, critical: review}
  - {name: Clarification, scale: 2, weight: 40}
  - {name: Explanation, scale: 2, weight: 40}
  - {name: Writing, scale: 2, weight: 10}
  - {name: Internal data, scale: 2, weight: 20}
""")
ROWS = (
    ((), "11100 / 111 = 100.00 %"),
    (("clarification", "explanation", "internal_data"), "1100 / 111 = 1100/111 = 9.91 %"),
    (("explanation",), "7100 / 111 = 7100/111 = 63.96 %"),
    (("writing",), "10100 / 111 = 10100/111 = 90.99 %"),
    (("request",), "0.00 %"),
)


def recall(store):
    enrolling.import_people(store, PEOPLE)
    found = next(each for each in configuring.teams(store) if each.name == "Support")
    lines = ["conversation_id,reviewer,reviewee,category,value,submitted_at,comment"]
    for place, failed in enumerate([*(row[0] for row in ROWS), None]):
        for category in CARD_M.categories:
            value = "" if failed is None else 1 if category.key in failed else 2
            lines.append(
                f"c{place},rosa@example.com,ada@example.com,{category.name},{value},2026-11-1{place}T09:00:00Z,"
            )
    recalling.import_reviews(
        store, "\n".join(lines) + "\n", found, now=MONDAY, scale=PastScale(1, 2), scorecard=CARD_M
    )
    return found


@pytest.fixture
def team(store, furnish):
    """The team, with five reviews of card M, and one in which everything was N/A."""
    return furnish(store, recall)


def test_the_published_scores_come_out_line_by_line(store, team):
    """100.00, 9.91, 63.96, 90.99 and 0: each with the sums it is made of."""
    with store.read() as tx:
        ids = list(
            tx.execute(tables.Review.__table__.select().order_by(tables.Review.submitted_at)).scalars()
        )
    for (_, line), review in zip(ROWS, ids, strict=False):
        said = telling.explain(store, review, now=MONDAY)
        assert any(line in each for each in said)


def test_together_they_are_the_published_iqs_and_nothing_rated_counts_nowhere(store, team):
    """52.97 of five; the sixth, all N/A, is counted as unscored and enters neither mean, n nor pass rate."""
    report = reporting.team_report(store, None, team.id, now=MONDAY, period="last 30 days")
    assert (report.iqs.n, report.unscored) == (5, 1)
    assert report.iqs.mean == pytest.approx(52.972973, abs=1e-6)
    assert report.pass_rate == 40
    cards = {each.key: each.estimate.mean for each in report.categories}
    assert [cards[each.key] for each in CARD_M.categories] == [80, 80, 60, 80, 80]
