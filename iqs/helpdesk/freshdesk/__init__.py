"""Freshdesk: resolved and closed tickets, their conversations, and satisfaction ratings."""

from iqs.helpdesk.freshdesk.helpdesk import Freshdesk

__all__ = ["Freshdesk"]
