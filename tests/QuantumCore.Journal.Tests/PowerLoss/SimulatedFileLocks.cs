using System.Runtime.InteropServices;

namespace QuantumCore.Journal.Tests.PowerLoss;

/// <summary>
/// State of a file shared by the connections of one process: SQLite's locks and the index of its write-ahead log. It
/// ends with the process.
/// </summary>
internal sealed class SimulatedFileLocks
{
    public const int Shared = 1;
    public const int Reserved = 2;
    public const int Pending = 3;
    public const int Exclusive = 4;

    private readonly Lock _gate = new();
    private readonly Dictionary<object, int> _levels = [];
    private readonly Dictionary<(object Holder, int Slot), bool> _indexLocks = [];
    private readonly HashSet<object> _indexUsers = [];
    private readonly List<nint> _indexRegions = [];

    /// <summary>Raises the holder's lock. Returns false if another lock prevents it.</summary>
    public bool Raise(object holder, int level)
    {
        lock (_gate)
        {
            var mine = _levels.GetValueOrDefault(holder);
            if (mine >= level) return true;
            var others = _levels.Where(pair => pair.Key != holder).Select(pair => pair.Value).DefaultIfEmpty().Max();
            if (level == Shared && others >= Pending) return false;
            if (level >= Reserved && others >= Reserved) return false;
            _levels[holder] = level;
            if (level < Exclusive || others == 0) return true;
            _levels[holder] = Pending;
            return false;
        }
    }

    public void LowerTo(object holder, int level)
    {
        lock (_gate) _levels[holder] = level;
    }

    public bool IsReserved()
    {
        lock (_gate) return _levels.Values.Any(level => level >= Reserved);
    }

    /// <summary>Returns part of the index, zeroed when new; 0 if it does not exist and must not be created.</summary>
    public unsafe nint IndexRegion(object user, int number, int bytes, bool make)
    {
        lock (_gate)
        {
            _indexUsers.Add(user);
            if (!make && number >= _indexRegions.Count) return 0;
            while (_indexRegions.Count <= number) _indexRegions.Add((nint)NativeMemory.AllocZeroed((nuint)bytes));
            return _indexRegions[number];
        }
    }

    public bool LockIndex(object holder, int first, int count, bool exclusive)
    {
        lock (_gate)
        {
            var slots = Enumerable.Range(first, count).ToArray();
            foreach (var ((other, slot), held) in _indexLocks)
            {
                if (other != holder && slots.Contains(slot) && (exclusive || held)) return false;
            }

            foreach (var slot in slots) _indexLocks[(holder, slot)] = exclusive;
            return true;
        }
    }

    public void UnlockIndex(object holder, int first, int count)
    {
        lock (_gate)
        {
            for (var slot = first; slot < first + count; slot++) _indexLocks.Remove((holder, slot));
        }
    }

    public unsafe void LeaveIndex(object user)
    {
        lock (_gate)
        {
            foreach (var held in _indexLocks.Keys.Where(key => key.Holder == user).ToList()) _indexLocks.Remove(held);
            if (!_indexUsers.Remove(user) || _indexUsers.Count > 0) return;
            foreach (var region in _indexRegions) NativeMemory.Free((void*)region);
            _indexRegions.Clear();
        }
    }

    public void Leave(object holder)
    {
        lock (_gate) _levels.Remove(holder);
    }
}
