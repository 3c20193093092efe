"""`/iqs help`: the commands, and what the bot does with whose words."""

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
    ("The digest", "names no agent."),
    ("A score", "is always shown with the number of reviews behind it (n) and how sure it is."),
)


def message(person: Person) -> Message:
    """The ephemeral answer, with the commands this person may use."""
    text = "IQS help: /iqs me shows your own score, /iqs team your team's, /iqs help this text."
    blocks = [
        kit.header("What IQS does"),
        kit.rich_text(*about()),
        kit.rich_text(kit.line(kit.bold("Commands")), kit.bullets(_commands(person))),
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


def _commands(person: Person) -> list[Element]:
    offered = [("/iqs me", "your own score, categories and latest reviews")]
    if person.is_admin or person.teams(Role.LEAD, Role.AUDITOR):
        offered.append(("/iqs team", "your team's figures for the last weeks"))
    offered.append(("/iqs help", "this text"))
    return [kit.line(kit.words(command, code=True), f" {what}") for command, what in offered]
