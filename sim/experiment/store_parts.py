"""Outcomes as bytes and back, bit by bit the same, with checksums that find a flipped bit.

Curves are mostly steps. Of each only the values that differ from the one before are kept, with a mask that
says where they stand: a seventh of the bytes at a fifth of the time of a general compression.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from struct import pack as packed
from struct import unpack_from
from typing import NamedTuple

import numpy as np

from sim.experiment.curves import Floats
from sim.experiment.simulate import Outcome, Task

#: Bytes of a checksum; 2 to this power of 8 is where sums of digests wrap.
DIGEST = 16
_WRAP = 1 << (8 * DIGEST)


class Part(NamedTuple):
    """Outcomes of one point that were stored together."""

    point: str
    first: int
    #: JSON: number of responses, curves, points of the grid, first times.
    shape: str
    #: JSON: place among the runs -> what was told of its failure.
    failed: str
    #: Run numbers (int64); rows and first times (float64); curves as `_sparse` packs them.
    runs: bytes
    rows: bytes
    firsts: bytes
    curves: bytes
    #: Sum of the digests of the outcomes, the same in whatever parts they are stored.
    content: bytes
    #: Checksum of all of the above.
    checksum: bytes

    @property
    def numbers(self) -> list[int]:
        """The run numbers."""
        return list(unpack_from(f"={len(self.runs) // 8}q", self.runs))

    @property
    def whole(self) -> bool:
        """Whether the part is as it was stored."""
        return self.checksum == _checksum(self)


def pack(tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> list[Part]:
    """Return the outcomes of some tasks as parts, one for each stretch of tasks of one point."""
    pairs = zip(tasks, outcomes, strict=True)
    return [_part(point, list(group)) for point, group in groupby(pairs, lambda pair: pair[0].variant)]


def _part(point: str, pairs: list[tuple[Task, Outcome]]) -> Part:
    numbers = [task.run.run for task, _ in pairs]
    failed = {place: outcome.failure for place, (_, outcome) in enumerate(pairs) if outcome.failure}
    well = [outcome for _, outcome in pairs if not outcome.failure]
    rows = [packed(f"={len(outcome.row)}d", *outcome.row) for outcome in well]
    firsts = [packed(f"={len(outcome.firsts)}d", *outcome.firsts) for outcome in well]
    arrays = [outcome.curves for outcome in well if outcome.curves is not None]
    curves, pieces = _sparse(np.stack(arrays)) if arrays else (b"", [b""] * len(well))
    total, kept = 0, zip(rows, firsts, pieces, strict=True)
    for place, number in enumerate(numbers):
        said = failed[place].encode() if place in failed else b"".join(next(kept))
        total += _digest(point, number, place in failed, said)
    shape = (
        [len(well[0].row), *(arrays[0].shape if arrays else (0, 0)), len(well[0].firsts)] if well else [0] * 4
    )
    part = Part(
        point,
        min(numbers),
        json.dumps(shape),
        json.dumps(failed),
        packed(f"={len(numbers)}q", *numbers),
        b"".join(rows),
        b"".join(firsts),
        curves,
        (total % _WRAP).to_bytes(DIGEST, "big"),
        b"",
    )
    return part._replace(checksum=_checksum(part))


def unpack(part: Part) -> Iterator[tuple[int, Outcome]]:
    """Yield run number and outcome of each run in a part."""
    responses, names, grid, firsts = json.loads(part.shape)
    failed = {int(place): told for place, told in json.loads(part.failed).items()}
    curves = _dense(part.curves, len(part.rows) // (8 * responses), names, grid) if part.curves else None
    well = 0
    for place, number in enumerate(part.numbers):
        if place in failed:
            yield number, Outcome([], None, [], failed[place])
            continue
        row = list(unpack_from(f"={responses}d", part.rows, well * 8 * responses))
        first = list(unpack_from(f"={firsts}d", part.firsts, well * 8 * firsts))
        yield number, Outcome(row, None if curves is None else curves[well], first)
        well += 1


def filtered(part: Part, wanted: Container[int]) -> list[Part]:
    """Return the runs of a part that are wanted, as a part of their own; none if there are none."""
    numbers = part.numbers
    if all(number in wanted for number in numbers):
        return [part]
    from sim.experiment.design import Run

    pairs = [(Task(part.point, Run(n, None, 0, 0)), o) for n, o in unpack(part) if n in wanted]
    return [_part(part.point, pairs)] if pairs else []


def summed(contents: Sequence[bytes]) -> bytes:
    """Return the sum of contents, which tells a set of outcomes whatever their order and parts."""
    return (sum(int.from_bytes(c, "big") for c in contents) % _WRAP).to_bytes(DIGEST, "big")


def _digest(point: str, number: int, failed: bool, said: bytes) -> int:
    head = f"{point}|{number}|{int(failed)}|".encode()
    return int.from_bytes(blake2b(head + said, digest_size=DIGEST).digest(), "big")


def _checksum(part: Part) -> bytes:
    whole = blake2b(digest_size=DIGEST)
    for field in part[:-1]:
        content = field if isinstance(field, bytes) else str(field).encode()
        whole.update(len(content).to_bytes(8, "big") + content)
    return whole.digest()


def _sparse(curves: Floats) -> tuple[bytes, list[bytes]]:
    """Return curves (runs, names, grid) packed: lengths, masks, values; and each run's own piece of that."""
    bits = np.ascontiguousarray(curves).view(np.int64)  # so that every nan is told from every other
    changes = np.ones(bits.shape, bool)
    np.not_equal(bits[:, :, 1:], bits[:, :, :-1], out=changes[:, :, 1:])
    flat = changes.reshape(len(bits), -1)
    masks = np.packbits(flat, axis=1)
    values = bits[changes].tobytes()
    ends = (8 * np.cumsum(flat.sum(axis=1))).tolist()
    pieces = [
        masks[i].tobytes() + values[start:end]
        for i, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True))
    ]
    return masks.tobytes() + values, pieces


def _dense(content: bytes, runs: int, names: int, grid: int) -> Floats:
    """Return the curves that `_sparse` packed."""
    cells = names * grid
    width = (cells + 7) // 8
    masks = np.frombuffer(content, np.uint8, runs * width).reshape(runs, width)
    changes = np.unpackbits(masks, axis=1, count=cells).reshape(-1)
    values = np.frombuffer(content, np.float64, offset=runs * width)
    return values[np.cumsum(changes) - 1].reshape(runs, names, grid)
