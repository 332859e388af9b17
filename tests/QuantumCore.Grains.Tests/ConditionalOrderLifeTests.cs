using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Stops, icebergs, lists and sessions through the grains, with ordered and overtaking calls.</summary>
public abstract class ConditionalOrderLifeTests(bool overtaking)
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const string Aapl = "AAPL";
    private static readonly string[] s_symbols = [Aapl];
    private static readonly long[] s_accounts = [Alice, Bob, Carol];

    [Fact]
    public async Task A_stop_fires_in_the_record_of_the_trade_that_triggers_it()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Bob, "bid", Aapl, Side.Buy, 14_800, 50);
        var stop = await PlaceAsync(exchange, Alice, Stop("stop", Side.Sell, 30, 14_900, worst: 14_000));
        Assert.Equal((OrderStatus.New, 30), (stop.Status, stop.LeavesLots));
        await exchange.PlaceAsync(Bob, "touch", Aapl, Side.Buy, 14_900, 1);
        var trigger = await exchange.PlaceAsync(Carol, "hit", Aapl, Side.Sell, 14_900, 1);

        var view = await exchange.ViewAsync(Alice, trigger);
        Assert.Empty(view.OpenOrders);
        Assert.Equal(100_000_000 - 30, view.Of(Aapl).Total);
        Assert.Equal(0, view.Of(Aapl).Held);
        var status = await exchange.Book(Aapl).Status(Alice, stop.OrderId);
        Assert.Equal((OrderStatus.Filled, 30), (status.Status, status.FilledLots));
        var turn = Assert.IsType<BookTurn>((await exchange.RecordsAsync(Aapl))[^1].Record);
        Assert.Equal(2, turn.Trades().Count());
        var fills = await exchange.Ledger.Fills(Alice, null, 10, [new SeenSequence(Aapl, trigger.Sequence)]);
        Assert.Equal(14_800, Assert.Single(fills).Fill.PriceTicks);
    }

    [Fact]
    public async Task A_retry_of_a_list_enters_it_once_and_gets_the_same_reports()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        ImmutableArray<HoldRequest> bracket =
        [
            Limit("entry", Side.Buy, 10, 15_000), Limit("target", Side.Sell, 10, 15_200),
            Stop("guard", Side.Sell, 10, 14_900, 14_000),
        ];
        var first = await PlaceListAsync(exchange, Alice, OrderListKind.OneTriggersOneCancelsOther, bracket);
        var again = await PlaceListAsync(exchange, Alice, OrderListKind.OneTriggersOneCancelsOther, bracket);
        Assert.Equivalent(first, again, strict: true);
        Assert.Equal([1, 2, 3], first.Select(report => report.OrderId));
        Assert.Equal(3, (await exchange.Book(Aapl).State()).OpenOrders);
        var other = await exchange.Account(Alice).HoldList(
            OrderListKind.OneTriggersOneCancelsOther, bracket.SetItem(0, Limit("entry", Side.Buy, 11, 15_000)));
        Assert.Equal(RejectReason.KeyConflict, other.Reason);

        // Half of the entry fills. The children hold what it bought, but are not in the book yet.
        var half = await exchange.PlaceAsync(Bob, "half", Aapl, Side.Sell, 15_000, 4);
        Assert.Equal(4, (await exchange.ViewAsync(Alice, half)).Of(Aapl).Held);
        var rest = await exchange.PlaceAsync(Bob, "rest", Aapl, Side.Sell, 15_000, 6);
        Assert.Equal(10, (await exchange.ViewAsync(Alice, rest)).Of(Aapl).Held);
        var target = await exchange.PlaceAsync(Carol, "take", Aapl, Side.Buy, 15_200, 10);
        var view = await exchange.ViewAsync(Alice, target);
        Assert.Empty(view.OpenOrders);
        Assert.Equal(0, view.Of(Aapl).Held);
        Assert.Equal(100_000_000, view.Of(Aapl).Total);
        Assert.Equal(EndReason.OneCancelsOther, (await exchange.Book(Aapl).Status(Alice, 3)).End);
    }

    [Fact]
    public async Task An_account_comes_back_whose_order_in_one_book_was_paid_by_a_sale_in_another()
    {
        const long Dave = 1004;
        const string Msft = "MSFT";
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, [Aapl, Msft], s_accounts, overtaking);
        await dead.Account(Dave).Deposit(new DepositRequest("units", Msft, 10));
        await dead.PlaceAsync(Bob, "bid", Msft, Side.Buy, 15_000, 10);
        var sold = await dead.PlaceAsync(Dave, "sell", Msft, Side.Sell, 15_000, 10);
        await dead.ViewAsync(Dave, sold);
        var iceberg = await PlaceAsync(dead, Dave, Limit("buy", Side.Buy, 9, 15_000) with
        {
            Conditions = EncodedConditions.From(new OrderConditions { DisplayLots = 2 }),
        });
        Assert.Equal(RejectReason.None, iceberg.Reason);
        var part = await dead.PlaceAsync(Bob, "part", Aapl, Side.Sell, 15_000, 3);
        var before = await dead.ViewAsync(Dave, part, sold);

        // AAPL is folded first: its held assets are not earned yet.
        await using var alive = await Exchange.StartAsync(disk, overtaking);
        var after = await alive.ViewAsync(Dave, part, sold);
        Assert.Equal((before.Of("USD").Total, before.Of("USD").Held), (after.Of("USD").Total, after.Of("USD").Held));
        Assert.Equal((3, 0), (after.Of(Aapl).Total, after.Of(Msft).Total));
        Assert.True(after.Of("USD").Held > 0);
    }

    [Fact]
    public async Task A_list_one_of_whose_orders_was_cancelled_before_it_came_never_enters()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var held = await exchange.Account(Alice).HoldList(
            OrderListKind.OneCancelsOther,
            [Limit("target", Side.Sell, 10, 15_200), Stop("guard", Side.Sell, 10, 14_900, 14_000)]);
        await exchange.Book(Aapl).Close(Alice, [held.Orders[1].Number], EndReason.User);
        var reports = await exchange.Book(Aapl).SubmitList(OrderListKind.OneCancelsOther, held.Orders);
        Assert.All(reports, report => Assert.Equal(RejectReason.Voided, report.Reason));
        Assert.Equal(0, (await exchange.Book(Aapl).State()).OpenOrders);
        await exchange.Account(Alice).CatchUp();
        Assert.Equal(0, (await exchange.ViewAsync(Alice)).Of(Aapl).Held);
    }

    [Fact]
    public async Task A_refused_list_frees_its_cover()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Bob, "b", Aapl, Side.Buy, 15_000, 1);
        await exchange.PlaceAsync(Carol, "c", Aapl, Side.Sell, 15_000, 1);
        var reports = await PlaceListAsync(
            exchange, Alice, OrderListKind.OneCancelsOther,
            [Limit("target", Side.Sell, 10, 14_950), Stop("guard", Side.Sell, 10, 14_900, 14_000)]);
        Assert.All(
            reports,
            report => Assert.Equal((RejectReason.ListPrices, OrderStatus.Rejected), (report.Reason, report.Status)));
        var view = await exchange.ViewAsync(Alice, [.. reports]);
        Assert.Equal(0, view.Of(Aapl).Held);
        Assert.Empty(view.OpenOrders);
    }

    [Fact]
    public async Task Everything_conditional_survives_a_crash()
    {
        await using var disk = new Disk();
        ExecutionReport stop;
        ulong hash;
        await using (var before = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking))
        {
            stop = await PlaceAsync(before, Alice, Stop("stop", Side.Buy, 5, 15_100, worst: 16_000));
            await PlaceAsync(
                before, Bob, Limit("ice", Side.Sell, 40, 15_100, new OrderConditions { DisplayLots = 10 }));
            await PlaceAsync(before, Bob, Limit("dark", Side.Sell, 7, 15_100, new OrderConditions { Hidden = true }));
            await PlaceListAsync(
                before, Carol, OrderListKind.OneCancelsOther,
                [Limit("target", Side.Sell, 10, 15_300), Stop("guard", Side.Sell, 10, 14_900, 14_000)]);
            await before.Book(Aapl).Operate(new SetTradingPhase(TradingPhase.Halt));
            hash = await before.Book(Aapl).StateHash();
            await before.CrashAsync();
        }

        await using var after = await Exchange.StartAsync(disk, overtaking);
        var state = await after.Book(Aapl).State();
        Assert.Equal((hash, TradingPhase.Halt, 5), (await after.Book(Aapl).StateHash(), state.Phase, state.OpenOrders));
        var refused = await after.PlaceAsync(Carol, "late", Aapl, Side.Buy, 15_100, 1);
        Assert.Equal(RejectReason.SymbolHalted, refused.Reason);
        Assert.Equal(
            RejectReason.None,
            await after.Book(Aapl).Operate(new SetTradingPhase(TradingPhase.Volatility)));
        Assert.Equal(
            RejectReason.None,
            await after.Book(Aapl).Operate(new SetTradingPhase(TradingPhase.Continuous)));
        var trigger = await after.PlaceAsync(Carol, "hit", Aapl, Side.Buy, 15_100, 12);
        Assert.Equal([10, 2], trigger.Fills.Select(fill => fill.QuantityLots));
        Assert.Equal(OrderStatus.Filled, (await after.Book(Aapl).Status(Alice, stop.OrderId)).Status);
        var depth = await after.Book(Aapl).Depth();
        Assert.Equal((15_100, 3), (depth.Asks[0].PriceTicks, depth.Asks[0].QuantityLots));
    }

    [Fact]
    public async Task The_public_depth_shows_what_is_displayed_and_nothing_else()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Bob, "plain", Aapl, Side.Sell, 15_100, 4);
        await PlaceAsync(exchange, Bob, Limit("ice", Side.Sell, 40, 15_100, new OrderConditions { DisplayLots = 10 }));
        await PlaceAsync(exchange, Bob, Limit("dark", Side.Sell, 7, 15_050, new OrderConditions { Hidden = true }));
        var hit = await exchange.PlaceAsync(Alice, "hit", Aapl, Side.Buy, 15_100, 13);
        Assert.Equal(
            [(15_050L, 7L), (15_100L, 4L), (15_100L, 2L)],
            hit.Fills.Select(fill => (fill.PriceTicks, fill.QuantityLots)));
        var feed = exchange.Grains.GetGrain<IMarketDataGrain>(Aapl);
        await Wait.UntilAsync(
            async () => (await feed.Depth(10)).Sequence >= hit.Sequence, "the feed to see the last trade");
        var depth = await feed.Depth(10);
        Assert.Equal(
            [(15_100L, 8L, 1)], depth.Asks.Select(level => (level.PriceTicks, level.QuantityLots, level.Orders)));
        Assert.Equal(3, (await feed.Trades(10)).Length);
    }

    [Fact]
    public async Task An_opening_auction_trades_at_one_price()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        foreach (var phase in new[] { TradingPhase.Closed, TradingPhase.PreOpen, TradingPhase.Opening })
        {
            Assert.Equal(
                RejectReason.None, await exchange.Book(Aapl).Operate(new SetTradingPhase(phase)));
        }

        await exchange.PlaceAsync(Alice, "a", Aapl, Side.Buy, 15_200, 10);
        await PlaceAsync(
            exchange, Bob, Limit("b", Side.Sell, 6, 15_000) with { TimeInForce = TimeInForce.AtTheOpening });
        var state = await exchange.Book(Aapl).State();
        Assert.Equal(new IndicativeAuction(15_200, 6, 4), state.Indicative);
        Assert.Equal(
            RejectReason.NotInThisPhase,
            await exchange.Book(Aapl).Operate(new SetTradingPhase(TradingPhase.Closing)));
        Assert.Equal(
            RejectReason.None,
            await exchange.Book(Aapl).Operate(new SetTradingPhase(TradingPhase.Continuous)));
        state = await exchange.Book(Aapl).State();
        Assert.Equal((TradingPhase.Continuous, 15_200, 1), (state.Phase, state.LastPriceTicks, state.OpenOrders));
        var bob = await exchange.ViewAsync(Bob, (await exchange.Book(Aapl).Status(Bob, 2)));
        // Both rest in an auction, so both pay the maker's rate.
        Assert.Equal(1_000_000_000_000 + (6 * 15_200) - 19, bob.Of("USD").Total);
    }

    [Fact]
    public async Task An_auction_never_costs_a_market_order_more_than_is_held_for_it()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        foreach (var phase in new[] { TradingPhase.Closed, TradingPhase.PreOpen, TradingPhase.Opening })
            await exchange.Book(Aapl).Operate(new SetTradingPhase(phase));
        await exchange.PlaceAsync(Bob, "ask", Aapl, Side.Sell, 17_000, 10);
        var market = await PlaceAsync(
            exchange, Alice,
            Limit("market", Side.Buy, 10, 15_750) with
            {
                Type = OrderType.Market,
                TimeInForce = TimeInForce.AtTheOpening,
            });
        Assert.Equal(OrderStatus.New, market.Status);
        await exchange.Book(Aapl).Operate(new SetTradingPhase(TradingPhase.Continuous));
        var ended = await exchange.Book(Aapl).Status(Alice, market.OrderId);
        Assert.Equal((EndReason.AtTheOpening, 0), (ended.End, ended.FilledLots));
        Assert.Equal(
            (1_000_000_000_000, 0),
            (await exchange.ViewAsync(Alice, ended)).Of("USD") is var cash ? (cash.Total, cash.Held) : default);
    }

    [Fact]
    public async Task The_kill_switch_cancels_and_blocks()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Alice, "a", Aapl, Side.Buy, 15_000, 10);
        await PlaceAsync(exchange, Alice, Stop("s", Side.Buy, 5, 15_100, 16_000));
        Assert.Equal(
            RejectReason.None, await exchange.Book(Aapl).Operate(new BlockAccount(Alice)));
        var refused = await exchange.PlaceAsync(Alice, "b", Aapl, Side.Buy, 15_000, 10);
        Assert.Equal(RejectReason.AccountBlocked, refused.Reason);
        Assert.Equal(0, (await exchange.ViewAsync(Alice, refused)).Of("USD").Held);
        Assert.Equal(EndReason.KillSwitch, (await exchange.Book(Aapl).Status(Alice, 2)).End);
        await exchange.Book(Aapl).Operate(new UnblockAccount(Alice));
        Assert.Equal(OrderStatus.New, (await exchange.PlaceAsync(Alice, "c", Aapl, Side.Buy, 15_000, 10)).Status);
    }

    [Fact]
    public async Task Conditions_change_where_the_order_stands_and_only_its_owner_may()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var ice = await PlaceAsync(
            exchange, Alice, Limit("ice", Side.Buy, 40, 15_000, new OrderConditions { DisplayLots = 10 }));
        await exchange.PlaceAsync(Bob, "behind", Aapl, Side.Buy, 15_000, 5);
        var less = new ConditionChanges(DisplayLots: 3);
        Assert.Equal(RejectReason.NotOwner, (await exchange.Book(Aapl).Amend(Bob, ice.OrderId, less)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.Book(Aapl).Amend(Alice, ice.OrderId, less)).Reason);
        Assert.Equal(8, (await exchange.Book(Aapl).Depth()).Bids[0].QuantityLots);
        Assert.Equal(new PlaceInLine(RejectReason.None, 1, 3), await exchange.Book(Aapl).Position(Bob, 2));
        var shown = await exchange.Book(Aapl).Status(Alice, ice.OrderId);
        Assert.Equal(3, shown.Conditions.Decode()?.DisplayLots);
        Assert.Equal(
            3, Assert.Single((await exchange.ViewAsync(Alice, shown)).OpenOrders).Conditions.Decode()?.DisplayLots);
        Assert.Equal(
            RejectReason.BadRequest,
            (await exchange.Book(Aapl).Amend(Alice, ice.OrderId, ConditionChanges.None)).Reason);
        Assert.Equal(
            RejectReason.InvalidCombination,
            (await exchange.Book(Aapl).Amend(Bob, 2, new ConditionChanges(TriggerTicks: 5))).Reason);
    }

    [Fact]
    public async Task A_refused_change_of_conditions_names_what_it_is_about()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var plain = await exchange.PlaceAsync(Alice, "plain", Aapl, Side.Buy, 14_000, 10);
        var ice = await PlaceAsync(
            exchange, Alice, Limit("ice", Side.Buy, 10, 14_000, new OrderConditions { DisplayLots = 2 }));
        var timed = await PlaceAsync(
            exchange, Alice,
            Limit("timed", Side.Buy, 10, 14_000, new OrderConditions { ExpiryNanos = long.MaxValue }) with
            {
                TimeInForce = TimeInForce.GoodTillDate,
            });
        var trail = await PlaceAsync(exchange, Alice, Stop("trail", Side.Sell, 10, 0, 13_000) with
        {
            Type = OrderType.TrailingStop,
            Conditions = EncodedConditions.From(new OrderConditions { TrailTicks = 500 }),
        });
        (ExecutionReport Order, ConditionChanges Changes, RejectReason Reason, string Field)[] refused =
        [
            (plain, new(DisplayLots: 2), RejectReason.InvalidCombination, "type,displayQuantity"),
            (plain, new(TriggerTicks: 2), RejectReason.InvalidCombination, "type,triggerPrice"),
            (plain, new(TrailTicks: 2), RejectReason.InvalidCombination, "type,trailingDistance"),
            (plain, new(TrailBasisPoints: 2), RejectReason.InvalidCombination, "type,trailingBasisPoints"),
            (plain, new(ExpiryNanos: long.MaxValue), RejectReason.InvalidCombination, "goodTill,timeInForce"),
            (trail, new(TriggerTicks: 2), RejectReason.InvalidCombination, "type,triggerPrice"),
            (trail, new(TrailBasisPoints: 2), RejectReason.InvalidCombination,
                "trailingDistance,trailingBasisPoints"),
            (ice, new(DisplayLots: 11), RejectReason.InvalidQuantity, "displayQuantity"),
            (timed, new(ExpiryNanos: 1), RejectReason.ExpiredAlready, "goodTill"),
        ];
        foreach (var (order, changes, reason, field) in refused)
        {
            Assert.Equal((RejectReason.None, changes), (order.Reason, changes));
            var report = await exchange.Book(Aapl).Amend(Alice, order.OrderId, changes);
            Assert.Equal((changes, reason, field), (changes, report.Reason, report.Field));
        }

        await exchange.PlaceAsync(Bob, "bid", Aapl, Side.Buy, 15_000, 1);
        await exchange.PlaceAsync(Bob, "last", Aapl, Side.Sell, 15_000, 1);
        var stop = await PlaceAsync(exchange, Alice, Stop("stop", Side.Sell, 10, 14_900, 13_000));
        var passed = await exchange.Book(Aapl).Amend(Alice, stop.OrderId, new(TriggerTicks: 15_000));
        Assert.Equal((RejectReason.StopWouldTrigger, "triggerPrice"), (passed.Reason, passed.Field));
    }

    [Fact]
    public async Task An_order_that_slid_is_told_at_the_price_where_it_stands()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Bob, "ask", Aapl, Side.Sell, 15_000, 5);
        var slides = Limit("slides", Side.Buy, 10, 15_100, new OrderConditions { Slide = true });
        var first = await PlaceAsync(exchange, Alice, slides);
        Assert.Equal((OrderStatus.New, 14_999), (first.Status, first.PriceTicks));
        Assert.Equal(14_999, (await PlaceAsync(exchange, Alice, slides)).PriceTicks);
        Assert.Equal(14_999, (await exchange.Book(Aapl).Status(Alice, first.OrderId)).PriceTicks);
        Assert.Equal(14_999, (await exchange.Book(Aapl).Depth()).Bids[0].PriceTicks);
    }

    [Fact]
    public async Task A_trailing_stop_does_not_become_larger_for_its_trigger_would_move_back()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var trail = await PlaceAsync(exchange, Alice, Stop("trail", Side.Sell, 10, 0, 13_000) with
        {
            Type = OrderType.TrailingStop,
            Conditions = EncodedConditions.From(new OrderConditions { TrailTicks = 500 }),
        });
        var seen = new SeenSequence(Aapl, trail.Sequence);
        var larger = await exchange.Account(Alice).Amend(new AmendRequest(Aapl, trail.OrderId, "a", 0, 11, seen));
        Assert.Equal((RejectReason.InvalidCombination, "type,quantity"), (larger.Reason, larger.Field));
        var smaller = await exchange.Account(Alice).Amend(new AmendRequest(Aapl, trail.OrderId, "b", 0, 9, seen));
        Assert.Equal((RejectReason.None, 9), (smaller.Reason, smaller.ReduceToTotalLots));
    }

    [Fact]
    public async Task The_worst_price_of_a_stop_is_not_to_be_amended_but_its_quantity_is()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var stop = await PlaceAsync(exchange, Alice, Stop("stop", Side.Buy, 10, 15_100, 16_000));
        var seen = new SeenSequence(Aapl, stop.Sequence);
        var dearer = await exchange.Account(Alice).Amend(new AmendRequest(Aapl, stop.OrderId, "a", 15_200, 0, seen));
        Assert.Equal((RejectReason.InvalidCombination, "type,price"), (dearer.Reason, dearer.Field));
        var smaller = await exchange.Account(Alice).Amend(new AmendRequest(Aapl, stop.OrderId, "b", 16_000, 4, seen));
        Assert.Equal((RejectReason.None, 4), (smaller.Reason, smaller.ReduceToTotalLots));
        var larger = await exchange.Account(Alice).Amend(new AmendRequest(Aapl, stop.OrderId, "c", 0, 20, seen));
        Assert.Equal(
            (RejectReason.None, 20, 16_000),
            (larger.Reason, larger.Replacement?.QuantityLots, larger.Replacement?.PriceTicks));
    }

    [Fact]
    public async Task An_order_good_till_a_time_ends_without_anyone_asking()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var soon = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100 + 1_500_000_000;
        var order = await PlaceAsync(
            exchange, Alice,
            Limit("gtd", Side.Buy, 10, 15_000, new OrderConditions { ExpiryNanos = soon }) with
            {
                TimeInForce = TimeInForce.GoodTillDate,
            });
        Assert.Equal(OrderStatus.New, order.Status);
        await Wait.UntilAsync(
            async () => (await exchange.Book(Aapl).Status(Alice, order.OrderId)).End == EndReason.GoodTillDate,
            "the order's time");
        await Wait.UntilAsync(async () => (await exchange.ViewAsync(Alice)).Of("USD").Held == 0, "its hold to be free");
    }

    private static HoldRequest Limit(
        string name, Side side, long lots, long price, OrderConditions? conditions = null) => new(
            name, Aapl, side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price, lots,
            Conditions: EncodedConditions.From(conditions));

    private static HoldRequest Stop(string name, Side side, long lots, long trigger, long worst) => new(
        name, Aapl, side, OrderType.Stop, TimeInForce.GoodTillCancel, PostOnly: false, worst, lots,
        Conditions: EncodedConditions.From(new OrderConditions { TriggerTicks = trigger }));

    private static async Task<ExecutionReport> PlaceAsync(Exchange exchange, long account, HoldRequest request)
    {
        var held = (await exchange.Account(account).Hold([request]))[0];
        Assert.Equal(RejectReason.None, held.Reason);
        return await exchange.SubmitAsync(Aapl, held.Order!);
    }

    private static async Task<ImmutableArray<ExecutionReport>> PlaceListAsync(
        Exchange exchange, long account, OrderListKind kind, ImmutableArray<HoldRequest> orders)
    {
        var held = await exchange.Account(account).HoldList(kind, orders);
        Assert.Equal(RejectReason.None, held.Reason);
        return await exchange.Book(Aapl).SubmitList(kind, held.Orders);
    }
}

/// <summary>Runs on the plain runtime.</summary>
public sealed class ConditionalOrderLifeWithCallsInOrder() : ConditionalOrderLifeTests(overtaking: false);

/// <summary>Runs with lost, duplicated and reordered messages.</summary>
public sealed class ConditionalOrderLifeWithOvertakingCalls() : ConditionalOrderLifeTests(overtaking: true);
