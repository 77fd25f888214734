"""What is varied on the command line: `path=x,y` and `path=start:stop:step` made into a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from sim.scenario.core_scalars import NotFiniteError, core_scalar
from sim.scenario.errors import Problem, ScenarioError
from sim.scenario.lookup import SettingError
from sim.scenario.paths import full_path
from sim.scenario.settings import split_setting
from sim.scenario.sweep import Sweep, read_levels

_PAIRS = {"[": "]", "{": "}"}


def read_vary(texts: Sequence[str]) -> tuple[dict[str, tuple[Any, ...]], dict[str, str]]:
    """Return the levels of each path in *texts*, and from each path the name of its place, `--vary #1`, ...

    Commas part levels, except within brackets, braces and quotes; `null` takes a key away.

    Raises:
        ScenarioError: with every fault found.
    """
    vary: dict[str, tuple[Any, ...]] = {}
    origins: dict[str, str] = {}
    seen: dict[str, str] = {}
    problems: list[Problem] = []
    for number, text in enumerate(texts, start=1):
        origin = f"--vary #{number}"
        path, equals, written = (part.strip() for part in text.partition("="))
        try:
            if not equals or not path or not written:
                raise SettingError(f"{text!r} varies nothing; write path=x,y or path=start:stop:step")
            if full_path(path) in seen:
                raise SettingError(f"the same input as in {seen[full_path(path)]}; keep one")
            vary[path] = _levels(path, written)
        except SettingError as error:
            problems.append(Problem(origin, None, None, path if equals else "", str(error)))
        origins[path] = seen[full_path(path)] = origin
    if problems:
        raise ScenarioError(problems)
    return vary, origins


def _levels(path: str, written: str) -> tuple[Any, ...]:
    parts = split_levels(written)
    if len(parts) == 1 and all(_is_number(end) for end in written.split(":")) and written.count(":") == 1:
        cure = "write start:stop:step, or --sample to spread points between the two"
        raise SettingError(f"{written[:60]!r} is a range without a step; {cure}")
    values = [split_setting(f"{path}={part}")[1] for part in parts]
    try:
        return read_levels(values[0] if len(values) == 1 and isinstance(values[0], str) else values)
    except ValueError as error:
        raise SettingError(str(error)) from None


def _is_number(text: str) -> bool:
    value = _scalar(text.strip())
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def split_levels(written: str) -> list[str]:
    """Return the parts of a text between commas that no bracket, brace or quote holds.

    Raises:
        SettingError: nothing stands before, between or after commas.
    """
    depth: list[str] = []
    parts, quote = [""], ""
    for char in written:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (depth or not parts[-1].strip()):
            quote = char
        elif char in _PAIRS:
            depth.append(_PAIRS[char])
        elif depth and char == depth[-1]:
            depth.pop()
        elif char == "," and not depth:
            parts.append("")
            continue
        parts[-1] += char
    if any(not part.strip() for part in parts):
        raise SettingError(f"{written[:60]!r} has an empty value; write values between the commas")
    return parts


def make_sweep(raw: Mapping[str, Any], base: Sweep | None, origins: Mapping[str, str]) -> Sweep:
    """Return the sweep that *raw* describes; what it leaves open is as in *base*, but for what is varied.

    Raises:
        ScenarioError: it is no sensible sweep.
    """
    kept = {} if base is None else base.model_dump(mode="json", exclude_none=True)
    if raw.get("vary") or raw.get("blocks"):
        kept = {key: value for key, value in kept.items() if key not in ("vary", "blocks")}
    try:
        return Sweep.model_validate({**kept, **raw})
    except ValidationError as error:
        found = error.errors(include_url=False)
        raise ScenarioError([_problem(finding, origins) for finding in found]) from None


def _problem(finding: Any, origins: Mapping[str, str]) -> Problem:
    loc = [str(part) for part in finding["loc"]]
    path = next((part for part in loc if part in origins), "")
    said = finding.get("ctx", {}).get("error")
    message = str(finding["msg"] if said is None else said)
    return Problem(origins.get(path, "--vary" if origins else "sweep"), None, None, path, message)


def read_spans(texts: Sequence[str]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return the ends between which each path in *texts* is sampled, and the names of their places.

    Raises:
        ScenarioError: with every fault found.
    """
    spans: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}
    problems: list[Problem] = []
    for number, text in enumerate(texts, start=1):
        origin = f"--vary #{number}"
        path, _, written = (part.strip() for part in text.partition("="))
        ends = [_scalar(part.strip()) for part in written.split(":")]
        if len(ends) == 2 and all(isinstance(e, (int, float, str)) and not isinstance(e, bool) for e in ends):
            spans[path], origins[path] = {"low": ends[0], "high": ends[1]}, origin
        else:
            message = f"{written!r} is no range to sample from; write path=low:high"
            problems.append(Problem(origin, None, None, path, message))
    if problems:
        raise ScenarioError(problems)
    return spans, origins


def _scalar(text: str) -> Any:
    try:
        return core_scalar(text)
    except NotFiniteError:
        return None
