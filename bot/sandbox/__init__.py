"""A Slack workspace on your own machine, which judges a bot from outside.

It answers the Web API, Socket Mode and response URLs the way Slack does, refuses what Slack refuses, and lets
people act in it from a page or from a `Driver`. It knows nothing of the rest of this project.
"""

from bot.sandbox.clock import Clock
from bot.sandbox.driver import Driver, Outcome
from bot.sandbox.people import SandboxChannel, SandboxUser
from bot.sandbox.server import Sandbox

__all__ = ["Clock", "Driver", "Outcome", "Sandbox", "SandboxChannel", "SandboxUser"]
