"""The story of the typical run, line by line, each with its cause, to be filtered by member and kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.report import story as told
from sim.report.dossier.markup import Child, Html, join, tag
from sim.report.story_groups import Line
from sim.report.telling import Teller
from sim.report.times import local_time, zone_name

if TYPE_CHECKING:
    from sim.experiment.study import Study

K = EventKind
#: The kinds of a story, each from the event kind on (in the order of `EventKind`) at which it begins.
BEGINS: dict[EventKind, str] = {
    K.ONSET: "crisis", K.DANGER_NOTICED: "host", K.WARNING_ORDER: "decision", K.QUORUM_FAILED: "approval",
    K.ECHELON_READY: "movement", K.ON_TASK: "mission", K.STANDING: "alliance", K.END_ANNOUNCED: "withdrawal",
}  # fmt: skip
WORDS = {
    "crisis": "the crisis itself", "host": "the host's choice", "decision": "the decision",
    "approval": "national approval", "movement": "movement", "mission": "mission", "alliance": "the alliance",
    "withdrawal": "end and withdrawal",
}  # fmt: skip
#: What belongs elsewhere than where it stands in that order.
APART = {K.ANSWERED: "decision", K.WARNING_ORDER: "movement", K.HORIZON: "crisis"}
#: Steps back along the causes at which the search for a told one ends.
FAR = 400


def _themes() -> dict[EventKind, str]:
    found, now = {}, "crisis"
    for kind in EventKind:
        now = BEGINS.get(kind, now)
        found[kind] = APART.get(kind, now)
    return found


THEMES = _themes()


def story(study: Study) -> Html:
    """Return the story with its filters."""
    lines = told.story(study)
    if study.typical < 0:
        return tag("p", *lines)
    teller = Teller(study.typical_log, study.scenario)
    records = _records(study.typical_log)
    found = sorted(told._lines(teller))
    spoken = {line.id: line for line in found}
    items = [
        _item(teller, line, records, spoken, first=all(line.id != other.id for other in found[:place]))
        for place, line in enumerate(found)
    ]
    themes = [theme for theme in WORDS if any(_theme(line, records) == theme for line in found)]
    keys = [key for key in teller.scenario.alliance.members
            if any(key in _members(teller, line, records) for line in found)]  # fmt: skip
    intro = lines[0 : _header(lines)]
    return join([
        tag("p", " ".join(intro)),
        tag("p", f"Local time, {zone_name(study.scenario)}; hours count from {teller.origin}. Each line "
                 "leads to the line that caused it.", class_="note"),
        _filters(teller, themes, keys),
        tag("ol", *items, class_="story"),
        tag("p", told._closing(teller)),
        tag("p", note, class_="note") if (note := told.turned_reasons(study)) else None,
    ])  # fmt: skip


def _header(lines: list[str]) -> int:
    return next((n for n, line in enumerate(lines) if line.startswith("Local time,")), 1)


def _records(log: EventLog) -> dict[int, EventRecord]:
    found: dict[int, EventRecord] = {}
    for part in (log, *log.parts.values()):
        for record in part:
            found.setdefault(record.id, record)
    return found


def _theme(line: Line, records: dict[int, EventRecord]) -> str:
    record = records.get(line.id)
    return "crisis" if record is None else THEMES[record.kind]


def _members(t: Teller, line: Line, records: dict[int, EventRecord]) -> list[str]:
    """Return the members that a line is about: who acts, whom it names, the host where it is a place."""
    record = records.get(line.id)
    found = []
    for key, member in t.scenario.alliance.members.items():
        acts = record is not None and key in (record.who, record.where)
        here = key == t.scenario.crisis.host and _theme(line, records) in ("crisis", "host", "mission")
        if acts or here or member.name in line.text:
            found.append(key)
    return found


def _filters(t: Teller, themes: list[str], keys: list[str]) -> Html:
    members = t.scenario.alliance.members

    def select(words: str, key: str, options: list[tuple[str, str]]) -> Html:
        choices = [tag("option", "all", value=""), *(tag("option", w, value=v) for v, w in options)]
        return tag("label", words, tag("select", *choices, data_key=key, autocomplete="off"))

    return tag(
        "div",
        select("Member", "data-members", [(key, members[key].name) for key in keys]),
        select("Kind", "data-kind", [(theme, WORDS[theme]) for theme in themes]),
        tag("label", "Words", tag("input", type="search", autocomplete="off")),
        tag("button", "Show all", type="button", class_="reset"),
        tag("span", aria_live="polite", class_="note"),
        class_="controls", role="group", aria_label="Filter the story", hidden=True, data_script=True,
        data_filters=".story > li",
    )  # fmt: skip


def _item(
    t: Teller, line: Line, records: dict[int, EventRecord], spoken: dict[int, Line], *, first: bool
) -> Html:
    """Return one line; of several about the same event the *first* is what links lead to."""
    instant = local_time(t.scenario, line.time)
    return tag(
        "li",
        tag("time", t.clock(line.time), datetime=instant.isoformat(timespec="minutes")),
        tag("span", f"{line.time - t.zero:+.1f} h", class_="hours"),
        tag("div", tag("span", line.text, dir="auto"), _cause(t, line, records, spoken)),
        id=f"event-{line.id}" if first else None, data_kind=_theme(line, records),
        data_members=" ".join(_members(t, line, records)),
    )  # fmt: skip


def _cause(t: Teller, line: Line, records: dict[int, EventRecord], spoken: dict[int, Line]) -> Child:
    """Return the link to the nearest event before that the story tells, with what lay between."""
    between: list[str] = []
    for step in _before(records, line.id):
        if step.id in spoken and step.id != line.id:
            by = f", by way of: {', '.join(dict.fromkeys(between))}" if between else ""
            words = f"{t.clock(step.time)}, {step.kind.value}"
            return tag("span", "because of ", tag("a", words, href=f"#event-{step.id}"), by, class_="cause")
        between.append(step.kind.value)
    if between:
        return tag("span", f"goes back to: {between[-1]}", class_="cause")
    return None


def _before(records: dict[int, EventRecord], start: int) -> Iterator[EventRecord]:
    step = records.get(start)
    for _ in range(FAR):
        step = None if step is None else records.get(step.cause)
        if step is None:
            return
        yield step
