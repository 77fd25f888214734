"""Texts of a scenario made fit to stand among others: without characters that act on what is around them."""

from __future__ import annotations

import re
from html import escape

#: Embeddings, overrides and isolates of the bidirectional algorithm, which turn all that follows until they
#: are closed, and control characters. Marks (U+200E, U+200F, U+061C) act on their neighbours alone and stay.
_ACTING = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def plain_text(text: str) -> str:
    """Return *text* without direction overrides and control characters."""
    return _ACTING.sub("", text)


def escaped(text: str) -> str:
    """Return *text* as markup holds it, inside and outside of quotation marks."""
    return escape(plain_text(text), quote=True)
