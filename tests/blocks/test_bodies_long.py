"""A hundred thousand bodies through the whole way; minutes of work, so run by `pytest -m long` alone."""

import random
import time

import pytest

from blocks import transcript
from iqs.conversations import Author, Conversation
from iqs.markup import message
from iqs.privacy import redact_conversation
from tests.blocks.journey_of_a_body import CUSTOMER, travel
from tests.blocks.soup import body

BODIES = 100_000
LOTS = 20
SLOWEST = 0.2  # seconds of one body, of the processor's time
AUTHORS = list(Author)

pytestmark = [pytest.mark.long, pytest.mark.timeout(1_800)]


@pytest.mark.parametrize("lot", range(LOTS))
def test_a_hundred_thousand_bodies(lot):
    """None breaks a rule, and none takes 200 ms from HTML to the blocks of a page."""
    for number in range(BODIES // LOTS):
        rng = random.Random(f"{lot}-{number}")
        made = body(rng)
        author = rng.choice(AUTHORS)
        try:
            travel(made, author)
        except Exception as broken:
            raise AssertionError(f"body {lot}-{number}: {made[:500]!r}") from broken
        # A pause of the machine is not the body's: one that was slow is measured twice more.
        assert any(_seconds(made, author) < SLOWEST for _ in range(3)), f"body {lot}-{number}"


def _seconds(made: str, author: Author) -> float:
    started = time.process_time()
    conversation = Conversation("x", "1", "email", (message(author, html=made),), customer=CUSTOMER)
    transcript.page(redact_conversation(conversation)[0], 0, room=80)
    return time.process_time() - started
