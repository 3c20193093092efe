"""Who writes to whom, about what and when: the conversations of the weeks before a word of them is written."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Generic, TypeVar

from iqs.conversations import HelpdeskAgent
from iqs.helpdesk.demo.scenarios import Level, Scenario, Way, scenarios
from iqs.helpdesk.demo.script import working
from iqs.helpdesk.demo.story import Quality, launched

Card = TypeVar("Card")

FAIR_SHARE = 0.6
"""Of the conversations that are not answered well, the part in which the customer gets there by asking again."""

_NEAREST = {
    Level.GOOD: (Level.GOOD, Level.FAIR, Level.POOR),
    Level.FAIR: (Level.FAIR, Level.GOOD, Level.POOR),
    Level.POOR: (Level.POOR, Level.FAIR, Level.GOOD),
}


class Deck(Generic[Card]):
    """Cards dealt in a shuffled order, and shuffled again when all are gone: nothing returns soon."""

    def __init__(self, rng: Random, cards: Callable[[], Sequence[Card]]) -> None:
        self._rng, self._cards = rng, cards
        self._pile: list[Card] = []

    def deal(self) -> Card:
        """The next card."""
        if not self._pile:
            self._pile = list(self._cards())
            self._rng.shuffle(self._pile)
        return self._pile.pop()


@dataclass(frozen=True, slots=True)
class Part:
    """One conversation to be: `position` is the agent's place in the team, `level` how well they will answer."""

    opened_at: datetime
    scenario: Scenario
    way: Way
    channel: str
    position: int
    level: Level


def parts(
    rng: Random, agents: Sequence[HelpdeskAgent], start: datetime, weeks: int, count: int, quality: Quality
) -> Iterator[Part]:
    """The parts, oldest first; every week and every agent gets the same share."""
    rare = _rare(rng, count)
    positions = Deck(rng, lambda: range(len(agents)))
    decks = {on: Deck(rng, lambda on=on: _common(on)) for on in (False, True)}  # type: ignore[misc]  # mypy cannot see the default
    lines: dict[tuple[str, str], Deck[Way]] = {}
    for place, opened in enumerate(_moments(rng, start, weeks, count)):
        week = (opened - start).days // 7
        scenario = rare.get(place) or decks[launched(week, weeks)].deal()
        position = positions.deal()
        level = _level(rng, scenario, quality(agents[position], week, scenario.topic))
        channel = rng.choice(scenario.channel)
        way = _whole(rng, scenario, level, lines)
        yield Part(
            opened if channel == "email" else working(opened, rng), scenario, way, channel, position, level
        )


def _common(on_sale: bool) -> list[Scenario]:
    """What happens any day; after the launch everybody asks about it."""
    common = [each for each in scenarios() if each.times is None and (on_sale or not each.launched)]
    return common + [each for each in common if each.launched]


def _rare(rng: Random, count: int) -> dict[int, Scenario]:
    """The places, of this many, of the scenarios that happen only a few times; what is unique has time to end."""
    every = [each for each in scenarios() if each.times is not None]
    turns = sorted(
        ((turn, each) for each in every for turn in range(each.times or 0)), key=lambda pair: pair[0]
    )
    cast = sorted((each for _, each in turns[: count // 3]), key=lambda each: each.times or 0)
    unique = sum(each.times == 1 for each in cast)
    early = rng.sample(range(count * 2 // 3), unique)
    others = [place for place in range(count) if place not in early]
    return dict(zip((*early, *rng.sample(others, len(cast) - unique)), cast, strict=True))


def _moments(rng: Random, start: datetime, weeks: int, count: int) -> list[datetime]:
    """When they begin: mostly early in the week and in office hours; in the last week early enough to end."""
    found = []
    for place in range(count):
        week = place * weeks // count
        weights = (24, 20, 17, 15, 13, 7, 4) if week < weeks - 1 else (40, 35, 25, 0, 0, 0, 0)
        day = rng.choices(range(7), weights=weights)[0]
        moment = start + timedelta(weeks=week, days=day, hours=rng.triangular(7, 21, 10.5))
        found.append(moment.replace(microsecond=0).astimezone(UTC))
    return sorted(found)


def _level(rng: Random, scenario: Scenario, quality: float) -> Level:
    drawn = rng.random()
    fair = quality + (1 - quality) * FAIR_SHARE
    level = Level.GOOD if drawn < quality else Level.FAIR if drawn < fair else Level.POOR
    return next(each for each in _NEAREST[level] if each in scenario.ways)


def _whole(rng: Random, scenario: Scenario, level: Level, decks: dict[tuple[str, str], Deck[Way]]) -> Way:
    """A way from its first line on, the one that was not used for longest."""
    way = decks.setdefault((scenario.key, level), Deck(rng, lambda: scenario.ways[level])).deal()
    if scenario.opens(way):
        return way
    return (*decks.setdefault((scenario.key, "open"), Deck(rng, lambda: scenario.open)).deal(), *way)
