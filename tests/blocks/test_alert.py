"""The alert says what stands still, why, and what to do, within every limit; and one line when it is over."""

import pytest

from blocks import alert
from iqs.oversight import ConcernKind, FindingKind
from tests.blocks import operations_cases as cases
from tests.blocks.judge import judge_message, parsed_by_slack, read


@pytest.mark.parametrize(
    "shown", [cases.alert(), cases.alert(()), cases.fat_alert()], ids=["all", "over", "fat"]
)
def test_slack_takes_it(shown):
    """Any alert is a message within every limit, in which nobody's words are parsed."""
    message = alert.message(shown)
    judge_message(message)
    assert not [text for text in parsed_by_slack(message) if "<!channel>" in text]


def test_it_says_what_why_and_what_to_do():
    """Each kind has its head, its things with a reason and a time, and what to do; many are counted."""
    said = read(alert.message(cases.alert()))
    for words in (
        "nothing is sent", "token was revoked", "Put the app's token in order", "Intercom", "iqs sync",
        "a message is due and nobody sends it", "Agent 0", "Their Slack account is switched off", "and 2 more",
        "Retry or Cancel", "digest of Support", "The channel is archived", "Eva Stein", "3 messages wait",
        "was written by the auditor",
    ):  # fmt: skip
        assert words.lower() in said.lower(), words
    assert "Agent 5" not in said


def test_findings_of_one_kind_are_one_line():
    """What the auditor found many times is counted, since the oldest of it."""
    many = [
        cases.concern(ConcernKind.MENDED, key=f"m{n}", what=FindingKind.FEEDBACK_MISSING) for n in range(8)
    ]
    said = read(alert.message(cases.alert(many)))
    assert "8 × feedback of a released review" in said
    assert "more" not in said


def test_the_notification_names_nobody():
    """What reaches a lock screen counts, and names no person and no team."""
    assert alert.message(cases.alert())["text"] == "IQS: 12 things need a look."
    assert alert.message(cases.alert(cases.EVERY[:1]))["text"] == "IQS: 1 thing needs a look."
    assert alert.message(cases.alert(cases.EVERY[-1:]))["text"] == "IQS mended something."


def test_over_is_one_line():
    """When it is over, one line says so, and since when it stood."""
    message = alert.message(cases.alert(()))
    assert len(message["blocks"]) == 1
    assert "Everything moves again" in read(message)


@pytest.mark.parametrize("kind", ConcernKind)
def test_every_kind_has_its_words(kind):
    """No kind of concern, and no kind of finding, is without a head and an advice."""
    for finding in FindingKind if kind in (ConcernKind.AUDIT, ConcernKind.MENDED) else [None]:
        changes = {} if finding is None else {"what": finding}
        if kind is ConcernKind.UNREACHABLE:
            changes = {"reason": "left"}
        judge_message(alert.message(cases.alert([cases.concern(kind, **changes)])))
