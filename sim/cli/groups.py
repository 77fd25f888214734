"""The group of verbs: a file without a verb is run, and a misspelt verb is answered with a near one."""

from __future__ import annotations

import os
from typing import Any

import click
from click.shell_completion import CompletionItem

import sim
from sim.cli.helping import WORDS, example

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
        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]

    @staticmethod
    def _means_default(word: str) -> bool:
        if word.startswith("-"):
            return word not in _OWN_OPTIONS
        return any(mark in word for mark in (os.sep, "/", ".")) or os.path.exists(word)


def commands() -> click.Group:
    """Return the command group with every verb that works."""
    from sim.cli.backtest import backtest_command, fit_command
    from sim.cli.calibrate import calibrate_command
    from sim.cli.check import check_command
    from sim.cli.compare import compare_command
    from sim.cli.digest import digest_command
    from sim.cli.export import export_command
    from sim.cli.fork import fork_command
    from sim.cli.merge import merge_command
    from sim.cli.report import report_command
    from sim.cli.run import run_command
    from sim.cli.schema import schema_command
    from sim.cli.sensitivity import sensitivity_command
    from sim.cli.sweep import sweep_command
    from sim.cli.verify import verify_command
    from sim.cli.why import why_command

    @click.group(
        cls=VerbGroup,
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

    for verb in (
        run_command, sweep_command, check_command, schema_command, calibrate_command, sensitivity_command,
        backtest_command, fit_command, why_command, merge_command, compare_command, fork_command,
        verify_command, digest_command, report_command, export_command,
    ):  # fmt: skip
        group.add_command(verb)
    return group
