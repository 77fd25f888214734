"""What every help screen and manifest needs: an example that works here, and the command as given."""

from __future__ import annotations

import os

import click

#: Where the group keeps the words of the command line.
WORDS = "sim.words"


def command_line(ctx: click.Context) -> list[str]:
    """Return the command as the user gave it, for a manifest."""
    return ["python", "-m", "sim", *ctx.meta.get(WORDS, ())]


def example(*lines: str) -> str:
    """Return the closing example of a help screen, kept line by line, FILE being a scenario that exists.

    Args:
        lines: commands in which `FILE` stands for a scenario.
    """
    names = os.listdir("scenarios") if os.path.isdir("scenarios") else ()
    nearby = [name for name in names if name.endswith(".yaml") and "." not in name.removesuffix(".yaml")]
    file = os.path.join("scenarios", min(nearby)) if nearby else "scenario.yaml"
    return "\b\nExample:\n" + "\n".join("  " + line.replace("FILE", file) for line in lines)
