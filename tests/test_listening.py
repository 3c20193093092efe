"""The ear's own rules: what counts as heard."""

import logging

import pytest
from pydantic import SecretStr

from iqs.conversations import Author, Customer, Message
from iqs.people import Person
from iqs.reviews import Rating
from tests.listening import Ear

log = logging.getLogger("bot.somewhere")

LEAKS = {
    "a name": (lambda: Person(1, "Ada Lovelace"), ("%s was told", "ADA LOVELACE")),
    "an address": (lambda: Customer(email="ada.l@example.com"), ("sent to <ada.l@example.com>",)),
    "part of a text": (
        lambda: Message(Author.CUSTOMER, "I have not got my parcel from you, and it is Friday"),
        ("it said %r", "got my parcel from"),
    ),
    "a note": (lambda: Rating(1, note="Unfriendly"), ("refused: %s", ValueError("unfriendly"))),
    "a secret": (lambda: SecretStr("xoxb-17"), ("Authorization: Bearer xoxb-17",)),
}


@pytest.fixture
def heard(ear):
    """What leaked by now; it is forgotten, as these tests leak on purpose."""
    yield lambda: list(ear.leaks())
    ear.forget()


@pytest.mark.parametrize("leak", LEAKS)
def test_what_is_personal_is_heard(heard, leak):
    """A value that went into a personal field is found at any level, in the text and in its arguments."""
    make, said = LEAKS[leak]
    make()
    log.debug(*said)
    assert heard()


def test_a_traceback_is_heard(heard):
    """What an error says is logged with it."""
    Person(1, "Ada Lovelace")
    try:
        {}["Ada Lovelace"]
    except KeyError:
        log.exception("it failed")
    assert heard()


def test_ids_and_our_own_words_are_nobodys(heard):
    """Lines without a marker, and words of a text that stand in another order."""
    Person(7, "Ada Lovelace", "ada@example.com", "U0ADA")
    Message(Author.CUSTOMER, "I have not got my parcel from you")
    log.warning("person %s (U0ADA) was told from my parcel", 7)
    assert heard() == []


def test_markers_are_forgotten_after_each_test():
    """A name in one test is a common word in another."""
    ear = Ear()
    ear.mark("and")
    ear.emit(logging.makeLogRecord({"msg": "this and that"}))
    assert list(ear.leaks())
    ear.forget()
    ear.emit(logging.makeLogRecord({"msg": "this and that"}))
    assert list(ear.leaks()) == []
