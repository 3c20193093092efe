"""views.*: triggers, stacks, hashes, external ids and Home tabs."""

import time

import pytest
from slack_sdk.errors import SlackApiError


@pytest.fixture
def trigger(sandbox):
    """Fresh trigger ids for Ada, from outside of any view or from a view."""
    return lambda in_view=None: sandbox.workspace.tickets.trigger("U0ADA", in_view)


def test_opens_once(*, client, ada, trigger, modal, text_input, refusal):
    """A trigger id opens one modal for the person who acted, and is then spent."""
    ticket = trigger()
    opened = client.views_open(trigger_id=ticket, view=modal(text_input(), callback_id="m"))["view"]
    assert (opened["root_view_id"], opened["previous_view_id"]) == (opened["id"], None)
    assert opened["state"]["values"] == {"note": {"text": {"type": "plain_text_input", "value": None}}}
    assert ada.view["id"] == opened["id"]
    assert refusal(client.views_open, trigger_id=ticket, view=modal(text_input())) == "exchanged_trigger_id"
    assert refusal(client.views_open, trigger_id="1.2.3", view=modal(text_input())) == "invalid_trigger_id"


def test_trigger_expires(sandbox, client, trigger, modal, text_input, refusal):
    """A trigger id lives as long as Slack is patient."""
    sandbox.clock.patience = 0.2
    ticket = trigger()
    time.sleep(0.25)
    assert refusal(client.views_open, trigger_id=ticket, view=modal(text_input())) == "expired_trigger_id"


def test_refuses_bad_views(client, trigger, modal, text_input):
    """A wrong view is invalid_arguments with a pointer, and does not spend the trigger."""
    ticket = trigger()
    with pytest.raises(SlackApiError) as refused:
        client.views_open(trigger_id=ticket, view=modal({"type": "header"}))
    assert refused.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/blocks/0]" in refused.value.response["response_metadata"]["messages"][0]
    client.views_open(trigger_id=ticket, view=modal(text_input()))


def test_refuses_large_views(client, trigger, modal, refusal):
    """A view over 250 kB is view_too_large."""
    sections = [{"type": "section", "text": {"type": "plain_text", "text": "é" * 3000}}] * 50
    assert refusal(client.views_open, trigger_id=trigger(), view=modal(*sections)) == "view_too_large"


def test_stack_of_three(*, client, ada, trigger, modal, text_input, refusal):
    """Views are pushed from inside a modal, up to three."""
    assert refusal(client.views_push, trigger_id=trigger(), view=modal(text_input())) == "invalid_trigger_id"
    first = client.views_open(trigger_id=trigger(), view=modal(text_input()))["view"]
    second = client.views_push(trigger_id=trigger(first["id"]), view=modal(text_input()))["view"]
    assert (second["previous_view_id"], second["root_view_id"]) == (first["id"], first["id"])
    client.views_push(trigger_id=trigger(second["id"]), view=modal(text_input()))
    assert len(ada.views()) == 3
    error = refusal(client.views_push, trigger_id=trigger(second["id"]), view=modal(text_input()))
    assert error == "push_limit_reached"
    ada.close()
    assert len(ada.views()) == 2
    ada.close(everything=True)
    assert ada.views() == []


def test_hash(client, trigger, modal, text_input, refusal):
    """An update with an old hash is a conflict; without one it passes; a closed view is not found."""
    view = client.views_open(trigger_id=trigger(), view=modal(text_input()))["view"]
    updated = client.views_update(view_id=view["id"], hash=view["hash"], view=modal(text_input()))["view"]
    assert updated["hash"] != view["hash"]
    assert (
        refusal(client.views_update, view_id=view["id"], hash=view["hash"], view=modal(text_input()))
        == "hash_conflict"
    )
    client.views_update(view_id=view["id"], view=modal(text_input()))
    assert refusal(client.views_update, view_id="V0NONE", view=modal(text_input())) == "not_found"


def test_external_id(client, trigger, modal, text_input, refusal):
    """An external id finds its view and belongs to one."""
    client.views_open(trigger_id=trigger(), view=modal(text_input(), external_id="mine"))
    client.views_update(external_id="mine", view=modal(text_input(), external_id="mine"))
    error = refusal(client.views_open, trigger_id=trigger(), view=modal(text_input(), external_id="mine"))
    assert error == "duplicate_external_id"


def test_typed_values_survive_with_their_ids(*, client, ada, trigger, modal, text_input, buttons):
    """A redrawn view keeps what was typed where block id and action id stay, and resets the rest."""
    view = client.views_open(
        trigger_id=trigger(), view=modal(text_input("a"), text_input("b"), buttons("more"))
    )["view"]
    ada.fill("a", "text", "kept")
    ada.fill("b", "text", "lost")
    ada.act_in_view("more")
    fresh = modal(
        text_input("a", initial_value="new"), text_input("b2", initial_value="fresh"), buttons("more")
    )
    updated = client.views_update(view_id=view["id"], view=fresh)["view"]
    values = {block: actions["text"]["value"] for block, actions in updated["state"]["values"].items()}
    assert values == {"a": "kept", "b2": "fresh"}
    assert ada.view["state"] == {"a": {"text": "kept"}, "b2": {"text": "fresh"}}


def test_home(client, ada, refusal):
    """A Home tab is published for a member; an old hash is a conflict."""
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = client.views_publish(user_id="U0ADA", view=home)["view"]
    second = client.views_publish(user_id="U0ADA", view=home, hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    assert ada.home(wait=0)["hash"] == second["hash"]
    assert refusal(client.views_publish, user_id="U0ADA", view=home, hash=first["hash"]) == "hash_conflict"
    assert refusal(client.views_publish, user_id="U0ROBO", view=home) == "user_not_found"
    assert (
        refusal(client.views_publish, user_id="U0ADA", view={**home, "type": "modal"}) == "invalid_arguments"
    )


def test_home_needs_the_tab(new_sandbox, client_of, tmp_path, refusal):
    """With the Home tab off, publishing is not_enabled."""
    manifest = tmp_path / "manifest.yml"
    manifest.write_text("display_information: {name: X}\n")
    client = client_of(new_sandbox(manifest=manifest))
    home = {"type": "home", "blocks": []}
    assert refusal(client.views_publish, user_id="U0ADA", view=home) == "not_enabled"
