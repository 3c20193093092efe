"""Everything beside IQS equals an independent reckoning, and a group reads no figure of fewer than five."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import fmean

import pytest
from sqlalchemy import bindparam, delete, insert, update

from iqs import periods
from iqs.access import GROUP
from iqs.reports import Picked, Unit, Verdict
from iqs.reviews import UNDO_WINDOW
from iqs.scorecards import CategoryGroup, Criticality, RatingScale, definition
from iqs.services import reporting
from iqs.statistics import wilson
from iqs.storage import tables
from iqs.storage.repositories import people
from tests import history

ZONE = "America/New_York"
NOW = datetime(2026, 11, 3, 15, tzinfo=UTC)
PERIOD = periods.last_days(NOW, ZONE, 30)
CHANGED = datetime(2026, 10, 14, 12, tzinfo=UTC)
"""From then on reviews are made with the second version: other scale of tone, a group, two critical ones."""
SOLUTION, TONE, PROCESS, MOOD = history.CARD.categories
SECOND = replace(
    history.CARD,
    categories=(
        replace(SOLUTION, critical=Criticality.REVIEW),
        replace(TONE, group="manner", critical=Criticality.GROUP, scale=RatingScale(5)),
        replace(PROCESS, group="manner"),
        MOOD,
    ),
    groups=(CategoryGroup("manner", "Manner"),),
)
BASES = ("calendar", "business", "computed", None)


def remember(store):
    rng = random.Random(11)
    with store.write() as tx:
        made = history.people(tx, zone=ZONE)
        tx.execute(
            insert(tables.ScorecardVersion).values(
                id=2, scorecard_id=1, version=2, definition=definition(SECOND), published_at=CHANGED
            )
        )
        tx.execute(update(tables.Team).where(tables.Team.id == 1).values(scorecard_id=1, goal=40))
        history.reviews(tx, made, 700, days=58)
        made.talks = [talk(rng, number, each) for number, each in enumerate(made.reviews, 1)]
        tx.execute(insert(tables.Conversation), made.talks)
        tx.execute(
            update(tables.Review.__table__)
            .where(tables.Review.__table__.c.id == bindparam("number"))
            .values(conversation_id=bindparam("talk"), scorecard_version_id=bindparam("card")),
            [
                {"number": number, "talk": 1000 + number, "card": 1 + (each.at >= CHANGED)}
                for number, each in enumerate(made.reviews, 1)
            ],
        )
    return made


@pytest.fixture
def past(store, furnish):
    """Seven hundred reviews, nearly each of a conversation of its own with answers and times, and two versions."""
    return furnish(store, remember)


def talk(rng, number, review):
    """A closed conversation as the import stores it; every third customer answered."""
    answered = rng.random() < 0.4
    return {
        "id": 1000 + number, "source": "t", "external_id": f"talk {number}", "channel": "email",
        "reviewee_id": review.reviewee, "fingerprint": "", "imported_at": history.START,
        "closed_at": review.at - timedelta(days=2), "subject": f"Talk {number}",
        "csat": [str(rng.randint(1, 5)), "1", "5"] if answered else None,
        "ces": [str(rng.randint(1, 7)), "1", "7"] if rng.random() < 0.3 else None,
        "first_response_seconds": rng.randrange(10, 9000), "first_response_basis": rng.choice(BASES),
        "handle_seconds": rng.randrange(10, 9000) if rng.random() < 0.5 else None,
        "handle_basis": rng.choice(BASES),
    }  # fmt: skip


def person(store, number):
    with store.read() as tx:
        return people.by_id(tx, number)


def counted(past, period):
    """The reviews of team 1 that count, each with its conversation."""
    return [
        (number, each, past.talks[number - 1])
        for number, each in enumerate(past.reviews, 1)
        if each.team == 1
        and each.counts
        and period.start <= each.at < period.end
        and each.at + UNDO_WINDOW <= NOW
    ]


def closed(past, period, *agents):
    return [
        each
        for each in past.talks
        if period.start <= each["closed_at"] < period.end and (not agents or each["reviewee_id"] in agents)
    ]


def percents(talks, which):
    answers = [each[which] for each in talks if each[which] is not None]
    return [100 * (int(value) - int(low)) / (int(high) - int(low)) for value, low, high in answers]


def test_surveys_equal_the_mean_of_the_answers(store, past):
    """Team, agents, weeks and effort: all of conversations closed then, on 0–100, with n."""
    report = reporting.team_report(store, None, 1, now=NOW)
    answers = percents(closed(past, PERIOD), "csat")
    assert (report.csat, report.csat_n) == (pytest.approx(fmean(answers)), len(answers))
    efforts = percents(closed(past, PERIOD), "ces")
    assert (report.ces.mean, report.ces.n) == (pytest.approx(fmean(efforts)), len(efforts))
    for agent in report.agents:
        own = percents(closed(past, PERIOD, agent.person_id), "csat")
        assert (agent.csat.mean, agent.csat.n) == (pytest.approx(fmean(own)), len(own))
    for point in report.trend:
        own = percents(closed(past, periods.week(point.start, ZONE)), "csat")
        assert point.csat.n == len(own)
        assert point.csat.mean == (pytest.approx(fmean(own)) if own else None)
    assert sum(point.csat.n > 0 for point in report.trend) >= 8


def test_times_are_means_of_one_clock_each(store, past):
    """Eight figures: two kinds of time on four bases."""
    report = reporting.team_report(store, None, 1, now=NOW)
    found = {(each.what, each.basis): (each.seconds, each.n) for each in report.times}
    assert len(found) == 8
    for what, seconds, basis in (
        ("first response", "first_response_seconds", "first_response_basis"),
        ("handle time", "handle_seconds", "handle_basis"),
    ):
        for word in BASES:
            own = [
                each[seconds]
                for each in closed(past, PERIOD)
                if each[basis] == word and each[seconds] is not None
            ]
            assert found[what, word] == (pytest.approx(fmean(own)), len(own))


def test_the_quadrants_equal_a_count_by_hand(store, past):
    """Reviewed conversations with an answer, happy from 75, good if passed; the newest two of each to read."""
    report = reporting.team_report(store, None, 1, now=NOW)
    both = [
        (each.at, number, percents([talk], "csat")[0] >= 75, each.passed, float(each.score))
        for number, each, talk in counted(past, PERIOD)
        if talk["csat"] is not None and each.score is not None
    ]
    assert report.pairs.n == len(both) > 40
    assert report.pairs.iqs == pytest.approx(fmean(row[4] for row in both), abs=1e-5)
    counts = Counter((happy, good) for _, _, happy, good, _ in both)
    for each in report.pairs.quadrants:
        assert each.count == counts[each.happy, each.good]
        newest = sorted((row[:2] for row in both if row[2:4] == (each.happy, each.good)), reverse=True)[:2]
        assert [one.review_id for one in each.examples] == [number for _, number in newest]
        assert all(one.subject == f"Talk {one.review_id}" for one in each.examples)


def test_group_scores_and_criticals_equal_a_reckoning_by_hand(store, past):
    """A group: the weighted mean of its rated categories, 0 where it failed; criticals: reviews where one failed."""
    report = reporting.team_report(store, None, 1, now=NOW)
    second = [each for _, each, _ in counted(past, PERIOD) if each.at >= CHANGED]
    scores, rated, failed = [], 0, 0
    for each in second:
        tone, process, solution = (each.percents.get(key) for key in ("tone", "process", "solution"))
        parts = [(value, weight) for value, weight in ((tone, 20), (process, 7)) if value is not None]
        if parts:
            mean = sum(value * weight for value, weight in parts) / sum(weight for _, weight in parts)
            scores.append(0.0 if tone is not None and tone < 50 else float(mean))
        critical = [value for value in (tone, solution) if value is not None]
        rated += bool(critical)
        failed += any(value < 50 for value in critical)
    (group,) = report.groups
    assert (group.name, group.estimate.n) == ("Manner", len(scores))
    assert group.estimate.mean == pytest.approx(fmean(scores), abs=1e-5)
    found = report.criticals
    assert (found.failed, found.n) == (failed, rated)
    assert (found.low, found.high) == wilson(failed, rated)


def test_pass_rate_goal_and_causes_say_how_sure_they_are(store, past):
    """Wilson's interval, a goal judged by the whole interval, and running shares of all picks."""
    report = reporting.team_report(store, None, 1, now=NOW)
    scored = [each for _, each, _ in counted(past, PERIOD) if each.score is not None]
    assert report.pass_interval == wilson(sum(each.passed for each in scored), len(scored))
    assert report.iqs.low > 40
    assert report.goal.verdict is Verdict.REACHED
    for mark, verdict in ((99, Verdict.MISSED), (round(report.iqs.mean), Verdict.UNKNOWN)):
        with store.write() as tx:
            tx.execute(update(tables.Team).values(goal=mark))
        assert reporting.team_report(store, None, 1, now=NOW).goal.verdict is verdict
    picks = Counter(cause for _, each, _ in counted(past, PERIOD) for cause in each.causes)
    so_far = 0
    for cause, (_, count) in zip(report.causes, picks.most_common(5), strict=True):
        so_far += count
        assert cause.count == count
        assert cause.share == pytest.approx(100 * count / picks.total())
        assert cause.cumulative == pytest.approx(100 * so_far / picks.total())
    assert report.causes[-1].cumulative == pytest.approx(100)


def test_a_changed_scorecard_is_marked_and_never_joined_silently(store, past):
    """In the change, in the trend at its first week, and in the category whose scale is another."""
    report = reporting.team_report(store, None, 1, now=NOW)
    first = min(
        each.at for _, each, _ in counted(past, PERIOD) if each.at >= CHANGED and each.score is not None
    )
    day = periods.local_date(first, ZONE)
    assert report.rebased == (day,)
    assert [each.start for each in report.trend if each.rebased] == [day - timedelta(days=day.weekday())]
    assert [each.key for each in report.categories if each.rescaled] == ["tone"]
    later = reporting.team_report(store, None, 1, now=NOW, period="2026-W44")
    assert (later.rebased, any(each.rescaled for each in later.categories)) == ((), False)
    digest = reporting.preview_digest(store, None, 1, now=datetime(2026, 10, 20, 9, tzinfo=UTC))
    assert f"the scorecard changed on {periods.day_name(day)}" in digest.headline


def test_given_stands_beside_received(store, past):
    """An agent who reviews too: how many they gave and their mean; for themselves as for their leads."""
    with store.write() as tx:
        tx.execute(
            update(tables.Review)
            .where(tables.Review.reviewer_id == 9)
            .where(tables.Review.reviewee_id != 3)
            .values(reviewer_id=3)
        )
    gave = [
        float(each.score)
        for _, each, _ in counted(past, PERIOD)
        if each.reviewer == 9 and each.reviewee != 3 and each.score is not None
    ]
    report = reporting.team_report(store, None, 1, now=NOW)
    third = next(each for each in report.agents if each.person_id == 3)
    assert (third.given.n, third.given.mean) == (len(gave), pytest.approx(fmean(gave), abs=1e-5))
    assert [each.person_id for each in report.agents if each.given] == [3]
    seen = reporting.agent_report(store, None, 1, 3, now=NOW)
    assert (seen.given.n, seen.given.mean) == (len(gave), pytest.approx(fmean(gave), abs=1e-5))
    own = percents(closed(past, PERIOD, 3), "csat")
    assert (seen.csat.n, seen.csat.mean) == (len(own), pytest.approx(fmean(own)))
    assert reporting.personal_report(store, person(store, 1), now=NOW).given is None


def test_a_long_period_has_a_monthly_trend(store, past):
    """Each month equals its own report; a period of twenty weeks still has weeks."""
    report = reporting.team_report(store, None, 1, now=NOW, period="2026")
    assert [each.label for each in report.trend][8:11] == ["Sep 2026", "Oct 2026", "Nov 2026"]
    assert {each.unit for each in report.trend} == {Unit.MONTH}
    october = reporting.team_report(store, None, 1, now=NOW, period="2026-10")
    point = report.trend[9]
    assert (point.estimate.n, point.estimate.mean) == (october.iqs.n, october.iqs.mean)
    assert point.csat.n == october.csat_n
    weekly = reporting.team_report(store, None, 1, now=NOW, period="2026-06-17..2026-11-03")
    assert {each.unit for each in weekly.trend} == {Unit.WEEK}
    assert len(weekly.trend) == periods.TREND_MOST


def test_what_was_picked_for_coaching_stands_apart(store, past):
    """Its number and mean beside IQS, which it never moves; the channel reads no mean of fewer than five agents."""
    everything = [each for each in past.reviews if each.team == 1 and each.at + UNDO_WINDOW <= NOW]
    own = [each for each in everything if each.stream == "targeted" and each.kind in {"manager", "peer"}]
    mine = [each for each in own if PERIOD.start <= each.at < PERIOD.end and each.score is not None]
    report = reporting.team_report(store, None, 1, now=NOW)
    assert len({each.reviewee for each in mine}) >= GROUP
    assert report.picked.n == len(mine)
    assert report.picked.mean == pytest.approx(float(fmean(each.score for each in mine)), abs=1e-6)
    assert report.iqs.n == len([each for _, each, _ in counted(past, PERIOD) if each.score is not None])
    told = partial(reporting.preview_digest, store, None, 1, now=NOW, period="last 30 days")
    assert told().report.picked == report.picked
    with store.write() as tx:
        few = (tables.Review.stream == "targeted", tables.Review.reviewee_id > GROUP - 1)
        tx.execute(update(tables.Review).where(*few).values(stream="double"))
    left = [each for each in mine if each.reviewee < GROUP]
    assert told().report.picked == Picked(None, len(left))


def test_a_channel_reads_no_figure_of_fewer_than_five(store, past):
    """Two of six agents are left in one week and one category: what is theirs is left out, and said so."""
    week = periods.named_week("2026-W44", ZONE)
    for_all = reporting.preview_digest(store, None, 1, now=NOW)
    assert "CSAT beside IQS" in for_all.report.withheld
    assert (for_all.report.pairs, for_all.report.unpublished) == (None, False)
    month = reporting.preview_digest(store, None, 1, now=NOW, period="last month").report
    assert month.withheld == ()
    assert [each.examples for each in month.pairs.quadrants] == [()] * 4
    with store.write() as tx:
        few = [n for n, each in enumerate(past.reviews, 1) if each.reviewee > 4]
        mood = [n for n, each in enumerate(past.reviews, 1) if each.reviewee in {1, 2}]
        tx.execute(
            delete(tables.Rating).where(tables.Rating.category_id == 4, tables.Rating.review_id.in_(mood))
        )
    told = reporting.preview_digest(store, None, 1, now=NOW)
    assert told.report.withheld == ("Mood", *for_all.report.withheld)
    assert "Mood" not in [each.name for each in told.report.categories]
    assert told.report.iqs == for_all.report.iqs
    with store.write() as tx:
        inside = (tables.Review.submitted_at >= week.start, tables.Review.submitted_at < week.end)
        tx.execute(update(tables.Review).where(tables.Review.id.in_(few), *inside).values(stream="targeted"))
    told = reporting.preview_digest(store, None, 1, now=NOW)
    assert told.report.unpublished
    assert told.headline.startswith("Fewer than 5 people were reviewed in week 44")
    assert (told.report.iqs.mean, told.report.categories, told.report.causes, told.praise) == (
        None,
        (),
        (),
        None,
    )
    assert [each.label for each in told.report.trend if each.withheld] == ["W44"]
    assert reporting.team_report(store, None, 1, now=NOW, period="2026-W44").iqs.mean is not None


def test_individuals_are_named_only_if_the_team_chose_so(store, past):
    """By name and never by rank; nobody reads what somebody may not read alone."""
    silent = reporting.preview_digest(store, None, 1, now=NOW).report
    assert (silent.agents, silent.reviewers) == ((), ())
    with store.write() as tx:
        tx.execute(update(tables.Team).values(names_people=True))
    named = reporting.preview_digest(store, None, 1, now=NOW).report
    assert [each.name for each in named.agents] == [f"Person {n}" for n in past.agents]
    month = reporting.preview_digest(store, None, 1, now=NOW, period="last month").report
    assert not [each for quadrant in month.pairs.quadrants for each in quadrant.examples]
    assert named.iqs == silent.iqs
