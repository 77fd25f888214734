"""What a notebook shows of a study and its summary: a heading and the first rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: No more rows than this are shown.
MOST = 40


def notebook_html(about: str, table: pd.DataFrame, columns: Mapping[str, str] | Sequence[str]) -> str:
    """Return *about* as a heading and the *columns* of *table*, under other names if a mapping gives them.

    No more than `MOST` rows are shown; how many more there are is told, and where.
    """
    shown = table.head(MOST)[list(columns)]
    if isinstance(columns, Mapping):
        shown = shown.rename(columns=dict(columns))
    more = len(table) - len(shown)
    rest = f"<p>and {more:,} more in <code>.summary().table</code></p>" if more else ""
    body = shown.to_html(index=False, na_rep="-", float_format="{:.4g}".format, border=0)
    return f"<p>{escape(about)}</p>{body}{rest}"
