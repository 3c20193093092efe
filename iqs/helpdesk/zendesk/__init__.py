"""Zendesk: solved and closed tickets by the incremental cursor export, their comments, and both kinds of CSAT."""

from iqs.helpdesk.zendesk.helpdesk import Zendesk

__all__ = ["Zendesk"]
