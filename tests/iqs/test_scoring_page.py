"""The page about scoring tells the truth: its examples are computed."""

import re
from fractions import Fraction
from pathlib import Path

from iqs.files.scorecards import preset, read_scorecard
from iqs.reviews import Rating
from iqs.scoring import review_score, show, whole

PAGE = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")


def test_the_worked_example_comes_out_as_written():
    """The rows of the worked example, computed with the preset, give the score on the page."""
    rows = re.findall(
        r"^\| ([A-Z][^|(]+?)(?: \(critical\))? \| (\d+) \| (\d of \d|N/A) \|", PAGE, re.MULTILINE
    )
    card = preset()
    assert [(name, int(weight)) for name, weight, _ in rows] == [
        (category.name, category.weight) for category in card.categories
    ]
    ratings = {
        category.key: Rating(None if rated == "N/A" else int(rated[0]))
        for category, (_, _, rated) in zip(card.categories, rows, strict=True)
    }
    score = review_score(card, ratings)
    assert score.percent == Fraction(6375, 80)
    assert f"shown as **{show(score.percent)} %**, or {whole(score.percent)} %" in PAGE
    assert score.passed is False
    assert review_score(card, ratings | {"solution": Rating(2)}).percent == 0


def test_the_example_file_can_be_published():
    """The YAML on the page is a scorecard, and the key it speaks of is the one that is made."""
    card = read_scorecard(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL).group(1))
    assert [category.key for category in card.categories] == ["solution", "greeting", "customer_s_mood"]
