"""A client of QuantumCore's native API (docs/protocol.md).

Calls need only Python itself; the stream of a book needs `pip install websockets`. Prices, quantities and amounts are
Decimal here and text on the wire, never float.
"""
import asyncio
import http.client
import json
import logging
import time
import urllib.error
import urllib.request
import uuid
from decimal import Decimal

_log = logging.getLogger("quantumcore")


def new_name():
    """Returns a new, unique client order id."""
    return f"py-{uuid.uuid4().hex[:20]}"


class Refused(Exception):
    """The exchange refused a request. `code` says why; `field` and `limit` are set where they apply."""

    def __init__(self, problem):
        super().__init__(" ".join(str(problem[part]) for part in ("code", "field", "limit", "detail") if problem.get(part)))
        self.code, self.field, self.limit = problem.get("code"), problem.get("field"), problem.get("limit")
        self.order = problem.get("order")


class NoAnswer(Exception):
    """The outcome is unknown, or the exchange is too busy. Send the same request again `after` so many seconds."""

    def __init__(self, why, after=0.2):
        super().__init__(why)
        self.after = after


class Exchange:
    """An account on an exchange. Requests without an answer are sent again for `patience` seconds."""

    def __init__(self, address, key, timeout=5, patience=60):
        self.address, self.key, self.timeout, self.patience = address.rstrip("/"), key, timeout, patience

    def call(self, method, path, body=None):
        """Sends one request, once."""
        request = urllib.request.Request(
            f"{self.address}/api/qc/v1{path}", body and json.dumps({name: _word(value) for name, value in body.items()}).encode(),
            {"X-Api-Key": self.key, "Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as answer:
            if answer.code in (429, 503):
                raise NoAnswer(f"{answer.code} {answer.reason}", float(answer.headers.get("Retry-After", 0.2))) from None
            raise Refused(json.load(answer)) from None
        except (OSError, http.client.HTTPException, ValueError) as error:  # no connection, or a connection that ended before the answer
            raise NoAnswer(f"{type(error).__name__} {error}") from None

    def ask(self, method, path, body=None):
        """Sends a request until it is answered. For readings, and for requests with a client order id."""
        given_up = time.monotonic() + self.patience
        while True:
            try:
                return self.call(method, path, body)
            except NoAnswer as why:
                if time.monotonic() > given_up:
                    raise
                _log.warning("asking again after: %s", why)
                time.sleep(why.after)

    def place(self, name, **order):
        """Places an order exactly once, however often it is sent: `name` is its client order id."""
        return self.ask("POST", "/orders", {"clientOrderId": name, **order})

    def cancel(self, name):
        """Cancels an order and returns its final state, which may be filled. None if the order never arrived; then it never will."""
        try:
            return self.ask("DELETE", f"/orders/by-client-id/{name}")
        except Refused as refused:
            if refused.code not in ("OrderClosed", "UnknownOrder", "KeyCancelled"):
                raise
            return refused.order

    def instrument(self, symbol):
        """Returns the terms of a symbol. Prices are multiples of `tickSize`, quantities of `lotSize`."""
        for terms in self.ask("GET", "/instruments")["instruments"]:
            if terms["symbol"] == symbol:
                return terms
        raise Refused({"code": "UnknownSymbol", "field": "symbol"})

    async def books(self, symbol, conflate=50):
        """Yields the book after every change. A lost connection is opened again and begins with a whole book."""
        from websockets import ConnectionClosed, InvalidHandshake, connect  # not part of Python
        while True:
            try:
                async with connect(f"{self.address.replace('http', 'ws', 1)}/api/qc/v1/stream") as socket:
                    await socket.send(json.dumps({"op": "subscribe", "symbol": symbol, "conflate": conflate}))
                    book = Book()
                    async for text in socket:
                        message = json.loads(text)
                        if message["type"] == "error":
                            raise Refused(message)
                        if book.take(message):
                            yield book
            except (OSError, ConnectionClosed, InvalidHandshake):
                await asyncio.sleep(0.5)


class Book:
    """An order book by price level: quantity by price, for each side."""

    def __init__(self):
        self.bids, self.asks = {}, {}

    @property
    def best_bid(self):
        return max(self.bids, default=None)

    @property
    def best_ask(self):
        return min(self.asks, default=None)

    def take(self, message):
        """Applies a message of the stream. Returns True if the book changed."""
        if message["type"] not in ("snapshot", "update"):
            return False
        for side, levels in ((self.bids, message["bids"]), (self.asks, message["asks"])):
            if message["type"] == "snapshot":
                side.clear()
            for price, quantity in levels:
                side[Decimal(price)] = Decimal(quantity)
                if side[Decimal(price)] == 0:
                    del side[Decimal(price)]
        return True


def _word(value):
    if isinstance(value, float):
        raise TypeError(f"{value} is a float; use Decimal, str or int")
    return format(value, "f") if isinstance(value, Decimal) else value
