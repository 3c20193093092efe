"""Redaction that recognises names and places too, through Presidio: an extra that the installation may add.

Its models take hundreds of megabytes, so it is no dependency of ours: `pip install 'iqs[ner]'` and REDACTION=ner.
"""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Protocol

from iqs.errors import Invalid
from iqs.personal_data import EMAIL, IBAN, IP, NAME, PATTERNS, PHONE, PLACE, Found, Known, Redactor, Together

MODULE = "presidio_analyzer"
MISSING = "REDACTION=ner needs an extra: pip install 'iqs[ner]' — or set REDACTION=patterns."

SURE = 0.6
"""The least certainty, 0–1, at which Presidio's word counts."""

LANGUAGE = "en"

_MARKS = {
    "PERSON": NAME,
    "LOCATION": PLACE,
    "EMAIL_ADDRESS": EMAIL,
    "PHONE_NUMBER": PHONE,
    "IBAN_CODE": IBAN,
    "IP_ADDRESS": IP,
}


class Engine(Protocol):
    """What of Presidio's `AnalyzerEngine` is used."""

    def analyze(self, text: str, language: str, *, entities: list[str], score_threshold: float) -> list[Any]:
        """Entities with `start`, `end` and `entity_type`."""


class Recogniser:
    """A `Redactor` that asks an engine."""

    def __init__(self, engine: Engine, language: str = LANGUAGE) -> None:
        self._engine = engine
        self._language = language

    def find(self, text: str, known: Known) -> Iterator[Found]:  # noqa: ARG002 - it needs no record
        """What the engine is sure of."""
        if not text.strip():
            return
        for each in self._engine.analyze(text, self._language, entities=list(_MARKS), score_threshold=SURE):
            mark = _MARKS.get(each.entity_type)
            if mark is not None:
                yield Found(each.start, each.end, mark)


def load() -> Redactor:
    """Patterns and Presidio together; the patterns' word goes first. Raises Invalid where the extra is missing."""
    try:
        engine: Engine = import_module(MODULE).AnalyzerEngine()
    except ImportError:
        raise Invalid(MISSING) from None
    except (OSError, SystemExit):  # spaCy's model is missing, and it tried to fetch one
        raise Invalid(
            "REDACTION=ner: Presidio's language model is missing; its documentation says how to get it."
        ) from None
    return Together(PATTERNS, Recogniser(engine))
