"""How a test of a trading program looks with the fixtures of quantumcore."""
import pytest

from quantumcore import Refused, new_name


def test_order_fills_against_a_resting_one(quantumcore_silo):
    alice, bob = quantumcore_silo.account("alice"), quantumcore_silo.account("bob")
    bob.place(new_name(), symbol="AAPL", side="sell", type="limit", quantity="10", price="150.00")
    order = alice.place(new_name(), symbol="AAPL", side="buy", type="limit", quantity="10", price="150.00")
    assert order["status"] == "filled"


def test_price_off_the_tick_is_refused(quantumcore_silo):
    with pytest.raises(Refused) as refused:
        quantumcore_silo.account().place(
            new_name(), symbol="AAPL", side="buy", type="limit", quantity="10", price="150.001")
    assert refused.value.code == "InvalidPrice"


def test_exchange_of_its_own_is_empty(quantumcore_exchange):
    assert quantumcore_exchange.account().ask("GET", "/orders")["orders"] == []
