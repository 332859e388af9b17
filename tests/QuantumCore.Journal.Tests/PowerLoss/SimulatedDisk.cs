namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>Syncs that the disk only pretends to perform.</summary>
internal enum Pretence
{
    None = 0,

    /// <summary>Syncs of the write-ahead log: those that <c>synchronous=NORMAL</c> omits at each commit.</summary>
    LogSyncs = 1,

    AllSyncs = 2,
}

/// <summary>
/// An in-memory disk that separates synced from unsynced data, including names. It can lose power at any change or run
/// full. Thread-safe.
/// </summary>
internal sealed class SimulatedDisk(Random random)
{
    private readonly Lock _gate = new();
    private readonly List<(string Name, SimulatedFile? File)> _unsyncedNames = [];
    private Dictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private Dictionary<string, SimulatedFile> _syncedNames = new(StringComparer.Ordinal);
    private int _changesLeft = int.MaxValue;

    /// <summary>
    /// True if a write torn by a power loss may also damage other data in its sector, which the disk reports. False is
    /// SQLite's default assumption about disks.
    /// </summary>
    public bool TearsWholeSectors { get; init; }

    public Pretence Pretends { get; init; }

    /// <summary>Capacity, in bytes.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    public bool IsOff { get; private set; }

    /// <summary>Number of power losses and kills. Files opened before the last one are dead.</summary>
    public int Life { get; private set; }

    /// <summary>Number of writes, syncs and name changes so far.</summary>
    public long Changes { get; private set; }

    public long BytesUsed
    {
        get
        {
            lock (_gate) return _names.Values.Sum(file => (long)file.Size);
        }
    }

    /// <summary>Schedules the end at a later change: by a power loss, or of the process only.</summary>
    public void EndAt(int change) => _changesLeft = change;

    public SimulatedFile? Find(string name)
    {
        lock (_gate) return _names.GetValueOrDefault(name);
    }

    public SimulatedFile? Create(string name) => Change(
        () =>
        {
            var file = new SimulatedFile();
            _names[name] = file;
            _unsyncedNames.Add((name, file));
            return file;
        });

    public bool Delete(string name, bool syncNames) => Change(
        () =>
        {
            if (_names.Remove(name)) _unsyncedNames.Add((name, null));
            if (syncNames && !IsOff) SyncNames();
            return this;
        }) is not null;

    /// <summary>Writes bytes. Returns false if the power is off, null if the disk is full.</summary>
    public bool? Write(SimulatedFile file, long offset, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (IsOff) return false;
            if (offset + bytes.Length > file.Size && BytesUsed + offset + bytes.Length - file.Size > Capacity)
                return null;
            CountChange();
            file.Write(offset, bytes);
            return !IsOff;
        }
    }

    public bool Truncate(SimulatedFile file, long size) => Change(
        () =>
        {
            file.Truncate(size);
            return this;
        }) is not null;

    public bool Sync(SimulatedFile file, bool isLog, bool syncNames) => Change(
        () =>
        {
            if (IsOff || Pretends == Pretence.AllSyncs || (isLog && Pretends == Pretence.LogSyncs)) return this;
            file.Sync();
            if (syncNames) SyncNames();
            return this;
        }) is not null;

    public void NextBytes(Span<byte> into)
    {
        lock (_gate) random.NextBytes(into);
    }

    /// <summary>Kills the process; its unsynced writes are still in flight to the disk.</summary>
    public void KillProcess()
    {
        lock (_gate) BeginLife();
    }

    /// <summary>Turns the power off, if it is on, and on again.</summary>
    public void LosePower()
    {
        lock (_gate)
        {
            var shape = LossShape.Draw(random);
            var left = new Dictionary<string, SimulatedFile>(_syncedNames, StringComparer.Ordinal);
            foreach (var changes in _unsyncedNames.ToLookup(change => change.Name))
            {
                var landed = random.Next(100) < shape.Kept ? changes.Count() : random.Next(changes.Count() + 1);
                if (landed == 0) continue;
                var (name, file) = changes.ElementAt(landed - 1);
                if (file is null) left.Remove(name);
                else left[name] = file;
            }

            _names = left.ToDictionary(
                pair => pair.Key,
                pair => pair.Value.AfterPowerLoss(random, shape, TearsWholeSectors),
                StringComparer.Ordinal);
            _syncedNames = new(_names, StringComparer.Ordinal);
            _unsyncedNames.Clear();
            BeginLife();
        }
    }

    private void BeginLife()
    {
        _changesLeft = int.MaxValue;
        IsOff = false;
        Life++;
    }

    private T? Change<T>(Func<T> change)
        where T : class
    {
        lock (_gate)
        {
            if (IsOff) return null;
            CountChange();
            var done = change();
            return IsOff ? null : done;
        }
    }

    private void CountChange()
    {
        Changes++;
        if (--_changesLeft <= 0) IsOff = true;
    }

    private void SyncNames()
    {
        _syncedNames = new(_names, StringComparer.Ordinal);
        _unsyncedNames.Clear();
    }
}
