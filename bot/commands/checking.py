"""`iqs check`: the doctor. Looks at everything once and says what to do about what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click
import yaml
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.app import who_we_are
from bot.commands.examples import examples
from bot.commands.opening import now
from bot.config import Need, Settings, load
from bot.helpdesks import connected
from bot.identity import Workspace
from bot.outcomes import error_name
from iqs.errors import Invalid, IQSError
from iqs.helpdesk.base import Roster
from iqs.people import Role, Team
from iqs.replicas import ReplicaKind
from iqs.services import configuring, enrolling, living
from iqs.storage.store import Store

MANIFEST = "manifest.yml"
NEEDED_SCOPES = frozenset({"chat:write", "commands", "im:write", "users:read", "users:read.email"})
HELPFUL_SCOPES = {
    "im:history": "without it a direct message whose fate is unknown cannot be looked for",
    "channels:history": "without it the same holds for digests in public channels",
    "groups:history": "without it the same holds for digests in private channels",
    "files:write": "without it /iqs export cannot send its file, and says so",
    "channels:read": "without it public channels cannot be checked",
    "groups:read": "without it private channels cannot be checked",
}
LISTED = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report. `ok` None is a hint: nothing is broken by it."""

    ok: bool | None
    text: str


@click.command(epilog=examples("iqs check"))
def check() -> int:
    """Look at settings, database, Slack, teams and people; exit 2 if something is wrong."""
    wrong = 0
    for finding in examine():
        sign = {True: "ok   ", False: "WRONG", None: "note "}[finding.ok]
        click.echo(f"{sign} {finding.text}")
        wrong += finding.ok is False
    click.echo("Everything is in order." if not wrong else f"{wrong} to mend; each line says how.")
    return 2 if wrong else 0


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which one would mend them."""
    try:
        settings = load()
    except Invalid as error:
        yield from (Finding(False, problem) for problem in error.problems)
        return
    yield from _settings(settings)
    store, finding = _store(settings)
    yield finding
    try:
        client = _client(settings)
        us = None
        if client is not None:
            try:
                us = who_we_are(client)
            except IQSError as error:
                yield Finding(False, str(error))
            else:
                yield from _slack(client, settings, us)
        if store is not None:
            yield from _programme(store, client if us else None)
            yield from _processes(store)
        yield from _helpdesks(settings)
    finally:
        if store is not None:
            store.close()


def _settings(settings: Settings) -> Iterator[Finding]:
    yield from (Finding(False, problem) for problem in settings.problems(Need.BOT_TOKEN))
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        yield Finding(
            False, "Neither SLACK_APP_TOKEN (for `iqs run`) nor SLACK_SIGNING_SECRET (for `iqs web`) is set."
        )
    if settings.slack_app_token is not None:
        yield from (Finding(False, problem) for problem in settings.problems(Need.APP_TOKEN))


def _store(settings: Settings) -> tuple[Store | None, Finding]:
    try:
        store = Store(settings.url)
        if store.is_current():
            return store, Finding(True, "The database can be reached and is at this version's step.")
    except IQSError as error:
        return None, Finding(False, str(error))
    store.close()
    return None, Finding(
        False, "The database is not at this version's step. Bring it there with: iqs db upgrade"
    )


def _client(settings: Settings) -> WebClient | None:
    token = settings.slack_bot_token
    if token is None:
        return None
    return WebClient(token=token.get_secret_value(), base_url=settings.slack_api_url, timeout=10)


def _slack(client: WebClient, settings: Settings, us: Workspace) -> Iterator[Finding]:
    yield Finding(True, f"Slack knows the bot token (workspace {us.team_id}).")
    needed = _manifest_scopes()
    missing = sorted(needed - us.scopes)
    if missing:
        yield Finding(
            False,
            f"The app lacks scopes: {', '.join(missing)}. Add them (see {MANIFEST}) and install it again.",
        )
    else:
        yield Finding(True, "The app has every scope it needs.")
    for scope, why in HELPFUL_SCOPES.items():
        if scope not in us.scopes:
            yield Finding(None, f"The optional scope {scope} is not granted: {why}.")
    token = settings.slack_app_token
    if token is not None and not settings.problems(Need.APP_TOKEN):
        try:
            client.apps_connections_open(app_token=token.get_secret_value())
        except (SlackApiError, OSError) as error:
            yield Finding(
                False,
                f"Socket Mode cannot be opened ({error_name(error)}). The app token needs connections:write, "
                "and Socket Mode must be switched on.",
            )
        else:
            yield Finding(True, "Socket Mode can be opened.")


def _manifest_scopes() -> frozenset[str]:
    """The scopes of the manifest in this folder, or those that the code needs."""
    try:
        read = yaml.safe_load(Path(MANIFEST).read_text(encoding="utf-8"))
        return NEEDED_SCOPES | frozenset(read["oauth_config"]["scopes"]["bot"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return NEEDED_SCOPES


def _programme(store: Store, client: WebClient | None) -> Iterator[Finding]:
    teams = configuring.teams(store)
    if not teams:
        yield Finding(False, "There are no teams yet. Bring them with: iqs people import people.csv")
        return
    for team in teams:
        yield from _team(store, team, client)
    unlinked = enrolling.unlinked(store)
    if unlinked:
        names = ", ".join(person.name for person in unlinked[:LISTED])
        more = f" and {len(unlinked) - LISTED} more" if len(unlinked) > LISTED else ""
        yield Finding(
            None,
            f"{len(unlinked)} people are not linked to Slack yet: {names}{more}. They are looked up by "
            "e-mail while iqs runs; a wrong address is mended with: iqs people import people.csv",
        )
    else:
        yield Finding(True, "Everybody is linked to Slack.")


def _processes(store: Store) -> Iterator[Finding]:
    """Who lives, and whether anybody receives and anybody sends."""
    at = now()
    living_now = living.alive(store, now=at)
    for each in living_now:
        since = f"{each.started_at:%Y-%m-%d %H:%M} UTC"
        ago = max(0, round((at - each.seen_at).total_seconds()))
        yield Finding(
            True,
            f"`iqs {each.kind}` runs on {each.host} (process {each.process}) since {since}, seen {ago} "
            "seconds ago.",
        )
    kinds = {each.kind for each in living_now}
    if not kinds:
        yield Finding(None, "No process runs just now. Start one with: iqs run")
    elif kinds == {ReplicaKind.WEB}:
        yield Finding(False, "Only `iqs web` runs, so nothing is sent. Start one beside it: iqs worker")
    elif kinds == {ReplicaKind.WORKER}:
        yield Finding(False, "Only `iqs worker` runs, so no click is received. Start one beside it: iqs web")


def _helpdesks(settings: Settings) -> Iterator[Finding]:
    """Whether each connected helpdesk lets us in."""
    try:
        helpdesks = connected(settings.helpdesks, attempts=2, patience=5.0)
    except Invalid as error:
        yield Finding(False, str(error))
        return
    if not helpdesks:
        yield Finding(
            None,
            "No helpdesk is connected, so conversations come from files only. docs/helpdesks.md says how to.",
        )
    for source, helpdesk in helpdesks.items():
        try:
            # an hour is enough to see that the list can be read; nothing is stored
            helpdesk.list_closed(now() - timedelta(hours=1), now())
            agents = len(helpdesk.agents()) if isinstance(helpdesk, Roster) else 0
        except IQSError as error:
            yield Finding(False, f"{source}: {error}")
        else:
            known = f" and names {agents} agents" if agents else ""
            yield Finding(True, f"{source} lets us read closed conversations{known}.")


def _team(store: Store, team: Team, client: WebClient | None) -> Iterator[Finding]:
    name = team.name
    if team.scorecard_id is None:
        yield Finding(
            False,
            f'{name} has no scorecard. Publish one: iqs scorecard apply --preset popular --team "{name}"',
        )
    else:
        yield Finding(True, f"{name} has a scorecard.")
    members = [*enrolling.linked(store), *enrolling.unlinked(store)]
    for role, what in ((Role.REVIEWER, "reviewers"), (Role.AGENT, "agents")):
        count = sum(person.has(role, team.id) for person in members)
        if count:
            yield Finding(True, f"{name} has {count} {what}.")
        else:
            yield Finding(False, f"{name} has no {what}. Give the role with: iqs people import people.csv")
    if team.channel_id is None:
        yield Finding(
            None,
            f"{name} has no channel, so no digest is posted. "
            f'Set it: iqs team set "{name}" --channel C0123456789',
        )
    elif client is not None:
        yield _channel(client, team)


def _channel(client: WebClient, team: Team) -> Finding:
    mend: dict[str, Callable[[], Finding]] = {
        "channel_not_found": lambda: Finding(
            False,
            f"{team.name}: the channel {team.channel_id} does not exist or is private. Invite the app with "
            "/invite, or set another channel.",
        ),
        "missing_scope": lambda: Finding(
            None, f"{team.name}: the channel cannot be checked without channels:read and groups:read."
        ),
    }
    try:
        channel = client.conversations_info(channel=team.channel_id or "")["channel"]
    except SlackApiError as error:
        name = error_name(error)
        found = mend.get(name)
        return found() if found else Finding(False, f"{team.name}: Slack refuses its channel ({name}).")
    except OSError as error:
        return Finding(False, f"{team.name}: its channel could not be looked at ({error_name(error)}).")
    if channel.get("is_archived"):
        return Finding(False, f"{team.name}: its channel is archived. Set another: iqs team set --channel")
    if not channel.get("is_member"):
        return Finding(False, f"{team.name}: the app is not in its channel. Type /invite @IQS there.")
    if channel.get("is_ext_shared"):
        return Finding(
            False, f"{team.name}: its channel is shared with another company. Set an internal one."
        )
    return Finding(True, f"{team.name}: its channel can be posted to.")
