"""`/iqs export`: a team's report and reviews as a file, for its leads, by direct message."""

from blocks import export as picture
from blocks.kit import Message
from bot.listeners import asked
from bot.listeners.asked import Asked
from bot.listeners.wiring import Wiring
from iqs.access import SENTENCES, Action
from iqs.errors import NotAllowed
from iqs.exports import FORMS
from iqs.people import Role
from iqs.services import exporting


def export(wiring: Wiring, question: Asked) -> Message:
    """`/iqs export [team] [period] [csv|xlsx|json]`: the file follows through the outbox."""
    now, actor = wiring.now(), question.actor
    known = asked.teams(wiring, actor, Role.LEAD)
    if not known:
        raise NotAllowed(SENTENCES[Action.EXPORT])
    text, form = _form(question.words)
    name, words = asked.split(text, [each.name for each in known], known[0].timezone, now)
    team = asked.the_team(known, name, usage="/iqs export", timed=True)
    span = asked.period(words, team.timezone, now, team.week_start)
    wish = exporting.ask(question.interaction.store, actor, team.id, form=form, now=now, period=span)
    wiring.wake()
    return picture.promised(wish)


def _form(text: str) -> tuple[str, str]:
    """The words without the form, and the form; CSV where none is named."""
    words = text.split()
    for place in (-1, 0):
        if words and words[place].casefold().removeprefix(".") in FORMS:
            form = words.pop(place).casefold().removeprefix(".")
            return " ".join(words), form
    return text, FORMS[0]
