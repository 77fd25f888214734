"""Dossiers in a real browser: no complaint, no request, and everything that should move moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import Page

KINDS = ("run", "sweep", "sample", "compare")
SHOWN = "Array.from(document.querySelectorAll('{}')).filter(x => !x.hidden).length"


@pytest.fixture(autouse=True)
def _fresh(page: Page) -> None:
    page.complaints.clear()
    page.requests.clear()
    page.size(1200)


def at_peace(page: Page) -> bool:
    # A turn of the browser's own, so that what it has to say has been said.
    page.ask("new Promise(done => setTimeout(() => done(1), 50))")
    return (page.complaints, page.requests) == ([], [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_dossier_opens_without_a_word_and_asks_for_nothing(page, dossiers, kind):
    page.open(dossiers[kind])
    assert at_peace(page), (page.complaints, page.requests)
    assert "broken" not in page.ask("document.title.split('<')[0]")
    assert page.ask("document.querySelectorAll('img[onerror]').length") == 0
    assert page.ask("Array.from(document.images).filter(i => i.naturalWidth === 0).length") == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_never_scrolls_sideways(page, dossiers, kind, dark):
    page.size(360, 740, dark=dark, narrow=True)
    page.open(dossiers[kind])
    assert page.ask("document.documentElement.scrollWidth") <= 360
    page.ask("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.ask("document.documentElement.scrollWidth") <= 360
    ground = page.ask("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is not dark


def test_the_slider_moves_the_map(page, dossiers):
    page.open(dossiers["run"])
    said = "document.querySelector('.map-now').textContent"
    drawn = "document.querySelector('.map-sheet').outerHTML"
    first, last = (page.ask(f"document.querySelector('.map-time').{end}") for end in ("min", "max"))
    page.set(".map-time", first)
    before = page.ask(said), page.ask(drawn)
    page.set(".map-time", (int(first) + int(last)) // 2)
    assert page.ask(said) != before[0]
    assert page.ask(drawn) != before[1]
    assert at_peace(page)


def test_filters_filter_the_story_by_member_and_kind(page, dossiers):
    page.open(dossiers["run"])
    rows = SHOWN.format(".story > li")
    whole = page.ask(rows)
    page.set("#story select[data-key=data-kind]", "decision")
    some = page.ask(rows)
    assert 0 < some < whole
    assert page.ask("document.querySelector('#story [aria-live]').textContent") == f"{some} of {whole} shown"
    page.set("#story select[data-key=data-members]", "BBB")
    assert 0 <= page.ask(rows) < some
    # A link to a line that the filter hides brings it back.
    hidden = page.ask("document.querySelector('.story > li[hidden]').id")
    page.ask(f"location.hash = '#{hidden}'")
    page.ask("new Promise(done => setTimeout(() => done(1), 50))")
    assert page.ask(f"document.getElementById('{hidden}').hidden") is False
    assert page.ask(rows) == whole


def test_inputs_can_be_filtered_and_sorted(page, dossiers):
    page.open(dossiers["run"])
    rows = SHOWN.format("#inputs-table > tbody > tr")
    whole = page.ask(rows)
    page.set("#inputs input[type=search]", "lead_line")
    assert 0 < page.ask(rows) < whole
    page.ask("document.querySelector('#inputs button.reset').click()")
    assert page.ask(rows) == whole
    heads = "document.querySelectorAll('#inputs-table thead th')"
    page.ask(f"{heads}[1].querySelector('button').click()")
    assert page.ask(f"{heads}[1].getAttribute('aria-sort')") == "ascending"
    values = page.ask("Array.from(document.querySelectorAll('#inputs-table tbody tr td:nth-child(2) span'))"
                      ".map(s => Number(s.dataset.value))")  # fmt: skip
    assert values == sorted(values)
    page.ask(f"{heads}[1].querySelector('button').click()")
    assert page.ask(f"{heads}[1].getAttribute('aria-sort')") == "descending"


@pytest.mark.parametrize("kind", ["sweep", "sample"])
def test_the_explorer_follows_its_sliders(page, dossiers, kind):
    page.open(dossiers[kind])
    slider = "input[type=range][data-factor]"
    page.set("#explorer-along", page.ask(f"document.querySelector('{slider}').dataset.factor"))
    chart = "document.querySelector('#explorer-chart svg').outerHTML"
    said = "document.querySelector('#explorer-said').textContent"
    before = page.ask(chart), page.ask(said)
    page.set(slider, page.ask(f"document.querySelector('{slider}').max"))
    assert page.ask(chart) != before[0]
    assert page.ask(said) != before[1]
    assert "No point was run" not in page.ask(said)
    page.set("#explorer-response", 1)
    assert page.ask(chart) != before[0]
    assert page.ask("document.querySelectorAll('#explorer-chart circle').length") > 1
    assert at_peace(page)


def test_without_scripts_everything_but_the_moving_parts_is_there(page, dossiers):
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(dossiers["run"])
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)
    assert page.ask("document.querySelectorAll('section').length") == 11
    assert page.ask("Array.from(document.querySelectorAll('[data-script]')).every(p => p.hidden)")


def test_keys_reach_what_a_pointer_reaches(page, dossiers):
    page.open(dossiers["run"])
    page.send("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert page.ask("document.activeElement.className") == "skip"
    assert page.ask("getComputedStyle(document.activeElement).outlineStyle") != "none"
    fields = "Array.from(document.querySelectorAll('input, select, button'))"
    bare = "!(f.labels && f.labels.length) && !f.getAttribute('aria-label') && !f.textContent.trim()"
    assert page.ask(f"{fields}.filter(f => {bare}).length") == 0


def test_print_opens_what_is_closed(page, dossiers, tmp_path: Path):
    page.open(dossiers["run"])
    page.pdf(tmp_path / "dossier.pdf")
    assert (tmp_path / "dossier.pdf").read_bytes().startswith(b"%PDF")
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.ask("document.querySelectorAll('details:not([open])').length") == 0
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert page.ask("document.querySelectorAll('details:not([open])').length") > 0


def test_a_page_that_asks_or_complains_is_caught(page, tmp_path: Path):
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='other.png'><script>console.error('no'); nothing.here()</script>")
    page.open(bad)
    assert not at_peace(page)
    assert len(page.complaints) >= 2
    assert page.requests
