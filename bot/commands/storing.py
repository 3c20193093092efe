"""`iqs db`: the database."""

import click

from bot import config
from bot.commands.examples import examples
from iqs.storage import migrating
from iqs.storage.store import Store


@click.group(epilog=examples("iqs db upgrade"))
def db() -> None:
    """The database at DATABASE_URL (sqlite:///iqs.db unless you say otherwise)."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this version's step.

    A SQLite file is copied beside itself first. Doing it again changes nothing.
    """
    store = Store(config.load().url)
    try:
        done = migrating.upgrade(store)
    finally:
        store.close()
    if not done.changed:
        click.echo(f"The database is at step {done.after} already.")
        return
    kept = f" A copy of it as it was: {done.copy}" if done.copy else ""
    click.echo(f"The database is at step {done.after} now (before: {done.before or 'empty'}).{kept}")
