"""Fixtures for pytest. They are there as soon as the package is installed."""
import pytest

from .silo import Silo


@pytest.fixture(scope="session")
def quantumcore_silo():
    """One exchange in memory for the whole test run. Orders of earlier tests stay in its books."""
    with Silo() as silo:
        yield silo


@pytest.fixture
def quantumcore_exchange():
    """An exchange in memory for one test."""
    with Silo() as silo:
        yield silo
