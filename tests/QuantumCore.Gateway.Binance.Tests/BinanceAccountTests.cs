using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Binance.Tests;

/// <summary>Account events of the Binance Spot interface, made from the books' records.</summary>
public class BinanceAccountTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    private static readonly Instrument s_share = new()
    {
        Symbol = "AAPL",
        Base = new Asset("AAPL", 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
    };

    private static readonly Dictionary<string, Instrument> s_listed = new() { ["AAPL"] = s_share };

    [Fact]
    public void An_order_that_trades_and_expires_is_told_step_by_step()
    {
        var events = new AccountEvents([], [], Balances(1_000_000, 0, 0));
        var order = Order(Alice, 1, "a-1", Side.Buy, 10) with { TimeInForce = TimeInForce.ImmediateOrCancel };
        var told = Told(events, Balances(939_970, 4, 0), new OrderAccepted(
            5_000_000, order, 7, [new TradeFill(3, Bob, 9, 15_000, 4, 0, 30, 0, 0)], 0, EndReason.ImmediateOrCancel, 0,
            null));
        Assert.Equal(
            [
                "executionReport NEW NEW z=0 l=0 L=0 n=0 t=-1 Z=0 m=False",
                $"executionReport TRADE PARTIALLY_FILLED z=4 l=4 L=150 n=0.3 t={1L << 20} Z=600 m=False",
                "executionReport EXPIRED EXPIRED z=4 l=0 L=0 n=0 t=-1 Z=600 m=False",
                "outboundAccountPosition AAPL=4/0 USD=9399.7/0",
            ],
            told);
    }

    [Fact]
    public void An_order_by_amount_is_filled_by_the_fill_after_which_the_rest_pays_for_no_lot()
    {
        var events = new AccountEvents([], [], Balances(100_000, 0, 0));
        var order = Order(Alice, 1, "a-1", Side.Buy, 0) with
        {
            Type = OrderType.Market,
            TimeInForce = TimeInForce.ImmediateOrCancel,
            Conditions = EncodedConditions.From(new OrderConditions { Amount = 50_000 }),
        };
        var fill = new MatchedTrade(Side.Buy, 15_000, 1, new(Alice, 1, 7, 15, 0, 35_000), new(Bob, 9, 3, 15));
        var told = Told(events, Balances(54_955, 3, 0), new BookTurn(
            5_000_000,
            new EnterOrder(order),
            RejectReason.None,
            TradingPhase.Continuous,
            [
                new OrderOpened(Alice, 1, 7, Side.Buy, 0, 0, 0, 50_000),
                new TradeMade(fill),
                new TradeMade(fill with { QuantityLots = 2, Taker = fill.Taker with { Fee = 30, Hold = 5_000 } }),
                new OrderEnded(Alice, 1, 7, Side.Buy, EndReason.Amount, 0, 0, 0),
            ],
            [],
            null));
        Assert.Equal(
            [
                "executionReport NEW NEW z=0 l=0 L=0 n=0 t=-1 Z=0 m=False",
                $"executionReport TRADE PARTIALLY_FILLED z=1 l=1 L=150 n=0.15 t={1L << 20} Z=150 m=False",
                $"executionReport TRADE FILLED z=3 l=2 L=150 n=0.3 t={(1L << 20) + 1} Z=450 m=False",
            ],
            told[..^1]);
    }

    [Fact]
    public void A_resting_order_is_filled_by_others_and_cancelled()
    {
        var events = new AccountEvents([Resting(7, 10)], [], Balances(0, 20, 10));
        var told = Told(
            events,
            Balances(59_988, 16, 0),
            new OrderAccepted(
                5_000_000, Order(Bob, 1, "b", Side.Buy, 4), 8, [new TradeFill(7, Alice, 7, 15_000, 4, 12, 30, 6, 6)], 0,
                EndReason.None, 0, null),
            new OrdersClosed(6_000_000, [new ClosedOrder(Alice, 7, 7, Side.Sell, 15_000, EndReason.User, 4, 6)]),
            new OrdersClosed(7_000_000, [new ClosedOrder(Bob, 2, 9, Side.Sell, 15_000, EndReason.User, 0, 6)]));
        Assert.Equal(
            [
                $"executionReport TRADE PARTIALLY_FILLED z=4 l=4 L=150 n=0.12 t={1L << 20} Z=600 m=True",
                "executionReport CANCELED CANCELED z=4 l=0 L=0 n=0 t=-1 Z=600 m=False",
                "outboundAccountPosition AAPL=16/0 USD=599.88/0",
            ],
            told);
    }

    [Fact]
    public void Balance_change_without_a_trade_is_a_deposit_or_withdrawal()
    {
        var events = new AccountEvents([Resting(7, 10)], [], Balances(0, 20, 10));
        var told = Told(
            events,
            Balances(59_988 + 500, 16, 6),
            new OrderAccepted(
                5_000_000, Order(Bob, 1, "b", Side.Buy, 4), 8, [new TradeFill(7, Alice, 7, 15_000, 4, 12, 30, 6, 6)], 0,
                EndReason.None, 0, null));
        Assert.Equal(["balanceUpdate USD=5", "outboundAccountPosition AAPL=10/6 USD=604.88/0"], told[1..]);
        Assert.Empty(Told(events, Balances(59_988 + 500, 16, 6)));
    }

    [Fact]
    public void Void_trade_is_reported_as_balance_updates()
    {
        var trade = new MatchedTrade(Side.Buy, 15_000, 4, new(Bob, 1, 8, 30), new(Alice, 7, 7, 12, 6, 6));
        var bust = new BookTurn(
            5_000_000,
            new RecordedTrade(new TradePlace(1, 0), 4_000_000, trade).Change(0),
            RejectReason.None,
            TradingPhase.Continuous,
            [new TradeReversed(trade)],
            [],
            null);
        Assert.Equal(
            ["balanceUpdate AAPL=4", "balanceUpdate USD=-599.88", "outboundAccountPosition AAPL=14/6 USD=0/0"],
            Told(new AccountEvents([Resting(7, 10)], [], Balances(59_988, 16, 6)), Balances(0, 20, 6), bust));
    }

    [Fact]
    public void Triggered_resized_and_rejected_orders_are_reported()
    {
        var events = new AccountEvents([Resting(7, 10)], [], Balances(0, 20, 10));
        var stop = Order(Alice, 8, "s-1", Side.Sell, 3) with
        {
            Type = OrderType.Stop,
            Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = 14_000 }),
        };
        var refused = Order(Alice, 9, "s-2", Side.Sell, 3);
        var told = Told(
            events,
            Balances(0, 20, 10),
            new BookTurn(
                5_000_000, new EnterOrder(stop), RejectReason.None,
                TradingPhase.Continuous,
                [new OrderOpened(Alice, 8, 11, Side.Sell, 13_300, 3, 3, 3)], [], null),
            new BookTurn(
                6_000_000, new AmendOpenOrder(0, 0, ConditionChanges.None), RejectReason.None, TradingPhase.Continuous,
                [new OrderChanged(Alice, 7, 7, Side.Sell, 15_000, 4, 6, 6)], [], null),
            new BookTurn(
                7_000_000, new EnterOrder(refused), RejectReason.PriceBand,
                TradingPhase.Continuous,
                [new OrderRefused(Alice, 9, Side.Sell, 0, 0)], [], null),
            new BookTurn(
                8_000_000,
                new AdvanceTime(),
                RejectReason.None,
                TradingPhase.Continuous,
                [
                    new TradeMade(new(Side.Buy, 15_000, 6, new(Bob, 1, 12, 0), new(Alice, 7, 7, 18))),
                    new OrderEnded(Alice, 8, 11, Side.Sell, EndReason.OneCancelsOther, 0, 0, 3)],
                [],
                null));
        Assert.Equal(
            [
                "executionReport NEW NEW z=0 l=0 L=0 n=0 t=-1 Z=0 m=False",
                "executionReport REPLACED NEW z=0 l=0 L=0 n=0 t=-1 Z=0 m=False",
                "executionReport REJECTED REJECTED z=0 l=0 L=0 n=0 t=-1 Z=0 m=False",
                $"executionReport TRADE FILLED z=6 l=6 L=150 n=0.18 t={4L << 20} Z=900 m=True",
                "executionReport EXPIRED EXPIRED z=0 l=0 L=0 n=0 t=-1 Z=0 m=False",
            ],
            told[..5]);
    }

    [Fact]
    public void An_order_that_trails_is_told_with_how_far()
    {
        var trailing = Resting(7, 10) with
        {
            Type = OrderType.TrailingStop,
            Conditions = EncodedConditions.From(new OrderConditions { TrailBasisPoints = 150 }),
        };
        foreach (var (order, far) in new[] { (trailing, (int?)150), (Resting(7, 10), null) })
        {
            var ended =
                new OrdersClosed(6_000_000, [new ClosedOrder(Alice, 7, 7, Side.Sell, 15_000, EndReason.User, 0, 10)]);
            var told =
                JsonDocument.Parse(
                    Messages(
                        new AccountEvents([order], [], Balances(0, 20, 10)), Balances(0, 20, 10),
                        [ended])[0]).RootElement;
            Assert.Equal(far, told.TryGetProperty("d", out var delta) ? delta.GetInt32() : null);
        }
    }

    [Fact]
    public void An_order_that_follows_a_split_is_told_with_its_new_price_and_quantity()
    {
        var events = new AccountEvents([Resting(7, 10)], [], Balances(0, 20, 10));
        var split = new BookTurn(
            5_000_000,
            new AdjustOrders(1, 3, 2, 0),
            RejectReason.None,
            TradingPhase.Halt,
            [new OrderAdjusted(Alice, 7, 7, Side.Sell, 10_000, 15_000, 5, 15, 15)],
            [],
            null);
        var told =
            Messages(events, Balances(0, 20, 15), [split]).Select(message => JsonDocument.Parse(message).RootElement)
            .Single(message => message.GetProperty("e").ToString() == "executionReport");
        Assert.Equal(
            ("REPLACED", "NEW", "15", "100"),
            (told.GetProperty("x").ToString(), told.GetProperty("X").ToString(), Number(told, "q"), Number(told, "p")));
    }

    /// <summary>
    /// Checks balances between the book's record of a split and the account's own part of it: 20 old units, and 30 new
    /// units that are held.
    /// </summary>
    [Fact]
    public void Units_still_due_from_a_split_are_locked_and_free_is_never_negative()
    {
        var told = Told(
            new AccountEvents([Resting(7, 20)], [], Balances(0, 20, 20)),
            Balances(0, 20, 30),
            new OrderVoided(5_000_000, Alice, 1, RejectReason.PostOnlyWouldTake, Order(Alice, 1, "v", Side.Buy, 4)));
        Assert.Equal("outboundAccountPosition AAPL=0/30", told[^1]);
    }

    [Fact]
    public void Self_trade_prevention_is_reported_once_for_each_reduced_order()
    {
        // A pair of orders: one leg meets an order of its owner's other account and shrinks, and its sibling shrinks
        // with it. Then it expires whole.
        var events = new AccountEvents([Resting(7, 10), Resting(8, 10)], [], Balances(0, 20, 10));
        var shrink = new MatchPrevented(
            Side.Buy, 15_000, 4, new(Bob, 1, 12, 4), new(Alice, 7, 7, 4), SelfTradePrevention.Decrement, 9);
        var expire = new MatchPrevented(
            Side.Buy, 15_000, 6, new(Bob, 2, 13, 8), new(Alice, 7, 7, 6), SelfTradePrevention.ExpireBoth, 9);
        var told = Reports(
            events,
            Turn(
                shrink,
                new OrderChanged(Bob, 1, 12, Side.Buy, 15_000, 4, 0, 0),
                new OrderChanged(Alice, 7, 7, Side.Sell, 15_000, 4, 6, 6),
                new OrderChanged(Alice, 8, 8, Side.Sell, 15_000, 4, 6, 0),
                new OrderEnded(Bob, 1, 12, Side.Buy, EndReason.SelfTrade, 15_000, 0, 0)),
            Turn(
                expire,
                new OrderEnded(Alice, 7, 7, Side.Sell, EndReason.SelfTrade, 15_000, 0, 6),
                new OrderEnded(Bob, 2, 13, Side.Buy, EndReason.SelfTrade, 15_000, 0, 8)));
        Assert.Equal(
            [
                $"TRADE_PREVENTION NEW i=7 q=10 v={1L << 20} A=4 B=4 u=9 U=12 Cs=AAPL pl=4 pL=150 pY=600",
                "REPLACED NEW i=8 q=6",
                $"TRADE_PREVENTION EXPIRED_IN_MATCH i=7 q=10 v={2L << 20} A=10 B=6 u=9 U=13 Cs=AAPL pl=6 pL=150 pY=900",
            ],
            told);

        // The format of older records: the end of the order and its reason.
        var before = new AccountEvents([Resting(7, 10)], [], Balances(0, 20, 10));
        Assert.Equal(
            ["EXPIRED EXPIRED_IN_MATCH i=7 q=10"],
            Reports(
                before,
                Turn(new OrderEnded(Alice, 7, 7, Side.Sell, EndReason.SelfTrade, 15_000, 0, 10))));

        static BookTurn Turn(params ImmutableArray<TurnStep> steps) =>
            new(5_000_000, new AdvanceTime(), RejectReason.None, TradingPhase.Continuous, steps, [], null);
    }

    private static IEnumerable<string> Reports(AccountEvents events, params BookRecord[] records)
    {
        string[] members = ["i", "q", "v", "A", "B", "u", "U", "Cs", "pl", "pL", "pY"];
        string[] numbers = ["q", "A", "B", "pl", "pL", "pY"];
        foreach (var message in Messages(events, Balances(0, 20, 10), records))
        {
            var told = JsonDocument.Parse(message).RootElement;
            var shown = members.Where(member => told.TryGetProperty(member, out _))
                .Select(
                    member =>
                        $"{member}={(numbers.Contains(member) ? Number(told, member) : told.GetProperty(member))}");
            if (told.GetProperty("e").ToString() == "executionReport")
                yield return $"{told.GetProperty("x")} {told.GetProperty("X")} {string.Join(' ', shown)}";
        }
    }

    private static List<string> Told(
        AccountEvents events, ImmutableArray<AssetBalance> balances, params BookRecord[] records) =>
        [.. Messages(events, balances, records).Select(Short)];

    private static List<ReadOnlyMemory<byte>> Messages(
        AccountEvents events, ImmutableArray<AssetBalance> balances, BookRecord[] records)
    {
        var delivered = records.Select((record, i) => new DeliveredRecord(i + 1, 0, record)).ToImmutableArray();
        var view = new AccountView(Alice, 1, balances, [], [], []);
        var told = events.Of(Alice, new AccountChange(1, view, [new BookDelivery("AAPL", delivered)]), s_listed);
        List<ReadOnlyMemory<byte>> messages = [];
        WireAccountWriting.Listener(messages.Add)(
            new AccountNews(DateTimeOffset.FromUnixTimeMilliseconds(1), told, []));
        return messages;
    }

    private static string Short(ReadOnlyMemory<byte> message)
    {
        var told = JsonDocument.Parse(message).RootElement;
        string Text(string name) => told.GetProperty(name).ToString();
        return Text("e") switch
        {
            "executionReport" =>
                $"executionReport {Text("x")} {Text("X")} z={Number(told, "z")} l={Number(told, "l")} L={Number(told, "L")} n={Number(told, "n")} t={Text("t")} Z={Number(told, "Z")} m={Text("m")}",
            "balanceUpdate" => $"balanceUpdate {Text("a")}={Number(told, "d")}",
            var position =>
                $"{position} {string.Join(' ', told.GetProperty("B").EnumerateArray().Select(b => $"{b.GetProperty("a")}={Number(b, "f")}/{Number(b, "l")}"))}",
        };
    }

    [Fact]
    public void Rejection_is_reported_with_a_Binance_error_as_of_a_rejected_order()
    {
        Assert.Equal("INSUFFICIENT_BALANCES", WireWords.Of(RejectReason.UnsettledFunds));
        Assert.Equal("STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY", WireWords.Of(RejectReason.StopWouldTrigger));
        Assert.Equal("OCO_BAD_PRICES", WireWords.Of(RejectReason.ListPrices));
        Assert.All(Enum.GetValues<RejectReason>(), static reason => Assert.Matches("^[A-Z_]+$", WireWords.Of(reason)));

        var order = Order(Alice, 1, "a-1", Side.Buy, 10) with { PostOnly = true };
        var told =
            Messages(
                new AccountEvents([], [], Balances(0, 20, 0)), Balances(0, 20, 0),
                [new OrderVoided(5_000_000, Alice, 1, RejectReason.PostOnlyWouldTake, order)])
            .Select(message => JsonDocument.Parse(message).RootElement)
            .Last(message => message.GetProperty("e").ToString() == "executionReport");
        Assert.Equal(
            ("REJECTED", "WOULD_MATCH_IMMEDIATELY", false),
            (told.GetProperty("x").ToString(), told.GetProperty("r").ToString(), told.TryGetProperty("W", out _)));
    }

    /// <summary>Returns a number without the padding zeros of this interface's eight decimals.</summary>
    private static string Number(JsonElement told, string name)
    {
        var text = told.GetProperty(name).GetString()!;
        Assert.Matches(@"^-?\d+\.\d{8}$", text);
        return decimal.Parse(text, CultureInfo.InvariantCulture).ToString("0.########", CultureInfo.InvariantCulture);
    }

    private static SubmitOrder Order(long account, long number, string name, Side side, long lots) => new(
        account, number, name, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, lots, 200, 500);

    private static PastOrder Resting(long number, long lots) =>
        OrderViews.Of("AAPL", Order(Alice, number, "r", Side.Sell, lots), number, 1_000_000);

    private static ImmutableArray<AssetBalance> Balances(long cents, long shares, long held) =>
        [new AssetBalance("AAPL", 0, shares, held), new AssetBalance("USD", 2, cents, 0)];
}
