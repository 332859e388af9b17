using System.Globalization;
using Xunit;

namespace QuantumCore.Journal.Tests;

/// <summary>
/// Bundles whose stream is lost, or whose commit is in doubt: one lost means all lost, and no part of a bundle is ever
/// stored without the rest.
/// </summary>
public abstract class TakeoverContract : FollowingContract
{
    private static readonly TimeSpan s_longerThanAnyTest = TimeSpan.FromHours(1);

    [Fact]
    public async Task Streams_of_a_bundle_are_lost_together()
    {
        var writer = NewWriter();
        for (var round = 0; round < 20; round++)
        {
            var first = await writer.OpenAsync("book/0", Cancel);
            var others = await Task.WhenAll(
                Enumerable.Range(1, 32).Select(book => writer.OpenAsync($"book/{book}", first, Cancel)));
            var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var watching = Task.Run(
                () =>
                {
                    armed.SetResult();
                    while (!first.IsLost)
                    {
                    }

                    Assert.True(others[^1].IsLost);
                    Assert.All(others, other => Assert.True(other.IsLost));
                },
                Cancel);
            await Within(armed.Task, "somebody to watch");
            await writer.OpenAsync("book/7", Cancel);
            await Within(watching, "the bundle to be lost");
            await watching;
        }
    }

    [Fact]
    public async Task An_activation_that_returns_behind_a_later_one_is_lost_with_its_bundle()
    {
        var writer = NewWriter();
        var gold = await writer.OpenAsync("book/GOLD", Cancel);
        var later = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Activated = () => later.Task;
        var opening = writer.OpenAsync("book/SILVER", gold, Cancel);
        while ((await Store.HeadsAsync("book/SILVER", Cancel)).Count == 0) await Task.Yield();
        Activated = null;
        var present = await writer.OpenAsync("book/SILVER", Cancel);
        later.SetResult();
        await Within(opening, "the first activation to return");
        Assert.True((await opening).IsLost && gold.IsLost);
        present.Append(Text("goes on"));
        await Durable(present);
        Assert.Equal(["1 2 goes on"], await ReadAsync("book/SILVER"));
        await NewWriter().OpenAsync("book/SILVER", Cancel);
        await writer.CheckEpochsAsync(Cancel);
        Assert.True(present.IsLost);
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
        Assert.Throws<StreamLostException>(
            () => writer.AppendTogether([.. bundle.Select(book => (book, Text("again")))]));
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
        Assert.Equal(["3:1-1", "1:1-1"], Frames);
    }

    [Fact]
    public async Task Bundle_lost_behind_its_own_commit_is_not_resent_with_others()
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

        // Nothing in the store prevents the silver book: only the writer knows that it is lost.
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
    public async Task Stream_that_joins_a_lost_bundle_is_lost()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var copper = await writer.OpenAsync("book/COPPER", Cancel);
        await NewWriter().OpenAsync("book/GOLD", Cancel);
        await writer.CheckEpochsAsync(Cancel);
        silver.Close();
        var joined = await writer.OpenAsync("book/COPPER", silver, Cancel);
        Assert.True(joined.IsLost && copper.IsLost);
        await Within(joined.Lost, "whoever joined to learn it");
        var fresh = await writer.OpenAsync("book/COPPER", Cancel);
        fresh.Append(Text("goes on"));
        await Durable(fresh);
    }

    [Fact]
    public async Task Stream_that_joins_under_a_name_of_the_bundle_is_lost_with_it()
    {
        var writer = NewWriter();
        var (gold, silver) = await TwoBooksAsync(writer);
        var again = await writer.OpenAsync("book/SILVER", gold, Cancel);
        Assert.True(gold.IsLost && silver.IsLost && again.IsLost);
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

        // Stopping ends the pause, and the writer checks the outcome of its frame once more.
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

    /// <summary>
    /// Owners take over the streams of one group in turn, stream by stream, while the previous one continues unaware.
    /// Every link must be complete and every acknowledged record present, and each owner's records are a prefix of its
    /// appends.
    /// </summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Owners_that_take_over_stream_by_stream_leave_every_link_whole(int seed)
    {
        var random = new Random(seed);
        JournalWriter[] silos = [NewWriter(Nimble), NewWriter(Nimble)];
        var bystanders =
            new[] { await silos[0].OpenAsync("acct/0", Cancel), await silos[1].OpenAsync("acct/1", Cancel) };
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

                // The previous owner gets a few turns, or all it takes until it has noticed us.
                await TurnsAsync(random.Next(3) == 0 ? int.MaxValue : random.Next(20));
            }

            var before = owner;
            owner = Own(
                silo, books, bystanders[Array.IndexOf(silos, silo)], round, new Random(random.Next()), progress);
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

    /// <summary>
    /// Appends until the stream is lost. A body has the owner, its count of appends, and the books it goes to.
    /// </summary>
    private static Task<List<string>> Own(
        JournalWriter silo, List<JournalStream> books, JournalStream bystander, int owner, Random random,
        SemaphoreSlim progress) =>
        Task.Run(
            async () =>
            {
                var told = new List<string>();
                for (var turn = 0; ; turn++)
                {
                    var over = books.OrderBy(_ => random.Next()).Take(random.Next(1, books.Count + 1)).ToList();
                    var body =
                        $"{owner} {turn} {string.Join(',', over.Select(book => book.Name).Order(StringComparer.Ordinal))}";
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
                Assert.True(
                    words[2] > owner || (words[2] == owner && words[3] > turn), $"{name}: {line} is out of order.");
                (owner, turn) = (words[2], words[3]);
                if (!places.TryGetValue(body, out var found)) places.Add(body, found = []);
                found.Add(name);
            }
        }

        Assert.Empty(
            places.Where(link => link.Key.Split(' ')[2] != string.Join(',', link.Value)).Select(link => link.Key));
        Assert.Empty(told.Except(places.Keys));
        Assert.True(told.Count > 60 && places.Count > 600, $"Only {told.Count} of {places.Count} were told.");
        foreach (var turns in places.Keys.GroupBy(body => body.Split(' ')[0], StringComparer.Ordinal))
        {
            Assert.Equal(
                turns.Count() - 1, turns.Max(body => int.Parse(body.Split(' ')[1], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Returns faults: some commits fail before and some after their frame is stored.</summary>
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

    /// <summary>Releases the commit at the gate, and holds the next.</summary>
    private CommitGate HoldNext(CommitGate gate)
    {
        var next = Hold();
        gate.Release();
        return next;
    }
}
