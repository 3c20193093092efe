"""What Slack takes and refuses of a view as a whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.checks.shape import Found
from bot.sandbox.checks.surface import check_blocks
from bot.sandbox.checks.views import check_view, too_large


def plain(text="Title"):
    return {"type": "plain_text", "text": text}


INPUT = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "action_id": "t"}}


def modal(**more):
    return {"type": "modal", "title": plain(), "blocks": [{"type": "divider"}], **more}


def home(**more):
    return {"type": "home", "blocks": [{"type": "divider"}], **more}


def messages_of(view, kind="modal"):
    found = Found()
    check_view(view, kind, found)
    return found.messages


ACCEPTED = {
    "plain modal": (modal(), "modal"),
    "everything": (
        modal(
            title=plain("x" * 24),
            submit=plain("x" * 24),
            close=plain("x" * 24),
            private_metadata="x" * 3000,
            callback_id="x" * 255,
            external_id="x" * 255,
            notify_on_close=True,
            clear_on_close=True,
            blocks=[INPUT],
        ),
        "modal",
    ),
    "home": (home(callback_id="home", private_metadata=""), "home"),
}
REFUSED = {
    "title of 25": (
        modal(title=plain("x" * 25)),
        "modal",
        "less than 25 characters [json-pointer:/view/title/text]",
    ),
    "submit of 25": (modal(submit=plain("x" * 25)), "modal", "less than 25"),
    "close of 25": (modal(close=plain("x" * 25)), "modal", "less than 25"),
    "no title": (
        {"type": "modal", "blocks": []},
        "modal",
        "missing required field: title [json-pointer:/view]",
    ),
    "metadata of 3,001": (modal(private_metadata="x" * 3001), "modal", "less than 3001"),
    "callback id of 256": (modal(callback_id="x" * 256), "modal", "less than 256"),
    "external id of 256": (modal(external_id="x" * 256), "modal", "less than 256"),
    "inputs without submit": (modal(blocks=[INPUT]), "modal", "missing required field: submit"),
    "unknown key": (modal(size="large"), "modal", "invalid additional property: size"),
    "home as a modal": (home(), "modal", "unsupported type: home"),
    "modal as a home": (modal(), "home", "unsupported type: modal"),
    "home with a submit": (home(submit=plain()), "home", "invalid additional property: submit"),
    "a bad block": (modal(blocks=[{"type": "header"}]), "modal", "[json-pointer:/view/blocks/0]"),
}


@pytest.mark.parametrize(("view", "kind"), ACCEPTED.values(), ids=ACCEPTED)
def test_accepts(view, kind):
    """Views within Slack's limits pass."""
    assert messages_of(view, kind) == []


@pytest.mark.parametrize(("view", "kind", "sentence"), REFUSED.values(), ids=REFUSED)
def test_refuses(view, kind, sentence):
    """A view beyond a limit is refused with a pointer."""
    assert any(sentence in message for message in messages_of(view, kind))


def test_weighs_views():
    """A view holds 250 kB, counted in bytes."""
    assert not too_large(modal(private_metadata="x" * 249_000))
    assert too_large(modal(private_metadata="é" * 125_000))


words = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "blocks",
        "section",
        "actions",
        "data_table",
        "rows",
        "chart",
        "container",
        "title",
    ]
)
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)


@given(json)
def test_judges_anything(value):
    """Whatever JSON an app sends, it is judged and never breaks the sandbox."""
    for surface in ("message", "modal", "home"):
        check_blocks(value, surface, Found())
    check_view(value, "modal", Found())
