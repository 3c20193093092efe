"""Whatever is typed behind `/iqs` gets one sentence, soon: never a fault, never a long wait."""

import json

import pytest

from bot.listeners import asked, commands

SLOW = "a b " * 100_000
ODD = (
    "review https://[x",
    "review <https://[|x> in Support",
    "review desk:\x00",
    "review desk:c\ud800",
    "explain https://[x\x00",
    "explain \ud800",
    "explain 999999999999999999",
    "team \ud800",
    "category \x00",
    "agent \ud800\x00",
    "agent <@U0ADA",
    "me 9999-12-31",
    "me 0001-01-01..9999-12-31",
    "digest move ²:00",
    "digest move 99:99",
    "digest pause monthly monthly",
    "digest preview \ud800",
    "export <!channel>",
    "export csv xlsx json",
    "draw \x00 <@U0ADA>",
    "\ud800",
    "\x00",
)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_words_get_a_sentence(dispatch, payloads, text):
    """Half a link, NUL, half a character, times that are none: an answer, and no reference to a fault."""
    answer = json.loads(dispatch(payloads.command("U0LENA", text)).body)
    assert answer["text"]
    assert "reference" not in json.dumps(answer)


@pytest.mark.parametrize("word", [word for word in commands.WORDS if word not in {"", "help"}])
def test_nobody_holds_up_the_others_with_a_long_command(dispatch, payloads, monkeypatch, word):
    """A command of 400,000 characters is refused before any word of it is looked at."""

    def never(*_, **__):
        raise AssertionError("it was looked at")

    monkeypatch.setattr(asked, "typed", never)
    answer = json.loads(dispatch(payloads.command("U0LENA", f"{word} {SLOW}")).body)
    assert "too long" in answer["text"]
