"""A lead looks at the draw, has it run again, and draws anew; nobody else may."""

from blocks.ids import ActionId
from bot.demo import seen
from tests.journey.conftest import WAIT


def said(outcome):
    return seen.words(outcome.ephemerals[-1]["blocks"] or outcome.ephemerals[-1]["text"])


def test_a_lead_opens_the_draw_verifies_it_and_draws_anew(quick):
    """Counts and hashes on one screen; the second look shows the second attempt."""
    lea, rosa = quick.drive("lea"), quick.drive("rosa")
    quick.card(rosa)
    opened = lea.command("/iqs draw")
    assert "0 of 3 reviews done" in said(opened)
    assert "Drawn from 24 conversations" in said(opened)
    assert "Only a lead of the team" in said(rosa.command("/iqs draw"))
    shown = opened.ephemerals[-1]
    assert lea.click(shown, ActionId.DRAW_VERIFY).ok
    lea.wait_for(
        lambda: any("run again, the draw came to the same" in seen.words(m["blocks"]) for m in lea.dm()), WAIT
    )
    assert lea.click(shown, ActionId.DRAW_REDRAW).ok
    lea.wait_for(lambda: "attempt 2" in said(lea.command("/iqs draw")), WAIT)
