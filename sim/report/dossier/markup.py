"""HTML that is safe by default: every text is escaped unless it was made here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from sim.report.plain import escaped

#: What ends by itself.
_VOID = frozenset({"meta", "img", "input", "br", "hr", "link", "col"})
#: Words of more letters than these may break inside.
LONG = 12
#: Web addresses inside a text; what closes a sentence or a bracket behind one does not belong to it.
_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:)\]]")


class Html(str):
    """A piece of finished markup."""

    __slots__ = ()


Child = Html | str | None | Iterable["Child"]


def tag(name: str, /, *children: Child, **attributes: object) -> Html:
    """Return an element; texts among *children* are escaped, markup is kept, None is left out.

    Attributes: `class_` for class, `_` for a hyphen; True gives the bare name, False and None nothing.
    """
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{head}>")
    return Html(f"<{name}{head}>{join(children)}</{name}>")


def _attribute(key: str, value: object) -> str:
    word = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {word}" if value is True else f' {word}="{escaped(str(value))}"'


def join(children: Iterable[Child]) -> Html:
    """Return *children* one after the other, texts escaped."""
    return Html("".join(_child(child) for child in children))


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    return escaped(child) if isinstance(child, str) else join(child)


def raw_element(name: str, content: str, **attributes: object) -> Html:
    """Return a style or script element; what could end it early is refused.

    Raises:
        ValueError: *content* holds the element's own end.
    """
    if f"</{name}" in content.lower():
        raise ValueError(f"a {name} element must not hold its own end")
    head = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{head}>{content}</{name}>")


def json_element(text: str, name: str) -> Html:
    """Return JSON *text* as an element that scripts find by its id; nothing in it can end the element."""
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Html(f'<script type="application/json" id="{escaped(name)}">{safe}</script>')


def linked(text: str) -> Html:
    """Return *text* with its web addresses as links."""
    parts: list[Child] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found.group()
        shown = address.removeprefix("https://").removeprefix("http://")
        shown = shown if len(shown) <= 48 else f"{shown[:47]}…"
        parts += [soft(text[end : found.start()]), tag("a", shown, href=address, rel="noopener noreferrer")]
        end = found.end()
    return join([*parts, soft(text[end:])])


def dotted(path: str) -> Html:
    """Return a path that breaks at its dots and underscores where the room is short."""
    return Html(re.sub(r"([._])", r"\1<wbr>", escaped(path)))


def soft(text: str) -> Html:
    """Return *text* with places to break in its long words (dots, underscores, slashes), none before %."""
    return Html(" ".join(map(_broken, escaped(text).split(" "))).replace(" %", "\u00a0%"))


def _broken(word: str) -> str:
    return re.sub(r"([._/])(?=\w)", r"\1<wbr>", word) if len(word) > LONG else word


def paragraphs(lines: Iterable[str]) -> Html:
    """Return each line as a paragraph."""
    return join(tag("p", line) for line in lines)


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[Child]],
    caption: str,
    *,
    words: Sequence[int] = (0,),
    sortable: bool = False,
    name: str | None = None,
    tall: bool = False,
    attributes: Sequence[Mapping[str, object]] = (),
) -> Html:
    """Return a table that scrolls inside its own frame.

    Args:
        head: names of the columns.
        rows: cells; the first of each row names it.
        caption: what the table shows.
        words: columns that hold words, set left; others hold numbers, set right.
        sortable: offer to sort by each column.
        name: id of the table.
        tall: scroll it downwards, too, where it is long.
        attributes: further attributes of each row.
    """

    def kind(place: int) -> str | None:
        return None if place in words else "num"

    tops = [
        tag("th", tag("button", soft(title), type="button") if sortable else soft(title), scope="col",
            class_=kind(place))
        for place, title in enumerate(head)
    ]  # fmt: skip
    body = []
    for number, row in enumerate(rows):
        more = attributes[number] if number < len(attributes) else {}
        cells = [
            tag("td" if place else "th", _soft_cell(cell), class_=kind(place), scope=None if place else "row")
            for place, cell in enumerate(row)
        ]
        body.append(tag("tr", cells, **more))
    whole = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", tops)),
        tag("tbody", Html("\n".join(body))),
        id=name, class_="sortable" if sortable else None,
    )  # fmt: skip
    return tag(
        "div",
        whole,
        class_="scroll tall" if tall else "scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def _soft_cell(cell: Child) -> Child:
    return soft(cell) if isinstance(cell, str) and not isinstance(cell, Html) else cell


def details(summary: str, *children: Child, opened: bool = False, **attributes: object) -> Html:
    """Return a part that opens on demand, and in print unless its class is `folded`."""
    return tag("details", tag("summary", summary), children, open=opened, **attributes)
