"""The group of verbs: a file without a verb is run, and a misspelt verb is answered with a near one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

import sim
from sim.cli.helping import WORDS, example

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT_VERB = "run"
#: Words that belong to the group itself; any other option in front of a file belongs to the default verb.
_OWN_OPTIONS = ("--help", "-h", "--version")
SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class VerbGroup(click.Group):
    """A command group in which `FILE` alone means `run FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default verb in front of a file or of one of its options; keep the words as they came."""
        ctx.meta[WORDS] = tuple(args)
        if args and args[0] not in self.commands and self._means_default(args[0]):
            args = [DEFAULT_VERB, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb; an unknown one is an error that names the nearest."""
        from sim.scenario.errors import did_you_mean

        if args and args[0] not in self.commands and not ctx.resilient_parsing:
            hint = did_you_mean(args[0], self.commands) or f"; verbs are {', '.join(sorted(self.commands))}"
            raise click.UsageError(f"no verb or file '{args[0]}'{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer files beside verbs."""
        from click.shell_completion import CompletionItem  # here, as few commands are completed

        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]

    @staticmethod
    def _means_default(word: str) -> bool:
        if word.startswith("-"):
            return word not in _OWN_OPTIONS
        return any(mark in word for mark in (os.sep, "/", ".")) or os.path.exists(word)


class Verbs(MutableMapping[str, click.Command]):
    """The verbs by name, each imported when it is asked for: a run needs nothing of the other verbs."""

    def __init__(self, homes: Mapping[str, str]) -> None:
        """Take the verbs in *homes*, from name to the module that has the command `<name>_command`."""
        self._homes = dict(homes)
        self._found: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._found:
            home = import_module(f"sim.cli.{self._homes[name]}")
            self._found[name] = getattr(home, f"{name}_command")
        return self._found[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._homes[name], self._found[name] = "", command

    def __delitem__(self, name: str) -> None:
        del self._homes[name]
        self._found.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._homes

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)


#: Every verb that works, in the order of a study's life, and the module that it is in.
HOMES = {
    "run": "run", "sweep": "sweep", "check": "check", "schema": "schema", "calibrate": "calibrate",
    "sensitivity": "sensitivity", "backtest": "backtest", "fit": "backtest", "why": "why", "merge": "merge",
    "compare": "compare", "fork": "fork", "verify": "verify", "digest": "digest", "report": "report",
    "export": "export",
}  # fmt: skip


def commands() -> click.Group:
    """Return the command group with every verb that works."""

    @click.group(
        cls=VerbGroup,
        commands=Verbs(HOMES),
        context_settings=SETTINGS,
        options_metavar="",
        subcommand_metavar="[VERB] FILE [OPTIONS]",
        epilog=example("python -m sim FILE"),
    )
    @click.version_option(sim.__version__, prog_name="csto-sim")
    def group() -> None:
        """Simulate how a collective-security alliance answers a crisis of one of its members.

        A scenario FILE without a verb is run: `python -m sim FILE` is `python -m sim run FILE`.
        """

    return group
