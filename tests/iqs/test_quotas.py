"""A quota for each reviewer goes round the agents, and in the end everybody gets the same share."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from iqs.people import QuotaOf, Team
from iqs.quotas import quotas

BY_REVIEWER = Team(1, "Support", quota=3, quota_of=QuotaOf.REVIEWER)


def test_a_quota_for_each_reviewee_is_everybodys_own():
    """However few conversations there are: the draw says what is missing."""
    assert quotas(Team(1, "Support", quota=3), {1: 9, 2: 1}, {}, reviewers=5, seed="s") == {1: 3, 2: 3}


@given(
    st.dictionaries(st.integers(1, 30), st.integers(0, 12), max_size=12),
    st.dictionaries(st.integers(1, 30), st.integers(0, 12)),
    st.integers(0, 6),
)
def test_all_the_reviewers_time_is_used_and_no_more(eligible, lately, reviewers):
    """As far as there are conversations; nobody's are drawn twice."""
    found = quotas(BY_REVIEWER, eligible, lately, reviewers=reviewers, seed="s")
    assert sum(found.values()) == min(3 * reviewers, sum(eligible.values()))
    assert all(0 <= found[who] <= count for who, count in eligible.items())


def test_whoever_had_least_comes_first():
    """Six places, four agents: the one who was reviewed often waits."""
    found = quotas(BY_REVIEWER, dict.fromkeys((1, 2, 3, 4), 9), {1: 5, 2: 1}, reviewers=2, seed="s")
    assert found in ({1: 0, 2: 1, 3: 3, 4: 2}, {1: 0, 2: 1, 3: 2, 4: 3})


def test_over_the_cycles_everybody_gets_the_same():
    """One reviewer with three places, ten agents: after ten cycles each agent had three."""
    had = Counter()
    for cycle in range(10):
        had.update(quotas(BY_REVIEWER, dict.fromkeys(range(10), 20), had, reviewers=1, seed=f"s{cycle}"))
    assert set(had.values()) == {3}


def test_somebody_new_does_not_get_everything():
    """Whoever joins a team with a past catches up at twice the others' share a cycle."""
    lately = dict.fromkeys(range(9), 12)
    found = quotas(BY_REVIEWER, dict.fromkeys(range(10), 20), lately, reviewers=10, seed="s")
    assert (found[9], sum(found.values())) == (6, 30)


def test_ties_are_the_seeds():
    """The same seed gives the same turn, another one another."""
    turns = {
        seed: tuple(quotas(BY_REVIEWER, dict.fromkeys(range(9), 5), {}, reviewers=1, seed=seed).values())
        for seed in "abcdef"
    }
    assert quotas(BY_REVIEWER, dict.fromkeys(range(9), 5), {}, reviewers=1, seed="a") == dict(
        enumerate(turns["a"])
    )
    assert len(set(turns.values())) > 1
