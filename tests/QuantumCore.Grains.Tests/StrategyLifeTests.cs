using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Strategy orders through the grains, with ordered and overtaking calls: all legs or none, whatever happens.
/// </summary>
public abstract class StrategyLifeTests(bool overtaking)
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Carol = 1003;
    private const string A = "AAA";
    private const string B = "BBB";
    private const string Key = "group:PAIR";
    private static readonly string[] s_symbols = [A, B];

    [Fact]
    public async Task A_strategy_takes_the_quotes_of_both_books_within_its_net_price()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var ask = await PlaceAsync(exchange, Bob, "ask", A, Side.Sell, 15_100, 7);
        var bid = await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 5);
        var legs = await SpreadAsync(exchange, Alice, "s", net: 100, units: 10);
        Assert.Equal(
            [(OrderStatus.PartiallyFilled, 5L), (OrderStatus.PartiallyFilled, 5L)],
            legs.Select(leg => (leg.Status, leg.FilledLots)));
        Assert.Equal([15_100, 15_000], legs.Select(leg => Assert.Single(leg.Fills).PriceTicks));
        Assert.Equivalent(legs, await SpreadAsync(exchange, Alice, "s", net: 100, units: 10), strict: true);

        // The remainder waits; better quotes fill it, only as far as there are quotes for both legs.
        await PlaceAsync(exchange, Bob, "bid2", B, Side.Buy, 15_001, 3);
        var (alice, bob) = (await exchange.ViewAsync(Alice, legs), await exchange.ViewAsync(Bob, ask, bid));
        Assert.Equal((100_000_007, 99_999_993), (alice.Of(A).Total, alice.Of(B).Total));
        Assert.Equal((99_999_993, 100_000_007), (bob.Of(A).Total, bob.Of(B).Total));
        Assert.Equal([3, 3], alice.OpenOrders.Select(order => order.QuantityLots - order.FilledLots));
        Assert.Equal(0, (await exchange.Book(A, Key).State()).LastPriceTicks);
    }

    [Fact]
    public async Task An_order_that_rests_and_is_taken_by_a_strategy_at_once_is_answered_as_it_rested()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 5);
        await SpreadAsync(exchange, Alice, "s", net: 100, units: 5);
        var hold = await exchange.Account(Bob).Hold(
            [new HoldRequest(
                "post", A, Side.Sell, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: true, 15_100, 5)]);
        var first = (await exchange.Book(A, Key).Submit([hold[0].Order!]))[0];
        Assert.Equal((OrderStatus.New, 5), (first.Status, first.LeavesLots));
        Assert.Equivalent(first, (await exchange.Book(A, Key).Submit([hold[0].Order!]))[0], strict: true);
        var taken = await exchange.Book(A, Key).Status(Bob, first.OrderId);
        Assert.Equal((OrderStatus.Filled, first.Sequence + 1), (taken.Status, taken.Sequence));
    }

    [Fact]
    public async Task A_price_alert_waits_for_a_last_price_which_no_trade_of_a_leg_makes()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var alerts = exchange.Grains.PriceAlerts(Carol);
        await alerts.Add(new AlertRequest(A, 1, IsAbove: true, AfterSequence: 0));
        await SpreadAsync(exchange, Alice, "buys", net: 120, units: 4);
        var sells = await SpreadAsync(exchange, Bob, "sells", net: -100, units: 3, reversed: true);
        Assert.NotEqual(15_050, sells[0].Fills[0].PriceTicks);

        // Set afterwards, it is compared with the same trades again, from the journal.
        await alerts.Add(new AlertRequest(A, 2, IsAbove: true, AfterSequence: 0));
        await PlaceAsync(exchange, Carol, "ask", A, Side.Sell, 15_050, 1);
        await PlaceAsync(exchange, Bob, "bid", A, Side.Buy, 15_050, 1);
        await Wait.UntilAsync(async () => (await alerts.Alerts()).Alerts.All(alert => alert.HasFired));
        Assert.Equal([15_050, 15_050], (await alerts.Alerts()).Alerts.Select(alert => alert.FiredTicks));
    }

    [Fact]
    public async Task Opposite_strategies_trade_without_quotes_and_set_no_last_price()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await SpreadAsync(exchange, Alice, "buys", net: 120, units: 4);
        var sells = await SpreadAsync(exchange, Bob, "sells", net: -100, units: 3, reversed: true);
        Assert.All(sells, leg => Assert.Equal(OrderStatus.Filled, leg.Status));
        // At the net price of the one that was first: A at its reference and 1.20 more than B.
        Assert.Equal(120, sells[0].Fills[0].PriceTicks - sells[1].Fills[0].PriceTicks);
        Assert.Equal(0, (await exchange.Book(A, Key).State()).LastPriceTicks);
        var alice = await exchange.ViewAsync(Alice, sells);
        Assert.Equal([1, 1], alice.OpenOrders.Select(order => order.QuantityLots - order.FilledLots));

        // Market orders are protected from that price too: live, and rebuilt from the journal.
        foreach (var (symbol, price) in new[] { (A, 15_050L), (B, 15_000L) })
        {
            await PlaceAsync(exchange, Carol, "ask" + symbol, symbol, Side.Sell, price, 1);
            await PlaceAsync(exchange, Bob, "bid" + symbol, symbol, Side.Buy, price, 1);
        }

        var more = await SpreadAsync(exchange, Bob, "more", net: -100, units: 1, reversed: true);
        Assert.Equal(120, more[0].Fills[0].PriceTicks - more[1].Fills[0].PriceTicks);
        foreach (var (symbol, price) in new[] { (A, 15_050L), (B, 15_000L) })
        {
            var (market, state) = (exchange.Grains.GetGrain<IMarketDataGrain>(symbol),
                await exchange.Book(symbol, Key).State());
            await Wait.UntilAsync(async () => (await market.Depth(1)).Sequence >= state.Sequence);
            Assert.Equal((price, price), (state.LastPriceTicks, await market.LastPrice()));
            await exchange.Cluster.DeactivateAsync(market);
            Assert.Equal(price, await market.LastPrice());
        }
    }

    [Fact]
    public async Task Order_trades_with_a_waiting_strategy_at_a_better_price_than_in_its_book()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 10);
        await PlaceAsync(exchange, Bob, "near", A, Side.Buy, 15_090, 2);
        await PlaceAsync(exchange, Bob, "far", A, Side.Buy, 15_050, 10);
        var waiting = await SpreadAsync(exchange, Alice, "s", net: 80, units: 3);
        Assert.All(waiting, leg => Assert.Equal(OrderStatus.New, leg.Status));

        // 150.90 of its own book first, then 150.80 by the strategy, then 150.50.
        var order = await PlaceAsync(exchange, Carol, "sell", A, Side.Sell, 15_000, 6);
        Assert.Equal(
            [(15_090, 2), (15_080, 3), (15_050, 1)], order.Fills.Select(fill => (fill.PriceTicks, fill.QuantityLots)));
        Assert.Equal((OrderStatus.Filled, 6), (order.Status, order.FilledLots));
        Assert.Equivalent(order, await PlaceAsync(exchange, Carol, "sell", A, Side.Sell, 15_000, 6), strict: true);
        var alice = await exchange.ViewAsync(Alice, [.. waiting.Select(leg => leg with { Sequence = order.Sequence })]);
        Assert.Empty(alice.OpenOrders);
        Assert.Equal((100_000_003, 99_999_997), (alice.Of(A).Total, alice.Of(B).Total));
        Assert.Equal(0, alice.Of("USD").Held);
    }

    [Fact]
    public async Task Cancelling_a_leg_or_everything_in_one_book_ends_the_whole_strategy()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var first = await SpreadAsync(exchange, Alice, "s1", net: 0, units: 2);
        var second = await SpreadAsync(exchange, Alice, "s2", net: 0, units: 2);
        var cancelled = await exchange.Book(A, Key).CloseById(Alice, first[0].OrderId);
        Assert.Equal((OrderStatus.Cancelled, EndReason.User), (cancelled.Status, cancelled.End));
        Assert.Equal(EndReason.List, (await exchange.Book(B, Key).Status(Alice, first[1].OrderId)).End);

        var mark = await exchange.Account(Alice).CancelAll();
        Assert.Equal(1, await exchange.Book(B, Key).CloseAll(Alice, mark.Floor));
        Assert.Equal(EndReason.List, (await exchange.Book(A, Key).Status(Alice, second[0].OrderId)).End);
        var alice =
            await exchange.ViewAsync(Alice, [cancelled, await exchange.Book(A, Key).Status(Alice, second[0].OrderId),
            await exchange.Book(B, Key).Status(Alice, second[1].OrderId)]);
        Assert.Empty(alice.OpenOrders);
        Assert.Equal((0, 0), (alice.Of("USD").Held, alice.Of(B).Held));
    }

    [Fact]
    public async Task A_dividend_in_one_book_ends_the_whole_strategy_and_leaves_orders_beside_it()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var legs = await SpreadAsync(exchange, Alice, "s", net: 0, units: 2);
        var bid = await PlaceAsync(exchange, Bob, "bid", A, Side.Buy, 14_000, 5);
        var call = AdjustOrders.Of(1, OrderAdjustment.Dividend(13));
        Assert.Equal(RejectReason.None, await exchange.Book(A, Key).Operate(call));
        Assert.Equal(EndReason.CorporateAction, (await exchange.Book(A, Key).Status(Alice, legs[0].OrderId)).End);
        Assert.Equal(EndReason.List, (await exchange.Book(B, Key).Status(Alice, legs[1].OrderId)).End);
        var fallen = await exchange.Book(A, Key).Status(Bob, bid.OrderId);
        Assert.Equal((OrderStatus.New, 13_987), (fallen.Status, fallen.PriceTicks));
        var alice = await exchange.ViewAsync(
            Alice, [
                await exchange.Book(A, Key).Status(Alice, legs[0].OrderId),
                await exchange.Book(B, Key).Status(Alice, legs[1].OrderId)]);
        Assert.Equal((0, 0), (alice.Of("USD").Held, alice.Of(B).Held));
    }

    [Fact]
    public async Task A_strategy_does_not_trade_while_one_of_its_books_is_halted()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var waiting = await SpreadAsync(exchange, Alice, "s", net: 100, units: 5);
        await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 10);
        Assert.Equal(
            RejectReason.None,
            await exchange.Book(B, Key).Operate(new SetTradingPhase(TradingPhase.Halt)));
        await PlaceAsync(exchange, Bob, "ask", A, Side.Sell, 15_100, 10);
        Assert.Equal(0, (await exchange.Book(A, Key).Status(Alice, waiting[0].OrderId)).FilledLots);
        var refused = await SpreadAsync(exchange, Alice, "late", net: 100, units: 5);
        Assert.All(refused, leg => Assert.Equal(RejectReason.SymbolHalted, leg.Reason));

        await exchange.Book(B, Key).Operate(new SetTradingPhase(TradingPhase.Volatility));
        await exchange.Book(B, Key).Operate(new SetTradingPhase(TradingPhase.Continuous));
        Assert.Equal(OrderStatus.Filled, (await exchange.Book(A, Key).Status(Alice, waiting[0].OrderId)).Status);
        Assert.Equal(OrderStatus.Filled, (await exchange.Book(B, Key).Status(Alice, waiting[1].OrderId)).Status);
    }

    [Fact]
    public async Task A_retry_enters_a_strategy_once_and_legs_that_were_voided_first_void_it()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var first = await SpreadAsync(exchange, Alice, "s", net: 10, units: 2);
        var again = await SpreadAsync(exchange, Alice, "s", net: 10, units: 2);
        Assert.Equivalent(first, again, strict: true);
        Assert.Equal(1, (await exchange.Book(A, Key).State()).OpenOrders);
        Assert.Equal(RejectReason.KeyConflict, (await HoldAsync(exchange, Alice, "s", 10, 3)).Reason);

        var held = await HoldAsync(exchange, Alice, "late", 10, 2);
        await exchange.Book(B, Key).Resolve(Alice, [held.Orders[1].Number]);
        var late = await exchange.Book(A, Key).Grain.SubmitStrategy(held.Orders);
        Assert.All(late, leg => Assert.Equal(RejectReason.Voided, leg.Reason));
        Assert.Equal(1, (await exchange.Book(A, Key).State()).OpenOrders);
        Assert.Equal(2, (await exchange.ViewAsync(Alice, [.. late])).OpenOrders.Length);
    }

    [Fact]
    public async Task Fill_or_kill_and_immediate_or_cancel_count_whole_units()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await PlaceAsync(exchange, Bob, "ask", A, Side.Sell, 15_100, 7);
        await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 5);
        var killed = await SpreadAsync(exchange, Alice, "fok", net: 100, units: 6, time: TimeInForce.FillOrKill);
        Assert.All(killed, leg => Assert.Equal((EndReason.FillOrKill, 0), (leg.End, leg.FilledLots)));
        var some = await SpreadAsync(exchange, Alice, "ioc", net: 100, units: 6, time: TimeInForce.ImmediateOrCancel);
        Assert.All(some, leg => Assert.Equal((EndReason.ImmediateOrCancel, 5), (leg.End, leg.FilledLots)));
    }

    [Fact]
    public async Task Books_of_a_group_come_back_with_their_strategies_and_their_place_in_line()
    {
        await using var disk = new Disk();
        ulong[] hashes;
        ExecutionReport[] first, second;
        await using (var dead = await OpenAsync(disk))
        {
            first = await SpreadAsync(dead, Alice, "first", net: 90, units: 4);
            second = await SpreadAsync(dead, Carol, "second", net: 90, units: 4);
            hashes = [await dead.Book(A, Key).StateHash(), await dead.Book(B, Key).StateHash()];
            await dead.CrashAsync();
        }

        await using var alive = await Exchange.StartAsync(disk, overtaking);
        Assert.Equal(
            (hashes[0], hashes[1]), (await alive.Book(A, Key).StateHash(), await alive.Book(B, Key).StateHash()));
        var hit = await SpreadAsync(alive, Bob, "hit", net: -90, units: 5, reversed: true);
        Assert.All(hit, leg => Assert.Equal(OrderStatus.Filled, leg.Status));
        Assert.Equal(4, (await alive.Book(A, Key).Status(Alice, first[0].OrderId)).FilledLots);
        Assert.Equal(1, (await alive.Book(B, Key).Status(Carol, second[1].OrderId)).FilledLots);
        Assert.Empty((await alive.ViewAsync(Alice, hit)).OpenOrders);
    }

    [Fact]
    public async Task A_trade_of_a_strategy_that_was_not_durable_never_was_in_either_book()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await OpenAsync(disk);
        await PlaceAsync(dead, Bob, "ask", A, Side.Sell, 15_100, 5);
        await PlaceAsync(dead, Bob, "bid", B, Side.Buy, 15_000, 5);
        var held = await HoldAsync(dead, Alice, "s", 100, 5);
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.Book(A, Key).Grain.SubmitStrategy(held.Orders).AsTask();
        await gate.Arrived;

        // Another silo takes one of the books only; the frame with both must not land.
        await disk.Journal.ActivateAsync("book/" + B, CancellationToken.None);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.DoesNotContain(await dead.RecordsAsync(A), record => record.Record is BookTurn);
        Assert.DoesNotContain(await dead.RecordsAsync(B), record => record.Record is BookTurn);

        await using var alive = await Exchange.StartAsync(disk, overtaking);
        var again = await alive.Book(A, Key).Grain.SubmitStrategy((await HoldAsync(alive, Alice, "s", 100, 5)).Orders);
        if (again.All(leg => leg.Reason == RejectReason.Voided))
        {
            // Slowly starting silos have released it meanwhile, as for a gateway that crashed.
            again = await alive.Book(A, Key).Grain.SubmitStrategy((await HoldAsync(alive, Alice, "t", 100, 5)).Orders);
        }

        Assert.All(again, leg => Assert.Equal(OrderStatus.Filled, leg.Status));
        var alice = await alive.ViewAsync(Alice, [.. again]);
        Assert.Equal((100_000_005, 99_999_995), (alice.Of(A).Total, alice.Of(B).Total));
    }

    [Fact]
    public async Task Owner_change_stops_no_book_while_a_strategy_waits_behind_its_own_quote()
    {
        await using var disk = new Disk();
        await using (var dead = await OpenAsync(disk))
        {
            await PlaceAsync(dead, Bob, "ask", A, Side.Sell, 15_100, 5);
            await PlaceAsync(dead, Alice, "own", B, Side.Buy, 15_000, 5);
            await SpreadAsync(dead, Alice, "s", net: 100, units: 5);
            await dead.Grains.Catalog().SetOwner(new OwnedAccount(Alice, "family"));
            await dead.Grains.Catalog().SetOwner(new OwnedAccount(1004, "family"));
            await dead.RefreshCatalogsAsync();
            Assert.Equal(OrderStatus.New, (await PlaceAsync(dead, Carol, "first", A, Side.Buy, 14_000, 1)).Status);
            await dead.CrashAsync();
        }

        await using var alive = await Exchange.StartAsync(disk, overtaking);
        await alive.RefreshCatalogsAsync();
        Assert.Equal(OrderStatus.New, (await PlaceAsync(alive, Carol, "second", B, Side.Buy, 14_000, 1)).Status);
        var filled = await PlaceAsync(alive, Carol, "third", B, Side.Buy, 15_000, 5);
        Assert.Equal(OrderStatus.Filled, (await alive.Book(B, Key).Status(Carol, filled.OrderId)).Status);
    }

    [Fact]
    public async Task A_strategy_does_not_trade_with_who_comes_to_its_owner_while_another_leaves()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await OwnAsync("one", Alice, Carol);
        await PlaceAsync(exchange, Carol, "ask", A, Side.Sell, 15_100, 5);
        await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 5);
        var legs = await SpreadAsync(exchange, Alice, "s", net: 100, units: 5);
        await OwnAsync("two", Alice, Bob);
        await PlaceAsync(exchange, Carol, "next", A, Side.Buy, 14_000, 1);
        Assert.Equal(0, (await exchange.Book(A, Key).Status(Alice, legs[0].OrderId)).FilledLots);

        async Task OwnAsync(string owner, params long[] accounts)
        {
            foreach (var account in accounts)
                await exchange.Grains.Catalog().SetOwner(new OwnedAccount(account, owner));
            await exchange.RefreshCatalogsAsync();
        }
    }

    [Fact]
    public async Task Instruments_of_other_groups_or_none_are_no_legs()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        await exchange.Grains.Catalog().List(EncodedInstrument.From(Listed.Share("SOLO")));
        var legs = Legs("s", 10, 1, reversed: false, TimeInForce.GoodTillCancel, second: "SOLO");
        var held = await exchange.Account(Alice).HoldList(OrderListKind.Strategy, legs);
        Assert.Equal(RejectReason.InvalidCombination, held.Reason);
        Assert.Contains("one group", held.Limit, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(async () => await exchange.Grains.Catalog()
            .List(EncodedInstrument.From(Listed.Share("SOLO") with { Group = "PAIR" })));
    }

    [Fact]
    public async Task Legs_that_do_not_fit_each_other_are_refused_by_whoever_sees_them()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var twice = Legs("s", 10, 1, reversed: false, TimeInForce.GoodTillCancel, second: A);
        Assert.Equal(
            RejectReason.InvalidCombination,
            (await exchange.Account(Alice).HoldList(OrderListKind.Strategy, twice)).Reason);
        var uneven = Legs("s", 10, 1, reversed: false, TimeInForce.GoodTillCancel);
        uneven = uneven.SetItem(1, uneven[1] with { QuantityLots = 2 });
        Assert.Equal(
            RejectReason.InvalidCombination,
            (await exchange.Account(Alice).HoldList(OrderListKind.Strategy, uneven)).Reason);

        // Bypassing the account: the book rejects every leg, and the hold is released.
        var held = await HoldAsync(exchange, Alice, "s", 10, 2);
        var forged = held.Orders.SetItem(1, held.Orders[1] with { QuantityLots = 3 });
        var reports = await exchange.Book(A, Key).Grain.SubmitStrategy(forged);
        Assert.All(reports, report => Assert.Equal(RejectReason.BadRequest, report.Reason));
        var same = (await HoldAsync(exchange, Bob, "t", 10, 2)).Orders;
        var terms = same[0].Conditions.Decode()!.Strategy! with { Legs = [new(A, Side.Buy, 1), new(A, Side.Sell, 1)] };
        reports = await exchange.Book(A, Key).Grain.SubmitStrategy([.. same.Select((order, i) => order with
        {
            Conditions = EncodedConditions.From(new OrderConditions { Strategy = terms with { Leg = i } }),
        })]);
        Assert.All(reports, report => Assert.Equal(RejectReason.BadRequest, report.Reason));
        Assert.Empty((await exchange.ViewAsync(Alice, [.. reports])).OpenOrders);
        Assert.Equal(0, (await exchange.Book(A, Key).State()).OpenOrders);
    }

    [Fact]
    public async Task A_leg_is_not_amended_and_the_refusal_names_why()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var legs = await SpreadAsync(exchange, Alice, "s", net: 10, units: 4);
        foreach (var (price, lots, field) in ((long, long, string)[])[
            (15_500, 0, "type,price"), (0, 2, "type,quantity")])
        {
            var plan = await exchange.Account(Alice).Amend(
                new AmendRequest(A, legs[0].OrderId, "n" + lots, price, lots, new SeenSequence(A, legs[0].Sequence)));
            Assert.Equal((RejectReason.InvalidCombination, field), (plan.Reason, plan.Field));
        }

        var reduced = await exchange.Book(A, Key).Reduce(Alice, legs[0].Number, 2);
        Assert.Equal(RejectReason.InvalidCombination, reduced.Reason);
        Assert.Equal([4, 4], (await exchange.ViewAsync(Alice, legs)).OpenOrders.Select(order => order.QuantityLots));
    }

    [Fact]
    public async Task A_leg_by_itself_is_no_order()
    {
        await using var disk = new Disk();
        await using var exchange = await OpenAsync(disk);
        var legs = Legs("s", 10, 1, reversed: false, TimeInForce.GoodTillCancel);
        var alone = await exchange.Account(Alice).Hold([legs[0]]);
        Assert.Equal((RejectReason.InvalidCombination, "type"), (alone[0].Reason, alone[0].Field));
        var list = await exchange.Account(Alice).HoldList(
            OrderListKind.OneTriggersOther, [legs[0] with { Symbol = A }, legs[0] with { ClientOrderId = "x" }]);
        Assert.Equal(RejectReason.InvalidCombination, list.Reason);

        // A request that bypasses the account is rejected by the book, permanently.
        var held = await HoldAsync(exchange, Alice, "s", 10, 1);
        var report = (await exchange.Book(A, Key).Submit([held.Orders[0]]))[0];
        Assert.Equal(RejectReason.BadRequest, report.Reason);
        var late = await exchange.Book(A, Key).Grain.SubmitStrategy(held.Orders);
        Assert.Equal([RejectReason.BadRequest, RejectReason.Voided], late.Select(leg => leg.Reason));
        Assert.Empty((await exchange.ViewAsync(Alice, [.. late])).OpenOrders);
    }

    [Fact]
    public async Task Books_of_a_group_that_are_listed_together_trade_as_one()
    {
        await using var disk = new Disk(DiskKind.Files);
        await using var exchange = await OpenAsync(disk, listsTogether: true);
        await PlaceAsync(exchange, Bob, "ask", A, Side.Sell, 15_100, 5);
        await PlaceAsync(exchange, Bob, "bid", B, Side.Buy, 15_000, 5);
        Assert.All(
            await SpreadAsync(exchange, Alice, "s", net: 100, units: 5),
            leg => Assert.Equal(OrderStatus.Filled, leg.Status));
    }

    private Task<Exchange> OpenAsync(Disk disk, bool listsTogether = false) =>
        OpenAsync(disk, overtaking, listsTogether);

    /// <summary>Opens a group of two books, with three accounts that have enough of everything.</summary>
    internal static async Task<Exchange> OpenAsync(Disk disk, bool overtaking, bool listsTogether)
    {
        var exchange = await Exchange.OpenAsync(disk, [], [], overtaking);
        foreach (var some in s_symbols.Chunk(listsTogether ? 2 : 1))
        {
            await Task.WhenAll(some.Select(symbol => exchange.Grains.Catalog()
                .List(EncodedInstrument.From(Listed.Share(symbol) with { Group = "PAIR" })).AsTask()));
        }

        foreach (var account in (long[])[Alice, Bob, Carol])
        {
            await exchange.Account(account).Deposit(new DepositRequest("cash", "USD", 1_000_000_000_000));
            foreach (var symbol in s_symbols)
            {
                await exchange.Account(account).Deposit(new DepositRequest(symbol, symbol, 100_000_000));
            }
        }

        return exchange;
    }

    internal static async Task<ExecutionReport> PlaceAsync(
        Exchange exchange, long account, string key, string symbol, Side side, long price, long lots)
    {
        var hold = await exchange.HoldAsync(account, key, symbol, side, price, lots);
        return (await exchange.Book(symbol, Key).Submit([hold.Order!]))[0];
    }

    /// <summary>Returns the legs of buying A and selling B, one of each per unit; the opposite if reversed.</summary>
    private static ImmutableArray<HoldRequest> Legs(
        string key, long net, long units, bool reversed, TimeInForce time, string second = B)
    {
        var first = reversed ? Side.Sell : Side.Buy;
        var other = reversed ? Side.Buy : Side.Sell;
        var terms = new StrategyTerms(net, 0, [new StrategyLeg(A, first, 1), new StrategyLeg(second, other, 1)]);
        return
        [
            Leg($"{key}.1", A, first, units, time, terms),
            Leg($"{key}.2", second, other, units, time, terms with { Leg = 1 }),
        ];
    }

    private static HoldRequest Leg(
        string key, string symbol, Side side, long lots, TimeInForce time, StrategyTerms terms) => new(
        key, symbol, side, OrderType.Leg, time, PostOnly: false, side == Side.Buy ? 16_000 : 14_000, lots,
        Conditions: EncodedConditions.From(new OrderConditions { Strategy = terms }));

    private static async Task<HoldListResult> HoldAsync(
        Exchange exchange, long account, string key, long net, long units, bool reversed = false,
        TimeInForce time = TimeInForce.GoodTillCancel) =>
        await exchange.Account(account).HoldList(OrderListKind.Strategy, Legs(key, net, units, reversed, time));

    internal static async Task<ExecutionReport[]> SpreadAsync(
        Exchange exchange, long account, string key, long net, long units, bool reversed = false,
        TimeInForce time = TimeInForce.GoodTillCancel)
    {
        var held = await HoldAsync(exchange, account, key, net, units, reversed, time);
        Assert.Equal(RejectReason.None, held.Reason);
        return [.. await exchange.Book(A, Key).Grain.SubmitStrategy(held.Orders)];
    }
}

/// <summary>Runs on the plain runtime.</summary>
public sealed class StrategyLifeWithCallsInOrder() : StrategyLifeTests(overtaking: false);

/// <summary>Runs with lost, duplicated and reordered messages.</summary>
public sealed class StrategyLifeWithOvertakingCalls() : StrategyLifeTests(overtaking: true);
