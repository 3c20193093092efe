"""The tour is the demo's own proof: it ends with 0, or says what broke and ends with 1."""

from bot.demo import tour
from bot.demo.tour import Guide


def test_tour_ends_well():
    """Every step shows what it should, from the scorecard over a skip and the draw to the digest and the refusals."""
    said = []
    assert tour(said.append) == 0, "\n".join(said)
    steps = [line for line in said if line.startswith("✓")]
    assert len(steps) == 21
    assert "Product knowledge fell" in "\n".join(said)


def test_tour_says_what_broke(monkeypatch):
    """A step that shows something else is named, and the tour ends with 1."""
    said = []
    monkeypatch.setattr(
        Guide, "review", lambda self: self._command(self._rosa, "/iqs help", "…", "no such words")
    )
    assert tour(said.append) == 1
    assert "“no such words” is missing" in said[-1]
