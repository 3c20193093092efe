"""What a person sees when something does not work: its sentence, or a reference whose story is in the log.

The log gets the error's class and the places it passed, never its text: that may hold a customer's words.
"""

import logging
import secrets
import traceback
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, BoltContext, BoltResponse

from blocks import kit, refusal
from blocks.ids import CallbackId
from blocks.kit import Message, View
from bot.acks import Outcome
from bot.answers import Answers
from bot.interactions import Interaction
from iqs.errors import IQSError, Repeated, Unavailable

log = logging.getLogger(__name__)


def said(error: BaseException) -> Message:
    """What to tell a person about an error; one that is not ours is logged under a reference."""
    if isinstance(error, IQSError):
        return refusal.sentence(str(error))
    reference = secrets.token_hex(4)
    log.error("reference %s: %s at %s", reference, type(error).__name__, where(error))
    return refusal.failed(reference)


def where(error: BaseException) -> str:
    """The places an error passed, innermost last, as `file:line in function`; no values."""
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return " > ".join(
        f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} in {frame.name}" for frame in frames
    )


def window(message: Message) -> View:
    """A message as a modal, where there is nothing to answer under."""
    return kit.modal("IQS", message["blocks"], callback=CallbackId.SENTENCE)


def _outcome(error: Exception) -> Outcome:
    if isinstance(error, Repeated):
        return Outcome.REPEATED
    if isinstance(error, Unavailable):
        return Outcome.UNAVAILABLE
    return Outcome.REFUSED if isinstance(error, IQSError) else Outcome.FAILED


class Errors:
    """Bolt's error handler: answers where the person looks, and acknowledges, so that Slack adds no error."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def __call__(
        self, error: Exception, body: dict[str, Any], ack: Ack, context: BoltContext
    ) -> BoltResponse:
        """One sentence: under the command, beside the message, on top of the modal. Once for each interaction."""
        interaction, kind = context.get("interaction"), body.get("type")
        if kind == "event_callback":
            if interaction is not None:
                interaction.outcome = _outcome(error)
            said(error)
            # Not acknowledged, so Slack sends the event again; what an event does can be done twice.
            return BoltResponse(status=503 if isinstance(error, Unavailable) else 500, body="")
        if not self.is_news(error, interaction):
            return ack()
        message = said(error)
        if "command" in body:
            return ack(text=message["text"], blocks=message["blocks"])
        if kind == "view_submission":
            return ack(response_action="push", view=window(message))  # what was entered stays below
        if kind == "block_actions":
            self._show(body, message)
        return ack()

    def tell(self, body: Mapping[str, Any], error: Exception, interaction: Interaction) -> None:
        """Tells the person who clicked: under the message, or in a window where there is no message."""
        if self.is_news(error, interaction):
            self._show(body, said(error))

    def is_news(self, error: Exception, interaction: Interaction | None) -> bool:
        """Whether the person has not been told yet; a refusal is noted too, so that it is said only once."""
        if interaction is None:
            return True
        interaction.outcome = _outcome(error)
        if isinstance(error, Repeated):
            return False
        try:
            interaction.note()
        except Repeated:
            interaction.outcome = Outcome.REPEATED
            return False
        except Unavailable:
            pass  # then it must be said all the more
        return True

    def _show(self, body: Mapping[str, Any], message: Message) -> None:
        if body.get("response_url"):
            self._answers.whisper(body, message)
        elif body.get("trigger_id"):
            in_modal = (body.get("view") or {}).get("type") == "modal"
            self._answers.open(body, window(message), push=in_modal)
