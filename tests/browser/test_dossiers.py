"""Dossiers in a real browser: no complaint, no request, and everything that should move moves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.report.dossier.comparison import comparison_dossier
from tests.browser.chromium import Page
from tests.report.test_compare_charts import comparison

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


#: Pixels between the margins of an A4 sheet.
PAPER = round((210 - 2 * 13) / 25.4 * 96)
CLOSED = "details:not([open])"


def test_print_opens_what_is_closed_but_for_the_longest(page, dossiers):
    page.open(dossiers["run"])
    count = f"document.querySelectorAll('{CLOSED}').length"
    before = page.ask(count)
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert (
        page.ask(
            f"{count} - document.querySelectorAll('details.folded:not([open]), .folded {CLOSED}').length"
        )
        == 0
    )
    assert page.ask("document.querySelectorAll('details.folded').length") > 1
    page.ask("window.dispatchEvent(new Event('afterprint'))")
    assert page.ask(count) == before > 0


@pytest.mark.parametrize("kind", KINDS)
def test_paper_is_wide_enough_for_everything_on_it(page, dossiers, kind):
    """A browser prints the whole page smaller if anything is wider than the sheet."""
    page.size(PAPER)
    page.open(dossiers[kind])
    page.send("Emulation.setEmulatedMedia", media="print")
    try:
        page.ask("window.dispatchEvent(new Event('beforeprint'))")
        assert page.ask("document.documentElement.scrollWidth") <= PAPER
        cut = (
            "Array.from(document.querySelectorAll('.scroll')).filter(b => b.scrollWidth > b.clientWidth + 1)"
        )
        assert page.ask(f"{cut}.map(b => b.getAttribute('aria-label'))") == []
        assert page.ask("parseFloat(getComputedStyle(document.body).fontSize)") >= 9 / 0.75
        cells = "Array.from(document.querySelectorAll('th, td, td *')).filter(c => c.offsetParent)"
        smallest = page.ask(f"Math.min(...{cells}.map(c => parseFloat(getComputedStyle(c).fontSize)))")
        assert smallest >= 7.5 / 0.75 - 0.01
        shown = "Array.from(document.querySelectorAll('{}')).filter(e => e.offsetParent).length"
        assert page.ask(shown.format(".screen, nav, .controls")) == 0
        assert page.ask(shown.format("p.paper")) > 0
        # no key is broken between letters: its words stand whole
        wrap = f"{cells}.filter(c => c.tagName === 'TH').map(c => getComputedStyle(c).overflowWrap)"
        assert set(page.ask(wrap)) == {"break-word"}
    finally:
        page.send("Emulation.setEmulatedMedia", media="")


@pytest.mark.parametrize(("kind", "most"), [("run", 15), ("sweep", 8), ("sample", 8), ("compare", 8)])
def test_print_takes_few_pages(page, dossiers, kind, most, tmp_path: Path):
    page.open(dossiers[kind])
    page.pdf(tmp_path / "dossier.pdf")
    found = (tmp_path / "dossier.pdf").read_bytes()
    assert found.startswith(b"%PDF")
    assert 1 < len(re.findall(rb"/Type\s*/Page\b", found)) <= most


def test_a_phone_begins_at_the_theatre_and_can_read_it(page, dossiers):
    page.size(360, 740, narrow=True)
    page.open(dossiers["run"])
    frame, sheet = "document.querySelector('.map-scroll')", "document.querySelector('.map-sheet')"
    middle = "JSON.parse(document.querySelector('.map-data').textContent).middle"
    place = page.ask(f"{middle} * {sheet}.getBoundingClientRect().width - {frame}.scrollLeft")
    assert 0 < place < 360
    assert page.ask(f"{frame}.scrollLeft") > 0
    scale = page.ask(f"{sheet}.getBoundingClientRect().width / {sheet}.viewBox.baseVal.width")
    letters = page.ask(f"Math.min(...Array.from({sheet}.querySelectorAll('text'))"
                       ".map(t => parseFloat(getComputedStyle(t).fontSize)))")  # fmt: skip
    assert scale * letters >= 9


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wider_than_its_frame_says_so(page, dossiers, kind):
    page.size(360, 740, narrow=True)
    page.open(dossiers[kind])
    # What the change of size sets off is over before anything opens.
    page.ask("new Promise(done => setTimeout(() => done(1), 400))")
    page.ask("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    frames = "Array.from(document.querySelectorAll('.scroll')).filter(f => f.offsetParent)"
    wide = f"{frames}.filter(f => f.scrollWidth > f.clientWidth + 2)"
    assert page.ask(f"{wide}.length") > 0
    assert comes_true(page, f"{wide}.every(f => f.classList.contains('more-right'))")
    assert page.ask(f"getComputedStyle({wide}[0], '::before').content").startswith('"Scroll sideways')
    assert page.ask(f"{frames}.filter(f => f.matches('.wide') && f.scrollWidth <= f.clientWidth).length") == 0
    page.ask(f"{wide}[0].scrollLeft = 1e6")
    assert comes_true(page, f"{wide}[0].matches('.more-left:not(.more-right)')")


def comes_true(page: Page, condition: str) -> bool:
    """Return whether *condition* holds before long: a browser tells of what it drew in its own time."""
    found = page.ask(
        "new Promise(done => { var left = 100, timer = setInterval(() => {"
        f"var so = {condition}; left -= 1; "
        "if (so || !left) { clearInterval(timer); done(so); } }, 50); })"
    )
    return bool(found)


def test_a_phone_shows_differences_and_intervals_without_scrolling(page, tmp_path: Path):
    path = tmp_path / "comparison.html"
    path.write_bytes(comparison_dossier(comparison("rule")))
    page.size(360, 740, narrow=True)
    page.open(path)
    third = "document.querySelector('#outcomes thead th:nth-child(3)')"
    assert page.ask(f"{third}.textContent.replace(/\\s/g, ' ')") == "95 %"
    assert page.ask(f"{third}.getBoundingClientRect().right") <= 360


def test_a_page_that_asks_or_complains_is_caught(page, tmp_path: Path):
    bad = tmp_path / "bad.html"
    bad.write_text("<img src='other.png'><script>console.error('no'); nothing.here()</script>")
    page.open(bad)
    assert not at_peace(page)
    assert len(page.complaints) >= 2
    assert page.requests
