"""The extra that recognises names sits behind the same small interface as the patterns."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

import pytest

from iqs import recognition
from iqs.conversations import Author, Conversation, Customer, Message
from iqs.errors import Invalid
from iqs.personal_data import PATTERNS, Together
from iqs.privacy import redact_conversation
from iqs.recognition import presidio
from iqs.recognition.presidio import Recogniser, load
from iqs.services.importing import import_stream
from iqs.storage.repositories import conversations


@dataclass
class Entity:
    entity_type: str
    start: int
    end: int


class Engine:
    """Knows one person and one place, as an engine would."""

    def analyze(self, text, language, *, entities, score_threshold):
        assert language == "en"
        assert 0 < score_threshold < 1
        found = [("Rosa Marin", "PERSON"), ("Porto", "LOCATION"), ("order", "NRP")]
        return [
            Entity(kind, text.index(word), text.index(word) + len(word))
            for word, kind in found
            if word in text
        ]


def conversation(*texts):
    said = tuple(Message(Author.CUSTOMER, each) for each in texts)
    return Conversation("x", "1", "email", said, customer=Customer(name="Ann Lee"))


def test_what_is_recognised_is_marked_beside_the_patterns():
    """Names and places nobody told of go too, and each is counted once; kinds without a mark stay."""
    by = Together(PATTERNS, Recogniser(Engine()))
    redacted, count = redact_conversation(
        conversation("Rosa Marin of Porto, r@x.example, order 1", "Ann"), by
    )
    assert [each.text for each in redacted.messages] == ["[name] of [place], [e-mail], order 1", "[name]"]
    assert count == 5  # the customer's record is one
    assert redact_conversation(redacted, by) == (redacted, 0)


def test_without_the_extra_one_sentence_says_what_to_do(monkeypatch):
    """Nothing breaks where Presidio is not installed; it is said how to add it."""
    monkeypatch.setitem(sys.modules, "presidio_analyzer", None)
    with pytest.raises(Invalid, match=r"pip install 'iqs\[ner\]'"):
        load()


def test_with_the_extra_it_is_used(monkeypatch):
    """An installed Presidio's engine is asked."""
    module = ModuleType("presidio_analyzer")
    module.AnalyzerEngine = Engine
    monkeypatch.setitem(sys.modules, "presidio_analyzer", module)
    assert redact_conversation(conversation("Rosa Marin"), load())[0].messages[0].text == "[name]"


@pytest.fixture
def choice(monkeypatch):
    """The process's choice, as at its start."""
    monkeypatch.setattr(recognition, "_chosen", ["patterns"])
    monkeypatch.setattr(recognition, "_made", {"patterns": PATTERNS})


def test_a_process_chooses_once(choice, monkeypatch):
    """Patterns unless told otherwise; the recogniser is loaded when it is first asked for, and once."""
    assert recognition.chosen() is PATTERNS
    loads = []
    monkeypatch.setattr(recognition, "find_spec", lambda _name: "there")
    monkeypatch.setattr(presidio, "load", lambda: loads.append(1) or Recogniser(Engine()))
    recognition.choose("ner")
    assert not loads
    assert recognition.chosen() is recognition.chosen()
    assert loads == [1]


def test_a_choice_that_cannot_be_is_refused_at_the_start(choice, monkeypatch):
    """A process that should recognise names does not start without the extra."""
    monkeypatch.setattr(recognition, "find_spec", lambda _name: None)
    with pytest.raises(Invalid, match="REDACTION=ner"):
        recognition.choose("ner")
    assert recognition.chosen() is PATTERNS


def test_an_import_asks_the_chosen_redactor(choice, monkeypatch, sqlite_store):
    """What the process has chosen is what every import uses."""
    monkeypatch.setattr(recognition, "_made", {"patterns": Together(PATTERNS, Recogniser(Engine()))})
    import_stream(sqlite_store, [conversation("Rosa Marin wrote")], now=datetime(2026, 11, 23, tzinfo=UTC))
    with sqlite_store.read() as tx:
        (stored,) = conversations.get_many(tx, [conversations.by_key(tx, "x", "1")]).values()
    assert stored.messages[0].text == "[name] wrote"
