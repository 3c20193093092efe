"""Why this conversation? Its agent and its reviewer ask and understand; somebody else's forged click learns nothing."""

from blocks import ids
from blocks.ids import ActionId
from bot.demo import seen
from iqs.services import reviewing
from tests import world
from tests.journey.conftest import WAIT
from tests.journey.test_loop import CATEGORIES, whispers


def told(driver, words):
    """What only this person sees and says this, as soon as it is there."""
    return driver.wait_for(lambda: next((each for each in whispers(driver) if words in each), None))


def test_reviewer_and_agent_ask_and_a_stranger_learns_nothing(quick):
    """Both are told what the chance was and that the draw was run again; another agent's forged click is refused."""
    rosa = quick.drive("rosa")
    card = quick.card(rosa)
    team = world.World(quick.store)
    task = reviewing.waiting(quick.store, team.rosa)[0].assignment_id
    assert rosa.click(card, ActionId.MENU, value=f"why:{task}").ok
    said = told(rosa, "Why this conversation?")
    assert "drawn from this agent's" in said
    assert "came to the same" in said

    name = seen.words(card["blocks"][0]).removeprefix("Scorecard: ").lower()
    agent = quick.drive(name)
    for category, value in CATEGORIES.items():
        assert rosa.click(quick.card(rosa), ids.rate_action(value), ids.rating_block(category)).ok
    assert rosa.click(quick.shows(rosa, "5 of 5 rated"), ActionId.SUBMIT).ok
    rosa.move_clock("+11m")
    feedback = agent.wait_for(
        lambda: next((m for m in agent.dm() if "Feedback on" in seen.words(m["blocks"])), None), WAIT
    )
    assert agent.click(feedback, ActionId.WHY_REVIEW).ok
    said = told(agent, "Why this conversation?")
    assert "drawn from your" in said
    assert "came to the same" in said

    kind, click = quick.sent[-1]
    other = next(each for each in ("ada", "ben") if each != name)
    user = {**click["user"], "id": world.SLACK[other]}
    quick.again(kind, {**click, "user": user, "trigger_id": "1.2.forged"})
    refused = told(agent, "yours")  # Slack shows the answer where the click's address leads
    assert "Checked just now" not in refused
    assert len([each for each in whispers(agent) if "Checked just now" in each]) == 1
    assert not [each for each in whispers(quick.drive(other)) if "Checked just now" in each]
