using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.Simulation.Host;

namespace QuantumCore.Simulation;

/// <summary>The database shared by all silos. It outlives each of them, and a witness sees every commit.</summary>
internal sealed class Database
{
    // Unique in the whole process: copies of this assembly share SQLite, and each starts counting anew.
    private static readonly string s_name = RandomNumberGenerator.GetHexString(16);
    private static int s_last;
    private readonly World _world;

    public Database(World world)
    {
        _world = world;
        Witness = new Witness(world);
        var file = $"file:{s_name}{Interlocked.Increment(ref s_last)}?mode=memory&cache=shared";
        History = new HistoryStore(new SqliteHistory(file) { Pool = world.Outside });
    }

    public VolatileJournalStore Journal { get; } = new();

    public HistoryStore History { get; }

    public Witness Witness { get; }

    /// <summary>States of grains with persistent state, serialized.</summary>
    public Dictionary<StateKey, (long Version, byte[]? Bytes)> GrainStates { get; } = [];

    public long LastStateVersion { get; set; }

    /// <summary>Registered reminders.</summary>
    public HashSet<(GrainId Grain, string Name)> Reminders { get; } = [];

    /// <summary>Number of times that old frames were merged into one.</summary>
    public long Packs { get; private set; }

    public bool IsDown { get; set; }

    /// <summary>True if the disk is full: reads work, writes fail.</summary>
    public bool IsFull { get; set; }

    public void RequireUp()
    {
        if (IsDown)
            throw new IOException("The database is down.");
    }

    public void RequireRoom()
    {
        RequireUp();
        if (IsFull)
            throw new IOException("The disk is full.");
    }

    /// <summary>Commits a frame in one transaction, all or nothing.</summary>
    public IReadOnlyCollection<long> Land(JournalFrame frame)
    {
        using var connection = Journal.Connect();
        var refused = connection.Commit(frame);
        if (refused.Count == 0)
            Witness.Saw(frame);
        return refused;
    }

    /// <summary>Commits a pack in one transaction. The packed records must equal the original ones.</summary>
    public async Task<bool> LandAsync(JournalPack pack)
    {
        var streams = await Journal.NamesAsync(
            [.. pack.Slices.Select(slice => slice.StreamId).Distinct()], CancellationToken.None);
        var before = Told();
        if (!await Journal.PackAsync(pack, CancellationToken.None))
            return false;

        Packs++;
        try
        {
            if (!before.SequenceEqual(Told()))
                _world.Find($"a pack of {pack.Frames.Count} frames does not say what they said");
        }
        catch (JournalCorruptionException damage)
        {
            _world.Find($"a pack of {pack.Frames.Count} frames can't be read: {damage.Message}");
        }

        return true;

        List<string> Told() =>
        [
            .. from slice in pack.Slices
               from record in Journal.ReadAsync(
                   streams[slice.StreamId], slice.FirstSequence, slice.LastSequence, CancellationToken.None)
                   .ToBlockingEnumerable()
               select $"{slice.StreamId} {record.Sequence} {record.Epoch} {Convert.ToHexString(record.Body.Span)}",
        ];
    }

    /// <summary>Commits a frame later: the transaction is in flight when its connection is lost.</summary>
    public void LandLater(JournalFrame frame) =>
        new SimTimer(_world, _world.Outside, _ => Land(frame), null)
            .Change(_world.Within(100, 3_000_000), Timeout.InfiniteTimeSpan);

    /// <summary>Releases its memory.</summary>
    public void Close() => _ = History.Database.CloseAsync().AsTask();
}

/// <summary>The database as one silo reaches it: with delays, and with failures before and after the fact.</summary>
internal sealed class SiloStore(World world, Silo silo) : IJournalStore
{
    private VolatileJournalStore Journal => world.Database.Journal;

    public Task InitializeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<StreamActivation> ActivateAsync(string stream, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        world.Database.RequireRoom();
        var activation = await Journal.ActivateAsync(stream, cancellationToken);
        world.Database.Witness.Activated(stream, activation);
        await UnderWayAsync();
        return activation;
    }

    public IJournalConnection Connect()
    {
        world.Database.RequireUp();
        return new SiloConnection(world, silo);
    }

    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string stream, long fromSequence, long throughSequence,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        var read = 0;
        await foreach (var record in Journal.ReadAsync(stream, fromSequence, throughSequence, cancellationToken))
        {
            yield return record;
            if ((++read & 63) == 0)
                await UnderWayAsync();
        }
    }

    public async Task<IReadOnlyList<StreamHead>> HeadsAsync(string namePrefix, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        var heads = await Journal.HeadsAsync(namePrefix, cancellationToken);
        await UnderWayAsync();
        return heads;
    }

    public async Task<IReadOnlyDictionary<long, long>> EpochsAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        var epochs = await Journal.EpochsAsync(streamIds, cancellationToken);
        await UnderWayAsync();
        return epochs;
    }

    public async Task<bool> PutSnapshotAsync(
        string stream, long epoch, long sequence, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        world.Database.RequireRoom();
        var stored = await Journal.PutSnapshotAsync(stream, epoch, sequence, body, cancellationToken);
        if (stored)
            world.Database.Witness.Snapshotted(stream, sequence, body.Span);
        await UnderWayAsync();
        return stored;
    }

    public async IAsyncEnumerable<StreamSnapshot> SnapshotsAsync(
        string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        await foreach (var snapshot in Journal.SnapshotsAsync(stream, cancellationToken))
            yield return snapshot;
    }

    public IAsyncEnumerable<FrameId> DamagedFramesAsync(CancellationToken cancellationToken) =>
        Journal.DamagedFramesAsync(cancellationToken);

    public async Task<UnpackedFrames> UnpackedAsync(PackLimits limits, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        var frames = await Journal.UnpackedAsync(limits, cancellationToken);
        await UnderWayAsync();
        return frames;
    }

    public async Task<IReadOnlyDictionary<long, string>> NamesAsync(
        IReadOnlyCollection<long> streamIds, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        return await Journal.NamesAsync(streamIds, cancellationToken);
    }

    public async Task<bool> PackAsync(JournalPack pack, CancellationToken cancellationToken)
    {
        await UnderWayAsync();
        world.Database.RequireRoom();
        var done = await world.Database.LandAsync(pack);
        await UnderWayAsync();
        return done;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Simulates the delay of a call, which may fail.</summary>
    public async Task UnderWayAsync()
    {
        if (world.Chance(0.2))
            await Task.Delay(world.Within(10, 3_000), silo.Clock);
        else
            await Task.Yield();
        world.Database.RequireUp();
        if (world.Chance(world.Faults.StoreCallFails))
            throw new IOException("The answer of the database was lost.");
    }
}

/// <summary>A silo's connection for commits.</summary>
internal sealed class SiloConnection(World world, Silo silo) : IJournalConnection
{
    public IReadOnlyCollection<long> Commit(JournalFrame frame)
    {
        var database = world.Database;
        var faults = world.Faults;
        database.RequireRoom();
        if (world.Chance(faults.CommitFailsBefore))
            throw new IOException("The commit failed.");
        if (world.Chance(faults.KilledBeforeCommit))
        {
            silo.Kill("before a commit");
            throw new IOException("Killed.");
        }

        if (world.Chance(faults.CommitLandsLate))
        {
            database.LandLater(frame);
            throw new IOException("The connection was lost during the commit.");
        }

        var refused = database.Land(frame);
        if (world.Chance(faults.KilledAfterCommit))
            silo.Kill("after a commit");
        else if (!world.Chance(faults.CommitFailsAfter))
            return refused;
        throw new IOException("The answer to the commit was lost.");
    }

    public bool Holds(FrameId frame)
    {
        world.Database.RequireUp();
        using var connection = world.Database.Journal.Connect();
        return connection.Holds(frame);
    }

    public void Dispose()
    {
    }
}
