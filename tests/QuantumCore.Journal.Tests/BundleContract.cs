using System.Globalization;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>
/// What every store promises together with the writer about streams in a bundle: records that were appended together
/// land in one frame or nowhere, and one stream lost is all lost.
/// </summary>
public abstract class BundleContract : JournalContract
{
    /// <summary>What each stored frame holds: number of the stream (in the order of their first opening), first, last.</summary>
    private readonly List<string> _frames = [];

    private static readonly TimeSpan s_longerThanAnyTest = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_trade_over_two_books_is_in_both_streams_by_one_commit()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        Assert.Equal([1, 1], writer.AppendTogether([(gold, Text("g1")), (silver, Text("s1"))]));
        await Within(gold.WhenDurable(1), "the trade to be durable");
        Assert.Equal((1, 1), (gold.DurableHead, silver.DurableHead));
        Assert.Equal([2, 2, 3], writer.AppendTogether([Silent(silver), (gold, Text("g2")), (silver, Text("s3"))]));
        await Durable(gold, silver);
        Assert.Equal((2, 5), (writer.FramesCommitted, writer.RecordsCommitted));
        Assert.Equal(["1 1 g1", "2 1 g2"], await ReadAsync("book/GOLD"));
        Assert.Equal(["1 1 s1", "2 1 ", "3 1 s3"], await ReadAsync("book/SILVER"));
        Assert.True(await silver.PutSnapshotAsync(3, Text("state"), Cancel));
        Assert.Empty(await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task What_one_frame_has_no_room_for_goes_whole_into_the_next()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 4 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = await BusyAsync(account);
        account.Append(Text("a2"));
        gold.Append(Text("g1"));
        gold.Append(Text("g2"));

        // These two fill the books' unit, which has no room beside the account's records; the next two begin another.
        writer.AppendTogether([(gold, Text("g3")), (silver, Text("s1"))]);
        writer.AppendTogether([(silver, Text("s2")), (gold, Text("g4"))]);
        account.Append(Text("a3"));
        gold.Append(Text("g5"));
        gate.Release();
        await Durable(gold, silver, account);
        Assert.Equal(["3:1-1", "3:2-3", "1:1-3 2:1-1", "1:4-5 2:2-2"], _frames);
        Assert.Equal(["1 1 g1", "2 1 g2", "3 1 g3", "4 1 g4", "5 1 g5"], await ReadAsync("book/GOLD"));
        Assert.Equal(["1 1 s1", "2 1 s2"], await ReadAsync("book/SILVER"));
    }

    [Fact]
    public async Task What_queues_in_a_bundle_is_counted_and_told_like_any_other()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxPendingRecords = 32 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        writer.AppendTogether([(silver, Text("s1")), (gold, Text("g2")), (silver, Text("s2"))]);
        silver.Append(Text("s3"));
        Assert.Equal((5, 2, 3), (writer.PendingRecords, gold.Head, silver.Head));
        Assert.True(writer.HasRoom(urgent: false, records: 19));
        Assert.False(writer.HasRoom(urgent: false, records: 20));
        Assert.True(writer.OldestPendingAge > TimeSpan.Zero);
        var (first, second, third) = (silver.WhenDurable(2), silver.WhenDurable(3), gold.WhenDurable(2));
        Assert.Same(first, second);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = gold.WhenDurable(3); });
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => silver.PutSnapshotAsync(1, Text("ahead"), Cancel));
        Assert.False(first.IsCompleted || third.IsCompleted);
        Assert.Equal((0, 0), (gold.DurableHead, silver.DurableHead));
        gate.Release();
        await Within(third, "the second frame");
        Assert.Equal((2, 3), (gold.DurableHead, silver.DurableHead));
        await Within(first, "the other stream's waiters");
        await writer.DisposeAsync();
        Assert.Equal((0, TimeSpan.Zero), (writer.PendingRecords, writer.OldestPendingAge));
        Assert.Equal(["1:1-1", "1:2-2 2:1-3"], _frames);
    }

    [Fact]
    public async Task Whoever_sees_one_half_of_a_trade_durable_sees_the_other()
    {
        var writer = NewWriter();
        var books = await BundleAsync(writer, "book/A", "book/B", "book/C");
        var watching = Task.Run(
            () =>
            {
                for (var trade = 1; trade <= 1_000; trade++)
                {
                    writer.AppendTogether([.. books.Select(book => (book, Text($"{trade}")))]);
                    while (!books[0].WhenDurable(trade).IsCompleted)
                    {
                    }

                    Assert.Equal((trade, trade), (books[1].DurableHead, books[2].DurableHead));
                }
            },
            Cancel);
        await Within(watching, "all trades to be durable");
        await watching;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_fence_on_one_stream_refuses_the_bundle_and_nothing_else(int fenced)
    {
        var writer = NewWriter();
        var bundle = await BundleAsync(writer, "book/A", "book/B", "book/C");
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = await BusyAsync(account);
        foreach (var book in bundle) book.Append(Text("alone"));
        writer.AppendTogether([.. bundle.Select(book => (book, Text("together")))]);
        account.Append(Text("unrelated"));
        var waiters = bundle.Select(book => book.WhenDurable(2)).ToList();
        await NewWriter().OpenAsync(bundle[fenced].Name, Cancel);
        gate.Release();

        foreach (var waiter in waiters) await Lost(waiter);
        foreach (var book in bundle) await Within(book.Lost, $"{book.Name} to be lost");
        await Durable(account);
        foreach (var book in bundle) Assert.Empty(await ReadAsync(book.Name));
        Assert.Equal(["1 1 busy", "2 1 unrelated"], await ReadAsync("acct/1000"));
        Assert.Throws<StreamLostException>(() => writer.AppendTogether([.. bundle.Select(book => (book, Text("again")))]));
        Assert.All(bundle, book => Assert.Throws<StreamLostException>(() => book.Append(Text("again"))));
        Assert.Equal(3, writer.StreamsFenced);
        Assert.Equal(0, writer.PendingRecords);
    }

    [Fact]
    public async Task A_second_activation_of_one_stream_on_the_same_silo_ends_the_whole_bundle()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = await BusyAsync(account);
        silver.Append(Text("alone"));
        writer.AppendTogether([(gold, Text("together")), (silver, Text("together"))]);
        var (refused, too) = (gold.WhenDurable(1), silver.WhenDurable(1));
        var second = await writer.OpenAsync("book/GOLD", Cancel);
        Assert.True(gold.IsLost && silver.IsLost);
        Assert.Equal(1, writer.PendingRecords);
        second.Append(Text("by the second"));
        gate.Release();
        await Lost(refused);
        await Lost(too);
        await Durable(second, account);
        Assert.Equal(["1 2 by the second"], await ReadAsync("book/GOLD"));
        Assert.Empty(await ReadAsync("book/SILVER"));
        Assert.Equal(["3:1-1", "1:1-1"], _frames);
    }

    [Fact]
    public async Task A_bundle_that_is_lost_behind_its_own_commit_is_not_sent_again_for_the_sake_of_others()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var other = await writer.OpenAsync("acct/1001", Cancel);
        var gate = await BusyAsync(other);
        silver.Append(Text("alone"));
        account.Append(Text("from the past"));
        other.Append(Text("goes on"));
        var refused = silver.WhenDurable(1);
        var next = HoldNext(gate);
        await Within(next.Arrived, "the second commit to reach the gate");

        // Nothing in the store stands against the silver book: only the writer knows that it is lost.
        await NewWriter().OpenAsync("acct/1000", Cancel);
        await NewWriter().OpenAsync("book/GOLD", Cancel);
        await writer.CheckEpochsAsync(Cancel);
        Assert.True(gold.IsLost && silver.IsLost);
        next.Release();
        await Lost(refused);
        await Durable(other);
        Assert.Empty(await ReadAsync("book/SILVER"));
        Assert.Equal(["1 1 busy", "2 1 goes on"], await ReadAsync("acct/1001"));
    }

    [Fact]
    public async Task An_idle_bundle_learns_of_a_successor_by_the_check_of_epochs()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var kept = await writer.OpenAsync("book/OTHER", Cancel);
        await NewWriter().OpenAsync("book/SILVER", Cancel);
        await writer.CheckEpochsAsync(Cancel);
        Assert.True(gold.IsLost && silver.IsLost);
        Assert.False(kept.IsLost);
    }

    [Fact]
    public async Task A_refused_snapshot_of_one_stream_loses_the_bundle()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        await NewWriter().OpenAsync("book/SILVER", Cancel);
        Assert.True(await gold.PutSnapshotAsync(0, Text("state"), Cancel));
        Assert.False(await silver.PutSnapshotAsync(0, Text("stale"), Cancel));
        Assert.True(gold.IsLost && silver.IsLost);
    }

    [Fact]
    public async Task Whoever_joins_a_lost_bundle_is_lost()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var copper = await writer.OpenAsync("book/COPPER", Cancel);
        await NewWriter().OpenAsync("book/GOLD", Cancel);
        await writer.CheckEpochsAsync(Cancel);
        silver.Close();
        var joined = await writer.OpenAsync("book/COPPER", silver, Cancel);
        Assert.True(joined.IsLost && copper.IsLost);
        var fresh = await writer.OpenAsync("book/COPPER", Cancel);
        fresh.Append(Text("goes on"));
        await Durable(fresh);
    }

    [Fact]
    public async Task Whoever_joins_under_a_name_of_the_bundle_ends_it_and_is_lost_with_it()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var again = await writer.OpenAsync("book/SILVER", gold, Cancel);
        Assert.True(gold.IsLost && silver.IsLost && again.IsLost);
    }

    [Fact]
    public async Task A_bundle_is_joined_beside_an_open_stream_of_the_same_writer_only()
    {
        var writer = NewWriter();
        var gold = await writer.OpenAsync("book/GOLD", Cancel);
        await Assert.ThrowsAsync<ArgumentException>(() => NewWriter().OpenAsync("book/SILVER", gold, Cancel));
        gold.Close();
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.OpenAsync("book/SILVER", gold, Cancel));
    }

    [Fact]
    public async Task A_stream_handed_back_leaves_the_others_open_and_no_longer_shares_their_fate()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        writer.AppendTogether([(gold, Text("g2")), (silver, Text("s1"))]);
        silver.Close();
        Assert.Throws<InvalidOperationException>(() => writer.AppendTogether([(gold, Text("no")), (silver, Text("no"))]));
        Assert.Equal(3, gold.Append(Text("g3")));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal(["1 1 s1"], await ReadAsync("book/SILVER"));

        // Its next activation is no proof against the books that stayed.
        await NewWriter().OpenAsync("book/SILVER", Cancel);
        await writer.CheckEpochsAsync(Cancel);
        Assert.False(await silver.PutSnapshotAsync(1, Text("stale"), Cancel));
        Assert.True(silver.IsLost);
        Assert.False(gold.IsLost);
        var again = await writer.OpenAsync("book/SILVER", gold, Cancel);
        Assert.Equal([4, 2], writer.AppendTogether([(gold, Text("g4")), (again, Text("s2"))]));
        await Durable(gold, again);
        Assert.Equal(["1 1 s1", "2 3 s2"], await ReadAsync("book/SILVER"));
    }

    [Theory]
    [InlineData(CommitFault.FailBefore)]
    [InlineData(CommitFault.FailAfter)]
    public async Task A_commit_in_doubt_is_settled_once_for_the_whole_bundle(CommitFault fault)
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        FailNext(fault, 1);
        writer.AppendTogether([(gold, Text("g1")), (silver, Text("s1"))]);
        await Durable(gold, silver);
        writer.AppendTogether([(gold, Text("g2")), (silver, Text("s2"))]);
        await Durable(gold, silver);
        Assert.Equal(1, writer.OutcomesUnknown);
        Assert.Equal(["1 1 g1", "2 1 g2"], await ReadAsync("book/GOLD"));
        Assert.Equal(["1 1 s1", "2 1 s2"], await ReadAsync("book/SILVER"));
    }

    [Theory]
    [InlineData(CommitFault.FailBefore, "book/GOLD")]
    [InlineData(CommitFault.FailBefore, "book/SILVER")]
    [InlineData(CommitFault.FailAfter, "book/GOLD")]
    [InlineData(CommitFault.FailAfter, "book/SILVER")]
    public async Task A_successor_that_comes_while_the_outcome_is_unknown_finds_both_halves_or_none(
        CommitFault fault, string takenOver)
    {
        using var failed = new SemaphoreSlim(0);
        var writer = NewWriter(new JournalWriterOptions
        {
            FirstRetryPause = s_longerThanAnyTest,
            LongestRetryPause = s_longerThanAnyTest,
            StoreFailed = _ => failed.Release(),
        });
        var (gold, silver) = await TwoBooksAsync(writer);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = await BusyAsync(account);
        writer.AppendTogether([(gold, Text("g1")), (silver, Text("s1"))]);
        account.Append(Text("unrelated"));
        var (first, second) = (gold.WhenDurable(1), silver.WhenDurable(1));
        FailNext(fault, 1, slices: 3);
        gate.Release();
        await Within(failed.WaitAsync(Cancel), "the commit to fail");
        var successor = await NewWriter().OpenAsync(takenOver, Cancel);

        // Stopping ends the pause, and the writer looks once more what became of its frame.
        await Within(writer.DisposeAsync().AsTask(), "the writer to stop");
        var landed = fault == CommitFault.FailAfter;
        Assert.Equal(landed ? 1 : 0, successor.DurableHead);
        Assert.Equal(landed ? ["1 1 g1"] : [], await ReadAsync("book/GOLD"));
        Assert.Equal(landed ? ["1 1 s1"] : [], await ReadAsync("book/SILVER"));
        Assert.Equal(["1 1 busy", "2 1 unrelated"], await ReadAsync("acct/1000"));
        Assert.Equal(2, account.DurableHead);
        foreach (var waiter in (Task[])[first, second])
        {
            if (landed) await Within(waiter, "the waiter to learn that it is durable");
            else await Lost(waiter);
        }
    }

    [Fact]
    public async Task What_is_larger_than_a_frame_is_refused_and_changes_nothing()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 4, MaxFrameBytes = 100 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        var tooMany = Assert.Throws<AppendTooLargeException>(() => writer.AppendTogether(
            [(gold, Text("1")), (silver, Text("2")), (gold, Text("3")), (silver, Text("4")), (gold, Text("5"))]));
        Assert.Equal((5, 5), (tooMany.Records, tooMany.Bytes));
        var tooLong = Assert.Throws<AppendTooLargeException>(
            () => writer.AppendTogether([(gold, new byte[50]), (silver, new byte[51])]));
        Assert.Equal((2, 101), (tooLong.Records, tooLong.Bytes));
        Assert.Throws<ArgumentException>(() => writer.AppendTogether(
            [(gold, Text("x")), (silver, new byte[JournalWriterOptions.MaxRecordBytes + 1])]));
        Assert.Throws<ArgumentException>(() => writer.AppendTogether([]));
        Assert.Equal((1, 0, 1), (gold.Head, silver.Head, writer.PendingRecords));

        Assert.Equal([2, 1], writer.AppendTogether([(gold, new byte[50]), (silver, new byte[50])]));
        Assert.Equal([2, 3, 3, 4], writer.AppendTogether([Silent(silver), Silent(gold), Silent(silver), Silent(silver)]));
        Assert.Equal([4], writer.AppendTogether([(gold, new byte[101])]));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal(["1:1-1", "1:2-2 2:1-1", "1:3-3 2:2-4", "1:4-4"], _frames);
    }

    [Fact]
    public async Task Only_open_streams_of_one_bundle_are_appended_together()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var stranger = await writer.OpenAsync("book/OTHER", Cancel);
        var elsewhere = await NewWriter().OpenAsync("book/ELSEWHERE", Cancel);
        Assert.Throws<ArgumentException>(() => writer.AppendTogether([(gold, Text("no")), (stranger, Text("no"))]));
        Assert.Throws<ArgumentException>(() => writer.AppendTogether([(gold, Text("no")), (elsewhere, Text("no"))]));
        Assert.Throws<ArgumentException>(() => writer.AppendTogether([(elsewhere, Text("no"))]));
        silver.Close();
        Assert.Throws<InvalidOperationException>(() => writer.AppendTogether([(gold, Text("no")), (silver, Text("no"))]));
        await writer.DisposeAsync();
        Assert.Throws<StreamLostException>(() => writer.AppendTogether([(gold, Text("no"))]));
        Assert.Equal((0, 0, 0, 0), (gold.Head, silver.Head, stranger.Head, elsewhere.Head));
        Assert.Equal((0, 0), (writer.PendingRecords, writer.RecordsCommitted));
    }

    [Fact]
    public async Task A_full_queue_refuses_all_of_an_append_together_or_nothing()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxPendingRecords = 16, MaxPendingBytes = 800 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        for (var i = 2; i <= 13; i++) gold.Append(Text("x"));
        Assert.Throws<JournalFullException>(() => writer.AppendTogether([(silver, Text("x")), (gold, Text("x"))]));
        Assert.Equal((13, 0, 13), (gold.Head, silver.Head, writer.PendingRecords));
        Assert.Equal([1, 14], writer.AppendTogether([(silver, Text("x")), (gold, Text("x"))], urgent: true));
        Assert.Throws<JournalFullException>(() => writer.AppendTogether([(silver, Text("x"))]));
        Assert.Throws<JournalFullException>(
            () => writer.AppendTogether([(gold, new byte[400]), (silver, new byte[400])], urgent: true));
        Assert.Equal((14, 1, 15), (gold.Head, silver.Head, writer.PendingRecords));
        Assert.Equal([2], writer.AppendTogether([(silver, Text("x"))], urgent: true));
        Assert.Throws<JournalFullException>(() => silver.Append(Text("x"), urgent: true));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal((14, 2), ((await ReadAsync("book/GOLD")).Count, (await ReadAsync("book/SILVER")).Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Single_and_linked_records_keep_their_order_over_many_frames(int seed)
    {
        var random = new Random(seed);
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 7, MaxFrameBytes = 60 });
        var books = await BundleAsync(writer, "book/A", "book/B", "book/C");
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var appended = books.Select(_ => new List<string>()).ToArray();
        var links = new List<(int Book, long Sequence)[]>();
        for (var turn = 0; turn < 600; turn++)
        {
            if (random.Next(4) == 0) account.Append(Text($"{turn}"));
            int[] over = random.Next(2) == 0
                ? [random.Next(3)]
                : [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(3))];
            var sequences = over.Length == 1
                ? [books[over[0]].Append(Text($"{turn}"))]
                : writer.AppendTogether([.. over.Select(book => (books[book], Text($"{turn}")))]);
            foreach (var (book, sequence) in over.Zip(sequences)) appended[book].Add($"{sequence} 1 {turn}");
            links.Add([.. over.Zip(sequences)]);
            if (random.Next(20) == 0) await Within(books[over[0]].WhenDurable(sequences[0]), "a record in the middle");
        }

        await Durable([.. books, account]);
        for (var book = 0; book < books.Length; book++)
        {
            Assert.Equal(appended[book], await ReadAsync(books[book].Name));
            Assert.Equal(Enumerable.Range(1, appended[book].Count), appended[book].Select(line => (int)Words(line)[0]));
        }

        var frames = links.Select(link => link.Select(at => FrameOf(at.Book + 1, at.Sequence)).Distinct().Single()).ToList();
        Assert.Equal(frames.Order(), frames);
        Assert.True(frames[^1] >= 600 / 7);
    }

    /// <summary>
    /// Owner after owner takes the streams of one group, stream by stream, while the one before goes on as if nothing
    /// had happened. Whatever survives: each link is whole, each told record is there, and each owner's records are a
    /// beginning of what it appended.
    /// </summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Owners_that_take_over_stream_by_stream_leave_every_link_whole(int seed)
    {
        var random = new Random(seed);
        JournalWriter[] silos = [NewWriter(Nimble), NewWriter(Nimble)];
        var bystanders = new[] { await silos[0].OpenAsync("acct/0", Cancel), await silos[1].OpenAsync("acct/1", Cancel) };
        string[] names = ["book/A", "book/B", "book/C"];
        Faults.Choose = Doubtful(seed);
        var told = new List<string>();
        Task<List<string>> owner = Task.FromResult(new List<string>());
        using var progress = new SemaphoreSlim(0);
        for (var round = 0; round < 60; round++)
        {
            await TurnsAsync(random.Next(10, 60));
            var silo = silos[random.Next(2)];
            var books = new List<JournalStream>();
            foreach (var name in names.OrderBy(_ => random.Next()).ToList())
            {
                books.Add(await silo.OpenAsync(name, books.FirstOrDefault(), Cancel));

                // The owner before gets a few turns, or all that it takes until it has learned of us.
                await TurnsAsync(random.Next(3) == 0 ? int.MaxValue : random.Next(20));
            }

            var before = owner;
            owner = Own(silo, books, bystanders[Array.IndexOf(silos, silo)], round, new Random(random.Next()), progress);
            await Within(before, "the owner before to learn that it is lost");
            told.AddRange(await before);
        }

        foreach (var name in names) await silos[0].OpenAsync(name, Cancel);
        await Within(owner, "the last owner to learn that it is lost");
        told.AddRange(await owner);
        await Durable(bystanders);
        await CheckLinksAsync(names, told);

        async Task TurnsAsync(int turns)
        {
            while (await progress.WaitAsync(0, Cancel))
            {
            }

            for (; turns > 0 && !owner.IsCompleted; turns--)
            {
                await Within(Task.WhenAny(progress.WaitAsync(Cancel), owner), "the present owner to have a turn");
            }
        }
    }

    private static JournalWriterOptions Nimble => new()
    {
        MaxFrameRecords = 32,
        MaxPendingRecords = 256,
        FirstRetryPause = TimeSpan.FromMilliseconds(1),
        LongestRetryPause = TimeSpan.FromMilliseconds(2),
    };

    /// <summary>Appends until it is lost. A body is the owner, its count of appends, and the books it goes to.</summary>
    private static Task<List<string>> Own(
        JournalWriter silo, List<JournalStream> books, JournalStream bystander, int owner, Random random, SemaphoreSlim progress) =>
        Task.Run(
            async () =>
            {
                var told = new List<string>();
                for (var turn = 0; ; turn++)
                {
                    var over = books.OrderBy(_ => random.Next()).Take(random.Next(1, books.Count + 1)).ToList();
                    var body = $"{owner} {turn} {string.Join(',', over.Select(book => book.Name).Order(StringComparer.Ordinal))}";
                    try
                    {
                        if (!silo.HasRoom(urgent: false, records: 4)) await Durable([.. books]);
                        if (bystander.Head < bystander.DurableHead + 10) bystander.Append(Text("unrelated"));
                        if (over.Count == 1) over[0].Append(Text(body));
                        else silo.AppendTogether([.. over.Select(book => (book, Text(body)))]);
                        if (random.Next(8) == 0)
                        {
                            await Within(over[0].WhenDurable(over[0].Head), "a record to be durable or lost");
                            told.Add(body);
                        }
                    }
                    catch (StreamLostException)
                    {
                        Assert.All(books, book => Assert.True(book.IsLost));
                        return told;
                    }

                    progress.Release();
                }
            },
            Cancel);

    private async Task CheckLinksAsync(string[] names, List<string> told)
    {
        var places = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var (owner, turn) = (-1L, -1L);
            foreach (var line in await ReadAsync(name))
            {
                var body = string.Join(' ', line.Split(' ')[2..]);
                var words = Words(line);
                Assert.True(words[2] > owner || (words[2] == owner && words[3] > turn), $"{name}: {line} is out of order.");
                (owner, turn) = (words[2], words[3]);
                if (!places.TryGetValue(body, out var found)) places.Add(body, found = []);
                found.Add(name);
            }
        }

        Assert.Empty(places.Where(link => link.Key.Split(' ')[2] != string.Join(',', link.Value)).Select(link => link.Key));
        Assert.Empty(told.Except(places.Keys));
        Assert.True(told.Count > 60 && places.Count > 600, $"Only {told.Count} of {places.Count} were told.");
        foreach (var turns in places.Keys.GroupBy(body => body.Split(' ')[0], StringComparer.Ordinal))
        {
            Assert.Equal(turns.Count() - 1, turns.Max(body => int.Parse(body.Split(' ')[1], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Some commits fail before and some after they have stored their frame.</summary>
    private static Func<JournalFrame, CommitFault> Doubtful(int seed)
    {
        var random = new Random(seed);
        return _ =>
        {
            lock (random)
            {
                return random.Next(10) switch
                {
                    0 => CommitFault.FailBefore,
                    1 => CommitFault.FailAfter,
                    _ => CommitFault.None,
                };
            }
        };
    }

    private async Task<(JournalStream Gold, JournalStream Silver)> TwoBooksAsync(JournalWriter writer)
    {
        var books = await BundleAsync(writer, "book/GOLD", "book/SILVER");
        return (books[0], books[1]);
    }

    private async Task<JournalStream[]> BundleAsync(JournalWriter writer, params string[] names)
    {
        Stored = frame => _frames.Add(string.Join(
            ' ', frame.Slices.Select(slice => $"{slice.StreamId}:{slice.FirstSequence}-{slice.LastSequence}")));
        var streams = new List<JournalStream>();
        foreach (var name in names) streams.Add(await writer.OpenAsync(name, streams.FirstOrDefault(), Cancel));
        return [.. streams];
    }

    /// <summary>One record is on its way and waits before the gate, so that what is appended now queues.</summary>
    private async Task<CommitGate> BusyAsync(JournalStream stream)
    {
        var gate = Hold();
        stream.Append(Text("busy"));
        await Within(gate.Arrived, "the first commit to reach the gate");
        return gate;
    }

    /// <summary>Lets the commit at the gate go on, and holds the next.</summary>
    private CommitGate HoldNext(CommitGate gate)
    {
        var next = Hold();
        gate.Release();
        return next;
    }

    private int FrameOf(int stream, long sequence) => _frames.FindIndex(frame => frame.Split(' ').Any(slice =>
    {
        var numbers = slice.Split(':', '-').Select(long.Parse).ToArray();
        return numbers[0] == stream && numbers[1] <= sequence && sequence <= numbers[2];
    }));

    private static (JournalStream, ReadOnlyMemory<byte>) Silent(JournalStream stream) => (stream, ReadOnlyMemory<byte>.Empty);

    private static long[] Words(string line) =>
        [.. line.Split(' ').TakeWhile(word => long.TryParse(word, out _)).Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
}
