"""`/iqs digest`: when it comes next, and how it would look."""

from collections.abc import Sequence

from blocks import kit
from blocks.kit import Block, Message
from blocks.text import fit
from iqs.people import Team
from iqs.schedules import WEEKDAYS, Due, Schedule, ScheduleKind, local_time

NAMES = {
    ScheduleKind.DRAW: "draw",
    ScheduleKind.DIGEST: "weekly digest",
    ScheduleKind.MONTHLY: "monthly digest",
}
PREVIEW = "A preview: only you see it, nothing was posted. These are the figures as they stand now."


def message(team: Team, schedule: Schedule, coming: Sequence[Due]) -> Message:
    """What was changed: paused, or the day, the hour and the next times."""
    name = f"The {NAMES[schedule.kind]} of {fit(team.name, 80)}"
    if schedule.paused:
        again = "resume monthly" if schedule.kind is ScheduleKind.MONTHLY else "resume"
        told = f"{name} is paused. Nothing is posted until somebody resumes it: /iqs digest {again}."
        return kit.message(told, [kit.section(told)])
    how = "the month's first " if schedule.kind is ScheduleKind.MONTHLY else ""
    day = WEEKDAYS[schedule.weekday].title()
    told = f"{name} comes on {how}{day} at {local_time(schedule.minute):%H:%M} ({schedule.zone})."
    blocks: list[Block | None] = [kit.section(told)]
    times = [kit.line(kit.date(each.at)) for each in coming]
    if times:
        blocks.append(kit.rich_text(kit.line("Next, in your own time:"), kit.bullets(times)))
    if team.channel_id is None:
        blocks.append(
            kit.context(
                "The team has no channel yet, so nothing can be posted: iqs team set TEAM --channel ID."
            )
        )
    return kit.message(told, blocks)


def preview(shown: Message) -> Message:
    """A digest's real picture, with a word that nothing was posted."""
    return Message(text=f"{PREVIEW} {shown['text']}", blocks=[kit.context(PREVIEW), *shown["blocks"]])
