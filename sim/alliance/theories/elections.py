"""Contests between options by coalition strength: victory laws and three models of an election.

Source: documentation of KTAB (KAPSARC Toolkit for Behavioral Analysis), demonstration model, 30 May 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

#: Exponent of each victory law.
LAWS: dict[str, float] = {"linear": 1, "square": 2, "quartic": 4, "octic": 8}
Matrix = Sequence[Sequence[float]]


def victory(ours: float, theirs: float, law: str = "linear") -> float:
    """Return the chance that strength *ours* beats *theirs*: a^k / (a^k + b^k); 1/2 when both are 0.

    Args:
        ours: strength of one side, 0 and up, any unit.
        theirs: strength of the other, in the same unit.
        law: name of the law, which gives the exponent k.

    Raises:
        KeyError: no such law.
        ValueError: a strength is negative.
    """
    if ours < 0 or theirs < 0:
        raise ValueError("strengths must not be negative")
    most = max(ours, theirs)
    if most == 0:
        return 0.5
    a, b = (ours / most) ** LAWS[law], (theirs / most) ** LAWS[law]
    return float(a / (a + b))


def pairwise(strengths: Matrix, law: str = "square") -> list[list[float]]:
    """Return the chance that option i beats option j (0 on the diagonal).

    *strengths* i, j is the coalition behind i against j.
    """
    n = range(len(strengths))
    return [[0.0 if i == j else victory(strengths[i][j], strengths[j][i], law) for j in n] for i in n]


def conditional(wins: Matrix) -> list[float]:
    """Return each option's chance given that one of them beats all others: product of wins, normalised.

    All equal when no option can beat every other one.
    """
    n = range(len(wins))
    products = [prod(wins[i][j] for j in n if j != i) for i in n]
    total = sum(products)
    return [p / total for p in products] if total > 0 else [1 / len(wins)] * len(wins)


def markov_uniform(wins: Matrix) -> list[float]:
    """Return the long-run shares when every option, the incumbent too, is as likely to be the challenger."""
    n = len(wins)
    return stationary(_chain(wins, lambda i, j: 1 / n))


def markov_by_prospects(strengths: Matrix, wins: Matrix) -> list[float]:
    """Return the long-run shares when options challenge in proportion to strength x chance of winning."""
    n = range(len(wins))
    eager = [[0.0 if i == j else strengths[j][i] * wins[j][i] for j in n] for i in n]
    return stationary(_chain(wins, lambda i, j: eager[i][j] / sum(eager[i]) if sum(eager[i]) > 0 else 0.0))


def _chain(wins: Matrix, challenge: Callable[[int, int], float]) -> list[list[float]]:
    n = range(len(wins))
    rows = [[0.0 if i == j else challenge(i, j) * wins[j][i] for j in n] for i in n]
    for i in n:
        rows[i][i] = 1 - sum(rows[i])
    return rows


def stationary(chain: Matrix, rounds: int = 100_000, within: float = 1e-14) -> list[float]:
    """Return the shares that a Markov chain settles at, started from equal ones (power iteration)."""
    n = range(len(chain))
    now = [1 / len(chain)] * len(chain)
    for _ in range(rounds):
        new = [sum(now[i] * chain[i][j] for i in n) for j in n]
        if max(abs(a - b) for a, b in zip(new, now, strict=True)) < within:
            return new
        now = new
    return now
