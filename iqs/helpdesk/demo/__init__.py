"""An invented helpdesk: the conversations of Larkfield, a coffee company that exists only here."""

from iqs.helpdesk.demo.conversations import demo_conversations
from iqs.helpdesk.demo.helpdesk import DemoHelpdesk
from iqs.helpdesk.demo.story import Quality, Told, story, told

__all__ = ["DemoHelpdesk", "Quality", "Told", "demo_conversations", "story", "told"]
