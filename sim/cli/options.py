"""Options that several verbs share, and what their values mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sim.cli.errors import say

if TYPE_CHECKING:
    from sim.experiment.cluster import Cluster
    from sim.experiment.executors import Jobs
    from sim.experiment.shards import Shard
    from sim.scenario.models import Scenario

Command = TypeVar("Command", bound=Callable[..., Any])
#: Words for the replications whose event logs are kept.
LOGGED = ("typical", "all")


def _jobs(ctx: click.Context, param: click.Parameter, text: str) -> Jobs:
    if text == "auto":
        return "auto"
    if not text.isdigit() or int(text) < 1:
        raise click.BadParameter(f"{text!r} is neither 'auto' nor a number from 1 up", ctx, param)
    return int(text)


def _cluster(ctx: click.Context, param: click.Parameter, text: str | None) -> Cluster | None:
    if text is None:
        return None
    # Imported here: who names no cluster pays for none.
    from sim.experiment.cluster import cluster_at

    try:
        return cluster_at(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


def _shard(ctx: click.Context, param: click.Parameter, text: str | None) -> Shard | None:
    from sim.experiment.shards import shard_from

    try:
        return None if text is None else shard_from(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from error


def _chosen(ctx: click.Context, param: click.Parameter, text: str) -> str | tuple[int, ...]:
    """Return the word, or the numbers in rising order."""
    if text in LOGGED:
        return text
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() for part in parts):
        raise click.BadParameter(
            f"{text!r} is none of {', '.join(LOGGED)} or numbers such as 0,5", ctx, param
        )
    return tuple(sorted({int(part) for part in parts}))


scenario_file = click.argument("file", type=click.Path(), metavar="FILE")
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**53 - 1),
    default=1,
    show_default=True,
    help="Names all the luck of the run.",
)
jobs_option = click.option(
    "--jobs",
    metavar="NUMBER|auto",
    callback=_jobs,
    default="auto",
    show_default=True,
    help="Worker processes; results do not depend on it.",
)
on_option = click.option(
    "--on",
    "cluster",
    metavar="tcp://HOST:PORT",
    callback=_cluster,
    help="Send the runs to the Dask scheduler there; needs the extra 'cluster'.",
)
shard_option = click.option(
    "--shard",
    metavar="I/N",
    callback=_shard,
    help="Do only the I-th of N parts, for `merge` to join: one command for each machine.",
)
fresh_option = click.option(
    "--fresh", is_flag=True, help="Begin anew: take over nothing that was done before."
)
response_option = click.option(
    "--response",
    "responses",
    metavar="NAME",
    multiple=True,
    help="A response that counts for --precision (in a sweep: that is shown, too); may be repeated.",
)
precision_option = click.option(
    "--precision",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Add replications until every such response is as precise: half-width as a share of its mean, "
    "absolute for proportions.",
)
max_reps_option = click.option(
    "--max-reps", type=click.IntRange(min=30), help="Most replications with --precision (2000)."
)
log_option = click.option(
    "--log",
    metavar="typical|all|0,5,...",
    callback=_chosen,
    default="typical",
    show_default=True,
    help="Replications whose event logs are kept; the typical one always is.",
)
quiet_option = click.option(
    "--quiet", is_flag=True, help="No word of how the work goes: progress, runs taken over or done again."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
out_option = click.option(
    "--out",
    type=click.Path(),
    default="results",
    show_default=True,
    help="Folder that holds results folders.",
)
#: The same words as the style files of `sim.report.styles`, which would be imported in vain for most runs.
style_option = click.option(
    "--style",
    type=click.Choice(["screen", "print"]),
    default="screen",
    show_default=True,
    help="Style of the charts: for a screen, or 300 dots to the inch in black ink.",
)
set_option = click.option(
    "--set",
    "overrides",
    metavar="PATH=VALUE",
    multiple=True,
    help="Set one input, as in council.rule=simple_majority; may be repeated.",
)


def paths_set(overrides: Sequence[str]) -> list[str]:
    """Return the paths of settings written `path=value`."""
    return [text.partition("=")[0].strip() for text in overrides]


def where_to_run(ctx: click.Context, jobs: Jobs, cluster: Cluster | None) -> Jobs:
    """Return where the runs are done: a number of workers here, or a cluster.

    Raises:
        click.UsageError: both are asked for.
    """
    if cluster is None:
        return jobs
    if jobs != "auto":
        raise click.UsageError("--jobs is for this machine and --on for a cluster; keep one", ctx)
    say(
        f"note: the scheduler at {cluster.address} runs whatever is sent to it, by anyone who can reach it; "
        "keep it on a network of your own, or use tls://"
    )
    return cluster


def most_replications(
    ctx: click.Context, reps: int | None, max_reps: int | None, precision: float | None
) -> int | None:
    """Return what `--reps` or `--max-reps` says.

    Raises:
        click.UsageError: both say something, or the second has no precision to belong to.
    """
    if reps is not None and max_reps is not None:
        raise click.UsageError("--reps and --max-reps say the same; keep one", ctx)
    if max_reps is not None and precision is None:
        raise click.UsageError("--max-reps belongs to --precision; use --reps", ctx)
    return max_reps if reps is None else reps


def replications_option(least: int, default: int | None, text: str) -> Callable[[Command], Command]:
    """Return the option `--reps`.

    Args:
        least: fewest replications the verb accepts.
        default: value without the option; none leaves it to the scenario.
        text: help.
    """
    kind = click.IntRange(min=least)
    return click.option("--reps", type=kind, default=default, show_default=default is not None, help=text)


def hours_until(text: str, scenario: Scenario, *, start: bool = False) -> float:
    """Return the simulated time (hours after the scenario's start) at which to stop.

    Args:
        text: hours such as '120 h', or a date with or without a zone (then in the host's local time).
        scenario: gives the start and the host's zone.
        start: whether the very start is such a time, too.

    Raises:
        click.BadParameter: the text is neither, or the instant lies outside the simulated time.
    """
    instant = _instant(text, scenario)
    hours = _duration(text) if instant is None else scenario.hours(instant)
    if not (0 < hours <= scenario.horizon or (start and hours == 0)):
        raise click.BadParameter(
            f"{text!r} lies outside the simulated time, {float(scenario.horizon):g} h from "
            f"{host_time(0, scenario).isoformat(timespec='minutes')}; --set horizon=... moves its end",
            param_hint="'--until'",
        )
    return hours


def host_time(hours: float, scenario: Scenario) -> datetime:
    """Return the instant *hours* after the scenario's start, in the host's zone."""
    return (scenario.start + timedelta(hours=hours)).astimezone(_host_zone(scenario))


def _instant(text: str, scenario: Scenario) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=_host_zone(scenario))


def _host_zone(scenario: Scenario) -> tzinfo | None:
    return datetime.strptime(scenario.alliance.state(scenario.crisis.host).zone, "%z").tzinfo


def _duration(text: str) -> float:
    from sim.scenario.quantities import Measure

    try:
        return float(Measure("time", minimum=0).read(text))
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is neither hours such as '120 h' nor a date such as 2022-01-07T12:00+06:00",
            param_hint="'--until'",
        ) from error
