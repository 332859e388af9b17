"""Buys or sells a quantity evenly over a time (TWAP): rests at the best price, and takes what is missing when a slice of the time is over.

    pip install ../../client/python websockets
    python3 twap.py http://127.0.0.1:8080 demo-alice AAPL buy 200 --seconds 60 --slices 6
"""
import argparse
import asyncio
import signal
import time
from decimal import Decimal

from quantumcore import Exchange, Refused, new_name


class Twap:
    """One execution. What it holds of the outside is the last book, and its own order that rests."""

    def __init__(self, exchange, symbol, side, quantity):
        terms = exchange.instrument(symbol)
        self.exchange, self.symbol, self.side, self.quantity = exchange, symbol, side, quantity
        self.lot = Decimal(terms["lotSize"])
        if quantity <= 0 or quantity % self.lot:
            raise SystemExit(f"{quantity} is no number of lots of {self.lot}")
        self.book, self.changed = None, asyncio.Event()
        self.resting, self.price, self.done, self.names = None, None, Decimal(0), []

    async def run(self, seconds, slices):
        """Trades all of it, or as much as there is; the price between the two best ones when it began, which it is judged by."""
        reading = asyncio.create_task(self.read())
        reading.add_done_callback(lambda _: self.changed.set())
        try:
            await self.changed.wait()
            if reading.done():
                await reading  # says why there is no book
            arrival = (self.book.best_bid + self.book.best_ask) / 2
            begun = time.monotonic()
            for number in range(1, slices + 1):
                await self.trade_up_to(self.quantity * number / slices // self.lot * self.lot, begun + seconds * number / slices)
            return arrival
        finally:
            reading.cancel()
            await self.leave()

    async def read(self):
        async for self.book in self.exchange.books(self.symbol):
            if self.book.bids and self.book.asks:
                self.changed.set()

    async def trade_up_to(self, target, end):
        """One slice: the order follows the best price, and is not worth waiting for when the slice is over."""
        while self.done < target and (left := end - time.monotonic()) > 0:
            self.changed.clear()
            if self.resting is None or self.is_behind():
                await self.leave()
                if self.done < target:
                    await self.rest(target - self.done)
            try:
                await asyncio.wait_for(self.changed.wait(), min(left, 1))
            except asyncio.TimeoutError:
                pass  # a quiet market, or the end
        await self.leave()
        if self.done < target:
            self.count(await self.place(new_name(), type="market", quantity=target - self.done), "took")

    def is_behind(self):
        best = self.book.best_bid if self.side == "buy" else self.book.best_ask
        return best is not None and (best > self.price if self.side == "buy" else best < self.price)

    async def rest(self, quantity):
        """Joins the best price of its side. Post-only: a market that has moved meanwhile is not taken from but looked at again."""
        price = self.book.best_bid if self.side == "buy" else self.book.best_ask
        if price is None:
            return
        # Named before it is sent: whoever ends this program now ends the order, too.
        self.resting, self.price = new_name(), price
        try:
            await self.place(self.resting, type="limit", price=price, quantity=quantity, postOnly=True)
        except Refused as refused:
            if refused.code != "PostOnlyWouldTake":
                raise
            self.resting = None

    async def leave(self):
        """Ends the order that rests and counts what it has traded."""
        if self.resting is not None:
            order, self.resting = await asyncio.to_thread(self.exchange.cancel, self.resting), None
            self.count(order, "filled at rest")

    async def place(self, name, **order):
        self.names.append(name)
        return await asyncio.to_thread(self.exchange.place, name, symbol=self.symbol, side=self.side, **order)

    def count(self, order, how):
        filled = Decimal(order["filled"]) if order else Decimal(0)
        self.done += filled
        if filled:
            print(f"{how}: {filled}, {self.done} of {self.quantity}")

    def report(self, arrival):
        """By what the exchange says of its orders, not by what was counted here."""
        fills = [fill for fill in self.exchange.ask("GET", f"/fills?symbol={self.symbol}&limit=1000")["fills"] if fill["clientOrderId"] in self.names]
        bought = sum(Decimal(fill["quantity"]) for fill in fills)
        paid = sum(Decimal(fill["quantity"]) * Decimal(fill["price"]) for fill in fills)
        fees = sum(Decimal(fill["fee"]) for fill in fills)
        if not bought:
            return "nothing traded"
        passive = sum(Decimal(fill["quantity"]) for fill in fills if fill["liquidity"] == "maker")
        slippage = (paid / bought - arrival) * (1 if self.side == "buy" else -1)
        return (f"{bought} of {self.quantity} at {paid / bought:.4f}, {passive} of it at rest; "
                f"{slippage / arrival * 10_000:.2f} basis points worse than {arrival} on arrival; fees {fees}")


async def main():
    words = argparse.ArgumentParser(description="Buys or sells a quantity evenly over a time.")
    words.add_argument("address")
    words.add_argument("key")
    words.add_argument("symbol")
    words.add_argument("side", choices=["buy", "sell"])
    words.add_argument("quantity", type=Decimal)
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--slices", type=int, default=6)
    asked = words.parse_args()
    try:
        twap = Twap(Exchange(asked.address, asked.key), asked.symbol, asked.side, asked.quantity)
        print(twap.report(await twap.run(asked.seconds, asked.slices)))
    except Refused as refused:
        raise SystemExit(f"refused: {refused}") from None


if __name__ == "__main__":
    # A shell that starts it in the background has it ignore interrupts, and its orders would stay.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        raise SystemExit("stopped: nothing of it rests any more") from None
