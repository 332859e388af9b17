using Microsoft.Data.Sqlite;
using QuantumCore.Contracts;
using QuantumCore.History;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Orders of every kind through the product's own state machines. Holds always cover them, nothing is created or lost,
/// the records explain everything, and the history adds up to the same.
/// </summary>
public class ConditionalOrderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Holds_cover_whatever_conditional_orders_and_lists_do(int seed)
    {
        var market = new ConditionalMarket(seed);
        for (var step = 0; step < 10_000; step++)
        {
            market.Step();
            market.AssertBalanced();
        }

        market.AssertOrdersAgree();
        market.AssertEverythingHappened();
    }

    [Theory]
    [Trait("Suite", "Slow")]
    [Trait("Suite", "Nightly")]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(104)]
    public void A_quarter_of_a_million_steps_keep_money_and_units(int seed)
    {
        var market = new ConditionalMarket(seed);
        for (var step = 0; step < 250_000; step++)
        {
            market.Step();
            market.AssertBalanced();
        }

        market.AssertOrdersAgree();
    }

    [Fact]
    public void Cancelling_everything_frees_everything()
    {
        var market = new ConditionalMarket(21);
        for (var round = 0; round < 20; round++)
        {
            for (var step = 0; step < 200; step++)
            {
                market.Step();
            }

            market.CancelEverything();
            Assert.All(market.Traders, trader => Assert.Empty(trader.Account.Orders));
            Assert.All(
                market.Traders, trader => Assert.All(trader.Account.Balances.Values, b => Assert.Equal(0, b.Held)));
            Assert.Equal(0, market.Book.Core.OpenOrders);
        }
    }

    [Fact]
    public void A_replay_of_every_kind_of_record_gives_the_same_book()
    {
        var market = new ConditionalMarket(31);
        var replayed = new BookMachine("AAPL");
        var done = 0;
        for (var part = 0; part < 12; part++)
        {
            for (var step = 0; step < 400; step++)
            {
                market.Step();
            }

            for (; done < market.BookRecords.Count; done++)
            {
                replayed.Replay(done + 1, BookRecordEncoding.Encode(market.BookRecords[done]));
            }

            Assert.Equal(market.Book.Snapshot(), replayed.Snapshot());
            // The next part continues from a snapshot.
            replayed = BookMachine.Restore("AAPL", replayed.Snapshot());
            Assert.Equal(market.Book.Snapshot(), replayed.Snapshot());
        }
    }

    [Theory]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(34)]
    public void Account_state_is_the_same_if_its_own_records_are_folded_first(int seed)
    {
        var market = new ConditionalMarket(seed);
        for (var part = 0; part < 10; part++)
        {
            for (var step = 0; step < 300; step++)
                market.Step();
            foreach (var trader in market.Traders)
                Assert.Equal(
                    Convert.ToHexString(trader.Snapshot()),
                    Convert.ToHexString(market.FoldAgain(trader.Account.Id).Snapshot()));
        }
    }

    [Fact]
    public void A_step_that_was_tampered_with_halts_the_replay()
    {
        var market = new ConditionalMarket(5);
        while (market.BookRecords[^1] is not BookTurn { Steps.Length: > 2 })
        {
            market.Step();
        }

        var last = (BookTurn)market.BookRecords[^1];
        var forged = last with { Steps = [.. last.Steps.Select(Forge)] };
        var replayed = new BookMachine("AAPL");
        for (var i = 0; i < market.BookRecords.Count - 1; i++)
        {
            replayed.Replay(i + 1, BookRecordEncoding.Encode(market.BookRecords[i]));
        }

        Assert.Throws<DivergenceException>(
            () => replayed.Replay(market.BookRecords.Count, BookRecordEncoding.Encode(forged)));

        static TurnStep Forge(TurnStep step) => step switch
        {
            TradeMade { Trade: var trade } =>
                new TradeMade(trade with { Taker = trade.Taker with { Hold = trade.Taker.Hold + 1 } }),
            OrderOpened opened => opened with { Hold = opened.Hold + 1 },
            OrderChanged changed => changed with { Hold = changed.Hold + 1 },
            HoldChanged held => held with { Hold = held.Hold + 1 },
            _ => step,
        };
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public async Task The_history_of_conditional_orders_keeps_every_invariant(int seed)
    {
        var token = TestContext.Current.CancellationToken;
        var path = Directory.CreateTempSubdirectory("history").FullName;
        await using var history = new HistoryStore(new SqliteHistory(Path.Combine(path, "history.db")));
        await history.InitializeAsync(token);
        var market = new ConditionalMarket(seed);
        for (var step = 0; step < 4_000; step++)
        {
            market.Step();
        }

        List<HistoryChunk> chunks = [new BookChunk("AAPL", 1, market.BookRecords)];
        chunks.AddRange(market.AccountRecords.Select(pair => new AccountChunk(pair.Key, 1, pair.Value)));
        // In any mixture: holds projected after their book's record change nothing.
        for (var i = 0; i < 2_000; i += 500)
        {
            var piece = market.BookRecords.Skip(i).Take(500).ToList();
            Assert.True(await history.ApplyAsync([new BookChunk("AAPL", i + 1, piece)], token));
        }

        chunks[0] = new BookChunk("AAPL", 2_001, [.. market.BookRecords.Skip(2_000)]);
        Assert.True(await history.ApplyAsync(chunks, token));
        var heads = chunks.ToDictionary(chunk => chunk.Stream, chunk => chunk.LastSequence);
        var violations = await HistoryInvariants.CheckAsync(history, 0, heads, token);
        Assert.True(
            violations.Count == 0, string.Join("; ", violations.Select(v => $"{v.Name}: {string.Join(", ", v.Rows)}")));
        await using var connection = new SqliteConnection($"Data Source={path}/history.db;Pooling=False");
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

        // An adjustment that contradicts its order is found.
        foreach (var value in (string[])["px", "lots", "px_before"])
        {
            foreach (var (change, isDamage) in new[] { ("- 1000000", true), ("+ 1000000", false) })
            {
                await using var update = connection.CreateCommand();
                update.CommandText = $"UPDATE ord_adjusted SET {value} = {value} {change}";
                Assert.True(await update.ExecuteNonQueryAsync(token) > 0);
                var told = await HistoryInvariants.CheckAsync(history, 0, heads, token);
                Assert.Equal(
                    isDamage, told.Any(violation => violation.Name.StartsWith("I37", StringComparison.Ordinal)));
            }
        }
    }

    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public async Task Amended_and_adjusted_orders_are_in_the_history_as_their_accounts_have_them(int seed)
    {
        var token = TestContext.Current.CancellationToken;
        await using var history =
            new HistoryStore(
                new SqliteHistory(Path.Combine(Directory.CreateTempSubdirectory("history").FullName, "history.db")));
        await history.InitializeAsync(token);
        var market = new ConditionalMarket(seed);
        var booked = 0;
        var moved = market.Traders.ToDictionary(trader => trader.Account.Id.Value, _ => 0);
        for (var batch = 0; batch < 150; batch++)
        {
            for (var step = 0; step < 40; step++)
            {
                market.Step();
            }

            List<HistoryChunk> chunks = [new BookChunk("AAPL", booked + 1, [.. market.BookRecords.Skip(booked)])];
            chunks.AddRange(market.AccountRecords.Where(pair => pair.Value.Count > moved[pair.Key])
                .Select(
                    pair => new AccountChunk(pair.Key, moved[pair.Key] + 1, [.. pair.Value.Skip(moved[pair.Key])])));
            Assert.True(await history.ApplyAsync(chunks, token));
            booked = market.BookRecords.Count;
            moved = market.AccountRecords.ToDictionary(pair => pair.Key, pair => pair.Value.Count);
            foreach (var trader in market.Traders)
            {
                var open =
                    (await history.Orders.FindAsync(
                        new OrderQuery(trader.Account.Id.Value, IsOpen: true),
                        token)).ToDictionary(order => order.Number);
                foreach (var held in trader.Account.Orders.Values.Where(order => order.OrderId != 0))
                {
                    var past = open[held.Number];
                    Assert.Equal(
                        (held.BookPriceTicks, held.QuantityLots, held.State.Stage, held.Conditions),
                        (past.PriceTicks, past.QuantityLots, past.Stage, past.Conditions?.Decode()));
                }
            }
        }
    }
}
