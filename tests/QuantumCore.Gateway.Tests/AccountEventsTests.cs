using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Events of an account when one of its trades is changed.</summary>
public sealed class AccountEventsTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;

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

    private static readonly MatchedTrade s_fill = new(
        Side.Buy, 15_000, 4, new(Alice, 7, 70, 30), new(Bob, 9, 90, 12));

    [Fact]
    public void A_void_trade_is_told_to_each_of_its_sides_with_what_was_in_force()
    {
        var trade = s_fill with { PriceTicks = 15_000 };
        var before = new TradeReversed(s_fill.At(14_000, 28, 11));
        var alice = Assert.Single(Of(Alice, Changed(trade, 0, before)));
        Assert.Equal(
            new TradeChangedEvent(
                alice.Book, 0, new(17, 2), Side.Buy, 7, 70, 15_000, new(14_000, 28), null, 4, IsMaker: false,
                null), alice);
        Assert.Equal((40, 5_000_000, TradeState.Void), (alice.Book.Sequence, alice.Book.TimeNanos, alice.State));
        var bob = Assert.Single(Of(Bob, Changed(trade, 0, before)));
        Assert.Equal(
            new TradeChangedEvent(
                bob.Book, 0, new(17, 2), Side.Sell, 9, 90, 15_000, new(14_000, 11), null, 4, IsMaker: true, null), bob);
        Assert.Empty(Of(Carol, Changed(trade, 0, before)));
    }

    [Fact]
    public void Corrected_self_trade_is_reported_twice_with_its_new_price_and_fees()
    {
        var trade = s_fill with { TakerSide = Side.Sell, Maker = s_fill.Maker with { Account = Alice } };
        var told = Of(
            Alice,
            Changed(
                trade, 15_300, new TradeReversed(trade), new TradeRestated(trade.At(15_300, 31, 13))));
        Assert.Equal(
            [(0, Side.Sell, 7L, 31L), (1, Side.Buy, 9L, 13L)],
            told.Select(own => (own.Ordinal, own.Side, own.Number, own.Now!.Value.Fee)));
        Assert.All(
            told,
            own => Assert.Equal(
                (TradeState.Corrected, 15_000, 15_300), (own.State, own.Before.PriceTicks, own.Now!.Value.PriceTicks)));
    }

    [Fact]
    public void An_order_is_told_as_it_is_with_a_change_of_its_trade_and_stays_that()
    {
        var resting = OrderViews.Of("AAPL", new SubmitOrder(
            Alice, 7, "a-7", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 15_000, 10, 200, 500), 70,
            1_000_000) with
        {
            FilledLots = 4,
            FilledValue = 60_000,
            Status = OrderStatus.PartiallyFilled,
        };
        var events = new AccountEvents([resting], [], []);
        var told = Assert.Single(Changes(events, Alice, Changed(s_fill, 0, new TradeReversed(s_fill))));
        Assert.Equal(resting, told.Order);

        var next = new BookTurn(
            6_000_000, new AdvanceTime(), RejectReason.None, TradingPhase.Continuous,
            [new TradeMade(new(Side.Sell, 15_000, 4, new(Bob, 8, 80, 30), new(Alice, 7, 70, 12, LeavesLots: 2)))],
            [], null);
        var filled = Assert.Single(All(events, Alice, next).OfType<OrderEvent>()).Order;
        Assert.Equal((8, 120_000), (filled.FilledLots, filled.FilledValue));
    }

    [Fact]
    public void Order_that_ends_with_a_trade_change_is_reported_before_it()
    {
        var resting = OrderViews.Of("AAPL", new SubmitOrder(
            Alice, 8, "a-8", Side.Buy, OrderType.Limit, TimeInForce.GoodTillDate, false, 15_000, 10, 200, 500), 80,
            1_000_000);
        var told = All(new AccountEvents([resting], [], []), Alice, Changed(
            s_fill, 0,
            new OrderEnded(Alice, 8, 80, Side.Buy, EndReason.GoodTillDate, 15_000, 0, 10),
            new TradeReversed(s_fill)));
        Assert.Equal(
            ["OrderEvent 0", "TradeChangedEvent 1"],
            told.Select(
                one =>
                    $"{one.GetType().Name} {(one is OrderEvent order ? order.Ordinal : ((TradeChangedEvent)one).Ordinal)}"));
    }

    [Fact]
    public void Cash_of_a_trade_change_is_not_a_new_trade()
    {
        var events =
            new AccountEvents([], [], [new AssetBalance("AAPL", 0, 4, 0), new AssetBalance("USD", 2, 1_000, 0)]);
        var told = All(
            events, Alice, [new AssetBalance("AAPL", 0, 0, 0), new AssetBalance("USD", 2, 61_030, 0)],
            Changed(s_fill, 0, new TradeReversed(s_fill)));
        Assert.Equal([-4, 60_030], told.OfType<TransferEvent>().Select(moved => moved.Delta));
        Assert.Equal(2, Assert.Single(told.OfType<BalancesEvent>()).Changed.Count);
    }

    private static BookTurn Changed(MatchedTrade trade, long priceTicks, params ImmutableArray<TurnStep> steps) => new(
        5_000_000, new RecordedTrade(new TradePlace(17, 2), 1_000_000, trade).Change(priceTicks), RejectReason.None,
        TradingPhase.Continuous, steps, [], null);

    private static List<TradeChangedEvent> Of(long account, BookTurn turn) =>
        Changes(new AccountEvents([], [], []), account, turn);

    private static List<TradeChangedEvent> Changes(AccountEvents events, long account, BookTurn turn) =>
        [.. All(events, account, turn).Cast<TradeChangedEvent>()];

    private static IReadOnlyList<AccountEvent> All(AccountEvents events, long account, BookTurn turn) =>
        All(events, account, [], turn);

    private static IReadOnlyList<AccountEvent> All(
        AccountEvents events, long account, ImmutableArray<AssetBalance> balances, BookTurn turn) => events.Of(
        account,
        new AccountChange(
            1, new AccountView(account, 1, balances, [], [], []),
            [new BookDelivery("AAPL", [new DeliveredRecord(40, 0, turn)])]),
        s_listed);
}
