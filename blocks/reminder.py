"""The reminder: all of a reviewer's open work in one message, the soonest deadline first."""

from datetime import datetime

from blocks import figures, kit
from blocks.kit import Element, Message
from iqs import periods
from iqs.reminders import Reminder

LISTED = 8


def message(reminder: Reminder, *, now: datetime) -> Message:
    """What is still open as of now; it names nobody and no conversation."""
    total = sum(count for _, count in reminder.open)
    today = periods.local_date(now, reminder.zone)
    coming = [(periods.local_date(at, reminder.zone), count) for at, count in reminder.open if at > now]
    soon = sum(count for day, count in coming if day <= today + periods.DAY)
    until = "today" if soon == sum(count for day, count in coming if day == today) else "by tomorrow"
    text = f"{figures.count(total, 'review')} {'waits' if total == 1 else 'wait'} for you"
    text += f", {'all' if 1 < soon == total else soon} due {until}." if soon else "."
    lines = [_line(at, count, now) for at, count in reminder.open[:LISTED]]
    rest = sum(count for _, count in reminder.open[LISTED:])
    if rest:
        lines.append(kit.line(f"{rest} more, due later"))
    return kit.message(
        text,
        [
            kit.rich_text(kit.line(kit.bold(text)), kit.bullets(lines)),
            kit.context(
                "All of them are in the App Home of IQS. No time for one? Pass it on from its “…” menu."
            ),
        ],
    )


def _line(at: datetime, count: int, now: datetime) -> Element:
    if at <= now:
        return kit.line(f"{count} overdue since ", kit.date(at))
    return kit.line(f"{count} due ", kit.date(at))
