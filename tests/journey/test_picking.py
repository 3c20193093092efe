"""`/iqs review` as people use it: a reviewer asks for the next one, a lead hands one out, an agent gives their view."""

from sqlalchemy import select

from blocks import ids
from blocks.ids import ActionId
from bot.demo import seen
from iqs.services import configuring, selfing
from iqs.storage import tables
from tests.journey.conftest import WAIT
from tests.journey.test_loop import CATEGORIES


def cards(driver):
    """The scorecards in somebody's messages, as words."""
    return [seen.words(each["blocks"]) for each in driver.dm() if not each["ephemeral"] and each["blocks"]]


def answer(driver, text):
    return seen.words([each["blocks"] or each["text"] for each in driver.command(text, wait=WAIT).ephemerals])


def test_a_reviewer_asks_for_one_and_gets_it(quick):
    """In the middle of the night too: the answer says so, and the scorecard is there, to be rated at once."""
    rosa = quick.drive("rosa")
    quick.card(rosa)
    before = cards(rosa)
    rosa.move_clock("+16h")
    said = answer(rosa, "/iqs review")
    assert "Here you are" in said
    assert "Random sample, week 46 · manager review" in said
    rosa.wait_for(lambda: len(cards(rosa)) == len(before) + 1)
    newest = [each for each in rosa.dm() if not each["ephemeral"]][-1]
    assert rosa.click(newest, ids.rate_action(4), ids.rating_block("solution")).ok
    rosa.wait_for(lambda: any("1 of 5 rated" in each for each in cards(rosa)))


def test_a_lead_hands_one_out_by_its_key(quick):
    """The reviewer who is named gets it and reads why; whoever is no lead is told kindly."""
    rosa, lea = quick.drive("rosa"), quick.drive("lea")
    free = next(key for key in (f"demo:c{n}" for n in range(24)) if not _drawn(quick, key))
    assert "Only a lead" in answer(rosa, f"/iqs review {free}")
    said = answer(lea, f"/iqs review {free} @Rosa")
    assert "Rosa finds the scorecard" in said
    assert "never moves IQS" in said
    rosa.wait_for(lambda: any("handed out by a lead" in each for each in cards(rosa)))
    assert "has that conversation on their list" in answer(lea, f"/iqs review {free}")


def _drawn(journey, key):
    handed, known = tables.Assignment, tables.Conversation
    with journey.store.read() as tx:
        found = tx.execute(
            select(known.external_id).join(handed, handed.conversation_id == known.id)
        ).scalars()
        return key.partition(":")[2] in set(found)


def test_an_agent_gives_their_own_view_and_sees_both_side_by_side(quick):
    """Asked by a scorecard of their own; their colleague's feedback then shows where the two differ."""
    now = quick.sandbox.clock.now
    rosa = quick.drive("rosa")
    whose = seen.words(quick.card(rosa)["blocks"][0]).removeprefix("Scorecard: ").lower()
    agent = quick.drive(whose)
    configuring.configure(quick.store, None, "Support", self_reviews=True, now=now())
    selfing.keep_up(quick.store, now=now())
    quick.app.delivery.wake()
    asked = agent.wait_for(
        lambda: next((m for m in agent.dm() if "How do you see" in seen.words(m["blocks"] or "")), None), WAIT
    )
    for category in CATEGORIES:
        assert agent.click(asked, ids.rate_action(2), ids.rating_block(category)).ok

    def whole():
        return next((m for m in agent.dm() if "5 of 5 rated" in seen.words(m["blocks"] or "")), None)

    assert agent.click(agent.wait_for(whole), ActionId.SUBMIT).ok
    for category, value in CATEGORIES.items():
        assert rosa.click(quick.card(rosa), ids.rate_action(value), ids.rating_block(category)).ok
    assert rosa.click(quick.shows(rosa, "5 of 5 rated"), ActionId.SUBMIT).ok
    rosa.move_clock("+11m")
    told = agent.wait_for(
        lambda: next((m for m in agent.dm() if "Your own view" in seen.words(m["blocks"] or "")), None), WAIT
    )
    assert "your reviewer" in seen.words(told["blocks"])
