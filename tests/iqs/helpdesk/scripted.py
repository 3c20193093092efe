"""A stand-in that says what a test wrote for it, call by call, and remembers what it was asked."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.iqs.helpdesk.standin import Answer, StandIn, Vendor, running

RECORDED = Path(__file__).parent / "recorded"


def recorded(vendor):
    """The vendor's replies as we wrote them from its description, by name."""
    return json.loads((RECORDED / f"{vendor}.json").read_text())


class Script(Vendor):
    """Answers by "METHOD /path": an Answer or its JSON, a list of these (the last one stays), or what makes one."""

    name = "scripted"

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.base = ""

    def page_of(self, request):
        return None

    def answer(self, request):
        self.asked.append(request)
        told = self.answers.get(f"{request.method} {request.path}", Answer(status=404))
        if isinstance(told, list):
            told = told.pop(0) if len(told) > 1 else told[0]
        if callable(told):
            told = told(request)
        return told if isinstance(told, Answer) else Answer(told)

    @property
    def paths(self):
        return [f"{each.method} {each.path}" for each in self.asked]


@contextmanager
def serving(answers):
    """Serves these answers until the block ends."""
    script = Script(answers)
    with running(StandIn(script, lambda: datetime.now(UTC))) as standin:
        script.base = standin.base
        yield script
