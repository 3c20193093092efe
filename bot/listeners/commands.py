"""`/iqs`: answered at once and only to the person who asked."""

from typing import Any

from slack_bolt import Ack, App, BoltResponse

from blocks import help as help_page
from blocks import kit, me, refusal, team
from blocks.kit import Message
from blocks.text import fit
from bot.listeners.wiring import Wiring
from iqs.people import Person, Role, Team
from iqs.services import enrolling, reporting

COMMAND = "/iqs"


def register(app: App, wiring: Wiring) -> None:
    """Listens to the slash command."""
    ears = _Commands(wiring)
    app.command(COMMAND)(ears.command)


class _Commands:
    def __init__(self, wiring: Wiring) -> None:
        self._w = wiring

    def command(self, ack: Ack, body: dict[str, Any], actor: Person) -> BoltResponse:
        word, rest = _words(str(body.get("text") or ""))
        answer = self._answer(word, rest, actor)
        return ack(text=answer["text"], blocks=answer["blocks"])

    def _answer(self, word: str, rest: str, actor: Person) -> Message:
        if word == "me":
            return me.message(reporting.personal_report(self._w.store, actor, now=self._w.now()))
        if word == "team":
            return self._team(rest, actor)
        answer = help_page.message(actor)
        if word in {"", "help"}:
            return answer
        sorry = kit.section(f"I do not know “{fit(word, 40)}”. This is what I can do:")
        return Message(text=answer["text"], blocks=[sorry, *answer["blocks"]])

    def _team(self, name: str, actor: Person) -> Message:
        teams = self._teams(actor, named=bool(name))
        wanted = [each for each in teams if each.name.casefold() == name.casefold()] if name else teams
        if len(wanted) == 1:
            return team.message(reporting.team_report(self._w.store, actor, wanted[0].id, now=self._w.now()))
        if not teams:
            return refusal.sentence("You are in no team yet; ask your lead to add you.")
        listed = ", ".join(f"“{fit(each.name, 60)}”" for each in teams[:20])
        if name:
            return refusal.sentence(f"You have no team “{fit(name, 60)}”. You can ask about: {listed}.")
        return refusal.sentence(
            f"You have several teams. Say which one, as in “/iqs team {teams[0].name}”: {listed}."
        )

    def _teams(self, actor: Person, *, named: bool) -> list[Team]:
        """The teams this person may ask for; without a name, those they lead if they lead any."""
        known = enrolling.teams(self._w.store)
        if actor.is_admin or any(Role.AUDITOR in held for held in actor.roles.values()):
            return known
        led = () if named else actor.teams(Role.LEAD)
        mine = set(led or actor.teams(*Role))
        return [each for each in known if each.id in mine]


def _words(text: str) -> tuple[str, str]:
    """The command's first word and the rest, without the quotes we show names in.

    Slack escapes `&`, `<` and `>` in what was typed; a team may be called "R&D".
    """
    typed = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    word, *rest = typed.split(maxsplit=1) or [""]
    return word.lower(), "".join(rest).strip().strip("\"'“”„‘’«»").strip()
