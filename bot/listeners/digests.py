"""`/iqs digest`: a look at it beforehand, and when it comes: moved, paused, resumed."""

from contextlib import suppress

from blocks import digest as picture
from blocks import plan
from blocks.kit import Message
from bot.listeners import asked
from bot.listeners.asked import Asked
from bot.listeners.wiring import Wiring
from iqs.errors import Invalid, NotAllowed
from iqs.people import Role, Team
from iqs.schedules import ScheduleKind, minute_of, weekday_of
from iqs.services import planning, reporting
from iqs.services.planning import Planned

USAGE = (
    "Say what to do with it: “/iqs digest preview”, “pause”, “resume” or “move friday 09:00”; "
    "add “monthly” for the monthly one, and a team's name if you have several."
)
FOR_LEADS = "A team's digest is looked at and planned by its leads."
MONTHLY = "monthly"


def digest(wiring: Wiring, question: Asked) -> Message:
    """`/iqs digest preview|pause|resume|move`: for leads and admins."""
    known = _planned_by(wiring, question)
    word, _, rest = question.words.partition(" ")
    rest, kind = _kind(rest)
    match word.casefold():
        case "preview":
            return _preview(wiring, question, rest, kind)
        case "pause" | "resume" as change:
            team = asked.the_team(known, rest.strip(asked.QUOTES), usage=f"/iqs digest {change}")
            act = planning.pause if change == "pause" else planning.resume
            changed = act(question.interaction.store, question.actor, team.name, kind, now=wiring.now())
        case "move":
            changed = _moved(wiring, question, rest, kind)
        case _:
            raise Invalid(USAGE)
    return plan.message(changed.team, changed.schedule, (*changed.waiting, *changed.coming))


def _moved(wiring: Wiring, question: Asked, text: str, kind: ScheduleKind) -> Planned:
    name, weekday, minute = _when(text)
    team = asked.the_team(_planned_by(wiring, question), name, usage="/iqs digest move")
    return planning.move(
        question.interaction.store,
        question.actor,
        team.name,
        kind,
        now=wiring.now(),
        weekday=weekday,
        minute=minute,
    )


def _kind(text: str) -> tuple[str, ScheduleKind]:
    """The words without "monthly", and which digest is meant."""
    words = text.split()
    left = [each for each in words if each.casefold() != MONTHLY]
    return " ".join(left), ScheduleKind.DIGEST if left == words else ScheduleKind.MONTHLY


def _preview(wiring: Wiring, question: Asked, text: str, kind: ScheduleKind) -> Message:
    """The real picture, for the asker alone; of the last complete week or month, or the period they named."""
    now, actor = wiring.now(), question.actor
    known = _planned_by(wiring, question)
    zone = known[0].timezone
    name, words = asked.split(text, [each.name for each in known], zone, now)
    team = asked.the_team(known, name, usage="/iqs digest preview", timed=True)
    words = words or ("last month" if kind is ScheduleKind.MONTHLY else None)
    span = asked.period(words, team.timezone, now, team.week_start)
    made = reporting.preview_digest(wiring.store, actor, team.id, now=now, period=span)
    return plan.preview(picture.message(made))


def _when(text: str) -> tuple[str, int | None, int | None]:
    """The team's name, the weekday and the minute of the day in what was typed behind "move"."""
    weekday = minute = None
    name = []
    for each in text.split():
        if minute is None and ":" in each and each[:1].isdigit():
            minute = minute_of(each)
            continue
        if weekday is None:
            with suppress(Invalid):
                weekday = weekday_of(each)
                continue
        name.append(each)
    if weekday is None and minute is None:
        raise Invalid("Say when, as in “/iqs digest move friday 09:00”: a weekday, a time of day, or both.")
    return " ".join(name).strip(asked.QUOTES), weekday, minute


def _planned_by(wiring: Wiring, question: Asked) -> list[Team]:
    """The teams whose digest the actor may plan: those they lead, all of them for an admin."""
    found = asked.teams(wiring, question.actor, Role.LEAD)
    if not found:
        raise NotAllowed(FOR_LEADS)
    return found
