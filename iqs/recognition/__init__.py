"""Which redactor this process uses: patterns, or patterns and a recogniser of names; chosen once, at its start."""

from importlib.util import find_spec

from iqs.errors import Invalid
from iqs.personal_data import PATTERNS, Redactor
from iqs.recognition import presidio

_made: dict[str, Redactor] = {"patterns": PATTERNS}
_chosen = ["patterns"]


def choose(name: str) -> None:
    """Sets the redactor of this process: "patterns" or "ner". Raises Invalid where the extra is missing."""
    if name != "patterns" and name not in _made and find_spec(presidio.MODULE) is None:
        raise Invalid(presidio.MISSING)
    _chosen[:] = [name]


def chosen() -> Redactor:
    """The redactor of this process; a recogniser is loaded when it is first asked for, which takes seconds."""
    (name,) = _chosen
    if name not in _made:
        _made[name] = presidio.load()
    return _made[name]
