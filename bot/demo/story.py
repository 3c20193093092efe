"""What the demo's reviews say: a steady team, one category that dips, one agent who finds their feet.

Pure. How well a conversation was answered is read from its own words, so that ratings, notes and comments fit
what a reader finds in it; the same review of the same week is the same, whichever Monday the demo is opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from bot.demo import cast
from iqs.conversations import Conversation
from iqs.helpdesk.demo import told
from iqs.helpdesk.demo.scenarios import Level, Scenario
from iqs.reviews import Draft, Rating
from iqs.scorecards import Criticality, RatingCategory, Scorecard
from iqs.scoring import review_score

WEEKS = 12
"""Weeks of reviews before the demo's Monday; week 1 is the oldest."""

SOLUTION, TONE, DIPPING, PROCESS, GRAMMAR = CATEGORIES = (
    "solution",
    "tone_and_empathy",
    "product_knowledge",
    "process",
    "grammar",
)
TOPICS = {"solution": SOLUTION, "tone": TONE, "knowledge": DIPPING, "process": PROCESS}
"""A scenario's topic → the category in which its poor answers fail."""

SHARE = {Level.GOOD: 1.0, Level.FAIR: 0.5, Level.POOR: 0.0}
"""How good a conversation's answers were, 0–1, as the conversation tells."""

POOR = {SOLUTION: 68, TONE: 77, DIPPING: 84, PROCESS: 84, GRAMMAR: 84}
GOOD = {SOLUTION: 96, TONE: 96, DIPPING: 95, PROCESS: 97, GRAMMAR: 92}
"""Percent that each category is about worth with poor and with good answers."""

FAILING = 46
"""Percent of the category of the scenario's own topic, when its answers were poor."""

DIP = {9: 82, 10: 80, 11: 83, 12: 46}
"""What product knowledge is worth at most in these weeks: the Larkfield Two was launched, the articles lag."""

DIP_CAUSES = ("Out-of-date information", "Help article is wrong", "Feature not known")
PRODUCT = frozenset({"machine", "grinder", "beans", "app", "advice", "presales", "larkfield-two"})

SEVERE = cast.JONAS.name
SEVERITY = 11

LEARNING = 26
"""Points that the new agent lacks at the very beginning; nothing of it is left at the end."""

FAILED_UNTIL = 7
"""Up to this week one in three useless answers fails the whole review; later nobody answers as badly."""

SEEN = 0.8
"""Part of the reviews that their agent acknowledges."""

NOISE = 0.36
"""Standard deviation of a rating, in steps of a scale of five; as much in percent on any other."""


@dataclass(frozen=True, slots=True)
class Task:
    """A conversation of a week of the story, in the hands of a reviewer; the names are people's full ones."""

    conversation: Conversation
    scorecard: Scorecard
    reviewer: str
    reviewee: str
    week: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When a review is given: days after the week's Monday and local time; `seen` minutes after its release."""

    day: int
    at: time
    seen: int | None


@dataclass(frozen=True, slots=True)
class _Remarks:
    """The reviewers' words: `remarks.yml`."""

    scenarios: Mapping[str, Mapping[str, Sequence[str]]]
    mixed: Sequence[str]
    failed: Sequence[str]
    hope: Mapping[str, Sequence[str]]
    whole: Sequence[str]
    notes: Mapping[str, Sequence[str]]


@cache
def remarks() -> _Remarks:
    """The remarks, read once."""
    text = files("bot.demo").joinpath("remarks.yml").read_text(encoding="utf-8")
    return _Remarks(**yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506 - safe


def reviewed(task: Task) -> Draft:
    """The review that this conversation gets."""
    rng = Random(f"{task.conversation.key} {task.week}")  # noqa: S311 - an invented story, no secret
    went = told(task.conversation)
    scenario, good = went.scenario, SHARE[went.level]
    ratings = {each.key: _rating(task, each, scenario, good, rng) for each in task.scorecard.categories}
    comment = _comment(task, ratings, scenario, good, rng)
    return Draft({key: _personal(rating, task) for key, rating in ratings.items()}, _said(comment, task))


def moment(reviewer: str, week: int, place: int) -> Moment:
    """When the reviewer does the `place`-th of their week's reviews: one an afternoon."""
    rng = Random(f"{reviewer} {week} {place}")  # noqa: S311 - an invented story, no secret
    at = time(13, 5 * rng.randrange(12))
    return Moment(place * 2 % 5, at, rng.randrange(5, 300) if rng.random() < SEEN else None)


def worth(task: Task, category: str, scenario: Scenario, good: float) -> float:
    """The percent that a rating in this category is about worth."""
    poor = FAILING if TOPICS[scenario.topic] == category else POOR[category]
    value = poor + (GOOD[category] - poor) * good
    if category == DIPPING:
        value = min(value, DIP.get(task.week, value))
    if task.reviewee == cast.FEMI.name:
        value -= max(0.0, LEARNING - LEARNING * task.week / WEEKS)
    return value - (SEVERITY if task.reviewer == SEVERE else 0)


def _rating(task: Task, category: RatingCategory, scenario: Scenario, good: float, rng: Random) -> Rating:
    own = TOPICS[scenario.topic] == category.key
    if (
        category.key == DIPPING
        and not own
        and not PRODUCT.intersection(scenario.tags)
        and rng.random() < 0.25
    ):
        return Rating(None)
    top = category.scale.points
    critical = task.scorecard.criticality(category) is not Criticality.NONE
    fails = own and critical and good == 0 and task.week <= FAILED_UNTIL and rng.random() < 1 / 3
    steps = (top - 1) * (worth(task, category.key, scenario, good) / 100 + rng.gauss(0, NOISE / 4))
    lowest = 3 if critical else 1  # a critical rating is an event of the story, not an accident
    value = 2 if fails else min(top, max(lowest, 1 + round(steps)))
    if not category.offers_causes(value):
        return Rating(value)
    remark = remarks().scenarios[scenario.key]
    if own and good < 0.5:
        return Rating(value, _keys(category, [str(remark["cause"])]), str(remark["note"]))
    names = DIP_CAUSES if category.key == DIPPING and task.week in DIP else tuple(remarks().notes)
    offered = [each.name for each in category.causes if each.name in names]
    picked = rng.sample(offered, min(len(offered), 1))
    noted = picked and (value < top - 1 or rng.random() < 0.6)
    return Rating(value, _keys(category, picked), rng.choice(remarks().notes[picked[0]]) if noted else "")


def _keys(category: RatingCategory, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(each.key for each in category.causes if each.name in names)


def _comment(task: Task, ratings: Mapping[str, Rating], scenario: Scenario, good: float, rng: Random) -> str:
    words = remarks()
    score = review_score(task.scorecard, ratings)
    if score.failed_critical:
        return rng.choice(words.failed)
    if good < 0.75:
        return rng.choice(words.mixed if good > 0.25 else words.scenarios[scenario.key]["poor"])
    said = rng.choice(words.scenarios[scenario.key]["good"])
    rated = [line for line in score.lines if line.percent is not None]
    worst = min(rated, key=lambda line: (line.percent or 0, -line.weight))
    if (worst.percent or 0) < 100:
        return f"{said}\n{rng.choice(words.hope[worst.key])}"
    return f"{said} {rng.choice(words.whole)}" if rng.random() < 0.5 else said


def _personal(rating: Rating, task: Task) -> Rating:
    return Rating(rating.value, rating.causes, _said(rating.note, task))


def _said(text: str, task: Task) -> str:
    customer = task.conversation.customer.name if task.conversation.customer else None
    named = customer.split()[0] if customer else "the customer"
    return text.replace("{customer}", named).replace("{agent}", task.reviewee.split()[0])
