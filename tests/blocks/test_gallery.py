"""Every message as people read it stands in `gallery/`; a change of words is seen in its diff."""

import pytest

from tests.blocks.drawing import GALLERY, draw, shown

SHOWN = shown()


@pytest.mark.parametrize("name", SHOWN)
def test_the_gallery_shows_what_is_sent(name):
    """The picture kept in the gallery is the view of today (`python -m tests.blocks.drawing` redraws it)."""
    assert (GALLERY / f"{name}.txt").read_text(encoding="utf-8") == draw(SHOWN[name])


def test_the_gallery_holds_nothing_else():
    """No picture of a view that is gone stays behind."""
    assert {path.stem for path in GALLERY.iterdir()} == set(SHOWN)
