"""Outcomes as bytes and back, bit by bit the same, with checksums that find a flipped bit.

Curves are mostly steps. Of each only the values that differ from the one before are kept, with a mask that
says where they stand: a seventh of the bytes at a fifth of the time of a general compression. A part's
checksum takes its long fields by their CRC-32, which misses no error within 32 bits and is five times as fast
as a cryptographic hash; its content, which tells outcomes from one another, is hashed in full.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from struct import pack as packed
from struct import unpack_from
from typing import NamedTuple, TypeAlias
from zlib import crc32

import numpy as np

from sim.experiment.curves import Floats
from sim.experiment.simulate import Outcome, Task

#: Bytes of a checksum; 2 to this power of 8 is where sums of digests wrap.
DIGEST = 16
_WRAP = 1 << (8 * DIGEST)
Buffer: TypeAlias = bytes | memoryview


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
    curves, pieces = _sparse(np.stack(arrays)) if arrays else (b"", [(b"", b"")] * len(well))
    total, kept = 0, zip(rows, firsts, pieces, strict=True)
    for place, number in enumerate(numbers):
        if place in failed:
            said: tuple[Buffer, ...] = (failed[place].encode(),)
        else:
            row, first, piece = next(kept)
            said = (row, first, *piece)
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


def _digest(point: str, number: int, failed: bool, said: Sequence[Buffer]) -> int:
    whole = blake2b(f"{point}|{number}|{int(failed)}|".encode(), digest_size=DIGEST)
    for piece in said:
        whole.update(piece)
    return int.from_bytes(whole.digest(), "big")


def _checksum(part: Part) -> bytes:
    short = (part.point, part.first, part.shape, part.failed, part.content.hex())
    long = ((len(field), crc32(field)) for field in (part.runs, part.rows, part.firsts, part.curves))
    return blake2b(repr((*short, *long)).encode(), digest_size=DIGEST).digest()


def _sparse(curves: Floats) -> tuple[bytes, list[tuple[Buffer, Buffer]]]:
    """Return curves (runs, names, grid) packed: masks, then values; and each run's own pieces of those."""
    bits = np.ascontiguousarray(curves).view(np.int64)  # so that every nan is told from every other
    changes = np.ones(bits.shape, bool)
    flat, between = bits.reshape(-1), changes.reshape(-1)
    np.not_equal(flat[1:], flat[:-1], out=between[1:])
    changes[:, :, 0] = True
    of_runs = changes.reshape(len(bits), -1)
    masks, values = np.packbits(of_runs, axis=1), flat[between]
    content = b"".join((masks.data, values.data))
    view, width, place = memoryview(content), masks.shape[1], masks.nbytes
    pieces: list[tuple[Buffer, Buffer]] = []
    for run, mask in enumerate(of_runs):
        end = place + 8 * int(np.count_nonzero(mask))
        pieces.append((view[run * width : (run + 1) * width], view[place:end]))
        place = end
    return content, pieces


def _dense(content: bytes, runs: int, names: int, grid: int) -> Floats:
    """Return the curves that `_sparse` packed."""
    cells = names * grid
    width = (cells + 7) // 8
    masks = np.frombuffer(content, np.uint8, runs * width).reshape(runs, width)
    changes = np.unpackbits(masks, axis=1, count=cells).reshape(-1)
    values = np.frombuffer(content, np.float64, offset=runs * width)
    return values[np.cumsum(changes) - 1].reshape(runs, names, grid)
