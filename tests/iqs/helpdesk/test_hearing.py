"""What the last answer said, as each thread heard it."""

from datetime import UTC, datetime
from threading import Thread

from iqs.helpdesk.hearing import Heard
from iqs.helpdesk.http import Reply

NOW = datetime(2026, 11, 7, tzinfo=UTC)


def test_it_waits_as_the_vendor_does_and_remembers():
    """The pause is the dialect's; the answer is kept until the next one."""
    heard = Heard(lambda reply, _now: float(reply.headers["retry-after"]))
    assert heard.reply == Reply(0, {})
    assert heard(Reply(429, {"retry-after": "3"}), NOW) == 3
    assert heard.reply.status == 429


def test_another_thread_s_answer_is_not_ours():
    """A list and a conversation are read at the same time."""
    heard = Heard(lambda _reply, _now: None)
    heard(Reply(200, {"link": "ours"}), NOW)
    other = Thread(target=lambda: heard(Reply(301, {}), NOW))
    other.start()
    other.join()
    assert heard.reply == Reply(200, {"link": "ours"})
