"""`/iqs help`: the commands, and what the bot does with whose words."""

from collections.abc import Iterator

from blocks import kit
from blocks.kit import Element, Message
from iqs.people import Person, Role

DOES = (
    "Each week IQS draws a fair random sample of closed conversations. A reviewer rates each one on a "
    "scorecard, the agent gets the feedback privately, and the team reads one digest."
)
SEES = (
    ("Agents", "see their own released reviews, and nobody else's."),
    ("Reviewers", "see the conversations given to them, never one they took part in."),
    ("Leads", "see their team's figures, people by name and never ranked."),
    ("The digest", "names nobody, unless the team chose to name people."),
    ("A score", "is always shown with the number of reviews behind it (n) and how sure it is."),
)
EVERYBODY = (
    ("/iqs me", "your own score, categories and latest reviews"),
    ("/iqs explain", "how your newest review was scored; add a number or a message's link for another one"),
)
MEMBERS = (
    ("/iqs team", "your team's figures, once five agents are in it"),
    ("/iqs category NAME", "one category of them: trend and root causes"),
)
SEERS = (
    ("/iqs team", "a team's figures; add its name if you have several"),
    ("/iqs category NAME", "one category: trend, root causes, where people stand"),
    ("/iqs agent @name", "one person's work"),
)
REVIEWERS = (("/iqs review", "the next conversation of the random sample, now"),)
LEADS = (
    ("/iqs review LINK @name", "hands that conversation to a reviewer, for coaching; without a name to you"),
    ("/iqs draw", "how far this cycle's reviews are; add 2026-W40 for an earlier one"),
    ("/iqs digest preview", "the digest as it would be posted now; only you see it"),
    (
        "/iqs digest move friday 09:00",
        "another day or hour; also “pause” and “resume”, and “monthly” for that one",
    ),
    ("/iqs export", "a file of the team's report and reviews; add csv, xlsx or json"),
)
HELP = (("/iqs help", "this text"),)
PERIODS = "Any time can follow: “/iqs me last week”, “/iqs team October”, also 2026-W40, Q3, “last 90 days”."


def message(person: Person) -> Message:
    """The ephemeral answer, with the commands this person may use."""
    text = f"IQS help. You can ask: {', '.join(command for command, _ in offered(person))}."
    blocks = [
        kit.header("What IQS does"),
        kit.rich_text(*about()),
        kit.rich_text(kit.line(kit.bold("Commands")), kit.bullets(_commands(person)), kit.line(PERIODS)),
        kit.context(kit.fixed("Your list of reviews and your feedback: the Home tab of this app.")),
    ]
    return kit.message(text, blocks)


def about() -> list[Element]:
    """What the bot does, and who sees what: for help and Home."""
    return [
        kit.line(DOES),
        kit.line(kit.bold("Who sees what")),
        kit.bullets([kit.line(kit.bold(who), f" {what}") for who, what in SEES]),
    ]


def offered(person: Person) -> Iterator[tuple[str, str]]:
    """The commands this person may use, with what each does."""
    leads = person.is_admin or bool(person.teams(Role.LEAD))
    yield from EVERYBODY
    yield from SEERS if leads or person.teams(Role.AUDITOR) else MEMBERS
    if leads or person.teams(Role.REVIEWER):
        yield from REVIEWERS
    if leads:
        yield from LEADS
    yield from HELP


def _commands(person: Person) -> list[Element]:
    return [kit.line(kit.words(command, code=True), f" {what}") for command, what in offered(person)]
