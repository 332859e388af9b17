using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Work that is due at a time is done though no grain is active: the grain of scheduled work finds it, on some silo.
/// The tests read the journal alone, because a call would activate the grain of a book.
/// </summary>
[Trait("Suite", "Gate")]
[TakesSeconds(60)]
public sealed class DueTimeTests(PostgresServer server)
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
        var halt = new SetTradingPhase(TradingPhase.Halt, new PhasePlan(TradingPhase.Volatility, due));
        Assert.Equal(RejectReason.None, await exchange.Book("MSFT").Operate(halt));
        foreach (var symbol in s_symbols)
        {
            await exchange.Cluster.DeactivateAsync(exchange.Book(symbol).Grain);
        }

        await Wait.UntilAsync(async () => await HasExpiredAsync(exchange, "AAPL")
            && (await exchange.RecordsAsync("MSFT")).Any(
                record => record.Record is BookTurn { Phase: TradingPhase.Volatility }));
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

        var place = await PlaceOfAsync(exchange, exchange.Book("AAPL").Grain);
        await exchange.Cluster.KillSiloAsync(NumberOf(exchange, place!));
        await Wait.UntilAsync(
            async () => await HasExpiredAsync(exchange, "AAPL") && await HasExpiredAsync(exchange, "MSFT"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Scheduled_work_of_a_killed_silo_is_done_once_by_the_other(bool isInPostgres)
    {
        var postgres = isInPostgres ? await server.StartedAsync() : null;
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, silos: 2, membersIn: postgres);
        await ScheduledWorkOf(exchange).Wake();
        if (postgres is not null)
        {
            Assert.Equal("duework/all due-work 60000", await ReminderAsync(postgres));
        }

        var killed = await PlaceOfAsync(exchange, ScheduledWorkOf(exchange));
        foreach (var symbol in s_symbols)
        {
            await PlaceUntilAsync(exchange, symbol, TimeProvider.System.UnixNanos() + TimeSpan.FromSeconds(6).Nanos());
        }

        await exchange.Cluster.KillSiloAsync(NumberOf(exchange, killed!));
        await Wait.UntilAsync(
            async () => await PlaceOfAsync(exchange, ScheduledWorkOf(exchange)) is { } place && !place.Equals(killed));
        foreach (var symbol in s_symbols)
        {
            await exchange.Cluster.DeactivateAsync(exchange.Book(symbol).Grain);
        }

        await Wait.UntilAsync(
            async () => await HasExpiredAsync(exchange, "AAPL") && await HasExpiredAsync(exchange, "MSFT"));
    }

    [Fact]
    public async Task Reminder_activates_the_scheduled_work_grain_when_nobody_else_does()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, reminderTime: new FastTime());
        var grain = ScheduledWorkOf(exchange);

        // The silo calls once, after its start.
        await Wait.UntilAsync(async () => await PlaceOfAsync(exchange, grain) is not null);
        await grain.Wake();
        await exchange.Cluster.DeactivateAsync(grain);
        await PlaceUntilAsync(exchange, "AAPL", TimeProvider.System.UnixNanos() + TimeSpan.FromSeconds(1).Nanos());
        await exchange.Cluster.DeactivateAsync(exchange.Book("AAPL").Grain);
        await Wait.UntilAsync(async () => await PlaceOfAsync(exchange, grain) is not null);
        await Wait.UntilAsync(() => HasExpiredAsync(exchange, "AAPL"));
    }

    private static IScheduledWorkGrain ScheduledWorkOf(Exchange exchange) =>
        exchange.Grains.GetGrain<IScheduledWorkGrain>(IScheduledWorkGrain.Key);

    private static async Task<string> ReminderAsync(string postgres)
    {
        await using var connection = new NpgsqlConnection(postgres);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var read = new NpgsqlCommand(
            "SELECT string_agg(concat_ws(' ', grain, name, period_ms), ';') FROM cluster.reminder", connection);
        return (string)(await read.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task PlaceUntilAsync(Exchange exchange, string symbol, long expiryNanos)
    {
        var order = new HoldRequest(
            symbol, symbol, Side.Buy, OrderType.Limit, TimeInForce.GoodTillDate, PostOnly: false, 15_000, 10,
            Conditions: EncodedConditions.From(new OrderConditions { ExpiryNanos = expiryNanos }));
        var held = (await exchange.Account(Alice).Hold([order]))[0];
        Assert.Equal(OrderStatus.New, (await exchange.SubmitAsync(symbol, held.Order!)).Status);
    }

    /// <summary>Returns true if an order has expired. It must not expire twice.</summary>
    private static async Task<bool> HasExpiredAsync(Exchange exchange, string symbol)
    {
        var ends = (await exchange.RecordsAsync(symbol))
            .Select(record => record.Record)
            .OfType<BookTurn>()
            .SelectMany(turn => turn.Steps)
            .Count(step => step is OrderEnded { Reason: EndReason.GoodTillDate });
        Assert.InRange(ends, 0, 1);
        return ends == 1;
    }

    /// <summary>
    /// Returns the silo of a grain; null if it is not active, or a silo that has just died was asked.
    /// </summary>
    private static async Task<SiloAddress?> PlaceOfAsync(Exchange exchange, IAddressable grain)
    {
        try
        {
            return await exchange.Grains.GetGrain<IManagementGrain>(0)
                .GetActivationAddress(grain, TestContext.Current.CancellationToken);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException)
        {
            return null;
        }
    }

    private static int NumberOf(Exchange exchange, SiloAddress place) => Enumerable.Range(0, exchange.Cluster.SiloCount)
        .Single(
            silo => exchange.Cluster.SiloServices(silo)
                .GetRequiredService<ILocalSiloDetails>().SiloAddress.Equals(place));

    /// <summary>A clock on which a minute takes a second.</summary>
    private sealed class FastTime : TimeProvider
    {
        private const int Factor = 60;
        private readonly DateTimeOffset _start = System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _start + ((System.GetUtcNow() - _start) * Factor);

        public override long GetTimestamp() => System.GetTimestamp() * Factor;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Real(dueTime), Real(period));

        // Rounded up, and infinity stays.
        private static TimeSpan Real(TimeSpan time) =>
            time > TimeSpan.Zero ? TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / Factor)) : time;
    }
}
