using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

/// <summary>Contract that every database must fulfil for the same records.</summary>
public abstract partial class HistoryContract
{
    /// <summary>
    /// Purpose of each invariant: a fault planted in a healthy history, and the invariant that must find it.
    /// </summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "UPDATE other_posting SET amount = amount + 1 WHERE leg = 1 AND account >= 1000 AND stream LIKE 'acct/%'",
            "I01 I02 I13" },
        { "UPDATE balance SET total = total + 1 WHERE account = 1001 AND asset = 'USD'", "I02" },
        { "UPDATE balance SET reserved = reserved + 1 WHERE account = 1001 AND asset = 'USD'", "I03" },
        { "UPDATE day_total SET in_lo = in_lo + 1 WHERE account = 1001 AND asset = 'USD' AND cause = 'trade'", "I41" },
        { "UPDATE day_total SET lines = lines + 1 WHERE account = 1001 AND asset = 'USD' AND cause = 'deposit'",
            "I41" },
        { "DELETE FROM hold WHERE in_book = 1", "I03 I04" },
        { "UPDATE balance SET reserved = total + 1 WHERE account = 1002 AND asset = 'USD'", "I05" },
        { "UPDATE position SET qty = qty + 1 WHERE account = 1001", "I06 I07" },
        { "UPDATE ord SET px = 1000000 WHERE state = 'open' AND side = 'B'", "I08" },
        { "UPDATE ord SET filled = filled + 1 WHERE state = 'filled'", "I09" },
        { "UPDATE ord SET cancelled = 0 WHERE state = 'cancelled'", "I09" },
        { "UPDATE trade SET base = quote WHERE symbol = 'SYM0'", "I02 I12 I14" },
        { "UPDATE trade SET units = 0 WHERE symbol = 'SYM0'", "I02 I14" },
        { "UPDATE trade SET cash = cash * 2 WHERE symbol = 'SYM1'", "I02 I14" },
        { "UPDATE trade SET maker_fee = 0, taker_fee = 0", "I02 I41" },
        { "DELETE FROM trade_leg WHERE leg >= 4", "I02 I14" },
        { "DELETE FROM trade_leg WHERE leg = 2", "I02 I12 I13" },
        { "UPDATE projector_cursor SET seq = 1", "I15" },
        { "UPDATE trade SET px = px + 1", "I14 I16" },
        { "UPDATE trade SET maker_order = taker_order", "I09 I16" },
        { "UPDATE projector_cursor SET seq = seq + 1 WHERE stream = 'book/SYM0'", "I17" },
        { "UPDATE hold SET in_book = 0, created_at = 0", "I04 I18" },
        { "DELETE FROM event_block WHERE account = 1000", "I19 I42" },
        { "DELETE FROM event_last WHERE account = 1000", "I42" },
        { "UPDATE event_block SET batch_before = batch", "I42" },
        { "UPDATE event_block SET first_seq = first_seq + 1", "I42" },
        { "UPDATE event_block SET first_seq = 0 WHERE batch = (SELECT MIN(batch) FROM event_block)", "I42" },
        { "UPDATE event_last SET seq = seq + 1", "I42" },
        { "UPDATE book_floor SET floor = 1000000", "I20" },
        { "UPDATE balance SET total = -1 WHERE account = 1", "I02 I25" },
        { "UPDATE other_posting SET kind = 'P' WHERE leg = 1 AND stream LIKE 'acct/%'", "I13 I27" },
        { "UPDATE trade SET kind = 'P' WHERE symbol = 'SYM0'", "I27" },
        { "UPDATE balance SET pending = total + 1 WHERE account = 1001 AND asset = 'USD'", "I27 I29" },
        { "UPDATE other_posting SET account = 2 WHERE account = 0", "I02 I28 I35" },
        { "UPDATE corporate_part SET amount = amount + 1 WHERE account = 1001", "I30 I32" },
        { "UPDATE corporate_part SET unit_change = unit_change + 1 WHERE account = 1001", "I33" },
        { "UPDATE corporate_part SET paid_at = 1 WHERE action = 'later'", "I30" },
        { "UPDATE corporate_part SET amount = amount + 4 WHERE account = 5", "I30 I31 I32" },
    };

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

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
            Assert.Empty(await CheckAsync(mixed, market));
        }
    }

    [Fact]
    public async Task Cached_rows_have_a_limit_and_are_read_again()
    {
        var market = Market(2, 400);
        await using var whole = await OpenAsync("whole");
        await using var forgetful = await OpenAsync("forgetful");
        forgetful.Rows.RowsKept = 0;

        await Projecting.ProjectAllAsync(whole, market, Token);
        await Projecting.ProjectInAnyMixtureAsync(market, new Random(2), Token, forgetful);

        Assert.Equal(0, forgetful.Rows.Kept);
        Assert.NotEqual(0, whole.Rows.Kept);
        Assert.Equal(await Projecting.RowsAsync(whole, Token), await Projecting.RowsAsync(forgetful, Token));
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
                    history, "b", "SELECT account, asset, total, reserved FROM balance WHERE account >= 1000", Token));
            var orphans = await history.Recovery.OrphanHoldsAsync(0, market.TimeNanos + 1, 1_000, 0, Token);
            Assert.Equal(
                market.InFlight().Order(), orphans.Select(o => (o.Account, o.Number, o.Symbol)).Order());
            Assert.Equal(
                market.Balances().Where(b => b.Reserved > 0).Select(b => b.Account).Distinct().Order(),
                await history.Recovery.OpenWorkAccountsAsync(Token));
        }
    }

    [Fact]
    public async Task Trades_of_an_account_add_up_to_its_positions_and_all_fees_to_the_fee_pot()
    {
        var market = Market(11, 500);
        await using var history = await OpenAsync("trades");
        await Projecting.ProjectAllAsync(history, market, Token);
        Int128 fees = 0;
        foreach (var account in market.Balances().Select(b => b.Account).Distinct())
        {
            foreach (var symbol in await history.Trades.SymbolsOfAsync(account, Token))
            {
                var (lots, pieces) = (0L, new List<AccountTrade>());
                var end = await history.Trades.OfAccountAsync(
                    account,
                    symbol,
                    default,
                    trade =>
                    {
                        lots += trade.Lots;
                        fees += trade.Fee;
                        pieces.Add(trade);
                    },
                    Token);
                Assert.Equal(
                    [$"p|{account}|{symbol}|{lots}"],
                    await Projecting.RowsAsync(
                        history, "p",
                        $"SELECT account, symbol, qty FROM position WHERE account = {account} AND symbol = '{symbol}'",
                        Token));
                Assert.NotEmpty(pieces);
                Assert.Equal(
                    end,
                    await history.Trades.OfAccountAsync(
                        account, symbol, end, _ => Assert.Fail("There is none after the last one."), Token));
            }
        }

        Assert.Equal((await history.Reports.TrialBalanceAsync(Token)).Where(row => row.Holder == "fees")
            .Aggregate((Int128)0, (sum, row) => sum + row.Total), fees);
    }

    [Fact]
    public async Task The_trial_balance_is_nothing_and_fees_by_day_are_the_fee_pot()
    {
        var market = Market(10, 500);
        await using var history = await OpenAsync("trial");
        await Projecting.ProjectAllAsync(history, market, Token);

        var rows = await history.Reports.TrialBalanceAsync(Token);
        var fees = await history.Reports.FeeRevenueAsync(0, long.MaxValue - UtcDay.Nanos, Token);

        Assert.All(
            rows.GroupBy(row => row.Asset),
            asset => Assert.Equal(0, asset.Aggregate((Int128)0, (sum, row) => sum + row.Total)));
        Assert.Equal(
            rows.Where(row => row.Holder == "fees" && row.Total != 0).Select(row => (row.Asset, row.Total)).Order(),
            fees.GroupBy(row => row.Asset)
                .Select(
                    asset => (asset.Key, asset.Aggregate((Int128)0, (sum, row) => sum + row.MakerFees + row.TakerFees)))
                    .Order());
        Assert.True(fees.Length > 0);
        Assert.Empty(await history.Reports.HouseFindingsAsync(Token));
    }

    [Fact]
    public async Task Two_projectors_share_the_work_without_doubling_it()
    {
        var market = Market(7, 600);
        await using var alone = await OpenAsync("alone");
        await using var first = await OpenAsync("shared");
        await using var second = await OpenAsync("shared");

        await Projecting.ProjectAllAsync(alone, market, Token);
        await Projecting.ProjectInAnyMixtureAsync(market, new Random(7), Token, first, second);

        Assert.Equal(await Projecting.RowsAsync(alone, Token), await Projecting.RowsAsync(second, Token));
    }

    [Fact]
    public async Task Records_already_projected_are_ignored()
    {
        var market = Market(8, 100);
        await using var history = await OpenAsync("again");
        var (stream, records) = market.Streams.First();

        Assert.True(await history.ApplyAsync([Projecting.Chunk(stream, 1, records)], Token));
        var rows = await Projecting.RowsAsync(history, Token);
        Assert.False(await history.ApplyAsync([Projecting.Chunk(stream, 1, records)], Token));
        Assert.False(await history.ApplyAsync([Projecting.Chunk(stream, records.Count + 2, records)], Token));

        Assert.Equal(rows, await Projecting.RowsAsync(history, Token));
        Assert.Equal(records.Count, (await history.CursorsAsync(Token))[stream]);
    }

    [Theory]
    [InlineData("MiddleOfWriting")]
    [InlineData("BeforeCommit")]
    [InlineData("AfterCommit")]
    public async Task Interrupted_batch_is_in_the_history_once_or_not_at_all(string death)
    {
        var market = Market(9, 300);
        await using var healthy = await OpenAsync("healthy");
        await Projecting.ProjectAllAsync(healthy, market, Token);
        await using var dying = new FaultyHistory(Create("dying" + death.ToLowerInvariant()));
        await using var history = new HistoryStore(dying);
        await history.InitializeAsync(Token);

        var random = new Random(9);
        for (var deaths = 0; ; deaths++)
        {
            var cursors = await history.CursorsAsync(Token);
            var chunks = market.Streams
                .Where(s => cursors.GetValueOrDefault(s.Key) < s.Value.Count)
                .Select(s => (s.Key, s.Value, From: (int)cursors.GetValueOrDefault(s.Key)))
                .Select(s => Projecting.Chunk(
                    s.Key, s.From + 1,
                    s.Value.GetRange(s.From, random.Next(1, Math.Min(40, s.Value.Count - s.From) + 1))))
                .ToList();
            if (chunks.Count == 0)
            {
                Assert.True(deaths > 3, "Too few deaths to mean anything.");
                break;
            }

            dying.Next = deaths % 2 == 0 ? Enum.Parse<Death>(death) : Death.Never;
            try
            {
                await history.ApplyAsync(chunks, Token);
            }
            catch (IOException)
            {
                // As the ledger does: the cursors tell the outcome.
            }
        }

        Assert.Equal(await Projecting.RowsAsync(healthy, Token), await Projecting.RowsAsync(history, Token));
    }

    [Fact]
    public async Task The_pull_index_names_every_record_of_an_account_and_says_how_far_it_goes()
    {
        var market = Market(10, 400);
        await using var history = await OpenAsync("index");
        var records = market.Streams["book/SYM0"];
        var half = records.Count / 2;
        await history.ApplyAsync([Projecting.Chunk("book/SYM0", 1, records.GetRange(0, half))], Token);

        var (through, sequences) = await history.Recovery.AccountEventsAsync("book/SYM0", 1001, 20, Token);

        Assert.Equal(half, through);
        Assert.Equal(
            Enumerable.Range(1, half).Where(s => s > 20 && Touches((BookRecord)records[s - 1], 1001))
                .Select(s => (long)s),
            sequences);
        Assert.Equal(
            (0L, ImmutableArray<long>.Empty), await history.Recovery.AccountEventsAsync("book/NONE", 1001, 0, Token));
    }

    [Fact]
    public async Task Fills_come_newest_first_with_their_fee_and_role()
    {
        var market = Market(11, 500);
        await using var history = await OpenAsync("fills");
        await Projecting.ProjectAllAsync(history, market, Token);

        var fills = await history.Fills.NewestAsync(1000, "SYM1", 1_000, Token);

        var expected = new List<AccountFill>();
        foreach (var (record, sequence) in market.Streams["book/SYM1"].Select((r, i) => (r as OrderAccepted, i + 1L)))
        {
            for (var i = 0; i < (record?.Fills.Length ?? 0); i++)
                expected.AddRange(FillsOf(1000, record!, sequence, i));
        }

        Assert.NotEmpty(fills);
        Assert.Equal(expected.OrderBy(Key), fills.Select(f => f with { ClientOrderId = "" }).OrderBy(Key));
        Assert.Equal(
            fills.OrderByDescending(f => f.TimeNanos).Select(f => f.TimeNanos), fills.Select(f => f.TimeNanos));
        var all = await history.Fills.NewestAsync(1000, null, 5, Token);
        Assert.Equal(5, all.Length);
        Assert.Equal(
            all[0].TimeNanos, (await history.Fills.NewestAsync(1000, null, 1_000, Token)).Max(f => f.TimeNanos));

        static string Key(AccountFill fill) => fill.ToString();
    }

    [Fact]
    public async Task A_record_that_does_not_fit_names_its_stream_and_writes_nothing()
    {
        var market = Market(12, 200);
        await using var history = await OpenAsync("misfit");
        var good = Projecting.Chunk("acct/1000", 1, market.Streams["acct/1000"]);
        var headless = Projecting.Chunk("book/SYM0", 1, market.Streams["book/SYM0"].Skip(1));

        var fault = await Assert.ThrowsAsync<HistoryStreamException>(() => history.ApplyAsync([good, headless], Token));

        Assert.Equal(("book/SYM0", 1L), (fault.Stream, Math.Min(fault.Sequence, 1)));
        Assert.Empty(await history.CursorsAsync(Token));
        Assert.True(await history.ApplyAsync([good], Token));
    }

    [Fact]
    public async Task A_change_of_an_order_that_holds_nothing_stops_its_stream()
    {
        await using var history = await OpenAsync("unheld");
        var chunk = Projecting.Chunk(
            "book/SYM0",
            1,
            [
                Market(14, 20).Streams["book/SYM0"][0],
                new BookTurn(
                    2, new AdvanceTime(), RejectReason.None, TradingPhase.Continuous,
                    [new HoldChanged(1001, 999, 7, Side.Buy, 5, 500)], [], null),
            ]);

        var fault = await Assert.ThrowsAsync<HistoryStreamException>(() => history.ApplyAsync([chunk], Token));

        Assert.Equal(("book/SYM0", 2L), (fault.Stream, fault.Sequence));
        Assert.Contains("has no hold", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_in_two_books_stops_the_second_stream_alone()
    {
        var market = Market(13, 200);
        await using var history = await OpenAsync("twice");
        var order = (OrderAccepted)market.Streams["book/SYM0"].First(r => r is OrderAccepted { Fills.Length: 0 });
        var first = Projecting.Chunk("book/SYM0", 1, [market.Streams["book/SYM0"][0], order]);
        var second = Projecting.Chunk("book/SYM1", 1, [market.Streams["book/SYM1"][0], order]);
        var innocent = Projecting.Chunk("acct/1001", 1, market.Streams["acct/1001"]);
        await history.ApplyAsync([first], Token);

        await Assert.ThrowsAsync<HistoryConflictException>(() => history.ApplyAsync([second, innocent], Token));
        await Assert.ThrowsAsync<HistoryConflictException>(() => history.ApplyAsync([second], Token));
        var (sound, twice) = second.Halves();
        Assert.True(await history.ApplyAsync([sound], Token));
        var fault = await Assert.ThrowsAsync<HistoryStreamException>(() => history.ApplyAsync([twice], Token));

        Assert.Equal(("book/SYM1", 2L), (fault.Stream, fault.Sequence));
        Assert.True(await history.ApplyAsync([innocent], Token));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_planted_fault_is_found(string fault, string finders)
    {
        var name = "fault" + fault.Aggregate(17L, (sum, c) => ((sum * 31) + c) % 1_000_003);
        var market = Market(14, 500);
        market.PayDividend("first", "SYM0", 0);
        market.PayDividend("later", "SYM1", 20_000);
        await using var history = await OpenAsync(name);
        await Projecting.ProjectAllAsync(history, market, Token);
        Assert.Empty(await CheckAsync(history, market));

        await using (var connection = await ConnectAsync(name))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = fault;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Token));
        }

        var found = (await CheckAsync(history, market, orphansBefore: 1)).Select(v => v.Name[..3]).ToArray();
        foreach (var finder in finders.Split(' '))
            Assert.Contains(finder, found);
    }

    [Fact]
    public async Task Holdings_at_a_moment_do_not_depend_on_later_records()
    {
        for (var seed = 300; seed < 300 + Seeds; seed++)
        {
            var market = Market(seed, 200);
            var cut = market.Cut();
            var had = market.Balances().Where(balance => balance is { Asset: "SYM1", Total: not 0 })
                .Select(balance => new EntitledAccount(balance.Account, balance.Total)).ToArray();
            for (var i = 0; i < 200; i++)
                market.Step();
            await using var history = await OpenAsync($"entitled{seed}");
            await Projecting.ProjectInAnyMixtureAsync(market, new Random(seed), Token, history);
            Assert.Equal(
                had, await history.CorporateActions.EntitledAsync("none", "SYM1", cut, true, false, 0, 100, Token));
            Assert.Equal(
                had.Skip(1).Take(1),
                await history.CorporateActions.EntitledAsync(
                    "none", "SYM1", cut, true, false, had[0].Account, 1, Token));
            Assert.Empty(await history.CorporateActions.EntitledAsync("none", "SYM1", 1, true, false, 0, 100, Token));
        }
    }

    [Fact]
    public async Task Dividend_parts_are_paged_and_add_up_and_a_paid_account_is_no_longer_entitled()
    {
        var market = Market(21, 300);
        var units = market.Balances().Where(balance => balance.Asset == "SYM1")
            .ToDictionary(balance => balance.Account, balance => balance.Total);
        market.PayDividend("later", "SYM1", 20_000);
        await using var history = await OpenAsync("parts");
        await Projecting.ProjectAllAsync(history, market, Token);

        Assert.Empty(
            await history.CorporateActions.EntitledAsync("later", "SYM1", market.Cut(), true, false, 0, 100, Token));
        Assert.Equal(
            units.Count,
            (await history.CorporateActions.EntitledAsync("another", "SYM1", market.Cut(), true, false, 0, 100, Token))
                .Length);
        var parts = await history.CorporateActions.PartsAsync("later", unpaid: false, -1, 100, Token);
        Assert.Equal(
            units.Select(of => new CorporatePart(of.Key, of.Value, of.Value / 2, of.Key == units.Keys.First())),
            parts.Where(part => part.Account >= 1_000));
        Assert.Equal(
            parts[1..2], await history.CorporateActions.PartsAsync("later", unpaid: false, parts[0].Account, 1, Token));
        Assert.DoesNotContain(
            await history.CorporateActions.PartsAsync("later", unpaid: true, -1, 100, Token), part => part.IsPaid);
        Assert.Equal(
            new CorporateSums(units.Count, units.Values.Sum(), 0, units.Values.Sum(of => of / 2), 0, 0),
            await history.CorporateActions.SumsAsync("later", Token));
        Assert.Equal(default, await history.CorporateActions.SumsAsync("another", Token));
    }

    [Fact]
    public async Task A_back_filled_past_is_shown_before_the_first_trade_and_counts_nowhere()
    {
        const long minute = 60_000_000_000;
        var market = Market(15, 800);
        await using var history = await OpenAsync("backfill");
        await Projecting.ProjectAllAsync(history, market, Token);
        var rows = await Projecting.RowsAsync(history, Token);
        var real =
            (await history.Trades.FindAsync(
                new TradeQuery("SYM0", new TradePlace(1, 0), null, null, 500), Token)).ToArray();
        var listed = real[0].TimeNanos / minute;
        Assert.False(await history.Backfill.ExistsAsync("SYM0", Token));

        Candle[] candles = [.. Enumerable.Range(1, 10).Select(back =>
            new Candle(
                (listed - back) * minute, (listed - back + 1) * minute, 100 + back, 120, 90, 100, 50, 5_000, 7, 20,
                2_000, default, default))];
        PublicTrade[] prints = [.. Enumerable.Range(0, 4)
            .Select(i => new PublicTrade(0, i, ((listed - 1) * minute) + i, 100, 5, Side.Sell))];
        await history.Backfill.AddAsync("SYM0", candles, prints, Token);
        await history.Backfill.AddAsync(
            "SYM0", [candles[0] with { HighTicks = 999 }], [prints[0] with { PriceTicks = 999 }], Token);

        Assert.True(await history.Backfill.ExistsAsync("SYM0", Token));
        Assert.False(await history.Backfill.ExistsAsync("SYM1", Token));
        var shown = await history.Candles.FindAsync(
            new CandleQuery("SYM0", CandlePeriod.Minute, (listed - 20) * minute, market.TimeNanos, 1_000), Token);
        Assert.Equal(candles.Reverse(), shown.Take(10));
        Assert.Equal(listed * minute, shown[10].StartNanos);
        Assert.Equal(
            candles.Reverse().Take(3),
            await history.Candles.FindAsync(
                new CandleQuery("SYM0", CandlePeriod.Minute, (listed - 500) * minute, market.TimeNanos, 3), Token));
        var joined = Assert.Single(await history.Candles.FindAsync(
            new CandleQuery("SYM0", null, (listed - 3) * minute, (listed - 1) * minute, 1), Token));
        Assert.Equal(
            (103, 120, 90, 100, 21),
            (joined.OpenTicks, joined.HighTicks, joined.LowTicks, joined.CloseTicks, joined.Trades));
        Assert.Equal(
            [.. prints, .. real],
            await history.Trades.FindAsync(new TradeQuery("SYM0", new TradePlace(0, 0), null, null, 1_000), Token));
        Assert.Equal(
            [.. prints, .. real],
            await history.Trades.FindAsync(new TradeQuery("SYM0", null, (listed - 5) * minute, null, 1_000), Token));
        Assert.Equal(
            [prints[3], .. real],
            await history.Trades.FindAsync(new TradeQuery("SYM0", null, null, null, real.Length + 1), Token));
        Assert.Equal(rows, await Projecting.RowsAsync(history, Token));
        Assert.Empty(await CheckAsync(history, market));
    }

    [Fact]
    public async Task Candles_and_the_value_of_orders_are_sums_of_their_trades()
    {
        var market = Market(15, 800);
        await using var history = await OpenAsync("candles");
        await Projecting.ProjectInAnyMixtureAsync(market, new Random(15), Token, history);

        var added = await Projecting.RowsAsync(
            history,
            "c",
            """
            SELECT symbol, time / 60000000000, MIN(px), MAX(px), SUM(qty), SUM(px * qty), COUNT(*), MIN(seq), MAX(seq)
            FROM trade GROUP BY symbol, time / 60000000000
            """,
            Token);
        Assert.NotEmpty(added);
        Assert.Equal(
            added,
            await Projecting.RowsAsync(
                history, "c", "SELECT symbol, minute, low, high, lots, value, trades, first_seq, last_seq FROM candle",
                Token));
        Assert.Empty(await Projecting.RowsAsync(
            history,
            "o",
            """
            SELECT account, number FROM ord o WHERE value <> COALESCE((SELECT SUM(px * qty) FROM trade t
              WHERE t.symbol = o.symbol AND (t.maker_order = o.order_id OR t.taker_order = o.order_id)), 0)
            """,
            Token));

        var trades =
            await history.Trades.FindAsync(new TradeQuery("SYM0", default(TradePlace), null, null, 1_000), Token);
        Assert.NotEmpty(trades);
        var whole = await history.Candles.FindAsync(new CandleQuery("SYM0", null, 0, market.TimeNanos, 1), Token);
        Assert.Equal(
            (trades[0].PriceTicks, trades[^1].PriceTicks, trades.Sum(trade => trade.QuantityLots), trades.Length),
            (whole[0].OpenTicks, whole[0].CloseTicks, whole[0].Lots, (int)whole[0].Trades));
        Assert.Equal(
            trades[^3..], await history.Trades.FindAsync(new TradeQuery("SYM0", null, null, null, 3), Token));
        var third = new TradePlace(trades[2].Sequence, trades[2].Index);
        Assert.Equal(
            trades[2..5], await history.Trades.FindAsync(new TradeQuery("SYM0", third, null, null, 3), Token));
        Assert.Equal(
            trades.Where(trade => trade.TimeNanos >= trades[4].TimeNanos),
            await history.Trades.FindAsync(new TradeQuery("SYM0", null, trades[4].TimeNanos, null, 1_000), Token));
    }

    [Fact]
    public async Task Orders_of_an_account_are_found_by_number_and_id_and_page_by_page()
    {
        var market = Market(16, 500);
        await using var history = await OpenAsync("orders");
        await Projecting.ProjectAllAsync(history, market, Token);
        var account = market.Balances().Select(balance => balance.Account).First(number => number >= 1000);

        var all = await history.Orders.FindAsync(new OrderQuery(account), Token);
        Assert.NotEmpty(all);
        Assert.Equal(all.OrderBy(order => order.Number), all);
        Assert.Equal(all[^2..], await history.Orders.FindAsync(new OrderQuery(account, Limit: 2), Token));
        var one = all.First(order => order.OrderId > 0);
        Assert.Equal([one], await history.Orders.FindAsync(new OrderQuery(account, Number: one.Number), Token));
        Assert.Equal(
            [one], await history.Orders.FindAsync(new OrderQuery(account, one.Symbol, OrderId: one.OrderId), Token));
        Assert.Empty(
            await history.Orders.FindAsync(new OrderQuery(account + 1, one.Symbol, OrderId: one.OrderId), Token));
        Assert.All(
            await history.Orders.FindAsync(new OrderQuery(account, IsOpen: true), Token),
            order =>
                Assert.True(order.Status is OrderStatus.New or OrderStatus.PartiallyFilled));
    }

    [Fact]
    public async Task A_history_of_an_older_release_is_made_again()
    {
        var market = Market(17, 100);
        await using (var history = await OpenAsync("older"))
            await Projecting.ProjectAllAsync(history, market, Token);
        await using (var connection = await ConnectAsync("older"))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE margin_account";
            await command.ExecuteNonQueryAsync(Token);
        }

        await using var again = await OpenAsync("older");
        Assert.Empty(await again.CursorsAsync(Token));
        await Projecting.ProjectAllAsync(again, market, Token);
        Assert.Empty(await CheckAsync(again, market));
    }

    [Fact]
    public async Task Number_is_null_without_a_row_or_a_value()
    {
        await using var history = await OpenAsync("number");
        Assert.Equal(7, await history.Database.NumberAsync("SELECT 7", [], Token));
        Assert.Null(await history.Database.NumberAsync("SELECT CAST(NULL AS BIGINT)", [], Token));
        Assert.Null(await history.Database.NumberAsync("SELECT 7 WHERE 1 = 0", [], Token));
    }

    /// <summary>Opens a history; the same name opens the same one again.</summary>
    protected abstract HistoryDatabase Create(string name);

    /// <summary>Opens a connection that may write anything.</summary>
    protected abstract Task<System.Data.Common.DbConnection> ConnectAsync(string name);

    protected async Task<HistoryStore> OpenAsync(string name)
    {
        var store = new HistoryStore(Create(name));
        await store.InitializeAsync(Token);
        return store;
    }

    private static RecordMarket Market(int seed, int steps, long nanosPerTick = 1)
    {
        var market = new RecordMarket(seed, nanosPerTick: nanosPerTick);
        for (var i = 0; i < steps; i++)
            market.Step();
        return market;
    }

    private static Task<IReadOnlyList<InvariantViolation>> CheckAsync(
        HistoryStore history, RecordMarket market, long orphansBefore = 0) => HistoryInvariants.CheckAsync(
            history, orphansBefore, market.Streams.ToDictionary(s => s.Key, s => (long)s.Value.Count), Token);

    private static bool Touches(BookRecord record, long account) => record switch
    {
        OrderAccepted o => o.Order.Account == account || o.Fills.Any(f => f.MakerAccount == account),
        OrderVoided v => v.Account == account,
        OrdersClosed c => c.Orders.Any(o => o.Account == account),
        AllClosed k => k.Account == account,
        OrderReduced b => b.Account == account,
        _ => false,
    };

    private static IEnumerable<AccountFill> FillsOf(long account, OrderAccepted record, long sequence, int index)
    {
        var fill = record.Fills[index];
        var other = record.Order.Side == Instruments.Side.Buy ? Instruments.Side.Sell : Instruments.Side.Buy;
        if (record.Order.Account == account)
        {
            yield return new("SYM1", record.OrderId, "", record.Order.Side, record.TimeNanos,
                new(sequence, index, fill.PriceTicks, fill.QuantityLots, fill.TakerFee, false));
        }

        if (fill.MakerAccount == account)
        {
            yield return new("SYM1", fill.MakerOrderId, "", other, record.TimeNanos,
                new(sequence, index, fill.PriceTicks, fill.QuantityLots, fill.MakerFee, true));
        }
    }
}
