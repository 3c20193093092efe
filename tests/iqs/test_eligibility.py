"""What may be drawn is said in one place: never, filtered, or taken; and filters are read strictly."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iqs.eligibility import OUTSIDE, Facts, Filters, Range, exclusion, never, parse, reviewee, told
from iqs.errors import Invalid
from iqs.people import RevieweeRule

START = datetime(2026, 11, 9, tzinfo=UTC)
END = START + timedelta(weeks=1)
FACTS = {
    "conversation_id": 1, "key": "demo:c1", "reviewee_id": 7, "closed_at": START + timedelta(days=2),
    "opened_at": START, "channel": "Email", "tags": ("Billing", "vip"), "language": "en-GB", "csat": Fraction(50),
    "customer_messages": 2, "agent_messages": 3, "first_response_seconds": 600, "handle_seconds": 3600,
    "bot_involved": False,
}  # fmt: skip


def why(*lines, **changes):
    """What keeps the conversation out under these filters."""
    filters = parse(lines or ["none"], {"ada@example.com": 7, "ben@example.com": 8}.__getitem__)
    return exclusion(Facts(**(FACTS | changes)), filters, starts_at=START, ends_at=END)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("channel=email,chat", None),
        ("channel=chat", "another channel"),
        ("tag=billing,other", None),
        ("tag=other", "none of the tags"),
        ("without-tag=VIP", "excluded tag"),
        ("language=en", None),
        ("language=de", "another language"),
        ("csat=0..50", None),
        ("csat=..40", "CSAT outside the filter"),
        ("messages=5", None),
        ("messages=6..", "number of messages outside the filter"),
        ("first-response=..10m", None),
        ("first-response=..599s", "first response time outside the filter"),
        ("handle=1h..2h", None),
        ("handle=2h..", "handle time outside the filter"),
        ("open-days=..2", None),
        ("open-days=3..", "days open outside the filter"),
        ("closed-days=..5", None),
        ("closed-days=..4", "days since closing outside the filter"),
        ("bot=no", None),
        ("bot=yes", "no bot"),
        ("without-person=ada@example.com", "person excluded"),
        ("without-person=ben@example.com", None),
        ("without-conversation=demo:c1", "conversation excluded"),
    ],
)
def test_each_filter_has_one_reason(line, reason):
    """A filter keeps out what it should, with its own word, and nothing else."""
    assert why(line) == reason


@pytest.mark.parametrize(
    ("line", "change"),
    [
        ("csat=0..100", {"csat": None}),
        ("language=en", {"language": None}),
        ("messages=2..", {"agent_messages": None}),
        ("bot=no", {"bot_involved": None}),
        ("handle=1..", {"handle_seconds": None}),
    ],
)
def test_what_is_not_known_does_not_match_a_filter(line, change):
    """A wanted fact that nobody told leaves the conversation out, and says so."""
    assert why(line, **change).endswith("not known")
    assert why(**change) is None


def test_the_period_and_what_can_never_be_reviewed_come_first():
    """Outside the period, deleted, without a customer's or an agent's message: whatever the filters."""
    assert why(closed_at=END) == OUTSIDE
    assert why(closed_at=START) is None
    assert why(deleted=True) == "deleted in the helpdesk"
    assert never(deleted=False, customer_messages=0, agent_messages=1) == "no customer message"
    assert never(deleted=False, customer_messages=1, agent_messages=0) == "no agent message"
    assert never(deleted=False, customer_messages=None, agent_messages=None) is None


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["csat=60..40"], "from 60 to 40 holds nothing"),
        (["tag=a", "without-tag=A"], "“a” is wanted and excluded"),
        (["csat=0..140"], "percent"),
        (["messages=..1"], "at least 2 messages"),
        (["colour=red"], "is no filter"),
        (["channel"], "is no filter"),
        (["channel="], "is no filter"),
        (["csat=.."], "range"),
        (["handle=soon"], "range"),
        (["bot=maybe"], "yes or no"),
        (["channel=a", "channel=b"], "twice"),
        (["none", "channel=a"], "is no filter"),
    ],
)
def test_filters_that_cannot_be_are_refused_in_one_sentence(lines, words):
    """Contradictions and what cannot be read are named before anything is drawn with them."""
    with pytest.raises(Invalid, match=words) as caught:
        parse(lines, int)
    assert str(caught.value).count("\n") == 0


ranges = st.one_of(st.none(), st.integers(0, 40).map(lambda n: Range(n, n + 5)), st.just(Range(3, None)))
words = st.frozensets(st.sampled_from(["a", "b", "c"]))


@given(
    channels=words,
    tags=words,
    csat=ranges,
    handle=ranges,
    bot=st.none() | st.booleans(),
    people=st.frozensets(st.integers(1, 9)),
)
def test_stored_and_told_filters_read_back(channels, tags, csat, handle, bot, people):
    """What is stored, and what `iqs team list` shows, is the same filters again."""
    made = Filters(channels=channels, tags=tags, csat=csat, handle=handle, bot=bot, without_people=people)
    assert Filters.read(made.stored()) == made
    assert parse(told(made, str) or ["none"], int) == made


@pytest.mark.parametrize(
    "stored", [{"colour": ["red"]}, {"csat": [1]}, {"csat": ["1", "2"]}, {"bot": 1}, {"tags": "a"}]
)
def test_stored_filters_are_read_strictly(stored):
    """A hand-made setting is refused, not guessed at."""
    with pytest.raises(Invalid):
        Filters.read(stored)


@pytest.mark.parametrize(
    ("rule", "most", "last", "whose"),
    [
        (RevieweeRule.ASSIGNEE, 2, 3, 1),
        (RevieweeRule.MOST_ACTIVE, 2, 3, 2),
        (RevieweeRule.LAST_ANSWER, 2, 3, 3),
        (RevieweeRule.MOST_ACTIVE, None, 3, 1),
        (RevieweeRule.LAST_ANSWER, 2, None, 1),
    ],
)
def test_whose_work_it_is(rule, most, last, whose):
    """By the rule; the assignee's where the rule finds nobody, and nobody's while the assignee is unknown."""
    assert reviewee(rule, assignee=1, most_active=lambda: most, last_answer=lambda: last) == whose
    assert reviewee(rule, assignee=None, most_active=lambda: most, last_answer=lambda: last) is None
