using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

// Prices and quantities from before a split.
public abstract partial class HistoryContract
{
    private const long SplitMinute = 60_000_000_000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public async Task Candles_are_in_current_units_unless_requested_as_traded_in_any_batches(
        int batch)
    {
        await using var history = await OpenAsync($"splits{batch}");
        await ApplyInBatchesAsync(history, Split(), batch);
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
        Assert.Equal(
            [
                (5L, 673L, 680L, 673L, 680L, 85L, 57_500L, 2L), (6, 680, 680, 680, 680, 0, 0, 0),
                (7, 700, 700, 700, 700, 3, 2_100, 1)],
            await Told(CandlePeriod.Minute, 0, isAsTraded: false));
        Assert.Equal(
            [
                (5L, 101L, 101L, 68L, 68L, 700L, 57_500L, 2L), (6, 68, 68, 68, 68, 0, 0, 0),
                (7, 700, 700, 700, 700, 3, 2_100, 1)],
            await Told(CandlePeriod.Minute, 0, isAsTraded: true));

        // The last earlier price is adjusted too if the first candle has no trade, and so is the content of a single
        // candle.
        Assert.Equal(
            [(6L, 680L, 680L, 680L, 680L, 0L, 0L, 0L)], (await Told(CandlePeriod.Minute, 6, isAsTraded: false))[..1]);
        Assert.Equal([(0L, 673L, 700L, 673L, 700L, 88L, 59_600L, 3L)], await Told(null, 0, isAsTraded: false));

        async Task<(long, long, long, long, long, long, long, long)[]> Told(
            CandlePeriod? period, long first, bool isAsTraded) =>
            [
                .. from candle in await history.Candles.FindAsync(
                    new CandleQuery("SYM0", period, first * SplitMinute, 7 * SplitMinute, 10, isAsTraded), Token)
                   select (candle.StartNanos / SplitMinute, candle.OpenTicks, candle.HighTicks, candle.LowTicks,
                       candle.CloseTicks, (long)candle.Lots, (long)candle.Value, candle.Trades),
            ];
    }

    [Fact]
    public async Task One_candle_over_any_time_is_what_its_minutes_add_up_to()
    {
        var random = new Random(4);
        await using var history = await OpenAsync("whole");
        var records = new List<BookRecord> { (BookRecord)new RecordMarket(1).Streams["book/SYM0"][0] };
        var time = 10 * SplitMinute;
        for (var id = 1; id < 100; id += 2)
        {
            time += random.NextInt64(SplitMinute * 2);
            records.AddRange(Traded(id, time, random.Next(90, 110), random.Next(1, 50)));
        }

        await history.ApplyAsync([new BookChunk("SYM0", 1, [.. records])], Token);
        var minutes = await history.Candles.FindAsync(
            new CandleQuery("SYM0", CandlePeriod.Minute, 0, time, 1_000), Token);
        for (var (from, last) = (5, 4); from <= 70; (from, last) = last < 70 ? (from, last + 3) : (from + 4, from + 3))
        {
            var query =
                new CandleQuery("SYM0", null, from * SplitMinute, last * SplitMinute, 1, IsAsTraded: last % 2 == 0);
            var within = minutes.Where(
                minute => minute.StartNanos >= query.FromNanos && minute.StartNanos <= query.ThroughNanos).ToArray();
            var before = minutes.LastOrDefault(minute => minute.StartNanos < query.FromNanos).CloseTicks;
            var traded = within.Where(static minute => minute.Trades > 0).ToArray();
            Candle? expected = traded is [var first, ..]
                ? new Candle(
                    0, 0, first.OpenTicks, traded.Max(static c => c.HighTicks), traded.Min(static c => c.LowTicks),
                    traded[^1].CloseTicks,
                    traded.Sum(static c => (long)c.Lots), traded.Sum(static c => (long)c.Value),
                    traded.Sum(static c => c.Trades), traded.Sum(static c => (long)c.BoughtLots),
                    traded.Sum(static c => (long)c.BoughtValue), first.First, traded[^1].Last)
                : before > 0 ? new Candle(0, 0, before, before, before, before, 0, 0, 0, 0, 0, default, default) : null;
            var whole = await history.Candles.FindAsync(query, Token);
            Assert.Equal(
                expected is null
                    ? []
                    : [expected.Value with
                    {
                        StartNanos = query.FromNanos!.Value,
                        EndNanos = Math.Max(query.ThroughNanos + SplitMinute, query.FromNanos.Value),
                    }],
                whole);
        }
    }

    [Fact]
    public async Task Lots_before_a_split_are_rounded_once_per_candle()
    {
        await using var history = await OpenAsync("splitlots");
        ImmutableArray<BookRecord> records =
        [
            (BookRecord)new RecordMarket(1).Streams["book/SYM0"][0],
            .. Enumerable.Range(1, 5).SelectMany(static minute => Traded(2 * minute, minute * SplitMinute, 70, 7)),
            Adjusted((5 * SplitMinute) + 1, OrderAdjustment.Split(1, 10)),
            .. Traded(13, (5 * SplitMinute) + 2, 700, 2),
        ];
        await history.ApplyAsync([new BookChunk("SYM0", 1, records)], Token);
        var whole =
            Assert.Single(await history.Candles.FindAsync(new CandleQuery("SYM0", null, 0, 7 * SplitMinute, 1), Token));
        Assert.Equal(
            (700L, 700L, 5L, 5L, 3_850L, 6L),
            (whole.OpenTicks, whole.CloseTicks, whole.Lots, whole.BoughtLots, whole.Value, whole.Trades));
        var minutes =
            await history.Candles.FindAsync(
                new CandleQuery("SYM0", CandlePeriod.Minute, 0, 5 * SplitMinute, 10), Token);
        Assert.Equal([0L, 0, 0, 0, 2], minutes.Select(static minute => minute.Lots));
    }

    /// <summary>
    /// Returns a trade of 300 at 101, a 3:2 split and a trade of 400 at 68 in one minute; a 1:10 split in the next, and
    /// a trade of 3 at 700.
    /// </summary>
    private static ImmutableArray<BookRecord> Split() =>
    [
        (BookRecord)new RecordMarket(1).Streams["book/SYM0"][0],
        .. Traded(1, (5 * SplitMinute) + 1, 101, 300),
        Adjusted((5 * SplitMinute) + 2, OrderAdjustment.Split(3, 2)),
        .. Traded(3, (5 * SplitMinute) + 3, 68, 400),
        Adjusted((6 * SplitMinute) + 1, OrderAdjustment.Split(1, 10)),
        .. Traded(5, (7 * SplitMinute) + 1, 700, 3),
    ];

    /// <summary>Returns a sell, and a buy that takes all of it.</summary>
    private static BookRecord[] Traded(long id, long time, long price, long lots) =>
    [
        new OrderAccepted(
            time, Entered(Other, id, Side.Sell, lots) with { PriceTicks = price }, id, [], lots, EndReason.None, lots,
            null),
        new OrderAccepted(
            time, Entered(One, id + 1, Side.Buy, lots) with { PriceTicks = price }, id + 1,
            [new(id, Other, id, price, lots, 0, 0, 0, 0)], 0, EndReason.None, 0, null),
    ];

    private static BookTurn Adjusted(long time, OrderAdjustment split) => new(
        time, AdjustOrders.Of(time, in split), RejectReason.None,
        TradingPhase.Halt, [], [], null);
}
