"""Where people stand in a category: by name, and called different only beyond chance."""

import random

from iqs.category_cards import causes, stands
from iqs.figures import NOBODY, NOW, Cell, Tally
from iqs.scorecards import RatingCategory, RatingScale, RootCause
from iqs.scoring import MICRO
from iqs.statistics import Word


def tally(scores):
    points = [round(each * MICRO) for each in scores]
    return Tally(len(points), sum(points), sum(each * each for each in points))


def test_people_stand_by_name():
    """The order is the alphabet's, whatever the scores; what has no reviewee stands nowhere."""
    tallies = {Cell(NOW, 2): tally([50] * 8), Cell(NOW, 1): tally([90] * 8), Cell(NOW, NOBODY): tally([0])}
    assert [each.name for each in stands({1: "Zoe", 2: "Ada"}, tallies)] == ["Ada", "Zoe"]


def test_a_clear_difference_is_called_one():
    """Far below all the others, with reviews enough, is lower; a few points are not."""
    rng = random.Random(4)
    scores = {n: [min(100, max(0, rng.gauss(85, 8))) for _ in range(12)] for n in range(1, 6)}
    scores[6] = [min(100, max(0, rng.gauss(45, 8))) for _ in range(12)]
    names = {n: f"P{n}" for n in scores}
    found = {
        each.name: each.against.word
        for each in stands(names, {Cell(NOW, n): tally(s) for n, s in scores.items()})
    }
    assert found["P6"] is Word.LOWER
    assert {found[f"P{n}"] for n in range(1, 5)} <= {Word.UNCLEAR, Word.HIGHER}


def test_equal_people_are_rarely_told_apart():
    """Ten people of one true quality: in at most one of twenty weeks anybody is called higher or lower."""
    rng, wrong = random.Random(11), 0
    for _ in range(200):
        tallies = {Cell(NOW, n): tally([rng.choice((40, 60, 80, 100)) for _ in range(8)]) for n in range(10)}
        words = {each.against.word for each in stands({n: str(n) for n in range(10)}, tallies)}
        wrong += bool(words & {Word.HIGHER, Word.LOWER})
    assert wrong / 200 <= 0.08


def test_one_person_alone_has_nobody_to_differ_from():
    """With a single person there are no others: no word is said."""
    (only,) = stands({1: "Ada"}, {Cell(NOW, 1): tally([10] * 20)})
    assert only.against.word is Word.TOO_FEW


def test_causes_come_most_frequent_first():
    """Shares are of the category's own picks; a cause that the scorecard forgot keeps a readable name."""
    category = RatingCategory("tone", "Tone", RatingScale(5), causes=(RootCause("cold", "Sounds cold"),))
    found = causes(category, "Tone", {"cold": 1, "old_cause": 3})
    assert [(each.cause, each.count, each.share, each.cumulative) for each in found] == [
        ("Old cause", 3, 75.0, 75.0),
        ("Sounds cold", 1, 25.0, 100.0),
    ]
    assert causes(None, "Tone", {}) == ()
