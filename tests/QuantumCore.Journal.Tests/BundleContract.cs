using System.Globalization;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>
/// Contract of every store, together with the writer, about records appended together: they land in one frame or
/// nowhere, in their order.
/// </summary>
public abstract class BundleContract : JournalContract
{
    /// <summary>
    /// Content of each stored frame: number of the stream (in the order of first opening), first, last.
    /// </summary>
    protected List<string> Frames { get; } = [];

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
    public async Task Linked_records_that_do_not_fit_a_frame_go_whole_into_the_next()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 4 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = await BusyAsync(account);
        account.Append(Text("a2"));
        gold.Append(Text("g1"));

        // The first two make three that must stay together, one too many beside the account's; the next two would make
        // five.
        writer.AppendTogether([(gold, Text("g2")), (silver, Text("s1"))]);
        writer.AppendTogether([(silver, Text("s2")), (gold, Text("g3"))]);
        account.Append(Text("a3"));
        for (var i = 4; i <= 6; i++) gold.Append(Text($"g{i}"));
        gate.Release();
        await Durable(gold, silver, account);
        Assert.Equal(["3:1-1", "3:2-3", "1:1-2 2:1-1", "1:3-5 2:2-2", "1:6-6"], Frames);
        Assert.Equal(Enumerable.Range(1, 6).Select(i => $"{i} 1 g{i}"), await ReadAsync("book/GOLD"));
        Assert.Equal(["1 1 s1", "2 1 s2"], await ReadAsync("book/SILVER"));
    }

    [Fact]
    public async Task Queued_records_of_a_bundle_are_counted_and_acknowledged_like_any_other()
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
        Assert.Equal(["1:1-1", "1:2-2 2:1-3"], Frames);
    }

    [Fact]
    public async Task Both_halves_of_a_trade_become_durable_together()
    {
        var writer = NewWriter();
        var books = await BundleAsync(writer, [.. Enumerable.Range(0, 200).Select(book => $"book/{book}")]);
        var watching = Task.Run(
            () =>
            {
                for (var trade = 1; trade <= 200; trade++)
                {
                    writer.AppendTogether([.. books.Select(book => (book, Text($"{trade}")))]);
                    while (books[0].DurableHead < trade || !books[0].WhenDurable(trade).IsCompleted)
                    {
                    }

                    Assert.Equal(trade, books[^1].DurableHead);
                }
            },
            Cancel);
        await Within(watching, "all trades to be durable");
        await watching;
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
        Assert.Throws<InvalidOperationException>(
            () => writer.AppendTogether([(gold, Text("no")), (silver, Text("no"))]));
        Assert.Equal(3, gold.Append(Text("g3")));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal(["1 1 s1"], await ReadAsync("book/SILVER"));

        // Its next activation proves nothing about the books that stayed.
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

    [Fact]
    public async Task Append_larger_than_any_commit_is_rejected_and_changes_nothing()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 4, MaxFrameBytes = 100 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        var tooMany = Assert.Throws<AppendTooLargeException>(() => writer.AppendTogether(
            [(gold, Text("1")), (silver, Text("2")), (gold, Text("3")), (silver, Text("4")), (gold, Text("5"))]));
        Assert.Equal((5, 5), (tooMany.Records, tooMany.Bytes));
        var tooLong = Assert.Throws<AppendTooLargeException>(
            () =>
                writer.AppendTogether([(gold, new byte[1]), (silver, new byte[JournalWriterOptions.MaxRecordBytes])]));
        Assert.Equal((2, JournalWriterOptions.MaxRecordBytes + 1), (tooLong.Records, tooLong.Bytes));
        Assert.Throws<ArgumentException>(() => writer.AppendTogether(
            [(gold, Text("x")), (silver, new byte[JournalWriterOptions.MaxRecordBytes + 1])]));
        Assert.Throws<ArgumentException>(() => writer.AppendTogether([]));
        Assert.Equal((1, 0, 1), (gold.Head, silver.Head, writer.PendingRecords));

        Assert.Equal([2, 1], writer.AppendTogether([(gold, new byte[50]), (silver, new byte[50])]));
        Assert.Equal([2, 3], writer.AppendTogether([(silver, Text("x")), Silent(gold)]));
        Assert.Equal([4], writer.AppendTogether([(gold, new byte[101])]));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal(["1:1-1", "1:2-2 2:1-1", "1:3-3 2:2-2", "1:4-4"], Frames);
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
        Assert.Throws<InvalidOperationException>(
            () => writer.AppendTogether([(gold, Text("no")), (silver, Text("no"))]));
        await writer.DisposeAsync();
        Assert.Throws<StreamLostException>(() => writer.AppendTogether([(gold, Text("no"))]));
        Assert.Equal((0, 0, 0, 0), (gold.Head, silver.Head, stranger.Head, elsewhere.Head));
        Assert.Equal((0, 0), (writer.PendingRecords, writer.RecordsCommitted));
    }

    [Fact]
    public async Task A_record_longer_than_the_queue_is_appended_if_there_is_room_for_a_frame()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxPendingBytes = 800, MaxFrameBytes = 200 });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var gate = Hold();
        book.Append(new byte[500]);
        book.Append(new byte[900]);
        Assert.Throws<JournalFullException>(() => book.Append(new byte[1], urgent: true));
        gate.Release();
        await Durable(book);
        Assert.Equal(
            [500, 900],
            await Store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).Select(record => record.Body.Length)
                .ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_full_queue_refuses_all_of_an_append_together_or_nothing()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxPendingRecords = 16, MaxPendingBytes = 800 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        Assert.Throws<JournalFullException>(
            () => writer.AppendTogether([(gold, new byte[400]), (silver, new byte[400])], urgent: true));
        for (var i = 2; i <= 13; i++) gold.Append(Text("x"));
        Assert.Throws<JournalFullException>(() => writer.AppendTogether([(silver, Text("x")), (gold, Text("x"))]));
        Assert.Equal((13, 0, 13), (gold.Head, silver.Head, writer.PendingRecords));
        Assert.Equal([1, 14], writer.AppendTogether([(silver, Text("x")), (gold, Text("x"))], urgent: true));
        Assert.Throws<JournalFullException>(() => writer.AppendTogether([(silver, Text("x"))]));
        Assert.Equal((14, 1, 15), (gold.Head, silver.Head, writer.PendingRecords));
        Assert.Equal([2], writer.AppendTogether([(silver, Text("x"))], urgent: true));
        Assert.Throws<JournalFullException>(() => silver.Append(Text("x"), urgent: true));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal((14, 2), ((await ReadAsync("book/GOLD")).Count, (await ReadAsync("book/SILVER")).Count));
    }

    [Fact]
    public async Task Linked_records_that_are_longer_than_a_frame_have_one_of_their_own()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 4, MaxFrameBytes = 100 });
        var (gold, silver) = await TwoBooksAsync(writer);
        var gate = await BusyAsync(gold);
        Assert.Equal([2], writer.AppendTogether([(gold, Text("x"))]));
        Assert.Equal([3, 1], writer.AppendTogether([(gold, new byte[90]), (silver, new byte[90])]));
        Assert.Equal([4, 2], writer.AppendTogether([(gold, Text("y")), (silver, Text("z"))]));
        gate.Release();
        await Durable(gold, silver);
        Assert.Equal(["1:1-1", "1:2-2", "1:3-3 2:1-1", "1:4-4 2:2-2"], Frames);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Single_and_linked_records_keep_their_order_over_manyFrames(int seed)
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

        var frames =
            links.Select(link => link.Select(at => FrameOf(at.Book + 1, at.Sequence)).Distinct().Single()).ToList();
        Assert.Equal(frames.Order(), frames);
        Assert.True(frames[^1] >= 600 / 7);
    }

    protected async Task<(JournalStream Gold, JournalStream Silver)> TwoBooksAsync(JournalWriter writer)
    {
        var books = await BundleAsync(writer, "book/GOLD", "book/SILVER");
        return (books[0], books[1]);
    }

    protected async Task<JournalStream[]> BundleAsync(JournalWriter writer, params string[] names)
    {
        NoteFrames();
        var streams = new List<JournalStream>();
        foreach (var name in names) streams.Add(await writer.OpenAsync(name, streams.FirstOrDefault(), Cancel));
        return [.. streams];
    }

    /// <summary>Notes each stored frame in <see cref="Frames"/> from now on.</summary>
    protected void NoteFrames() => Stored = frame => Frames.Add(string.Join(
        ' ', frame.Slices.Select(slice => $"{slice.StreamId}:{slice.FirstSequence}-{slice.LastSequence}")));

    /// <summary>Keeps a record in flight at the gate, so that further appends queue.</summary>
    protected async Task<CommitGate> BusyAsync(JournalStream stream)
    {
        var gate = Hold();
        stream.Append(Text("busy"));
        await Within(gate.Arrived, "the first commit to reach the gate");
        return gate;
    }

    /// <summary>Returns the place of the frame that has a record; the stream by the order of first opening.</summary>
    protected int FrameOf(int stream, long sequence) => Frames.FindIndex(frame => frame.Split(' ').Any(slice =>
    {
        var numbers = slice.Split(':', '-').Select(long.Parse).ToArray();
        return numbers[0] == stream && numbers[1] <= sequence && sequence <= numbers[2];
    }));

    private static (JournalStream, ReadOnlyMemory<byte>) Silent(JournalStream stream) =>
        (stream, ReadOnlyMemory<byte>.Empty);

    protected static long[] Words(string line) =>
        [.. line.Split(' ').TakeWhile(word => long.TryParse(word, out _))
            .Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
}
