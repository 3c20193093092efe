"""A report put together from its sums: one team's or one person's, in one read of the database."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Self

from iqs import breaks, discretion, experience, figures, headlines, metrics, periods
from iqs.discretion import Behind
from iqs.errors import Invalid, NotFound
from iqs.experience import Paired, Told
from iqs.figures import BEFORE, NOW, Tallies
from iqs.metrics import Stored
from iqs.people import Person, Role, Team
from iqs.periods import Spans
from iqs.reports import Period, PersonalReport, PersonFigure, Point, Survey, TeamReport
from iqs.scorecards import Scorecard
from iqs.statistics import wilson
from iqs.storage import aggregates, cards
from iqs.storage import experience as customers
from iqs.storage.aggregates import Scope
from iqs.storage.repositories import people, scorecards
from iqs.storage.store import Tx

RECENT = 5

Answers = Mapping[tuple[int, int], Mapping[Stored, int]]
"""How often each survey answer was given, by (place in the trend, agent)."""


def team_report(
    tx: Tx,
    team: Team,
    members: Sequence[Person],
    spans: Spans,
    *,
    as_of: datetime,
    persons: bool,
    named: bool = False,
) -> TeamReport:
    """Everything of a team in a period; without `persons`, only what a group may read: with names if `named`."""
    scope, zone, period = Scope(as_of, team_id=team.id), team.timezone, spans.period
    windows, weeks = (spans.before, period), spans.windows
    usage = Usage.of(tx, scope, (*windows, *weeks))
    received = aggregates.by_reviewee(tx, scope, windows)
    named = named or persons
    given = aggregates.by_reviewer(tx, scope, windows) if named else {}
    weekly = aggregates.by_reviewee(tx, scope, weeks)
    agents = [each.id for each in members if each.has(Role.AGENT, team.id)]
    told = customers.told(tx, period, agents)
    answers = customers.csat_of(tx, weeks, agents)
    paired = customers.paired(tx, scope, period)
    current = _current(tx, (team.id,))
    now, (iqs, change) = figures.whole(received, NOW), figures.team(received)
    csat = experience.together(told, experience.csat)
    progress = figures.progress(aggregates.work(tx, team.id, period, as_of), named=named)
    report = TeamReport(
        team=team,
        period=period,
        iqs=iqs,
        change=change,
        pass_rate=figures.as_float(metrics.share(now.passed, now.n)),
        pass_interval=wilson(now.passed, now.n),
        criticals=figures.criticals(*cards.criticals(tx, scope, period, usage.cards_in(period))),
        goal=figures.goal(team.goal, iqs),
        categories=figures.categories(
            current, aggregates.by_category(tx, scope, windows), usage.rescaled(*windows)
        ),
        groups=figures.groups(current, cards.by_group(tx, scope, windows, usage.cards_in(*windows))),
        agents=_agents(tx, members, team.id, received, given, told) if named else (),
        reviewers=_persons(tx, members, team.id, Role.REVIEWER, given) if named else (),
        trend=_trend(spans, zone, weekly, answers, usage),
        causes=figures.top_causes(current, aggregates.causes(tx, scope, period)),
        csat=csat.mean,
        csat_n=csat.n,
        ces=experience.together(told, experience.ces),
        times=experience.times(told),
        pairs=experience.pairs(paired, customers.to_read(tx, scope, period) if persons and paired else ()),
        progress=progress,
        unscored=now.unscored,
        imported=now.imported,
        skip_share=figures.as_float(metrics.share(progress.skipped, progress.drawn)) if progress else None,
        rebased=usage.rebased(zone, *windows),
    )
    if persons:
        return report
    by_category = cards.people_by_category(tx, scope, windows)
    return discretion.published(report, _behind(received, weekly, by_category, usage, answers, told, paired))


def personal_report(tx: Tx, person: Person, scope: Scope, zone: str, spans: Spans) -> PersonalReport:
    """One person's reviews of this scope, with what they gave and what their customers answered."""
    period = spans.period
    windows, weeks = (spans.before, period), spans.windows
    usage = Usage.of(tx, scope, (*windows, *weeks))
    iqs, change = figures.compared(aggregates.by_window(tx, scope, windows), "")
    current = _current(tx, person.teams(Role.AGENT) if scope.team_id is None else (scope.team_id,))
    categories = figures.categories(
        current, aggregates.by_category(tx, scope, windows), usage.rescaled(*windows)
    )
    strength, focus = headlines.strength_and_focus(categories)
    given = aggregates.by_window(tx, replace(scope, reviewee_id=None, reviewer_id=person.id), windows)
    answers = customers.csat_of(tx, weeks, [person.id])
    return PersonalReport(
        person=person,
        period=period,
        iqs=iqs,
        change=change,
        categories=categories,
        trend=_trend(spans, zone, aggregates.by_window(tx, scope, weeks), answers, usage),
        recent=aggregates.received(tx, scope, limit=RECENT),
        strength=strength,
        focus=focus,
        zone=zone,
        given=figures.gave(given, ""),
        csat=experience.together(customers.told(tx, period, [person.id]), experience.csat),
        rebased=usage.rebased(zone, *windows),
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """Which versions of scorecards were used when: `windows` are the pieces that all spans asked about share."""

    windows: tuple[Period, ...]
    used: breaks.Used
    cards: breaks.Cards

    @classmethod
    def of(cls, tx: Tx, scope: Scope, spans: Sequence[Period]) -> Self:
        """One look at the reviews of all these spans, cut where any of them begins or ends."""
        bounds = sorted({each.start for each in spans} | {each.end for each in spans})
        windows = [Period(start, end, "") for start, end in pairwise(bounds)]
        windows[-1] = replace(windows[-1], undated=any(each.undated for each in spans))
        used = cards.used(tx, scope, windows)
        return cls(tuple(windows), used, cards.known(tx, used))

    def inside(self, *spans: Period) -> list[int]:
        """The numbers of the windows that these spans are made of."""
        return [
            number
            for number, each in enumerate(self.windows)
            if any(span.start <= each.start and each.end <= span.end for span in spans)
        ]

    def cards_in(self, *spans: Period) -> dict[int, Scorecard]:
        """The versions used in these spans."""
        inside = set(self.inside(*spans))
        return {version_id: self.cards[version_id] for number, version_id in self.used if number in inside}

    def rescaled(self, *spans: Period) -> frozenset[str]:
        """The categories whose scale changed within these spans."""
        return breaks.rescaled(self.used, self.cards, self.inside(*spans))

    def rebased(self, zone: str, *spans: Period) -> tuple[date, ...]:
        """The local days from which a scorecard that counts differently was used within these spans."""
        found = breaks.rebased(self.used, self.cards, self.inside(*spans))
        return tuple(dict.fromkeys(periods.local_date(each, zone) for each in found))


def _trend(spans: Spans, zone: str, tallies: Tallies, answers: Answers, usage: Usage) -> tuple[Point, ...]:
    """Scores and CSAT of each week or month, marked where the scorecard changed."""
    rebased = breaks.rebased_windows(usage.used, usage.cards, [usage.inside(each) for each in spans.windows])
    unit = periods.trend_unit(spans.period, zone)
    return tuple(
        replace(each, csat=_csat(answers, place), rebased=rebased[place])
        for place, each in enumerate(figures.trend(spans.weeks, tallies, zone, unit))
    )


def _csat(answers: Answers, place: int) -> Survey:
    counts: dict[Stored, int] = {}
    for (number, _), own in answers.items():
        if number == place:
            for answer, times in own.items():
                counts[answer] = counts.get(answer, 0) + times
    return experience.survey(counts)


def _behind(
    received: Tallies,
    weekly: Tallies,
    by_category: Mapping[tuple[int, str], int],
    usage: Usage,
    answers: Answers,
    told: Sequence[Told],
    paired: Sequence[Paired],
) -> Behind:
    """How many people stand behind each figure; behind a group as many as behind one of its categories."""
    groups = {
        (place, category.group): max(
            by_category.get((place, each.key), 0)
            for card in usage.cards.values()
            for each in card.categories
            if each.group == category.group
        )
        for place in (BEFORE, NOW)
        for known in usage.cards.values()
        for category in known.categories
        if category.group is not None
    }
    places = range(len(usage.windows))
    return Behind(
        whole=figures.people(received, NOW),
        earlier=figures.people(received, BEFORE),
        categories={key: n for (place, key), n in by_category.items() if place == NOW},
        earlier_categories={key: n for (place, key), n in by_category.items() if place == BEFORE},
        groups={key: n for (place, key), n in groups.items() if place == NOW},
        earlier_groups={key: n for (place, key), n in groups.items() if place == BEFORE},
        points={place: figures.people(weekly, place) for place in places},
        csat_points={place: len({who for number, who in answers if number == place}) for place in places},
        csat=len({each.reviewee_id for each in told if each.csat is not None}),
        ces=len({each.reviewee_id for each in told if each.ces is not None}),
        times=experience.people_timed(told),
        pairs=len({each.reviewee_id for each in paired} - {None}),
    )


def _agents(
    tx: Tx, members: Sequence[Person], team_id: int, received: Tallies, given: Tallies, told: Sequence[Told]
) -> tuple[PersonFigure, ...]:
    """What each agent received, with what they gave, if they review too, and what their customers answered."""
    csat = experience.surveys(told, experience.csat)
    return tuple(
        replace(each, given=figures.gave(given, each.person_id), csat=csat.get(each.person_id, Survey()))
        for each in _persons(tx, members, team_id, Role.AGENT, received)
    )


def _persons(
    tx: Tx, members: Sequence[Person], team_id: int, role: Role, tallies: Tallies
) -> tuple[PersonFigure, ...]:
    """Those who hold the role, and whoever had reviews though they do not hold it any more."""
    names = {each.id: each.name for each in members}
    names |= people.names(tx, [int(cell.of) for cell in tallies if cell.of not in {*names, figures.NOBODY}])
    return figures.persons(names, [each.id for each in members if each.has(role, team_id)], tallies)


def _current(tx: Tx, team_ids: Sequence[int]) -> list[Scorecard]:
    """The current scorecards of these teams; imported history may come before the first one."""
    found = []
    for team_id in team_ids:
        with suppress(NotFound, Invalid):
            found.append(scorecards.current(tx, team_id))
    return found
