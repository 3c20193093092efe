"""What a crash run is asked for, and what it reports."""

from dataclasses import dataclass, field

from tests.crash.judge import Verdict

STORM = ("429", "503", "500", "reset", "broken", "drop", "cut", "slow", "silent", "late")


@dataclass(frozen=True)
class Run:
    """What is asked for. `kills` is the least number, `faults` the share of Slack calls that meet one.

    Seconds are the programme's, of which `speed` pass in a real one; only `patience` is real. A call is given up
    after 60 (`child.CALL`); slow, silent and late take `fault_seconds`, which is longer, and shorter than the
    quarantine unless `twins` are asked for.
    """

    url: str
    kills: int = 30
    everywhere: bool = True  # at least one of them at each named point
    seed: int = 1
    weeks: int = 2
    faults: float = 0.15
    among: tuple[str, ...] = STORM
    method: str = "*"
    outage: str = (
        ""  # a fault that every call meets for a day, first when feedback is due, then over a Monday
    )
    fault_seconds: float = 75.0
    quarantine: float = 90.0
    speed: float = 100.0
    workers: int = 1  # on PostgreSQL; with several, one that the machine stops too long posts a twin
    naive: bool = False
    twins: bool = False  # messages may land after the quarantine
    patience: float = 60.0  # without any progress, then the run has failed
    keep: str = ""  # a folder for logs and notes


@dataclass
class Report(Verdict):
    """The verdict with how it came about."""

    kills: int = 0
    weeks: int = 0
    seconds: float = 0.0
    points: dict[str, int] = field(default_factory=dict)
