"""What a dossier says: every crisis of a campaign, every difference looked at, and charts in words."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape
from itertools import pairwise
from math import inf, nan
from pathlib import Path

import pytest

from sim.experiment.pairing import Difference
from sim.experiment.responses import responses_of
from sim.report.charts import draw
from sim.report.compare_clock import from_start
from sim.report.dossier.answer import answer, headline
from sim.report.dossier.comparison import _against, comparison_dossier
from sim.report.dossier.courses import ELSEWHERE, changes, courses, label_of, other_course
from sim.report.dossier.crises import crises, crises_table
from sim.report.dossier.inputs import PAPER, inputs
from sim.report.dossier.many import counted, difference, interval, places, signed_as
from sim.report.dossier.markup import dotted, join, soft, tag
from sim.report.dossier.reading import reading
from sim.report.dossier.sweep import sweep_dossier
from sim.report.figures import Chart, Sheet
from sim.report.map import map_svg
from sim.report.map.animate import DPI, WIDE, Stage
from sim.report.plain import plain_text
from sim.report.sweep_changes import appeal_words
from sim.report.tables import effects_table
from sim.report.words import CAVEAT
from sim.scenario.load import load_scenario
from tests.report.dossiers import dossier_folders
from tests.report.studies import a_study
from tests.report.test_compare_charts import comparison, sounded
from tests.report.test_episodes_told import RUNS, begun, some_left
from tests.report.test_sweep_charts import KINDS, moved, swept

SCENARIOS = Path("scenarios").absolute()


def words(markup: str) -> str:
    """Return what markup says, its tags left out."""
    return " ".join(unescape(re.sub(r"<wbr>", "", re.sub(r"<(?!wbr)[^>]*>", " ", markup))).split())


# the clock of the appeal


def test_a_comparison_warns_where_the_appeal_itself_moves():
    said = words(comparison_dossier(sounded()).decode())
    assert "The appeal itself does not come at the same instant on both sides" in said
    fixed = from_start(sounded(), 1)["hours_to_order"]
    told = _against("B against A", sounded().differences[0], from_start(sounded(), 1))
    front = words(str(join(told)))
    change = difference(fixed.mean, fixed.low, fixed.high)
    start = f"counted from the start of the scenario the difference is {change}"
    assert start in front
    assert start in said
    still = words(comparison_dossier(comparison("title")).decode())
    assert "appeal itself" not in still


def test_a_sweep_warns_where_a_level_moves_the_appeal():
    study = moved()
    said = words(sweep_dossier(study).decode())
    assert appeal_words("the row “counted from the start” has") in said
    effect = next(e for e in study.summary().effects if e.response == "hours_to_order")
    ends = (effect.from_start_low, effect.from_start_high)
    row = f"counted from the start {signed_as(effect.from_start, *ends)} {interval(*ends)}"
    assert row in said
    assert f"counted from the start of the scenario: {difference(effect.from_start, *ends)}." in said
    assert "appeal itself" not in words(sweep_dossier(swept(KINDS["sweep-levels"])).decode())


# campaigns


def test_the_answer_of_a_campaign_has_a_row_for_each_crisis():
    rows = str(crises_table(some_left())).split("<tbody>")[1].split("<tr>")[1:]
    own = some_left().scenario.crisis.title
    assert [any(title in row for row in rows) for title in (own, "after 0 h", "after 600 h")] == [True] * 3
    assert len(rows) == 3
    runs = [int(re.findall(r">(\d+)</td>", row)[-1]) for row in rows]
    assert runs == [RUNS, RUNS, begun()]


def test_a_row_says_what_its_own_crisis_came_to():
    study = some_left()
    second = next(told for told in crises(study) if told.title == "after 600 h")
    asked = [row["second.appealed"] for row in study.rows if row["second.appealed"] == row["second.appealed"]]
    assert second.appealed is not None
    assert second.appealed.chance == sum(asked) / len(asked)
    assert sum(second.levels.values()) == begun()
    assert second.forced == sum(row.get("second.help_level") == 3 for row in study.rows) / begun()
    assert second.asker == study.scenario.alliance.members[study.scenario.crisis.host].name


def test_a_campaign_is_not_told_as_its_first_crisis():
    said = words(str(answer(some_left())))
    assert "A campaign of 3 crises on one alliance" in said
    assert "appeals to the alliance in" not in said
    assert f"the first crisis alone, {some_left().scenario.crisis.title}" in said
    plain = words(str(answer(a_study())))
    assert "appeals to the alliance in" in plain
    assert "campaign" not in plain


@pytest.mark.parametrize("name", ["timeline", "decision", "ladder", "map"])
def test_a_chart_of_one_crisis_of_a_campaign_names_it(name):
    title = some_left().scenario.crisis.title
    chart = draw(some_left(), name)
    assert title in chart.title
    written = " ".join(text.get_text() for text in chart.figure.texts)
    assert f"{title} alone" in written
    assert f"A campaign of 3 crises: shown is the first alone, '{title}'." in written
    assert "alone" not in draw(a_study(), name).title


def test_the_moving_map_of_a_campaign_says_which_crisis_it_shows():
    assert "shown is the first alone" in map_svg(some_left())
    assert "shown is the first alone" not in map_svg(a_study())


@pytest.mark.parametrize(
    ("file", "labels"),
    [
        ("covid", {"killed": "Deaths"}),
        ("kazakhstan", {"killed": "Killed"}),
        (
            "years_2020_2022",
            {"killed": "Deaths", "karabakh.killed": "Second Karabakh war, autumn 2020: Killed"},
        ),
    ],
)
def test_nobody_is_killed_by_an_epidemic(file, labels):
    responses = responses_of(load_scenario(SCENARIOS / f"{file}.yaml"))
    assert {name: responses[name].label for name in labels} == labels


# many differences


@pytest.mark.parametrize(
    ("mean", "low", "high", "expected"),
    [
        (-0.07, -0.14, -9.8e-06, "-0.07 (95 %: -0.14 to just below 0)"),
        (17.2, -0.47, 34.8, "+17 (95 %: just below 0 to +35)"),
        (0.3, 0.0, 0.6, "+0.30 (95 %: 0 to +0.60)"),
        (25536.0, 25536.0, 25536.0, "+25,536 (95 %: +25,536 to +25,536)"),
        (-0.147186, -0.147222, -0.147149, "-0.147 (95 %: -0.147 to -0.147)"),
        (1.0, nan, nan, "+1.00 (95 %: -)"),
        (0.0, 0.0, 0.0, "0 (95 %: 0 to 0)"),
    ],
)
def test_an_interval_has_no_more_figures_than_it_bears(mean, low, high, expected):
    assert difference(mean, low, high) == expected


def test_ends_of_an_interval_are_never_written_with_powers_of_ten():
    assert "e-" not in interval(-3e-7, 2e-7)
    assert places(-inf, inf) == 0


@pytest.mark.parametrize(
    ("looked", "same", "clear", "expected"),
    [
        (29, 7, 3, "Of 29 outcomes looked at, 7 are the same in every run; of the other 22, 3 have a 95 % "
                   "interval that leaves out zero; about 1.1 would by luck alone if nothing differed."),
        (40, 0, 1, "Of 40 outcomes looked at, 1 has a 95 % interval that leaves out zero; about 2 would by "
                   "luck alone if nothing differed."),
        (4, 4, 0, "All 4 outcomes looked at are the same in every run."),
    ],
)  # fmt: skip
def test_how_many_were_looked_at_and_how_many_luck_would_show(looked, same, clear, expected):
    assert counted(looked, same, clear, "outcomes") == expected


def of(name: str, effect: float, low: float, high: float, changed: float = 0.5) -> Difference:
    return Difference(name, f"label {name}", "h", "time", 10, 10, 0, 0, 1.0, 1.0 + (low + high) / 2,
                      (low + high) / 2, low, high, effect, 1.0, changed)  # fmt: skip


def test_a_comparison_names_what_is_larger_than_what_it_puts_in_front():
    differences = [
        of("a", 2.0, -1.0, 9.0),
        of("b", 1.0, 1.0, 2.0),
        of("c", 0.1, -1.0, 2.0),
        of("d", 0, 0, 0, 0),
    ]
    said = words(str(join(_against("B against A", differences))))
    assert "Of 4 outcomes looked at, 1 is the same in every run; of the other 3, 1 has" in said
    assert "in order of size (in standard deviations between runs): label b (h)" in said
    assert (
        "As large or larger, but with an interval that holds zero: label a (h): +4 (95 %: -1 to +9)." in said
    )
    assert "label c" not in said


def test_a_comparison_without_a_clear_difference_says_how_many_it_looked_at():
    said = words(str(join(_against("B against A", [of("a", 1.0, -1.0, 9.0)]))))
    assert "Of 1 outcomes looked at, none has" in said
    assert "in order of size" not in said


def test_every_difference_of_another_course_is_told_or_counted():
    summary = a_study().summary()
    page = words(str(courses(a_study().scenario, summary)))
    for variant in summary.variants.values():
        found = changes(summary, variant)
        told = [*found.clear, *found.unclear, *found.same]
        every = [name for name, d in variant.differences.items()
                 if d.n and d.low == d.low and not name.startswith(ELSEWHERE)]  # fmt: skip
        assert sorted(r.name for r, _ in told) == sorted(every)
        assert len(every) > 5
        assert found.told() in page
        assert found.unclear or found.same
        for r, _ in (*found.unclear, *found.same):
            assert r.label.lower() in page.lower()
        assert f"No difference seen in {len(found.unclear) + len(found.same)} others" in page


def test_a_time_that_inputs_fix_is_no_outcome_of_the_headline():
    study, name = a_study(), "hours_to_order"
    summary = study.summary()
    fixed = summary.responses[name]._replace(low=9.0, median=9.0, high=9.0)
    told = replace(summary, responses={**summary.responses, name: fixed})
    names = [[r.name for r in headline(study.scenario, given, (name,), "time")] for given in (summary, told)]
    assert [name in found for found in names] == [True, False]


def test_differences_are_told_to_be_the_models():
    study = a_study()
    assert CAVEAT in words(str(answer(study)))
    assert CAVEAT in " ".join(" ".join(effects_table(study)).split())


def test_the_headline_tells_its_outcomes_whether_they_change_or_not():
    summary = a_study().summary()
    variant = next(iter(summary.variants.values()))
    found = changes(summary, variant)
    said = "".join(other_course(summary))
    by_name = {r.name: r for r, _ in (*found.clear, *found.unclear, *found.same)}
    expected = [name for name in ("hours_to_order", "killed", "government_fell") if name in by_name]
    assert expected
    for name in expected:
        assert by_name[name].label.lower() in said.lower()
    assert "no difference seen in" in said
    assert "would by luck alone" in said


def test_differences_and_intervals_come_first_in_tables_of_comparisons():
    pages = {
        "outcomes": comparison_dossier(comparison("rule")).decode(),
        "effects": (dossier_folders()["sweep"] / "report.html").read_text(encoding="utf-8"),
    }
    parts = {name: text.split(f'<section id="{name}"')[1] for name, text in pages.items()}
    parts["courses"] = str(courses(a_study().scenario, a_study().summary()))
    heads = {
        kind: [words(cell) for cell in re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", part)][:3]
        for kind, part in parts.items()
    }
    assert heads["outcomes"] == ["response", "B - A", "95 %"]
    assert heads["effects"] == heads["courses"] == ["response", "difference", "95 %"]


# inputs on paper


def test_on_paper_stand_only_inputs_that_move():
    scenario = load_scenario(SCENARIOS / "kazakhstan.yaml")
    page = str(inputs(scenario, ["response.mandate.troops"]))
    shown = [row for row in page.split("<tr")[2:] if 'class="screen"' not in row.split(">")[0]]
    drawn = [row for row in shown if " drawn" in row.split(">")[0]]
    assert 10 < len(shown) <= PAPER
    assert len(drawn) == len(shown) - 1
    assert f"On paper only the {len(shown)} that are drawn, fitted or varied" in words(page)


@pytest.mark.parametrize(
    ("name", "said", "fitted"),
    [
        ("syunik", "3 inputs were set with a record in view, that of this crisis unless another is named "
                   "(3 whose source or note says so)", 0),
        ("kazakhstan", "40 inputs were set with a record in view, that of this crisis unless another is "
                       "named (10 fitted and 30 whose source or note says so)", 10),
        ("syria", "", 0),
    ],
)  # fmt: skip
def test_inputs_set_in_view_of_a_record_are_marked(name, said, fitted):
    page = str(inputs(load_scenario(SCENARIOS / f"{name}.yaml")))
    rows = page.split("<tr")[2:]
    marked = [words(row) for row in rows if " seen" in row.split(">")[0]]
    assert said in words(page)
    assert len(marked) == int(said.partition(" ")[0] or 0)
    assert sum("fitted to kazakhstan: median" in row for row in marked) == fitted
    assert sum("set with a record in view" in row for row in marked) == len(marked) - fitted
    if name == "syunik":
        assert any("crisis.fighting.relapse set with a record in view" in row for row in marked)


# texts that would turn what is around them

TURNING = "\u202eleft\u202c \u2067x\u2069 \x07"


@pytest.mark.parametrize("made", [tag("p", TURNING), tag("p", title=TURNING), dotted(TURNING), soft(TURNING)])
def test_no_text_turns_what_is_around_it(made):
    assert plain_text(made) == made
    assert "left" in made


def test_marks_that_act_on_their_neighbours_alone_stay():
    assert plain_text("a\u200fb\u200e \u05e9\n") == "a\u200fb\u200e \u05e9\n"


@pytest.mark.parametrize("kind", ["run", "sweep", "compare"])
def test_no_dossier_holds_a_character_that_turns_the_rest(kind):
    text = (dossier_folders()[kind] / "report.html").read_text(encoding="utf-8")
    assert "turned" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069]|\\\\u202[a-e]|\\\\u206[6-9]", text)


# the replay's words


@cache
def stage() -> Stage:
    return Stage(a_study())


@pytest.mark.parametrize(
    "name", ["Short", "A state with a name of its own", "A state whose name goes on and on " * 3]
)
def test_the_words_under_the_replay_fit_its_width(monkeypatch, name):
    found = stage()
    monkeypatch.setattr(found, "names", dict.fromkeys(found.names, name))
    hour = found.scene.peak()
    lines = found._words(hour)
    widths = [line.get_window_extent().width for line in lines]
    feet = [line.get_window_extent().y0 for line in lines]
    said = [line.get_text() for line in lines]
    for line in lines:
        line.remove()
    assert max(widths) <= WIDE * DPI
    assert all(upper - lower > 10 for upper, lower in pairwise(feet))
    assert said[1].startswith("In theatre: ")
    assert (name in said[1]) is (len(name) < 40)


# charts in words


def a_chart(columns: str, *rows: tuple[object, ...]) -> Chart:
    return Chart("x", "x", Sheet("x", 1.0).figure, tuple(columns.split()), list(rows))


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (a_chart("panel hours_after_start low median high", ("troops", 0.0, 0.0, 0.0, 0.0),
                 ("troops", 6.0, 50.0, 100.0, 150.0), ("troops", 12.0, 0.0, 10.0, 20.0)),
         "troops highest at 100 (50 to 150), 6 h after the start; 10 at the end"),
        (a_chart("panel hours_after_start median", ("a b", 0.0, 0.0), ("a b", 6.0, 0.0)), "a b 0 throughout"),
        (a_chart("rung runs of share share_low share_high", ("asks", 8, 10, 0.8, 0.5, 0.94)),
         "asks: 80 % (50 to 94)"),
        (a_chart("variant response difference low high", ("none", "killed", 5.0, 1.0, 9.0),
                 ("none", "time", 5.0, -1.0, 9.0)),
         "1 of 2 differences have an interval that leaves out zero: none, killed: +5.0 (95 %: +1.0 to +9.0)"),
        (a_chart("response x y n value", *[("killed", float(n), 1.0, 5, float(n)) for n in range(20)]),
         "killed, x 0, y 1: 0; killed, x 1, y 1: 1; killed, x 2, y 1: 2; killed, x 3, y 1: 3; and 16 more"),
        (a_chart("key value", *[(f"k{n}", float(n)) for n in range(20)]),
         "of 20 the greatest is k19: 19; the least is k0: 0"),
        (a_chart("panel from to runs share", ("tree", "", "all", 9, 1.0), ("tree", "all", "asks", 3, 0.25)),
         "asks: 25 %"),
        (a_chart("panel run_or_rounds hours_after_start state_or_share", ("runs", 1, 0.0, "firing"),
                 ("runs", 1, 9.0, "calm"), ("runs", 2, 0.0, "calm")), "at the end of 2 runs: calm 2"),
        (a_chart("side response value share", ("A", "t", 1.0, 0.3), ("A", "t", 2.0, 0.6),
                 ("A", "t", 3.0, 1.0)), "A, t median 2"),
        (a_chart("side response unit value share", ("A", "t", "h", 2.0, 0.6)), "A, t median 2 h"),
        (a_chart("variant response unit difference low high", ("none", "killed", "people", 5.0, 1.0, 9.0)),
         "1 of 1 differences have an interval that leaves out zero: none, killed: +5.0 people (95 %: +1.0 to "
         "+9.0)"),
        (a_chart("response x x_unit y y_unit unit value", ("troops", 2.0, "h", "all", "", "people", 3.0)),
         "troops, x 2 h, all: 3 people"),
        (a_chart("layer key", ("site", "a"), ("site", "b"), ("route", "c")), "site 2, route 1"),
        (a_chart("words", ("only",)), ""),
    ],
)  # fmt: skip
def test_a_chart_is_read_from_its_numbers(chart, expected):
    assert reading(chart) == expected


@pytest.mark.parametrize("kind", ["run", "sweep", "compare"])
def test_the_text_in_place_of_a_chart_says_what_it_shows(kind):
    text = (dossier_folders()[kind] / "report.html").read_text(encoding="utf-8")
    alts = re.findall(r'<img src="data:[^"]*" alt="([^"]*)"', text)
    assert len(alts) > 1
    for alt in alts:
        told = alt.split(". ", 1)[1]
        assert re.search(r"\d", told) or told.startswith("There is nothing to draw"), alt
        assert len(alt) < 900


def test_the_map_is_told_in_words_at_its_fullest():
    title = re.findall("<title[^>]*>(.*?)</title>", map_svg(a_study()))[0]
    scene = stage().scene
    for member in scene.members:
        total = scene.total(scene.peak(), member)
        name = a_study().scenario.alliance.members[member].name
        assert (f"{name} {total:,.0f}" in title) is (total >= 1)
    assert "No troops come into theatre" in map_svg(some_left())


def test_label_of_a_response_has_its_unit():
    found = a_study().summary().responses["killed"]
    assert label_of(found) == "Killed (people)"
