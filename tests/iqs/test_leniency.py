"""Leniency is separated from the agents who happened to be reviewed, or is said not to be."""

import random

import pytest

from iqs.leniency import connected, leniency

REVIEWS = [
    ("A", "X", 90), ("A", "X", 94), ("A", "Y", 80), ("B", "X", 80),
    ("B", "Y", 72), ("B", "Y", 68), ("C", "Y", 60), ("C", "Y", 64),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shrinkage", "agents", "effect"),
    [
        (0, {"A": 86.1667, "B": 75.1667, "C": 67.5}, 5.5),
        (4, {"A": 87.2667, "B": 74.0667, "C": 64.2}, 2.2),
    ],
)
def test_agents_and_reviewers_are_told_apart(shrinkage, agents, effect):
    """Raw means say X 88.0 and Y 68.8; most of that is whom they reviewed."""
    found = leniency(REVIEWS, shrinkage)
    assert {agent: round(level, 4) for agent, level in found.agents.items()} == agents
    x, y = found.reviewers["X"], found.reviewers["Y"]
    assert (round(x.points, 4), round(y.points, 4)) == (effect, -effect)
    assert (x.n, y.n) == (3, 5)
    raw = {who: [score for _, reviewer, score in REVIEWS if reviewer == who] for who in "XY"}
    assert {who: sum(scores) / len(scores) for who, scores in raw.items()} == {"X": 88.0, "Y": 68.8}


def test_the_interval_is_that_of_least_squares():
    """Without shrinkage the interval is the textbook one: residual variance over what compares X with Y."""
    x = leniency(REVIEWS).reviewers["X"]
    assert x.low < x.points < x.high
    fitted = [91.6667, 91.6667, 80.6667, 80.6667, 69.6667, 69.6667, 62, 62]
    residuals = [score - level for (_, _, score), level in zip(REVIEWS, fitted, strict=True)]
    variance = sum(each * each for each in residuals) / 4
    information = 2 * 1 / 3 + 1 * 2 / 3  # of X - Y, from agents A and B, whom both reviewed
    error = (variance / information) ** 0.5 / 2  # the effect is half of X - Y
    assert x.high - x.points == pytest.approx(2.7764451 * error, rel=1e-4)


def test_unconnected_reviewers_are_not_estimable():
    """Two reviewers who share no agent cannot be compared: rank 2 of 3."""
    assert leniency([("A", "X", 90), ("A", "X", 80), ("B", "Y", 70), ("B", "Y", 60)]) is None
    assert leniency([]) is None


def test_connection_may_run_through_others():
    """X and Z never share an agent, but Y shares one with each."""
    assert connected([("A", "X"), ("A", "Y"), ("B", "Y"), ("B", "Z")])
    assert not connected([("A", "X"), ("B", "Z")])


def test_an_agent_and_a_reviewer_of_the_same_name_are_two():
    """People who are both agent and reviewer do not connect the design by their name."""
    assert not connected([("A", "X"), ("X", "A")])


def test_without_spare_reviews_there_is_no_interval():
    """As many reviews as things to estimate leave nothing to judge the noise by."""
    found = leniency([("A", "X", 90), ("A", "Y", 80)])
    assert (found.reviewers["X"].points, found.reviewers["X"].low) == (pytest.approx(5), None)
    alone = leniency([("A", "X", 90)])
    assert (alone.reviewers["X"].points, alone.agents["A"]) == (0, 90)


def test_known_effects_are_found_again():
    """From scores made of known agents and reviewers without noise, both come back."""
    rng = random.Random(7)
    agents = {f"a{index}": rng.uniform(60, 90) for index in range(30)}
    reviewers = {f"r{index}": rng.uniform(-8, 8) for index in range(12)}
    centre = sum(reviewers.values()) / len(reviewers)
    reviews = [
        (agent, reviewer, agents[agent] + reviewers[reviewer] - centre)
        for agent in agents
        for reviewer in rng.sample(sorted(reviewers), 4)
    ]
    found = leniency(reviews)
    for reviewer, effect in found.reviewers.items():
        assert effect.points == pytest.approx(reviewers[reviewer] - centre)
    assert found.agents == pytest.approx(agents)
    assert sum(effect.points for effect in found.reviewers.values()) == pytest.approx(0)
