"""The map: its outlines, its geometry, what it makes of a log, and its three forms."""

from __future__ import annotations

import io
import json
import math
import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import combinations, pairwise
from math import radians, sin
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.event_log import EventKind, EventLog, EventRecord
from sim.engine.geometry import EARTH_RADIUS, great_circle_km
from sim.experiment.study import run_study
from sim.report.charts import draw
from sim.report.map import MAP_SCRIPT, MAP_STYLE, OutlinesError, animate_map, draw_map, map_svg
from sim.report.map.animate import Stage, gif_of
from sim.report.map.labels import Name, place_labels
from sim.report.map.labels import _gap as gap_of
from sim.report.map.layout import cover, inset, lay_out, small_theatre, stack_boxes
from sim.report.map.outlines import SHIPPED, load_outlines
from sim.report.map.projection import Albers, albers_for, clipped, great_circle, page_for
from sim.report.map.scene import AFFECTED, CALM, LOST, UNTOUCHED, at, places_in, scene_of, spots_of, state_at
from sim.report.map.still import _corner as corner_of_inset
from sim.scenario.load import load_scenario
from tests.report.studies import STUDIES, a_study
from tests.tiny import tiny_scenario

SHIPPED_SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "kazakhstan.yaml"
BORDER = SHIPPED_SCENARIO.with_name("afghan_border.yaml")
DEGREES = st.tuples(st.floats(20, 150), st.floats(30, 70))


# outlines


def test_the_outlines_are_small_and_hold_what_the_caption_says():
    outlines = load_outlines()
    assert SHIPPED.stat().st_size < 100_000
    assert len({area.code for area in outlines.areas if area.code}) > 50
    assert sum(area.disputed for area in outlines.areas) > 5
    assert "no statement on status" in outlines.caption


def test_neighbours_share_their_border_point_by_point():
    """Each stretch of land border is a line of points that two states have in common."""
    edges: Counter[frozenset[tuple[float, float]]] = Counter()
    for area in load_outlines().areas:
        if area.disputed:
            continue
        edges.update({frozenset(pair) for ring in area.rings for pair in pairwise(ring)})
    assert max(edges.values()) == 2
    assert sum(count == 2 for count in edges.values()) > 800


def test_land_across_the_antimeridian_is_whole():
    rings = [ring for area in load_outlines().areas for ring in area.rings]
    assert max(x for ring in rings for x, _ in ring) > 180
    assert max(abs(a[0] - b[0]) for ring in rings for a, b in pairwise(ring)) < 20


@pytest.mark.parametrize("text", ["", "[]", '{"features": 3}', '{"features": [7]}', "\x00"])
def test_a_file_that_is_no_outline_is_refused_in_one_sentence(tmp_path, text):
    path = tmp_path / "lines.geojson"
    path.write_text(text)
    with pytest.raises(OutlinesError, match=r"lines\.geojson: no GeoJSON of polygons") as error:
        load_outlines(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_point_off_the_globe_are_refused(tmp_path):
    with pytest.raises(OutlinesError, match="cannot be read"):
        load_outlines(tmp_path / "none.geojson")
    (tmp_path / "off.geojson").write_text(geojson([[0, 0], [0, 95], [1, 1], [0, 0]]))
    with pytest.raises(OutlinesError, match="no longitude and latitude"):
        load_outlines(tmp_path / "off.geojson")


def geojson(ring: list[list[float]], **told: object) -> str:
    shape = {"type": "Polygon", "coordinates": [ring]}
    return json.dumps({"features": [{"type": "Feature", "properties": told, "geometry": shape}]})


def test_other_outlines_can_be_used(tmp_path):
    path = tmp_path / "island.geojson"
    path.write_text(geojson([[50, 40], [80, 40], [80, 55], [50, 55], [50, 40]], iso3="CCC", name="Island"))
    told = map_svg(a_study(), path)
    assert "Outlines: island.geojson" in told
    assert "map-host" in told
    assert "Natural Earth" not in told


# geometry


def test_albers_agrees_with_the_worked_example():
    """Snyder (1987), p. 291: x = 0.2952720, y = 0.2416774 for a sphere of radius 1."""
    albers = Albers((-96.0, 23.0), 29.5, 45.5)
    x, y = albers(-75.0, 35.0)
    assert (x / EARTH_RADIUS, y / EARTH_RADIUS) == pytest.approx((0.2952720, 0.2416774), abs=5e-8)


@given(DEGREES)
def test_albers_keeps_areas(corner):
    """A small cell keeps the area R^2 dlon (sin lat2 - sin lat1), to the curvature of its sides."""
    (lon, lat), size = corner, 0.05
    albers = albers_for([(40.0, 35.0), (100.0, 60.0)])
    ring = [(lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size)]
    flat = [albers(*point) for point in ring]
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, flat[1:] + flat[:1], strict=True))) / 2
    true = EARTH_RADIUS**2 * radians(size) * (sin(radians(lat + size)) - sin(radians(lat)))
    assert area == pytest.approx(true, rel=1e-4)


def test_a_theatre_across_the_antimeridian_stays_together():
    albers = albers_for([(170.0, 60.0), (-170.0, 65.0)])
    assert abs(albers.middle[0]) == pytest.approx(180.0)
    assert abs(albers(170.0, 62.0)[0] - albers(-170.0, 62.0)[0]) < 1200


@given(DEGREES, DEGREES)
def test_a_great_circle_is_the_shortest_way_in_equal_steps(start, end):
    line = great_circle(start, end, 16)
    steps = [great_circle_km(a[1], a[0], b[1], b[0]) for a, b in pairwise(line)]
    assert sum(steps) == pytest.approx(great_circle_km(start[1], start[0], end[1], end[0]), abs=1e-3)
    assert max(steps) - min(steps) < 1e-3


@given(st.lists(DEGREES, min_size=1, max_size=8))
def test_a_page_holds_every_point_it_is_made_for(points):
    page = page_for(points, 500.0, (200.0, 400.0))
    assert 200 <= page.height <= 400
    assert all(page.holds(page.at(point), 5.0) for point in points)


def test_what_is_clipped_lies_on_the_page():
    page = page_for([(60.0, 45.0), (70.0, 50.0)], 400.0, (200.0, 300.0))
    square = [(-900.0, -900.0), (200.0, -900.0), (200.0, 100.0), (-900.0, 100.0)]
    assert sorted(clipped(square, page, 0.0)) == [(0.0, 0.0), (0.0, 100.0), (200.0, 0.0), (200.0, 100.0)]
    assert clipped([(-9.0, -9.0), (-8.0, -9.0), (-8.0, -8.0)], page, 0.0) == []


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200), st.integers(1, 20)), max_size=25))
def test_names_never_lie_on_each_other(marks):
    names = [Name("x" * length, (x, y), length) for x, y, length in marks]
    boxes = [label.box for label in place_labels(names, [], 300.0, 200.0)]
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    assert all(box[0] >= 0 and box[2] <= 300 for box in boxes)


# scene


def story() -> EventLog:
    """Two loads land, one is posted to a site, the whole leaves in one."""
    unit = {"unit": "guards", "echelon": "main"}
    events = [
        (1.0, EventKind.ONSET, "", "north", 1.0, -1, {}),
        (2.0, EventKind.OVERWHELMED, "", "north", 1.0, 0, {}),
        (10.0, EventKind.TAKEOFF, "AAA", "lead_field", 60, -1, unit | {"direction": "in"}),
        (13.0, EventKind.LANDED, "AAA", "host_field", 60, 2, unit | {"direction": "in", "unloaded": 14.0}),
        (15.0, EventKind.ON_TASK, "AAA", "north", 40.0, 3, {"task": "plant"}),
        (20.0, EventKind.CALM, "", "north", 19.0, 1, {}),
        (30.0, EventKind.TAKEOFF, "AAA", "host_field", 60, -1, unit | {"direction": "out"}),
        (33.0, EventKind.LANDED, "AAA", "lead_field", 60, 6, unit | {"direction": "out", "unloaded": 34.0}),
    ]
    return EventLog(EventRecord(i, *event) for i, event in enumerate(events))


def test_a_scene_follows_flights_troops_and_sites():
    scene = scene_of(tiny_scenario(), story())
    assert [(m.start, m.end, m.departs, m.arrives) for m in scene.moves] == [
        ("airfield:lead_field", "airfield:host_field", 10.0, 13.0),
        ("airfield:host_field", "airfield:lead_field", 30.0, 33.0),
    ]
    field, site = scene.troops["airfield:host_field", "AAA"], scene.troops["site:north", "AAA"]
    assert [(at(field, h), at(site, h)) for h in (12.9, 13, 15, 29, 30)] == [
        (0, 0), (60, 0), (20, 40), (20, 40), (0, 0)
    ]  # fmt: skip
    states = scene.states["site:north"]
    assert [state_at(states, h) for h in (0, 1, 2, 20)] == [UNTOUCHED, AFFECTED, LOST, CALM]
    assert scene.peak() == 13.0


def test_the_troops_on_the_map_are_those_of_the_curves():
    study = a_study()
    scene = scene_of(study.scenario, study.typical_log)
    own = [scene.total(float(hour)) for hour in study.grid]
    assert np.allclose(own, study.curves["troops"][study.typical])
    assert scene.total(float(scene.span()[1])) == 0


def test_places_are_found_however_deep():
    scenario = tiny_scenario()
    assert {key for key, _ in places_in(scenario.crisis)} == set(scenario.crisis.sites)
    nested = {"villages": [{"a": scenario.crisis.sites}], "none": None}
    assert [key for key, _ in places_in(nested)] == list(scenario.crisis.sites)


def test_a_theatre_far_from_the_bases_gets_an_inset():
    scenario = tiny_scenario()
    scene = scene_of(scenario, story())
    assert small_theatre(scene) is None
    far = scene.spots["airfield:lead_field"]
    scene.spots[far.key] = type(far)(far.key, far.kind, far.name, (-20.0, 55.0), far.member)
    main = lay_out(scene, load_outlines(), 500.0, (230.0, 400.0), window=True)
    near = inset(scene, load_outlines(), 180.0, 120.0)
    assert main.window is not None
    assert near is not None
    assert near.stacks
    assert not main.stacks
    assert near.page.scale < main.page.scale / 3


def apart(a, b):
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_no_name_lies_across_the_edge_of_an_inset_or_of_what_it_enlarges():
    study = run_study(load_scenario(BORDER), 1, jobs=1, variants=())
    scene = scene_of(study.scenario, study.typical_log)
    main = lay_out(scene, load_outlines(), 500.0, (230.0, 400.0), window=True)
    assert main.window is not None
    russia = next(label for label in main.labels if label.text == "Russia")
    box = (russia.box[0] - 5, 0.0, russia.box[2] - 5, main.page.height)
    cover(main, scene, box)
    named = {label.text for label in main.labels}
    assert "Kazakhstan" in named
    assert not named & {"Russia", "Tajikistan"}  # beside its state a name would be another's
    assert all(apart(label.box, edge) for label in main.labels for edge in (main.window, box))


def test_no_name_is_drawn_across_an_inset():
    study = run_study(load_scenario(SHIPPED_SCENARIO.with_name("belarus.yaml")), 1, jobs=1, variants=())
    chart = draw(study, "map")
    chart.figure.draw_without_rendering()
    main, near = chart.figure.axes
    edge = near.get_window_extent().extents
    names = {text.get_text(): text.get_window_extent().extents for text in main.texts}
    assert {"Yerevan", "Moscow"} <= set(names)
    assert all(apart(box, edge) for box in names.values())


def test_an_inset_hides_no_place_where_another_spot_is_free():
    study = run_study(load_scenario(BORDER), 1, jobs=1, variants=())
    scene = scene_of(study.scenario, study.typical_log)
    main = lay_out(scene, load_outlines(), 500.0, (230.0, 400.0), window=True)
    wide, tall = 0.36 * 500.0, 0.42 * main.page.height
    left, low = corner_of_inset(main, wide, tall)
    under = [spot.name for spot, (x, y) in main.marks if left < x < left + wide and low < y < low + tall]
    assert under == []
    assert apart(main.window, (left, low, left + wide, low + tall))


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200), st.integers(1, 20)), max_size=25))
def test_a_name_beside_a_mark_is_nearer_to_it_than_to_any_other(marks):
    names = [Name(f"{n}".ljust(length + 2, "x"), (x, y), length) for n, (x, y, length) in enumerate(marks)]
    points = {name.text: name.point for name in names}
    for label in place_labels(names, [], 300.0, 200.0):
        gaps = {text: gap_of(label.box, point) for text, point in points.items()}
        others = [gap for text, gap in gaps.items() if points[text] != points[label.text]]
        assert gaps[label.text] < min(others, default=math.inf)


def test_a_site_without_room_beside_it_is_named_at_the_end_of_a_line():
    wall = [(30.0, 70.0, 97.0, 130.0), (103.0, 70.0, 170.0, 130.0), (30.0, 70.0, 170.0, 96.0)]
    names = [Name("a site", (100.0, 100.0), 0.0, led=True), Name("a base", (100.0, 100.0), 2e4)]
    (label,) = place_labels(names, wall, 200.0, 200.0)
    assert label.text == "a site"
    (x, y), (to_x, to_y) = label.line
    assert (x, y, to_x, to_y) == (100.0, 104.0, 100.0, label.box[1])
    assert to_y >= 130
    assert place_labels([Name("a site", (100.0, 100.0), 0.0)], wall, 200.0, 200.0) == []


def test_a_long_name_stands_in_two_lines_before_it_is_left_out():
    """In a room of 40 points by 60 a name of 20 letters of 7 points finds none in one line (85 points)."""
    name = Name("Upper Valley (ridge)", (12.0, 30.0), 0.0, led=True)
    (label,) = place_labels([name], [], 46.0, 60.0)
    assert label.text == "Upper\nValley"
    (_, high), (_, low) = label.rows
    assert [text for text, _ in label.rows] == ["Upper", "Valley"]
    assert label.box[1] < low < high < label.box[3] - label.size / 2


def test_a_name_that_found_no_room_is_tried_before_the_others():
    """The long name comes first, and on its best side takes the only room of the other."""
    names = [Name("a longer", (50.0, 20.0), 0.0, led=True), Name("b", (96.0, 20.0), 0.0, led=True)]
    wall = [(0.0, 0.0, 200.0, 14.0), (0.0, 26.0, 200.0, 100.0), (100.0, 0.0, 200.0, 100.0)]
    assert {label.text for label in place_labels(names, wall, 200.0, 100.0)} == {"a longer", "b"}


@pytest.mark.parametrize("name", ["afghan_border", "afghan_border_force", "taliban_takeover", "belarus"])
def test_every_site_is_named_in_the_inset_of_a_shipped_scenario(name):
    scenario = load_scenario(BORDER.with_name(f"{name}.yaml"))
    near = inset(scene_of(scenario, EventLog([])), load_outlines(), 180.4, 135.3)
    named = {label.text.replace("\n", " ") for label in near.labels}
    assert {spot.name for spot, _ in near.marks if spot.kind == "site"} <= named


def test_a_low_bar_takes_no_more_room_than_it_has():
    study = a_study()
    layout = lay_out(scene_of(study.scenario, study.typical_log), load_outlines(), 500.0, (230.0, 400.0))
    stack = next(stack for stack in layout.stacks if len(stack.steps) > 1)
    *bars, number = stack_boxes(layout, stack)
    tops = [layout.bar(max(troops for _, troops in steps)) for steps in stack.steps.values()]
    assert [box[3] - box[1] for box in bars] == pytest.approx(tops)
    assert number[1] == max(box[3] for box in bars)


# the three forms


@pytest.mark.parametrize("study", STUDIES)
def test_every_study_can_be_drawn_played_and_shown(study):
    found = STUDIES[study]()
    assert gif_of(found, frames=3).startswith(b"GIF89a")
    ET.fromstring(map_svg(found).replace("&nbsp;", " "))


def test_the_still_is_written_in_three_formats(tmp_path):
    assert [path.name for path in draw_map(a_study(), tmp_path)] == ["map.png", "map.svg", "map.csv"]
    assert "route" in (tmp_path / "map.csv").read_text()


def test_the_replay_is_one_small_gif_the_same_every_time(tmp_path):
    from PIL import Image

    path = animate_map(a_study(), tmp_path / "deep" / "map.gif")
    assert path.read_bytes() == gif_of(a_study())
    assert path.stat().st_size < 1_500_000
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        assert 60 <= picture.n_frames <= 100
    assert [found.name for found in path.parent.iterdir()] == ["map.gif"]


def test_a_frame_shows_what_is_in_the_air():
    stage = Stage(a_study())
    move = stage.scene.moves[0]
    before, during = (stage.picture(hour, 0.5) for hour in (0.0, (move.departs + move.arrives) / 2))
    assert before.shape == during.shape
    assert (before != during).any()


HOSTILE = "</script><script>alert(1)</script>&\"'<b>"


def test_texts_of_a_scenario_cannot_leave_their_place():
    study = a_study()
    scenario = study.scenario
    sites = {key: site.model_copy(update={"name": HOSTILE}) for key, site in scenario.crisis.sites.items()}
    members = {
        key: member.model_copy(update={"name": HOSTILE}) for key, member in scenario.alliance.members.items()
    }
    hostile = scenario.model_copy(
        update={
            "crisis": scenario.crisis.model_copy(update={"sites": sites}),
            "alliance": scenario.alliance.model_copy(update={"members": members}),
        }
    )
    told = map_svg(type(study)(**{**vars_of(study), "scenario": hostile}), name='a"b')
    assert "<b>" not in told
    assert told.count("<script") == 1
    figure = ET.fromstring(told)
    assert HOSTILE in [title.text for title in figure.iter() if title.tag.endswith("title")]
    data = json.loads(figure.find("script").text)
    assert data["members"][0]["name"] == HOSTILE


def vars_of(study) -> dict:
    from dataclasses import fields

    return {field.name: getattr(study, field.name) for field in fields(study)}


def test_the_fragment_is_self_contained_and_has_no_inline_handlers():
    told = map_svg(a_study())
    assert "http" not in told + MAP_SCRIPT + MAP_STYLE
    assert not re.search(r"\son\w+=", told)
    assert not re.search(r"innerHTML|eval\(|document\.write", MAP_SCRIPT)
    assert "prefers-reduced-motion" in MAP_SCRIPT
    assert "prefers-color-scheme: dark" in MAP_STYLE
    assert len(told) < 300_000


def test_the_data_of_the_slider_agree_with_the_scene():
    study = a_study()
    scene = scene_of(study.scenario, study.typical_log)
    data = json.loads(ET.fromstring(map_svg(study)).find("script").text)
    assert len(data["moves"]) == len(scene.moves)
    assert all(departs < arrives for _, departs, arrives in data["moves"])
    top = {m["name"]: max(value for _, value in m["steps"]) for m in data["members"]}
    names = {code: member.name for code, member in study.scenario.alliance.members.items()}
    steps = {hour for (_, _), found in scene.troops.items() for hour, _ in found}
    for code in scene.members:
        most = max(scene.total(hour, code) for hour in steps)
        assert top.get(names[code], 0) == round(most)


def test_routes_bow_apart():
    """The way out does not lie on the way in: their middles are some points from each other."""
    page = page_for([(40.0, 50.0), (70.0, 45.0)], 500.0, (200.0, 400.0))
    there, back = page.arc((40.0, 50.0), (70.0, 45.0), 0.06), page.arc((70.0, 45.0), (40.0, 50.0), 0.06)
    (x, y), (u, v) = there[16], back[16]
    assert (x - u) ** 2 + (y - v) ** 2 > 30.0**2


def test_a_base_that_is_not_open_is_on_no_map():
    plain = load_scenario(SHIPPED_SCENARIO)
    admitted = load_scenario(SHIPPED_SCENARIO, ["bases.base_abkhazia.enabled=true"])
    assert "base:base_abkhazia" not in spots_of(plain)
    assert "base:base_abkhazia" in spots_of(admitted)


def test_a_state_of_which_the_page_shows_the_margin_alone_has_no_name():
    study = run_study(load_scenario(SHIPPED_SCENARIO.with_name("hybrid.yaml")), 1, jobs=1, variants=())
    main = lay_out(scene_of(study.scenario, study.typical_log), load_outlines(), 500.0, (230.0, 400.0))
    named = {label.text for label in main.labels if label.role == "state"}
    unseen = {
        area.name for area in main.areas if not any(clipped(ring, main.page, 0.0) for ring in area.rings)
    }
    assert unseen & {study.scenario.alliance.members[m].name for m in study.scenario.alliance.members}
    assert named
    assert not named & unseen
