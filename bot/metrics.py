"""What this process measures, in Prometheus' words. Counters live here; gauges are read when somebody asks.

Labels are words of ours (kinds, states, outcomes, names of helpdesks): never a person, a team, or a text.
Observing costs a request a few microseconds and no lock that anything slow holds.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import asdict
from datetime import datetime
from threading import Lock
from time import monotonic

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from bot.acks import Acks, Kind, Outcome
from bot.delivery import Delivery
from bot.door import Handler, Receive, Scope, Send, respond
from iqs.errors import IQSError
from iqs.services import overseeing
from iqs.services.scheduling import Done
from iqs.storage.store import Store

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
"""Seconds; Slack gives up on an answer after three."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series of each, which nobody asks for

KEPT = 5.0
"""Seconds for which a look at the database counts: however often somebody asks, it is looked at so often."""


class Metrics:
    """One process's figures: `page()` is what Prometheus reads at /metrics."""

    def __init__(self, store: Store, acks: Acks, delivery: Delivery, *, now: Callable[[], datetime]) -> None:
        self._registry = CollectorRegistry()
        self._acks = Histogram(
            "iqs_ack_seconds",
            "From a request of Slack's to our answer.",
            ["kind"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._clicks = Counter(
            "iqs_requests",
            "Requests of Slack's by kind and outcome.",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._runs = Counter(
            "iqs_schedule_runs",
            "Schedule runs by kind and outcome.",
            ["kind", "outcome"],
            registry=self._registry,
        )
        self._registry.register(_Outbox(store, delivery, now))
        acks.watch(self._acked)

    def ran(self, done: Iterable[Done]) -> None:
        """Counts what the clock did about due times."""
        for each in done:
            self._runs.labels(each.kind.value, "waits" if each.problem else each.outcome.value).inc()

    def page(self) -> bytes:
        """Everything, in Prometheus' text format. Without the database the figures of this process alone."""
        return generate_latest(self._registry)

    def handler(self, executor: Executor) -> Handler:
        """The door's route: made in `executor`'s threads, which no request of Slack's waits for."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - a handler's signature
            page = await asyncio.get_running_loop().run_in_executor(executor, self.page)
            await respond(send, 200, page, CONTENT_TYPE)

        return answer

    def _acked(self, kind: Kind, outcome: Outcome, seconds: float) -> None:
        self._acks.labels(kind.value).observe(seconds)
        self._clicks.labels(kind.value, outcome.value).inc()


class _Outbox:
    """Gauges from the database, and the sender's counts."""

    def __init__(self, store: Store, delivery: Delivery, now: Callable[[], datetime]) -> None:
        self._store = store
        self._delivery = delivery
        self._now = now
        self._lock = Lock()
        self._seen: tuple[float, overseeing.Figures] | None = None

    def describe(self) -> list[Metric]:
        """Nothing in advance: the registry would ask the database before anybody else does."""
        return []

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        posts = CounterMetricFamily(
            "iqs_posts", "Messages to Slack by what became of them.", labels=["outcome"]
        )
        for outcome, count in asdict(self._delivery.counts).items():
            posts.add_metric([outcome], count)
        yield posts
        figures = self._look()
        yield GaugeMetricFamily(
            "iqs_database_up", "Whether the database could be asked.", value=0 if figures is None else 1
        )
        if figures is not None:
            yield from _gauges(figures)

    def _look(self) -> overseeing.Figures | None:
        with self._lock:
            if self._seen is not None and monotonic() - self._seen[0] < KEPT:
                return self._seen[1]
            try:
                figures = overseeing.figures(self._store, now=self._now())
            except IQSError:
                return None
            self._seen = (monotonic(), figures)
            return figures


def _gauges(figures: overseeing.Figures) -> Iterator[Metric]:
    notices = GaugeMetricFamily(
        "iqs_notices", "Messages that are not over, by state and kind.", labels=["state", "kind"]
    )
    for (state, kind), count in sorted(figures.notices.items()):
        notices.add_metric([state, kind], count)
    yield notices
    yield GaugeMetricFamily(
        "iqs_oldest_due_seconds", "How long the oldest due message has waited.", value=figures.oldest_due
    )
    yield GaugeMetricFamily(
        "iqs_slack_refuses", "1 while Slack refuses the app and nothing is sent.", value=int(figures.refused)
    )
    yield GaugeMetricFamily("iqs_audit_findings", "What the auditor found last.", value=figures.findings)
    yield CounterMetricFamily("iqs_audit_mended", "Missing messages the auditor wrote.", value=figures.mended)
    if figures.audit_age is not None:
        yield GaugeMetricFamily(
            "iqs_audit_age_seconds", "How long ago the auditor looked last.", value=figures.audit_age
        )
    lag = GaugeMetricFamily(
        "iqs_sync_lag_seconds", "How far behind now a helpdesk has been read.", labels=["helpdesk"]
    )
    failing = GaugeMetricFamily(
        "iqs_sync_failing", "1 while a helpdesk could not be read last time.", labels=["helpdesk"]
    )
    for source, seconds, fails in figures.syncs:
        failing.add_metric([source], int(fails))
        if seconds is not None:
            lag.add_metric([source], seconds)
    yield from (lag, failing)
