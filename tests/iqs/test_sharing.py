"""Conversations are shared out evenly and never to somebody who took part."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.sampling import Candidate
from iqs.sharing import may_review, share


@st.composite
def pools(draw):
    people = range(1, 1 + draw(st.integers(1, 4)))
    made = []
    for n in range(draw(st.integers(0, 7))):
        reviewee = draw(st.sampled_from([*people, 90, 91]))
        others = draw(st.frozensets(st.sampled_from(list(people)), max_size=3))
        made.append(Candidate(n, f"k{n}", reviewee, 1, 1, others | {reviewee}))
    return list(people), made


def test_the_reviewee_is_refused_even_if_not_listed_as_a_participant():
    """Whose work it is decides, whatever the helpdesk says about who wrote."""
    mine = Candidate(1, "k", 7, 1, 1)
    assert not may_review(mine, 7)
    assert may_review(mine, 8)


@given(pools(), st.text(max_size=5))
def test_nobody_gets_a_conversation_they_took_part_in(pool, seed):
    """A reviewer is never handed their own conversation; one that nobody may read is left out."""
    people, drawn = pool
    shared = share(drawn, people, seed=seed)
    for each in drawn:
        able = [who for who in people if may_review(each, who)]
        assert (each.conversation_id in shared) == bool(able)
        assert shared.get(each.conversation_id) in (able or [None])


@settings(max_examples=60)
@given(pools(), st.text(max_size=5))
def test_the_load_is_as_even_as_any_assignment_could_make_it(pool, seed):
    """No other permitted sharing has a smaller sum of squared loads (compared with all of them)."""
    people, drawn = pool
    able = [[who for who in people if may_review(each, who)] for each in drawn]
    able = [choice for choice in able if choice]

    def unevenness(chosen):
        return sum(sum(1 for each in chosen if each == who) ** 2 for who in people)

    best = min((unevenness(chosen) for chosen in product(*able)), default=0)
    assert unevenness(list(share(drawn, people, seed=seed).values())) == best


def test_same_inputs_same_sharing():
    """Sharing is reproducible and does not depend on the order of reviewers."""
    drawn = [Candidate(n, f"k{n}", 50, 1, 1) for n in range(9)]
    assert share(drawn, [3, 1, 2], seed="x") == share(drawn, [1, 2, 3], seed="x")
