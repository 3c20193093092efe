"""Conversations are shared out within capacity, evenly, in spread pairs, and never to somebody who took part."""

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from iqs.sampling import Candidate
from iqs.sharing import NO_CAPACITY, NOBODY, TOOK_PART, Reviewer, may_review, share, unshared


@st.composite
def pools(draw):
    """Up to four reviewers with or without a limit, and up to seven conversations, some of their own."""
    reviewers = [
        Reviewer(person, draw(st.none() | st.integers(0, 4)))
        for person in range(1, 1 + draw(st.integers(1, 4)))
    ]
    people = [each.person_id for each in reviewers]
    made = []
    for n in range(draw(st.integers(0, 7))):
        reviewee = draw(st.sampled_from([*people, 90, 91]))
        others = draw(st.frozensets(st.sampled_from(people), max_size=3))
        made.append(Candidate(n, f"k{n}", reviewee, others | {reviewee}))
    return reviewers, made


def every_sharing(reviewers, drawn):
    """All permitted ways to share out: for each conversation a reviewer or nobody, within capacity."""
    able = [[None, *(r.person_id for r in reviewers if may_review(each, r.person_id))] for each in drawn]
    limits = {each.person_id: each.capacity for each in reviewers if each.capacity is not None}
    for chosen in product(*able):
        load = Counter(who for who in chosen if who is not None)
        if all(load[who] <= limit for who, limit in limits.items()):
            yield chosen, load


def unevenness(load):
    return sum(count**2 for count in load.values())


def test_the_reviewee_is_refused_even_if_not_listed_as_a_participant():
    """Whose work it is decides, whatever the helpdesk says about who wrote."""
    mine = Candidate(1, "k", 7)
    assert not may_review(mine, 7)
    assert may_review(mine, 8)


@given(pools(), st.text(max_size=5))
def test_nobody_gets_what_they_took_part_in_or_more_than_they_can_take(pool, seed):
    """A reviewer is never handed their own conversation nor one beyond their capacity."""
    reviewers, drawn = pool
    shared = share(drawn, reviewers, seed=seed)
    load = Counter(shared.values())
    for each in reviewers:
        assert each.capacity is None or load[each.person_id] <= each.capacity
    for each in drawn:
        who = shared.get(each.conversation_id)
        assert who is None or may_review(each, who)


@settings(max_examples=60, deadline=None)
@given(pools(), st.text(max_size=5))
def test_as_much_as_possible_as_evenly_as_possible(pool, seed):
    """No other permitted sharing hands out more, and none that hands out as much has a smaller sum of squared loads."""
    reviewers, drawn = pool
    best = max((load.total(), -unevenness(load)) for _, load in every_sharing(reviewers, drawn))
    load = Counter(share(drawn, reviewers, seed=seed).values())
    assert (load.total(), -unevenness(load)) == best


@given(pools(), st.text(max_size=5))
def test_what_is_not_shared_is_counted_with_its_reason(pool, seed):
    """Every conversation is either handed to somebody or counted once, with the reason that is true of it."""
    reviewers, drawn = pool
    shared = share(drawn, reviewers, seed=seed)
    reasons = unshared(drawn, reviewers, shared)
    assert len(shared) + sum(reasons.values()) == len(drawn)
    closed = [each for each in drawn if not any(may_review(each, who.person_id) for who in reviewers)]
    assert reasons.get(TOOK_PART, 0) == len(closed)
    assert reasons.get(NO_CAPACITY, 0) == len(drawn) - len(shared) - len(closed)


def test_without_anybody_nothing_is_shared():
    """When every reviewer is away the reason says so."""
    drawn = [Candidate(n, f"k{n}", 50) for n in range(3)]
    assert share(drawn, [], seed="x") == {}
    assert unshared(drawn, [], {}) == {NOBODY: 3}


@given(st.permutations(range(9)), st.permutations([1, 2, 3]))
def test_same_inputs_same_sharing(order, people):
    """Sharing depends on the seed alone, not on the order in which conversations and reviewers come."""
    drawn = [Candidate(n, f"k{n}", 50 + n % 4) for n in range(9)]
    expected = share(drawn, [Reviewer(n, seen={51: n}) for n in (3, 1, 2)], seed="x")
    again = share([drawn[n] for n in order], [Reviewer(n, seen={51: n}) for n in people], seed="x")
    assert again == expected


def test_when_room_is_short_every_agent_gets_one_before_any_gets_two():
    """Twelve conversations of four agents for six places: nobody is left out for somebody's second or third."""
    drawn = [Candidate(10 * agent + n, f"{agent}-{n}", agent) for agent in range(91, 95) for n in range(3)]
    for seed in "abcdefgh":
        shared = share(drawn, [Reviewer(1, 4), Reviewer(2, 2)], seed=seed)
        taken = Counter(number // 10 for number in shared)
        assert sorted(taken.values()) == [1, 1, 2, 2]


def test_pairs_that_met_least_come_first():
    """Of two reviewers, the one who has not read this agent yet reads them, and the load stays even."""
    drawn = [Candidate(n, f"k{n}", 90 + n) for n in range(2)]
    for seed in "abcdef":
        shared = share(drawn, [Reviewer(1, seen={90: 2, 91: 1}), Reviewer(2, seen={91: 1})], seed=seed)
        assert shared == {0: 2, 1: 1}


def test_one_agents_conversations_go_to_different_reviewers():
    """Three conversations of each of three agents: every reviewer reads each agent once."""
    drawn = [Candidate(10 * agent + n, f"{agent}-{n}", agent) for agent in (91, 92, 93) for n in range(3)]
    for seed in "abcdef":
        shared = share(drawn, [Reviewer(n) for n in (1, 2, 3)], seed=seed)
        pairs = Counter((who, number // 10) for number, who in shared.items())
        assert set(pairs.values()) == {1}


def test_among_equals_the_pair_comes_whose_other_direction_was_seen_least():
    """Whom 3 has reviewed lately does not get 3's conversation while another can take it."""
    drawn = [Candidate(1, "k", 3)]
    for seed in "abcdef":
        reviewers = [Reviewer(1), Reviewer(2), Reviewer(3, capacity=0, seen={1: 2})]
        assert share(drawn, reviewers, seed=seed) == {1: 2}


@settings(max_examples=40, deadline=None)
@given(pools(), st.text(max_size=5), st.data())
def test_no_swap_of_two_would_spread_pairs_better(pool, seed, data):
    """Exchanging two conversations between two reviewers never makes pairs meet less often."""
    reviewers, drawn = pool
    times = st.dictionaries(st.sampled_from([1, 2, 3, 4, 90, 91]), st.integers(0, 3))
    reviewers = [Reviewer(each.person_id, each.capacity, data.draw(times)) for each in reviewers]
    shared = share(drawn, reviewers, seed=seed)
    seen = {each.person_id: each.seen for each in reviewers}
    by_id = {each.conversation_id: each for each in drawn}

    def met(chosen):
        pairs = Counter((who, by_id[number].reviewee_id) for number, who in chosen.items())
        return sum(
            sum(range(seen[who].get(of, 0), seen[who].get(of, 0) + n)) for (who, of), n in pairs.items()
        )

    for one, first in shared.items():
        for other, second in shared.items():
            if may_review(by_id[one], second) and may_review(by_id[other], first):
                assert met(shared) <= met({**shared, one: second, other: first})


def test_in_a_peer_team_no_pair_dominates_over_twelve_weeks():
    """Six peers, three conversations each a week: every direction of every pair comes up about equally often."""
    people, history = range(1, 7), []
    for week in range(12):
        lately = Counter(pair for each in history[-8:] for pair in each)
        reviewers = [Reviewer(who, seen={of: lately[who, of] for of in people}) for who in people]
        drawn = [
            Candidate(10 * of + n, f"{week}-{of}-{n}", of, frozenset({of})) for of in people for n in range(3)
        ]
        shared = share(drawn, reviewers, seed=f"week {week}")
        assert set(Counter(shared.values()).values()) == {3}
        history.append([(who, number // 10) for number, who in shared.items()])
    every = Counter(pair for each in history for pair in each)
    assert len(every) == 30
    assert all(6 <= times <= 9 for times in every.values()), every  # 12 weeks · 18 / 30 = 7.2 each
    both = [min(every[a, b], every[b, a]) for a in people for b in people if a < b]
    alone = [every[a, b] + every[b, a] for a in people for b in people if a < b]
    assert max(alone) - min(alone) <= 4
    assert max(both) <= 8
