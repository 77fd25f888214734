"""Synthetic members: how an alliance would decide if it had more of them."""

from collections.abc import Mapping
from typing import Any

from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import People, Score, Share, WholeCount

#: Codes that the standard of country codes leaves to its users: XAA, XAB, ...
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MARK = "X"


class Synthetic(Sourced):
    """Members that do not exist, alike but for their ties, which are spread evenly over a range."""

    count: WholeCount
    #: Closeness to everybody else of the first and of the last of them.
    tie_least: Score
    tie_most: Score
    active_military: People
    dependence: Share
    capital: Place


def is_synthetic(key: str) -> bool:
    """Return whether *key* is that of a synthetic member."""
    return len(key) == 3 and key[0] == MARK


def expanded(alliance: Any) -> Any:
    """Return an alliance's raw data with its synthetic members put among the others.

    Those of an earlier reading are taken out first, so that a resolved file can be read again.
    """
    if not isinstance(alliance, Mapping) or not isinstance(alliance.get("synthetic"), Mapping):
        return alliance
    plan, members, ties = alliance["synthetic"], alliance.get("members"), alliance.get("ties")
    count = _number(plan.get("count"))
    if not isinstance(members, Mapping) or not isinstance(ties, Mapping) or count is None:
        return alliance  # the model's own checks say what is wrong
    members = {key: member for key, member in members.items() if not is_synthetic(str(key))}
    ties = {pair: tie for pair, tie in ties.items() if not any(is_synthetic(k) for k in str(pair).split("-"))}
    least, most = _number(plan.get("tie_least")), _number(plan.get("tie_most"))
    real = list(members)
    for place in range(int(count)):
        key = f"{MARK}{_LETTERS[place // 26 % 26]}{_LETTERS[place % 26]}"
        members[key] = _member(key, plan)
        share = place / (count - 1) if count > 1 else 0.5
        if least is not None and most is not None:
            ties |= {f"{other}-{key}": least + share * (most - least) for other in real}
    return {**alliance, "members": members, "ties": ties}


def _number(raw: Any) -> float | None:
    value = raw.get("value") if isinstance(raw, Mapping) else raw
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _member(key: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": f"Synthetic member {key}",
        "capital": plan.get("capital"),
        "zone": "+00:00",
        "active_military": plan.get("active_military"),
        "dependence": plan.get("dependence"),
        "approval": {"procedure": "executive", "delay": "0 h"},
    }
