using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Orders;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Replays the freeze of another engine: orders of one account arrive while all of them are cancelled, on several
/// symbols at once. There it took two locks in opposite order and deadlocked.
/// </summary>
public sealed class IncidentTests
{
    private const long Customer = 12345;
    private const long Maker = 1001;
    private const int OrdersInBurst = 100;
    private static readonly string[] s_symbols = ["AAPL", "AMZN", "GOOG", "MSFT"];
    private static readonly long[] s_accounts = [Customer, Maker];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(38)]
    [Trait("Suite", "Slow")]
    public async Task Orders_that_race_a_cancel_all_neither_freeze_the_exchange_nor_stay_open(int rounds)
    {
        await using var disk = new Disk(DiskKind.Files);
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var gateway = GatewayOf(exchange);
        var massCancellation = gateway.GetRequiredService<MassCancellation>();
        var accounts = gateway.GetRequiredService<AccountQueries>();
        var atFirst = await UnitsAsync(accounts);
        for (var round = 0; round < rounds; round++)
        {
            var bursts = s_symbols.Select(symbol => BurstAsync(gateway, symbol, round)).ToArray();
            var reports =
                (await Within(
                    Task.WhenAll(bursts),
                    $"round {round}: {OrdersInBurst} orders on each symbol beside cancels of all"))
                .SelectMany(burst => burst).ToList();
            Assert.All(reports, report => Assert.True(
                report.Reason is RejectReason.None or RejectReason.Voided,
                $"round {round}: {report.Reason} for {report.ClientOrderId}"));

            var mark = await Within(
                exchange.Account(Customer).CancelAll().AsTask(), $"round {round}: the mark of the last cancel");
            var cancelled = await Within(
                massCancellation.CancelAllAsync(Customer, null, null).AsTask(),
                $"round {round}: the last cancel of all");
            Assert.Equal(RejectReason.None, cancelled.Reason);
            var view = await Within(accounts.ViewAsync(Customer).AsTask(), $"round {round}: the account");
            Assert.DoesNotContain(view.OpenOrders, order => order.Number <= mark.Floor);
            Assert.All(view.Balances, balance => Assert.Equal(0, balance.Held));
        }

        await Within(CaughtUpAsync(exchange), "the ledger");
        var heads = (await disk.Journal.HeadsAsync("", Token)).ToDictionary(head => head.Name, head => head.Head);
        Assert.Empty(await HistoryInvariants.CheckAsync(disk.History, 0, heads, Token));
        Assert.Equal(atFirst, await UnitsAsync(accounts));
    }

    /// <summary>Sends orders of which half meet a resting one, with the cancels in the middle.</summary>
    private static async Task<ImmutableArray<ExecutionReport>> BurstAsync(
        ServiceProvider gateway, string symbol, int round)
    {
        var entry = gateway.GetRequiredService<OrderEntry>();
        var massCancellation = gateway.GetRequiredService<MassCancellation>();
        var resting = await entry.PlaceAsync(
            Maker, Order($"m-{symbol}-{round}", symbol, Side.Sell, 15_000, OrdersInBurst));
        var work = new List<Task<ExecutionReport>>();
        var cancels = new List<Task<MassCancel>>();
        for (var i = 0; i < OrdersInBurst; i++)
        {
            var order = Order($"{symbol}-{round}-{i}", symbol, Side.Buy, i % 2 == 0 ? 15_000 : 14_900 + i, 1);
            work.Add(Task.Run(() => PlaceUntilKnownAsync(entry, order), Token));
            if (i % 25 == 10)
                cancels.Add(Task.Run(
                    async () => await massCancellation.CancelAllAsync(Customer, i % 2 == 0 ? symbol : null, null),
                    Token));
        }

        Assert.All(await Task.WhenAll(cancels), cancel => Assert.Equal(RejectReason.None, cancel.Reason));
        var reports = await Task.WhenAll(work);
        await gateway.GetRequiredService<CancelReplace>().CancelAsync(Maker, symbol, resting.OrderId);
        return [.. reports];
    }

    /// <summary>
    /// Retries like a client: on a busy machine a book may reject an order until its account's hold has arrived.
    /// </summary>
    private static async Task<ExecutionReport> PlaceUntilKnownAsync(OrderEntry entry, HoldRequest order)
    {
        while (true)
        {
            var report = await entry.PlaceAsync(Customer, order);
            if (report.Reason is not (RejectReason.OutcomeUnknown or RejectReason.Overloaded))
                return report;

            await Task.Yield();
        }
    }

    private static HoldRequest Order(string name, string symbol, Side side, long price, long lots) =>
        new(name, symbol, side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price, lots);

    /// <summary>Returns all customers' units by asset, without money, which the ledger covers.</summary>
    private static async Task<Dictionary<string, long>> UnitsAsync(AccountQueries accounts)
    {
        var units = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var account in s_accounts)
        {
            foreach (var balance in (await accounts.ViewAsync(account)).Balances.Where(
                balance => balance.Asset != "USD"))
                units[balance.Asset] = units.GetValueOrDefault(balance.Asset) + balance.Total;
        }

        return units;
    }

    private static ServiceProvider GatewayOf(Exchange exchange)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
        services.AddSingleton(exchange.Grains);
        services.AddExchangeGateway(new GatewayOptions());
        return services.BuildServiceProvider();
    }

    private static async Task<T> Within<T>(Task<T> task, string phase)
    {
        using var watchdog = new CancellationTokenSource(Wait.Limit);
        try
        {
            return await task.WaitAsync(watchdog.Token);
        }
        catch (OperationCanceledException late) when (watchdog.IsCancellationRequested)
        {
            throw new TimeoutException($"Frozen for {Wait.Limit.TotalSeconds} s in {phase}.", late);
        }
    }

    private static async Task<bool> CaughtUpAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        return true;
    }
}
