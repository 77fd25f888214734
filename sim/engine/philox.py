"""Uniform numbers by address from a counter-based generator.

One Philox4x64 generator per stream name is reused for the life of the process. Its key is (seed, hash of
the name); its 256-bit counter holds (block, 0, replication, hash of the entity), so a stream is opened by
writing four words and no two addresses share a block (Salmon et al. 2011, "Parallel random numbers: as
easy as 1, 2, 3"). The shared generators make this module unfit for threads; processes are fine.

Most addresses give no more than four numbers. These "few" have counters of their own, (replication, 1, 0,
hash of the entity): the few of neighbouring replications follow each other, so that one read serves
`AHEAD` of them. They remain a function of the address alone, whichever replication asked first.
"""

from __future__ import annotations

from functools import cache, lru_cache
from hashlib import blake2b
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: What an exact zero becomes, half of the smallest step of a uniform, so that logarithms stay finite.
TINY = 2.0**-54
#: Doubles that one step of the counter yields.
PER_STEP = 4
#: Replications whose few numbers are read at once, and how many such sets are kept (each crisis of a campaign
#: has a seed of its own).
AHEAD, _SETS = 64, 16


@lru_cache(maxsize=65_536)
def hash64(text: str) -> int:
    """Return the word that stands for a name in an address."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


_FEW = Struct(f"{PER_STEP}d")
#: Bytes that the few numbers of a replication take, and what finds them in those read ahead, from a byte on.
FEW_SIZE, few_of = _FEW.size, _FEW.unpack_from
#: Finds the first of them alone, which most askers want: it saves making three more numbers.
first_of = Struct("d").unpack_from


class Source:
    """The generator of one stream name, with the state that is written into it before every read."""

    __slots__ = ("_bits", "_counter", "_inner", "_random", "_state")

    def __init__(self) -> None:
        self._bits = np.random.Philox(0)
        self._random = np.random.Generator(self._bits).random
        self._counter = [0, 0, 0, 0]
        self._inner: dict[str, list[int]] = {"counter": self._counter, "key": [0, 0]}
        # Position 4 says that the buffer is used up: nothing of an earlier read can leak into the next.
        self._state: Any = {
            "bit_generator": "Philox",
            "state": self._inner,
            "buffer": (0, 0, 0, 0),
            "buffer_pos": PER_STEP,
            "has_uint32": 0,
            "uinteger": 0,
        }

    def read(self, key: list[int], replication: int, entity: int, step: int, count: int) -> list[float]:
        """Return *count* uniforms of an address from counter step *step* on."""
        self._counter[:] = step, 0, replication, entity
        numbers: list[float] = self._numbers(key, count).tolist()
        return numbers

    def read_ahead(self, key: list[int], replication: int, entity: int) -> bytes:
        """Return the few numbers of an address for `AHEAD` replications from *replication* on.

        They are doubles in a row, for `few_of`, zeros made `TINY`: most are looked at late or never, and as
        objects they would take four times the room.
        """
        self._counter[:] = replication, 1, 0, entity
        numbers = self._numbers(key, PER_STEP * AHEAD)
        return np.maximum(numbers, TINY, out=numbers).tobytes()

    def _numbers(self, key: list[int], count: int) -> NDArray[np.float64]:
        self._inner["key"] = key
        self._bits.state = self._state
        return self._random(count)


@cache
def source_of(name: str) -> Source:
    """Return the one generator of a stream name."""
    return Source()


@lru_cache(maxsize=_SETS)
def read_so_far(seed: int, first: int) -> dict[tuple[str, str], bytes]:
    """Return where the few numbers of `AHEAD` replications from *first* on are kept, by name and entity."""
    return {}
