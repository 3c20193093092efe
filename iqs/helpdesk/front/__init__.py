"""Front: archived conversations, their messages and comments."""

from iqs.helpdesk.front.helpdesk import Front

__all__ = ["Front"]
