using System.Collections.Concurrent;
using System.Text;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>Contract of every store together with the writer. Each store inherits these tests.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    private readonly List<JournalWriter> _writers = [];
    private readonly List<CommitGate> _gates = [];

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected CommitFaults Faults { get; } = new();

    protected IJournalStore Store { get; private set; } = null!;

    /// <summary>Called with each stored frame, on the writer's thread.</summary>
    protected Action<JournalFrame>? Stored { get; set; }

    /// <summary>Delays an activation after the store has made it, before its owner gets it.</summary>
    protected Func<Task>? Activated { get; set; }

    public async ValueTask InitializeAsync()
    {
        Store = new FaultyStore(
            await NewStoreAsync(), Faults, frame => Stored?.Invoke(frame),
            () => Activated?.Invoke() ?? Task.CompletedTask);
        await Store.InitializeAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gate in _gates) gate.Release();
        foreach (var writer in _writers) await writer.DisposeAsync();
        if (Store is not null) await Store.DisposeAsync();
        await DropStoreAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IJournalStore> NewStoreAsync();

    protected virtual ValueTask DropStoreAsync() => ValueTask.CompletedTask;

    /// <summary>Flips a bit of the last record in the frame that holds this one.</summary>
    protected abstract Task DamageRecordAsync(string stream, long sequence);

    protected abstract Task DamageSnapshotAsync(string stream, long sequence);

    [Fact]
    public async Task Reading_beside_the_writer_finds_what_is_durable_and_no_damage()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; i <= 400; i++)
                {
                    book.Append(Text($"{i}"));
                    await Durable(book);
                }
            },
            Cancel);
        while (!writing.IsCompleted)
        {
            var durable = book.DurableHead;
            var found = await Store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).CountAsync(Cancel);
            Assert.InRange(found, durable, 400);
        }

        await writing;
    }

    [Fact]
    public async Task Records_come_back_as_they_were_appended()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        Assert.Equal((1, 0), (book.Epoch, book.DurableHead));
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(i, book.Append(Text($"order {i}")));
            await Durable(book);
        }

        Assert.Equal(5, book.DurableHead);
        Assert.Equal(
            ["1 1 order 1", "2 1 order 2", "3 1 order 3", "4 1 order 4", "5 1 order 5"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task Empty_and_large_records_come_back()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var large = new byte[3 << 20];
        new Random(7).NextBytes(large);
        book.Append(ReadOnlyMemory<byte>.Empty);
        book.Append(large);
        book.Append(Text("after"));
        await Durable(book);
        var records = await Store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).ToListAsync(Cancel);
        Assert.Equal([0, large.Length, 5], records.Select(record => record.Body.Length));
        Assert.True(records[1].Body.Span.SequenceEqual(large));
    }

    [Fact]
    public async Task A_stream_that_was_never_opened_is_empty()
    {
        Assert.Empty(await ReadAsync("book/NONE"));
        Assert.Empty(await Store.SnapshotsAsync("book/NONE", Cancel).ToListAsync(Cancel));
        Assert.False(await Store.PutSnapshotAsync("book/NONE", 1, 0, Text("x"), Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("bücher")]
    public async Task A_name_that_stores_would_order_differently_is_refused(string name) =>
        await Assert.ThrowsAnyAsync<ArgumentException>(() => NewWriter().OpenAsync(name, Cancel));

    [Theory]
    [InlineData("book/x';DROP/**/TABLE/**/frame;--")]
    [InlineData("book/'OR'1'='1")]
    [InlineData("book/\"x\"\\;$1@p%_")]
    public async Task Name_with_SQL_in_it_is_a_name_like_any_other(string name)
    {
        var writer = NewWriter();
        var (odd, plain) = (await writer.OpenAsync(name, Cancel), await writer.OpenAsync("book/ACME", Cancel));
        odd.Append(Text("odd"));
        plain.Append(Text("plain"));
        await Durable(odd, plain);
        Assert.Equal(["1 1 odd"], await ReadAsync(name));
        Assert.Equal(["1 1 plain"], await ReadAsync("book/ACME"));
        Assert.Equal(
            new[] { "book/ACME", name }.Order(StringComparer.Ordinal),
            (await Store.HeadsAsync("book/", Cancel)).Select(head => head.Name));
    }

    [Fact]
    public async Task Records_queued_during_a_commit_share_the_next_one()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = Hold();
        book.Append(Text("b1"));
        await Within(gate.Arrived, "the first commit to reach the gate");
        account.Append(Text("a1"));
        book.Append(Text("b2"));
        account.Append(Text("a2"));
        book.Append(Text("b3"));
        gate.Release();
        await Durable(book, account);

        Assert.Equal((2, 5), (writer.FramesCommitted, writer.RecordsCommitted));
        Assert.Equal(["1 1 b1", "2 1 b2", "3 1 b3"], await ReadAsync("book/ACME"));
        Assert.Equal(["1 1 a1", "2 1 a2"], await ReadAsync("acct/1000"));
        Assert.Empty(await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_read_starts_and_ends_inside_commits_and_goes_on_over_pages()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 3 });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 2_000; i++) book.Append(Text($"{i}"));
        await Durable(book);
        var through = await Store.ReadAsync("book/ACME", 8, 1_999, Cancel).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(8, 1_992).Select(i => (long)i), through.Select(record => record.Sequence));
        Assert.Equal("8", Encoding.UTF8.GetString(through[0].Body.Span));
        Assert.Equal("1999", Encoding.UTF8.GetString(through[^1].Body.Span));
        Assert.Empty(await Store.ReadAsync("book/ACME", 2_001, long.MaxValue, Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Heads_are_listed_by_prefix_and_ordered_by_name()
    {
        var writer = NewWriter();
        foreach (var name in (string[])["book/B", "acct/1", "book/A", "book/a", "bookshop", "book/~"])
        {
            await writer.OpenAsync(name, Cancel);
        }

        var stream = await writer.OpenAsync("book/B", Cancel);
        stream.Append(Text("x"));
        await Durable(stream);
        Assert.Equal(
            [new("book/A", 1, 0), new("book/B", 2, 1), new("book/a", 1, 0), new("book/~", 1, 0)],
            await Store.HeadsAsync("book/", Cancel));
        Assert.Equal(6, (await Store.HeadsAsync("", Cancel)).Count);
    }

    [Fact]
    public async Task A_new_activation_goes_on_where_the_durable_records_end()
    {
        var first = await NewWriter().OpenAsync("book/ACME", Cancel);
        first.Append(Text("by the first"));
        await Durable(first);
        first.Close();
        Assert.Throws<InvalidOperationException>(() => first.Append(Text("too late")));

        var second = await NewWriter().OpenAsync("book/ACME", Cancel);
        Assert.Equal((2, 1, 1), (second.Epoch, second.Head, second.DurableHead));
        second.Append(Text("by the second"));
        await Durable(second);
        Assert.Equal(["1 1 by the first", "2 2 by the second"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task A_stream_handed_back_still_commits_what_is_queued()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var gate = Hold();
        book.Append(Text("b1"));
        await Within(gate.Arrived, "the commit to reach the gate");
        book.Append(Text("b2"));
        book.Close();
        gate.Release();
        await Durable(book);
        Assert.Equal(["1 1 b1", "2 1 b2"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task An_old_activation_is_refused_and_the_rest_of_its_commit_is_not_hurt()
    {
        var (stale, fresh) = (NewWriter(), NewWriter());
        var staleBook = await stale.OpenAsync("book/ACME", Cancel);
        var account = await stale.OpenAsync("acct/1000", Cancel);
        var other = await stale.OpenAsync("acct/1001", Cancel);
        var gate = Hold();
        account.Append(Text("a1"));
        await Within(gate.Arrived, "the first commit to reach the gate");
        staleBook.Append(Text("from the past"));
        account.Append(Text("a2"));
        other.Append(Text("o1"));
        var refused = staleBook.WhenDurable(1);
        var freshBook = await fresh.OpenAsync("book/ACME", Cancel);
        gate.Release();

        await Lost(refused);
        await Within(staleBook.Lost, "the stale activation to learn that it is lost");
        await Durable(account, other);
        freshBook.Append(Text("from the present"));
        await Durable(freshBook);
        Assert.Throws<StreamLostException>(() => staleBook.Append(Text("again")));
        Assert.Equal(1, stale.StreamsFenced);
        Assert.Equal(["1 2 from the present"], await ReadAsync("book/ACME"));
        Assert.Equal(["1 1 a1", "2 1 a2"], await ReadAsync("acct/1000"));
        Assert.Equal(["1 1 o1"], await ReadAsync("acct/1001"));
    }

    [Fact]
    public async Task An_append_in_flight_cannot_land_behind_a_new_activation()
    {
        var stale = await NewWriter().OpenAsync("book/ACME", Cancel);
        var gate = Hold();
        stale.Append(Text("in flight"));
        var refused = stale.WhenDurable(1);
        await Within(gate.Arrived, "the commit to reach the gate");
        var fresh = await NewWriter().OpenAsync("book/ACME", Cancel);
        Assert.Equal(0, fresh.DurableHead);
        gate.Release();
        await Lost(refused);
        Assert.Empty(await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task A_second_activation_on_the_same_silo_ends_the_first()
    {
        var writer = NewWriter();
        var first = await writer.OpenAsync("book/ACME", Cancel);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        var gate = Hold();
        account.Append(Text("a1"));
        await Within(gate.Arrived, "the commit to reach the gate");
        first.Append(Text("queued"));
        var refused = first.WhenDurable(1);
        var second = await writer.OpenAsync("book/ACME", Cancel);
        Assert.True(first.IsLost);
        second.Append(Text("by the second"));
        gate.Release();
        await Lost(refused);
        await Durable(second, account);
        Assert.Equal(["1 2 by the second"], await ReadAsync("book/ACME"));
        Assert.Equal(0, writer.PendingRecords);
    }

    [Theory]
    [InlineData(CommitFault.FailBefore)]
    [InlineData(CommitFault.FailAfter)]
    public async Task A_commit_in_doubt_is_settled_exactly_once(CommitFault fault)
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var account = await writer.OpenAsync("acct/1000", Cancel);
        FailNext(fault, 1);
        for (var i = 1; i <= 3; i++)
        {
            book.Append(Text($"b{i}"));
            account.Append(Text($"a{i}"));
        }

        await Durable(book, account);
        book.Append(Text("b4"));
        await Durable(book);
        Assert.Equal(1, writer.OutcomesUnknown);
        Assert.Equal(["1 1 b1", "2 1 b2", "3 1 b3", "4 1 b4"], await ReadAsync("book/ACME"));
        Assert.Equal(["1 1 a1", "2 1 a2", "3 1 a3"], await ReadAsync("acct/1000"));
    }

    [Fact]
    public async Task An_attempt_that_lands_late_is_recognised_as_our_own()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var calls = 0;
        Faults.Choose = frame =>
        {
            calls++;
            if (calls == 1) return CommitFault.FailBefore;
            if (calls == 2)
            {
                // The first attempt, which the writer considered lost, lands just before the second.
                using var late = InnerConnect();
                Assert.Empty(late.Commit(frame));
            }

            return CommitFault.None;
        };
        book.Append(Text("once"));
        await Durable(book);
        Assert.False(book.IsLost);
        Assert.Equal(["1 1 once"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task A_head_that_another_activation_made_equal_is_no_proof_of_a_commit()
    {
        var writer = NewWriter();
        var stale = await writer.OpenAsync("book/ACME", Cancel);
        using var failed = new SemaphoreSlim(0);
        Faults.Choose = frame =>
        {
            if (frame.Id.WriterId != writer.WriterId) return CommitFault.None;
            if (failed.CurrentCount == 0) failed.Release();
            return CommitFault.FailBefore;
        };
        stale.Append(Text("never stored"));
        var refused = stale.WhenDurable(1);
        await Within(failed.WaitAsync(Cancel), "the commit to fail");
        var fresh = await NewWriter().OpenAsync("book/ACME", Cancel);
        fresh.Append(Text("the true first"));
        await Durable(fresh);
        Faults.Choose = null;
        await Lost(refused);
        Assert.Equal(["1 2 the true first"], await ReadAsync("book/ACME"));
    }

    [Fact]
    public async Task While_the_store_is_down_appends_queue_and_then_go_on_with_nothing_lost()
    {
        var failures = 0;
        var writer = NewWriter(new JournalWriterOptions
        {
            FirstRetryPause = TimeSpan.FromMilliseconds(1),
            LongestRetryPause = TimeSpan.FromMilliseconds(2),
            StoreFailed = _ => Interlocked.Increment(ref failures),
        });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        using var enough = new SemaphoreSlim(0);
        Faults.Choose = _ =>
        {
            enough.Release();
            return CommitFault.FailBefore;
        };
        for (var i = 1; i <= 50; i++) book.Append(Text($"{i}"));
        for (var i = 0; i < 5; i++) await Within(enough.WaitAsync(Cancel), "the writer to try again");
        Assert.Equal(50, writer.PendingRecords);
        Assert.Equal(0, book.DurableHead);
        Assert.True(writer.OldestPendingAge > TimeSpan.Zero);
        Faults.Choose = null;
        await Durable(book);
        Assert.Equal(50, (await ReadAsync("book/ACME")).Count);
        Assert.Equal((0, TimeSpan.Zero), (writer.PendingRecords, await SettledAgeAsync(writer)));
        Assert.True(failures >= 4);
    }

    [Fact]
    public async Task Each_commit_tells_how_long_its_oldest_record_waited()
    {
        var waits = new ConcurrentQueue<TimeSpan>();
        var writer = NewWriter(new JournalWriterOptions { Committed = waits.Enqueue });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 3; i++)
        {
            var before = TimeProvider.System.GetTimestamp();
            book.Append(Text($"{i}"));
            await Durable(book);
            Assert.Equal(i, waits.Count);
            Assert.InRange(waits.Last(), TimeSpan.Zero, TimeProvider.System.GetElapsedTime(before));
        }
    }

    [Fact]
    public async Task A_full_queue_refuses_but_cancels_still_get_through()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxPendingRecords = 16 });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var gate = Hold();
        for (var i = 1; i <= 14; i++) book.Append(Text($"{i}"));
        Assert.False(writer.HasRoom(urgent: false));
        Assert.Throws<JournalFullException>(() => book.Append(Text("refused")));
        Assert.True(writer.HasRoom(urgent: true));
        Assert.Equal(15, book.Append(Text("15"), urgent: true));
        Assert.Equal(16, book.Append(Text("16"), urgent: true));
        Assert.False(writer.HasRoom(urgent: true));
        Assert.Throws<JournalFullException>(() => book.Append(Text("refused"), urgent: true));
        gate.Release();
        await Durable(book);
        Assert.True(writer.HasRoom(urgent: false));
        Assert.Equal(17, book.Append(Text("17")));
        await Durable(book);
        Assert.Equal(Enumerable.Range(1, 17).Select(i => $"{i} 1 {i}"), await ReadAsync("book/ACME"));
    }

    [Fact]
    public void With_little_room_left_only_urgent_turns_begin()
    {
        var writer = NewWriter();
        Assert.True(writer.HasRoom(urgent: false, 1));
        writer.IsShortOfRoom = true;
        Assert.False(writer.HasRoom(urgent: false, 1));
        Assert.True(writer.HasRoom(urgent: true, 1));
        writer.IsShortOfRoom = false;
        Assert.True(writer.HasRoom(urgent: false, 1));
    }

    [Fact]
    public async Task The_queue_is_bounded_in_bytes_too()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxPendingBytes = 800 });
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var gate = Hold();
        for (var i = 0; i < 7; i++) book.Append(new byte[100]);
        Assert.Throws<JournalFullException>(() => book.Append(new byte[1]));
        book.Append(new byte[100], urgent: true);
        Assert.Throws<JournalFullException>(() => book.Append(new byte[1], urgent: true));
        gate.Release();
        await Durable(book);
        Assert.Equal(8, (await ReadAsync("book/ACME")).Count);
    }

    [Fact]
    public async Task Waiters_are_released_after_the_record_is_durable()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var gate = Hold();
        book.Append(Text("b1"));
        await Within(gate.Arrived, "the commit to reach the gate");
        book.Append(Text("b2"));
        book.Append(Text("b3"));
        var (first, second, third) = (book.WhenDurable(1), book.WhenDurable(2), book.WhenDurable(3));
        Assert.Same(second, third);
        Assert.NotSame(first, second);
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal((3, 0), (book.Head, book.DurableHead));
        Assert.Empty(await ReadAsync("book/ACME"));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = book.WhenDurable(4); });
        gate.Release();
        await Within(third, "the second commit");
        Assert.True(first.IsCompletedSuccessfully);
        Assert.Same(Task.CompletedTask, book.WhenDurable(3));
        Assert.Equal(3, (await ReadAsync("book/ACME")).Count);
    }

    [Fact]
    public async Task An_idle_activation_learns_of_its_successor_by_the_check_of_epochs()
    {
        var (old, present) = (NewWriter(), NewWriter());
        var idle = await old.OpenAsync("book/ACME", Cancel);
        var kept = await old.OpenAsync("book/OTHER", Cancel);
        await old.CheckEpochsAsync(Cancel);
        Assert.False(idle.IsLost || kept.IsLost);
        await present.OpenAsync("book/ACME", Cancel);
        await old.CheckEpochsAsync(Cancel);
        await Within(idle.Lost, "the idle activation to be lost");
        Assert.False(kept.IsLost);
        kept.Append(Text("goes on"));
        await Durable(kept);
    }

    [Fact]
    public async Task Activations_that_race_over_two_silos_leave_one_history()
    {
        JournalWriter[] silos = [NewWriter(), NewWriter()];
        var told = new List<string>[2];
        await Task.WhenAll(silos.Select((silo, index) => Task.Run(
            async () =>
            {
                told[index] = [];
                for (var round = 0; round < 40; round++)
                {
                    var book = await silo.OpenAsync("book/ACME", Cancel);
                    var own = await silo.OpenAsync($"acct/{index}", Cancel);
                    try
                    {
                        for (var i = 0; i < 5; i++)
                        {
                            own.Append(Text("own"));
                            var sequence = book.Append(Text($"{index}-{round}-{i}"));
                            await book.WhenDurable(sequence);
                            told[index].Add($"{sequence} {book.Epoch} {index}-{round}-{i}");
                        }
                    }
                    catch (StreamLostException)
                    {
                        // The other silo owns it now.
                    }

                    await Durable(own);
                }
            },
            Cancel)));
        var history = await ReadAsync("book/ACME");
        Assert.NotEmpty(told[0]);
        Assert.NotEmpty(told[1]);
        Assert.Empty(told.SelectMany(line => line).Except(history));
        Assert.Equal(history.Count, history.Distinct().Count());
    }

    [Fact]
    public async Task Many_submitters_on_many_streams_lose_and_double_nothing()
    {
        var writer = NewWriter(new JournalWriterOptions { MaxFrameRecords = 64 });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(index => Task.Run(
            async () =>
            {
                var stream = await writer.OpenAsync($"acct/{1000 + index}", Cancel);
                var random = new Random(index);
                for (var i = 1; i <= 500; i++)
                {
                    stream.Append(Text($"{index}-{i}"));
                    if (random.Next(8) == 0) await stream.WhenDurable(i);
                }

                await Durable(stream);
            },
            Cancel)));
        for (var index = 0; index < 8; index++)
        {
            Assert.Equal(
                Enumerable.Range(1, 500).Select(i => $"{i} 1 {index}-{i}"), await ReadAsync($"acct/{1000 + index}"));
        }
    }

    [Fact]
    public async Task Stopping_commits_what_is_queued()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 100; i++) book.Append(Text($"{i}"));
        await writer.DisposeAsync();
        Assert.Equal(100, book.DurableHead);
        Assert.Throws<StreamLostException>(() => book.Append(Text("too late")));
        Assert.Equal(100, (await ReadAsync("book/ACME")).Count);
    }

    [Fact]
    public async Task Stopping_while_the_store_is_down_tells_the_waiters_that_the_outcome_is_unknown()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        Faults.Choose = _ => CommitFault.FailBefore;
        book.Append(Text("in doubt"));
        var waiter = book.WhenDurable(1);
        await Within(writer.DisposeAsync().AsTask(), "the writer to stop");
        await Lost(waiter);
    }

    [Fact]
    public async Task The_newest_three_snapshots_are_kept_and_damaged_ones_are_skipped()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        for (var i = 1; i <= 5; i++)
        {
            book.Append(Text($"{i}"));
            await Durable(book);
            Assert.True(await book.PutSnapshotAsync(i, Text($"state {i}"), Cancel));
        }

        Assert.Equal(["5 state 5", "4 state 4", "3 state 3"], await SnapshotsAsync("book/ACME"));
        await DamageSnapshotAsync("book/ACME", 5);
        Assert.Equal(["4 state 4", "3 state 3"], await SnapshotsAsync("book/ACME"));
        Assert.True(await book.PutSnapshotAsync(5, Text("state 5 again"), Cancel));
        Assert.Equal(["5 state 5 again", "4 state 4", "3 state 3"], await SnapshotsAsync("book/ACME"));
    }

    [Fact]
    public async Task A_large_snapshot_comes_back_and_a_smaller_one_replaces_it()
    {
        var book = await NewWriter().OpenAsync("book/ACME", Cancel);
        var large = new byte[(5 << 20) + 1];
        new Random(11).NextBytes(large);
        Assert.True(await book.PutSnapshotAsync(0, large, Cancel));
        var snapshot = Assert.Single(await Store.SnapshotsAsync("book/ACME", Cancel).ToListAsync(Cancel));
        Assert.True(snapshot.Body.Span.SequenceEqual(large));
        Assert.True(await book.PutSnapshotAsync(0, Text("small"), Cancel));
        Assert.Equal(["0 small"], await SnapshotsAsync("book/ACME"));
    }

    [Fact]
    public async Task A_snapshot_of_an_old_epoch_or_ahead_of_the_head_is_refused()
    {
        var stale = await NewWriter().OpenAsync("book/ACME", Cancel);
        stale.Append(Text("1"));
        await Durable(stale);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => stale.PutSnapshotAsync(2, Text("ahead"), Cancel));
        Assert.False(await Store.PutSnapshotAsync("book/ACME", stale.Epoch, 2, Text("ahead"), Cancel));
        var fresh = await NewWriter().OpenAsync("book/ACME", Cancel);
        Assert.False(await stale.PutSnapshotAsync(1, Text("stale"), Cancel));
        Assert.True(stale.IsLost);
        Assert.Empty(await SnapshotsAsync("book/ACME"));
        Assert.True(await fresh.PutSnapshotAsync(1, Text("fresh"), Cancel));
        Assert.Equal(["1 fresh"], await SnapshotsAsync("book/ACME"));
    }

    [Fact]
    public async Task A_flipped_bit_is_found_and_named()
    {
        var writer = NewWriter();
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var other = await writer.OpenAsync("book/OTHER", Cancel);
        for (var i = 1; i <= 6; i++)
        {
            book.Append(Text($"order {i}"));
            other.Append(Text($"order {i}"));
            await Durable(book, other);
        }

        await DamageRecordAsync("book/ACME", 4);
        var good = new List<long>();
        var damage = await Assert.ThrowsAsync<JournalCorruptionException>(async () =>
        {
            await foreach (var record in Store.ReadAsync(
                "book/ACME", 1, long.MaxValue, Cancel)) good.Add(record.Sequence);
        });
        Assert.Equal(("book/ACME", 4), (damage.Stream, damage.Sequence));
        Assert.Equal([1, 2, 3], good);
        Assert.Equal(["5 1 order 5", "6 1 order 6"], await ReadAsync("book/ACME", 5));
        Assert.Equal(6, (await ReadAsync("book/OTHER")).Count);
        Assert.Single(await Store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
    }

    protected JournalWriter NewWriter(JournalWriterOptions? options = null)
    {
        var writer = new JournalWriter(Store, options ?? new JournalWriterOptions(), TimeProvider.System);
        _writers.Add(writer);
        return writer;
    }

    protected abstract IJournalConnection InnerConnect();

    protected static ReadOnlyMemory<byte> Text(string text) => Encoding.UTF8.GetBytes(text);

    protected static Task Within(Task task, string phase) => Patience.WithinAsync(task, phase);

    protected static async Task Durable(params JournalStream[] streams)
    {
        foreach (var stream in streams) await Within(stream.WhenDurable(stream.Head), $"{stream.Name} to be durable");
    }

    protected static async Task Lost(Task waiter) =>
        await Assert.ThrowsAsync<StreamLostException>(
            () => Within(waiter, "the waiter to learn that its stream is lost"));

    protected async Task<IReadOnlyList<string>> ReadAsync(string stream, long from = 1) =>
        await Store.ReadAsync(stream, from, long.MaxValue, Cancel)
            .Select(record => $"{record.Sequence} {record.Epoch} {Encoding.UTF8.GetString(record.Body.Span)}")
            .ToListAsync(Cancel);

    private async Task<IReadOnlyList<string>> SnapshotsAsync(string stream) =>
        await Store.SnapshotsAsync(stream, Cancel)
            .Select(snapshot => $"{snapshot.Sequence} {Encoding.UTF8.GetString(snapshot.Body.Span)}")
            .ToListAsync(Cancel);

    protected CommitGate Hold()
    {
        var gate = Faults.Hold();
        _gates.Add(gate);
        return gate;
    }

    protected void FailNext(CommitFault fault, int times, int slices = 1)
    {
        var left = times;
        Faults.Choose = frame =>
            frame.Slices.Count >= slices && Interlocked.Decrement(ref left) >= 0 ? fault : CommitFault.None;
    }

    /// <summary>
    /// Returns a settled age. The current commit may just be ending, so wait for the end of the next one.
    /// </summary>
    private static async Task<TimeSpan> SettledAgeAsync(JournalWriter writer)
    {
        await writer.DisposeAsync();
        return writer.OldestPendingAge;
    }
}
