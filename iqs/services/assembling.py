"""A report put together from its sums: one team's or one person's, in one read of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Self

from iqs import breaks, discretion, experience, figures, headlines, metrics, periods, shares
from iqs.discretion import Behind
from iqs.experience import Paired, Told
from iqs.figures import BEFORE, NOW, Cell, Part, Tallies, Tally
from iqs.next_steps import next_step
from iqs.people import Person, Role, Team
from iqs.periods import Spans
from iqs.reports import Period, PersonalReport, PersonFigure, Point, Survey, TeamReport
from iqs.scorecards import Scorecard
from iqs.storage import aggregates, cards, coaching, strata
from iqs.storage import experience as customers
from iqs.storage.aggregates import Rated, Scope
from iqs.storage.asking import ask
from iqs.storage.cards import Scores
from iqs.storage.experience import Answered
from iqs.storage.repositories import people, scorecards
from iqs.storage.store import Tx

RECENT = 5

People = Mapping[tuple[int, str], int]
"""How many people stand behind the ratings of each category, by (window, key)."""


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
    named = named or persons
    pieces = cut((*windows, *weeks))
    agents = [each.id for each in members if each.has(Role.AGENT, team.id)]
    scores = cards.scores(scope, pieces, by_reviewee=True)
    ratings = aggregates.rated(scope, windows, people=not persons)
    samples, handed = strata.parts(scope, [period]), aggregates.work(team.id, period, as_of)
    talks, surveys = customers.told(period, agents), customers.csat_of(pieces, agents)
    both, coached = customers.paired(scope, period), coaching.picked(scope, period)
    versions, reviewers = scorecards.newest((team.id,)), aggregates.by_reviewer(scope, windows)
    answers = ask(
        tx,
        (scores, ratings, samples, handed, talks, surveys, both, coached, versions)
        + ((reviewers,) if named else ()),
    )
    usage = Usage.of(tx, pieces, answers.to(scores))
    received = strata.apart(tx, scope, windows, usage.tallies(windows), by_reviewee=True)
    weekly = strata.apart(tx, scope, weeks, usage.tallies(weeks), by_reviewee=True)
    parts = _parts(answers.to(samples))
    known = figures.populations(received, parts)
    sampled = figures.sampled(received, known, NOW)
    given = answers.to(reviewers) if named else {}
    told, paired, surveyed = answers.to(talks), answers.to(both), answers.to(surveys)
    answered = [_together(surveyed, usage.inside(each)) for each in weeks]
    current = _current(tx, (team.id,), answers.to(versions))
    found = answers.to(ratings)
    rated = _by_category(tx, scope, windows, received, found)
    now, (iqs, change) = figures.whole(received, NOW), figures.team(received, known)
    csat = experience.together(told, experience.csat)
    picked, people_picked = answers.to(coached)
    progress = figures.progress(answers.to(handed), named=named)
    report = TeamReport(
        team=team,
        period=period,
        iqs=iqs,
        weighted=figures.weighted(received, parts, iqs),
        change=change,
        pass_rate=figures.as_float(metrics.share(now.passed, now.n)),
        pass_interval=shares.passing(received, NOW),
        criticals=shares.criticals(
            *cards.criticals(tx, scope, period, usage.cards_in(period)), shares.looks(received, NOW)
        ),
        goal=figures.goal(team.goal, iqs),
        categories=figures.categories(current, rated, usage.rescaled(*windows), sampled),
        groups=figures.groups(current, cards.by_group(tx, scope, windows, usage.cards_in(*windows)), sampled),
        agents=_agents(tx, members, team.id, received, given, told, known.get(NOW, {})) if named else (),
        reviewers=_persons(tx, members, team.id, Role.REVIEWER, given) if named else (),
        trend=_trend(spans, zone, weekly, answered, usage),
        causes=figures.top_causes(current, found.causes),
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
        picked=picked,
    )
    if persons:
        return report
    return discretion.published(
        report,
        replace(_behind(received, weekly, found.people, usage, answered, told, paired), picked=people_picked),
    )


def personal_report(tx: Tx, person: Person, scope: Scope, zone: str, spans: Spans) -> PersonalReport:
    """One person's reviews of this scope, with what they gave and what their customers answered."""
    period = spans.period
    windows, weeks = (spans.before, period), spans.windows
    pieces = cut((*windows, *weeks))
    team_ids = person.teams(Role.AGENT) if scope.team_id is None else (scope.team_id,)
    scores, ratings = cards.scores(scope, pieces), aggregates.rated(scope, windows)
    samples, surveys = strata.parts(scope, [period]), customers.csat_of(pieces, [person.id])
    newest, versions = aggregates.received(scope, limit=RECENT), scorecards.newest(team_ids)
    own = aggregates.by_window(replace(scope, reviewee_id=None, reviewer_id=person.id), windows)
    answers = ask(tx, (scores, ratings, samples, surveys, newest, versions, own))
    usage = Usage.of(tx, pieces, answers.to(scores))
    received = strata.apart(tx, scope, windows, usage.tallies(windows))
    parts = [each._replace(of="") for each in _parts(answers.to(samples))]
    known = figures.populations(received, parts).get(NOW, {})
    iqs, change = figures.compared(received, "", population=known.get(""))
    current, found = _current(tx, team_ids, answers.to(versions)), answers.to(ratings)
    categories = figures.categories(
        current,
        _by_category(tx, scope, windows, received, found),
        usage.rescaled(*windows),
        figures.sampled(received, {NOW: known}, NOW),
    )
    strength, focus = headlines.strength_and_focus(categories)
    answered = answers.to(surveys)
    return PersonalReport(
        person=person,
        period=period,
        iqs=iqs,
        change=change,
        categories=categories,
        trend=_trend(
            spans,
            zone,
            usage.tallies(weeks),
            [_together(answered, usage.inside(each)) for each in weeks],
            usage,
        ),
        recent=answers.to(newest),
        strength=strength,
        focus=focus,
        next_step=next_step(focus, categories, current, found.causes if focus else {}),
        zone=zone,
        given=figures.gave(answers.to(own), ""),
        csat=experience.survey(_together(answered, usage.inside(period)).counts),
        rebased=usage.rebased(zone, *windows),
    )


def cut(spans: Sequence[Period]) -> tuple[Period, ...]:
    """The pieces these spans share: cut where any of them begins or ends."""
    bounds = sorted({each.start for each in spans} | {each.end for each in spans})
    pieces = [Period(start, end, "") for start, end in pairwise(bounds)]
    if any(each.undated for each in spans):
        pieces.append(Period(bounds[-1], bounds[-1], "", undated=True))
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class Usage:
    """All scores of a report, and which versions of scorecards were used when, in the pieces its spans share.

    The last of `windows` is empty where reviews without a time are asked for: they belong to no other piece.
    """

    windows: tuple[Period, ...]
    scores: Scores
    used: breaks.Used
    cards: breaks.Cards

    @classmethod
    def of(cls, tx: Tx, windows: Sequence[Period], scores: Scores) -> Self:
        """What the scores of these windows tell, with the scorecards they were given by."""
        used: dict[tuple[int, int], datetime | None] = {}
        for (place, version_id, _), (tally, first) in scores.items():
            if tally.n:
                known = used.get((place, version_id))
                used[place, version_id] = first if known is None or first is None else min(known, first)
        return cls(tuple(windows), scores, used, cards.known(tx, used))

    def tallies(self, spans: Sequence[Period]) -> Tallies:
        """The scores of each of these spans, by reviewee if that was asked for."""
        inside = [frozenset(self.inside(each)) for each in spans]
        found: dict[Cell, Tally] = {}
        for (piece, _, who), (tally, _) in self.scores.items():
            for place, pieces in enumerate(inside):
                if piece in pieces:
                    cell = Cell(place, who)
                    found[cell] = found[cell] + tally if cell in found else tally
        return found

    def inside(self, *spans: Period) -> list[int]:
        """The numbers of the windows that these spans are made of."""
        return [
            number
            for number, each in enumerate(self.windows)
            if any(
                span.undated if each.undated else span.start <= each.start and each.end <= span.end
                for span in spans
            )
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


def _parts(samples: Sequence[Part]) -> list[Part]:
    """What the reviews of now were drawn from; no figure asks that of those before."""
    return [each._replace(window=NOW) for each in samples]


def _by_category(tx: Tx, scope: Scope, windows: Sequence[Period], received: Tallies, found: Rated) -> Tallies:
    """The ratings by category; those of history that reviews a conversation several times with their clusters."""
    clustered = any(each.clusters for each in received.values())
    return strata.ratings_apart(tx, scope, windows, found.tallies) if clustered else found.tallies


def _trend(
    spans: Spans, zone: str, tallies: Tallies, answered: Sequence[Answered], usage: Usage
) -> tuple[Point, ...]:
    """Scores and CSAT of each week or month, marked where the scorecard changed."""
    rebased = breaks.rebased_windows(usage.used, usage.cards, [usage.inside(each) for each in spans.windows])
    return tuple(
        replace(each, csat=experience.survey(answered[place].counts), rebased=rebased[place])
        for place, each in enumerate(figures.trend(spans.weeks, tallies, zone, spans.unit))
    )


def _together(surveys: Mapping[int, Answered], pieces: Sequence[int]) -> Answered:
    """The answers of several pieces of time."""
    found = Answered({}, set())
    for each in (surveys[piece] for piece in pieces if piece in surveys):
        found.agents.update(each.agents)
        for answer, times in each.counts.items():
            found.counts[answer] = found.counts.get(answer, 0) + times
    return found


def _behind(
    received: Tallies,
    weekly: Tallies,
    by_category: People,
    usage: Usage,
    answered: Sequence[Answered],
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
        csat_points={place: len(each.agents) for place, each in enumerate(answered)},
        csat=len({each.reviewee_id for each in told if each.csat is not None}),
        ces=len({each.reviewee_id for each in told if each.ces is not None}),
        times=experience.people_timed(told),
        pairs=len({each.reviewee_id for each in paired} - {None}),
    )


def _agents(
    tx: Tx,
    members: Sequence[Person],
    team_id: int,
    received: Tallies,
    given: Tallies,
    told: Sequence[Told],
    drawn_from: Mapping[int | str, float],
) -> tuple[PersonFigure, ...]:
    """What each agent received, with what they gave, if they review too, and what their customers answered."""
    csat = experience.surveys(told, experience.csat)
    return tuple(
        replace(each, given=figures.gave(given, each.person_id), csat=csat.get(each.person_id, Survey()))
        for each in _persons(tx, members, team_id, Role.AGENT, received, drawn_from)
    )


def _persons(
    tx: Tx,
    members: Sequence[Person],
    team_id: int,
    role: Role,
    tallies: Tallies,
    drawn_from: Mapping[int | str, float] = figures.NOWHERE,
) -> tuple[PersonFigure, ...]:
    """Those who hold the role, and whoever had reviews though they do not hold it any more."""
    names = {each.id: each.name for each in members}
    names |= people.names(tx, [int(cell.of) for cell in tallies if cell.of not in {*names, figures.NOBODY}])
    always = [each.id for each in members if each.has(role, team_id)]
    return figures.persons(names, always, tallies, drawn_from)


def _current(tx: Tx, team_ids: Sequence[int], versions: Mapping[int, int]) -> list[Scorecard]:
    """The current scorecards of these teams; imported history may come before the first one."""
    return [scorecards.by_version(tx, versions[each]) for each in team_ids if each in versions]
