using Microsoft.Data.Sqlite;
using QuantumCore.Contracts;
using QuantumCore.History;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Strategies among orders of every kind, through the product's own state machines: never legged out, never beyond a
/// price, nothing created or lost, and the records explain everything.
/// </summary>
public class StrategyFlowTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Legs_trade_together_or_not_at_all_whatever_the_books_do(int seed) => Run(seed, 4_000);

    [Theory]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public void Legs_trade_together_or_not_at_all_over_a_long_day(int seed) => Run(seed, 60_000);

    [Fact]
    public void A_replay_gives_the_same_books_and_the_same_open_strategies()
    {
        var market = new StrategyMarket(31);
        var replayed =
            market.Books.Keys.ToDictionary(symbol => symbol, symbol => new BookMachine(symbol), StringComparer.Ordinal);
        var most = 0;
        for (var part = 0; part < 10; part++)
        {
            Run(market, 250);
            foreach (var (symbol, records) in market.BookRecords)
            {
                Replay(replayed[symbol], records);
                Assert.Equal(market.Books[symbol].Snapshot(), replayed[symbol].Snapshot());
                // The next part continues from a snapshot.
                replayed[symbol] = part % 2 == 0
                    ? replayed[symbol]
                    : BookMachine.Restore(symbol, replayed[symbol].Snapshot());
            }

            var group = new StrategyGroup((_, _) => Assert.Fail("to come back changes nothing"));
            group.Restore([.. replayed.Values.Reverse()]);
            Assert.Equal(market.Group.Open.Select(Describe), group.Open.Select(Describe));
            most = Math.Max(most, group.Open.Count);
        }

        Assert.InRange(most, 10, int.MaxValue);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(33)]
    public void A_group_that_came_back_goes_on_as_if_it_had_never_been_away(int seed)
    {
        var market = new StrategyMarket(seed);
        var restarted = new StrategyMarket(seed);
        for (var part = 0; part < 10; part++)
        {
            Run(market, 200);
            Run(restarted, 200);
            restarted.GoOnWith(restarted.BookRecords.Select(pair => part % 2 == 0
                ? Replay(new BookMachine(pair.Key), pair.Value)
                : BookMachine.Restore(pair.Key, restarted.Books[pair.Key].Snapshot())).ToArray());
            restarted.AssertSound();
        }

        foreach (var (symbol, records) in market.BookRecords)
        {
            Assert.Equal(Told(records), Told(restarted.BookRecords[symbol]));
        }

        // A restored book does not know when orders that ended earlier would have expired.
        static IEnumerable<byte[]> Told(IEnumerable<BookRecord> records) => records
            .Where(record => record is not BookTurn { Command: AdvanceTime, Steps: [] })
            .Select(BookRecordEncoding.Encode);
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public void The_public_view_has_the_last_price_of_the_book_which_legs_leave_alone(int seed)
    {
        var market = new StrategyMarket(seed);
        var seen =
            market.BookRecords.ToDictionary(pair => pair.Key, _ => (Records: 0, Ticks: 0L), StringComparer.Ordinal);
        for (var step = 0; step < 2_000; step++)
        {
            market.Step();
            foreach (var (symbol, records) in market.BookRecords)
            {
                var (known, ticks) = seen[symbol];
                ticks = records.Skip(known).Aggregate(ticks, BookRecordFold.LastPrice);
                seen[symbol] = (records.Count, ticks);
                Assert.Equal(market.Books[symbol].Core.LastPriceTicks, ticks);
            }
        }
    }

    [Fact]
    public void A_trade_of_a_leg_that_was_tampered_with_halts_the_replay()
    {
        var market = new StrategyMarket(5);
        var symbol = "";
        while (symbol.Length == 0)
        {
            market.Step();
            symbol = market.BookRecords.FirstOrDefault(pair => TradesQuotes(pair.Value[^1])).Key ?? "";
        }

        var records = market.BookRecords[symbol];
        var last = (BookTurn)records[^1];
        var acts = (ActOnLegs)last.Command;
        var (take, end) = ((TakeQuotesAct)acts.Acts[0], acts.Acts[1]);
        foreach (var change in (long[])[-1, 1])
        {
            var replayed = Replay(new BookMachine(symbol), records.SkipLast(1));
            var forged = last with { Command = acts with { Acts = [take with { Lots = take.Lots + change }, end] } };
            Assert.Throws<DivergenceException>(() => replayed.Replay(records.Count, BookRecordEncoding.Encode(forged)));
        }

        static bool TradesQuotes(BookRecord record) =>
            record is BookTurn { Command: ActOnLegs { Acts: [TakeQuotesAct { Lots: > 1 }, EndPhaseAct] } };
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public async Task The_history_of_strategies_keeps_every_invariant(int seed)
    {
        var token = TestContext.Current.CancellationToken;
        var path = Directory.CreateTempSubdirectory("history").FullName;
        await using var history = new HistoryStore(new SqliteHistory(Path.Combine(path, "history.db")));
        await history.InitializeAsync(token);
        var market = new StrategyMarket(seed);
        Run(market, 2_500);

        // The books' first records come before the accounts', the rest after them.
        foreach (var (symbol, records) in market.BookRecords)
        {
            Assert.True(await history.ApplyAsync([new BookChunk(symbol, 1, [.. records.Take(400)])], token));
        }

        List<HistoryChunk> chunks =
            [.. market.BookRecords.Select(pair => new BookChunk(pair.Key, 401, [.. pair.Value.Skip(400)]))];
        chunks.AddRange(market.AccountRecords.Select(pair => new AccountChunk(pair.Key, 1, pair.Value)));
        Assert.True(await history.ApplyAsync(chunks, token));
        var heads = chunks.ToDictionary(chunk => chunk.Stream, chunk => chunk.LastSequence);
        var violations = await HistoryInvariants.CheckAsync(history, 0, heads, token);
        Assert.True(
            violations.Count == 0, string.Join("; ", violations.Select(v => $"{v.Name}: {string.Join(", ", v.Rows)}")));
        await RequireBalances(market, $"Data Source={path}/history.db;Pooling=False", token);
    }

    private static async Task RequireBalances(StrategyMarket market, string history, CancellationToken token)
    {
        await using var connection = new SqliteConnection(history);
        await connection.OpenAsync(token);
        foreach (var trader in market.Traders)
        {
            foreach (var (asset, balance) in trader.Account.Balances)
            {
                await using var query = connection.CreateCommand();
                query.CommandText = "SELECT total, reserved FROM balance WHERE account = $account AND asset = $asset";
                query.Parameters.AddWithValue("$account", trader.Account.Id.Value);
                query.Parameters.AddWithValue("$asset", asset);
                await using var row = await query.ExecuteReaderAsync(token);
                Assert.True(await row.ReadAsync(token));
                Assert.Equal((balance.Total, balance.Held), (row.GetInt64(0), row.GetInt64(1)));
            }
        }
    }

    private static (string Key, long Account, long Number, long Units) Describe(Strategy strategy) =>
        (strategy.Key, strategy.Legs[0].Ticket.Order.Account, strategy.Legs[0].Ticket.Order.Number, strategy.UnitsLeft);

    private static BookMachine Replay(BookMachine machine, IEnumerable<BookRecord> records)
    {
        foreach (var record in records.Skip((int)machine.Sequence))
        {
            machine.Replay(machine.Sequence + 1, BookRecordEncoding.Encode(record));
        }

        return machine;
    }

    private static void Run(int seed, int steps)
    {
        var market = new StrategyMarket(seed);
        Run(market, steps);
        market.AssertOrdersAgree();
        market.AssertEverythingHappened();
        market.CancelEverything();
        Assert.Empty(market.Group.Open);
        Assert.All(market.Traders, trader => Assert.Empty(trader.Account.Orders));
        Assert.All(market.Books.Values, book => Assert.Equal(0, book.Core.OpenOrders));
    }

    private static void Run(StrategyMarket market, int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            market.Step();
            market.AssertSound();
        }
    }
}
