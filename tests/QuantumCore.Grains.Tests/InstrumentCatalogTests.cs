using System.Collections.Immutable;
using System.Reflection;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A silo's copy of the catalog, and an account's handling of an old copy.</summary>
public class InstrumentCatalogTests
{
    [Fact]
    public async Task A_reading_that_took_long_does_not_take_the_place_of_a_newer_one()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        var (reached, goesOn, held) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        var catalog = new InstrumentCatalog(Between.And(
            market.Exchange.Grains, (_, grain) => Between.And((ICatalogGrain)grain!, Delay)));
        var first = catalog.RefreshAsync();
        await reached.Task;

        await market.Catalog.List(EncodedInstrument.From(Listed.Share("NEW")));
        Assert.Null(
            await market.Catalog.SetMarginTerms(
                new(
                    "NEW", EncodedMarginTerms.From(new MarginTerms { Long = MarginTable.Flat(500_000, 250_000) }),
                    "desk", "test")));
        await catalog.RefreshAsync();
        goesOn.SetResult();
        await first;

        Assert.True(catalog.TryGet("NEW", out _));
        Assert.NotNull(catalog.Margin.Of("NEW"));

        // The first call has read everything, and continues when it is released.
        object? Delay(MethodInfo method, object? answer) =>
            method.Name == nameof(ICatalogGrain.Owners) && Interlocked.Increment(ref held) == 1
            ? new ValueTask<ImmutableArray<OwnedAccount>>(LateAsync((ValueTask<ImmutableArray<OwnedAccount>>)answer!))
            : answer;

        async Task<ImmutableArray<OwnedAccount>> LateAsync(ValueTask<ImmutableArray<OwnedAccount>> answer)
        {
            var owners = await answer;
            reached.SetResult();
            await goesOn.Task;
            return owners;
        }
    }

    [Fact]
    public async Task An_answered_change_is_in_force_on_the_silo_of_the_catalog()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [1001]);
        var (catalog, copy) = (exchange.Grains.Catalog(), exchange.Service<InstrumentCatalog>());
        for (var round = 0L; round < 20; round++)
        {
            ImmutableArray<AccountLimit> limits = round % 2 == 0 ? [new(LimitKind.OpenOrders, round)] : [];
            await catalog.SetLimits(new("AAPL", limits, "desk", ""));
            Assert.Equal(limits, copy.LimitsOf("AAPL"));
        }

        await catalog.SetOwner(new(1001, "ann"));
        Assert.Null(await catalog.SetOwnerLimits(new(new("ann", "AAPL", [new(LimitKind.OpenOrders, 7)], []), "desk", "")));
        Assert.Equal([new(LimitKind.OpenOrders, 7)], copy.OwnerPartOf(1001, "AAPL"));

        await catalog.List(EncodedInstrument.From(copy.Get("AAPL") with { MakerFeePpm = 123 }));
        Assert.Equal(123, copy.Get("AAPL").MakerFeePpm);
    }

    [Fact]
    public async Task Refresh_keeps_unchanged_instruments_and_finds_new_and_changed_ones()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["BBB", "DDD", "FFF"], []);
        var catalog = new InstrumentCatalog(exchange.Grains);
        await catalog.RefreshAsync();
        var before = catalog.Instruments;
        await catalog.RefreshAsync();
        Assert.Equal(before, catalog.Instruments);

        var changed = catalog.Get("DDD") with { MakerFeePpm = 123 };
        foreach (var instrument in new[] { Listed.Share("AAA"), Listed.Share("CCC"), changed, Listed.Share("GGG") })
            await exchange.Grains.Catalog().List(EncodedInstrument.From(instrument));
        await catalog.RefreshAsync();

        Assert.Equal(
            ["AAA", "BBB", "CCC", "DDD", "FFF", "GGG"], catalog.Instruments.Select(instrument => instrument.Symbol));
        Assert.Equal(changed, catalog.Get("DDD"));
        Assert.Same(before[0], catalog.Get("BBB"));
        Assert.Same(before[2], catalog.Get("FFF"));
        Assert.All(
            catalog.Instruments,
            instrument =>
                Assert.True(catalog.TryGetAsset(instrument.Base.Name, out var asset) && asset == instrument.Base));
        Assert.False(catalog.TryGet("EEE", out _));
    }

    [Fact]
    public async Task Conflicting_concurrent_listings_of_a_symbol_succeed_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], []);
        int[] days = [1, 2];
        var listings = days.Select(async day =>
        {
            try
            {
                await exchange.Grains.Catalog().List(
                    EncodedInstrument.From(Listed.Share("TWIN") with { SettlementDays = day, SettlementVenue = "NY" }));
                return day;
            }
            catch (ArgumentException refused)
            {
                Assert.Contains(
                    "the settlement of a listed instrument never changes", refused.Message, StringComparison.Ordinal);
                return 0;
            }
        }).ToArray();
        var listed = Assert.Single(await Task.WhenAll(listings), day => day > 0);
        Assert.Equal(listed, (await exchange.Grains.Catalog().Instruments()).Select(one => one.Decode())
            .Single(one => one.Symbol == "TWIN").SettlementDays);
        var defined = (await exchange.RecordsAsync("TWIN")).Select(told => told.Record).OfType<InstrumentDefined>();
        Assert.Equal(listed, Assert.Single(defined).Definition.Decode().SettlementDays);
    }

    [Fact]
    public async Task An_account_decides_nothing_by_a_catalog_that_is_older_than_what_it_went_by()
    {
        await using var disk = new Disk();
        await using var market = await MarginMarket.OpenAsync(disk);
        await market.TradeAsync(Side.Buy, 10_000, 200);

        var (agreed, now) = (market.Exchange.Service<InstrumentCatalog>().Margin, market.Time.UnixNanos());
        var newest = agreed;
        var account = new AccountMachine(new AccountId(MarginMarket.Trader), Listed.Share, null, () => agreed);
        await foreach (var record in disk.Journal.ReadAsync(
            $"acct/{MarginMarket.Trader}", 1, long.MaxValue, CancellationToken.None))
            account.Apply(AccountRecordEncoding.Decode(record.Body.Span));
        await foreach (var record in disk.Journal.ReadAsync("book/AAPL", 1, long.MaxValue, CancellationToken.None))
            account.ApplyStored("AAPL", record.Sequence, record.Body.Span, long.MaxValue);

        // At 100.00 it is healthy. With a catalog without margin terms it would have debts alone.
        agreed = MarginAgreements.None;
        Assert.Null(Next(10_000));
        Assert.True(account.DescribeMargin(At(10_000), now)!.IsStale);
        agreed = newest;
        Assert.Null(Next(10_000));

        // At 40.00 it is liquidated. With such a catalog nothing would be left to sell, and others would pay all that
        // it owes.
        account.Apply(Next(4_000)!);
        Assert.Equal(MarginState.Liquidating, account.DescribeMargin(At(4_000), now)!.State);
        agreed = MarginAgreements.None;
        Assert.Null(Next(4_000));
        agreed = newest;
        Assert.NotNull(Next(4_000));

        AccountRecord? Next(long ticks) => account.Review(At(ticks), _ => true, now);
        Func<string, MarkPrice?> At(long ticks) =>
            symbol => new MarkPrice(symbol, ticks, MarkSource.Index, long.MaxValue, now);
    }
}

/// <summary>Intercepts calls and can replace their results.</summary>
public class Between : DispatchProxy
{
    private Func<MethodInfo, object?, object?> _answers = null!;
    private object _inner = null!;

    /// <summary>Returns an object with the same methods, whose results are derived from another one's.</summary>
    public static T And<T>(T inner, Func<MethodInfo, object?, object?> answers)
        where T : class
    {
        var proxy = Create<T, Between>();
        var between = (Between)(object)proxy;
        (between._inner, between._answers) = (inner, answers);
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _answers(targetMethod!, targetMethod!.Invoke(_inner, args));
}
