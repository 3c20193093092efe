"""A reviewer skips with a reason and receives the next; a lead hands work on; somebody is out of office."""

from blocks import ids
from blocks.ids import ActionId
from blocks.scorecard import Choice
from bot.demo import seen
from iqs.services import reviewing
from tests.journey.conftest import WAIT
from tests.world import World


def choose(reviewer, card, choice):
    """Chooses in the "…" menu of a scorecard and waits for the window."""
    block = next(b for b in card["blocks"] if b.get("block_id") == "scorecard.actions")
    menu = next(e for e in block["elements"] if e["action_id"] == ActionId.MENU)
    option = next(o for o in menu["options"] if o["value"].startswith(f"{choice}:"))
    assert reviewer.click(card, ActionId.MENU, value=option["value"]).ok
    reviewer.wait_for(lambda: reviewer.view)


def open_cards(reviewer):
    return [m for m in reviewer.dm() if "Scorecard: " in seen.words(m["blocks"])]


def test_a_reviewer_skips_and_receives_the_next(prepare):
    """The old message says why it was skipped and that the next one comes; the next scorecard stands there."""
    journey = prepare("socket mode")
    world, rosa = World(journey.store), journey.drive("rosa")
    first = journey.card(rosa)
    before = len(world.tasks(world.rosa))
    choose(rosa, first, Choice.SKIP)
    rosa.fill(ids.SKIP_BLOCK, ActionId.SKIP_REASON, "not enough to rate")
    assert rosa.submit().ok
    rosa.wait_for(lambda: said(rosa, first, "Here comes the next one"))
    assert len(world.tasks(world.rosa)) == before
    rosa.wait_for(lambda: len(open_cards(rosa)) == before)


def test_a_lead_hands_work_on_and_somebody_goes_away(prepare):
    """From the lead's Home to the list, to the window that asks; then out of office, set and taken back in the Home."""
    journey = prepare("socket mode", quota=2)
    world, lea, rosa = World(journey.store), journey.drive("lea"), journey.drive("rosa")
    task = next(each for each in world.tasks(world.rosa) if reviewee(world, each) != world.cleo.id)
    rosa.wait_for(lambda: len(open_cards(rosa)) == len(world.tasks(world.rosa)))
    lea.act_in_view(ActionId.WORK, "work.0", view=lea.home(WAIT))
    listed = lea.wait_for(lambda: lea.view)
    assert "Rosa reviews" in seen.words(listed["blocks"])
    assert lea.act_in_view(ActionId.WORK_HAND_ON, f"work.{task}").ok
    lea.wait_for(lambda: len(lea.views()) == 2)
    lea.fill(ids.HAND_ON_TO, ActionId.HAND_ON_TO, str(world.cleo.id))
    lea.fill(ids.HAND_ON_REASON, ActionId.HAND_ON_REASON, "to share the work more evenly")
    assert lea.submit().ok
    assert task not in world.tasks(world.rosa)
    cleo = journey.drive("cleo")
    cleo.wait_for(lambda: "Handed on by Lea" in seen.words([m["blocks"] for m in cleo.dm()]))
    rosa.wait_for(lambda: any(said(rosa, m, "Passed on to Cleo") for m in rosa.dm()))

    rosa.act_in_view(ActionId.ABSENCE, view=rosa.home(WAIT))
    rosa.wait_for(lambda: rosa.view)
    rosa.fill(ids.LAST_DAY, ActionId.LAST_DAY, "2026-11-20")
    assert rosa.submit().ok

    def come_back():  # the Home tab may be drawn anew between the look and the click
        away = shown(rosa.home(WAIT), "until 20 November 2026")
        return away and rosa.act_in_view(ActionId.BACK, view=away).ok

    rosa.wait_for(come_back)
    rosa.wait_for(lambda: shown(rosa.home(WAIT), "While you are out of office"))


def reviewee(world, task):
    return reviewing.card_of_notice(world.store, task).assignment.reviewee_id


def said(reviewer, message, words):
    """Whether this message says so now."""
    return any(m["ts"] == message["ts"] and words in seen.words(m["blocks"]) for m in reviewer.dm())


def shown(home, words):
    return home if words in seen.words(home["blocks"]) else None
