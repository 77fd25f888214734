"""The gallery shows the charts as they are: its pictures are small, all shown, and made again alike."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.report.make_gallery import ALL, COMMANDS, GALLERY, ONE, PAGE, page, pictures

NAMES = [picture.name for wanted in COMMANDS.values() for picture in wanted]


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture.convert("L"), dtype=float)


def test_every_picture_is_there_small_and_shown():
    sizes = {path.stem: path.stat().st_size for path in GALLERY.iterdir()}
    assert sorted(sizes) == sorted(NAMES)
    assert max(sizes.values()) <= ONE
    assert sum(sizes.values()) <= ALL
    assert page() in PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_its_command_makes_the_picture_again(command):
    for name, data in pictures({command: COMMANDS[command]}).items():
        kept = (GALLERY / f"{name}.png").read_bytes()
        if data == kept:
            continue
        # Other versions of the fonts or of the drawing library move edges, not shapes.
        new, old = pixels(data), pixels(kept)
        assert new.shape == old.shape, name
        assert np.mean(np.abs(new - old) > 48) < 0.02, name
