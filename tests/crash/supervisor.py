"""A crash run: starts Slack, the reviewers and the bot as processes, kills the bot, lets it finish, and judges.

    python -m tests.crash.supervisor '{"url": "sqlite:////tmp/run.db", "kills": 30, "seed": 1, "keep": "/tmp/logs"}'

The database must be empty and at the newest step. Prints the `Report` as JSON. Everything is forked from this
process, which has imported all but started no thread, so that a new life of the bot costs milliseconds. The
seed decides what is killed when and which call meets which fault; the machine decides what was in hand then.
"""

import json
import multiprocessing
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import NullPool, create_engine

from iqs.storage.store import Store
from tests.crash import child, driver, programme, slack
from tests.crash.judge import judge, listen
from tests.crash.moments import Moments
from tests.crash.points import POINTS, TWINS, Points
from tests.crash.progress import Progress, look
from tests.crash.run import Report, Run

PAUSE = (0.1, 0.5)  # real seconds until the next random kill
A_WEEK = 20  # kills in a week of the programme, so that many kills meet much work
MERCY = 2.0  # real seconds without progress, after which a slow machine is left in peace until there is some
RESTART = 0.2  # real seconds before a process that could not start is started again
LOOKS = 8  # looks after the processes for each look into the database
DAY = timedelta(days=1)
DIGEST = timedelta(hours=1, minutes=1)  # after the draw


class Supervisor:
    """One run. Processes are forked; what they share are the clock and the crash points."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run, self._folder = run, folder
        self._rng = random.Random(run.seed)
        self._fork = multiprocessing.get_context("fork")
        self._moments = Moments(programme.START, run.speed)
        self._points = Points(TWINS if run.twins and run.workers == 1 else POINTS)
        self._engine = create_engine(Store(run.url).engine.url, poolclass=NullPool)
        several = (child.WEB, *(f"{child.WORKER} {number + 1}" for number in range(run.workers)))
        self._roles = (child.RUN,) if run.url.startswith("sqlite") else several
        self._children: dict[str, Any] = {}
        self._started: dict[str, float] = {}
        self._helpers: list[Any] = []
        self._kills = 0
        self._next_kill = self._moved_at = time.monotonic() + PAUSE[1]
        self._week = 0
        self._outages = [run.outage] * 2 if run.outage else []
        self._quiet_since: float | None = None

    def run(self) -> Report:
        """Everything, to the verdict."""
        began = time.monotonic()
        self._points.check()
        programme.furnish(self._run.url, self._most_weeks + 1)
        port = _free_port()
        self._start_slack(port)
        notes = self._folder / "clicks.jsonl"
        self._helpers.append(self._spawn(driver.live, self._url, self._run.seed, notes))
        if self._run.kills and self._run.everywhere:
            self._points.arm_all()
        try:
            self._live()
            self._slack.send("the evidence, please")
            calls = self._slack.recv()
        finally:
            self._end()
        clicks = [json.loads(line) for line in notes.read_text().splitlines()]
        verdict = judge(
            self._run.url, calls, clicks,
            weeks=self._week + 1, twins=self._run.twins, ordered=bool(self._run.outage),
        )  # fmt: skip
        listen(self._place.log, (self._place.token, self._place.secret), verdict)
        return Report(
            **vars(verdict), kills=self._kills, weeks=self._week + 1,
            seconds=round(time.monotonic() - began, 1), points=self._points.hits,
        )  # fmt: skip

    # Slack

    def _start_slack(self, port: int) -> None:
        self._slack, there = self._fork.Pipe()  # when our end closes, Slack ends
        door = f"http://127.0.0.1:{port}/slack/events"
        self._helpers.append(self._spawn(slack.live, self._moments, door, self._run.seed, there))
        self._url, api_url, token, secret = self._slack.recv()
        self._place = child.Place(self._run.url, api_url, token, secret, port, self._folder / "bot.log")
        self._storm()

    def _storm(self) -> None:
        """The share of faults that the run asks for, and no other."""
        httpx.post(f"{self._url}/sandbox/faults", json={})
        if self._run.faults:
            self._fault(self._run.method, self._run.among, self._run.faults)

    def _fault(self, method: str, fault: tuple[str, ...], share: float) -> None:
        body = {
            "method": method, "fault": list(fault), "share": share, "seed": self._run.seed,
            "seconds": self._run.fault_seconds / self._run.speed,
        }  # fmt: skip
        httpx.post(f"{self._url}/sandbox/faults", json=body).raise_for_status()

    def _sit_out(self, fault: str) -> None:
        """A day in which every call meets `fault`. Nothing of it is stored, so that the clock may be pushed on."""
        httpx.post(f"{self._url}/sandbox/faults", json={})
        self._fault("*", (fault,), 1.0)
        until = self._moments.now() + DAY
        while self._moments.now() < until:
            self._keep_alive()
            self._moments.jump(self._moments.now() + timedelta(minutes=2))
            time.sleep(0.02)
        self._moved_at = time.monotonic()
        self._storm()

    # The weeks

    @property
    def _most_weeks(self) -> int:
        return self._run.weeks + self._run.kills // 10

    def _live(self) -> None:
        """Lets week after week pass until all is done and enough were killed."""
        last = None
        while True:
            for _ in range(LOOKS):
                self._keep_alive()
                self._kill_now_and_then()
                time.sleep(0.01)
            progress = look(self._engine, self._moments.now())
            if progress != last:
                last, self._moved_at = progress, time.monotonic()
            elif time.monotonic() - self._moved_at > self._run.patience:
                raise TimeoutError(f"nothing moved for {self._run.patience:g} seconds: {progress}")
            if self._is_quiet(progress):
                self._quiet_since = None
                if self._go_on(progress):
                    return

    def _go_on(self, progress: Progress) -> bool:
        """Nothing is left to do now: pushes the clock to what comes next; True when nothing does."""
        monday = programme.START + self._week * programme.WEEK
        done = self._week + 1 >= self._run.weeks and (self._enough() or self._week >= self._most_weeks)
        if len(self._outages) == 2 and progress.digests:
            self._sit_out(self._outages.pop())
        elif progress.next is not None and (done or progress.next < monday + programme.WEEK / 2):
            self._moments.jump(progress.next)
        elif progress.digests <= self._week:
            self._moments.jump(monday + DIGEST)
        elif done:
            return True
        else:
            self._week += 1
            if self._outages:
                self._moments.jump(monday + programme.WEEK - DAY / 2)
                self._sit_out(self._outages.pop())
            self._moments.jump(monday + programme.WEEK)
        return False

    def _is_quiet(self, progress: Progress) -> bool:
        """Nothing due, nothing open, this week's draw made, and it has been so until what is late has landed."""
        if progress.busy or progress.open or progress.drawn <= self._week:
            self._quiet_since = None
            return False
        if self._quiet_since is None:
            self._quiet_since = time.monotonic()
        moment = 1.5 * self._run.fault_seconds / self._run.speed if self._run.twins else 0.05
        return time.monotonic() - self._quiet_since >= moment

    # Life and death

    def _spawn(self, what: Any, *arguments: Any) -> Any:
        process = self._fork.Process(target=_not_alone, args=(os.getpid(), what, *arguments), daemon=True)
        process.start()
        return process

    def _keep_alive(self) -> None:
        """Counts who died and starts them again, as whatever runs the bot does."""
        for role in self._roles:
            process = self._children.get(role)
            if process is not None and process.is_alive():
                continue
            if process is not None and process.exitcode == -signal.SIGKILL:
                self._kills += 1
                if self._may_kill:
                    self._points.arm_one(self._rng)
            elif time.monotonic() - self._started.get(role, 0.0) < RESTART:
                continue
            self._started[role] = time.monotonic()
            self._children[role] = self._spawn(
                child.live, role, self._place, self._moments, self._points,
                timedelta(seconds=self._run.quarantine), self._run.naive,
            )  # fmt: skip

    def _kill_now_and_then(self) -> None:
        now = time.monotonic()
        if not self._may_kill or now < self._next_kill or now - self._moved_at > MERCY:
            return
        self._children[self._rng.choice(self._roles)].kill()
        self._next_kill = now + self._rng.uniform(*PAUSE)

    @property
    def _may_kill(self) -> bool:
        return self._kills < min(self._run.kills, A_WEEK * (self._week + 1))

    def _enough(self) -> bool:
        """As many kills as were asked for, and at least one at every point (a naive sender passes few of them)."""
        anywhere = not self._run.kills or self._run.naive or not self._run.everywhere
        reached = anywhere or all(self._points.hits.values())
        return reached and self._kills >= self._run.kills

    def _end(self) -> None:
        for process in (*self._children.values(), *self._helpers):
            process.kill()
            process.join()


def _not_alone(parent: int, what: Any, *arguments: Any) -> None:
    """In the forked process: does `what`, and ends when the supervisor is gone."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    what(*arguments)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def main() -> None:
    """One run from the command line."""
    run = Run(**json.loads(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        report = Supervisor(run, Path(run.keep or folder)).run()
    print(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
