"""Gorgias: closed tickets, their messages, and satisfaction surveys."""

from iqs.helpdesk.gorgias.helpdesk import Gorgias

__all__ = ["Gorgias"]
