"""Calls to Slack in other threads, and what follows from them in the sender's own."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

from bot.errors import where

log = logging.getLogger(__name__)

R = TypeVar("R")
Then = Callable[[], None]
"""What is to be written to the database; done again, it does no harm."""


class Calls:
    """Runs work elsewhere. Only the sender's thread asks for it and takes in what came back."""

    def __init__(self, threads: int, woken: Callable[[], None]) -> None:
        self.underway = 0
        self._threads = threads
        self._woken = woken
        self._answers: SimpleQueue[Callable[[], Then]] = SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None

    def start(self, work: Callable[[], R], done: Callable[[R, float], Then], *, otherwise: R) -> None:
        """Does `work` in another thread; `done` takes in its result and when it came (monotonic seconds).

        `otherwise` stands for the result of work that raised.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="iqs-slack")
        self.underway += 1

        def job() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - no answer is an answer too, and somebody waits for it
                log.error("a call stumbled: %s at %s", type(error).__name__, where(error))  # noqa: TRY400 - no values
                result = otherwise
            self._answers.put(partial(done, result, monotonic()))
            self._woken()

        self._pool.submit(job)

    def answered(self, *, wait: bool = False) -> list[Then]:
        """What follows from every answer there is; with `wait` at least from one, if any call is underway."""
        found: list[Then] = []
        while self.underway:
            try:
                done = self._answers.get(block=wait and not found)
            except Empty:
                break
            self.underway -= 1
            found.append(done())
        return found

    def close(self) -> None:
        """Lets go of the threads, their work done."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None


def nothing() -> None:
    """Nothing is to be written."""
