"""Errors whose message is the sentence a person reads: what happened, what to do."""


class IQSError(Exception):
    """Anything that went wrong in a way we can explain; `str(error)` may be shown to the person who asked."""


class NotAllowed(IQSError):
    """The actor may not do this; the sentence tells no more than they may know."""


class NotFound(IQSError):
    """There is no such thing, or none that this actor may see."""


class Invalid(IQSError):
    """The input cannot be used; `problems` names each fault and its mend.

    `fields` maps a field of the form (a category key, "comment") to the sentence to show under it.
    """

    def __init__(
        self, sentence: str, *, problems: tuple[str, ...] = (), fields: dict[str, str] | None = None
    ) -> None:
        super().__init__(sentence)
        self.problems = problems
        self.fields = fields or {}


class Conflict(IQSError):
    """Somebody was faster: the thing changed since it was shown."""


class TooLate(IQSError):
    """The time for this has passed (the undo window, a closed assignment)."""


class Unavailable(IQSError):
    """A database or another service cannot be reached; nothing was saved."""


class Repeated(IQSError):
    """This very interaction was acted on before; it is answered as done, and nothing was changed."""
