using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Work that is due at a time is done though no grain is active: the agent of any silo finds it. The tests read the
/// journal alone, because a call would activate the grain.
/// </summary>
public sealed class DueTimeTests
{
    private const long Alice = 1001;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [Alice];

    [Fact]
    public async Task Order_expires_and_planned_phase_begins_while_no_book_is_active()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var due = TimeProvider.System.UnixNanos() + TimeSpan.FromSeconds(3).Nanos();
        await PlaceUntilAsync(exchange, "AAPL", due);
        var halt = BookCommand.Of(BookVerb.SetPhase, (long)TradingPhase.Halt) with
        {
            Changes =
            [
                new(ChangedValue.Next, (long)TradingPhase.Volatility),
                new(ChangedValue.NextNanos, due),
            ],
        };
        Assert.Equal(RejectReason.None, await exchange.Book("MSFT").Operate(halt));
        foreach (var symbol in s_symbols)
        {
            await exchange.Cluster.DeactivateAsync(exchange.Book(symbol).Grain);
        }

        await Wait.UntilAsync(async () => await HasExpiredAsync(exchange, "AAPL")
            && (await exchange.RecordsAsync("MSFT")).Any(record => record.Record is BookTurn { Phase: TradingPhase.Volatility }));
    }

    [Fact]
    public async Task Orders_of_a_killed_silo_expire_on_the_other_without_a_caller()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, silos: 2);
        foreach (var symbol in s_symbols)
        {
            await PlaceUntilAsync(exchange, symbol, TimeProvider.System.UnixNanos() + TimeSpan.FromSeconds(3).Nanos());
        }

        await exchange.Cluster.KillSiloAsync(await SiloOfAsync(exchange, "AAPL"));
        await Wait.UntilAsync(async () => await HasExpiredAsync(exchange, "AAPL") && await HasExpiredAsync(exchange, "MSFT"));
    }

    private static async Task PlaceUntilAsync(Exchange exchange, string symbol, long expiryNanos)
    {
        var order = new HoldRequest(
            symbol, symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillDate, PostOnly: false, 15_000, 10,
            Conditions: EncodedConditions.From(new OrderConditions { ExpiryNanos = expiryNanos }));
        var held = (await exchange.Account(Alice).Hold([order]))[0];
        Assert.Equal(OrderStatus.New, (await exchange.SubmitAsync(symbol, held.Order!)).Status);
    }

    private static async Task<bool> HasExpiredAsync(Exchange exchange, string symbol) => (await exchange.RecordsAsync(symbol))
        .Select(record => record.Record)
        .OfType<BookTurn>()
        .Any(turn => turn.Steps.Any(step => step is { Kind: StepKind.Ended, Reason: EndReason.GoodTillDate }));

    private static async Task<int> SiloOfAsync(Exchange exchange, string symbol)
    {
        var at = await exchange.Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(exchange.Book(symbol).Grain, TestContext.Current.CancellationToken);
        return Enumerable.Range(0, exchange.Cluster.SiloCount)
            .Single(silo => exchange.Cluster.SiloServices(silo).GetRequiredService<ILocalSiloDetails>().SiloAddress.Equals(at));
    }
}
