"""What somebody reads who asked for a conversation, or handed one out: one line, only for them."""

from blocks import kit
from blocks.kit import Message, Part
from blocks.text import fit
from iqs import streams
from iqs.people import Person
from iqs.reviews import Stream, kind_of
from iqs.services.handing import Handed


def message(handed: Handed, actor: Person) -> Message:
    """That it is on its way, to whom, and what it counts for. Nothing tells whose work it is."""
    kind = kind_of(handed.reviewer, handed.team.id)
    told = streams.told(handed.stream, kind, period=handed.period)
    if handed.reviewer.id == actor.id:
        first: list[Part] = [kit.bold("Here you are"), ": the scorecard comes to you in a message now."]
    else:
        first = [
            kit.bold("Handed out"),
            f": {fit(handed.reviewer.name, 80)} finds the scorecard in their messages, ",
        ]
        first.append("in their working hours.")
    counts = (
        "It counts for IQS as the rest of the sample."
        if handed.stream is Stream.RANDOM
        else "It never moves IQS."
    )
    why: list[Part] = [f"{fit(handed.team.name, 60)} · {told}"]
    if handed.due_at is not None:
        why += [" · due ", kit.date(handed.due_at)]
    lines = kit.rich_text(kit.line(*first), kit.line(*why), kit.line(counts))
    return kit.message("A scorecard was handed out.", [lines])
