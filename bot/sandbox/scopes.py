"""What the app's manifest.yml lets it do: granted scopes, slash commands, events, App Home."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Command:
    """A slash command of the app."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True)
class Manifest:
    """The parts of an app manifest that decide what Slack accepts and delivers."""

    name: str
    bot_name: str
    scopes: frozenset[str]
    commands: tuple[Command, ...]
    events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    interactivity: bool
    socket_mode: bool

    @classmethod
    def load(cls, path: str | Path, *, without: frozenset[str] = frozenset()) -> "Manifest":
        """Read manifest.yml; `without` names optional scopes that the workspace's admin did not grant."""
        raw: dict[str, Any] = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        features = raw.get("features", {})
        settings = raw.get("settings", {})
        scopes = raw.get("oauth_config", {}).get("scopes", {})
        home = features.get("app_home", {})
        name = raw["display_information"]["name"]
        return cls(
            name=name,
            bot_name=features.get("bot_user", {}).get("display_name", name),
            scopes=frozenset([*scopes.get("bot", []), *scopes.get("bot_optional", [])]) - without,
            commands=tuple(
                Command(
                    command=entry["command"],
                    description=entry.get("description", ""),
                    usage_hint=entry.get("usage_hint", ""),
                    should_escape=bool(entry.get("should_escape")),
                )
                for entry in features.get("slash_commands", [])
            ),
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            home_tab=bool(home.get("home_tab_enabled")),
            messages_tab=bool(home.get("messages_tab_enabled")),
            messages_read_only=bool(home.get("messages_tab_read_only_enabled")),
            interactivity=bool(settings.get("interactivity", {}).get("is_enabled")),
            socket_mode=bool(settings.get("socket_mode_enabled")),
        )

    def command(self, name: str) -> Command | None:
        """The slash command called `name` (with its slash), if the app has it."""
        return next((command for command in self.commands if command.command == name), None)


KIND_SCOPES = {"public": "channels", "private": "groups", "im": "im"}


def conversation_scope(kind: str, verb: str) -> str:
    """The scope that reads (`read`) or lists messages of (`history`) a conversation of `kind`."""
    return f"{KIND_SCOPES[kind]}:{verb}"
