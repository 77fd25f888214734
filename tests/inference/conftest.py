"""The score board over the shipped record, made once for all tests that read it."""

import pytest

from sim.inference.backtest import Backtest, backtest
from tests.inference.records import shipped_cases


@pytest.fixture(scope="session")
def board() -> Backtest:
    return backtest(shipped_cases())
