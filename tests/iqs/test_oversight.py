"""What somebody is told of: news, and the end of it; nothing twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from iqs.oversight import Concern, ConcernKind, Told, next_told, visible

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
DEAD = Concern(ConcernKind.DEAD, "dead:1", NOW, team_id=1)
OTHER = Concern(ConcernKind.DEAD, "dead:2", NOW - timedelta(hours=1), team_id=2)
REFUSED = Concern(ConcernKind.WORKSPACE, "workspace:token_revoked", NOW)
MENDED = Concern(ConcernKind.MENDED, "mended:1", NOW, team_id=1)


def told_through(*looks):
    """Whether each look in turn is told."""
    told, found = Told(), []
    for concerns in looks:
        told, news = next_told(told, concerns)
        found.append(news)
    return found


def test_news_once_and_the_end_once():
    """A thing is told when it comes and when all is over; in between, and afterwards, there is silence."""
    assert told_through([], [DEAD], [DEAD], [], []) == [False, True, False, True, False]


def test_one_of_several_over_is_no_news():
    """The end is the end of all."""
    assert told_through([DEAD, OTHER], [OTHER], [], [DEAD]) == [True, False, True, True]


def test_what_comes_back_is_news():
    """A thing that was over counts anew."""
    assert told_through([DEAD, OTHER], [OTHER], [DEAD, OTHER]) == [True, False, True]


def test_what_was_mended_has_no_end():
    """That the auditor wrote what was missing is told once; there is nothing to be over."""
    assert told_through([MENDED], [MENDED], []) == [True, False, False]


def test_the_end_tells_since_when():
    """The trouble whose end is told began with the oldest of it."""
    told, _ = next_told(Told(), [DEAD, OTHER])
    told, _ = next_told(told, [])
    assert (told.keys, told.since, told.ended) == (frozenset(), None, OTHER.since)


@given(st.lists(st.sets(st.sampled_from(["a", "b", "c"])), max_size=12))
def test_nothing_is_told_twice_in_a_row(looks):
    """Told is exactly when there is something new, or nothing more after something."""
    concerns = [[Concern(ConcernKind.DEAD, key, NOW) for key in look] for look in looks]
    before, known = set(), set()
    for look, news in zip(looks, told_through(*concerns), strict=True):
        assert news == bool(look - known or (before and not look))
        known = look & known if not news else set(look)
        before = look or set()


def test_leads_are_told_of_their_teams():
    """Somebody who is told of one team hears of it and of what is nobody's; an admin of all, Slack's refusal first."""
    assert visible([DEAD, OTHER, REFUSED], frozenset({1})) == (REFUSED, DEAD)
    assert visible([DEAD, OTHER, REFUSED], None) == (REFUSED, OTHER, DEAD)
