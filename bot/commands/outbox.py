"""`iqs outbox`: messages that wait, why they wait, and what to do about them."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from blocks import outbox as words
from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs.errors import Invalid, IQSError
from iqs.notices import NoticeKind, NoticeState
from iqs.outbox import Entry, wait_of
from iqs.services import mending

STATES = click.Choice([each.value for each in NoticeState])
KINDS = click.Choice([each.value for each in NoticeKind])
LISTED = 50


@click.group(
    epilog=examples(
        "iqs outbox list", "iqs outbox show 42", "iqs outbox retry 42", "iqs outbox retry --all-dead"
    )
)
def outbox() -> None:
    """Messages on their way out: what does not move, why, and what to do.

    A message is named by its number or its key, as `iqs outbox list` shows them. No text of a message is shown:
    it is written when it is sent.
    """


@outbox.command("list")
@click.option("--state", "states", type=STATES, multiple=True, help="Only these; without it, what is stuck.")
@click.option("--kind", "kinds", type=KINDS, multiple=True, help="Only these kinds.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=LISTED, show_default=True, help="At most so many."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a message.")
def list_(*, states: tuple[str, ...], kinds: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List messages that do not move, or those in a state; the oldest first."""
    at = now()
    with opened_store() as store:
        found = mending.listed(
            store,
            states=[NoticeState(each) for each in states],
            kinds=[NoticeKind(each) for each in kinds],
            now=at,
            limit=limit + 1,
        )
    more, found = len(found) > limit, found[:limit]
    if as_json:
        for each in found:
            click.echo(json.dumps(_fields(each, at), ensure_ascii=False))
        return
    for each in found:
        click.echo(_line(each, at))
        meaning = words.meaning(each, at)
        click.echo(f"       {meaning.why} {meaning.do}")
    if not found:
        click.echo("Nothing is stuck." if not states else "There are none.")
    if more:
        click.echo(f"There are more: iqs outbox list --limit {limit * 10}")


@outbox.command()
@click.argument("message")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(message: str, *, as_json: bool) -> None:
    """Show one message: what and for whom, since when, why it waits, what to do."""
    at = now()
    with opened_store() as store:
        entry = mending.shown(store, message)
    if as_json:
        click.echo(json.dumps(_fields(entry, at), ensure_ascii=False))
        return
    meaning = words.meaning(entry, at)
    told = {
        "Message": f"{entry.id}, {entry.key}",
        "What": words.title(entry),
        "State": f"{entry.state} ({wait_of(entry, at)})",
        "Why": meaning.why,
        "To do": meaning.do,
        "Written": _time(entry.created_at),
        "Due": _time(entry.not_before),
        "Tried": f"{entry.attempts} times, last {_time(entry.last_try_at)}" if entry.attempts else "not yet",
        "Recorded": entry.error or "",
        "Told with": entry.told_with or "",
        "Channel": entry.posted_to or ("" if entry.person_id else entry.to),
    }
    for name, value in told.items():
        if value:
            click.echo(f"{name + ':':<11}{value}")


@outbox.command()
@click.argument("messages", nargs=-1)
@click.option("--all-dead", is_flag=True, help="Every dead one that has certainly not arrived.")
@click.option("--yes", is_flag=True, help="Send it again though it may have arrived.")
def retry(messages: tuple[str, ...], *, all_dead: bool, yes: bool) -> int:
    """Send messages again that were given up, or wait after a failed try; exit 2 if one could not be.

    One that may have arrived needs --yes: look into the conversation first. It is then looked for once more before
    it is posted, where the app may read the conversation.
    """
    if bool(messages) == all_dead:
        raise Invalid("Name messages, or say --all-dead. See: iqs outbox list")
    with opened_store() as store:
        if all_dead:
            again, left = mending.retry_all_dead(store, None, now=now())
            for each in again:
                click.echo(_again(each))
            for each in left:
                click.echo(
                    f"{each.id}: {words.title(each)} may have arrived and stays: iqs outbox show {each.id}"
                )
            if not again and not left:
                click.echo("Nothing is dead.")
            return 0
        return _each(messages, lambda each: _again(mending.retry(store, None, each, now=now(), sure=yes)))


@outbox.command()
@click.argument("messages", nargs=-1, required=True)
def cancel(messages: tuple[str, ...]) -> int:
    """Give messages up: they are never sent. What they are about stays; exit 2 if one could not be."""
    with opened_store() as store:
        return _each(
            messages,
            lambda each: _given_up(mending.cancel(store, None, each, now=now())),
        )


def _each(messages: tuple[str, ...], work: Any) -> int:
    """Does one after the other; one that cannot be done keeps no other one waiting."""
    failed = 0
    for each in messages:
        try:
            click.echo(work(each))
        except IQSError as error:
            if len(messages) == 1:
                raise
            click.echo(f"iqs: {error}", err=True)
            failed = 2
    return failed


def _again(entry: Entry) -> str:
    then = (
        "is looked for, then sent if it is not there"
        if entry.state is NoticeState.SENDING
        else "is sent again"
    )
    return f"{entry.id}: {words.title(entry)} {then}."


def _given_up(entry: Entry) -> str:
    return f"{entry.id}: {words.title(entry)} will not be sent."


def _line(entry: Entry, at: datetime) -> str:
    since = _time(entry.first_try_at or entry.not_before)
    return f"{entry.id:>5}  {wait_of(entry, at):<11}  {words.title(entry)}, since {since}"


def _time(at: datetime | None) -> str:
    return "never" if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _fields(entry: Entry, at: datetime) -> dict[str, Any]:
    """What a script needs; times are RFC 3339."""
    times = {
        name: None if value is None else value.isoformat()
        for name, value in (
            ("created_at", entry.created_at),
            ("not_before", entry.not_before),
            ("first_try_at", entry.first_try_at),
            ("last_try_at", entry.last_try_at),
        )
    }
    return {
        "id": entry.id,
        "key": entry.key,
        "kind": entry.kind,
        "state": entry.state,
        "wait": wait_of(entry, at),
        "to": entry.to,
        "team": entry.team or None,
        "attempts": entry.attempts,
        "error": entry.error,
        "told_with": entry.told_with,
        **times,
        "why": words.meaning(entry, at).why,
        "do": words.meaning(entry, at).do,
    }
