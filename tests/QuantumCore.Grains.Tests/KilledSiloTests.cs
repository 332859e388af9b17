using System.Collections.Concurrent;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Two silos trade and one is killed.</summary>
public class KilledSiloTests
{
    private static readonly string[] s_symbols = ["AAPL", "MSFT", "AMZN", "NVDA"];
    private static readonly long[] s_accounts = [1001, 1002, 1003, 1004];

    [Fact]
    public async Task A_killed_silo_takes_nothing_that_was_acknowledged_with_it()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, silos: 2);
        var acknowledged = new ConcurrentDictionary<string, ExecutionReport>();
        using var watchdog = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        watchdog.CancelAfter(Wait.Limit);

        await TradeAsync(exchange, "before", acknowledged, watchdog.Token);
        var trading = TradeAsync(exchange, "during", acknowledged, watchdog.Token);
        await exchange.Cluster.KillSiloAsync(1);
        await TradeAsync(exchange, "after", acknowledged, watchdog.Token);
        await trading;
        Assert.Equal(3 * 4 * 40, acknowledged.Count);
        await AssertNothingLostOrDoubledAsync(exchange, acknowledged);
    }

    // Every client retries under the same client order id until it has a response, as the SDK does.
    private static Task TradeAsync(
        Exchange exchange, string phase, ConcurrentDictionary<string, ExecutionReport> acknowledged,
        CancellationToken cancellationToken) => Task.WhenAll(s_accounts.Select(async account =>
        {
            var random = new Random((int)account);
            for (var i = 0; i < 40; i++)
            {
                var key = $"{phase}-{account}-{i}";
                var symbol = s_symbols[random.Next(s_symbols.Length)];
                var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
                var price = 15_000 + random.Next(-3, 4);
                while (!acknowledged.ContainsKey(key))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var report = await TryPlaceAsync(exchange, account, key, symbol, side, price);
                    if (report is { Reason: RejectReason.None })
                    {
                        acknowledged[key] = report;
                    }
                }
            }
        }));

    private static async Task<ExecutionReport?> TryPlaceAsync(
        Exchange exchange, long account, string key, string symbol, Side side, long price)
    {
        try
        {
            return await exchange.PlaceAsync(account, key, symbol, side, price, 10);
        }
        catch (Exception)
        {
            // The outcome is unknown; a retry under the same client order id tells.
            await Task.Yield();
            return null;
        }
    }

    // A reader may meet an activation that just finds out that it is stale, and retries.
    private static async Task<AccountView> ViewAsync(Exchange exchange, long account, ExecutionReport[] seen)
    {
        AccountView? view = null;
        await Wait.UntilAsync(
            async () =>
            {
                try
                {
                    view = await exchange.ViewAsync(account, seen);
                    return true;
                }
                catch (Exception)
                {
                    return false;
                }
            },
            "a current activation of the account");
        return view!;
    }

    private static async Task AssertNothingLostOrDoubledAsync(
        Exchange exchange, ConcurrentDictionary<string, ExecutionReport> acknowledged)
    {
        Assert.Equal(
            acknowledged.Count,
            acknowledged.Values.Select(report => (report.Symbol, report.OrderId)).Distinct().Count());
        foreach (var symbol in s_symbols)
        {
            var records = await exchange.RecordsAsync(symbol);
            var entered = records.Select(r => r.Record).OfType<OrderAccepted>().ToDictionary(o => o.OrderId);
            var expected = acknowledged.Values.Where(report => report.Symbol == symbol).ToArray();
            Assert.Equal(expected.Length, entered.Count);
            Assert.All(expected, report =>
                Assert.Equal(report.ClientOrderId, entered[report.OrderId].Order.ClientOrderId));
        }

        long cash = 0, fees = 0;
        foreach (var account in s_accounts)
        {
            var seen = s_symbols.Select(s => acknowledged.Values.Where(r => r.Symbol == s).MaxBy(r => r.Sequence)!);
            var view = await ViewAsync(exchange, account, [.. seen]);
            cash += view.Of("USD").Total;
            Assert.All(view.Balances, balance => Assert.True(balance.Available >= 0));
            Assert.Equal(view.OpenOrders.Where(o => o.Side == Side.Buy).Sum(o => o.Held), view.Of("USD").Held);
        }

        foreach (var symbol in s_symbols)
        {
            fees += (await exchange.RecordsAsync(symbol)).Select(r => r.Record).OfType<OrderAccepted>()
                .Sum(o => o.Fills.Sum(f => f.MakerFee + f.TakerFee));
        }

        Assert.Equal(s_accounts.Length * 1_000_000_000_000, cash + fees);
    }
}
