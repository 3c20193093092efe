"""HubSpot: closed threads of the conversations inbox, their messages, and CSAT and CES from its surveys."""

from iqs.helpdesk.hubspot.helpdesk import HubSpot
from iqs.helpdesk.hubspot.surveys import Feedback

__all__ = ["Feedback", "HubSpot"]
