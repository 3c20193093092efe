"""Reports say what an independent reckoning says, and only to those who may read it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import fmean

import pytest
from scipy import stats
from sqlalchemy import insert, select, update

from iqs import period_words, periods
from iqs.errors import Invalid, NotAllowed, NotFound
from iqs.reports import Period
from iqs.reviews import UNDO_WINDOW
from iqs.schedules import Due, Outcome, ScheduleKind
from iqs.scoring import show
from iqs.services import assembling, reporting
from iqs.statistics import Word
from iqs.storage import tables
from iqs.storage.repositories import people, schedules
from tests import history

ZONE = "America/New_York"
NOW = datetime(2026, 11, 3, 15, tzinfo=UTC)  # a Tuesday, two days after the clocks changed there
LEAD, ADMIN, AUDITOR, STRANGER = 20, 21, 22, 23


def remember(store):
    with store.write() as tx:
        made = history.people(tx, zone=ZONE)
        tx.execute(update(tables.Team).where(tables.Team.id == 1).values(scorecard_id=1))
        roles = {LEAD: "lead", ADMIN: "admin", AUDITOR: "auditor", STRANGER: "lead"}
        tx.execute(insert(tables.Person), [{"id": n, "name": f"Other {n}", "active": True} for n in roles])
        tx.execute(
            insert(tables.Membership),
            [
                {"team_id": 2 if n == STRANGER else 1, "person_id": n, "role": role}
                for n, role in roles.items()
            ],
        )
        history.reviews(tx, made, 700, days=58)
    return made


@pytest.fixture
def past(store, furnish):
    """Six agents, three reviewers and four others; 700 reviews over eight weeks in two teams."""
    return furnish(store, remember)


def person(store, number):
    with store.read() as tx:
        return people.by_id(tx, number)


def counted(past, period, *, team=1, **fixed):
    """Scored reviews that IQS counts in the period."""
    return [
        each
        for each in past.reviews
        if (team is None or each.team == team)
        and each.counts
        and period.start <= each.at < period.end
        and each.at + UNDO_WINDOW <= NOW
        and all(getattr(each, name) == value for name, value in fixed.items())
    ]


def grouped(reviews, name, value=lambda each: each.score):
    """The scored values of the reviews, apart by a field, by its values."""
    found = {}
    for each in reviews:
        if value(each) is not None:
            found.setdefault(getattr(each, name), []).append(float(value(each)))
    return found


def percents(reviews, key):
    return [float(each.percents[key]) for each in reviews if key in each.percents]


def scores(reviews):
    return [float(each.score) for each in reviews if each.score is not None]


def squared(groups):
    """Sum of squared distances to each group's mean, and the degrees of freedom."""
    return sum((x - fmean(g)) ** 2 for g in groups for x in g), sum(len(g) - 1 for g in groups)


def check(estimate, groups, others=()):
    """The estimate has the mean of all groups, n, and the interval of the spread within them and `others`."""
    groups, others = [g for g in groups if g], [g for g in others if g]
    numbers = [x for g in groups for x in g]
    assert estimate.n == len(numbers)
    if not numbers:
        assert estimate.mean is None
        return
    assert estimate.mean == pytest.approx(fmean(numbers), abs=1e-6)
    (squares, freedom), (far, known) = squared(groups), squared(others)
    if known:
        squares, freedom = squares + far / known * min(known, 40), freedom + min(known, 40)
    if freedom:
        half = stats.t.ppf(0.975, freedom) * (squares / freedom / len(numbers)) ** 0.5
        assert estimate.low == pytest.approx(max(0, fmean(numbers) - half), abs=1e-5)
        assert estimate.high == pytest.approx(min(100, fmean(numbers) + half), abs=1e-5)


def check_persons(figures, now, before, name):
    """Each person's own scores, with everybody else's and their own earlier ones for the spread."""
    mine, earlier = grouped(now, name), grouped(before, name)
    for figure in figures:
        others = [g for who, g in mine.items() if who != figure.person_id]
        check(figure.estimate, [mine.get(figure.person_id, [])], [*others, *earlier.values()])


@pytest.mark.parametrize(
    "words", ["2026-W44", "last 30 days", "2026-10-01..2026-10-25", "2026-10-31..2026-11-01"]
)
def test_a_team_report_equals_an_independent_reckoning(store, past, words):
    """IQS, change, pass rate, categories, agents and reviewers of the same reviews, in the team's zone."""
    report = reporting.team_report(store, None, 1, now=NOW, period=words)
    period = period_words.parse(words, ZONE, NOW)
    assert report.period == period
    now, before = counted(past, period), counted(past, periods.before(period, ZONE))
    check(report.iqs, grouped(now, "reviewee").values(), grouped(before, "reviewee").values())
    scored = [each for each in now if each.score is not None]
    assert report.change.points == pytest.approx(
        fmean(float(each.score) for each in scored)
        - fmean(float(each.score) for each in before if each.score is not None),
        abs=1e-6,
    )
    assert report.unscored == len(now) - len(scored) > 0
    assert report.imported == sum(each.stream == "imported" for each in scored)
    assert report.pass_rate == pytest.approx(100 * sum(each.passed for each in scored) / len(scored))
    assert [each.key for each in report.categories] == ["solution", "tone", "process", "mood"]
    for figure in report.categories:
        check(figure.estimate, [percents(now, figure.key)], [percents(before, figure.key)])
    assert [each.name for each in report.agents] == [f"Person {n}" for n in past.agents]
    check_persons(report.agents, now, before, "reviewee")
    assert [each.person_id for each in report.reviewers] == past.reviewers
    check_persons(report.reviewers, now, before, "reviewer")


def test_the_team_is_the_plain_mean_of_its_reviews_and_not_of_its_agents(store, past):
    """Sums of the agents' sums are the team's."""
    report = reporting.team_report(store, None, 1, now=NOW)
    total = sum(each.estimate.mean * each.estimate.n for each in report.agents)
    assert report.iqs.n == sum(each.estimate.n for each in report.agents)
    assert report.iqs.mean == pytest.approx(total / report.iqs.n)


def test_a_trend_has_twelve_weeks_that_equal_their_own_reports(store, past):
    """A week of the trend and a report of that week never disagree; weeks before the first are empty."""
    report = reporting.team_report(store, None, 1, now=NOW)
    assert len(report.trend) == periods.TREND_WEEKS
    assert report.trend[-1].start == date(2026, 11, 2)
    assert report.trend[0].estimate.n == 0
    weeks = [
        list(grouped(counted(past, periods.week(point.start, ZONE)), "reviewee").values())
        for point in report.trend
    ]
    for place, point in enumerate(report.trend):
        check(
            point.estimate, weeks[place], [g for other in weeks[:place] + weeks[place + 1 :] for g in other]
        )


def test_causes_are_named_and_the_most_frequent_come_first(store, past):
    """At most five, by count."""
    report = reporting.team_report(store, None, 1, now=NOW)
    assert [each.count for each in report.causes] == sorted(
        (each.count for each in report.causes), reverse=True
    )
    assert {each.cause for each in report.causes} == {"Did not read the question", "Rushed"}
    assert {each.category for each in report.causes} == {"Solution", "Process"}
    period = periods.last_days(NOW, ZONE, 30)
    assert sum(each.count for each in report.causes) == sum(
        len(each.causes) for each in counted(past, period)
    )


def test_a_personal_report_counts_all_teams_and_a_leads_view_only_theirs(store, past):
    """The person's own figure is over all their reviews; a lead sees what their team gave."""
    agent = person(store, 3)
    period = periods.last_days(NOW, ZONE, 30)
    own = reporting.personal_report(store, agent, now=NOW)
    assert (own.zone, own.period) == (ZONE, period)
    earlier = periods.before(period, ZONE)
    mine = [scores(counted(past, span, team=None, reviewee=3)) for span in (period, earlier)]
    check(own.iqs, mine[:1], mine[1:])
    assert len(own.recent) == assembling.RECENT
    assert own.strength
    seen = reporting.agent_report(store, person(store, LEAD), 1, 3, now=NOW)
    theirs = [counted(past, span, reviewee=3) for span in (period, earlier)]
    check(seen.iqs, [scores(theirs[0])], [scores(theirs[1])])
    for figure in seen.categories:
        check(figure.estimate, [percents(theirs[0], figure.key)], [percents(theirs[1], figure.key)])


@pytest.mark.parametrize("reader", [1, 7, STRANGER])
def test_an_agents_figures_are_for_themselves_and_their_leads(store, past, reader):
    """Not for a colleague, a reviewer or another team's lead."""
    with pytest.raises(NotAllowed):
        reporting.agent_report(store, person(store, reader), 1, 3, now=NOW)


def test_somebody_who_was_never_in_the_team_has_no_report_there(store, past):
    """The operator learns it in one sentence."""
    with pytest.raises(NotFound, match="Team 1 has no such agent"):
        reporting.agent_report(store, None, 1, STRANGER, now=NOW)


@pytest.mark.parametrize("reader", [LEAD, ADMIN, AUDITOR])
def test_leads_see_persons_by_name_and_never_ranked(store, past, reader):
    """Alphabetical, whatever the scores."""
    report = reporting.team_report(store, person(store, reader), 1, now=NOW)
    names = [each.name for each in report.agents]
    assert names == sorted(names, key=str.casefold)
    assert report.reviewers


@pytest.mark.parametrize("reader", [1, 7])
def test_members_of_a_large_team_see_its_figures_without_persons(store, past, reader):
    """Six agents are a group: no one is told apart."""
    report = reporting.team_report(store, person(store, reader), 1, now=NOW)
    assert report.iqs.n > 0
    assert (report.agents, report.reviewers) == ((), ())


def test_members_of_a_small_team_are_refused_kindly(store, past):
    """Of four agents a mean gives too much away; a lead reads it all the same."""
    with store.write() as tx:
        tx.execute(update(tables.Person).where(tables.Person.id.in_((5, 6))).values(active=False))
    with pytest.raises(NotAllowed, match="for its leads"):
        reporting.team_report(store, person(store, 1), 1, now=NOW)
    assert reporting.team_report(store, person(store, LEAD), 1, now=NOW).agents


@pytest.mark.parametrize("reader", [STRANGER])
def test_another_teams_lead_is_refused(store, past, reader):
    """A lead leads their team."""
    with pytest.raises(NotAllowed):
        reporting.team_report(store, person(store, reader), 1, now=NOW)
    with pytest.raises(NotAllowed):
        reporting.preview_digest(store, person(store, reader), 1, now=NOW)


def test_an_agent_who_left_stays_in_the_figures_of_their_time(store, past):
    """History does not change when somebody goes."""
    before = reporting.team_report(store, None, 1, now=NOW)
    with store.write() as tx:
        tx.execute(update(tables.Person).where(tables.Person.id == 4).values(active=False))
    after = reporting.team_report(store, None, 1, now=NOW)
    assert after.iqs == before.iqs
    assert [each.name for each in after.agents] == [each.name for each in before.agents]


def test_nothing_reviewed_is_said_and_not_counted_as_zero(store, past):
    """Empty figures are None with n = 0."""
    report = reporting.team_report(store, None, 1, now=NOW, period="2026-W20")
    assert (report.iqs.mean, report.iqs.n, report.pass_rate, report.progress) == (None, 0, None, None)
    assert report.change.word is Word.TOO_FEW
    assert all(each.estimate.n == 0 for each in (*report.categories, *report.agents))


def test_a_team_without_a_scorecard_reports_its_imported_history(store, past):
    """Categories are then called by their keys."""
    report = reporting.team_report(store, None, 2, now=NOW)
    assert [each.name for each in report.categories] == ["Mood", "Process", "Solution", "Tone"]


def test_csat_stands_beside_iqs(store, past):
    """The mean on 0–100 of the answers on conversations closed in the period, with its n."""
    closed = periods.last_days(NOW, ZONE, 30).start
    with store.write() as tx:
        for number, value in ((1, "5"), (2, "4"), (3, "1")):
            tx.execute(
                update(tables.Conversation)
                .where(tables.Conversation.id == number)
                .values(csat=[value, "1", "5"], closed_at=closed)
            )
    report = reporting.team_report(store, None, 1, now=NOW)
    assert (show(report.csat), report.csat_n) == (show(Fraction(175, 3)), 3)


def test_unknown_teams_and_unreadable_periods_are_refused(store, past):
    """With the mend."""
    with pytest.raises(NotFound):
        reporting.team_report(store, None, 99, now=NOW)
    with pytest.raises(Invalid, match="2026-W47"):
        reporting.team_report(store, None, 1, now=NOW, period="whenever")


def run_id(store, due, outcome=Outcome.DONE, kind=ScheduleKind.DIGEST, covers=None):
    with store.write() as tx:
        schedules.add(tx, team_id=1, kind=kind, weekday=0, minute=540, starts_after=history.START)
        (schedule,) = [each for each in schedules.every(tx) if each.kind is kind]
        return schedules.record(tx, schedule.id, due, outcome, now=NOW, covers=covers)


MONDAY = Due(date(2026, 11, 2), datetime(2026, 11, 2, 14, tzinfo=UTC))


def test_a_digest_is_the_week_before_without_persons(store, past):
    """Monday's digest reports Monday to Sunday; nobody in the channel reads a name."""
    digest = reporting.digest(store, run_id(store, MONDAY), now=NOW)
    assert digest.report.period == periods.named_week("2026-W44", ZONE)
    assert (digest.report.agents, digest.report.reviewers) == ((), ())
    week = digest.report.period
    now, before = (grouped(counted(past, span), "reviewee") for span in (week, periods.before(week, ZONE)))
    check(digest.report.iqs, now.values(), before.values())
    assert digest.headline.startswith(f"IQS {show(digest.report.iqs.mean, 0)} %")
    assert digest.praise
    assert not digest.late


def test_a_digest_says_the_same_whenever_it_is_made(store, past):
    """A resent digest does not contradict the first: reviews submitted later do not enter it."""
    number = run_id(store, MONDAY, Outcome.LATE)
    first = reporting.digest(store, number, now=NOW)
    with store.write() as tx:
        history.reviews(tx, past, 50, seed=2, team=1, days=1, start=MONDAY.at)
    assert reporting.digest(store, number, now=NOW + timedelta(days=30)) == first
    assert first.late


def test_a_digest_is_about_the_window_kept_with_its_run(store, past):
    """Hours gained or lost by a new zone count: in the figures, the change and the trend; still week 44."""
    nominal = periods.named_week("2026-W44", ZONE)
    first = Period(nominal.start - timedelta(days=6), nominal.start - timedelta(hours=17), "week 43")
    window = Period(first.end, nominal.end - timedelta(hours=5), "week 44")
    week_ago = Due(MONDAY.local_date - periods.WEEK, MONDAY.at - periods.WEEK)
    run_id(store, week_ago, covers=first)
    number = run_id(store, MONDAY, covers=window)
    digest = reporting.digest(store, number, now=NOW)
    assert digest.report.period == window
    now, before = counted(past, window), counted(past, first)
    check(digest.report.iqs, grouped(now, "reviewee").values(), grouped(before, "reviewee").values())
    assert len(now) != len(counted(past, nominal))
    assert digest.report.change.points == pytest.approx(
        fmean(float(each.score) for each in now if each.score is not None)
        - fmean(float(each.score) for each in before if each.score is not None),
        abs=1e-6,
    )
    (*_, last_but_one, last) = digest.report.trend
    assert (last.label, last.estimate.n, last.estimate.mean) == (
        "W44",
        digest.report.iqs.n,
        digest.report.iqs.mean,
    )
    weeks = scores(counted(past, Period(periods.named_week("2026-W43", ZONE).start, first.end, "")))
    assert (last_but_one.estimate.n, last_but_one.estimate.mean) == (len(weeks), pytest.approx(fmean(weeks)))


def test_a_moved_zone_does_not_change_a_digest_of_before(store, past):
    """Its window is kept in UTC: headline and figures stay what they were."""
    covers = periods.named_week("2026-W44", ZONE)
    number = run_id(store, MONDAY, covers=covers)
    first = reporting.digest(store, number, now=NOW)
    with store.write() as tx:
        tx.execute(update(tables.Team).values(timezone="Pacific/Kiritimati"))
    again = reporting.digest(store, number, now=NOW)
    for name in ("period", "iqs", "categories", "causes", "csat", "pass_rate"):
        figures, before = getattr(again.report, name), getattr(first.report, name)
        if name == "categories":
            figures, before = ([each.estimate for each in many] for many in (figures, before))
        assert figures == before, name
    last, iqs = again.report.trend[-1], first.report.iqs
    assert (last.label, last.estimate.n, last.estimate.mean) == ("W44", iqs.n, iqs.mean)


def test_a_digest_due_at_midnight_has_the_last_minutes_in_it(store, past):
    """It is reckoned when its window's last review can no longer be taken back."""
    covers = periods.named_week("2026-W44", ZONE)
    with store.write() as tx:
        history.reviews(tx, past, 500, seed=3, team=1, days=1, start=covers.end - timedelta(days=1))
    late = [each for each in past.reviews if covers.end - UNDO_WINDOW < each.at < covers.end]
    assert late
    number = run_id(store, Due(MONDAY.local_date, covers.end), covers=covers)
    digest = reporting.digest(store, number, now=NOW)
    now, before = (
        grouped(counted(past, span), "reviewee") for span in (covers, periods.before(covers, ZONE))
    )
    check(digest.report.iqs, now.values(), before.values())


def test_a_digest_tells_the_work_as_it_stood_when_it_was_due(store, past):
    """What was skipped after Monday morning is still open in a digest that is made later."""
    drawn_at = MONDAY.at - timedelta(days=5)
    with store.write() as tx:
        tx.execute(
            insert(tables.Draw).values(
                id=1, team_id=1, period="2026-W43", starts_at=history.START, ends_at=NOW, seed="s",
                eligible=9, excluded={}, created_at=drawn_at,
            )
        )  # fmt: skip
        tx.execute(
            insert(tables.Assignment).values(
                id=1, draw_id=1, team_id=1, conversation_id=1, reviewer_id=7, reviewee_id=1,
                scorecard_version_id=1, kind="peer", stream="random", state="skipped", created_at=drawn_at,
                updated_at=MONDAY.at + periods.TICK,
            )
        )  # fmt: skip
    done = reporting.digest(store, run_id(store, MONDAY), now=NOW).report.progress
    assert (done.drawn, done.skipped) == (1, 0)


def test_a_preview_is_the_last_complete_week(store, past):
    """What the lead sees before it is posted."""
    preview = reporting.preview_digest(store, person(store, LEAD), 1, now=NOW)
    posted = reporting.digest(store, run_id(store, MONDAY), now=NOW)
    assert replace(preview, report=replace(preview.report, progress=None)) == replace(
        posted, report=replace(posted.report, progress=None)
    )


def test_only_a_digests_run_has_a_digest(store, past):
    """The number of a draw's run is refused."""
    with pytest.raises(NotFound):
        reporting.digest(store, run_id(store, MONDAY, kind=ScheduleKind.DRAW), now=NOW)
    with pytest.raises(NotFound):
        reporting.digest(store, 999, now=NOW)


def test_progress_is_that_of_the_draws_made_in_the_period(store, past):
    """Who has done how much is for leads; members see the sum."""
    with store.write() as tx:
        tx.execute(
            insert(tables.Draw).values(
                id=1, team_id=1, period="2026-W44", starts_at=history.START, ends_at=NOW, seed="s",
                eligible=9, excluded={}, created_at=MONDAY.at,
            )
        )  # fmt: skip
        for number, state in enumerate(("open", "skipped", "skipped", "cancelled"), 1):
            tx.execute(
                insert(tables.Assignment).values(
                    id=number, draw_id=1, team_id=1, conversation_id=number, reviewer_id=7, reviewee_id=1,
                    scorecard_version_id=1, kind="peer", stream="random", state=state, created_at=MONDAY.at,
                    updated_at=MONDAY.at,
                )
            )  # fmt: skip
    report = reporting.team_report(store, person(store, LEAD), 1, now=NOW, period="this week")
    assert (report.progress.drawn, report.progress.submitted, report.progress.skipped) == (3, 0, 2)
    assert report.progress.by_reviewer == {"Person 7": (2, 3)}
    assert show(report.skip_share) == "66.67"
    member = reporting.team_report(store, person(store, 1), 1, now=NOW, period="this week")
    assert not member.progress.by_reviewer
    home = reporting.home(store, person(store, 7), now=NOW)
    assert [each.assignment_id for each in home.waiting] == [1]
    assert (home.drafts, home.personal, home.led) == (0, None, ())


def test_home_of_an_agent_and_of_a_lead(store, past):
    """The agent's own figures, the lead's team, and what comes next for both."""
    run_id(store, MONDAY)
    agent = reporting.home(store, person(store, 1), now=NOW)
    assert agent.personal == reporting.personal_report(store, person(store, 1), now=NOW)
    assert [team.id for team in agent.teams] == [1, 2]
    assert agent.next_times == {"digest": datetime(2026, 11, 9, 14, tzinfo=UTC)}
    lead = reporting.home(store, person(store, LEAD), now=NOW)
    assert lead.personal is None
    assert lead.led == (reporting.team_report(store, person(store, LEAD), 1, now=NOW),)


def test_reading_a_report_writes_nothing(store, past):
    """Reports are reads: they work on a database that can only be read."""
    reporting.team_report(store, None, 1, now=NOW)
    with store.read() as tx:
        assert tx.execute(select(tables.Audit.id)).all() == []
