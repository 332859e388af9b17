namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>Share of unsynced data that survives a power loss (each chance from 0 to 100).</summary>
internal readonly record struct LossShape(int Kept, int Torn)
{
    public static LossShape Draw(Random random)
    {
        int[] kept = [0, 10, 50, 90, 100];
        int[] torn = [0, 10, 40];
        return new LossShape(kept[random.Next(kept.Length)], torn[random.Next(torn.Length)]);
    }
}

/// <summary>A file as programs see it, with the durable content as of the last sync.</summary>
internal sealed class SimulatedFile
{
    public const int SectorBytes = 512;

    private readonly List<Change> _unsynced = [];
    private byte[] _now = [];
    private byte[] _synced = [];
    private int _syncedSize;

    /// <summary>Length in bytes as programs see it.</summary>
    public int Size { get; private set; }

    /// <summary>Fills the span, with zeros beyond the end. Returns false if it was partly beyond the end.</summary>
    public bool Read(long offset, Span<byte> into)
    {
        var there = (int)Math.Clamp(Size - offset, 0, into.Length);
        _now.AsSpan((int)Math.Min(offset, Size), there).CopyTo(into);
        into[there..].Clear();
        return there == into.Length;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        var end = (int)offset + bytes.Length;
        EnsureRoom(ref _now, end);
        bytes.CopyTo(_now.AsSpan((int)offset));
        Size = Math.Max(Size, end);
        _unsynced.Add(new Change((int)offset, bytes.ToArray(), Size));
    }

    public void Truncate(long size)
    {
        if (size < Size) _now.AsSpan((int)size, Size - (int)size).Clear();
        EnsureRoom(ref _now, (int)size);
        Size = (int)size;
        _unsynced.Add(new Change((int)size, [], Size));
    }

    public void Sync()
    {
        EnsureRoom(ref _synced, Size);
        foreach (var (offset, bytes, _) in _unsynced)
        {
            var length = Math.Min(bytes.Length, Size - offset);
            if (length > 0) _now.AsSpan(offset, length).CopyTo(_synced.AsSpan(offset));
        }

        _synced.AsSpan(Size).Clear();
        _syncedSize = Size;
        _unsynced.Clear();
    }

    /// <summary>Flips a bit on the disk, as bit rot does.</summary>
    public void Rot(int offset)
    {
        _now[offset] ^= 1;
        _synced[offset] ^= 1;
    }

    /// <summary>
    /// Returns the content after a power loss: each sector as of any of its unsynced writes, the last of these complete
    /// or torn, and a length that the file has had since its last sync.
    /// </summary>
    public SimulatedFile AfterPowerLoss(Random random, in LossShape shape, bool tearsWholeSectors)
    {
        var lengths = _unsynced.ConvertAll(change => change.Size).Append(_syncedSize).ToArray();
        var size = random.Next(100) < shape.Kept ? Size : lengths[random.Next(lengths.Length)];
        var disk = new byte[Math.Max(_now.Length, _synced.Length)];
        _synced.AsSpan(0, _syncedSize).CopyTo(disk);
        foreach (var (sector, changes) in BySector())
        {
            var at = disk.AsSpan(sector * SectorBytes, Math.Min(SectorBytes, disk.Length - sector * SectorBytes));
            LoseSector(at, sector * SectorBytes, changes, random, shape, tearsWholeSectors);
        }

        disk.AsSpan(size).Clear();
        return new SimulatedFile { _now = disk, Size = size, _synced = (byte[])disk.Clone(), _syncedSize = size };
    }

    private static void LoseSector(
        Span<byte> sector, int start, List<Change> changes, Random random, in LossShape shape, bool tearsWholeSectors)
    {
        var landed = random.Next(100) < shape.Kept ? changes.Count : random.Next(changes.Count + 1);
        if (shape.Kept == 0 && random.Next(4) > 0) landed = 0;
        for (var i = 0; i < landed; i++) changes[i].ApplyTo(sector, start, 0, SectorBytes);
        if (landed == changes.Count || random.Next(100) >= shape.Torn) return;
        var cut = random.Next(SectorBytes);
        switch (random.Next(3))
        {
            case 0:
                changes[landed].ApplyTo(sector, start, 0, cut);
                break;
            case 1:
                changes[landed].ApplyTo(sector, start, cut, SectorBytes);
                break;
            default:
                var garbage = changes[landed] with { Bytes = new byte[changes[landed].Bytes.Length] };
                random.NextBytes(garbage.Bytes);
                garbage.ApplyTo(sector, start, 0, SectorBytes);
                if (tearsWholeSectors) random.NextBytes(sector);
                break;
        }
    }

    private SortedDictionary<int, List<Change>> BySector()
    {
        var sectors = new SortedDictionary<int, List<Change>>();
        foreach (var change in _unsynced)
        {
            var last = (change.Offset + change.Bytes.Length - 1) / SectorBytes;
            for (var sector = change.Offset / SectorBytes; sector <= last && change.Bytes.Length > 0; sector++)
            {
                if (!sectors.TryGetValue(sector, out var changes)) sectors.Add(sector, changes = []);
                changes.Add(change);
            }
        }

        return sectors;
    }

    private static void EnsureRoom(ref byte[] bytes, int size)
    {
        if (size > bytes.Length) Array.Resize(ref bytes, Math.Max(size, bytes.Length * 2));
    }

    /// <summary>A write, or without bytes a new length.</summary>
    private sealed record Change(int Offset, byte[] Bytes, int Size)
    {
        /// <summary>Copies the part of the write between two positions of a sector to that sector.</summary>
        public void ApplyTo(Span<byte> sector, int start, int from, int to)
        {
            var first = Math.Max(Offset, start + from);
            var end = Math.Min(Offset + Bytes.Length, start + Math.Min(to, sector.Length));
            if (first < end) Bytes.AsSpan(first - Offset, end - first).CopyTo(sector[(first - start)..]);
        }
    }
}
