using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

/// <summary>Totals over accounts that exceed 64 bits.</summary>
public abstract partial class HistoryContract
{
    private const long Most = 1L << 62;
    private const long LargePrice = 1L << 20;
    private const long LargeLots = 1L << 40;
    private const int LargeTrades = 17;

    [Fact]
    public async Task Accounts_together_hold_more_than_64_bits_of_an_asset()
    {
        await using var history = await OpenAsync("together");
        for (var account = 1_001; account <= 1_005; account++)
            Assert.True(
                await history.ApplyAsync(
                    [new AccountChunk(account, 1, [new Deposited(5, $"d{account}", "ETH", 18, Most)])], Token));

        Assert.Equal(
            [
                new TrialBalanceRow("ETH", 18, "customers", 5, (Int128)Most * 5, 0),
                new TrialBalanceRow("ETH", 18, "world", 1, -(Int128)Most * 5, 0)],
            await history.Reports.TrialBalanceAsync(Token));
        Assert.Empty(await history.Reports.HouseFindingsAsync(Token));
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
        var statement = await history.AccountStatements.FindAsync(1_005, 0, UtcDay.Nanos, null, 10, Token);
        Assert.Equal(((Int128)Most, 1), (Assert.Single(statement.Assets).Closing, statement.Entries.Length));

        // A 64-bit column shows small totals directly, and whole ether separately.
        Assert.Equal(
            ["|-23|-58430092136939520", "|0|4|611686018427387904"],
            [
                .. await Projecting.RowsAsync(
                    history, "", "SELECT total_high, total FROM balance WHERE account = 0", Token),
                .. await Projecting.RowsAsync(
                    history, "|0", "SELECT total_high, total FROM balance WHERE account = 1001", Token),
            ]);
    }

    [Fact]
    public async Task Rows_of_large_totals_depend_on_their_records_alone()
    {
        var random = new Random(5);
        long[] amounts = [.. Enumerable.Range(0, 60).Select(_ => random.NextInt64(-Most, Most) >> random.Next(62))];
        Assert.Contains(amounts, amount => amount is > 0 and < 1_000_000_000);
        var sum = amounts.Aggregate((Int128)0, (all, amount) => all + amount);
        await using var whole = await OpenAsync("largewhole");
        await using var parts = await OpenAsync("largeparts");
        Deposited[] records = [.. amounts.Select((amount, at) => new Deposited(5, $"d{at}", "ETH", 18, amount))];

        await whole.ApplyAsync([new AccountChunk(1_001, 1, records)], Token);
        for (var at = 0; at < records.Length; at++)
        {
            await parts.ApplyAsync([new AccountChunk(1_001, at + 1, [records[at]])], Token);
            var total = amounts.Take(at + 1).Aggregate((Int128)0, (all, amount) => all + amount);
            Assert.Equal(total, (await parts.Reports.AccountAsync(1_001, Token)).Assets["ETH"].Total);
        }

        const string query = "SELECT account, total_high, total FROM balance";
        Assert.Equal(
            await Projecting.RowsAsync(whole, "", query, Token), await Projecting.RowsAsync(parts, "", query, Token));
        Assert.Equal(sum, (await whole.Reports.AccountAsync(1_001, Token)).Assets["ETH"].Total);
        Assert.Empty(await CheckAsync(parts, "I02"));
    }

    [Fact]
    public async Task Candles_positions_and_pending_amounts_of_large_trades_are_exact()
    {
        await using var history = await OpenAsync("large");
        for (var at = 0; at < LargeTrades; at++)
        {
            var chunk = at == 0
                ? new BookChunk("BIG", 1, [Defined(), .. Traded(0)])
                : new BookChunk("BIG", (2 * at) + 2, Traded(at));
            Assert.True(await history.ApplyAsync([chunk], Token));
        }

        var candle =
            Assert.Single(await history.Candles.FindAsync(new CandleQuery("BIG", CandlePeriod.Minute, 0, 0, 1), Token));
        var value = (Int128)LargePrice * LargeLots * LargeTrades;
        Assert.True(value > long.MaxValue);
        Assert.Equal(
            ((Int128)LargeLots * LargeTrades, value, (long)LargeTrades, value),
            (candle.Lots, candle.Value, candle.Trades, candle.BoughtValue));
        var day = Assert.Single(await history.Candles.FindAsync(new CandleQuery("BIG", null, 0, 0, 1), Token));
        Assert.Equal(
            (candle.Lots, candle.Value, candle.BoughtLots, candle.BoughtValue),
            (day.Lots, day.Value, day.BoughtLots, day.BoughtValue));
        var buyer = await history.Reports.AccountAsync(1_001, Token);
        Assert.Equal((-value, -value), (buyer.Assets["USD"].Total, buyer.Assets["USD"].Pending));
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
    }

    [Fact]
    public async Task A_history_with_totals_of_64_bits_is_made_again()
    {
        var market = Market(17, 100);
        await using (var history = await OpenAsync("narrow"))
            await Projecting.ProjectAllAsync(history, market, Token);
        await using (var connection = await ConnectAsync("narrow"))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE projection RENAME COLUMN batch_number TO batches";
            await command.ExecuteNonQueryAsync(Token);
        }

        await using (var before = Create("narrow"))
            Assert.False(await before.IsOfThisReleaseAsync(Token));

        await using var again = await OpenAsync("narrow");
        Assert.True(await again.IsOfThisReleaseAsync(Token));
        Assert.Empty(await again.CursorsAsync(Token));
        await Projecting.ProjectAllAsync(again, market, Token);
        Assert.Empty(await CheckAsync(again, market));
    }

    private static InstrumentDefined Defined() => new(5, EncodedInstrument.From(new Instrument
    {
        Symbol = "BIG",
        Base = new Asset("BIG", 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        SettlementDays = 2,
        SettlementVenue = "MAIN",
    }));

    private static ImmutableArray<BookRecord> Traded(int at)
    {
        var (sell, buy) = (Order(1_002, Side.Sell), Order(1_001, Side.Buy));
        var fill = new TradeFill((2 * at) + 1, 1_002, at + 1, LargePrice, LargeLots, 0, 0, 0, 0);
        return
        [
            new OrderAccepted(6, sell, (2 * at) + 1, [], LargeLots, EndReason.None, LargeLots, null),
            new OrderAccepted(7, buy, (2 * at) + 2, [fill], 0, EndReason.None, 0, null),
        ];

        SubmitOrder Order(long account, Side side) => new(
            account, at + 1, $"{side}{at}", side, OrderType.Limit, TimeInForce.GoodTillCancel, false, LargePrice,
            LargeLots, 0, 0);
    }
}
