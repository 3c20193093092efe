"""Every view, with the thinnest, the usual and the fattest data, is one that Slack accepts."""

from functools import cache

import pytest

from blocks import digest, feedback, home, me, refusal, review, scorecard, shift, skip, team
from blocks import help as help_page
from iqs.assignments import AssignmentState, Follower, HandedOn
from iqs.scoring import explain
from tests.blocks import cases, report_cases
from tests.blocks.judge import judge_home, judge_message, judge_modal, parsed_by_slack

CARDS = {"thin": cases.thin_card, "usual": cases.card, "fat": cases.fat_card}
FEEDBACK = {"thin": cases.thin_feedback, "usual": cases.feedback, "fat": cases.fat_feedback}
TEAMS = {
    "thin": report_cases.thin_team_report,
    "usual": report_cases.team_report,
    "fat": report_cases.fat_team_report,
}
PERSONAL = {
    "thin": report_cases.thin_personal,
    "usual": report_cases.personal,
    "fat": report_cases.fat_personal,
}
HOMES = {"thin": report_cases.thin_home, "usual": report_cases.home, "fat": report_cases.fat_home}
HOSTILE = cases.hostile(5000)


def messages():
    for size, make in CARDS.items():
        yield f"scorecard-{size}", scorecard.message(make())
        yield f"scorecard-{size}-without-excerpts", scorecard.message(make(), excerpts=False)
        for state in (AssignmentState.SKIPPED, AssignmentState.CANCELLED):
            changed = cases.replace(make(), assignment=cases.assignment(state=state, skip_reason=HOSTILE))
            yield f"scorecard-{size}-{state}", scorecard.message(changed)
        gone = cases.assignment(state=AssignmentState.CANCELLED)
        passed_on = cases.replace(make(), assignment=gone, follower=Follower(2, 3, HOSTILE))
        yield f"scorecard-{size}-passed-on", scorecard.message(passed_on)
        yield (
            f"scorecard-{size}-handed-on",
            scorecard.message(cases.replace(make(), handed_on=HandedOn(HOSTILE, ""))),
        )
    yield "scorecard-submitted", scorecard.message(cases.submitted())
    yield "scorecard-many", scorecard.message(cases.card(scorecard=cases.scorecard(40)))
    for size, make in FEEDBACK.items():
        yield f"feedback-{size}", feedback.message(make())
        yield f"feedback-{size}-seen", feedback.message(cases.replace(make(), acknowledged_at=cases.NOW))
    for size, make in PERSONAL.items():
        yield f"me-{size}", me.message(make())
    for size, make in TEAMS.items():
        yield f"team-{size}", team.message(make())
    hostile = tuple(report_cases.ShiftReview(n, HOSTILE, n) for n in range(5))
    for size, case in (
        ("usual", {}),
        ("fat", {"category": HOSTILE, "reviews": hostile}),
        ("thin", {"reviews": ()}),
    ):
        yield f"shift-{size}", shift.message(report_cases.shift(**case))
    for person in (cases.PERSON, cases.LEAD):
        yield f"help-{person.id}", help_page.message(person)
    yield "stranger", refusal.stranger()
    yield "failed", refusal.failed("a1b2c3")
    yield "sentence", refusal.sentence(HOSTILE)


def digests():
    for size, make in TEAMS.items():
        told = report_cases.digest(make(), headline=HOSTILE, praise=HOSTILE, finding=HOSTILE, late=True)
        yield f"digest-{size}", digest.message(told)
        yield f"digest-{size}-plain", digest.plain(told)
        yield f"digest-{size}-details", digest.details(told)


def modals():
    for size, make in CARDS.items():
        for page in (0, 1, 5, 1000):
            yield f"review-{size}-{page}", review.modal(make(), page=page)
        yield f"skip-{size}", skip.modal(make())
    yield "review-many", review.modal(cases.card(scorecard=cases.scorecard(24)))
    yield "loading", review.loading()
    yield "too-late", review.too_late(HOSTILE)
    for size, make in FEEDBACK.items():
        told = make()
        yield f"feedback-{size}", feedback.modal(told)
        yield f"explain-{size}", feedback.explain_modal(explain(told.scorecard, told.draft.ratings))
        for page in (0, 1, 1000):
            yield f"conversation-{size}-{page}", feedback.conversation_modal(told, page)
    yield "explain-nothing", feedback.explain_modal([])


@cache
def every(views):
    """All of them by name; made for the first test that asks, not while tests are collected."""
    return list(views())


def homes():
    for size, make in HOMES.items():
        yield f"home-{size}", home.view(make())


def test_messages_fit(subtests):
    """A message keeps Slack's limits and our budget of 30 blocks and 8,000 characters."""
    for name, message in every(messages):
        with subtests.test(name):
            judge_message(message)


def test_digests_fit(subtests):
    """A digest has at most 12 blocks, charts and table included."""
    for name, message in every(digests):
        with subtests.test(name):
            judge_message(message, blocks=12)


def test_modals_fit(subtests):
    """A modal keeps Slack's limits, 95 blocks and 250 kB."""
    for name, view in every(modals):
        with subtests.test(name):
            judge_modal(view)


def test_homes_fit(subtests):
    """The App Home keeps Slack's limits and holds no block that only messages may have."""
    for name, view in every(homes):
        with subtests.test(name):
            judge_home(view)


@pytest.mark.parametrize("views", [messages, digests, modals, homes])
def test_no_stranger_is_parsed(views, subtests):
    """No word of customers, agents or reviewers stands where Slack acts on mentions, links or codes."""
    for name, shown in every(views):
        with subtests.test(name):
            for text in parsed_by_slack(shown):
                assert "<!channel>" not in text
                assert "<@U" not in text
            for text in [text for text in parsed_by_slack(shown) if text != shown.get("text")]:
                assert "CANARY" not in text
                assert "Maya" not in text
                assert "Jonas" not in text


def test_lock_screens_learn_nothing(subtests):
    """The notification of a scorecard or of feedback holds no name, no score and nobody's words."""
    for name, message in every(messages):
        if name.startswith(("scorecard", "feedback")):
            with subtests.test(name):
                for secret in ("CANARY", "Maya", "Jonas", "order", "%", "Care"):
                    assert secret not in message["text"]
