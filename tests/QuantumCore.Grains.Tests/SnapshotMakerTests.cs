using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Accounts;
using QuantumCore.Grains.Books;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Snapshots are made beside the books and accounts, from the journal.</summary>
public sealed class SnapshotMakerTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Day = 24 * 3_600 * 1_000_000_000L;

    [Fact]
    public async Task A_snapshot_made_beside_is_the_state_of_its_owner_and_the_next_goes_on_from_it()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL", "MSFT"], [Alice, Bob]);
        for (var round = 0; round < 3; round++)
        {
            await TradeAsync(exchange, round);
            foreach (var stream in (string[])["book/AAPL", "acct/1001", "acct/1002"])
            {
                Assert.True(await MakeAsync(exchange, stream));
            }

            Assert.Equal(await exchange.Book("AAPL").StateHash(), (await BookAsync(disk)).Core.StateHash);
            foreach (var account in (long[])[Alice, Bob])
            {
                var view = await exchange.Account(account).View([]);
                var machine = await AccountAsync(exchange, disk, account);
                Assert.Equal(view.Sequence, machine.Sequence);
                Assert.Equal(
                    view.Balances.Select(balance => (balance.Asset, balance.Total, balance.Held)),
                    machine.Account.Balances.Select(pair => (pair.Key, pair.Value.Total, pair.Value.Held)));
                Assert.Equal(view.OpenOrders.Select(order => order.Number), machine.Account.Orders.Keys);
            }
        }
    }

    [Fact]
    public async Task Exchange_and_next_snapshot_fall_back_from_a_damaged_snapshot_to_an_older_one()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        ulong hash;
        await using (var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob]))
        {
            await TradeAsync(exchange, 0);
            await MakeAsync(exchange, "book/AAPL");
            await MakeAsync(exchange, "acct/1001");
            await TradeAsync(exchange, 1);
            await MakeAsync(exchange, "book/AAPL");
            await MakeAsync(exchange, "acct/1001");
            await TradeAsync(exchange, 2);
            hash = await exchange.Book("AAPL").StateHash();
            await exchange.CrashAsync();
        }

        foreach (var stream in (string[])["book/AAPL", "acct/1001"])
        {
            var newest = await NewestAsync(disk, stream);
            disk.Volatile.DamageSnapshot(stream, newest.Sequence);
            Assert.True((await NewestAsync(disk, stream)).Sequence < newest.Sequence, "an older one is there");
        }

        await using var again = await Exchange.StartAsync(disk);
        Assert.Equal(hash, await again.Book("AAPL").StateHash());
        Assert.True(await MakeAsync(again, "book/AAPL"));
        Assert.True(await MakeAsync(again, "acct/1001"));
        Assert.Equal(hash, (await BookAsync(disk)).Core.StateHash);
        Assert.Equal((await again.Account(Alice).View([])).Sequence, (await AccountAsync(again, disk, Alice)).Sequence);
    }

    [Fact]
    public async Task A_start_reads_only_the_records_after_the_newest_snapshots()
    {
        string[] streams = ["book/AAPL", "acct/1001", "acct/1002"];
        var read = new ConcurrentQueue<(string Stream, long Sequence)>();
        await using var disk = new Disk { Around = store => WatchedJournal.Around(store, NoteAsync) };
        Dictionary<string, long> covered = [], ends = [];
        ulong hash;
        await using (var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob]))
        {
            for (var round = 0; round < 4; round++)
            {
                await TradeAsync(exchange, round);
            }

            foreach (var stream in streams)
            {
                Assert.True(await MakeAsync(exchange, stream));
                covered.Add(stream, (await NewestAsync(disk, stream)).Sequence);
            }

            await TradeAsync(exchange, 4);
            await exchange.Ledger.CatchUp();
            hash = await exchange.Book("AAPL").StateHash();
            await exchange.CrashAsync();
        }

        foreach (var head in await disk.Journal.HeadsAsync("", TestContext.Current.CancellationToken))
        {
            ends.Add(head.Name, head.Head);
        }

        read.Clear();
        await using var again = await Exchange.StartAsync(disk);
        Assert.Equal(hash, await again.Book("AAPL").StateHash());
        await again.ViewAsync(Alice);
        await again.ViewAsync(Bob);

        Assert.All(streams, stream => Assert.Equal(
            Enumerable.Range((int)covered[stream] + 1, (int)(ends[stream] - covered[stream])),
            read.Where(one => one.Stream == stream && one.Sequence <= ends[stream]).Select(one => (int)one.Sequence)
                .Distinct().Order()));

        async IAsyncEnumerable<JournalRecord> NoteAsync(string stream, IAsyncEnumerable<JournalRecord> records)
        {
            await foreach (var record in records)
            {
                read.Enqueue((stream, record.Sequence));
                yield return record;
            }
        }
    }

    [Fact]
    public async Task An_activation_that_lost_its_stream_stores_no_snapshot()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob]);
        await TradeAsync(exchange, 0);
        var stale = (await disk.Journal.HeadsAsync("book/AAPL", TestContext.Current.CancellationToken))[0].Epoch;
        await exchange.CrashAsync();

        var maker = exchange.Service<SnapshotMaker>();
        Assert.False(await maker.MakeAsync("book/AAPL", stale, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_journal_that_cannot_be_explained_gets_no_snapshot()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], [Alice, Bob]);
        await TradeAsync(exchange, 0);
        disk.Volatile.DamageRecord("book/AAPL", 2);

        await Assert.ThrowsAsync<JournalCorruptionException>(() => MakeAsync(exchange, "book/AAPL"));
    }

    [Fact]
    public async Task A_book_asks_by_count_and_by_the_day_and_only_when_something_happened()
    {
        var store = new VolatileJournalStore();
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("book/AAPL", TestContext.Current.CancellationToken);
        using var maker = new SnapshotMaker(store, null!, null!, NullLogger<SnapshotMaker>.Instance);
        var machine = new BookMachine("AAPL");
        machine.Define(EncodedInstrument.From(Listed.Aapl), Day);
        var book = new OpenBook(machine, stream, snapshotted: 1, snapshotNanos: Day, maker, NullLogger.Instance);

        book.SnapshotWhenDue(3 * Day);
        Assert.Empty(maker.Waiting);
        machine.Witness(Alice, 1, Day + 1);
        book.SnapshotWhenDue(2 * Day);
        Assert.Empty(maker.Waiting);
        book.SnapshotWhenDue(2 * Day + 1);
        Assert.Equal(["book/AAPL"], maker.Waiting);

        using var other = new SnapshotMaker(store, null!, null!, NullLogger<SnapshotMaker>.Instance);
        var busy = new OpenBook(machine, stream, snapshotted: 1, snapshotNanos: Day, other, NullLogger.Instance);
        while (machine.Sequence < 100_001)
        {
            Assert.Empty(other.Waiting);
            machine.Witness(Alice, 1, Day + 1);
            busy.SnapshotWhenDue(Day + 2);
        }

        Assert.Equal(["book/AAPL"], other.Waiting);
    }

    [Fact]
    public async Task A_busy_book_stores_its_own_state_without_what_follows()
    {
        var store = new VolatileJournalStore();
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("book/AAPL", TestContext.Current.CancellationToken);
        using var maker = new SnapshotMaker(store, null!, null!, NullLogger<SnapshotMaker>.Instance);
        var machine = new BookMachine("AAPL");
        var book = new OpenBook(machine, stream, snapshotted: 0, snapshotNanos: Day, maker, NullLogger.Instance);
        stream.Append(BookRecordEncoding.Encode(
            machine.Define(EncodedInstrument.From(Listed.Aapl), Day)!));
        while (machine.Sequence < 100_000)
        {
            Assert.Empty(maker.Waiting);
            if (Witness() % 1_000 == 0)
            {
                await stream.WhenDurable(stream.Head);
            }

            book.SnapshotWhenDue(Day);
        }

        Assert.Equal(["book/AAPL"], maker.Waiting);
        var expected = machine.Snapshot();
        Witness();
        await maker.MakeWaitingAsync(TestContext.Current.CancellationToken);

        await foreach (var stored in store.SnapshotsAsync("book/AAPL", TestContext.Current.CancellationToken))
        {
            Assert.Equal(100_000, stored.Sequence);
            Assert.Equal(expected, stored.Body);
        }

        Assert.Empty(maker.Waiting);

        long Witness() => stream.Append(BookRecordEncoding.Encode(machine.Witness(Alice, 1, Day)));
    }

    [Fact]
    public async Task A_busy_account_stores_its_own_state_without_what_follows()
    {
        const long Distance = 5_000;
        var store = new VolatileJournalStore();
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("acct/1001", TestContext.Current.CancellationToken);
        using var maker = new SnapshotMaker(store, null!, null!, NullLogger<SnapshotMaker>.Instance);
        var machine = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl);
        var snapshots = new AccountSnapshots(machine, stream, maker, Day, NullLogger.Instance);
        snapshots.Begin();
        while (machine.Folded < Distance)
        {
            Assert.Empty(maker.Waiting);
            await RecordAsync();
            snapshots.MakeWhenDue(Day);
        }

        Assert.Equal(["acct/1001"], maker.Waiting);
        var expected = machine.Snapshot();

        // The next records share the tables of the captured state: used keys, fills and balances.
        for (var i = 0; i < 500; i++) await RecordAsync();
        await maker.MakeWaitingAsync(TestContext.Current.CancellationToken);

        var stored = await store.SnapshotsAsync("acct/1001", TestContext.Current.CancellationToken)
            .SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Distance, stored.Sequence);
        Assert.Equal(expected, stored.Body);

        // The rest of the journal on top of it is the account as it is.
        await stream.WhenDurable(stream.Head);
        var again = AccountMachine.Restore(new AccountId(Alice), _ => Listed.Aapl, stored.Body.Span);
        await foreach (var record in store.ReadAsync(
            "acct/1001", stored.Sequence + 1, stream.Head, TestContext.Current.CancellationToken))
            again.Apply(AccountRecordEncoding.Decode(record.Body.Span));
        Assert.Equal(machine.Snapshot(), again.Snapshot());

        async Task RecordAsync()
        {
            var n = machine.Folded;
            var record = (n % 3) switch
            {
                0 => machine.Deposit(new DepositRequest($"cash {n}", "USD", 1_000_000), Listed.Aapl.Quote, Day + n),
                1 => machine.Deposit(new DepositRequest($"units {n}", "AAPL", 10), Listed.Aapl.Base, Day + n),
                _ => machine.Decide(
                    new HoldRequest(
                        $"order {n}", "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 1),
                    (ulong)n, Listed.Aapl, Day + n),
            };
            machine.Apply(record);
            stream.Append(AccountRecordEncoding.Encode(record));
            if (n % 500 == 0) await stream.WhenDurable(stream.Head);
        }
    }

    [Fact]
    public async Task A_waiting_snapshot_of_a_lost_activation_does_not_hide_the_next_one()
    {
        var store = new VolatileJournalStore();
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        using var maker = new SnapshotMaker(store, null!, null!, NullLogger<SnapshotMaker>.Instance);
        var machine = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl);
        byte[] expected = [];
        for (var activation = 1; activation <= 2; activation++)
        {
            // A new activation of the stream: the one before has lost it.
            var stream = await writer.OpenAsync("acct/1001", TestContext.Current.CancellationToken);
            var record = machine.Deposit(
                new DepositRequest($"cash {activation}", "USD", 100), Listed.Aapl.Quote, Day);
            machine.Apply(record);
            await stream.WhenDurable(stream.Append(AccountRecordEncoding.Encode(record)));
            expected = machine.Snapshot();
            maker.Store(stream, machine.Sequence, machine.Capture());
        }

        await maker.MakeWaitingAsync(TestContext.Current.CancellationToken);

        var stored = await store.SnapshotsAsync("acct/1001", TestContext.Current.CancellationToken)
            .SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, stored.Sequence);
        Assert.Equal(expected, stored.Body);
        Assert.Empty(maker.Waiting);
    }

    [Theory]
    [InlineData(9_999, false)]
    [InlineData(10_001, true)]
    public async Task A_book_of_many_accounts_is_replayed_and_not_captured_in_its_turn(int accounts, bool isReplayed)
    {
        var reads = 0;
        var store = WatchedJournal.Around(new VolatileJournalStore(), CountAsync);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("book/AAPL", TestContext.Current.CancellationToken);
        using var maker = new SnapshotMaker(store, null!, null!, NullLogger<SnapshotMaker>.Instance);
        var machine = new BookMachine("AAPL");
        var book = new OpenBook(machine, stream, snapshotted: 0, snapshotNanos: Day, maker, NullLogger.Instance);
        await AppendAsync(machine.Define(EncodedInstrument.From(Listed.Aapl), Day)!);
        for (var i = 0; i < accounts; i++)
        {
            await AppendAsync(machine.Submit(
                new SubmitOrder(
                    Alice + i, 1, "order", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 1, 0, 0),
                Day));
            await AppendAsync(machine.Close(Alice + i, 1, EndReason.User, Day)!);
        }

        while (machine.Sequence < 100_000)
        {
            await AppendAsync(machine.Witness(Alice, 1, Day));
        }

        Assert.Equal(0, machine.Core.OpenOrders);
        await stream.WhenDurable(stream.Head);
        book.SnapshotWhenDue(Day);
        await maker.MakeWaitingAsync(TestContext.Current.CancellationToken);

        var stored = await store.SnapshotsAsync("book/AAPL", TestContext.Current.CancellationToken)
            .SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(machine.Snapshot(), stored.Body);
        Assert.Equal(isReplayed, reads > 0);

        async Task AppendAsync(BookRecord record)
        {
            var sequence = stream.Append(BookRecordEncoding.Encode(record));
            book.Note(record);
            if (sequence % 1_000 == 0) await stream.WhenDurable(sequence);
        }

        IAsyncEnumerable<JournalRecord> CountAsync(string stream, IAsyncEnumerable<JournalRecord> records)
        {
            reads++;
            return records;
        }
    }

    [Theory]
    [InlineData(10_000, false)]
    [InlineData(10_001, true)]
    public async Task An_account_of_many_open_orders_is_replayed_and_not_captured_in_its_turn(
        int orders, bool isReplayed)
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, ["AAPL"], []);
        var reads = 0;
        // Not the exchange's journal, or its recovery would activate the account because of its open holds.
        var store = WatchedJournal.Around(new VolatileJournalStore(), CountAsync);
        await using var writer = new JournalWriter(store, new JournalWriterOptions(), TimeProvider.System);
        var stream = await writer.OpenAsync("acct/1001", TestContext.Current.CancellationToken);
        using var maker = new SnapshotMaker(
            store, exchange.Service<AccountBookReader>(), exchange.Service<InstrumentCatalog>(),
            NullLogger<SnapshotMaker>.Instance);
        var machine = new AccountMachine(new AccountId(Alice), _ => Listed.Aapl);
        var snapshots = new AccountSnapshots(machine, stream, maker, Day, NullLogger.Instance);
        snapshots.Begin();
        await AppendAsync(machine.Deposit(new DepositRequest("cash", "USD", 1_000_000_000), Listed.Aapl.Quote, Day));
        for (var i = 0; i < orders; i++)
        {
            var request = new HoldRequest(
                $"order {i}", "AAPL", Side.Buy, OrderType.Limit, TimeInForce.GoodTillCancel, false, 100, 1);
            await AppendAsync(machine.Decide(request, RequestHash.Of(request), Listed.Aapl, Day));
        }

        Assert.Equal(orders, machine.Account.Orders.Count);
        await stream.WhenDurable(stream.Head);
        snapshots.MakeWhenDue(Day);
        await maker.MakeWaitingAsync(TestContext.Current.CancellationToken);

        var stored = await store.SnapshotsAsync("acct/1001", TestContext.Current.CancellationToken)
            .SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(isReplayed, reads > 0);

        // A replay has also read the book, which has nothing for this account yet.
        var restored = AccountMachine.Restore(new AccountId(Alice), _ => Listed.Aapl, stored.Body.Span);
        Assert.Equal((machine.Sequence, orders), (restored.Sequence, restored.Account.Orders.Count));
        machine.CaughtUp("AAPL", restored.CursorOf("AAPL"));
        Assert.Equal(machine.Snapshot(), restored.Snapshot());

        async Task AppendAsync(AccountRecord record)
        {
            machine.Apply(record);
            if (stream.Append(AccountRecordEncoding.Encode(record)) % 1_000 == 0)
                await stream.WhenDurable(stream.Head);
        }

        IAsyncEnumerable<JournalRecord> CountAsync(string stream, IAsyncEnumerable<JournalRecord> records)
        {
            reads += stream == "acct/1001" ? 1 : 0;
            return records;
        }
    }

    private static async Task TradeAsync(Exchange exchange, int round)
    {
        for (var i = 0; i < 10; i++)
        {
            await exchange.PlaceAsync(Alice, $"a{round}-{i}", "AAPL", Side.Buy, 100 + i, 7);
            await exchange.PlaceAsync(Bob, $"b{round}-{i}", "AAPL", Side.Sell, 103 + i, 5);
        }
    }

    private static async Task<bool> MakeAsync(Exchange exchange, string stream)
    {
        var heads = await exchange.Disk.Journal.HeadsAsync(stream, TestContext.Current.CancellationToken);
        return await exchange.Service<SnapshotMaker>()
            .MakeAsync(stream, heads.Single(head => head.Name == stream).Epoch, TestContext.Current.CancellationToken);
    }

    private static async Task<StreamSnapshot> NewestAsync(Disk disk, string stream)
    {
        await foreach (var snapshot in disk.Journal.SnapshotsAsync(stream, TestContext.Current.CancellationToken))
        {
            return snapshot;
        }

        throw new InvalidOperationException($"{stream} has no snapshot.");
    }

    private static async Task<BookMachine> BookAsync(Disk disk) =>
        BookMachine.Restore("AAPL", (await NewestAsync(disk, "book/AAPL")).Body.Span);

    private static async Task<AccountMachine> AccountAsync(Exchange exchange, Disk disk, long account) =>
        AccountMachine.Restore(
            new AccountId(account),
            exchange.Service<InstrumentCatalog>().Get,
            (await NewestAsync(disk, $"acct/{account}")).Body.Span);
}
