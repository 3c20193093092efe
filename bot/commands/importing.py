"""`iqs conversations`: imports, streamed in flat memory, and redacting what is stored."""

import json
import sys
from pathlib import Path

import click

from bot.commands.examples import examples
from bot.commands.opening import now, opened_store
from iqs import recognition
from iqs.services import importing, redacting
from iqs.services.importing import ConversationImport

SHOWN = 20
"""Rejected lines that are told one by one."""


@click.group(epilog=examples("iqs conversations import conversations.jsonl --json"))
def conversations() -> None:
    """Closed support conversations."""


@conversations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def import_conversations(file: Path, *, as_json: bool) -> None:
    """Import conversations from a JSONL or CSV file (docs/import.md has the fields).

    A bad line is rejected with its number and reason, the rest is stored; doing it again changes nothing.
    """
    is_csv = ".csv" in (each.lower() for each in file.suffixes)
    with (
        opened_store() as store,
        file.open("rb") as opened,
        click.progressbar(
            length=max(1, file.stat().st_size),
            label="Importing",
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar,
    ):
        done = importing.import_conversations(
            store, opened, now=now(), form="csv" if is_csv else "jsonl", progress=bar.update
        )
    if as_json:
        click.echo(json.dumps(_counts(done), ensure_ascii=False))
        return
    click.echo(
        f"{done.read} read: {done.new} new, {done.updated} updated, {done.unchanged} unchanged, "
        f"{done.rejected} rejected."
    )
    for each in done.reasons[:SHOWN]:
        click.echo(f"  line {each.line}: {each.reason}", err=True)
    if done.rejected > SHOWN:
        click.echo(f"  and {done.rejected - SHOWN} more; --json lists up to 1,000.", err=True)


@conversations.command("redact")
@click.option("--yes", is_flag=True, help="Do not ask.")
def redact_conversations(*, yes: bool) -> None:
    """Replace personal data in the conversations that are stored already by marks such as [e-mail].

    For text imported before a team's redaction was switched on (iqs team set TEAM --redact on). It cannot be undone;
    teams that have it switched off are left alone. What reviewers wrote themselves is not touched.
    """
    if not yes:
        click.confirm("This changes stored conversations for good. Go on?", abort=True, err=True)
    with opened_store() as store:
        length = redacting.stored(store)
        with click.progressbar(
            length=max(1, length), label="Redacting", file=sys.stderr, hidden=not sys.stderr.isatty()
        ) as bar:
            done = redacting.redact_stored(store, by=recognition.chosen(), progress=bar.update)
    click.echo(f"{done.read:,} looked at, {done.changed:,} changed, {done.marks:,} marks set.")


def _counts(done: ConversationImport) -> dict[str, object]:
    return {
        "read": done.read,
        "new": done.new,
        "updated": done.updated,
        "unchanged": done.unchanged,
        "rejected": done.rejected,
        "reasons": [{"line": each.line, "reason": each.reason} for each in done.reasons],
    }
