"""`iqs run`, `iqs web` and `iqs worker`: the processes that live."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Event
from types import FrameType

import click

from bot.app import Application, build
from bot.commands.alone import alone
from bot.commands.attendance import Agreed, attending
from bot.commands.examples import examples
from bot.commands.opening import now
from bot.config import SOCKETS, Need, Settings, load
from iqs.errors import Invalid, Unavailable
from iqs.replicas import ReplicaKind
from iqs.services import living
from iqs.storage.store import Store

log = logging.getLogger(__name__)


@click.command(epilog=examples("SLACK_BOT_TOKEN=xoxb-… SLACK_APP_TOKEN=xapp-… iqs run"))
def run() -> None:
    """Run everything in one process, over Socket Mode: no public address is needed.

    A SQLite database is brought to this version's step by itself. Stop it with Ctrl-C or SIGTERM.
    """
    settings = load(Need.BOT_TOKEN, Need.APP_TOKEN)
    _log(settings)
    _migrate_own_file(settings)

    def start(app: Application) -> None:
        app.connect()
        app.work()

    _live(settings, ReplicaKind.RUN, start, "IQS is connected to Slack.")


@click.command(epilog=examples("DATABASE_URL=postgresql://… SLACK_BOT_TOKEN=xoxb-… iqs worker"))
def worker() -> None:
    """Run delivery and clock, beside one or more `iqs web`.

    On PostgreSQL several may run; on SQLite one, on the machine of `iqs web`: a second is refused.
    """
    settings = load(Need.BOT_TOKEN)
    _log(settings)
    _live(settings, ReplicaKind.WORKER, Application.work, "IQS delivers.")


@click.command(epilog=examples("SLACK_BOT_TOKEN=xoxb-… SLACK_SIGNING_SECRET=… iqs web"))
def web() -> None:
    """Serve Slack's requests over HTTP at PORT: /slack/events, /healthz, /readyz.

    On PostgreSQL several may run; on SQLite one, beside one `iqs worker` on the same machine.
    """
    import uvicorn  # noqa: PLC0415 - the other commands do without

    settings = load(Need.BOT_TOKEN, Need.SIGNING_SECRET)
    _log(settings)
    with _replica(settings, ReplicaKind.WEB) as agreed, closing(build(settings, now=agreed)) as app:
        if app.door is None:
            raise Invalid("SLACK_SIGNING_SECRET is missing.")
        server = uvicorn.Server(
            uvicorn.Config(
                app.door,
                host="0.0.0.0",  # noqa: S104 - a container's address is not known; the signature is the lock
                port=settings.port,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=10,
            )
        )
        click.echo(f"IQS listens on port {settings.port}.", err=True)
        with _until_signalled():  # uvicorn raises the signal again when it is done; it should end quietly
            server.run()
        if not server.started:
            raise Unavailable(f"Port {settings.port} cannot be listened on; is another program using it?")


def _live(settings: Settings, kind: ReplicaKind, start: Callable[[Application], None], ready: str) -> None:
    """Builds, starts, and waits for the signal to stop; what is in hand is finished."""
    with (
        _until_signalled() as stopped,
        _replica(settings, kind) as agreed,
        closing(build(settings, now=agreed)) as app,
    ):
        if kind is ReplicaKind.RUN:
            _count_sockets(app.store, each=settings.socket_connections)
        start(app)
        click.echo(ready, err=True)
        stopped.wait()
        click.echo("Stopping: finishing what is in hand.", err=True)


@contextmanager
def _replica(settings: Settings, kind: ReplicaKind) -> Iterator[Agreed]:
    """Refuses a second one on SQLite; says that this one lives until all its work is finished. Gives the time."""
    # A store of its own: a beat waits for none of the connections that the work has taken.
    with closing(Store(settings.url, pool_size=1)) as store, alone(store.path, kind):
        if not store.is_current():
            raise Invalid("The database is not at this version's step. Bring it there with: iqs db upgrade")
        with attending(store, kind, lambda: os.kill(os.getpid(), signal.SIGTERM)) as agreed:
            yield agreed


def _count_sockets(store: Store, *, each: int) -> None:
    """Says so when several `iqs run` together ask for more connections than Slack allows."""
    processes = sum(replica.kind is ReplicaKind.RUN for replica in living.alive(store, now=now()))
    if processes * each > SOCKETS:
        log.warning(
            "%d `iqs run` with %d Socket Mode connections each: Slack allows %d in all. Set SOCKET_CONNECTIONS lower.",
            processes, each, SOCKETS,
        )  # fmt: skip


@contextmanager
def _until_signalled() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set; the handlers from before are put back afterwards."""
    stopped = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _migrate_own_file(settings: Settings) -> None:
    """One process on its own file may migrate it; a shared database is migrated once, by `iqs db upgrade`."""
    store = Store(settings.url)
    try:
        if store.path is not None and not store.is_current():
            with alone(store.path):
                from iqs.storage.migrating import upgrade  # noqa: PLC0415 - Alembic is slow to import and rarely needed

                done = upgrade(store)
            click.echo(f"The database is at step {done.after} now.", err=True)
    finally:
        store.close()


def _log(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
