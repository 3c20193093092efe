"""`iqs demo`: a living team on this machine, to look at in the browser or to be led through."""

from bot.demo.show import run
from bot.demo.tour import tour

__all__ = ["run", "tour"]
