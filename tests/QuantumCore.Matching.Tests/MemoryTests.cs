using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;
using static QuantumCore.Matching.Tests.BookScript;

namespace QuantumCore.Matching.Tests;

public class MemoryTests
{
    [Fact]
    public void Commands_allocate_nothing_once_the_book_has_its_size()
    {
        var flow = new RandomFlow(seed: 9, targetOrders: 500, centre: 100_000, spread: 2_000);
        var book = new OrderBook();
        var commands = new FlowCommand[600_000];
        for (var i = 0; i < commands.Length; i++)
        {
            commands[i] = flow.Next(book.OpenOrders, book.LastOrderId);
            _ = commands[i].Apply(book, out _);
        }

        // The same again on the emptied book, ids and times moved on: until all its parts have been in use, then
        // once more to be measured.
        var perRound = book.LastOrderId;
        var allocated = 0L;
        for (var round = 1; round <= 4; round++)
        {
            CancelAll(book);
            allocated = Replay(book, commands);
            Assert.Equal(perRound * (round + 1), book.LastOrderId);
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Closed_orders_leave_no_memory_behind()
    {
        var book = BookOf(Limit(Buy, 1, 1));
        var refused = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2_000_000; i++)
        {
            // A market that wanders over half a million prices.
            refused += book.Submit(i, Limit(Sell, 1, 1_000 + (i / 4)), out var id) == RejectReason.None ? 0 : 1;
            refused += book.Cancel(i, id, EndReason.User) == RejectReason.None ? 0 : 1;
        }

        // Prices of 15,000 strips: at a kilobyte each they would be 15 MB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1 << 20);
        Assert.Equal(0, refused);
        Assert.Null(book.Audit());
        before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200_000; i++)
        {
            refused += book.Submit(2_000_000, Limit(Sell, 1, 2_000_000 + i), out var id) == RejectReason.None ? 0 : 1;
            refused += book.Cancel(2_000_000, id, EndReason.User) == RejectReason.None ? 0 : 1;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(0, refused);
        Assert.True(book.TryGetOrder(1, out _));
    }

    [Fact]
    public void Resting_orders_keep_their_priority_while_the_other_side_is_resized()
    {
        var book = new OrderBook();
        for (var i = 1; i <= 300; i++)
            Assert.Equal(RejectReason.None, book.Submit(0, Limit(Buy, 1, i * 1_000), out _));
        for (var i = 0; i < 400_000; i++)
        {
            Assert.Equal(RejectReason.None, book.Submit(i, Limit(Sell, 1, 1_000_000 + (i * 16L)), out var id));
            Assert.Equal(RejectReason.None, book.Cancel(i, id, EndReason.User));
            if (i % 10_000 == 0)
                Assert.Null(book.Audit());
        }

        Assert.Equal(RejectReason.None, book.Submit(400_000, ImmediateOrCancel(Sell, 301, 1), out _));
        var prices = new List<long>();
        foreach (ref readonly var happened in book.Events)
        {
            if (happened.Kind == BookEventKind.Trade)
                prices.Add(happened.PriceTicks);
        }

        Assert.Equal(Enumerable.Range(1, 300).Select(i => i * 1_000L).Reverse(), prices);
        Assert.Equal(0, book.OpenOrders);
        Assert.Null(book.Audit());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(500)]
    [InlineData(5_000)]
    public void Orders_are_found_however_old_and_many_they_are(int staying)
    {
        var book = new OrderBook();
        var open = new Queue<long>();
        for (var i = 0; i < staying * 200; i++)
        {
            Assert.Equal(RejectReason.None, book.Submit(i, Limit(Buy, 1, 1 + (i % 100)), out var id));
            // One of forty stays until so many have come after it: forty ids for each open order, more than are at
            // hand.
            if (i % 40 == 0)
                open.Enqueue(id);
            if (i % 40 != 0 || open.Count > staying)
                Assert.Equal(RejectReason.None, book.Cancel(i, i % 40 == 0 ? open.Dequeue() : id, EndReason.User));
            if (i % (staying * 2) == 0)
                Assert.Null(book.Audit());
        }

        Assert.Equal(staying, book.OpenOrders);
        foreach (var id in open)
            Assert.Equal(RejectReason.None, book.Cancel(staying * 200, id, EndReason.User));
        Assert.Null(book.Audit());
    }

    /// <summary>Features of continuous trading beyond plain orders. Each round ends where it began.</summary>
    public static TheoryData<string> Conditional =>
    [
        "icebergs", "hidden", "stops", "trailing stops", "pegs", "good till date", "one cancels other",
        "one triggers two", "self-trade prevention", "all or none", "dry runs", "amendments", "auctions", "mass cancel",
        "legs",
    ];

    [Theory]
    [MemberData(nameof(Conditional))]
    public void Round_of_conditional_orders_allocates_nothing_itself(string what)
    {
        var orders = new ConditionalRound();
        var book = new OrderBook();
        // Until every list and queue has its final size.
        for (var i = 0; i < 300; i++)
            orders.Play(book, what);

        // A round's own allocations occur each time; the runtime's occur once, when it recompiles a method.
        var least = long.MaxValue;
        for (var times = 0; times < 3 && least != 0; times++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 300; i++)
                orders.Play(book, what);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(0, book.OpenOrders);
        Assert.True(book.LastOrderId >= 600);
        Assert.Null(book.Audit());
    }

    /// <summary>Commands with orders prepared beforehand.</summary>
    private sealed class ConditionalRound
    {
        private readonly NewOrder _bid = Limit(Buy, 5, 100);
        private readonly NewOrder _ask = Limit(Sell, 5, 104);
        private readonly NewOrder _sweep = ImmediateOrCancel(Buy, 12, 110);
        private readonly NewOrder _dump = ImmediateOrCancel(Sell, 12, 90);
        private readonly NewOrder _iceberg = Limit(Sell, 20, 104) with { Conditions = new() { DisplayLots = 3 } };
        private readonly NewOrder _hidden = Limit(Sell, 6, 103) with { Conditions = new() { Hidden = true } };
        private readonly NewOrder _wholeOnly = Limit(Sell, 8, 104) with { Conditions = new() { AllOrNone = true } };
        private readonly NewOrder _least = Limit(Buy, 9, 104) with { Conditions = new() { MinimumLots = 5 } };
        private readonly NewOrder _stop = Limit(Buy, 3, 0) with
        {
            Type = OrderType.Stop,
            Conditions = new() { TriggerTicks = 104 },
        };
        private readonly NewOrder _trailing =
            Limit(Sell, 3, 0) with { Type = OrderType.TrailingStop, Conditions = new() { TrailTicks = 2 } };
        private readonly NewOrder _peg =
            Limit(Buy, 3, 0) with { Type = OrderType.Pegged, Conditions = new() { Peg = PegReference.Primary } };
        private readonly NewOrder _middle =
            Limit(Sell, 3, 0) with { Type = OrderType.Pegged, Conditions = new() { Peg = PegReference.Midpoint } };
        private readonly NewOrder _own = Limit(Sell, 4, 104) with { Owner = 7 };
        private readonly NewOrder _taker = Limit(Buy, 9, 104) with
        {
            Owner = 7,
            SelfTrade = SelfTradePrevention.Decrement,
        };
        private readonly NewOrder[] _pair =
        [
            Limit(Sell, 4, 106),
            Limit(Sell, 4, 0) with { Type = OrderType.Stop, Conditions = new() { TriggerTicks = 98 } },
        ];

        private readonly NewOrder[] _bracket =
        [
            Limit(Buy, 4, 101),
            Limit(Sell, 4, 106),
            Limit(Sell, 4, 0) with { Type = OrderType.Stop, Conditions = new() { TriggerTicks = 98 } },
        ];

        private readonly NewOrder[] _dated =
            [.. Enumerable.Range(0, 2_000).Select(i => Limit(Buy, 1, 99) with
            {
                TimeInForce = TimeInForce.GoodTillDate, Conditions = new() { ExpiryNanos = 10 + (10 * i) },
            })];

        private readonly NewOrder _legToBuy = Limit(Buy, 9, 120) with { Type = OrderType.Leg, Owner = 7 };
        private readonly NewOrder _legToSell = Limit(Sell, 9, 80) with { Type = OrderType.Leg };
        private readonly NewOrder _meetsLegs = Limit(Buy, 30, 104) with
        {
            Owner = 7,
            SelfTrade = SelfTradePrevention.Decrement,
        };
        private readonly Amendment _larger = new() { TotalLots = 9 };
        private readonly Amendment _elsewhere = new() { PriceTicks = 99 };
        private long _time;

        public void Play(OrderBook book, string what)
        {
            _time += 10;
            Enter(book, _bid);
            switch (what)
            {
                case "icebergs":
                    Enter(book, _iceberg);
                    Enter(book, _sweep);
                    break;
                case "hidden":
                    Enter(book, _hidden);
                    Enter(book, _sweep);
                    break;
                case "stops":
                    Enter(book, _dump);
                    Enter(book, _ask);
                    Enter(book, _ask);
                    Enter(book, _stop);
                    Enter(book, ImmediateOrCancel(Buy, 3, 104));
                    break;
                case "trailing stops":
                    Enter(book, _trailing);
                    Enter(book, _ask);
                    Enter(book, ImmediateOrCancel(Buy, 2, 104));
                    Enter(book, ImmediateOrCancel(Sell, 1, 100));
                    break;
                case "pegs":
                    Enter(book, _peg);
                    Enter(book, _middle);
                    Enter(book, _ask);
                    Enter(book, Limit(Buy, 1, 102));
                    Enter(book, _dump);
                    break;
                case "good till date":
                    Enter(book, _dated[(_time / 10) + 1] with { QuantityLots = 2 });
                    Enter(book, _dated[_time / 10]);
                    break;
                case "one cancels other":
                    Enter(book, ImmediateOrCancel(Sell, 1, 100));
                    EnterList(book, OrderListKind.OneCancelsOther, _pair);
                    Enter(book, ImmediateOrCancel(Buy, 1, 106));
                    break;
                case "one triggers two":
                    EnterList(book, OrderListKind.OneTriggersOneCancelsOther, _bracket);
                    Enter(book, ImmediateOrCancel(Sell, 4, 101));
                    Enter(book, ImmediateOrCancel(Sell, 1, 98));
                    break;
                case "self-trade prevention":
                    Enter(book, _own);
                    Enter(book, _taker);
                    break;
                case "all or none":
                    Enter(book, _wholeOnly);
                    Enter(book, Limit(Buy, 5, 104));
                    Enter(book, Limit(Buy, 5, 104));
                    break;
                case "dry runs":
                    Enter(book, _iceberg);
                    Enter(book, FillOrKill(Buy, 30, 104));
                    Enter(book, _least);
                    break;
                case "amendments":
                    _ = book.Amend(_time, book.LastOrderId, _larger);
                    _ = book.Amend(_time, book.LastOrderId, _elsewhere);
                    _ = book.Reduce(_time, book.LastOrderId, 2);
                    break;
                case "legs":
                    TradeLegs(book);
                    break;
                case "auctions":
                    _ = book.SetPhase(_time, TradingPhase.Volatility);
                    Enter(book, _iceberg);
                    Enter(book, Limit(Buy, 9, 105));
                    _ = book.SetPhase(_time, TradingPhase.Continuous);
                    break;
            }

            _ = book.CancelMany(_time, default, EndReason.MassCancel);
        }

        private void TradeLegs(OrderBook book)
        {
            Enter(book, _own);
            Enter(book, _iceberg);
            Enter(book, _legToBuy);
            var leg = book.LastOrderId;
            Enter(book, _legToSell);
            if (book.Judge(_time, in _legToSell) != RejectReason.None
                || !book.TryGetQuote(Sell, 7, out var price, out var lots)
                || price < book.TradingBand.LowTicks)
                throw new InvalidOperationException("There is nothing to take.");
            book.TakeQuotes(_time, leg, price, lots);
            book.Cross(_time, leg, leg + 1, 90, 2);
            if (book.Admit(_time, in _meetsLegs, out var id) != RejectReason.None)
                throw new InvalidOperationException("It is not admitted.");
            book.Sweep(_time, id, book.FirstPriceFor(Buy, 30));
            book.Cross(_time, id, leg + 1, 104, 2);
            book.Proceed(_time, id);
        }

        private void Enter(OrderBook book, in NewOrder order)
        {
            if (book.Submit(_time, in order, out _) is not RejectReason.None and var reject)
                throw new InvalidOperationException($"refused: {reject}");
        }

        private void EnterList(OrderBook book, OrderListKind kind, NewOrder[] legs)
        {
            if (book.SubmitList(_time, kind, legs, out _) is not RejectReason.None and var reject)
                throw new InvalidOperationException($"refused: {reject}");
        }
    }

    private static void CancelAll(OrderBook book)
    {
        foreach (var side in (ReadOnlySpan<Side>)[Buy, Sell])
        {
            foreach (var id in IdsOf(book, side))
                Assert.Equal(RejectReason.None, book.Cancel(book.LastTimeNanos, id, EndReason.User));
        }
    }

    private static long Replay(OrderBook book, FlowCommand[] commands)
    {
        var idShift = book.LastOrderId;
        var timeShift = book.LastTimeNanos + 10;
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (ref readonly var command in commands.AsSpan())
        {
            var again = command with { Time = command.Time + timeShift, OrderId = command.OrderId + idShift };
            _ = again.Apply(book, out _);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
