"""Examples at the end of a command's `--help`."""


def examples(*lines: str, title: str = "") -> str:
    """An epilog that click prints line by line, as it stands (its mark for that is a backspace)."""
    head = title or ("Example" if len(lines) == 1 else "Examples")
    return "\b\n" + "\n".join([f"{head}:", *(f"  {line}" for line in lines)])
