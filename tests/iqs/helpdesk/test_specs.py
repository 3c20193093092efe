"""Our requests and the replies we recorded are those of the vendors' own OpenAPI descriptions.

The descriptions are not part of the project: `pytest --helpdesk-specs=DIR` names the folder they are in.
"""

from pathlib import Path

import pytest

from tests.iqs.helpdesk.specs import Spec
from tests.iqs.helpdesk.standin import StandIn, running
from tests.iqs.helpdesk.test_contract import VENDORS, Clock

DESCRIBED = [each for each in VENDORS if each.specs]


@pytest.mark.parametrize("vendor", DESCRIBED, ids=lambda vendor: vendor.name)
def test_requests_and_recorded_replies_are_as_described(vendor, request):
    """Every call a connector makes is described, and so is every reply it is tested with."""
    folder = request.config.getoption("--helpdesk-specs")
    if folder is None:
        pytest.skip("not checked: no --helpdesk-specs=DIR with the vendors' OpenAPI descriptions")
    specs = [Spec(Path(folder, name)) for name in vendor.specs]
    clock = Clock()
    with running(StandIn(vendor, clock.now)) as standin:
        helpdesk = vendor.connect(standin.base, sleep=clock.sleep, now=clock.now)
        vendor.exercise(helpdesk)
    faults = []
    for asked, answered in zip(standin.requests, standin.answers, strict=True):
        if asked.path in vendor.undescribed:
            continue
        spec = next(each for each in specs if each.describes(asked))
        where = f"{asked.method} {asked.path}"
        faults += [f"{where} asked: {each}" for each in spec.request_faults(asked)]
        faults += [f"{where} answered: {each}" for each in spec.reply_faults(asked, answered)]
    assert standin.requests
    assert not faults, "\n".join(faults)
