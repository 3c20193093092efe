"""`/iqs`: answered at once and only to the person who asked. Each word has its own answer."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import help as help_page
from blocks import kit
from blocks.kit import Message
from blocks.text import fit
from bot.interactions import Interaction
from bot.listeners import asked, cycles, digests, exports, figures, picking
from bot.listeners.asked import Answer, Asked
from bot.listeners.wiring import Wiring
from iqs.errors import Invalid
from iqs.people import Person
from iqs.text import clean

COMMAND = "/iqs"
LONGEST = 1_000
"""Characters of a command at most: names and links are shorter, and each word may begin a period."""


def register(app: App, wiring: Wiring) -> None:
    """Listens to the slash command."""

    def command(ack: Ack, body: dict[str, Any], actor: Person, interaction: Interaction) -> BoltResponse:
        text = str(body.get("text") or "")
        if len(text) > LONGEST:
            raise Invalid(
                f"That is too long to be read ({LONGEST:,} characters at most). Please say it shorter."
            )
        word, rest = [*clean(text).split(maxsplit=1), "", ""][:2]
        word = asked.typed(word).lower()
        answer = WORDS.get(word, _unknown)(wiring, Asked(rest, actor, interaction, body))
        return ack(text=answer["text"], blocks=answer["blocks"])

    app.command(COMMAND)(command)


def _help(_wiring: Wiring, question: Asked) -> Message:
    return help_page.message(question.actor)


def _unknown(_wiring: Wiring, question: Asked) -> Message:
    page = help_page.message(question.actor)
    word = asked.typed(str(question.body.get("text") or "")).partition(" ")[0]
    sorry = kit.section(f"I do not know “{fit(word, 40)}”. This is what I can do:")
    return Message(text=page["text"], blocks=[sorry, *page["blocks"]])


WORDS: dict[str, Answer] = {
    "": _help,
    "help": _help,
    "me": figures.me,
    "team": figures.team,
    "category": figures.category,
    "agent": figures.agent,
    "explain": figures.explain,
    "digest": digests.digest,
    "draw": cycles.draw,
    "export": exports.export,
    "review": picking.review,
}
"""What answers each first word."""
