"""A lead looks at the draw, has it run again, and draws anew; nobody else may."""

from blocks.ids import ActionId
from bot.demo import seen


def said(outcome):
    return seen.words(outcome.ephemerals[-1]["blocks"] or outcome.ephemerals[-1]["text"])


def test_a_lead_opens_the_draw_verifies_it_and_draws_anew(quick):
    """Counts and hashes on one screen; pressed under two messages it is drawn anew once, and both show that draw."""
    lea, rosa = quick.drive("lea"), quick.drive("rosa")
    quick.card(rosa)
    opened = lea.command("/iqs draw")
    assert "0 of 3 reviews done" in said(opened)
    assert "Drawn from 24 conversations" in said(opened)
    assert "Only a lead of the team" in said(rosa.command("/iqs draw"))
    shown = opened.ephemerals[-1]
    assert lea.click(shown, ActionId.DRAW_VERIFY).ok
    lea.wait_for(
        lambda: any("run again, the draw came to the same" in seen.words(m["blocks"]) for m in lea.dm())
    )
    same = lea.command("/iqs draw Support 2026-W46").ephemerals[-1]
    for each in (shown, same):
        assert lea.click(each, ActionId.DRAW_REDRAW).ok

    def words():
        return [seen.words(m["blocks"] or m["text"]) for m in lea.dm()]

    lea.wait_for(lambda: sum("2026-W46, attempt 2" in each for each in words()) == 2)
    lea.wait_for(lambda: any("attempt 2 is the one that counts" in each for each in words()))
    assert "attempt 2" in said(lea.command("/iqs draw"))
    assert "Nothing was drawn for Support for 2026-W40" in said(lea.command("/iqs draw 2026-W40"))
    assert "There is no week 2026-W99" in said(lea.command("/iqs draw support 2026-W99"))
