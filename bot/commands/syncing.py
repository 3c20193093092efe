"""`iqs sync`: reads the connected helpdesks now."""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

import click

from bot import config
from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from bot.helpdesks import connected
from iqs.errors import Invalid, IQSError
from iqs.helpdesk.base import Helpdesk, Page
from iqs.services import fetching, syncing
from iqs.services.syncing import Synced
from iqs.storage.store import Store

PATIENCE = 900.0
"""Seconds of a helpdesk's limit that are waited for at the terminal."""

WORTH_TELLING = 3.0
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
NONE = "No helpdesk is connected. Set the key of one, such as INTERCOM_TOKEN; docs/helpdesks.md says where to find it."


@click.command(epilog=examples("iqs sync", "iqs sync intercom --since 2026-09-01", "iqs sync --json"))
@click.argument("helpdesk", required=False)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Read what was closed from this day on (UTC). [default: where the last sync ended, at first 90 days]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def sync(helpdesk: str | None, since: datetime | None, *, as_json: bool) -> int:
    """Read closed conversations from the connected helpdesks, and the text of those that were drawn.

    It goes on where it stopped, so it may be interrupted at any time. `iqs run` does the same every ten minutes.
    """
    start = None if since is None else datetime.combine(since.date(), time_of_day(), UTC)
    if start is not None and start >= now():
        raise Invalid(f"--since {date.isoformat(start)} lies in the future.")
    if start is not None and start < EARLIEST:
        raise Invalid(
            f"--since {date.isoformat(start)} lies before {EARLIEST.year}; no helpdesk goes back so far."
        )
    wrong = 0
    told: dict[str, dict[str, object]] = {}
    with opened_store() as store:
        helpdesks = connected(config.load().helpdesks, patience=PATIENCE, sleep=_tell_and_sleep)
        for source, each in _chosen(helpdesks, helpdesk).items():
            try:
                done = _read(store, each, start)
                fetched = _texts(store, {source: each})
            except IQSError as error:
                wrong += 1
                told[source] = {"error": str(error)}
                click.echo(f"iqs: {source}: {error}", err=True)
            else:
                told[source] = _counts(done, fetched)
                if not as_json:
                    click.echo(_line(done, fetched))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    return 2 if wrong else 0


def _chosen(helpdesks: dict[str, Helpdesk], name: str | None) -> dict[str, Helpdesk]:
    if not helpdesks:
        raise Invalid(NONE)
    if name is None:
        return helpdesks
    if name.lower() not in helpdesks:
        raise Invalid(f"There is no connected helpdesk “{name}”. Connected: {', '.join(sorted(helpdesks))}.")
    return {name.lower(): helpdesks[name.lower()]}


def _read(store: Store, helpdesk: Helpdesk, since: datetime | None) -> Synced:
    with click.progressbar(
        length=1, label=f"Reading {helpdesk.source}", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        return syncing.sync(store, helpdesk, now=now, since=since, impatient=True, progress=_counting(bar))


def _counting(bar: object) -> Callable[[Page], None]:
    read = 0

    def progress(page: Page) -> None:
        nonlocal read
        step = len(page.headers) + page.unread
        read += step
        bar.length = max(page.total or 0, read, 1)  # type: ignore[attr-defined] # not every helpdesk tells how many
        bar.update(step)  # type: ignore[attr-defined] # click names its class in a private module

    return progress


def _texts(store: Store, helpdesks: dict[str, Helpdesk]) -> int:
    """All texts that are wanted by now; how many came."""
    fetched = 0
    while True:
        done = fetching.fetch_due(store, helpdesks, now=now())
        fetched += done.fetched
        if not done.fetched + done.gone:
            return fetched


def _tell_and_sleep(seconds: float) -> None:
    if seconds >= WORTH_TELLING and sys.stderr.isatty():
        until = datetime.now().astimezone() + timedelta(seconds=seconds)
        click.echo(f"\n  the helpdesk lets us wait until {until:%H:%M:%S}", err=True)
    time.sleep(seconds)


def _line(done: Synced, fetched: int) -> str:
    since = f" since {done.since:%Y-%m-%d %H:%M} UTC" if done.since else ""
    parts = [
        f"{done.listed:,} read{since}: {done.new:,} new, {done.updated:,} updated, {done.unchanged:,} unchanged"
    ]
    for count, what in (
        (done.unread, "not understood"),
        (done.answers, "with a late survey answer"),
        (done.deleted, "deleted there and purged"),
        (fetched, "with their text fetched"),
    ):
        if count:
            parts.append(f"{count:,} {what}")
    return f"{done.source}: {', '.join(parts)}."


def _counts(done: Synced, fetched: int) -> dict[str, object]:
    return {
        "read": done.listed,
        "new": done.new,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "unread": done.unread,
        "answers": done.answers,
        "deleted": done.deleted,
        "fetched": fetched,
        "since": done.since.isoformat() if done.since else None,
        "complete_until": done.complete_until.isoformat() if done.complete_until else None,
    }
