using SQLitePCL;
using Xunit;

namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>Counts of events in the runs, so that a run that tested nothing is noticed.</summary>
internal sealed record LossCount
{
    public int PowerLosses { get; set; }

    public int Kills { get; set; }

    public int LostInRecovery { get; set; }

    public int FramesAcknowledged { get; set; }

    public int InDoubtFound { get; set; }

    public int InDoubtGone { get; set; }

    public int Checkpoints { get; set; }

    public int Snapshots { get; set; }

    public int Packs { get; set; }

    /// <summary>Number of times a commit found the disk full.</summary>
    public int FullAtCommit { get; set; }

    public int FullElsewhere { get; set; }
}

/// <summary>Acknowledged or observed state of a stream, which must never be lost.</summary>
internal sealed class KnownStream
{
    public long Epoch { get; set; }

    public List<byte[]> Records { get; } = [];

    public Dictionary<long, byte[]> Snapshots { get; } = [];
}

/// <summary>
/// A journal on a simulated disk, used by one thread in a seeded order, whose machine loses power repeatedly. After
/// each loss the journal is opened and compared with what was acknowledged.
/// </summary>
internal sealed class DoomedJournal(int seed, SimulatedDisk disk, LossCount count) : IAsyncDisposable
{
    private static readonly string[] s_names = ["book/ACME", "book/OTHER", "acct/1000", "acct/1001", "acct/1002"];
    private readonly Random _random = new(seed);

    // The files are on the simulated disk; the lock and the witness are real.
    private readonly string _folder = Directory.CreateTempSubdirectory("quantumcore-power-loss-").FullName;
    private readonly SimulatedFileSystem _files = new(disk);
    private readonly Dictionary<string, KnownStream> _known = [];
    private readonly Dictionary<string, StreamActivation> _mine = [];
    private SqliteJournalStore _store = null!;
    private IJournalConnection? _writer;
    private SqliteDatabase? _stranger;
    private long _writerId;
    private long _frameNo;
    private (JournalFrame Frame, Dictionary<string, byte[][]> Records)? _frameInDoubt;
    private (string Stream, long Sequence, byte[] Body)? _snapshotInDoubt;
    private bool _isMade;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs through a number of power losses, with kills of the process between them.</summary>
    public async Task LiveAsync(int losses)
    {
        for (var lost = 0; lost < losses;)
        {
            disk.EndAt(1 + _random.Next(_random.Next(4) == 0 ? 25 : 500));
            var isRunning = false;
            try
            {
                await StartAsync();
                isRunning = true;
                while (_random.Next(40) > 0) await StepOrMakeRoomAsync();
            }
            catch (SqliteFailureException failure) when (disk.IsOff || failure.IsDiskFull)
            {
                if (!isRunning && disk.IsOff) count.LostInRecovery++;
            }

            disk.Capacity = _random.Next(10) == 0 && _isMade ? RoomFor(_random.Next(8_192)) : long.MaxValue;

            if (_random.Next(4) > 0)
            {
                disk.LosePower();
                lost++;
                count.PowerLosses++;
            }
            else
            {
                disk.KillProcess();
                count.Kills++;
            }

            await StopAsync();
        }

        disk.Capacity = long.MaxValue;
        await StartAsync();
        await StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync()
    {
        _store = new SqliteJournalStore(Path.Combine(_folder, "journal.db"), _files.Name, checkpointsItself: false);
        if (disk.Pretends != Pretence.None) File.Delete(Path.Combine(_folder, "journal.witness"));
        if (_isMade && _random.Next(4) == 0) _stranger = OpenFile();
        try
        {
            await _store.InitializeAsync(Cancel);
            _isMade = true;
            await CompareAsync();
        }
        catch (SqliteFailureException full) when (full.IsDiskFull && !disk.IsOff)
        {
            Assert.Fail($"{Where}: the journal can't be opened and read on a full disk.");
        }

        _writerId = _random.NextInt64();
        _writer = _store.Connect();
        foreach (var name in s_names.Where(_ => _random.Next(3) > 0)) await ActivateAsync(name);
    }

    private async ValueTask StopAsync()
    {
        _mine.Clear();
        _writer?.Dispose();
        _writer = null;
        _stranger?.Dispose();
        _stranger = null;
        if (_store is not null) await _store.DisposeAsync();
    }

    /// <summary>
    /// Returns the disk capacity. A disk that spoils whole sectors never runs full. There SQLite fills the sector
    /// behind a commit. If a first loss removed the filling and a full disk prevents the checkpoint at the start, the
    /// next torn write takes the end of that commit along.
    /// </summary>
    private long RoomFor(int bytes) => disk.TearsWholeSectors ? long.MaxValue : disk.BytesUsed + bytes;

    private async Task StepOrMakeRoomAsync()
    {
        if (_random.Next(150) == 0) disk.Capacity = RoomFor(_random.Next(100_000));
        try
        {
            await StepAsync();
        }
        catch (SqliteFailureException full) when (full.IsDiskFull && !disk.IsOff)
        {
            await GoOnAfterFullDiskAsync();
        }
    }

    /// <summary>
    /// Reads all known records on a full disk, then frees space and settles the commit in doubt as the writer does.
    /// </summary>
    private async Task GoOnAfterFullDiskAsync()
    {
        await CompareAsync(isSettled: false);
        if (_random.Next(3) > 0) disk.Capacity = long.MaxValue;
        _writer!.Dispose();
        _writer = _store.Connect();
        if (_frameInDoubt is not { } inDoubt)
        {
            count.FullElsewhere++;
            return;
        }

        count.FullAtCommit++;
        if (!_writer.Holds(inDoubt.Frame.Id)) Assert.Empty(_writer.Commit(inDoubt.Frame));
        Acknowledged(inDoubt.Frame, inDoubt.Records);
    }

    private async Task StepAsync()
    {
        switch (_random.Next(40))
        {
            case 0:
                await _store.CheckpointAsync(raw.SQLITE_CHECKPOINT_PASSIVE);
                count.Checkpoints++;
                break;
            case 1:
                await _store.CheckpointAsync(raw.SQLITE_CHECKPOINT_RESTART);
                count.Checkpoints++;
                break;
            case 2:
                await _store.CheckpointAsync(raw.SQLITE_CHECKPOINT_TRUNCATE);
                count.Checkpoints++;
                break;
            case 3:
                await ActivateAsync(s_names[_random.Next(s_names.Length)]);
                break;
            case 4:
                CommitOfThePast();
                break;
            case 5:
                await TakeSnapshotAsync();
                break;
            case 6:
                await PackAsync();
                break;
            default:
                Commit();
                break;
        }
    }

    private async Task ActivateAsync(string name)
    {
        var activation = await _store.ActivateAsync(name, Cancel);
        if (!_known.TryGetValue(name, out var known)) _known.Add(name, known = new KnownStream());
        Assert.True(activation.Epoch > known.Epoch, $"{Where}: {name} was given the epoch {activation.Epoch} again.");
        Assert.Equal(known.Records.Count, activation.Head);
        known.Epoch = activation.Epoch;
        _mine[name] = activation;
    }

    private void Commit()
    {
        var names = _mine.Keys.Order(StringComparer.Ordinal).Where(_ => _random.Next(2) == 0).ToArray();
        if (names.Length == 0) return;
        var records = names.ToDictionary(name => name, _ => Records());
        var frame = FrameMaker.Make(
            new FrameId(_writerId, ++_frameNo), names.Select(name => (_mine[name], records[name])));
        _frameInDoubt = (frame, records);
        Assert.Empty(_writer!.Commit(frame));
        Acknowledged(frame, records);
    }

    private void CommitOfThePast()
    {
        if (_mine.Count == 0) return;
        var name = _mine.Keys.Order(StringComparer.Ordinal).First();
        var past = _mine[name] with { Epoch = _mine[name].Epoch - 1 };
        var frame = FrameMaker.Make(new FrameId(_writerId, ++_frameNo), [(past, Records())]);
        Assert.Equal([past.StreamId], _writer!.Commit(frame));
    }

    private async Task TakeSnapshotAsync()
    {
        var name = s_names[_random.Next(s_names.Length)];
        if (!_mine.TryGetValue(name, out var activation)) return;

        // The state after a record is always the same, and so is a repeated snapshot of it.
        if (_known[name].Snapshots.ContainsKey(activation.Head)) return;
        var body = new byte[_random.Next(20_000)];
        _random.NextBytes(body);
        _snapshotInDoubt = (name, activation.Head, body);
        Assert.True(await _store.PutSnapshotAsync(name, activation.Epoch, activation.Head, body, Cancel));
        _known[name].Snapshots[activation.Head] = body;
        _snapshotInDoubt = null;
        count.Snapshots++;
    }

    private async Task PackAsync()
    {
        var limits = new PackLimits { MaxFrames = 1 + _random.Next(30), SliceBytes = 1 + _random.Next(10_000) };
        while (await new JournalPacker(_store, limits).PackNextAsync((_, _) => true, Cancel) is not null) count.Packs++;
    }

    private byte[][] Records()
    {
        var records = new byte[1 + _random.Next(4)][];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = new byte[_random.Next(_random.Next(10) == 0 ? 9_000 : 300)];
            _random.NextBytes(_random.Next(2) == 0 ? records[i] : records[i].AsSpan(0, records[i].Length / 8));
        }

        return records;
    }

    private void Acknowledged(JournalFrame frame, Dictionary<string, byte[][]> records)
    {
        foreach (var (name, bodies) in records) _known[name].Records.AddRange(bodies);
        foreach (var (name, at) in _mine.ToList())
        {
            var slice = frame.Slices.FirstOrDefault(slice => slice.StreamId == at.StreamId);
            if (slice != default) _mine[name] = at with { Head = slice.LastSequence, Chain = slice.Chain };
        }

        count.FramesAcknowledged++;
        _frameInDoubt = null;
    }

    private async Task CompareAsync(bool isSettled = true)
    {
        if (isSettled) SettleFrame();
        var heads = (await _store.HeadsAsync("", Cancel)).ToDictionary(head => head.Name);
        foreach (var (name, known) in _known)
        {
            Assert.True(heads.TryGetValue(name, out var head), $"{Where}: {name} is gone.");
            Assert.True(head.Epoch >= known.Epoch, $"{Where}: {name} is back at epoch {head.Epoch}.");
            known.Epoch = head.Epoch;
            var found = await _store.ReadAsync(name, 1, long.MaxValue, Cancel).ToListAsync(Cancel);
            Assert.True(
                (head.Head, (long)found.Count) == (known.Records.Count, known.Records.Count),
                $"{Where}: {name} has head {head.Head} and {found.Count} records of {known.Records.Count}.");
            for (var i = 0; i < found.Count; i++)
            {
                Assert.True(
                    found[i].Sequence == i + 1 && found[i].Body.Span.SequenceEqual(known.Records[i]),
                    $"{Where}: {name} has another record at {i + 1}.");
            }

            await CompareSnapshotsAsync(name, known);
        }

        _snapshotInDoubt = null;
        Assert.Empty(await _store.DamagedFramesAsync(Cancel).ToListAsync(Cancel));
        if (_random.Next(8) == 0) CheckFile();
    }

    private void SettleFrame()
    {
        if (_frameInDoubt is not { } inDoubt) return;
        using var connection = _store.Connect();
        if (connection.Holds(inDoubt.Frame.Id))
        {
            Acknowledged(inDoubt.Frame, inDoubt.Records);
            count.InDoubtFound++;
        }
        else
        {
            count.InDoubtGone++;
        }

        _frameInDoubt = null;
    }

    private async Task CompareSnapshotsAsync(string name, KnownStream known)
    {
        var found = await _store.SnapshotsAsync(name, Cancel)
            .ToDictionaryAsync(snapshot => snapshot.Sequence, snapshot => snapshot.Body, cancellationToken: Cancel);
        if (_snapshotInDoubt is { } inDoubt && inDoubt.Stream == name &&
            found.TryGetValue(inDoubt.Sequence, out var landed) && landed.Span.SequenceEqual(inDoubt.Body))
        {
            known.Snapshots[inDoubt.Sequence] = inDoubt.Body;
        }

        foreach (var (sequence, body) in known.Snapshots.OrderByDescending(pair => pair.Key).Take(SnapshotLimits.Kept))
        {
            Assert.True(
                found.TryGetValue(sequence, out var there) && there.Span.SequenceEqual(body),
                $"{Where}: {name} has no snapshot of {sequence}.");
        }
    }

    /// <summary>Opens the file as a tool beside the exchange does.</summary>
    private SqliteDatabase OpenFile()
    {
        var database = SqliteDatabase.Open(Path.Combine(_folder, "journal.db"), _files.Name);
        database.Execute("SELECT COUNT(*) FROM stream_head");
        return database;
    }

    private void CheckFile()
    {
        using var database = OpenFile();
        var verdict = database.Statement("PRAGMA integrity_check");
        Assert.True(verdict.Step());
        Assert.Equal("ok", verdict.Text(0));
        verdict.Reset();
    }

    private string Where => $"Seed {seed}, change {disk.Changes}";
}
