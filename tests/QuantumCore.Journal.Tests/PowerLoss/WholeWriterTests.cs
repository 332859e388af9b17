using System.Text;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>The writer and the checkpointer on their own threads, on a failing disk.</summary>
public sealed class WholeWriterTests : IAsyncLifetime
{
    private static readonly string[] s_names = ["book/ACME", "acct/1000", "acct/1001"];
    private readonly string _folder = Directory.CreateTempSubdirectory("quantumcore-disk-").FullName;
    private readonly Dictionary<string, List<string>> _appended =
        s_names.ToDictionary(name => name, _ => new List<string>());
    private readonly Dictionary<string, int> _acknowledged = s_names.ToDictionary(name => name, _ => 0);
    private TaskCompletionSource<SqliteFailureException> _failed = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_power_goes_under_the_writer_and_what_it_acknowledged_is_there_in_order()
    {
        var random = new Random(20_261_121);
        var disk = new SimulatedDisk(random);
        var files = new SimulatedFileSystem(disk);
        for (var loss = 0; loss < 60; loss++)
        {
            disk.EndAt(30 + random.Next(400));
            await using (var store = NewStore(files))
            {
                try
                {
                    await store.InitializeAsync(Cancel);
                    await CompareAsync(store);
                    await TradeUntilFailureAsync(store, random);
                }
                catch (SqliteFailureException) when (disk.IsOff)
                {
                    // The power was off before the writer ran.
                }
            }

            disk.LosePower();
        }

        await using var last = NewStore(files);
        await last.InitializeAsync(Cancel);
        await CompareAsync(last);
        Assert.True(_acknowledged.Values.Sum() > 1_000, "The power went too early to lose anything.");
    }

    [Fact]
    public async Task Writer_on_a_full_disk_acknowledges_nothing_and_continues_with_room()
    {
        var disk = new SimulatedDisk(new Random(20_261_122));
        await using var store = NewStore(new SimulatedFileSystem(disk));
        await store.InitializeAsync(Cancel);
        await using var writer = NewWriter(store);
        var book = await writer.OpenAsync("book/ACME", Cancel);
        var snapshot = Encoding.UTF8.GetBytes("state");
        var refusals = 0;
        for (var round = 1; round <= 5; round++)
        {
            for (var i = 0; i < 20; i++) await AppendAsync(book);
            Assert.True(await book.PutSnapshotAsync(book.DurableHead, snapshot, Cancel));
            _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            disk.Capacity = disk.BytesUsed;
            var waiting = FillAsync(book);
            var failure = await _failed.Task.WaitAsync(Wait.Limit, Cancel);
            Assert.True(failure.IsDiskFull, failure.Message);

            var durable = book.DurableHead;
            Assert.False(waiting.IsCompleted);
            Assert.Equal(durable, await store.ReadAsync("book/ACME", 1, long.MaxValue, Cancel).CountAsync(Cancel));
            // The log may just have been checkpointed, and then has a little space.
            var refused = await Record.ExceptionAsync(() => store.ActivateAsync("acct/1000", Cancel));
            Assert.True(refused is null or SqliteFailureException { IsDiskFull: true }, refused?.Message);
            refusals += refused is null ? 0 : 1;

            disk.Capacity = long.MaxValue;
            await Patience.WithinAsync(waiting, "the waiting records to become durable when there was room");
            Assert.False(book.IsLost);
        }

        _acknowledged["book/ACME"] = (int)book.DurableHead;
        Assert.True(writer.OutcomesUnknown >= 5);
        Assert.True(refusals > 0);
        await CompareAsync(store);
        Assert.Empty(await store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
    }

    private SqliteJournalStore NewStore(SimulatedFileSystem files) =>
        new(Path.Combine(_folder, "journal.db"), files.Name, checkpointsItself: true);

    private JournalWriter NewWriter(SqliteJournalStore store) => new(
        store,
        new JournalWriterOptions
        {
            FirstRetryPause = TimeSpan.FromMilliseconds(1),
            LongestRetryPause = TimeSpan.FromMilliseconds(4),
            StoreFailed = failure => _failed.TrySetResult((SqliteFailureException)failure),
        },
        TimeProvider.System);

    private async Task TradeUntilFailureAsync(SqliteJournalStore store, Random random)
    {
        _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var writer = NewWriter(store);
        var streams = new List<JournalStream>();
        foreach (var name in s_names) streams.Add(await writer.OpenAsync(name, Cancel));
        while (!_failed.Task.IsCompleted)
        {
            foreach (var stream in streams.Where(_ => random.Next(2) == 0)) Add(stream);
            await Task.WhenAny(_failed.Task, Task.WhenAll(streams.Select(stream => stream.WhenDurable(stream.Head))));
            foreach (var stream in streams) _acknowledged[stream.Name] = (int)stream.DurableHead;
        }
    }

    private Task AppendAsync(JournalStream stream) => stream.WhenDurable(Add(stream));

    private async Task FillAsync(JournalStream stream)
    {
        // A checkpointed log may free space first.
        while (!_failed.Task.IsCompleted) await AppendAsync(stream);
    }

    private long Add(JournalStream stream)
    {
        var text = $"{stream.Name} {stream.Head + 1} of epoch {stream.Epoch} {new string('x', 500)}";
        _appended[stream.Name].Add(text);
        return stream.Append(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// Checks that everything acknowledged is there, and of the rest only the next records, which count from now on.
    /// </summary>
    private async Task CompareAsync(SqliteJournalStore store)
    {
        foreach (var name in s_names)
        {
            var found = await store.ReadAsync(name, 1, long.MaxValue, Cancel)
                .Select(record => Encoding.UTF8.GetString(record.Body.Span)).ToListAsync(Cancel);
            Assert.InRange(found.Count, _acknowledged[name], _appended[name].Count);
            Assert.Equal(_appended[name].Take(found.Count), found);
            _appended[name] = found;
            _acknowledged[name] = found.Count;
        }
    }
}
