"""Synthetic members: how an alliance would decide if it had more of them."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from sim.scenario.places import Place, Sourced
from sim.scenario.quantities import Closeness, People, Share, WholeCount

#: Codes that the standard of country codes leaves to its users: XAA, XAB, ...
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_KEYS = tuple(f"X{second}{third}" for second in _LETTERS for third in _LETTERS)
#: The most synthetic members there may be; codes enough are left for states that use some themselves.
MOST = 500


class Synthetic(Sourced):
    """Members that do not exist, alike but for their ties, which are spread evenly over a range."""

    count: WholeCount
    #: Closeness to every real member of the first and of the last of them (among themselves: the default).
    tie_least: Closeness
    tie_most: Closeness
    active_military: People
    dependence: Share
    capital: Place

    @model_validator(mode="after")
    def _codes_suffice(self) -> Self:
        if self.count > MOST:
            raise ValueError(f"there are codes for {MOST} synthetic members at most; lower 'count'")
        return self


def is_synthetic(key: str, member: Any) -> bool:
    """Return whether *member*'s raw data under *key* was made here (a state may use a code of users too)."""
    return isinstance(member, Mapping) and member.get("name") == _name(key)


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
    made = {str(key) for key, member in members.items() if is_synthetic(str(key), member)}
    members = {key: member for key, member in members.items() if key not in made}
    ties = {pair: tie for pair, tie in ties.items() if made.isdisjoint(str(pair).split("-"))}
    least, most = _number(plan.get("tie_least")), _number(plan.get("tie_most"))
    real = list(members)
    keys = [key for key in _KEYS if key not in members]
    if not 0 <= count <= MOST:
        return alliance  # the model says so
    for place, key in enumerate(keys[: int(count)]):
        members[key] = _member(key, plan)
        share = place / (count - 1) if count > 1 else 0.5
        if least is not None and most is not None:
            ties |= {f"{other}-{key}": least + share * (most - least) for other in real}
    return {**alliance, "members": members, "ties": ties}


def _name(key: str) -> str:
    return f"Synthetic member {key}"


def _number(raw: Any) -> float | None:
    """Return *raw* as a number of no unit, as the model reads it; none if it is none."""
    value = raw.get("value") if isinstance(raw, Mapping) else raw
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _member(key: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": _name(key),
        "capital": plan.get("capital"),
        "zone": "+00:00",
        "active_military": plan.get("active_military"),
        "dependence": plan.get("dependence"),
        "approval": {"procedure": "executive", "delay": "0 h"},
    }
