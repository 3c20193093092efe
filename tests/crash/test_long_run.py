"""The long run of `make crash`: the table of docs/operate.md, a thousand SIGKILLs on each database."""

import pytest

from tests.crash.judge import LANDS_LATE

pytestmark = [pytest.mark.long, pytest.mark.timeout(6 * 3600)]  # a run that stands still ends by itself

KILLS = 1_000
LATER_THAN_THE_QUARANTINE = {
    "method": "chat.postMessage",
    "among": ["late"],
    "fault_seconds": LANDS_LATE,
    "twins": True,
}
OURS = {
    "kills": {"kills": KILLS, "faults": 0},
    "kills + 15 %": {"kills": KILLS, "faults": 0.15},
    "lands after the quarantine": {"kills": 100, "faults": 0.3, **LATER_THAN_THE_QUARANTINE},
    "24 h of 503": {"kills": 0, "faults": 0, "outage": "503"},
    "24 h of resets": {"kills": 0, "faults": 0, "outage": "reset"},
    "24 h of a revoked token": {"kills": 0, "faults": 0, "outage": "revoked"},
}
NAIVE = {
    "kills": {"kills": 100, "faults": 0, "naive": True},
    "kills + 15 %": {"kills": 100, "faults": 0.15, "naive": True},
}


@pytest.fixture
def row(crash_run, database_url, capfd):
    """Makes a run and prints its line of the table."""

    def run(design, faults, options):
        report = crash_run(seed=1, patience=120, **options)
        database = database_url.split(":")[0]
        lost, doubled = len(report.lost) + len(report.wrong), len(report.doubled)
        with capfd.disabled():
            print(
                f"\n| {design} | {database} | {faults} | {report.kills:,} | {report.acked:,} | {report.messages:,} "
                f"| {lost} | {doubled} | {report.swept} | {report.seconds:,.0f} |"
            )
        return report

    return run


@pytest.mark.parametrize("faults", OURS)
def test_ours_loses_and_doubles_nothing(row, faults):
    """Outbox, `sending` first, quarantine, reconcile, sweep: nothing is lost, nothing stands there twice."""
    report = row("ours", faults, OURS[faults])
    assert (report.lost, report.doubled, report.wrong) == ([], [], [])
    if OURS[faults]["kills"]:
        assert report.kills >= OURS[faults]["kills"]
        assert [name for name, hits in report.points.items() if not hits] == []
    if OURS[faults].get("among"):
        assert report.swept > 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_share_without_loss(row):
    """Claims, leases and fencing hold between two workers; a twin of one that was stopped is swept."""
    options = {"kills": 300, "faults": 0.15, "workers": 2, "twins": True}
    report = row("ours, two workers", "kills + 15 %", options)
    assert (report.lost, report.doubled, report.wrong) == ([], [], [])


@pytest.mark.parametrize("faults", NAIVE)
def test_a_naive_sender_doubles(row, faults):
    """The SDK's defaults, retried until ok, marked as sent afterwards: the harness finds what comes twice."""
    assert row("naive", faults, NAIVE[faults]).doubled
