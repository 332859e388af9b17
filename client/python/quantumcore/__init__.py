"""QuantumCore for Python: a client of the exchange, and the exchange itself as a process for tests."""
from .client import Book, Exchange, NoAnswer, Refused, new_name
from .silo import Silo, find_silo

__all__ = ["Book", "Exchange", "NoAnswer", "Refused", "Silo", "find_silo", "new_name"]
