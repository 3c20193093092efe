"""Whatever a team, a customer or a reviewer comes up with, Slack accepts the view and gives it back."""

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from blocks import digest, feedback, home, me, review, scorecard, team
from iqs.assignments import Assignment, AssignmentState, Card, Progress
from iqs.conversations import Author, Conversation, HelpdeskAgent, Message, SurveyAnswer
from iqs.people import Person, Team
from iqs.reports import (
    CategoryFigure,
    Digest,
    Feedback,
    Home,
    PersonalReport,
    PersonFigure,
    TeamReport,
)
from iqs.reviews import Draft, Rating, ReviewKind, Stream
from iqs.scorecards import CategoryGroup, Criticality, RatingCategory, RatingScale, RootCause, Scorecard
from iqs.scoring import review_score
from iqs.statistics import Change, Estimate, Word
from tests.blocks import cases, report_cases
from tests.blocks.clicks import submitted
from tests.blocks.judge import judge_home, judge_message, judge_modal, parsed_by_slack

NASTY = [
    "<!channel>",
    "&amp;",
    "<@U1>",
    "👨‍👩‍👧‍👦",
    "\u202e",
    "\x00",
    "\ud800",
    "",
    " ",
    "\n",
    "*_~`:x:",
    "é",
    "&<>" * 40,
]
words = st.lists(st.sampled_from(NASTY) | st.text(max_size=30), max_size=12).map("".join)
long = words.map(lambda text: text * 20)
times = st.datetimes(timezones=st.just(cases.NOW.tzinfo)) | st.none()
whens = st.datetimes(timezones=st.just(cases.NOW.tzinfo))
urls = st.none() | words | words.map(lambda text: f"https://help.example/{text}")
scores = st.floats(0, 100)
pinned = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def scorecards(draw):
    groups = tuple(
        CategoryGroup(f"g{n}", draw(words), draw(st.sampled_from(Criticality)))
        for n in range(draw(st.integers(0, 3)))
    )
    categories = tuple(
        RatingCategory(
            key=f"key-{n}",
            name=draw(words),
            scale=RatingScale(draw(st.integers(2, 5))),
            weight=draw(st.integers(0, 100)),
            critical=draw(st.sampled_from(Criticality)),
            group=draw(st.sampled_from([None, *(each.key for each in groups)])),
            scored=draw(st.booleans()),
            skippable=draw(st.booleans()),
            description=draw(long),
            guidance=draw(long),
            causes=tuple(RootCause(f"c{each}", draw(words)) for each in range(draw(st.integers(0, 12)))),
            causes_always=draw(st.booleans()),
        )
        for n in range(draw(st.integers(1, 12)))
    )
    return Scorecard(draw(words), categories, groups, version=1)


@st.composite
def drafts(draw, card):
    ratings = {}
    for category in card.categories:
        if draw(st.integers(0, 3)):
            value = draw(st.sampled_from([None, *category.scale.values]))
            offered = [each.key for each in category.causes] if category.offers_causes(value) else []
            picked = draw(st.sets(st.sampled_from(offered))) if offered else set()
            note = draw(st.text(st.characters(categories=["L", "N", "P"]), max_size=200))
            ratings[category.key] = Rating(value, tuple(each for each in offered if each in picked), note)
    return Draft(ratings, draw(st.text(st.characters(categories=["L", "N", "P"]), max_size=900)))


messages = st.builds(Message, st.sampled_from(Author), long, times, st.none() | st.just("a"))
answers = st.integers(1, 5).map(
    lambda value: SurveyAnswer(cases.Fraction(value), cases.Fraction(1), cases.Fraction(5))
)
conversations = st.builds(
    Conversation,
    source=st.just("demo"),
    external_id=st.just("1"),
    channel=words,
    messages=st.lists(messages, max_size=20).map(tuple),
    subject=st.none() | words,
    url=urls,
    opened_at=times,
    closed_at=times,
    agent=st.none() | st.builds(HelpdeskAgent, st.just("a"), st.none() | words),
    csat=st.none() | answers,
)


@st.composite
def cards(draw):
    card = draw(scorecards())
    draft = draw(drafts(card))
    state = draw(st.sampled_from(AssignmentState))
    assignment = Assignment(
        id=draw(st.integers(1, 10**15)),
        team_id=1,
        conversation_id=1,
        reviewer_id=1,
        reviewee_id=2,
        kind=draw(st.sampled_from(ReviewKind)),
        stream=draw(st.sampled_from(Stream)),
        state=state,
        due_at=draw(times),
        period=draw(st.sampled_from(["", "2026-W07", "autumn", "<!here>"])),
        skip_reason=draw(st.none() | words),
    )
    done = state is AssignmentState.SUBMITTED
    return Card(
        assignment=assignment,
        conversation=draw(conversations),
        scorecard=card,
        reviewer_name=draw(words),
        reviewee_name=draw(words),
        team_name=draw(words),
        team_timezone="UTC",
        draft=draft,
        score=review_score(card, draft.ratings) if done else None,
        undo_until=draw(times) if done else None,
        review_version=int(done),
    )


@st.composite
def told(draw):
    card = draw(scorecards())
    draft = draw(drafts(card))
    return Feedback(
        review_id=draw(st.integers(1, 10**15)),
        reviewee=Person(2, draw(words)),
        reviewer_name=draw(st.none() | words),
        team=Team(1, draw(words)),
        conversation=draw(conversations),
        scorecard=card,
        draft=draft,
        score=review_score(card, draft.ratings),
        kind=draw(st.sampled_from(ReviewKind)),
        stream=draw(st.sampled_from(Stream)),
        submitted_at=draw(whens),
        version=draw(st.integers(1, 9)),
        acknowledged_at=draw(times),
    )


estimates = st.just(Estimate(None, 0)) | st.builds(
    lambda mean, n, half: Estimate(mean, n, max(0.0, mean - half), min(100.0, mean + half), half),
    scores,
    st.integers(2, 10**6),
    st.floats(0, 60),
)
changes = st.none() | st.builds(
    Change, st.none() | st.floats(-100, 100), st.none(), st.none(), st.sampled_from(Word)
)
figures = st.lists(st.tuples(words, estimates, changes), max_size=25)


@st.composite
def reports(draw):
    return TeamReport(
        team=Team(1, draw(words)),
        period=cases.replace(report_cases.PERIOD, label=draw(words)),
        iqs=draw(estimates),
        change=draw(changes),
        pass_rate=draw(st.none() | scores),
        categories=tuple(CategoryFigure(f"k{n}", *each) for n, each in enumerate(draw(figures))),
        agents=tuple(PersonFigure(n, *each) for n, each in enumerate(draw(figures))),
        reviewers=(),
        trend=report_cases.trend(tuple(draw(st.lists(st.none() | scores, max_size=20)))),
        causes=(),
        csat=draw(st.none() | scores),
        csat_n=draw(st.integers(0, 10**6)),
        progress=draw(
            st.none() | st.builds(Progress, *[st.integers(0, 9)] * 3, st.dictionaries(words, st.just((1, 2))))
        ),
    )


@pinned
@given(cards(), st.booleans())
def test_any_scorecard(card, excerpts):
    """Any card makes a message within every limit."""
    judge_message(scorecard.message(card, excerpts=excerpts))


@pinned
@given(cards(), st.integers(0, 9))
def test_any_review(card, page):
    """Any card makes a modal within every limit, and gives its draft back."""
    view = review.modal(card, page=page)
    judge_modal(view)
    assert review.read_opened(view).assignment_id == card.assignment.id
    found = review.read_draft(submitted(view))
    assert {key: (each.value, each.causes) for key, each in found.ratings.items()} == {
        key: (each.value, each.causes) for key, each in card.draft.ratings.items()
    }


@pinned
@given(told())
def test_any_feedback(each):
    """Any feedback makes a message and modals within every limit."""
    judge_message(feedback.message(each))
    judge_modal(feedback.modal(each))
    judge_modal(feedback.conversation_modal(each))


@pinned
@given(reports(), words, st.none() | words)
def test_any_digest(report, headline, praise):
    """Any report makes a digest of 12 blocks at most, a team view, a personal view and a Home."""
    each = Digest(headline, report, praise)
    judge_message(digest.message(each), blocks=12)
    judge_message(digest.plain(each), blocks=12)
    judge_message(team.message(report))
    own = PersonalReport(
        Person(1, headline), report.period, report.iqs, report.change, report.categories, report.trend, ()
    )
    judge_message(me.message(own))
    judge_home(home.view(Home(Person(1, headline), (report.team,), personal=own, led=(report,))))


@pinned
@given(cards(), reports())
def test_nobody_is_parsed(card, report):
    """No mention of a stranger is ever where Slack would act on it."""
    shown = [
        scorecard.message(card),
        review.modal(card),
        digest.message(Digest("x", report)),
        team.message(report),
    ]
    for text in (text for each in shown for text in parsed_by_slack(each)):
        assert "<!channel>" not in text
        assert "<@U1>" not in text
