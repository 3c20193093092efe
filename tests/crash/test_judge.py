"""The judge's own rules: what a click that Slack saw acked promises."""

import pytest

from tests.crash import programme
from tests.crash.judge import Verdict, _acceptable, listen


def click(category, value, acked=True, assignment=1):
    return {"assignment": assignment, "category": category, "value": value, "acked": acked}


def test_the_last_acked_value_counts():
    """An acked rating replaces what was acked before it."""
    assert _acceptable([click("tone", 1), click("tone", 3)]) == {(1, "tone"): {3}}


def test_a_lost_ack_leaves_two_values_possible():
    """A later click that nobody acked may have been stored; one before an ack may not."""
    clicks = [click("tone", 1, acked=False), click("tone", 2), click("tone", 3, acked=False)]
    assert _acceptable(clicks) == {(1, "tone"): {2, 3}}


def test_nothing_is_promised_without_an_ack():
    """A click that was never acked may be stored or not."""
    assert _acceptable([click("tone", 1, acked=False)]) == {}


def test_a_rating_after_the_submission_promises_nothing():
    """It is refused in words: what counts was said before."""
    assert _acceptable([click("tone", 1), click("submit", None), click("tone", 2)])[1, "tone"] == {1}
    unsure = [click("tone", 1), click("submit", None, acked=False), click("tone", 2)]
    assert _acceptable(unsure)[1, "tone"] == {1, 2}


@pytest.mark.parametrize(
    "line", [*programme.people().splitlines()[1:], programme.name("U1"), "xoxb-1", "zqQuestion"]
)
def test_a_log_with_anything_personal_is_wrong(tmp_path, line):
    """A name, an address, a customer's word or a token is found in whatever line it stands."""
    log, verdict = tmp_path / "bot.log", Verdict()
    log.write_text(f"12 web INFO bot: started\n12 web DEBUG bot: {line}\n")
    listen(log, ("xoxb-1",), verdict)
    assert verdict.wrong


def test_an_empty_log_proves_nothing(tmp_path):
    """The children log from their start; where nothing is, nobody listened."""
    log, verdict = tmp_path / "bot.log", Verdict()
    log.touch()
    listen(log, (), verdict)
    assert verdict.wrong


def test_a_log_of_ids_is_right(tmp_path):
    """Slack's ids and our own words are nobody's."""
    log, verdict = tmp_path / "bot.log", Verdict()
    log.write_text(f"12 web INFO bot: {programme.ADMIN} clicked\n")
    listen(log, ("xoxb-1",), verdict)
    assert verdict.wrong == []
