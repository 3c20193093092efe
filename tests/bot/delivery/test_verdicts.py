"""What follows from what became of an attempt, row by row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.verdicts import CHANNEL_WAIT, PERSON_WAIT, RETRY_STEPS, What, judge, judge_look
from bot.outcomes import Outcome
from iqs.notices import Notice, NoticeKind, NoticeState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
DM = Notice(
    1, "k", NoticeKind.FEEDBACK, 1, NoticeState.SENDING, NOW, person_id=3, attempts=1, first_try_at=NOW
)
DIGEST = replace(DM, kind=NoticeKind.DIGEST, person_id=None, channel="C1")

POSTS = [
    (DM, Outcome.NO, "refused", What.LATER, RETRY_STEPS[0]),
    (replace(DM, attempts=9), Outcome.NO, "refused", What.LATER, RETRY_STEPS[-1]),
    (DM, Outcome.WAIT, "ratelimited", What.LIMITED, 7),
    (DM, Outcome.AUTH, "token_revoked", What.REFUSED, 0),
    (DM, Outcome.UNKNOWN, "TimeoutError", What.DOUBT, 0),
    (DM, Outcome.CONTENT, "no_text", What.DEAD, 0),
    (DM, Outcome.DEAD, "user_not_found", What.AWAY, PERSON_WAIT),
    (DM, Outcome.DEAD, "cannot_dm_bot", What.AWAY, PERSON_WAIT),
    (DM, Outcome.DEAD, "messages_tab_disabled", What.SHUT, CHANNEL_WAIT),
    (DM, Outcome.DEAD, "message_limit_exceeded", What.DEAD, 0),
    (DM, Outcome.DEAD, "restricted_action_read_only_channel", What.DEAD, 0),
    (
        replace(DM, first_try_at=NOW - timedelta(days=7)),
        Outcome.DEAD,
        "user_disabled",
        What.DEAD,
        PERSON_WAIT,
    ),
    (DIGEST, Outcome.DEAD, "is_archived", What.SHUT, CHANNEL_WAIT),
    (DIGEST, Outcome.DEAD, "not_in_channel", What.SHUT, CHANNEL_WAIT),
    (DIGEST, Outcome.DEAD, "restricted_action", What.DEAD, 0),
    (
        replace(DIGEST, first_try_at=NOW - timedelta(days=1)),
        Outcome.DEAD,
        "is_archived",
        What.DEAD,
        CHANNEL_WAIT,
    ),
]


@pytest.mark.parametrize(("notice", "outcome", "error", "what", "seconds"), POSTS)
def test_each_failed_post_has_its_consequence(notice, outcome, error, what, seconds):
    """Only an unknown outcome is doubt; what can be mended waits, what cannot is dead."""
    verdict = judge(notice, outcome, error, wait=7, now=NOW)
    assert (verdict.what, verdict.seconds) == (what, seconds)


def test_what_may_be_repeated_leaves_no_doubt():
    """Opening a direct message twice does no harm: an unknown outcome is tried again."""
    assert judge(DM, Outcome.UNKNOWN, "TimeoutError", wait=0, now=NOW, wrote=False).what is What.LATER


VOUCHED = replace(DM, resent_at=NOW)
LOOKS = [
    (DM, False, Outcome.AUTH, "missing_scope", What.DEAD, "may have arrived; history scope missing"),
    (DM, True, Outcome.AUTH, "missing_scope", What.RESEND, "may have arrived; sent again"),
    (VOUCHED, False, Outcome.AUTH, "missing_scope", What.RESEND, "may have arrived; sent again"),
    (replace(VOUCHED, error="did not arrive"), False, Outcome.AUTH, "missing_scope", What.DEAD,
     "may have arrived; history scope missing"),
    (DM, False, Outcome.AUTH, "token_revoked", What.REFUSED, "token_revoked"),
    (DM, False, Outcome.DEAD, "channel_not_found", What.DEAD, "may have arrived; channel_not_found"),
    (DM, False, Outcome.WAIT, "ratelimited", What.LIMITED, "may have arrived; ratelimited"),
    (DM, True, Outcome.UNKNOWN, "TimeoutError", What.DOUBT, "may have arrived; TimeoutError"),
    (DM, True, Outcome.NO, "gaierror", What.DOUBT, "may have arrived; gaierror"),
]  # fmt: skip


@pytest.mark.parametrize(("notice", "harmless", "outcome", "error", "what", "said"), LOOKS)
def test_each_failed_look_has_its_consequence(notice, harmless, outcome, error, what, said):
    """Without a whole read nothing is sent again, unless twice does no harm or a person vouched for it."""
    verdict = judge_look(notice, outcome, error, harmless=harmless, wait=7)
    assert (verdict.what, verdict.error) == (what, said)
