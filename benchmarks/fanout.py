"""How close to Slack's own limit a great many direct messages leave, and that one slow channel holds up no other.

The sandbox is a process of its own with a minute of a few seconds: its limits are Slack's (300 posts in any minute
for the workspace), everything counted in its minutes is the real thing, only faster. The ideal time is messages
over limit.

    python benchmarks/fanout.py [--messages 10000] [--minute 2.5]

1. Every person gets one message, their direct messages being known from earlier ones: at most 1.03 of the ideal time
   and no 429. (New people cost one conversations.open each, of which Slack takes about 50 a minute.)
2. The same with a workspace that takes a third less than believed: the limit is learned; 429s after that count.
3. One channel answers 429 for 60 real seconds (or what the run lasts) while others are written to: how long they wait.
"""

import argparse
import logging
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import insert

from blocks.kit import Message
from bot import drawing
from bot.delivery import Delivery, Limits
from bot.sandbox import Sandbox, SandboxUser
from iqs.notices import Notice, NoticeKind
from iqs.storage import tables
from iqs.storage.migrating import upgrade
from iqs.storage.repositories import notices, settings
from iqs.storage.store import Store

ROOT = Path(__file__).parent.parent
LIMIT = 300  # posts a minute
AHEAD = datetime.now(UTC) - timedelta(minutes=5)


def serve(pipe: Connection, people: int, minute: float, posts: int) -> None:
    """The workspace, in a process of its own: it answers questions about what it saw."""
    logging.disable(logging.CRITICAL)
    users = [SandboxUser(f"U{n:06d}", f"u{n}", f"User {n}") for n in range(people)]
    with Sandbox(ROOT / "manifest.yml", users=users) as slack:
        slack.pacing.minute, slack.pacing.posts = minute, posts
        pipe.send((slack.api_url, slack.bot_token))
        while (asked := pipe.recv()) is not None:
            if asked == "shut":  # one channel is full for a minute that lasts sixty real seconds
                slack.pacing._buckets["D000000"] = (-60.0, time.monotonic())  # noqa: SLF001 - as if others wrote there
                pipe.send(None)
            else:
                calls = [each for each in slack.calls if each.method == "chat.postMessage"]
                limited = [each.at for each in calls if each.error == "ratelimited"]
                landed = {each.args["channel"]: each.at for each in calls if each.ok}
                pipe.send((landed, limited, len(calls) - len(landed) - len(limited)))


@contextmanager
def workspace(people: int, minute: float, posts: int = LIMIT) -> Iterator[tuple[Connection, str, str]]:
    """A sandbox that runs elsewhere: its pipe, address and token."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=serve, args=(theirs, people, minute, posts), daemon=True
    )
    process.start()
    url, token = ours.recv()
    try:
        yield ours, url, token
    finally:
        ours.send(None)
        process.join(10)


@contextmanager
def outbox(people: int, kind: NoticeKind = NoticeKind.FEEDBACK) -> Iterator[Store]:
    """A database with one due notice for each person, whose direct message is known."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/fanout.db")
        upgrade(store)
        with store.write() as tx:
            rows = [
                {"id": n + 1, "name": f"User {n}", "slack_user_id": f"U{n:06d}", "active": True}
                for n in range(people)
            ]
            tx.execute(insert(tables.Person), rows)
            for n in range(people):
                settings.put(tx, f"direct_message:U{n:06d}", f"D{n:06d}")
                notices.add(
                    tx, key=f"feedback:{n}:v1", kind=kind, object_id=n, person_id=n + 1, not_before=AHEAD, now=AHEAD
                )  # fmt: skip
        try:
            yield store
        finally:
            store.close()


@contextmanager
def sending(store: Store, url: str, token: str, limits: Limits) -> Iterator[Delivery]:
    """The sender at work, as `iqs worker` runs it."""
    delivery = Delivery(
        store=store,
        poster=WebClient(token=token, base_url=url, timeout=10, retry_handlers=[]),
        reader=WebClient(token=token, base_url=url, timeout=10, retry_handlers=[]),
        now=lambda: datetime.now(UTC),
        limits=limits,
    )
    thread = threading.Thread(target=delivery.run, daemon=True)
    thread.start()
    try:
        yield delivery
    finally:
        delivery.stop()
        thread.join(30)


def wait_for(delivery: Delivery, posted: int, seconds: float) -> None:
    """Returns when so many messages stand in Slack; RuntimeError if that takes longer."""
    until = time.monotonic() + seconds
    while delivery.counts.posted < posted:
        if time.monotonic() > until:
            raise RuntimeError(f"only {delivery.counts.posted} of {posted} were posted: {delivery.counts}")
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Run:
    """When each message landed, and what else the workspace saw."""

    landed: dict[str, datetime]
    limited: list[datetime]
    other: int

    @property
    def seconds(self) -> float:
        """From the first message to the last."""
        return (max(self.landed.values()) - min(self.landed.values())).total_seconds()


def seen(pipe: Connection) -> Run:
    """What the workspace saw."""
    pipe.send("seen")
    return Run(*pipe.recv())


def fan_out(people: int, minute: float, *, posts: int = LIMIT, believed: int = LIMIT) -> Run:
    """Everybody gets one message."""
    with outbox(people) as store, workspace(people, minute, posts) as (pipe, url, token):
        with sending(store, url, token, Limits(posts=believed, window=minute)) as delivery:
            wait_for(delivery, people, 20 * people / posts * minute + 60)
        return seen(pipe)


def ideal(people: int, posts: int, minute: float) -> float:
    """Seconds that the limit itself takes."""
    return people / posts * minute


def one_slow_channel(people: int, seconds: float) -> tuple[float, float, int]:
    """(the longest and the mean wait of the others in seconds, posts) while one channel refuses everything."""
    with outbox(people) as store, workspace(people, 60.0, posts=100_000) as (pipe, url, token):
        pipe.send("shut")
        pipe.recv()
        with sending(store, url, token, Limits(posts=100_000)) as delivery:
            began = datetime.now(UTC)
            wait_for(delivery, people - 1, seconds)
            waits = [(at - began).total_seconds() for at in seen(pipe).landed.values()]
            for n in range(20):  # from time to time somebody else is told something
                time.sleep(seconds / 25)
                due = datetime.now(UTC)
                with store.write() as tx:
                    person = 2 + n
                    notices.add(
                        tx, key=f"later:{n}", kind=NoticeKind.FEEDBACK, object_id=n, person_id=person,
                        not_before=due, now=due,
                    )  # fmt: skip
                delivery.wake()
                wait_for(delivery, people + n, 30)
                waits.append((datetime.now(UTC) - due).total_seconds())
    later = waits[people - 1 :]
    return max(later), sum(later) / len(later), len(waits)


def bare(_store: Store, notice: Notice, **_: Any) -> drawing.Picture:
    """A small message: what is measured here is the pace, not the drawing."""
    text = f"You have feedback on one of your conversations. {notice.id}"
    block = {"type": "section", "text": {"type": "plain_text", "text": text}}
    return drawing.Picture(Message(text=text, blocks=[block]))


def main() -> None:
    """Runs the three and prints what came out."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--minute", type=float, default=2.5, help="seconds that the sandbox's minute lasts")
    options = parser.parse_args()
    from bot.delivery import posting

    posting.picture = bare  # type: ignore[assignment,attr-defined]
    people, minute = options.messages, options.minute
    best, run = ideal(people, LIMIT, minute), fan_out(people, minute)
    print(f"{people:,} direct messages, {LIMIT} a minute of {minute} s")
    print(f"ideal {best:6.1f} s   ({best / minute:,.1f} minutes at Slack's pace)")
    print(
        f"ours  {run.seconds:6.1f} s   ratio {run.seconds / best:.3f} (target: at most 1.03)   429s {len(run.limited)}"
    )
    fewer, taken = people // 4, LIMIT * 2 // 3
    learned = fan_out(fewer, minute, posts=taken)
    best = ideal(fewer, taken, minute)
    first = min(learned.landed.values())
    steady = [at for at in learned.limited if (at - first).total_seconds() > 5 * minute]
    print(f"limit unknown: {fewer:,} messages where {taken} a minute are taken and {LIMIT} were believed")
    print(
        f"ratio {learned.seconds / best:.3f}   429s {len(learned.limited)}, after five minutes {len(steady)}"
    )
    longest, mean, count = one_slow_channel(400, 60.0)
    print(f"one channel refused for 60 s: {count} others wait {mean:.2f} s on average,", end=" ")
    print(f"{longest:.2f} s at most (target: under 2)")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main()
