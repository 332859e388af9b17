using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>
/// Contract of every store, together with the writer, about a record that follows one of another stream: it is never
/// durable without it.
/// </summary>
public abstract class FollowingContract : BundleContract
{
    [Fact]
    public async Task Order_and_its_hold_take_one_commit()
    {
        var writer = NewWriter();
        var (account, book) = await AccountAndBookAsync(writer);
        var other = await writer.OpenAsync("acct/2", Cancel);
        var gate = await BusyAsync(other);
        var hold = new AppendedRecord(account, account.Append(Text("hold 1")));
        book.Append(Text("order 1"), after: hold);
        gate.Release();
        await Durable(book);
        Assert.True(hold.WhenDurable().IsCompletedSuccessfully);
        Assert.Equal(["3:1-1", "1:1-1 2:1-1"], Frames);
        Assert.Equal(["1 1 hold 1"], await ReadAsync("acct/1"));
        Assert.Equal(["1 1 order 1"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task Order_does_not_join_a_commit_before_the_one_of_its_hold()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 2 });
        var (account, book) = await AccountAndBookAsync(writer);
        var other = await writer.OpenAsync("acct/2", Cancel);
        var gate = await BusyAsync(other);
        book.Append(Text("order 1"));
        account.Append(Text("hold 2"));
        var hold = new AppendedRecord(account, account.Append(Text("hold 3")));
        book.Append(Text("order 3"), after: hold);
        gate.Release();
        await Durable(account, book);

        // A frame has room for two records: order 3 would be in the first one beside order 1.
        Assert.Equal(["3:1-1", "2:1-1", "1:1-2", "2:2-2"], Frames);
    }

    [Fact]
    public async Task Later_order_joins_the_commit_behind_its_hold()
    {
        var writer = NewWriter();
        var (account, book) = await AccountAndBookAsync(writer);
        var other = await writer.OpenAsync("acct/2", Cancel);
        var gate = await BusyAsync(other);
        for (var i = 1; i <= 3; i++)
        {
            var hold = new AppendedRecord(account, account.Append(Text($"hold {i}")));
            book.Append(Text($"order {i}"), after: hold);
        }

        gate.Release();
        await Durable(account, book);
        Assert.Equal(["3:1-1", "1:1-3 2:1-3"], Frames);
    }

    [Fact]
    public async Task Order_is_lost_with_a_hold_that_was_never_sent()
    {
        var writer = NewWriter();
        var (account, book) = await AccountAndBookAsync(writer);
        var other = await writer.OpenAsync("acct/2", Cancel);
        var gate = await BusyAsync(other);
        var hold = new AppendedRecord(account, account.Append(Text("hold")));
        book.Append(Text("order"), after: hold);
        var waiter = book.WhenDurable(1);
        await writer.OpenAsync("acct/1", Cancel);
        Assert.True(account.IsLost && book.IsLost);
        gate.Release();
        await Lost(waiter);
        await Durable(other);
        Assert.Empty(await ReadAsync("acct/1"));
        Assert.Empty(await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task Order_is_lost_with_a_hold_that_the_store_refuses()
    {
        var writer = NewWriter();
        var (account, book) = await AccountAndBookAsync(writer);
        var other = await writer.OpenAsync("acct/2", Cancel);
        var gate = await BusyAsync(other);
        var hold = new AppendedRecord(account, account.Append(Text("hold")));
        book.Append(Text("order"), after: hold);
        other.Append(Text("a2"));
        var waiter = book.WhenDurable(1);

        // Another process has activated the account meanwhile: its epoch refuses the hold.
        await NewWriter().OpenAsync("acct/1", Cancel);
        gate.Release();
        await Lost(waiter);
        await Durable(other);
        Assert.True(account.IsLost && book.IsLost);
        Assert.Empty(await ReadAsync("acct/1"));
        Assert.Empty(await ReadAsync("book/ACME"));
        Assert.Equal(2, (await ReadAsync("acct/2")).Count);
    }

    [Fact]
    public async Task Order_whose_hold_is_lost_already_is_refused_and_nothing_is_appended()
    {
        var writer = NewWriter();
        var (account, book) = await AccountAndBookAsync(writer);
        var other = await writer.OpenAsync("acct/2", Cancel);
        var gate = await BusyAsync(other);
        var hold = new AppendedRecord(account, account.Append(Text("hold")));
        await writer.OpenAsync("acct/1", Cancel);
        Assert.Throws<StreamLostException>(() => book.Append(Text("order"), after: hold));
        Assert.Equal(0, book.Head);
        Assert.False(book.IsLost);
        gate.Release();
        await Durable(other);
    }

    [Fact]
    public async Task Order_after_a_durable_hold_does_not_depend_on_its_account()
    {
        var writer = NewWriter();
        var (account, book) = await AccountAndBookAsync(writer);
        var hold = new AppendedRecord(account, account.Append(Text("hold")));
        await Durable(account);
        await writer.OpenAsync("acct/1", Cancel);
        book.Append(Text("order"), after: hold);
        await Durable(book);
        Assert.Equal(["1 1 order"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task Only_the_activation_that_is_open_is_found()
    {
        var writer = NewWriter();
        var (account, _) = await AccountAndBookAsync(writer);
        Assert.Same(account, writer.Find("acct/1", account.Epoch));
        Assert.Null(writer.Find("acct/1", account.Epoch + 1));
        Assert.Null(NewWriter().Find("acct/1", account.Epoch));
        account.Close();
        Assert.Null(writer.Find("acct/1", account.Epoch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_order_is_durable_before_its_hold_in_many_small_frames(int seed)
    {
        const int Streams = 4;
        const int FirstTurns = 40;
        var random = new Random(seed);
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 5, MaxFrameBytes = 60 });
        NoteFrames();
        var streams = new JournalStream[2 * Streams];
        for (var i = 0; i < streams.Length; i++)
            streams[i] = await writer.OpenAsync($"{(i < Streams ? "acct" : "book")}/{i}", Cancel);
        var orders = new List<(int Account, long Hold, int Book, long Order)>();
        var holds = new List<(int Account, long Hold)>();

        // The first turns queue, or a quick store could commit each record before the next.
        var gate = Hold();
        for (var turn = 0; turn < 500; turn++)
        {
            if (turn == FirstTurns) gate.Release();
            var at = random.Next(streams.Length);
            if (at < Streams)
            {
                holds.Add((at, streams[at].Append(Text($"{turn}"))));
            }
            else if (holds.Count == 0)
            {
                streams[at].Append(Text($"{turn}"));
            }
            else
            {
                var (account, hold) = holds[random.Next(Math.Max(0, holds.Count - 6), holds.Count)];
                var order = streams[at].Append(Text($"{turn}"), after: new AppendedRecord(streams[account], hold));
                orders.Add((account, hold, at, order));
            }

            if (turn > FirstTurns && random.Next(25) == 0)
                await Within(streams[at].WhenDurable(streams[at].Head), "a record in the middle");
        }

        await Durable(streams);
        Assert.All(
            orders,
            one => Assert.True(FrameOf(one.Account + 1, one.Hold) <= FrameOf(one.Book + 1, one.Order), $"{one}"));
        Assert.Contains(
            orders, one => FrameOf(one.Account + 1, one.Hold) == FrameOf(one.Book + 1, one.Order));
    }

    private async Task<(JournalStream Account, JournalStream Book)> AccountAndBookAsync(JournalWriter writer)
    {
        NoteFrames();
        return (await writer.OpenAsync("acct/1", Cancel), await writer.OpenAsync("book/ACME", Cancel));
    }
}
