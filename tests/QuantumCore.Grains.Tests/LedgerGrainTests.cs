using System.Collections.Immutable;
using System.Reflection;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>The ledger follows the journal and serves its rows.</summary>
public sealed class LedgerGrainTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly string[] s_symbols = ["AAPL", "MSFT"];
    private static readonly long[] s_accounts = [Alice, Bob];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fill_that_was_shown_is_in_the_history_at_the_next_question()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        for (var i = 0; i < 20; i++)
        {
            await exchange.PlaceAsync(Alice, $"a{i}", "AAPL", Side.Buy, 15_000, 10);
            var taken = await exchange.PlaceAsync(Bob, $"b{i}", "AAPL", Side.Sell, 15_000, 10);

            var fills = await exchange.Ledger.Fills(Bob, "AAPL", 1, [new("AAPL", taken.Sequence)]);

            var fill = Assert.Single(fills);
            Assert.Equal(($"b{i}", Side.Sell, taken.OrderId), (fill.ClientOrderId, fill.Side, fill.OrderId));
            Assert.Equal(taken.Fills[0], fill.Fill);
        }
    }

    [Fact]
    public async Task Many_who_have_seen_more_than_the_history_has_look_at_their_book_together()
    {
        var looks = new Looks();
        await using var disk = new Disk { Around = looks.Around };
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var taken = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await exchange.Ledger.CatchUp();

        // A claim beyond the journal is checked each time.
        SeenSequence[] seen = [new("AAPL", taken.Sequence + 1)];
        Task<ImmutableArray<AccountFill>> Ask() => exchange.Ledger.Fills(Alice, "AAPL", 1, [.. seen]).AsTask();
        var first = Ask();
        await looks.Begun;
        var others = Enumerable.Range(0, 50).Select(_ => Ask()).ToArray();
        await exchange.Ledger.Status();
        looks.GoOn();

        await first;
        await Task.WhenAll(others);
        Assert.InRange(looks.AtTheBook, 2, 10);
    }

    [Fact]
    public async Task A_history_of_fills_is_read_page_by_page_without_a_gap()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        for (var i = 0; i < 9; i++)
            await exchange.PlaceAsync(Alice, $"a{i}", "AAPL", Side.Buy, 15_000, 10);
        var last = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 90);
        await exchange.PlaceAsync(Alice, "own-sell", "AAPL", Side.Sell, 15_000, 10);
        last = await exchange.PlaceAsync(Alice, "own-buy", "AAPL", Side.Buy, 15_000, 10);

        var pages = new List<AccountFill>();
        for (var after = default(TradePlace); ;)
        {
            var page = await exchange.Ledger.FillsAfter(Alice, "AAPL", after, 4, [new("AAPL", last.Sequence)]);
            if (page.IsEmpty)
                break;
            pages.AddRange(page);
            after = new TradePlace(page[^1].Fill.Sequence, page[^1].Fill.Index);
        }

        Assert.Equal(
            [.. Enumerable.Range(0, 9).Select(i => $"a{i}"), "own-buy", "own-sell"],
            pages.Select(fill => fill.ClientOrderId));
    }

    [Fact]
    public async Task Everything_the_exchange_did_keeps_the_invariants_and_can_be_made_again()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking: true);
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var report = await exchange.PlaceAsync(
                random.Next(2) == 0 ? Alice : Bob, $"k{i}", s_symbols[random.Next(2)],
                random.Next(2) == 0 ? Side.Buy : Side.Sell, 15_000 + random.Next(-5, 6), 1 + random.Next(30),
                random.Next(5) == 0 ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel);
            if (random.Next(4) == 0)
                await exchange.Book(report.Symbol).Close(report.Account, [report.Number], EndReason.User);
            if (random.Next(4) == 0)
                await exchange.Book(report.Symbol).Reduce(report.Account, report.Number, 1);
        }

        await exchange.Ledger.CatchUp();

        var heads = (await disk.Journal.HeadsAsync("", Token)).ToDictionary(h => h.Name, h => h.Head);
        Assert.Empty(await HistoryInvariants.CheckAsync(disk.History, 0, heads, Token));
        var cursors = await disk.History.CursorsAsync(Token);
        Assert.All(heads.Where(h => h.Key != "catalog"), h => Assert.Equal(h.Value, cursors[h.Key]));
    }

    [Fact]
    public async Task After_a_restart_the_history_is_completed_though_nobody_trades()
    {
        await using var disk = new Disk();
        await using (var before = await Exchange.OpenAsync(disk, s_symbols, s_accounts))
            await before.HoldAsync(Alice, "never-entered", "AAPL", Side.Buy, 15_000, 10);
        await disk.LoseHistoryAsync();

        await using var after = await Exchange.StartAsync(disk);

        var heads = await disk.Journal.HeadsAsync("acct/", Token);
        await Wait.UntilAsync(
            async () =>
            {
                var cursors = await disk.History.CursorsAsync(Token);
                return heads.All(head => cursors.GetValueOrDefault(head.Name) == head.Head);
            },
            "the history to have every record of the accounts");
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_stops_its_own_stream_alone()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var stream = await exchange.Service<JournalWriter>().OpenAsync("book/AAPL", Token);
        await stream.WhenDurable(stream.Append(new byte[] { 1, 99, 0 }));
        await exchange.PlaceAsync(Alice, "m", "MSFT", Side.Buy, 15_000, 10);
        var taken = await exchange.PlaceAsync(Bob, "m", "MSFT", Side.Sell, 15_000, 10);

        await exchange.Ledger.CatchUp();

        var cursors = await disk.History.CursorsAsync(Token);
        Assert.Equal(stream.Head - 1, cursors["book/AAPL"]);
        Assert.Equal(taken.Sequence, cursors["book/MSFT"]);
        Assert.Single(
            await exchange.Ledger.Fills(Alice, null, 10, [new("AAPL", stream.Head), new("MSFT", taken.Sequence)]));
    }

    [Fact]
    public async Task A_record_that_the_database_refuses_stops_its_own_stream_alone()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var known = await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await exchange.Ledger.CatchUp();

        // Adds a row with the key of the second of the next two records.
        await using (var connection = await disk.ConnectToHistoryAsync())
        {
            await using var command = connection.CreateCommand();
            command.CommandText =
                $"INSERT INTO trade VALUES ('AAPL', {known.Sequence + 2}, 0, 1, 1, 0, 0, 0, 0, 'B', 0, 0, 0, 'S', 'AAPL', 'USD', 0, 0)";
            await command.ExecuteNonQueryAsync(Token);
        }

        var sound = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 1);
        await exchange.PlaceAsync(Bob, "c", "AAPL", Side.Sell, 15_000, 1);
        await exchange.PlaceAsync(Alice, "m", "MSFT", Side.Buy, 15_000, 10);
        var taken = await exchange.PlaceAsync(Bob, "m", "MSFT", Side.Sell, 15_000, 10);
        await exchange.Ledger.CatchUp();

        var cursors = await disk.History.CursorsAsync(Token);
        Assert.Equal((sound.Sequence, taken.Sequence), (cursors["book/AAPL"], cursors["book/MSFT"]));
        Assert.Equal(
            2,
            (await exchange.Ledger.Fills(
                Alice, null, 10, [new("AAPL", sound.Sequence + 1), new("MSFT", taken.Sequence)])).Length);
        var status = await exchange.Ledger.Status();
        Assert.Equal([new StoppedStream("book/AAPL", sound.Sequence + 1)], status.Stopped);
        Assert.Equal(0, status.BehindNanos);
    }

    [Fact]
    public async Task A_database_that_takes_no_batch_is_told_until_it_takes_one_again()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Ledger.CatchUp();
        Assert.False((await exchange.Ledger.Status()).Fails);

        await RunAsync("ALTER TABLE event_block RENAME TO event_block_away");
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        await Assert.ThrowsAnyAsync<Exception>(async () => await exchange.Ledger.CatchUp());
        var status = await exchange.Ledger.Status();
        Assert.True(status is { Fails: true, Behind: > 0, Stopped.IsEmpty: true });

        await RunAsync("ALTER TABLE event_block_away RENAME TO event_block");
        await exchange.Ledger.CatchUp();
        Assert.False((await exchange.Ledger.Status()).Fails);

        async Task RunAsync(string script)
        {
            await using var connection = await disk.ConnectToHistoryAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = script;
            await command.ExecuteNonQueryAsync(Token);
        }
    }

    [Fact]
    public async Task Accounts_that_together_hold_more_than_64_bits_of_an_asset_hold_up_nobody()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        for (var account = 2_001; account <= 2_003; account++)
            Assert.Equal(
                RejectReason.None,
                (await exchange.Account(account)
                    .Deposit(new DepositRequest("d", "USD", 4_000_000_000_000_000_000))).Reason);
        await exchange.PlaceAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 10);
        var taken = await exchange.PlaceAsync(Bob, "b", "AAPL", Side.Sell, 15_000, 10);

        Assert.Single(await exchange.Ledger.Fills(Bob, "AAPL", 10, [new("AAPL", taken.Sequence)]));
        var world =
            Assert.Single(await exchange.Ledger.TrialBalance(), row => row is { Asset: "USD", Holder: "world" });
        Assert.Equal(-(((Int128)12 * 1_000_000_000_000_000_000) + 2_000_000_000_000), world.Total);
        Assert.Empty((await exchange.Ledger.Reconcile(0, 100)).Findings);
        Assert.Empty((await exchange.Ledger.Status()).Stopped);
    }

    [Fact]
    public async Task An_order_whose_units_have_no_room_is_refused_before_it_is_on_record()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice)
            .Deposit(new DepositRequest("much", "AAPL", Account.BalanceLimit - 100_000_000 - 5));

        Assert.Equal(RejectReason.Overflow, (await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 6)).Reason);
        Assert.Equal(RejectReason.None, (await exchange.HoldAsync(Alice, "b", "AAPL", Side.Buy, 15_000, 5)).Reason);
        Assert.Equal(RejectReason.Overflow, (await exchange.HoldAsync(Alice, "c", "AAPL", Side.Buy, 15_000, 1)).Reason);
        Assert.Equal(
            RejectReason.Overflow,
            (await exchange.Account(Alice).Deposit(new DepositRequest("more", "AAPL", 1))).Reason);
    }

    /// <summary>Delays the first read of AAPL's book, and counts the reads.</summary>
    private sealed class Looks
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _atTheBook;

        public int AtTheBook => _atTheBook;

        public Task Begun => _begun.Task;

        public void GoOn() => _goOn.SetResult();

        public IJournalStore Around(IJournalStore journal)
        {
            var watched = DispatchProxy.Create<IJournalStore, WatchedJournal>();
            ((WatchedJournal)(object)watched).Watch(journal, this);
            return watched;
        }

        public async Task<IReadOnlyList<StreamHead>> LookAsync(
            IJournalStore journal, string prefix, CancellationToken cancellationToken)
        {
            if (prefix == "book/AAPL")
            {
                Interlocked.Increment(ref _atTheBook);
                _begun.TrySetResult();
                await _goOn.Task;
            }

            return await journal.HeadsAsync(prefix, cancellationToken);
        }
    }

#pragma warning disable CA1852 // Its proxy is created at run time.
    private class WatchedJournal : DispatchProxy
#pragma warning restore CA1852
    {
        private IJournalStore? _journal;
        private Looks? _looks;

        public void Watch(IJournalStore journal, Looks looks) => (_journal, _looks) = (journal, looks);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IJournalStore.HeadsAsync)
            ? _looks!.LookAsync(_journal!, (string)args![0]!, (CancellationToken)args[1]!)
            : targetMethod.Invoke(_journal, args);
    }
}
