"""`/iqs export`: that the file comes, what is said with it, and what to do where Slack takes no file from the app."""

from shlex import quote

from blocks import figures, kit
from blocks.kit import Message
from blocks.text import escape, fit
from iqs import periods
from iqs.exports import Wish

HOLDS = (
    "Scores and ids only: nothing that a customer, an agent or a reviewer wrote. "
    "Only you received it; whoever you pass it to reads people's scores."
)
EMPTY = "There are no released reviews in it."


def promised(wish: Wish) -> Message:
    """The ephemeral answer to the command."""
    told = f"Your file comes by direct message in a moment: {_what(wish)}."
    return kit.message(told, [kit.section(told), kit.context(HOLDS)])


def comment(wish: Wish) -> str:
    """What stands above the file; it is parsed by Slack, so names are escaped."""
    empty = "" if wish.reviews else f" {EMPTY}"
    return escape(f"{_what(wish)[:1].upper()}{_what(wish)[1:]}.{empty} {HOLDS}")


def words(wish: Wish) -> Message:
    """In place of the file, where Slack takes none from the app: why, and how to get it all the same."""
    told = f"I cannot send you a file: {_what(wish)}."
    why = (
        "Slack takes no files from this app. Whoever runs it can give it the scope files:write and install it again, "
        "or make the report on the machine itself:"
    )
    first, last = periods.dates(wish.period, wish.team.timezone)
    days = "--period all" if wish.period.undated else f"--from {first} --to {last}"
    name = quote(fit(wish.team.name, 80))  # it is pasted into a shell
    command = f"iqs report --team {name} {days} --format {wish.form} --output report.{wish.form}"
    return kit.message(
        "I cannot send you the file you asked for. Open the message to read why.",
        [kit.section(told), kit.rich_text(kit.line(why), kit.code(command))],
    )


def _what(wish: Wish) -> str:
    of = f"{fit(wish.team.name, 80)}, {fit(wish.period.label, 60)}"
    return f"the report of {of}, and its {figures.count(wish.reviews, 'review')} ({wish.form.upper()})"
