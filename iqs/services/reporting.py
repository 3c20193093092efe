"""Reports as their readers may see them: a person's own, a team's, the weekly digest, the App Home."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from iqs import headlines, period_words, periods
from iqs.access import Action, AgentFacts, TeamFacts, can, demand
from iqs.errors import Invalid, NotFound
from iqs.people import Person, Role, Team
from iqs.periods import Spans
from iqs.reports import Digest, Home, Period, PersonalReport, TeamReport
from iqs.reviews import UNDO_WINDOW
from iqs.schedules import REPORTS, Outcome, Run, ScheduleKind
from iqs.schedules import window as whole_window
from iqs.services import assembling
from iqs.services.absenting import absence_of, own_zone
from iqs.services.overseeing import operations_of
from iqs.services.scheduling import upcoming_of
from iqs.services.tracking import latest
from iqs.storage import aggregates
from iqs.storage.aggregates import Scope
from iqs.storage.asking import answer
from iqs.storage.repositories import assignments, own_views, people, schedules, teams
from iqs.storage.store import Store, Tx

USUAL_DAYS = 30
"""What a report covers when nobody says: long enough for an interval worth reading."""

Asked = Period | str | None
"""A period, its words (see `iqs.period_words.parse`, read in the team's zone), or None for the last 30 days."""


def personal_report(store: Store, actor: Person, *, now: datetime, period: Asked = None) -> PersonalReport:
    """The actor's own work over all their teams, from released reviews. Invalid for an unreadable period."""
    with store.read() as tx:
        return _own(tx, actor, now, period)


def agent_report(
    store: Store, actor: Person | None, team_id: int, person_id: int, *, now: datetime, period: Asked = None
) -> PersonalReport:
    """An agent's work in one team, for those who may see persons there (None = the operator).

    NotAllowed for others; NotFound for somebody who is not in the team and was never reviewed there.
    """
    with store.read() as tx:
        team, _ = _team(tx, team_id)
        if actor is not None:
            demand(actor, Action.SEE_AGENT, AgentFacts(team_id, person_id))
        person = people.by_id(tx, person_id)
        scope = Scope(now, team_id=team.id, reviewee_id=person_id)
        if person is None or not (team_id in person.roles or answer(tx, aggregates.received(scope, limit=1))):
            raise NotFound(f"{team.name} has no such agent.")
        return _personal(tx, person, scope, team.timezone, period, _first_team(tx, person))


def team_report(
    store: Store, actor: Person | None, team_id: int, *, now: datetime, period: Asked = None
) -> TeamReport:
    """A team's period at the three levels, with persons for a reader who may see them (None = the operator).

    NotAllowed for a reader who may not see the team, NotFound for an unknown team, Invalid for an unreadable
    period.
    """
    with store.read() as tx:
        team, members = _team(tx, team_id)
        facts = _facts(team, members)
        if actor is not None:
            demand(actor, Action.SEE_TEAM, facts)
        persons = actor is None or can(actor, Action.SEE_AGENT, facts)
        spans = _spans(period, team, now)
        return assembling.team_report(tx, team, members, spans, as_of=now, persons=persons)


def home(store: Store, actor: Person, *, now: datetime) -> Home:
    """What the actor's App Home shows: waiting work, own figures, the teams they lead, what comes next."""
    with store.read() as tx:
        known = {team.id: team for team in teams.every(tx)}
        own = tuple(known[id_] for id_ in actor.teams(*Role) if id_ in known)
        waiting = assignments.waiting(tx, actor)
        personal = None
        if actor.teams(Role.AGENT):
            personal = _own(tx, actor, now, None)
        led = []
        for id_ in actor.teams(Role.LEAD, Role.ADMIN):
            team, members = _team(tx, id_)
            spans = _spans(None, team, now)
            led.append(assembling.team_report(tx, team, members, spans, as_of=now, persons=True))
        soonest: dict[str, datetime] = {}
        for coming in upcoming_of(tx, own, now=now):
            soonest.setdefault(coming.kind.value, coming.due.at)
        return Home(
            person=actor,
            teams=own,
            waiting=waiting,
            drafts=sum(each.rated > 0 for each in waiting),
            personal=personal,
            led=tuple(led),
            next_times=soonest,
            operations=operations_of(tx, actor, now=now),
            absence=absence_of(tx, actor, now=now),
            timezone=own_zone(tx, actor),
            draws=latest(tx, (known[id_] for id_ in actor.teams(Role.LEAD, Role.ADMIN)), now=now),
        )


def digest(store: Store, run_id: int, *, now: datetime) -> Digest:
    """The digest of a recorded run, of a week or a month: the window kept with it, as it stood when it was due.

    So it says the same however often and late it is made, and whatever became of the team's zone since. Due
    right after its window, it is made when that window's last review can no longer be taken back. A person is
    in it only if the team chose to name people, and no figure of fewer than five. NotFound for another run.
    """
    with store.read() as tx:
        run = schedules.run(tx, run_id)
        if run is None or run.schedule.kind not in REPORTS:
            raise NotFound("There is no such digest.")
        team, members = _team(tx, run.schedule.team_id)
        as_of = min(now, max(run.due.at, run.window.end + UNDO_WINDOW))
        report = _published(tx, team, members, _of_run(run), as_of=as_of)
        return _digest(report, late=run.outcome is Outcome.LATE)


def preview_digest(
    store: Store, actor: Person | None, team_id: int, *, now: datetime, period: Asked = None
) -> Digest:
    """The digest as it would be posted now, of the last complete week or another period ("last month").

    For those who may see persons anyway.
    """
    with store.read() as tx:
        team, members = _team(tx, team_id)
        if actor is not None:
            demand(actor, Action.SEE_AGENT, _facts(team, members))
        spans = _spans("last week" if period is None else period, team, now)
        if periods.is_month(spans.period, team.timezone):
            spans = periods.month_spans(spans.period, team.timezone).begun(now)  # as the monthly one has it
        return _digest(_published(tx, team, members, spans, as_of=now))


def _digest(report: TeamReport, *, late: bool = False) -> Digest:
    report = headlines.judged(report)  # the headline, the words and the table must say the same
    return Digest(
        headlines.headline(report), report, headlines.praise(report), late, headlines.finding(report)
    )


def _of_run(run: Run) -> Spans:
    """What a run's window compares: the last two weeks or months as they were counted when the team's were others."""
    window, schedule = run.window, run.schedule
    whole = whole_window(schedule, run.due.local_date)
    nominal = (
        periods.month_spans(whole, schedule.zone)
        if schedule.kind is ScheduleKind.MONTHLY
        else periods.spans(whole, schedule.zone, schedule.calendar.week_start)
    )
    length = nominal.before.end - nominal.before.start
    before = run.before or Period(window.start - length, window.start, nominal.before.label)
    counted = [
        replace(each, start=min(each.start, window.start), end=min(each.end, window.start))
        for each in nominal.weeks[:-1]
    ]
    counted[-1] = replace(counted[-1], end=window.start)
    return Spans(before, window, nominal.weeks, (*counted, window), nominal.unit)


def _published(tx: Tx, team: Team, members: Sequence[Person], spans: Spans, *, as_of: datetime) -> TeamReport:
    """What the team's channel may read; individuals are named only if the team chose so."""
    return assembling.team_report(
        tx, team, members, spans, as_of=as_of, persons=False, named=team.names_people
    )


def _own(tx: Tx, person: Person, now: datetime, period: Asked) -> PersonalReport:
    """The person's work over all their teams, in the days and weeks of their first one."""
    team = _first_team(tx, person)
    return _personal(tx, person, Scope(now, reviewee_id=person.id), _zone_of(team), period, team)


def _personal(
    tx: Tx, person: Person, scope: Scope, zone: str, period: Asked, first_team: Team | None
) -> PersonalReport:
    # What the list hides, a mean would tell.
    scope = replace(scope, without=own_views.kept_from(tx, person.id, as_of=scope.as_of))
    week_start = first_team.week_start if first_team is not None else 0
    spans = periods.spans(_span(period, zone, scope.as_of, week_start), zone, week_start).begun(scope.as_of)
    return assembling.personal_report(tx, person, scope, zone, spans)


def _team(tx: Tx, team_id: int) -> tuple[Team, list[Person]]:
    return teams.by_id(tx, team_id), people.members(tx, team_id)


def _facts(team: Team, members: Sequence[Person]) -> TeamFacts:
    """The group is its agents: it is their scores that a mean of few would give away."""
    return TeamFacts(team.id, sum(each.has(Role.AGENT, team.id) for each in members))


def zone(store: Store, person: Person) -> str:
    """The zone in which the person's own days are days (IANA)."""
    with store.read() as tx:
        return _zone_of(_first_team(tx, person))


def _zone_of(first_team: Team | None) -> str:
    """The zone of the person's first team, where they are an agent if they are one; UTC without a team."""
    return first_team.timezone if first_team is not None else "UTC"


def _first_team(tx: Tx, person: Person) -> Team | None:
    held = (*person.teams(Role.AGENT), *person.teams(*Role))
    return teams.by_id(tx, held[0]) if held else None


def _spans(period: Asked, team: Team, now: datetime) -> Spans:
    """What a period in the team's words compares, in its days and weeks."""
    span = _span(period, team.timezone, now, team.week_start)
    return periods.spans(span, team.timezone, team.week_start).begun(now)


def _span(period: Asked, zone: str, now: datetime, week_start: int = 0) -> Period:
    if period is None:
        return periods.last_days(now, zone, USUAL_DAYS)
    if isinstance(period, Period):
        return period
    found = period_words.parse(period, zone, now, week_start)
    if found.start > now:
        raise Invalid(f"“{period}” has not begun yet. Ask about a time that has.")
    return found
