"""The names of the workspace, its app and its bot, and fresh identifiers in Slack's style."""

import secrets

TEAM_ID = "T0SANDBOX1"
APP_ID = "A0SANDBOX1"
BOT_ID = "B0SANDBOX1"
BOT_USER = "U0SANDBOT1"
SLACKBOT = "USLACKBOT"

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def new_id(letter: str) -> str:
    """A fresh identifier whose first letter tells its kind: V for views, Ev for events, ..."""
    return letter + "0" + "".join(secrets.choice(_ALPHABET) for _ in range(9))
