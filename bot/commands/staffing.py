"""Who can take work: `iqs people away` and `back`, `iqs team capacity`; and `iqs history`, what became of it."""

from datetime import date, datetime

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.absences import last_day
from iqs.assignments import Event
from iqs.errors import Invalid
from iqs.services import absenting, enrolling, recounting, staffing


@click.command(epilog=examples("iqs people away ada@example.com --from 2026-12-21 --until 2027-01-02"))
@click.argument("email")
@click.option("--from", "first", help="The first day away, such as 2026-12-21; today unless given.")
@click.option("--until", "last", required=True, help="The last day away, such as 2027-01-02.")
def away(email: str, first: str | None, last: str) -> None:
    """Say that somebody is out of office; both days are included, in their own time zone.

    They get no new reviews and no reminders. What they have not begun and would miss the deadline of goes to others.
    """
    with opened_store() as store:
        person = enrolling.person_by(store, email)
        today = absenting.today(store, person, now=now())
        absence = absenting.away(
            store, None, person, _day("--from", first) if first else today, _day("--until", last), now=now()
        )
        until = last_day(absence, absenting.zone(store, person))
    click.echo(f"{person.name} is out of office until {until.isoformat()}.")


@click.command(epilog=examples("iqs people back ada@example.com"))
@click.argument("email")
def back(email: str) -> None:
    """Say that somebody is back, or does not go after all."""
    with opened_store() as store:
        person = enrolling.person_by(store, email)
        was_away = absenting.back(store, None, person, now=now())
    click.echo(f"{person.name} is back." if was_away else f"{person.name} was not away.")


@click.command(epilog=examples("iqs team capacity Support rosa@example.com 6"))
@click.argument("name", metavar="TEAM")
@click.argument("email")
@click.argument("capacity", metavar="N|none")
def capacity(name: str, email: str, capacity: str) -> None:
    """Limit how many conversations a reviewer is given a cycle; open work counts. "none" takes the limit away."""
    limit = None
    if capacity.strip().lower() != "none":
        if not (capacity.isascii() and capacity.isdecimal() and len(capacity) < 5):
            raise Invalid(f"The capacity is a whole number of conversations, or “none”; not “{capacity}”.")
        limit = int(capacity)
    with opened_store() as store:
        person = enrolling.person_by(store, email, name)
        staffing.limit(store, name, person, limit, now=now())
    told = "has no limit" if limit is None else f"takes {limit} a cycle at most"
    click.echo(f"{person.name} {told} in {name}.")


@click.command(epilog=examples("iqs history 41", "iqs history intercom:215469"))
@click.argument("what", metavar="ASSIGNMENT|CONVERSATION")
def history(what: str) -> None:
    """Print every step of an assignment, or of all that a conversation was handed out for (source:id).

    With an assignment come those that it replaced and that replaced it.
    """
    with opened_store() as store:
        steps = recounting.history(store, what)
    for each in steps:
        click.echo(_line(each))


def _line(event: Event) -> str:
    detail = ", ".join(f"{key} {value}" for key, value in event.detail.items() if value is not None)
    by = event.actor or "the programme"
    return f"{event.at:%Y-%m-%d %H:%M:%S} UTC  {event.assignment_id}  {event.what}, by {by}" + (
        f" ({detail})" if detail else ""
    )


def _day(option: str, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar's day has no zone
    except ValueError:
        raise Invalid(f"{option} is a day such as 2026-12-21, not “{text}”.") from None
