"""`iqs schedule`: when each team's draw and digests happen."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.errors import Invalid
from iqs.people import Cycle
from iqs.periods import zone_of
from iqs.schedules import WEEKDAYS, Due, Schedule, ScheduleKind, local_time, minute_of, weekday_of
from iqs.services import planning
from iqs.services.planning import Planned

KINDS = [kind.value for kind in ScheduleKind]


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "iqs schedule",
        "iqs schedule set --team Support --kind digest --day monday --at 09:00",
        "iqs schedule pause --team Support",
    ),
)
@click.pass_context
def schedule(context: click.Context) -> None:
    """When each team's sample is drawn and its digest is posted; shows the next three times of each.

    Days and hours are the team's: change its zone with `iqs team set NAME --timezone …`.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_schedules)


@schedule.command(
    "list", epilog=examples("iqs schedule list --team Support", "iqs schedule list --json", title="Examples")
)
@click.option("--team", help="One team's only.")
@click.option("--json", "as_json", is_flag=True, help="Print the schedules as JSON.")
def list_schedules(*, team: str | None = None, as_json: bool = False) -> None:
    """Print every schedule with its next three times, in the team's zone and in UTC."""
    with opened_store() as store:
        found = planning.planned(store, now=now(), team_name=team)
    if as_json:
        click.echo(json.dumps([_object(each) for each in found], ensure_ascii=False))
    elif found:
        click.echo("\n".join(line for each in found for line in lines(each)))
    else:
        click.echo("There are no schedules yet. They come with the teams: iqs people import people.csv")


@schedule.command(
    "set",
    epilog=examples(
        "iqs schedule set --team Support --kind digest --day monday --at 09:00",
        "iqs schedule set --team Support --kind draw --at 07:30",
    ),
)
@click.option("--team", required=True, help="The team's name.")
@click.option("--kind", required=True, type=click.Choice(KINDS), help="What happens.")
@click.option("--day", help="The weekday, by name.")
@click.option("--at", help="The local time, such as 09:00.")
def set_schedule(*, team: str, kind: str, day: str | None, at: str | None) -> None:
    """Move a schedule to another weekday or hour, and print its next three times.

    No week is left out and none comes twice: if this week's was not done and its new time is over, it is done at
    once.
    """
    if day is None and at is None:
        raise Invalid("Nothing to change was named: give --day, --at or both.")
    weekday = None if day is None else weekday_of(day)
    minute = None if at is None else minute_of(at)
    with opened_store() as store:
        moved = planning.move(
            store, None, team, ScheduleKind(kind), now=now(), weekday=weekday, minute=minute
        )
    click.echo("\n".join(lines(moved)))


@schedule.command(
    epilog=examples("iqs schedule pause --team Support", "iqs schedule pause --team Support --kind draw")
)
@click.option("--team", required=True, help="The team's name.")
@click.option("--kind", type=click.Choice(KINDS), help="One of them only; all when left out.")
def pause(*, team: str, kind: str | None) -> None:
    """Stop a team's schedules until they are resumed."""
    with opened_store() as store:
        for each in _chosen(kind):
            click.echo("\n".join(lines(planning.pause(store, None, team, each, now=now()))))


@schedule.command(
    epilog=examples("iqs schedule resume --team Support", "iqs schedule resume --team Support --kind draw")
)
@click.option("--team", required=True, help="The team's name.")
@click.option("--kind", type=click.Choice(KINDS), help="One of them only; all when left out.")
def resume(*, team: str, kind: str | None) -> None:
    """Go on with paused schedules, and print their next three times.

    What came due during the pause is left out and recorded as skipped.
    """
    with opened_store() as store:
        for each in _chosen(kind):
            click.echo("\n".join(lines(planning.resume(store, None, team, each, now=now()))))


def lines(planned: Planned) -> Iterator[str]:
    """A schedule as people read it, with its next times."""
    schedule = planned.schedule
    at = f"{_days(schedule)} {local_time(schedule.minute):%H:%M}"
    state = "paused" if schedule.paused else at
    yield f"{planned.team.name}, {schedule.kind}: {state} ({schedule.zone})"
    for due in planned.waiting:
        yield f"  due since {_both(due, schedule.zone)}: done at the next tick of `iqs run` or `iqs worker`"
    for due in planned.coming:
        yield f"  {_both(due, schedule.zone)}"


def _days(schedule: Schedule) -> str:
    """On which days it happens."""
    weekday = WEEKDAYS[schedule.weekday].title()
    match schedule.calendar.cycle:
        case Cycle.DAILY:
            return "every working day"
        case Cycle.WEEKLY:
            return f"every {weekday}"
        case Cycle.BIWEEKLY:
            return f"every second {weekday}"
        case Cycle.MONTHLY:
            return f"the first {weekday} of the month"


def _chosen(kind: str | None) -> list[ScheduleKind]:
    return list(ScheduleKind) if kind is None else [ScheduleKind(kind)]


def _both(due: Due, zone: str) -> str:
    local = due.at.astimezone(zone_of(zone))
    return f"{local:%a %Y-%m-%d %H:%M %Z} · {due.at.astimezone(UTC):%a %Y-%m-%d %H:%M} UTC"


def _object(planned: Planned) -> dict[str, Any]:
    schedule = planned.schedule

    def times(dues: tuple[Due, ...]) -> list[dict[str, str]]:
        zone = zone_of(schedule.zone)
        return [{"local": _iso(each.at.astimezone(zone)), "utc": _iso(each.at)} for each in dues]

    return {
        "team": planned.team.name,
        "kind": schedule.kind.value,
        "cycle": schedule.calendar.cycle.value,
        "day": WEEKDAYS[schedule.weekday],
        "at": f"{local_time(schedule.minute):%H:%M}",
        "zone": schedule.zone,
        "paused": schedule.paused,
        "due": times(planned.waiting),
        "next": times(planned.coming),
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z")
