using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Crash points of the money path, by their numbers in docs/reliability.md. A crash is a second exchange on the same
/// journal: the first one lives on as a zombie, which is worse than dead. Its clock stands, so that it does nothing on
/// its own.
/// </summary>
public class CrashPointTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [Alice, Bob];

    [Fact]
    public async Task Point_03_a_hold_that_was_not_durable_never_was()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await OpenZombieAsync(disk);
        // Before the gate, so that a failing test opens the gate before it disposes the exchange whose commits wait
        // there.
        await using var alive = await Exchange.StartAsync(disk);
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        await gate.Arrived;
        Assert.Equal(0, (await alive.ViewAsync(Alice)).Of("USD").Held);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        var order = await alive.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal((1, OrderStatus.New), (order.Number, order.Status));
    }

    [Fact]
    public async Task Point_04_a_hold_whose_answer_was_lost_gives_the_same_order_again()
    {
        await using var disk = new Disk();
        await using var dead = await OpenZombieAsync(disk);
        // Started before the hold: while several silos start, the hold may reach the age at which it is released.
        await using var alive = await Exchange.StartAsync(disk);
        var first = await dead.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var again = await alive.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal(first.Order, again.Order);
        var report = await alive.SubmitAsync("AAPL", again.Order!);
        Assert.Equal(OrderStatus.New, report.Status);
        Assert.Single((await alive.ViewAsync(Alice, report)).OpenOrders);
    }

    [Fact]
    public async Task Point_05_an_orphan_hold_is_released_by_the_books_decision()
    {
        await using var disk = new Disk();
        await using var dead = await OpenZombieAsync(disk);
        await dead.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.NotEqual(0, (await dead.ViewAsync(Alice)).Of("USD").Held);
        await using var alive = await Exchange.StartAsync(disk);
        await alive.SweepAsync();
        Assert.Equal(0, (await alive.ViewAsync(Alice)).Of("USD").Held);
        var late = await alive.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal(RejectReason.Voided, late.Reason);
    }

    [Fact]
    public async Task Point_06_a_submit_that_comes_after_the_sweeper_is_refused()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var hold = await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        await exchange.SweepAsync();
        Assert.Equal(RejectReason.Voided, (await exchange.SubmitAsync("AAPL", hold.Order!)).Reason);
        Assert.Equal(0, (await exchange.Book("AAPL").State()).OpenOrders);
    }

    [Fact]
    public async Task Point_07_a_submit_delivered_twice_is_one_order()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var hold = await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var both = await Task.WhenAll(
            exchange.SubmitAsync("AAPL", hold.Order!), exchange.SubmitAsync("AAPL", hold.Order!));
        Assert.Equivalent(both[0], both[1], strict: true);
        Assert.Equal(1, (await exchange.Book("AAPL").State()).OpenOrders);
        await exchange.SweepAsync();
        Assert.Equal(1, (await exchange.Book("AAPL").State()).OpenOrders);
    }

    [Fact]
    public async Task Point_08_a_match_that_was_not_durable_never_was()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await OpenZombieAsync(disk);
        await dead.PlaceAsync(Bob, "maker", "AAPL", Side.Sell, 15_000, 100);
        await using var alive = await Exchange.StartAsync(disk);
        var hold = await dead.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.SubmitAsync("AAPL", hold.Order!);
        await gate.Arrived;
        Assert.Equal(1, (await alive.Book("AAPL").State()).OpenOrders);
        Assert.Equal(100_000_000, (await alive.ViewAsync(Bob)).Of("AAPL").Total);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        var report = await alive.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equal(OrderStatus.Filled, report.Status);
        Assert.Equal(99_999_900, (await alive.ViewAsync(Bob, report)).Of("AAPL").Total);
    }

    [Fact]
    public async Task Point_10_an_order_that_lives_unknown_to_its_client_is_found_by_its_name()
    {
        await using var disk = new Disk();
        await using var dead = await OpenZombieAsync(disk);
        await dead.PlaceAsync(Bob, "maker", "AAPL", Side.Sell, 15_000, 100);
        var unseen = await dead.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        await using var alive = await Exchange.StartAsync(disk);
        var again = await alive.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        Assert.Equivalent(unseen, again, strict: true);
        Assert.Equal(100_000_100, (await alive.ViewAsync(Alice, again)).Of("AAPL").Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Points_11_and_12_fills_that_were_never_pushed_are_pulled(bool historyKnows)
    {
        await using var disk = new Disk();
        await using var dead = await OpenZombieAsync(disk);
        await dead.PlaceAsync(Bob, "maker", "AAPL", Side.Sell, 15_000, 100);
        await dead.PlaceAsync(Alice, "taker", "AAPL", Side.Buy, 15_000, 70);
        if (historyKnows)
        {
            await dead.Ledger.CatchUp();
        }

        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal(100_000_070, (await alive.ViewAsync(Alice)).Of("AAPL").Total);
        var bob = await alive.ViewAsync(Bob);
        Assert.Equal((99_999_930, 30), (bob.Of("AAPL").Total, bob.Of("AAPL").Held));
    }

    [Fact]
    public async Task Point_13_an_account_snapshot_older_than_its_fills_is_caught_up()
    {
        await using var disk = new Disk();
        await using var dead = await OpenZombieAsync(disk);
        await dead.PlaceAsync(Bob, "maker", "AAPL", Side.Sell, 15_000, 100);
        await dead.Cluster.DeactivateAsync(dead.Account(Bob));
        await dead.PlaceAsync(Alice, "one", "AAPL", Side.Buy, 15_000, 10);
        await using var alive = await Exchange.StartAsync(disk);
        await alive.PlaceAsync(Alice, "two", "AAPL", Side.Buy, 15_000, 10);
        Assert.Equal(99_999_980, (await alive.ViewAsync(Bob)).Of("AAPL").Total);
    }

    [Fact]
    public async Task Point_14_a_delivery_that_comes_twice_or_out_of_order_changes_nothing()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.PlaceAsync(Bob, "maker", "AAPL", Side.Sell, 15_000, 100);
        await exchange.PlaceAsync(Alice, "one", "AAPL", Side.Buy, 15_000, 10);
        var last = await exchange.PlaceAsync(Alice, "two", "AAPL", Side.Buy, 15_000, 10);
        var records = await exchange.RecordsAsync("AAPL");
        foreach (var (sequence, record) in records.Reverse().Concat(records))
        {
            await exchange.Account(Bob).Deliver(
                new BookDelivery("AAPL", [new DeliveredRecord(sequence, sequence - 1, record)]));
        }

        Assert.Equal(99_999_980, (await exchange.ViewAsync(Bob, last)).Of("AAPL").Total);
    }

    [Fact]
    public async Task Point_18_orders_wait_for_a_lost_database_and_none_is_lost()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        disk.Volatile.IsDown = true;
        var waiting = Enumerable.Range(0, 20)
            .Select(i => exchange.PlaceAsync(Alice, $"n{i}", "AAPL", Side.Buy, 15_000, 1))
            .ToArray();
        await Task.Yield();
        Assert.DoesNotContain(waiting, order => order.IsCompleted);
        disk.Volatile.IsDown = false;
        var reports = await Task.WhenAll(waiting);
        Assert.All(reports, report => Assert.Equal(OrderStatus.New, report.Status));
        Assert.Equal(20, (await exchange.Book("AAPL").State()).OpenOrders);
    }

    [Fact]
    public async Task Point_18_a_commit_of_unknown_outcome_is_neither_lost_nor_doubled()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var commits = 0;
        disk.Volatile.Faults.Choose = _ => (Interlocked.Increment(ref commits) % 3) switch
        {
            0 => CommitFault.FailBefore,
            1 => CommitFault.FailAfter,
            _ => CommitFault.None,
        };
        var reports = new List<ExecutionReport>();
        for (var i = 0; i < 10; i++)
        {
            reports.AddRange(await Task.WhenAll(Enumerable.Range(0, 5)
                .Select(k => exchange.PlaceAsync(Alice, $"n{i}-{k}", "AAPL", Side.Buy, 15_000, 1))));
        }

        Assert.All(reports, report => Assert.Equal(OrderStatus.New, report.Status));
        Assert.Equal(50, reports.Select(report => report.OrderId).Distinct().Count());
        Assert.Equal(50, (await exchange.Book("AAPL").State()).OpenOrders);
        Assert.True(commits >= 20, $"only {commits} commits: not both kinds of doubt were met");
    }

    [Fact]
    public async Task Point_19_without_its_journal_a_book_does_not_serve()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 1);
        // Down first, so that no other caller reactivates the book in between.
        disk.Volatile.IsDown = true;
        await exchange.Cluster.DeactivateAsync(exchange.Book("AAPL").Grain);
        await Assert.ThrowsAnyAsync<Exception>(async () => await exchange.Book("AAPL").State());
        disk.Volatile.IsDown = false;
        Assert.Equal(1, (await exchange.Book("AAPL").State()).OpenOrders);
    }

    [Fact]
    public async Task Points_22_to_24_a_stale_silo_commits_nothing_and_finds_out_by_itself()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await stale.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await using var current = await Exchange.StartAsync(disk);
        await current.Book("AAPL").CloseById(Alice, 1);
        var before = (await current.Book("AAPL").State()).Sequence;

        // The stale book still considers the order open; its append is rejected, and nothing was answered. A book that
        // has just checked the epochs does not know the outcome, or returns the other one's result.
        ExecutionReport? answer = null;
        var error = await Record.ExceptionAsync(async () => answer = await stale.Book("AAPL").CloseById(Alice, 1));
        Assert.True(
            error is not null || answer is { Status: OrderStatus.Cancelled } or { Reason: RejectReason.OutcomeUnknown },
            $"The stale book answered {answer}.");
        Assert.Equal(before, (await current.Book("AAPL").State()).Sequence);

        // After it is discarded, it reloads the journal's state, and is now the newest activation.
        await Wait.UntilAsync(
            async () => (await stale.Book("AAPL").Status(Alice, 1)).Status == OrderStatus.Cancelled,
            "the stale book to reload");
    }

    [Fact]
    public async Task Point_24_a_stale_account_that_appends_nothing_is_thrown_away_within_seconds()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var current = await Exchange.StartAsync(disk);
        await current.Account(Alice).Deposit(new DepositRequest("more", "USD", 7));

        // Only the check of the epochs each second finds it: reads are not fenced.
        await Wait.UntilAsync(
            async () => (await stale.ViewAsync(Alice)).Of("USD").Total == 1_000_000_000_007,
            "the stale account to reload");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stale_book_asked_to_change_an_order_does_not_call_it_unknown(bool reduces)
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await stale.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await using var current = await Exchange.StartAsync(disk);
        var order = await current.PlaceAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 10);

        // A negative result is recorded before it is returned, and a stale book records nothing. One that has just
        // checked the epochs does not know the outcome.
        ExecutionReport? answer = null;
        var error = await Record.ExceptionAsync(async () => answer = reduces
            ? await stale.Book("AAPL").Grain.Reduce("AAPL", Alice, order.Number, 5, 0)
            : await stale.Book("AAPL").CloseById(Alice, order.OrderId));
        Assert.True(
            error is not null || answer is { Reason: RejectReason.None or RejectReason.OutcomeUnknown },
            $"The stale book answered {answer}.");
    }

    [Fact]
    public async Task A_stale_account_names_no_floor_for_a_cancel_of_all()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var current = await Exchange.StartAsync(disk);
        var order = await current.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        try
        {
            // Either it is detected, or it has reloaded and knows the order.
            Assert.Equal(order.Number, (await stale.Account(Alice).CancelAll()).Floor);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Equal(1, (await current.Book("AAPL").State()).OpenOrders);
        }
    }

    [Fact]
    public async Task An_account_that_breaks_in_the_middle_of_a_record_keeps_nothing_of_it()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var hold = await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 5);
        var more = new TradeFill(1, Bob, 1, 15_000, 500, 0, 0, 0, 0);
        var forged = new OrderAccepted(long.MaxValue, hold.Order!, 99, [more], 0, EndReason.None, 0, null);
        await exchange.Account(Alice).Deliver(new BookDelivery("AAPL", [new DeliveredRecord(77, 0, forged)]));

        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    return (await exchange.ViewAsync(Alice)).OpenOrders is [{ OrderId: 0, FilledLots: 0 }];
                }
                catch (Exception)
                {
                    return false;
                }
            },
            "the account to come back as its journal has it");
        var report = await exchange.SubmitAsync("AAPL", hold.Order!);
        Assert.Equal(OrderStatus.New, report.Status);
        Assert.Equal(1, Assert.Single((await exchange.ViewAsync(Alice, report)).OpenOrders).OrderId);
    }

    [Fact]
    public async Task Nothing_is_told_of_a_match_that_is_not_durable()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.PlaceAsync(Bob, "maker", "AAPL", Side.Sell, 15_000, 100);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        // Its stream may deliver the offer after the book has responded.
        await Wait.UntilAsync(async () => !(await market.Depth(1)).Asks.IsEmpty, "the market data to have the offer");
        var hold = await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 40);
        using var gate = disk.Volatile.Faults.Hold();
        var submitted = exchange.SubmitAsync("AAPL", hold.Order!);
        Assert.True(await Task.WhenAny(gate.Arrived, submitted) != submitted, "It was answered without a commit.");
        Assert.Equal(100_000_000, (await exchange.ViewAsync(Bob)).Of("AAPL").Total);
        Assert.Equal(100, (await market.Depth(1)).Asks[0].QuantityLots);
        Assert.Empty(await market.Trades(10));
        Assert.False(submitted.IsCompleted);
        gate.Release();
        var report = await submitted;
        Assert.Equal(99_999_960, (await exchange.ViewAsync(Bob, report)).Of("AAPL").Total);
    }

    [Fact]
    public async Task Point_27_a_damaged_record_halts_its_symbol_and_no_other()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using (var first = await Exchange.OpenAsync(disk, s_symbols, s_accounts))
        {
            await first.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
            await first.PlaceAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 10);
            await first.PlaceAsync(Alice, "c", "MSFT", Side.Buy, 15_000, 10);
            await first.CrashAsync();
        }

        disk.Volatile.DamageRecord("book/AAPL", 2);
        await using var exchange = await Exchange.StartAsync(disk);
        var halted = await exchange.Book("AAPL").CloseById(Alice, 1);
        Assert.Equal(RejectReason.SymbolUnavailable, halted.Reason);
        var trading = await exchange.PlaceAsync(Bob, "d", "MSFT", Side.Sell, 15_000, 10);
        Assert.Equal(OrderStatus.Filled, trading.Status);
    }

    private static Task<Exchange> OpenZombieAsync(Disk disk) =>
        Exchange.OpenAsync(disk, s_symbols, s_accounts, time: new ManualTime(TimeProvider.System.GetUtcNow()));
}
