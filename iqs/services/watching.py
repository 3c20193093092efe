"""Watching the scores: leads hear of a fall as soon as it is real, once, and of the recovery."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial

from iqs import falls, figures, periods
from iqs.access import Action, TeamFacts, demand
from iqs.errors import Invalid, NotFound
from iqs.falls import Scored, Shift, Turn, Usual
from iqs.figures import Cell
from iqs.notices import NoticeKind, shift_key
from iqs.people import Person, Role, Team
from iqs.reports import Period, ShiftReport, ShiftReview
from iqs.reviews import UNDO_WINDOW
from iqs.scoring import MICRO
from iqs.storage import aggregates, sequences
from iqs.storage.aggregates import Scope
from iqs.storage.asking import ask
from iqs.storage.repositories import notices, people, scorecards, settings, shifts, teams
from iqs.storage.store import Store, Tx
from iqs.working_hours import next_working_instant

FRESH = timedelta(days=7)
"""A shift noticed longer ago (in imported history, say) is recorded and not told any more."""

SHOWN = 5

NEVER = datetime.min.replace(tzinfo=UTC)

Sums = Mapping[str, figures.Tally]
Lists = Mapping[str, Sequence[Scored]]


def watch(store: Store, *, now: datetime) -> int:
    """Looks for falls and recoveries in each team's newly released reviews; how many leads are told of one.

    For the clock. A team without new reviews costs one look into an index.
    """
    with store.read() as tx:
        everyone = teams.every(tx)
        fresh = [team for team in everyone if _newest(tx, team, now) > _seen(tx, team)]
    return sum(store.transact(partial(_watch, team, now)) for team in fresh)


def shift_report(store: Store, shift_id: int, actor: Person | None = None) -> ShiftReport:
    """A shift with the reviews behind it, for leads and admins (None = its message). NotFound for another id."""
    with store.read() as tx:
        row = shifts.get(tx, shift_id)
        if row is None:
            raise NotFound("There is no such change of a score.")
        team = teams.by_id(tx, row.team_id)
        if actor is not None:
            demand(actor, Action.SEE_AGENT, TeamFacts(team.id, 0))
        return ShiftReport(
            team=team,
            turn=Turn(row.turn),
            category=_name(tx, team, row.category) if row.category else None,
            mean=row.mean / MICRO,
            usual=row.usual / MICRO,
            n=row.reviews,
            began_at=row.began_at,
            reviews=tuple(
                ShiftReview(each.id, each.subject, each.score / MICRO)
                for each in shifts.behind(tx, row, limit=SHOWN)
            ),
        )


def _watch(team: Team, now: datetime, tx: Tx) -> int:
    teams.lock(tx, team.id)
    newest = _newest(tx, team, now)
    if newest <= _seen(tx, team):
        return 0  # another replica was faster
    settings.put(tx, _watched(team), newest.isoformat())
    told = 0
    for category, usual, shift in _shifts(tx, team, now):
        shift_id = shifts.add(tx, team.id, category, shift, usual=usual.mean, noticed_at=now)
        row = None if shift_id is None else shifts.get(tx, shift_id)
        if shift_id is not None and row is not None and now - row.seen_at <= FRESH:
            told += sum(_tell(tx, team, person, shift_id, now) for person in _leads(tx, team))
    return told


def _shifts(tx: Tx, team: Team, now: datetime) -> list[tuple[str, Usual, Shift]]:
    """Every shift of this quarter against the one before; of the last one too, while it ended in a fall."""
    scope = Scope(now, team_id=team.id)
    this, last, earlier = _quarters(periods.local_date(now, team.timezone), team.timezone)
    before = _found(tx, scope, last, earlier)
    ended = {category: shift.turn for category, _, shift in before}
    down = {category for category, turn in ended.items() if turn is Turn.FALL}
    # What fell in the last quarter and is still down is no new usual: it is watched on until it recovers.
    going_on = Period(last.start, this.end, "")
    continued = [each for each in _found(tx, scope, going_on, earlier) if each[0] in down] if down else []
    return [*(each for each in _found(tx, scope, this, last) if each[0] not in down), *continued]


def _found(tx: Tx, scope: Scope, period: Period, before: Period) -> list[tuple[str, Usual, Shift]]:
    ratings, reviews = aggregates.rated(scope, [before]), aggregates.by_window(scope, [before])
    answers = ask(tx, (ratings, reviews))
    sums, whole = answers.to(ratings).tallies, answers.to(reviews)
    usual = {"": whole.get(Cell(0), figures.Tally()), **{str(cell.of): tally for cell, tally in sums.items()}}
    watched = sum(tally.n for tally in usual.values())
    lists: Lists = {"": sequences.of_team(tx, scope, period)} | sequences.of_categories(tx, scope, period)
    found = []
    for category, scores in lists.items():
        known = falls.usual(usual.get(category, figures.Tally()).estimate)
        if known is not None:
            found += [(category, known, each) for each in falls.shifts(scores, known, watched=watched)]
    return found


def _tell(tx: Tx, team: Team, person: Person, shift_id: int, now: datetime) -> bool:
    return notices.add(
        tx,
        key=shift_key(shift_id, person.id),
        kind=NoticeKind.SHIFT,
        object_id=shift_id,
        person_id=person.id,
        not_before=next_working_instant(now, team, person.timezone),
        now=now,
    )


def _leads(tx: Tx, team: Team) -> list[Person]:
    return [each for each in people.members(tx, team.id) if each.has(Role.LEAD, team.id)]


def _quarters(today: date, zone: str) -> tuple[Period, Period, Period]:
    """The quarter that runs, the last and the one before it, in local days."""
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    starts = [first]
    for _ in range(2):
        day = starts[-1] - periods.DAY
        starts.append(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1))
    this, last, earlier = starts
    return (
        periods.days(this, today, zone),
        periods.days(last, this - periods.DAY, zone),
        periods.days(earlier, last - periods.DAY, zone),
    )


def _newest(tx: Tx, team: Team, now: datetime) -> datetime:
    return shifts.newest_review(tx, team.id, now - UNDO_WINDOW) or NEVER


def _seen(tx: Tx, team: Team) -> datetime:
    stored = settings.get(tx, _watched(team))
    known = datetime.fromisoformat(stored) if stored else None
    return known or NEVER


def _watched(team: Team) -> str:
    return f"watched:{team.id}"


def _name(tx: Tx, team: Team, key: str) -> str:
    try:
        return scorecards.current(tx, team.id).category(key).name
    except (Invalid, NotFound, KeyError):
        return figures.readable(key)
