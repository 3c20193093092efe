"""Intercom: closed conversations by search, their parts one by one, ratings, teammates and webhooks."""

from iqs.helpdesk.intercom.helpdesk import Intercom

__all__ = ["Intercom"]
