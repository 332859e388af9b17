using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Following an account: reported changes are durable, complete and reported once.</summary>
public class AccountWatchTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_response_is_the_account_and_later_ones_are_changes()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL", "MSFT"], [Alice, Bob]);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Sell, 15_000, 10);
        var first = await ChangeAsync(exchange, -1, []);
        Assert.Empty(first.Records);
        while (first.View.Open("AAPL").Single().OrderId == 0)
        {
            // The book has responded, but its account has not received the result yet.
            first = await ChangeAsync(exchange, first.Version, first.View.Cursors);
        }

        Assert.Equal(10, first.View.Open("AAPL").Single().QuantityLots);

        await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Buy, 15_000, 4);
        await exchange.PlaceAsync(Alice, "c", "MSFT", Side.Buy, 100, 1);
        var (records, last) = await FollowAsync(
            exchange, first,
            view => view.Open("AAPL").Single().FilledLots == 4 && view.Open("MSFT").Any(order => order.OrderId > 0));
        Assert.Equal(["AAPL OrderAccepted Bob", "MSFT OrderAccepted Alice"], records.Order(StringComparer.Ordinal));

        await exchange.Account(Alice).Deposit(new DepositRequest("more", "USD", 5));
        (records, _) = await FollowAsync(exchange, last, view => view.Of("USD").Total == last.View.Of("USD").Total + 5);
        Assert.Empty(records);
    }

    [Fact]
    public async Task Watcher_gets_records_from_before_a_new_activation()
    {
        await using var disk = new Disk();
        AccountChange first;
        await using (var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob]))
        {
            await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Sell, 15_000, 10);
            first = await ChangeAsync(exchange, -1, []);
            await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Buy, 15_000, 4);
            await exchange.CrashAsync();
        }

        await using var again = await Exchange.StartAsync(disk);
        var (records, _) = await FollowAsync(again, first, view => view.Open("AAPL").Single().FilledLots == 4);
        Assert.Equal(["AAPL OrderAccepted Bob"], records);
    }

    [Fact]
    public async Task Watchers_see_durable_changes_only()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice]);
        var first = await ChangeAsync(exchange, -1, []);
        using var gate = disk.Volatile.Faults.Hold();
        var hold = exchange.HoldAsync(Alice, "a", "AAPL", Side.Sell, 15_000, 10);
        await gate.Arrived;
        var change = exchange.Account(Alice).WaitForChange(first.Version, first.View.Cursors, null).AsTask();
        Assert.False(change.IsCompleted);
        gate.Release();
        await hold;
        Assert.Equal(10, (await change)!.View.OpenOrders.Single().QuantityLots);
    }

    [Fact]
    public async Task Waiting_watchers_are_released_when_the_process_ends()
    {
        // The clock advances by less than any timeout.
        var time = new ManualTime();
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice], time: time);
        var market = exchange.Grains.GetGrain<IMarketDataGrain>("AAPL");
        var first = await ChangeAsync(exchange, -1, []);
        var start = await market.WaitForUpdate(0);
        var account = exchange.Account(Alice).WaitForChange(first.Version, first.View.Cursors, null).AsTask();
        var update = market.WaitForUpdate(start!.Sequence).AsTask();

        // Responded after those two have begun to wait; in Orleans a call may be overtaken.
        await exchange.ViewAsync(Alice);
        await market.LastPrice();
        Assert.False(account.IsCompleted || update.IsCompleted);
        exchange.Service<IHostApplicationLifetime>().StopApplication();
        var steps = 200;
        await Wait.UntilAsync(
            () =>
            {
                // An overtaken call arrives during the shutdown, and waits for a moment of it.
                if (steps-- > 0)
                    time.Advance(TimeSpan.FromMilliseconds(10));
                return account.IsCompleted && update.IsCompleted;
            },
            "both to be answered");
        Assert.Null(await account.WaitAsync(Wait.Limit, Token));
        Assert.Null(await update.WaitAsync(Wait.Limit, Token));
    }

    private static async Task<AccountChange> ChangeAsync(
        Exchange exchange, long version, ImmutableArray<SeenSequence> after) =>
        await exchange.Account(Alice).WaitForChange(version, after, null)
            ?? throw new TimeoutException("The account did not change.");

    /// <summary>
    /// Follows until the account meets a condition. Returns the changes until then, and the last one.
    /// </summary>
    private static async Task<(List<string> Records, AccountChange Last)> FollowAsync(
        Exchange exchange, AccountChange from, Func<AccountView, bool> isSo)
    {
        var records = new List<string>();
        while (true)
        {
            from = await ChangeAsync(exchange, from.Version, from.View.Cursors);
            records.AddRange(
                from book in @from.Records
                from record in book.Records
                select $"{book.Symbol} {record.Record.GetType().Name} {(record.Record is OrderAccepted { Order.Account: Bob } ? "Bob" : "Alice")}");
            if (isSo(from.View))
                return (records, from);
        }
    }
}
