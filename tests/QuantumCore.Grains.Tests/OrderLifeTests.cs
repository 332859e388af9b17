using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Life of an order through account, book and back, with ordered and overtaking calls.</summary>
public abstract class OrderLifeTests(bool overtaking)
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Fact]
    public async Task Two_orders_trade_and_both_sides_are_paid()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var resting = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal(OrderStatus.New, resting.Status);
        Assert.Equal(1, resting.OrderId);
        var taking = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 14_900, 60);
        Assert.Equal(OrderStatus.Filled, taking.Status);
        var fill = Assert.Single(taking.Fills);
        Assert.Equal((15_000, 60, 700), (fill.PriceTicks, fill.QuantityLots, fill.Fee));

        var alice = await exchange.ViewAsync(Alice, taking);
        var bob = await exchange.ViewAsync(Bob, taking);
        Assert.Equal(100_000_060, alice.Of("AAPL").Total);
        Assert.Equal(1_000_000_000_000 - 900_000 - 180, alice.Of("USD").Total);
        Assert.Equal(1_000_000_000_000 + 900_000 - 700, bob.Of("USD").Total);
        var open = Assert.Single(alice.OpenOrders);
        Assert.Equal(60, open.FilledLots);
        Assert.Equal(open.Held, alice.Of("USD").Held);
        Assert.Empty(bob.OpenOrders);
        Assert.Equal(0, bob.Of("AAPL").Held);
    }

    [Fact]
    public async Task The_same_order_sent_a_hundred_times_at_once_executes_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var reports = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(_ => exchange.PlaceAsync(Alice, "same", "AAPL", Side.Buy, 15_000, 10)));
        Assert.Equal(1, Assert.Single(reports.Select(r => r.OrderId).Distinct()));
        Assert.All(reports, r => Assert.Equal(OrderStatus.New, r.Status));
        Assert.Single((await exchange.ViewAsync(Alice, reports)).OpenOrders);
        Assert.Equal(1, (await exchange.Book("AAPL").State()).OpenOrders);
    }

    [Fact]
    public async Task A_retry_after_the_order_is_done_gets_the_first_report_again()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var first = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 100);
        await exchange.PlaceAsync(Alice, "c", "AAPL", Side.Buy, 15_000, 100);
        var again = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 100);
        Assert.Equivalent(first, again, strict: true);
        Assert.Equal(100_000_000 - 100, (await exchange.ViewAsync(Bob, again)).Of("AAPL").Total);
    }

    [Fact]
    public async Task Another_order_under_a_known_name_is_a_conflict()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var other = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 101);
        Assert.Equal(RejectReason.KeyConflict, other.Reason);
        var equal = await exchange.PlaceAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal(2, equal.OrderId);
    }

    [Fact]
    public async Task A_refusal_for_want_of_money_stays_a_refusal()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        const long Poor = 1003;
        var refused = await exchange.PlaceAsync(Poor, "p", "AAPL", Side.Buy, 15_000, 1);
        Assert.Equal(RejectReason.InsufficientFunds, refused.Reason);
        await exchange.Account(Poor).Deposit(new DepositRequest("d", "USD", 1_000_000));
        Assert.Equal(
            RejectReason.InsufficientFunds,
            (await exchange.PlaceAsync(Poor, "p", "AAPL", Side.Buy, 15_000, 1)).Reason);
        Assert.Equal(OrderStatus.New, (await exchange.PlaceAsync(Poor, "q", "AAPL", Side.Buy, 15_000, 1)).Status);
        Assert.Equal(
            RejectReason.ShortNotAllowed,
            (await exchange.PlaceAsync(Poor, "r", "AAPL", Side.Sell, 15_000, 1)).Reason);
    }

    [Fact]
    public async Task A_cancel_ends_the_order_and_frees_its_hold()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var stranger = await exchange.Book("AAPL").CloseById(Bob, order.OrderId);
        Assert.Equal(RejectReason.NotOwner, stranger.Reason);
        var cancelled = await exchange.Book("AAPL").CloseById(Alice, order.OrderId);
        Assert.Equal((OrderStatus.Cancelled, EndReason.User), (cancelled.Status, cancelled.End));
        Assert.Equal(RejectReason.None, cancelled.Reason);
        Assert.False(cancelled.WasCancelled);
        var again = await exchange.Book("AAPL").CloseById(Alice, order.OrderId);
        Assert.Equivalent(cancelled with { WasCancelled = true }, again, strict: true);
        Assert.Equal(0, (await exchange.ViewAsync(Alice, cancelled)).Of("USD").Held);
    }

    [Fact]
    public async Task A_cancel_of_an_id_that_was_never_issued_is_told_after_an_append()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var before = (await exchange.Book("AAPL").State()).Sequence;
        var report = await exchange.Book("AAPL").CloseById(Alice, 77);
        Assert.Equal(RejectReason.UnknownOrder, report.Reason);
        Assert.Equal(before + 1, (await exchange.Book("AAPL").State()).Sequence);
    }

    [Fact]
    public async Task A_cancel_by_a_name_that_never_came_uses_the_name_up()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        Assert.Equal(RejectReason.UnknownOrder, (await exchange.Account(Alice).FindForCancel("late")).Reason);
        var late = await exchange.PlaceAsync(Alice, "late", "AAPL", Side.Buy, 15_000, 1);
        Assert.Equal(RejectReason.KeyCancelled, late.Reason);
    }

    [Fact]
    public async Task A_cancel_that_overtakes_its_order_wins()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var hold = await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var named = await exchange.Account(Alice).FindForCancel("a");
        var cancelled = await exchange.Book("AAPL").Close(Alice, [named.Number], EndReason.User);
        Assert.Equal(OrderStatus.Cancelled, cancelled[0].Status);
        var late = await exchange.SubmitAsync("AAPL", hold.Order!);
        Assert.Equal(RejectReason.Voided, late.Reason);
        Assert.Equal(0, (await exchange.ViewAsync(Alice, late)).Of("USD").Held);
    }

    [Fact]
    public async Task A_smaller_quantity_keeps_the_order_and_a_new_price_replaces_it()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var seen = new SeenSequence("AAPL", order.Sequence);
        var smaller = await exchange.Account(Alice).Amend(new AmendRequest("AAPL", order.OrderId, "x", 0, 40, seen));
        var reduced = await exchange.Book("AAPL").Reduce(Alice, smaller.ReduceNumber, smaller.ReduceToTotalLots);
        Assert.Equal((order.OrderId, 40, 40), (reduced.OrderId, reduced.QuantityLots, reduced.LeavesLots));

        seen = new SeenSequence("AAPL", reduced.Sequence);
        var dearer = await exchange.Account(Alice).Amend(new AmendRequest("AAPL", order.OrderId, "y", 15_100, 0, seen));
        var replaced = await exchange.SubmitAsync("AAPL", dearer.Replacement!);
        Assert.Equal((2, 40, OrderStatus.New), (replaced.OrderId, replaced.LeavesLots, replaced.Status));
        var old = await exchange.Book("AAPL").Status(Alice, order.OrderId);
        Assert.Equal((OrderStatus.Cancelled, EndReason.Replaced), (old.Status, old.End));
        var view = await exchange.ViewAsync(Alice, replaced);
        Assert.Equal(2, Assert.Single(view.OpenOrders).OrderId);
        Assert.Equal((40L * 15_100) + 470, view.Of("USD").Held);
    }

    [Fact]
    public async Task A_late_copy_of_a_reduction_does_not_make_the_order_larger_again()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        var first = new AmendRequest("AAPL", order.OrderId, "k1", 0, 7, new SeenSequence("AAPL", order.Sequence));
        var plan = await exchange.Account(Alice).Amend(first);
        var seven = await exchange.Book("AAPL").Reduce(Alice, plan.ReduceNumber, plan.ReduceToTotalLots);
        plan = await exchange.Account(Alice).Amend(
            first with { NewClientOrderId = "k2", TotalLots = 5, Seen = new SeenSequence("AAPL", seven.Sequence) });
        var five = await exchange.Book("AAPL").Reduce(Alice, plan.ReduceNumber, plan.ReduceToTotalLots);

        var late = await exchange.Account(Alice).Amend(first with { Seen = new SeenSequence("AAPL", five.Sequence) });
        Assert.Null(late.Replacement);
        var refused = await exchange.Book("AAPL").Reduce(Alice, late.ReduceNumber, late.ReduceToTotalLots);
        Assert.Equal(RejectReason.WouldGrow, refused.Reason);
        Assert.Equal(5, Assert.Single((await exchange.ViewAsync(Alice, five)).OpenOrders).QuantityLots);
    }

    [Fact]
    public async Task The_name_of_a_reduction_leads_to_its_order_for_ever()
    {
        await using var disk = new Disk();
        NamedOrder order;
        await using (var before = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking))
        {
            var placed = await before.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
            var plan = await before.Account(Alice)
                .Amend(new AmendRequest("AAPL", placed.OrderId, "b", 0, 7, new SeenSequence("AAPL", placed.Sequence)));
            await before.Book("AAPL").Reduce(Alice, plan.ReduceNumber, plan.ReduceToTotalLots);
            order = await before.Account(Alice).FindForCancel("b");
            Assert.Equal(new NamedOrder(RejectReason.None, "AAPL", plan.ReduceNumber), order);
            await before.Book("AAPL").Close(Alice, [order.Number], EndReason.User);
            await before.CrashAsync();
        }

        await using var after = await Exchange.StartAsync(disk, overtaking);
        Assert.Equal(order, await after.Account(Alice).LookUp("b"));
        Assert.Equal(order, await after.Account(Alice).FindForCancel("b"));
        Assert.Equal(RejectReason.UnknownOrder, (await after.Account(Alice).LookUp("c")).Reason);
    }

    [Fact]
    public async Task A_book_makes_no_order_smaller_that_has_filled_more_than_its_owner_believes()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 4);
        // As from an account that has not received the fill.
        var stale = await exchange.Book("AAPL").Reduce(Alice, order.Number, 8, expectedLots: 10);
        Assert.Equal((RejectReason.StaleLeaves, "expectedRemaining"), (stale.Reason, stale.Field));
        for (var times = 0; times < 2; times++)
        {
            var done = await exchange.Book("AAPL").Reduce(Alice, order.Number, 8, expectedLots: 6);
            Assert.Equal((RejectReason.None, order.OrderId, 4), (done.Reason, done.OrderId, done.LeavesLots));
        }
    }

    [Fact]
    public async Task A_deposit_and_an_order_may_bear_the_same_name()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Alice, "deposit:inv-1", "AAPL", Side.Buy, 15_000, 10);
        Assert.Equal(
            RejectReason.None, (await exchange.Account(Alice).Deposit(new DepositRequest("inv-1", "USD", 5))).Reason);
    }

    [Fact]
    public async Task A_refused_amendment_uses_its_name_up()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var early = new AmendRequest("AAPL", 1, "x", 15_100, 0, new SeenSequence("AAPL", 0));
        Assert.Equal(RejectReason.UnknownOrder, (await exchange.Account(Alice).Amend(early)).Reason);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var late = await exchange.Account(Alice).Amend(early with { Seen = new SeenSequence("AAPL", order.Sequence) });
        Assert.Equal((RejectReason.UnknownOrder, null), (late.Reason, late.Replacement));
    }

    [Fact]
    public async Task A_market_order_refused_for_its_value_stays_refused_at_another_price()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var request = new HoldRequest(
            "m", "AAPL", Side.Buy, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 1L << 40, 1L << 30);
        Assert.Equal(RejectReason.InvalidNotional, (await exchange.Account(Alice).Hold([request]))[0].Reason);
        var cheaper = (await exchange.Account(Alice).Hold([request with { PriceTicks = 1 }]))[0];
        Assert.Equal(RejectReason.InvalidNotional, cheaper.Reason);
    }

    [Fact]
    public async Task Replacement_of_an_order_filled_meanwhile_is_rejected_and_the_rest_stays()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var order = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var plan = await exchange.Account(Alice).Amend(
            new AmendRequest("AAPL", order.OrderId, "y", 15_100, 0, new SeenSequence("AAPL", order.Sequence)));
        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 30);
        var refused = await exchange.SubmitAsync("AAPL", plan.Replacement!);
        Assert.Equal(RejectReason.StaleLeaves, refused.Reason);
        var view = await exchange.ViewAsync(Alice, refused);
        Assert.Equal(30, Assert.Single(view.OpenOrders).FilledLots);
        Assert.Equal(view.OpenOrders[0].Held, view.Of("USD").Held);
    }

    [Fact]
    public async Task An_account_that_slept_through_its_fills_knows_them_when_it_wakes()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        await exchange.Cluster.DeactivateAsync(exchange.Account(Alice));
        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 100);
        await exchange.Cluster.DeactivateAsync(exchange.Account(Alice));
        var view = await exchange.ViewAsync(Alice);
        Assert.Empty(view.OpenOrders);
        Assert.Equal(100_000_100, view.Of("AAPL").Total);
    }

    [Fact]
    public async Task A_deposit_under_the_same_key_comes_in_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking);
        var first = await exchange.Account(Alice).Deposit(new DepositRequest("k", "USD", 5));
        var again = await exchange.Account(Alice).Deposit(new DepositRequest("k", "USD", 5));
        var other = await exchange.Account(Alice).Deposit(new DepositRequest("k", "USD", 6));
        Assert.Equal(first, again);
        Assert.Equal(RejectReason.KeyConflict, other.Reason);
        Assert.Equal(1_000_000_000_005, (await exchange.ViewAsync(Alice)).Of("USD").Total);
    }
}

/// <summary>Runs on the plain runtime.</summary>
public sealed class OrderLifeWithCallsInOrder() : OrderLifeTests(overtaking: false);

/// <summary>Runs on a runtime that behaves as badly as a cluster may.</summary>
public sealed class OrderLifeWithOvertakingCalls() : OrderLifeTests(overtaking: true);
