"""A chart that cannot be drawn costs itself alone: a note in its place, a sentence, and no lost result."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import pytest

from sim.experiment.folders import ResultsError
from sim.experiment.study import run_study
from sim.report import compare_charts, ladder, scoreboard, sensitivity, sweep_charts, timeline_rows
from sim.report.charts import draw, draw_charts
from sim.report.dossier.comparison import comparison_dossier
from sim.report.dossier.sweep import sweep_dossier
from sim.report.figures import Chart, Sheet, drawing_settings, render
from sim.report.heatmap import draw_heatmap
from sim.report.map import OutlinesError
from sim.report.styles import choosing_style
from sim.report.undrawn import LettersWarning, UndrawnWarning, attempted, heard, sentences
from tests.report.studies import a_study
from tests.report.test_charts import texts
from tests.report.test_compare_charts import comparison
from tests.report.test_sweep_charts import KINDS, swept
from tests.tiny import tiny_scenario

#: What no setter of formulas can read.
TORN = r"Market $\foo{$ A"
PRICES = "Bazaar ($5 to $10 a day)"


def titled(words):
    """Return a chart with *words* in it."""
    with drawing_settings():
        sheet = Sheet(words, 1.0)
    return Chart("titled", words, sheet.figure, ("n",), [(1,)])


def test_dollars_are_dollars():
    for words in (TORN, PRICES):
        chart = titled(words)
        assert not any(text.get_parse_math() for text in chart.figure.texts)
        for style in ("screen", "print"):
            chart.style = style
            assert render(chart, "svg")
    # Set as a formula, the text between the two signs would have no blanks, and other shapes.
    assert render(titled(PRICES), "svg") != render(titled(PRICES.replace("$", "")), "svg")


def test_the_one_sign_that_is_a_formula_is_an_arrow():
    from sim.report.bands import handles

    with drawing_settings():
        (arrow,) = (found for found in handles(a_study(), bound=True) if found.get_label() == "no later than")
    # An arrow has a dozen corners; its name between two dollars would have hundreds.
    assert len(arrow._marker.get_path().vertices) < 50


def test_a_scenario_full_of_dollars_is_drawn(tmp_path):
    data = tiny_scenario()
    named = {key: site.model_copy(update={"name": TORN}) for key, site in data.crisis.sites.items()}
    crisis = data.crisis.model_copy(update={"sites": named, "title": TORN})
    study = run_study(data.model_copy(update={"crisis": crisis, "title": TORN}), 5, jobs=1)
    assert draw_charts(study, tmp_path, "all")


def broken(*_):
    raise ValueError("no such <Text object at 0x7f00>\nin two lines")


def test_a_note_takes_the_place_of_what_cannot_be_drawn(monkeypatch, tmp_path):
    monkeypatch.setattr(ladder, "draw_ladder", broken)
    with pytest.warns(
        UndrawnWarning, match=r"'ladder' could not be drawn \(ValueError: no such <Text object>; "
    ):
        paths = draw_charts(a_study(), tmp_path, ["ladder", "positions"])
    assert {path.stem for path in paths} == {"ladder", "positions"}
    assert "ValueError: no such" in (tmp_path / "ladder.csv").read_text()
    assert (tmp_path / "ladder.png").read_bytes().startswith(b"\x89PNG")


def test_a_figure_that_cannot_be_set_keeps_its_numbers():
    chart = titled("a title")
    chart.figure.text(0.5, 0.5, TORN, parse_math=True)
    with pytest.warns(UndrawnWarning, match="'titled' could not be drawn"):
        first = render(chart, "png")
    assert first.startswith(b"\x89PNG")
    assert any("could not be drawn (ValueError" in words for words in texts(chart))
    assert render(chart, "csv") == b"n\n1\n"


def test_the_note_is_the_same_wherever_it_is_made():
    made = []
    for _ in range(2):
        with heard() as found:
            made.append(render(attempted("x", broken), "svg"))
        (sentence,) = sentences(found)
        assert "0x" not in sentence
    assert made[0] == made[1]


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space"), ResultsError("damaged"), OutlinesError("no outlines"), KeyboardInterrupt()],
)
def test_what_is_no_fault_of_drawing_stays_what_it_is(error):
    def refused():
        raise error

    with pytest.raises(type(error)):
        attempted("x", refused)


def test_one_chart_of_a_sweep_that_fails_leaves_the_others(monkeypatch, tmp_path):
    study = swept(KINDS["heatmap-"])
    first = study.shown[0]

    def some(found, name):
        return broken() if name == first else draw_heatmap(found, name)

    monkeypatch.setattr(sweep_charts, "draw_heatmap", some)
    with heard() as found:
        paths = sweep_charts.draw_sweep(study, tmp_path)
    stems = [f"heatmap-{name.replace('_', '-')}" for name in study.shown]
    assert list(dict.fromkeys(path.stem for path in paths)) == stems
    assert len(stems) > 1
    (sentence,) = sentences(found)
    assert sentence.startswith(f"the chart '{stems[0]}' could not be drawn (ValueError: ")
    drawn = {stem: (tmp_path / f"{stem}.csv").read_text().partition(",")[0].strip() for stem in stems}
    assert drawn.pop(stems[0]).startswith("not_drawn")
    assert set(drawn.values()) == {"response"}
    with pytest.warns(UndrawnWarning, match=stems[0]):
        page = sweep_dossier(study).decode()
    assert page.count("<figure") == len(stems)


def test_one_chart_of_a_comparison_that_fails_leaves_the_others_in_its_dossier(monkeypatch):
    found = comparison("rule")
    whole = comparison_dossier(found).decode()

    def draw_distributions(found):
        raise IndexError("none left")

    monkeypatch.setattr(compare_charts, "draw_distributions", draw_distributions)
    with pytest.warns(UndrawnWarning, match=r"'distributions' could not be drawn \(IndexError: none left; "):
        page = comparison_dossier(found).decode()
    assert page.count("<figure") == whole.count("<figure") == 4


def test_one_chart_of_a_score_board_that_fails_leaves_the_others(monkeypatch):
    def draw_calibration(result):
        raise KeyError("no such sample")

    def draw_scoreboard(result):
        return titled("scores")

    def draw_matrix(result):
        return titled("cases")

    for one in (draw_scoreboard, draw_calibration, draw_matrix):
        monkeypatch.setattr(scoreboard, one.__name__, one)
    with pytest.warns(UndrawnWarning, match="'calibration' could not be drawn"):
        charts = scoreboard.charts(None)
    assert [chart.columns for chart in charts] == [("n",), ("not_drawn",), ("n",)]


def test_a_tornado_that_fails_is_told_and_keeps_its_name(monkeypatch):
    monkeypatch.setattr(sensitivity, "draw_tornado", broken)
    result = SimpleNamespace(of=lambda response: [], reps=30)
    with pytest.warns(UndrawnWarning, match="'tornado-hours-to-order' could not be drawn"):
        chart = sensitivity.tornado(result, tiny_scenario(), "hours_to_order")
    assert (chart.name, chart.columns) == ("tornado-hours-to-order", ("not_drawn",))


def test_a_chart_that_cannot_say_whether_it_has_anything_to_show_is_told_too(monkeypatch, tmp_path):
    monkeypatch.setattr(timeline_rows, "timeline_rows", broken)
    monkeypatch.setattr("sim.report.timeline.timeline_rows", broken)
    with pytest.warns(UndrawnWarning, match="'timeline' could not be drawn"):
        paths = draw_charts(a_study(), tmp_path, "main")
    assert {path.stem for path in paths} == {"timeline", "troops"}


def test_a_note_is_in_the_style_that_was_chosen():
    with choosing_style("print"), pytest.warns(UndrawnWarning):
        assert attempted("x", broken).style == "print"


def test_letters_without_a_shape_are_told_in_one_sentence():
    with warnings.catch_warnings(record=True) as raw, heard() as found:
        warnings.simplefilter("always")
        for words in ("中文", "文 ไ", "fine"):
            render(titled(words), "png")
    assert raw == []
    assert all(isinstance(one, LettersWarning) for one in found)
    (sentence,) = sentences(found)
    assert sentence.endswith("cannot write: ไ 中 文")


def test_other_warnings_are_let_through():
    with pytest.warns(RuntimeWarning, match="else"), heard() as found, drawing_settings():
        warnings.warn("something else", RuntimeWarning, stacklevel=1)
    assert found == []


def test_unknown_names_and_styles_are_still_refused():
    with pytest.raises(KeyError):
        draw(a_study(), "pie")
    with pytest.raises(ValueError, match="'slides'"):
        draw(a_study(), "ladder", "slides")
