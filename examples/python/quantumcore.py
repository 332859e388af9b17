"""A client of QuantumCore's native API (docs/protocol.md) to copy into a project and change.

Calls need nothing but Python; books as they change need `pip install websockets`. Prices, quantities and amounts are
Decimals here and texts on the wire: no float comes near them.
"""
import asyncio
import http.client
import json
import time
import urllib.error
import urllib.request
import uuid
from decimal import Decimal


def new_name():
    """A name for an order, which nobody has used."""
    return f"py-{uuid.uuid4().hex[:20]}"


class Refused(Exception):
    """What was asked for was not done, and why: `code`, and the `field` and the `limit` where there are any."""

    def __init__(self, problem):
        super().__init__(" ".join(str(problem[part]) for part in ("code", "field", "limit", "detail") if problem.get(part)))
        self.code, self.field, self.limit = problem.get("code"), problem.get("field"), problem.get("limit")
        self.order = problem.get("order")


class NoAnswer(Exception):
    """Nobody knows yet whether it was done, or there was no room for it: ask again, under the same name, `after` so many seconds."""

    def __init__(self, why, after=0.2):
        super().__init__(why)
        self.after = after


class Exchange:
    """An account on an exchange. `patience` is how long, in seconds, something is asked for again."""

    def __init__(self, address, key, timeout=5, patience=60):
        self.address, self.key, self.timeout, self.patience = address.rstrip("/"), key, timeout, patience

    def call(self, method, path, body=None):
        """One call, once."""
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
        except (OSError, http.client.HTTPException, ValueError) as error:  # no connection, or one that ended before the answer did
            raise NoAnswer(f"{type(error).__name__} {error}") from None

    def ask(self, method, path, body=None):
        """A call that may be made again and again: it reads, or it has a name. Its answer, however late."""
        given_up = time.monotonic() + self.patience
        while True:
            try:
                return self.call(method, path, body)
            except NoAnswer as why:
                if time.monotonic() > given_up:
                    raise
                print(f"asking again after: {why}")
                time.sleep(why.after)

    def place(self, name, **order):
        """Places an order once, however often it is sent: a name is used once, for ever."""
        return self.ask("POST", "/orders", {"clientOrderId": name, **order})

    def cancel(self, name):
        """Ends an order and gives it as it ended; it may have been filled before. One that has not come yet will not come any more: None."""
        try:
            return self.ask("DELETE", f"/orders/by-client-id/{name}")
        except Refused as refused:
            if refused.code not in ("OrderClosed", "UnknownOrder", "KeyCancelled"):
                raise
            return refused.order

    def instrument(self, symbol):
        """Its terms; `tickSize` and `lotSize` are what prices and quantities are multiples of."""
        for terms in self.ask("GET", "/instruments")["instruments"]:
            if terms["symbol"] == symbol:
                return terms
        raise Refused({"code": "UnknownSymbol", "field": "symbol"})

    async def books(self, symbol, conflate=50):
        """The book after every change. Where the connection is lost it is opened again, and a whole book comes first."""
        from websockets import ConnectionClosed, InvalidHandshake, connect  # the one thing that Python does not come with
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
    """A book by price: size by price, each side."""

    def __init__(self):
        self.bids, self.asks = {}, {}

    @property
    def best_bid(self):
        return max(self.bids, default=None)

    @property
    def best_ask(self):
        return min(self.asks, default=None)

    def take(self, message):
        """Takes in a message of the stream; whether the book changed."""
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
        raise TypeError(f"{value} is a float: a price or quantity is a Decimal, a text or a whole number of something")
    return format(value, "f") if isinstance(value, Decimal) else value
