"""Out of office, in the App Home: who is away until when, and the small window in which somebody says so."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from blocks import ids, kit
from blocks.ids import ActionId, CallbackId
from blocks.kit import Block, Element, View
from iqs.absences import Absence, AbsenceSource, last_day
from iqs.errors import Invalid
from iqs.people import Role
from iqs.reports import Home

_HEAD = kit.header("Out of office")
_TOLD_BY = {
    AbsenceSource.SELF: "",
    AbsenceSource.LEAD: " Your lead set this.",
    AbsenceSource.SLACK: " This follows your Slack status.",
}


def section(home: Home) -> list[Block]:
    """What the App Home of a reviewer says about being away, with the button that changes it."""
    if not home.person.teams(Role.REVIEWER, Role.LEAD):
        return []
    absence = home.absence
    if absence is None:
        away = kit.button("Out of office …", ActionId.ABSENCE, label="Say that you are out of office")
        return [_HEAD, kit.section("While you are out of office you get no reviews.", accessory=away)]
    button = kit.button("I am back", ActionId.BACK, label="End my time out of office")
    told = f"{_sentence(absence, home.timezone)}{_TOLD_BY[absence.source]}"
    return [_HEAD, kit.section(told, accessory=button)]


def modal(today: date) -> View:
    """Asks for the first and the last day away."""
    first = kit.field(ids.FIRST_DAY, "First day away", _day(ActionId.FIRST_DAY, today))
    last = kit.field(
        ids.LAST_DAY,
        "Last day away",
        _day(ActionId.LAST_DAY, None),
        hint="You get no new reviews and no reminders until then.",
    )
    note = (
        "What you have not begun and would miss the deadline of goes to another reviewer. "
        "What you have begun stays yours."
    )
    return kit.modal(
        "Out of office",
        [first, last, kit.context(note)],
        callback=CallbackId.ABSENCE,
        submit="Save",
        close="Cancel",
    )


def read_absence(view: dict[str, Any]) -> tuple[date, date]:
    """The first and the last day that were chosen; Invalid, with `fields`, if one is missing."""
    values = view.get("state", {}).get("values", {})
    days: list[date] = []
    for block, action in ((ids.FIRST_DAY, ActionId.FIRST_DAY), (ids.LAST_DAY, ActionId.LAST_DAY)):
        chosen = values.get(block, {}).get(action, {}).get("selected_date")
        try:
            days.append(date.fromisoformat(chosen or ""))
        except (TypeError, ValueError):
            raise Invalid("Please choose a day.", fields={block: "Please choose a day."}) from None
    return days[0], days[1]


def errors(error: Invalid) -> dict[str, str]:
    """A refusal at the field it is about."""
    return dict(error.fields) or {ids.LAST_DAY: str(error)}


def _sentence(absence: Absence, timezone: str) -> str:
    first, last = absence.starts_at.astimezone(ZoneInfo(timezone)).date(), last_day(absence, timezone)
    if first == last:
        return f"You are out of office on {last.day} {last:%B %Y}."
    began = f"{first.day} {first:%B %Y}" if first.year != last.year else f"{first.day} {first:%B}"
    return f"You are out of office from {began} until {last.day} {last:%B %Y}, that day included."


def _day(action: str, chosen: date | None) -> Element:
    element: Element = {"type": "datepicker", "action_id": action}
    return element | {"initial_date": chosen.isoformat()} if chosen else element
