using System.Globalization;
using System.Text;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Matching;
using QuantumCore.Replay;

namespace QuantumCore.Upkeep.Tests;

/// <summary>A book's displayed orders in LOBSTER's format.</summary>
public sealed class LobsterTests
{
    private const int Levels = 5;
    private const long Midnight = 1_700_006_400_000_000_000;

    private static readonly Instrument s_share = new()
    {
        Symbol = "SHARE",
        Base = new Asset("SHARE", 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
    };

    [Fact]
    public void Hidden_orders_are_written_when_they_trade_and_call_phases_when_they_end()
    {
        var script = new Script();
        script.Do(book => book.Submit(1, Limit(Side.Sell, 10, 101), out _));
        script.Do(
            book => book.Submit(2, Limit(Side.Sell, 8, 101) with { Conditions = new() { DisplayLots = 5 } }, out _));
        script.Do(
            book => book.Submit(3, Limit(Side.Sell, 7, 100) with { Conditions = new() { Hidden = true } }, out _));
        script.Do(book => book.Submit(1_500_000_000, Limit(Side.Buy, 23, 101), out _));
        script.Do(book => book.Reduce(1_500_000_001, 2, 7));
        script.Do(book => book.SetPhase(2_000_000_000, TradingPhase.Halt));
        script.Do(book => book.SetPhase(3_000_000_000, TradingPhase.Opening));
        script.Do(book => book.Submit(3_000_000_001, Limit(Side.Buy, 4, 103), out _));
        script.Do(book => book.Submit(3_000_000_002, Limit(Side.Sell, 4, 99), out _));
        script.Do(book => book.Submit(3_000_000_003, Limit(Side.Buy, 6, 98), out _));
        script.Do(book => book.SetPhase(4_000_000_000, TradingPhase.Continuous));
        script.Do(book => book.Cancel(5_000_000_000, 7, EndReason.User));
        Assert.Equal(
            [
                "0.000000001,1,1,10,10100,-1",
                "0.000000002,1,2,5,10100,-1",
                "1.500000000,5,0,7,10000,-1",
                "1.500000000,4,1,10,10100,-1",
                "1.500000000,4,2,5,10100,-1",
                "1.500000000,1,2,3,10100,-1",
                "1.500000000,4,2,1,10100,-1",
                "1.500000001,2,2,1,10100,-1",
                "2.000000000,7,0,0,-1,-1",
                "3.000000000,7,0,0,0,-1",
                "4.000000000,6,0,4,10000,1",
                "4.000000000,7,0,0,1,-1",
                "4.000000000,1,7,6,9800,1",
                "5.000000000,3,7,6,9800,1",
            ],
            script.Messages);
        Assert.Equal(script.Messages.Count, script.Rows.Count);
        Assert.Equal("10100,10,-9999999999", string.Join(',', script.Rows[0].Split(',')[..3]));
        Assert.Equal("10100,1,9800,6,9999999999,0,-9999999999,0", string.Join(',', script.Rows[^2].Split(',')[..8]));
    }

    [Fact]
    public void Orders_that_lost_priority_during_a_halt_are_added_anew_with_those_behind_them()
    {
        var script = new Script();
        script.Do(book => book.Submit(1, Limit(Side.Sell, 10, 101), out _));
        script.Do(book => book.Submit(2, Limit(Side.Sell, 4, 101), out _));
        script.Do(book => book.Submit(3, Limit(Side.Sell, 5, 102), out _));
        script.Do(book => book.Submit(4, Limit(Side.Sell, 6, 102), out _));
        script.Do(book => book.SetPhase(5, TradingPhase.Halt));
        script.Do(book => book.SetPhase(5, TradingPhase.Opening));
        script.Do(book => book.Amend(6, 1, new Amendment { PriceTicks = 103 }));
        script.Do(book => book.Amend(7, 1, new Amendment { PriceTicks = 101, TotalLots = 8 }));
        script.Do(book => book.SetPhase(8, TradingPhase.Continuous));
        script.Do(book => book.Submit(9, Limit(Side.Buy, 5, 101), out _));
        Assert.Equal(
            [
                "0.000000008,3,1,10,10100,-1",
                "0.000000008,1,1,8,10100,-1",
                "0.000000009,4,2,4,10100,-1",
                "0.000000009,4,1,1,10100,-1",
            ],
            script.Messages[^4..]);
    }

    [Fact]
    public void Pegs_that_move_in_one_command_never_cross_in_what_is_told_of_it()
    {
        var script = new Script();
        script.Do(book => book.Submit(1, Limit(Side.Buy, 2, 1_000), out _));
        script.Do(book => book.Submit(2, Limit(Side.Buy, 9, 994), out _));
        script.Do(book => book.Submit(3, Limit(Side.Sell, 9, 1_010), out _));
        script.Do(book => book.Submit(4, Pegged(Side.Sell, 4, PegReference.Market), out _));
        script.Do(book => book.Submit(5, Pegged(Side.Buy, 5, PegReference.Primary), out _));
        script.Do(book => book.Submit(6, Limit(Side.Sell, 2, 1_000), out _));
        Assert.Equal(
            [
                "0.000000004,1,4,4,100300,-1",
                "0.000000005,1,5,5,99700,1",
                "0.000000006,4,1,2,100000,1",
                "0.000000006,3,4,4,100300,-1",
                "0.000000006,3,5,5,99700,1",
                "0.000000006,1,4,4,99700,-1",
                "0.000000006,1,5,5,99100,1",
            ],
            script.Messages[^7..]);
        Assert.All(script.Rows, static row => Assert.True(Number(row.Split(',')[0]) > Number(row.Split(',')[2]), row));
        Assert.Equal(script.RowOfBook(), script.Rows[^1]);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void Last_row_equals_the_book_and_every_traded_lot_is_written(int seed)
    {
        var random = new Random(seed);
        var script = new Script();
        script.Do(
            book =>
                book.SetRules(
                    1,
                    new BookRules
                    {
                        DynamicBandBasisPoints = 300,
                        DynamicBandMode = BandMode.Auction,
                        ProtectionTicks = 20,
                    }));
        var phases = new HashSet<TradingPhase>();
        for (var time = 2L; time < 6_000; time++)
        {
            script.Try(book => Any(book, random, time));
            phases.Add(script.Phase);
            if (script.Phase == TradingPhase.Continuous && script.Rows is [.., var last])
                Assert.Equal(script.RowOfBook(), last);
        }

        Assert.Superset(
            new HashSet<TradingPhase>(
                [TradingPhase.Continuous, TradingPhase.Halt, TradingPhase.Opening, TradingPhase.Volatility]),
            phases);
        Assert.Equal(
            script.Traded,
            script.Messages.Select(static line => line.Split(','))
                .Where(static fields => fields[1] is "4" or "5" or "6").Sum(static fields => Number(fields[3])));
    }

    private static RejectReason Any(OrderBook book, Random random, long time)
    {
        var (side, price, lots) = (random.Next(2) == 0 ? Side.Buy : Side.Sell, 100 + random.Next(-4, 5),
            random.Next(1, 30));
        return random.Next(100) switch
        {
            < 50 => book.Submit(time, Limit(side, lots, price), out _),
            < 60 =>
                book.Submit(
                    time, Limit(side, lots, price) with { Conditions = new() { DisplayLots = 1 + (lots / 3) } }, out _),
            < 66 => book.Submit(time, Limit(side, lots, price) with { Conditions = new() { Hidden = true } }, out _),
            < 70 =>
                book.Submit(time, Limit(side, lots, price) with { TimeInForce = TimeInForce.ImmediateOrCancel }, out _),
            < 88 =>
                book.Cancel(
                    time, random.NextInt64(Math.Max(1, book.LastOrderId - 40), book.LastOrderId + 2), EndReason.User),
            < 96 => book.Reduce(time, random.NextInt64(Math.Max(1, book.LastOrderId - 40), book.LastOrderId + 2), lots),
            < 98 when book.Phase != TradingPhase.Continuous => book.SetPhase(time, TradingPhase.Continuous),
            98 => book.SetPhase(time, TradingPhase.Halt),
            _ => book.SetPhase(time, book.Phase == TradingPhase.Continuous ? TradingPhase.Halt : TradingPhase.Opening),
        };
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Written_recording_keeps_price_time_priority_and_every_trade(int seed)
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(3_000, seed);
        var (summary, messages, _) = await WriteAsync(ground, "SYM1", null);
        Assert.Equal((summary.Messages, true), (messages.Length, summary.Executions > 100));

        var flow = OrderFlow.Open(ground.File("SYM1_message_5.csv"), cancellation: Ground.Cancellation);
        Assert.Equal("SYM1", flow.Ticker);
        Assert.All(flow.Notes, static note => Assert.StartsWith("0 ", note, StringComparison.Ordinal));

        using var trades = new StringWriter();
        Assert.Empty(
            await Export.WriteAsync(
                ground.Place, ExportKind.Trades, csv: true, "book/SYM1", trades, Ground.Cancellation));
        var traded = trades.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static line => line.Split(','))
            .Select(static fields => (fields[8], Number(fields[5]), Number(fields[4])));
        Assert.Equal(
            traded,
            messages.Select(static line => line.Split(',')).Where(static fields => fields[1] == "4")
                .Select(static fields => (fields[2], Number(fields[3]), Number(fields[4]) / 10_000)));
    }

    [Fact]
    public async Task A_day_alone_has_what_stood_before_it_in_its_rows()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(600);
        var (_, all, rows) = await WriteAsync(ground, "SYM0", null);
        var day = UtcDay.Of(1_700_000_000_000_000_000);
        Assert.Equal(all, (await WriteAsync(ground, "SYM0", day)).Messages);
        Assert.Empty((await WriteAsync(ground, "SYM0", day - 1)).Messages);
        Assert.Empty((await WriteAsync(ground, "SYM0", day + 1)).Messages);
        Assert.Equal(4 * Levels, rows[^1].Split(',').Length);
    }

    [Fact]
    public async Task Missing_book_is_named()
    {
        await using var ground = await Ground.OpenAsync("sqlite");
        await ground.TradeAsync(30);
        var missing = await Assert.ThrowsAsync<JournalSetupException>(() => WriteAsync(ground, "NONE", null));
        Assert.Contains("no book of NONE", missing.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 1, false)]
    [InlineData(5, 10, true)]
    [InlineData(0, 1, true)]
    public void Prices_finer_than_ten_thousandths_are_refused(int decimals, long tick, bool fits)
    {
        var writer = new LobsterWriter(null, 1, TextWriter.Null, TextWriter.Null);
        var instrument = s_share with { PriceDecimals = decimals, TickSize = tick };
        if (fits)
            writer.Begin(instrument);
        else
            Assert.Contains(
                "SHARE", Assert.Throws<JournalSetupException>(() => writer.Begin(instrument)).Message,
                StringComparison.Ordinal);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static NewOrder Limit(Side side, long lots, long price) =>
        new(1, side, OrderType.Limit, TimeInForce.GoodTillCancel, false, price, lots);

    private static NewOrder Pegged(Side side, long lots, PegReference to) =>
        new(1, side, OrderType.Pegged, TimeInForce.GoodTillCancel, false, 0, lots)
        {
            Conditions = new() { Peg = to, PegOffsetTicks = 3 },
        };

    private static async Task<(LobsterSummary Summary, string[] Messages, string[] Rows)> WriteAsync(
        Ground ground, string symbol, long? day)
    {
        var (messageFile, rowFile) = (ground.File($"{symbol}_message_5.csv"), ground.File($"{symbol}_orderbook_5.csv"));
        LobsterSummary summary;
        await using (var messages = new StreamWriter(messageFile))
        await using (var rows = new StreamWriter(rowFile))
        {
            (summary, var findings) =
                await LobsterExport.WriteAsync(ground.Place, symbol, day, Levels, messages, rows, Ground.Cancellation);
            Assert.Empty(findings);
        }

        return (summary, await File.ReadAllLinesAsync(messageFile, Ground.Cancellation),
            await File.ReadAllLinesAsync(rowFile, Ground.Cancellation));
    }

    /// <summary>A book, and its exported lines.</summary>
    private sealed class Script
    {
        private readonly OrderBook _book = new();
        private readonly DisplayedBook _displayed;
        private readonly StringBuilder _messages = new();
        private readonly StringBuilder _rows = new();
        private readonly LobsterWriter _writer;

        public Script()
        {
            _displayed = new DisplayedBook(_book);
            _writer = new LobsterWriter(null, Levels, new StringWriter(_messages), new StringWriter(_rows));
            _writer.Begin(s_share);
        }

        public List<string> Messages { get; } = [];

        public List<string> Rows { get; } = [];

        public TradingPhase Phase => _book.Phase;

        public long Traded { get; private set; }

        public void Do(Func<OrderBook, RejectReason> command) => Assert.Equal(RejectReason.None, Try(command));

        public RejectReason Try(Func<OrderBook, RejectReason> command)
        {
            var before = _book.Phase;
            var reason = command(_book);
            foreach (ref readonly var happened in _book.Events)
                Traded += happened.Kind is BookEventKind.Trade or BookEventKind.AuctionTrade
                    ? happened.QuantityLots
                    : 0;
            _displayed.Follow();
            _writer.Write(Midnight + _book.LastTimeNanos, before, _book, _displayed.Orders.ToArray());
            Move(_messages, Messages);
            Move(_rows, Rows);
            return reason;
        }

        /// <summary>Returns a row of the book's own levels.</summary>
        public string RowOfBook()
        {
            var (asks, bids) = (Shown(Side.Sell, "9999999999"), Shown(Side.Buy, "-9999999999"));
            return string.Join(',', asks.Zip(bids, static (ask, bid) => $"{ask},{bid}"));
        }

        private IEnumerable<string> Shown(Side side, string none)
        {
            var levels = new PriceLevel[Levels];
            return levels[.._book.CopyLevels(side, levels)]
                .Select(
                    static level =>
                        string.Create(CultureInfo.InvariantCulture, $"{level.PriceTicks * 100},{level.Lots}"))
                .Concat(Enumerable.Repeat($"{none},0", Levels)).Take(Levels);
        }

        private static void Move(StringBuilder text, List<string> to)
        {
            to.AddRange(text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
            text.Clear();
        }
    }
}
