"""The sample is seeded, uniform within each agent, and depends on nothing else."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from iqs.sampling import NO_AGENT, NO_CUSTOMER, Candidate, frame, sample


def candidates(count, reviewees=1):
    return [Candidate(n, f"demo:{n}", n % reviewees, 1, 1) for n in range(count)]


def test_frame_counts_why_conversations_fall_out():
    """A conversation without a customer or an agent message is excluded and its reason counted."""
    made = frame([Candidate(1, "a", 1, 0, 3), Candidate(2, "b", 1, 2, 0), Candidate(3, "c", 1, 1, 1)])
    assert [each.conversation_id for each in made.eligible] == [3]
    assert made.excluded == {NO_CUSTOMER: 1, NO_AGENT: 1}


@given(st.integers(1, 60), st.integers(1, 5), st.integers(1, 8), st.text(max_size=20))
def test_each_reviewee_gets_the_quota_or_all_there_is(count, reviewees, quota, seed):
    """Each agent has exactly min(quota, eligible) conversations in the sample, none twice."""
    pool = candidates(count, reviewees)
    drawn = sample(pool, quota=quota, seed=seed)
    have, want = Counter(each.reviewee_id for each in drawn), Counter(each.reviewee_id for each in pool)
    assert have == {who: min(quota, n) for who, n in want.items()}
    assert len({each.conversation_id for each in drawn}) == len(drawn)


@given(st.permutations(candidates(20, 3)), st.text(max_size=9))
def test_order_of_the_frame_does_not_matter(pool, seed):
    """The same seed and conversations give the same sample in whatever order they come."""
    assert sample(pool, quota=2, seed=seed) == sample(candidates(20, 3), quota=2, seed=seed)


def test_an_unrelated_conversation_changes_only_its_own_place():
    """Importing another agent's conversations leaves everyone else's sample as it was."""
    before = set(sample(candidates(40), quota=5, seed="s"))
    after = sample([*candidates(40), Candidate(999, "demo:999", 77, 1, 1)], quota=5, seed="s")
    assert before == {each for each in after if each.reviewee_id == 0}


def test_every_conversation_is_equally_likely():
    """Over many seeds each conversation is drawn as often as any other (chi-squared, 1 in 10,000)."""
    drawn = Counter(
        each.conversation_id
        for n in range(4000)
        for each in sample(candidates(20), quota=3, seed=f"seed {n}")
    )
    expected = 4000 * 3 / 20
    # Draws without replacement vary less than independent ones: divide by (1 - quota/frame).
    statistic = sum((drawn[n] - expected) ** 2 / expected for n in range(20)) / (1 - 3 / 20)
    assert statistic < chi2.ppf(0.9999, 19)
