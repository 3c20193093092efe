"""Help Scout: closed conversations, their threads, and happiness ratings."""

from iqs.helpdesk.helpscout.helpdesk import HelpScout

__all__ = ["HelpScout"]
