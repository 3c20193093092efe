"""A lead asks for a category, an agent, the digest and a file, and plans the digest, all inside Slack."""

import json

from bot.demo import seen
from iqs.services import reviewing
from tests import world

WAIT = 60


def test_a_lead_asks_for_everything(quick):
    """Each answer is the lead's alone; a button explains a score; the file follows by direct message."""
    team, now = world.World(quick.store), quick.sandbox.clock.now()
    task = team.tasks(team.rosa)[0]
    reviewed = team.rate_all(team.rosa, task, now=now).reviewee_name
    reviewing.submit(quick.store, team.rosa, task, now=now)
    quick.sandbox.driver("U5").move_clock("2026-11-17 12:00")
    lead = quick.drive("lea")

    def ask(text):
        (said,) = lead.command(f"/iqs {text}", wait=WAIT).ephemerals
        return said

    assert "Solution: Support" in seen.words(ask("category sol this week")["blocks"])
    card = ask(f"agent {reviewed}")
    assert reviewed in seen.words(card["blocks"])
    assert lead.click(card, "feedback.explain").ok
    window = lead.wait_for(lambda: lead.view)
    assert "Score = " in json.dumps(window["blocks"])
    lead.close()
    assert "nothing was posted" in seen.words(ask("digest preview")["blocks"])
    assert "Thursday at 08:15" in seen.words(ask("digest move thursday 08:15")["blocks"])
    ask("export this week")
    (message,) = lead.wait_for(lambda: [each for each in lead.dm() if each["files"]])
    assert len(message["files"]) == 2
