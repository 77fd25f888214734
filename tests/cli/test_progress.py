import os
import pty
import subprocess
import sys

import pytest

from sim.cli.progress import progress


def test_off_a_terminal_it_is_a_line_each_quarter(capsys):
    with progress("work", quiet=False) as tell:
        for done in range(1, 101):
            tell(done, 100)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [f"work: {n} of 100" for n in (1, 25, 50, 75, 100)]


def test_quiet_says_nothing(capsys):
    with progress("work", quiet=True) as tell:
        tell(1, 1)
    assert capsys.readouterr() == ("", "")


BAR = """
from sim.cli.progress import progress
with progress("[red]work[/red]", quiet=False) as tell:
    for done in range(3):
        tell(done + 1, 3)
"""


def on_a_terminal(**variables: str) -> str:
    """Return what a progress display writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"} | variables
    subprocess.run([sys.executable, "-c", BAR], stderr=theirs, env=environment, check=True)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not part:
            break
        said += part
    os.close(ours)
    return said.decode()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a pseudo-terminal")
def test_on_a_terminal_it_is_a_bar_without_colour_if_so_wished():
    coloured, plain = on_a_terminal(), on_a_terminal(NO_COLOR="1")
    assert "[red]work[/red]" in coloured  # names of scenarios are not markup
    assert "3/3" in coloured
    assert "\x1b[38;" in coloured or "\x1b[3" in coloured.replace("\x1b[3m", "")
    assert "\x1b[38;" not in plain
