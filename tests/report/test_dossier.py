"""Dossiers: one file each, safe, whole, the same every time, and true to the folder they tell."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from sim.report.dossier.markup import Html, json_element, linked, raw_element, table, tag
from sim.report.dossier.page import LARGEST
from tests.report.dossiers import call, dossier_folders, only
from tests.report.nasty import BREAKING


@pytest.fixture(scope="module")
def folders() -> dict[str, Path]:
    return dossier_folders()


class Reader(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def of(self, name: str) -> Iterator[dict[str, str | None]]:
        return (attributes for found, attributes in self.tags if found == name)


KINDS = ("run", "sweep", "compare")


@pytest.mark.parametrize("kind", KINDS)
def test_a_dossier_is_one_small_file_that_asks_for_nothing(folders, kind):
    text = (folders[kind] / "report.html").read_text(encoding="utf-8")
    page = Reader(text)
    assert len(text.encode()) < LARGEST
    assert "default-src 'none'" in unescape(text)
    sources = [a["src"] or "" for name in ("img", "script", "iframe") for a in page.of(name) if "src" in a]
    assert [source[:40] for source in sources if not source.startswith("data:")] == []
    assert [a for a in page.of("link") if a["href"] != "data:,"] == []
    assert not re.search(r"@import|url\((?!#|&quot;#)", text.split("</style>")[0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_of_a_scenario_is_escaped(folders, kind):
    text = (folders[kind] / "report.html").read_text(encoding="utf-8")
    page = Reader(text)
    assert BREAKING not in text
    assert "&lt;script&gt;document.title=" in text
    assert [a for a in page.of("img") if "onerror" in a] == []
    # What is data is marked as such; the one script is the program's own.
    assert len([a for a in page.of("script") if a.get("type") != "application/json"]) == 1
    assert len(list(page.of("title"))) == 1 + text.count("<title id=") + text.count("<title>") - 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_dossier_can_be_found_ones_way_about_in(folders, kind):
    page = Reader((folders[kind] / "report.html").read_text(encoding="utf-8"))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = [a["href"][1:] for a in page.of("a") if (a.get("href") or "").startswith("#")]
    assert set(targets) <= set(ids)
    assert [name for name in ("header", "nav", "main", "footer") if not list(page.of(name))] == []
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch(r"h[1-6]", name)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(a.get("alt") for a in page.of("img"))
    assert all(a.get("lang") == "en" for a in page.of("html"))


def test_a_run_s_dossier_has_every_part(folders):
    page = Reader((folders["run"] / "report.html").read_text(encoding="utf-8"))
    sections = [a["id"] for a in page.of("section")]
    expected = "answer story map charts decision recorded inputs influence model checklist origin"
    assert sections == expected.split()


def test_each_line_of_the_story_leads_to_its_cause(folders):
    text = (folders["run"] / "report.html").read_text(encoding="utf-8")
    lines = re.findall(r'<li id="event-(\d+)" data-kind="([a-z]+)" data-members="([A-Z ]*)">.*?</li>', text)
    causes = re.findall(r'<li id="event-(\d+)"(?:(?!</li>).)*?href="#event-(\d+)"', text)
    assert len(lines) > 8
    assert {kind for _, kind, _ in lines} >= {"crisis", "host", "decision", "movement"}
    assert len(causes) > len(lines) / 2
    assert all(line != cause for line, cause in causes)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_folder_gives_the_same_bytes_and_stays_whole(folders, kind, capsys):
    folder = folders[kind]
    before = (folder / "report.html").read_bytes()
    assert call("report", folder, "--quiet", "--jobs", 1) == 0
    assert (folder / "report.html").read_bytes() == before
    assert "report.html" in json.loads((folder / "manifest.json").read_text())["files"]
    assert call("digest", folder) == 0
    capsys.readouterr()
    assert call("verify", folder, "--quiet", "--jobs", 1) == 0
    assert "byte for byte" in capsys.readouterr().out


def test_all_charts_bring_the_dossier_with_them(folders, tmp_path, capsys):
    source = folders["run"] / "scenario.resolved.yaml"
    words = ("--charts", "all", "--quiet", "--jobs", 1, "--out", tmp_path)
    assert call("run", source, *words) == 0
    made = only(tmp_path)
    assert (made / "report.html").read_bytes() == (folders["run"] / "report.html").read_bytes()


def test_numbers_that_do_not_come_out_again_are_not_told(folders, tmp_path, capsys):
    folder = tmp_path / "changed"
    shutil.copytree(folders["run"], folder)
    changed = (folder / "summary.csv").read_bytes().replace(b"killed", b"harmed", 1)
    (folder / "summary.csv").write_bytes(changed)
    assert call("report", folder, "--quiet") == 1
    assert "damaged" in capsys.readouterr().err
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["summary.csv"]["sha256"] = sha256(changed).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert call("report", folder, "--quiet") == 1
    assert "do not come out again" in capsys.readouterr().err


def test_what_has_no_dossier_is_told(folders, tmp_path, capsys):
    assert call("report", tmp_path / "nowhere") == 1
    assert "there is no folder" in capsys.readouterr().err
    assert call("report", folders["sweep"], "--animate") == 1
    assert "belong to a run's folder" in capsys.readouterr().err
    (tmp_path / "bad.json").write_text("{}")
    assert call("report", folders["run"], "--map", tmp_path / "bad.json", "--quiet") == 2


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (tag("p", "<b> & \"x\""), '<p>&lt;b&gt; &amp; &quot;x&quot;</p>'),
        (tag("p", Html("<b>y</b>"), class_='a"b'), '<p class="a&quot;b"><b>y</b></p>'),
        (tag("p", ["a", None, ["<"]], hidden=True, id=None), "<p hidden>a&lt;</p>"),
        (linked("see https://a.org/x?y=1&z=2."),
         'see <a href="https://a.org/x?y=1&amp;z=2" rel="noopener noreferrer">a.org/x?y=1&amp;z=2</a>.'),
        (linked("javascript:alert(1)"), "javascript:alert(1)"),
        (json_element('"</script>"', "d"),
         '<script type="application/json" id="d">"\\u003c/script\\u003e"</script>'),
    ],
)  # fmt: skip
def test_markup_escapes_what_it_did_not_make(made, expected):
    assert made == expected


def test_a_script_cannot_end_itself_early():
    with pytest.raises(ValueError, match="its own end"):
        raw_element("script", "x = '</SCRIPT >'")


def test_a_table_has_a_caption_and_scopes():
    made = table(("a", "b"), [("x", "1")], "What it shows")
    assert "<caption>What it shows</caption>" in made
    assert '<th scope="row">x</th>' in made
    assert '<th scope="col" class="num">b</th>' in made


@pytest.mark.slow
def test_what_a_dossier_was_made_with_stays_beside_it(folders, tmp_path, capsys):
    folder = tmp_path / "whole"
    shutil.copytree(folders["run"], folder)
    scenario = folder / "scenario.resolved.yaml"
    words = ("--reps", 30, "--response", "killed", "--jobs", 1, "--quiet", "--out", tmp_path / "s")
    assert call("sensitivity", scenario, *words) == 0
    shipped = Path("sim/report/data/outlines.geojson").absolute()
    more = ("--animate", "--map", shipped, "--sensitivity", only(tmp_path / "s"), "--charts", "main")
    assert call("report", folder, *more, "--quiet", "--jobs", 1) == 0
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "Influence on killed" in text
    assert (folder / "replay.gif").read_bytes().startswith(b"GIF89a")
    capsys.readouterr()
    assert call("verify", folder, "--quiet", "--jobs", 1) == 0
    assert "byte for byte" in capsys.readouterr().out


def test_a_damaged_folder_gets_no_dossier(folders, tmp_path, capsys):
    """A table that is not the one of the manifest must not be told as if it were."""
    hurt = tmp_path / "hurt"
    shutil.copytree(folders["run"], hurt)
    (hurt / "runs.csv").write_bytes((hurt / "runs.csv").read_bytes().replace(b"1", b"2", 1))
    before = (hurt / "report.html").read_bytes()
    assert call("report", hurt, "--quiet") == 1
    assert "runs.csv is damaged" in capsys.readouterr().err
    assert (hurt / "report.html").read_bytes() == before
