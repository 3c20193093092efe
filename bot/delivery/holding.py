"""What is claimed and waits for its turn: in order for each target, by lane among them."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from iqs.notices import LANES, Notice

Target = tuple[int | None, str | None]


@dataclass(eq=False)
class Task:
    """A claimed notice with the channel it goes to. `user` is the Slack user of a direct message."""

    notice: Notice
    channel: str
    user: str | None = None

    @property
    def rank(self) -> tuple[int, int]:
        """Its place among all that could leave: by lane, then by age."""
        return LANES.index(self.notice.kind), self.notice.id


class Held:
    """Claimed notices, each behind the earlier ones of its target; one of a target is on its way at a time."""

    def __init__(self) -> None:
        self._queues: dict[Target, deque[Task]] = {}
        self._underway: set[Target] = set()

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._queues.values()))

    def add(self, task: Task) -> None:
        """Queues a task behind its target's earlier ones."""
        self._queues.setdefault(task.notice.target, deque()).append(task)

    def next(self, ready: Callable[[Task], bool]) -> Task | None:
        """Takes the first of all that are ready, and keeps its target's others until `done`."""
        ready_ones = [task for task in self.first() if ready(task)]
        if not ready_ones:
            return None
        task = min(ready_ones, key=lambda each: each.rank)
        target = task.notice.target
        queue = self._queues[target]
        queue.popleft()
        if not queue:
            del self._queues[target]
        self._underway.add(target)
        return task

    def first(self) -> Iterator[Task]:
        """The first task of each target that has none on its way."""
        return (queue[0] for target, queue in self._queues.items() if target not in self._underway)

    def done(self, task: Task) -> None:
        """The target's next one may go."""
        self._underway.discard(task.notice.target)

    def drop(self, which: Callable[[Task], bool]) -> list[Task]:
        """Takes out every waiting task of which this is true, in order."""
        dropped = [task for queue in self._queues.values() for task in queue if which(task)]
        for target, queue in list(self._queues.items()):
            left = deque(task for task in queue if not which(task))
            if left:
                self._queues[target] = left
            else:
                del self._queues[target]
        return dropped
