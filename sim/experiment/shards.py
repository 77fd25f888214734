"""Shards: a study's tasks dealt out to several machines, each of which does its own and no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

#: Most tasks in a piece; pieces are dealt out in turn, so that each shard gets some of every point.
PIECE = 25


class Shard(NamedTuple):
    """One of *of* shards, numbered from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return "" if self.whole else f"{self.number}/{self.of}"

    @property
    def whole(self) -> bool:
        """Whether there is one shard only: no dealing out."""
        return self.of == 1

    @property
    def ending(self) -> str:
        """What a folder of this shard ends in."""
        return f".shard-{self.number}-of-{self.of}"

    def places(self, tasks: int) -> Sequence[int]:
        """Return the places of this shard's tasks among *tasks*; it depends on nothing else."""
        if self.whole:
            return range(tasks)
        piece = max(1, min(PIECE, tasks // (4 * self.of)))
        return [i for i in range(tasks) if i // piece % self.of == self.number - 1]


#: No shards.
WHOLE = Shard(1, 1)


def shard_from(text: str) -> Shard:
    """Return the shard called "2/8".

    Raises:
        ValueError: *text* is not that, or there is no such shard.
    """
    number, slash, of = text.partition("/")
    if not (slash and number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise ValueError(f"{text!r} is no shard such as 2/8: the second of eight")
    return Shard(int(number), int(of))
