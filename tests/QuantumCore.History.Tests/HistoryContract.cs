using Xunit;

namespace QuantumCore.History.Tests;

/// <summary>What every database must do with the same records.</summary>
public abstract class HistoryContract
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An empty history; the same name opens the same one again.</summary>
    protected abstract HistoryStore Open(string name);

    protected virtual int Seeds => 12;

    [Fact]
    public async Task Any_mixture_of_streams_gives_the_same_rows()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var market = Market(seed, 400);
            await using var whole = await OpenAsync($"whole{seed}");
            await using var mixed = await OpenAsync($"mixed{seed}");

            await Projecting.ProjectAllAsync(whole, market, Token);
            await Projecting.ProjectInAnyMixtureAsync(market, new Random(seed), Token, mixed);

            Assert.Equal(await Projecting.RowsAsync(whole, Token), await Projecting.RowsAsync(mixed, Token));
        }
    }

    [Fact]
    public async Task Balances_are_those_of_the_market_and_orphans_its_orders_in_flight()
    {
        for (var seed = 100; seed < 100 + Seeds; seed++)
        {
            var market = Market(seed, 300);
            await using var history = await OpenAsync($"balances{seed}");
            await Projecting.ProjectInAnyMixtureAsync(market, new Random(seed), Token, history);

            var expected = market.Balances().Select(b => $"b|{b.Account}|{b.Asset}|{b.Total}|{b.Reserved}")
                .Order(StringComparer.Ordinal);
            Assert.Equal(
                expected,
                await Projecting.RowsAsync(
                    history, "b", "SELECT * FROM balance WHERE account >= 1000", Token));
            var orphans = await history.OrphanHoldsAsync(market.TimeNanos + 1, 1_000, Token);
            Assert.Equal(
                market.InFlight().Order(),
                orphans.Select(o => (o.Account, o.Number, o.Symbol)).Order());
        }
    }

    protected static RecordMarket Market(int seed, int steps)
    {
        var market = new RecordMarket(seed);
        for (var i = 0; i < steps; i++)
            market.Step();
        return market;
    }

    protected async Task<HistoryStore> OpenAsync(string name)
    {
        var store = Open(name);
        await store.InitializeAsync(Token);
        return store;
    }
}
