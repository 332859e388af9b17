using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

// Old rows of simulated participants, which a demo deletes.
public abstract partial class HistoryContract
{
    private const long TenMinutes = 600_000_000_000;
    private static readonly long[] s_participants = [1_000, 1_001];
    private static readonly long[] s_people = [1_002, 1_003];

    [Fact]
    public async Task Old_rows_of_participants_go_and_those_of_people_and_every_total_stay()
    {
        for (var seed = 400; seed < 400 + Seeds; seed++)
        {
            var (market, before) = Days(seed);
            await using var history = await OpenAsync($"pruned{seed}");
            await Projecting.ProjectInAnyMixtureAsync(market, new Random(seed), Token, history);
            var kept = await ToldAsync(history, market);
            var events = await Projecting.RowsAsync(history, "e", "SELECT * FROM account_event", Token);
            var old = (await AmongParticipantsAsync(history, before), await ClosedOrdersAsync(history, before));
            Assert.True(old is { Item1: > 5, Item2: > 20 });

            var rows = await Pruner(history).PruneAsync(before, Token);

            Assert.Equal(new PrunedRows(old.Item1, old.Item2), rows);
            Assert.Equal(
                (0, 0), (await AmongParticipantsAsync(history, before), await ClosedOrdersAsync(history, before)));
            Assert.Equal(kept, await ToldAsync(history, market));
            Assert.Equal(events, await Projecting.RowsAsync(history, "e", "SELECT * FROM account_event", Token));
            Assert.Empty(await CheckAsync(history, market));

            // Nothing is left to delete, and nothing is added twice.
            var all = await AllRowsAsync(history);
            Assert.Equal(default, await Pruner(history).PruneAsync(before, Token));
            Assert.Equal(all, await AllRowsAsync(history));
        }
    }

    [Fact]
    public async Task A_pruned_order_is_unknown_and_a_page_of_trades_begins_with_what_is_left()
    {
        var (market, before) = Days(410);
        await using var history = await OpenAsync("prunedpages");
        await Projecting.ProjectAllAsync(history, market, Token);
        var trades =
            await history.Trades.FindAsync(new TradeQuery("SYM0", default(TradePlace), null, null, 1_000), Token);
        var order = (await history.Orders.FindAsync(new OrderQuery(s_participants[0]), Token)).First(
            order => order is { OrderId: > 0, Status: OrderStatus.Filled });

        await Pruner(history).PruneAsync(before, Token);

        Assert.Empty(await history.Orders.FindAsync(new OrderQuery(s_participants[0], Number: order.Number), Token));
        Assert.Empty(
            await history.Orders.FindAsync(
                new OrderQuery(s_participants[0], order.Symbol, OrderId: order.OrderId), Token));
        var left =
            await history.Trades.FindAsync(new TradeQuery("SYM0", default(TradePlace), null, null, 1_000), Token);
        Assert.InRange(left.Length, 1, trades.Length - 1);
        Assert.Equal(trades.Intersect(left), left);
        Assert.Equal(
            left,
            await history.Trades.FindAsync(new TradeQuery("SYM0", null, trades[0].TimeNanos, null, 1_000), Token));
    }

    [Fact]
    public async Task A_symbol_keeps_its_newest_trades_however_old_they_are()
    {
        var (market, _) = Days(411);
        await using var history = await OpenAsync("prunednewest");
        await Projecting.ProjectAllAsync(history, market, Token);
        var newest = await history.Trades.FindAsync(new TradeQuery("SYM1", null, null, null, 7), Token);

        await Pruner(history, kept: 7).PruneAsync(market.TimeNanos + 1, Token);

        Assert.Equal(newest, await history.Trades.FindAsync(new TradeQuery("SYM1", null, null, null, 7), Token));
        Assert.Empty(await CheckAsync(history, market));
    }

    [Fact]
    public async Task A_history_that_is_made_again_is_the_same_after_the_next_pass()
    {
        var (market, before) = Days(412);
        await using var grown = await OpenAsync("prunedgrown");
        await Projecting.ProjectAllAsync(grown, market, Token);
        await Pruner(grown).PruneAsync(before, Token);
        var done = market.Streams.ToDictionary(stream => stream.Key, stream => stream.Value.Count);
        for (var i = 0; i < 300; i++)
            market.Step();
        await grown.ApplyAsync(
            [.. market.Streams.Where(stream => done[stream.Key] < stream.Value.Count).Select(
                stream => Projecting.Chunk(stream.Key, done[stream.Key] + 1, stream.Value.Skip(done[stream.Key])))],
            Token);
        var later = UtcDay.StartOf(UtcDay.Of(market.TimeNanos));
        Assert.True(later > before);
        await Pruner(grown).PruneAsync(later, Token);

        await using var again = await OpenAsync("prunedagain");
        await Projecting.ProjectInAnyMixtureAsync(market, new Random(412), Token, again);
        await Pruner(again).PruneAsync(later, Token);

        Assert.Equal(await AllRowsAsync(grown), await AllRowsAsync(again));
        Assert.Empty(await CheckAsync(again, market));
    }

    [Theory]
    [InlineData("MiddleOfWriting")]
    [InlineData("BeforeCommit")]
    [InlineData("AfterCommit")]
    public async Task A_pass_that_dies_leaves_a_sound_history_and_the_next_one_completes_it(string death)
    {
        var (market, before) = Days(413);
        await using var healthy = await OpenAsync("prunedhealthy");
        await Projecting.ProjectAllAsync(healthy, market, Token);
        await Pruner(healthy, batch: 6).PruneAsync(before, Token);
        await using var dying = new FaultyHistory(Create("pruneddying" + death.ToLowerInvariant()));
        await using var history = new HistoryStore(dying);
        await history.InitializeAsync(Token);
        await Projecting.ProjectAllAsync(history, market, Token);

        var deaths = 0;
        for (var batches = 0; ; batches++)
        {
            (dying.Next, dying.Before) = (Enum.Parse<Death>(death), batches);
            try
            {
                await Pruner(history, batch: 6).PruneAsync(before, Token);
                if (dying.Next != Death.Never)
                    break;
            }
            catch (IOException)
            {
                deaths++;
                dying.Next = Death.Never;
                Assert.Empty(await CheckAsync(history, market));
            }
        }

        Assert.True(deaths > 3, "Too few deaths to mean anything.");
        Assert.Equal(await AllRowsAsync(healthy), await AllRowsAsync(history));
    }

    [Fact]
    public async Task Two_passes_at_once_add_nothing_up_twice()
    {
        var (market, before) = Days(414);
        await using var first = await OpenAsync("prunedtwice");
        await using var second = await OpenAsync("prunedtwice");
        await Projecting.ProjectAllAsync(first, market, Token);

        var rows =
            await Task.WhenAll(Pruner(first).PruneAsync(before, Token), Pruner(second).PruneAsync(before, Token));

        Assert.Empty(await CheckAsync(first, market));
        var sums =
            await Projecting.RowsAsync(first, "n", "SELECT CAST(SUM(trades) AS BIGINT) FROM pruned_trade", Token);
        Assert.Equal([$"n|{rows.Sum(pass => pass.Trades)}"], sums);
    }

    [Theory]
    [InlineData("UPDATE pruned_line SET in_lo = in_lo + 1 WHERE account = 1000 AND cause = 'trade'", "I02 I41")]
    [InlineData("UPDATE pruned_line SET lines = lines - 1 WHERE account = 1", "I41")]
    [InlineData("UPDATE pruned_trade SET lots_lo = lots_lo + 1 WHERE buyer = 1000 AND seller = 1001", "I06")]
    [InlineData("DELETE FROM pruned", "I16")]
    [InlineData("DELETE FROM ord WHERE account = 1002 AND filled > 0", "I16")]
    public async Task A_fault_of_a_pruned_history_is_found(string fault, string finders)
    {
        var name = "prunedfault" + ((fault.Length * 31) + fault[^1]);
        var (market, before) = Days(415);
        await using var history = await OpenAsync(name);
        await Projecting.ProjectAllAsync(history, market, Token);
        await Pruner(history).PruneAsync(before, Token);
        Assert.Empty(await CheckAsync(history, market));
        await using (var connection = await ConnectAsync(name))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = fault;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Token));
        }

        var found = (await CheckAsync(history, market)).Select(violation => violation.Name[..3]).ToArray();
        foreach (var finder in finders.Split(' '))
            Assert.Contains(finder, found);
    }

    [Fact]
    public async Task Prevented_matches_of_participants_go_and_a_changed_trade_stays()
    {
        await using var prevented = await OpenAsync("prunedprevented");
        await prevented.ApplyAsync([new BookChunk("SYM0", 1, Prevented())], Token);
        Assert.Equal(new PrunedRows(0, 4), await Pruner(prevented).PruneAsync(100, Token));
        Assert.Empty(await prevented.PreventedMatches.FindAsync(new PreventedQuery(One), Token));
        Assert.Single(await prevented.Orders.FindAsync(new OrderQuery(Other), Token));
        Assert.Empty(await HistoryInvariants.CheckAsync(prevented, 0, null, Token));

        await using var changed = await OpenAsync("prunedchanged");
        await changed.ApplyAsync([new BookChunk("SYM0", 1, ChangedTrades())], Token);
        var fees = await changed.Reports.FeeRevenueAsync(0, UtcDay.Nanos, Token);
        Assert.Equal(new PrunedRows(1, 2), await Pruner(changed, kept: 0).PruneAsync(100, Token));
        Assert.Equal(fees, await changed.Reports.FeeRevenueAsync(0, UtcDay.Nanos, Token));
        Assert.Empty(await HistoryInvariants.CheckAsync(changed, 0, null, Token));
    }

    [Fact]
    public async Task A_trade_may_be_changed_after_it_was_pruned()
    {
        await using var history = await OpenAsync("prunedbust");
        var records = ChangedTrades();
        await history.ApplyAsync([new BookChunk("SYM0", 1, records[..3])], Token);
        Assert.Equal(new PrunedRows(3, 2), await Pruner(history, kept: 0).PruneAsync(100, Token));

        await history.ApplyAsync([new BookChunk("SYM0", 4, records[3..])], Token);

        await using var whole = await OpenAsync("prunedbustwhole");
        await whole.ApplyAsync([new BookChunk("SYM0", 1, records)], Token);
        Assert.Empty(await HistoryInvariants.CheckAsync(history, 0, null, Token));
        Assert.Equal(await whole.Reports.TrialBalanceAsync(Token), await history.Reports.TrialBalanceAsync(Token));
        Assert.Equal(
            await whole.Reports.FeeRevenueAsync(0, UtcDay.Nanos, Token), await history.Reports.FeeRevenueAsync(
                0, UtcDay.Nanos, Token));
    }

    /// <summary>Returns a market of some days, and the start of one of them with days before and after it.</summary>
    private static (RecordMarket Market, long Before) Days(int seed)
    {
        var market = Market(seed, 600, TenMinutes);
        return (market, UtcDay.StartOf(UtcDay.Of(market.TimeNanos) - 1));
    }

    private static HistoryPruner Pruner(HistoryStore history, int kept = 1, int batch = 20) =>
        new(history, s_participants, TimeProvider.System)
        {
            BatchRows = batch,
            Pause = TimeSpan.Zero,
            TradesKept = kept,
        };

    /// <summary>Returns everything that must be told the same after a pass, as text.</summary>
    private static async Task<List<string>> ToldAsync(HistoryStore history, RecordMarket market)
    {
        var told = new List<string>();
        foreach (var account in s_people)
        {
            told.AddRange(
                (await history.Orders.FindAsync(new OrderQuery(account), Token)).Select(order => order.ToString()));
            told.AddRange(
                (await history.Fills.NewestAsync(account, null, 1_000, Token)).Select(fill => fill.ToString()));
            told.AddRange(
                (await history.AccountStatements.FindAsync(account, 0, long.MaxValue, null, 1_000, Token)).Entries
                .Select(line =>
                    line.ToString()));
        }

        for (long account = 0; account <= 1_003; account = account == 8 ? 1_000 : account + 1)
        {
            foreach (var day in new[] { 0, UtcDay.StartOf(UtcDay.Of(market.TimeNanos) - 2) })
            {
                var statement = await history.AccountStatements.FindAsync(account, day, long.MaxValue, null, 0, Token);
                told.AddRange(
                    statement.Assets.Select(
                        asset => $"{account} {asset with { Causes = [] }} {string.Join(", ", asset.Causes)}"));
            }
        }

        told.AddRange((await history.Reports.TrialBalanceAsync(Token)).Select(row => row.ToString()));
        told.AddRange(
            (await history.Reports.FeeRevenueAsync(0, market.TimeNanos, Token)).Select(row => row.ToString()));
        foreach (var symbol in new[] { "SYM0", "SYM1" })
            told.AddRange(
                (await history.Candles.FindAsync(
                    new CandleQuery(symbol, CandlePeriod.Hour, null, market.TimeNanos, 1_000),
                    Token)).Select(candle => candle.ToString()));
        told.AddRange((await history.Reports.HouseFindingsAsync(Token)).Select(finding => finding.ToString()));
        foreach (var table in new[] { "hold", "balance", "position", "candle", "day_total", "projector_cursor" })
            told.AddRange(await Projecting.RowsAsync(history, table, "SELECT * FROM " + table, Token));
        told.AddRange(await Projecting.RowsAsync(history, "open", "SELECT * FROM ord WHERE state = 'open'", Token));
        return told;
    }

    private static async Task<List<string>> AllRowsAsync(HistoryStore history)
    {
        var rows = await Projecting.RowsAsync(history, Token);
        foreach (var table in new[] { "pruned", "pruned_line", "pruned_trade", "day_total", "ord_terms" })
            rows.AddRange(await Projecting.RowsAsync(history, table, "SELECT * FROM " + table, Token));
        return rows;
    }

    private static Task<int> ClosedOrdersAsync(HistoryStore history, long before) => CountAsync(
        history, $"SELECT COUNT(*) FROM ord WHERE account IN (1000, 1001) AND closed_at < {before}");

    /// <summary>Counts old trades among participants, but the newest trade of each symbol.</summary>
    private static Task<int> AmongParticipantsAsync(HistoryStore history, long before) => CountAsync(
        history,
        $"""
        SELECT COUNT(*) FROM trade t WHERE buyer IN (1000, 1001) AND seller IN (1000, 1001) AND time < {before}
          AND seq < (SELECT MAX(seq) FROM trade n WHERE n.symbol = t.symbol)
        """);

    private static async Task<int> CountAsync(HistoryStore history, string query) => await history.Database.ReadAsync(
        query, [], static async (reader, token) => await reader.ReadAsync(token) ? reader.GetInt32(0) : 0, Token);
}
