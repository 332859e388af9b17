using System.Text;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>The permanent use of a client's key.</summary>
/// <param name="Sequence">Sequence of the account's record that used it.</param>
/// <param name="RequestHash">Hash of the request; 0 for a name that was cancelled before its order arrived.</param>
/// <param name="Number">Number of the order it named, or 0.</param>
/// <param name="Symbol">The order's book; empty for an amendment recorded by an older version.</param>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="ReduceToLots">
/// For an amendment that reduced an order in place: the total it named, in lots; else 0.
/// </param>
internal readonly record struct UsedKey(
    long Sequence, ulong RequestHash, long Number, string Symbol, RejectReason Reason, long ReduceToLots = 0)
{
    /// <summary>True if it names an order of its own.</summary>
    public bool IsOrder => Number != 0 && ReduceToLots == 0;

    /// <summary>
    /// The order it leads to: its own, or one that it reduced in place; UnknownOrder if there is none.
    /// </summary>
    public NamedOrder Order => string.IsNullOrEmpty(Symbol)
        ? new NamedOrder(RejectReason.UnknownOrder, "", 0)
        : new NamedOrder(RejectReason.None, Symbol, Number);
}

/// <summary>All keys that an account has used. A key of 12 letters takes about 35 bytes, plus 14 for lookup.</summary>
internal sealed class UsedKeys
{
    private readonly EntryLog _log;
    private bool _hasReductions;

    /// <summary>Creates an empty set of keys.</summary>
    public UsedKeys()
        : this(new EntryLog())
    {
    }

    private UsedKeys(EntryLog log) => _log = log;

    /// <summary>Returns the use of a key; false if it is unused.</summary>
    public bool TryGetValue(string name, out UsedKey key)
    {
        var size = Encoding.UTF8.GetMaxByteCount(name.Length);
        var bytes = size <= 256 ? stackalloc byte[256] : new byte[size];
        bytes = bytes[..Encoding.UTF8.GetBytes(name, bytes)];
        return TryFind(bytes, HashOf(bytes), out key);
    }

    /// <summary>Adds an unused key.</summary>
    /// <exception cref="InvalidOperationException">The key is used: two records use it.</exception>
    public void Add(string name, in UsedKey key)
    {
        var to = new RecordWriter();
        to.Text(name);
        var bytes = RecordReader.Headless(to.ToSpan()).Bytes();
        var hash = HashOf(bytes);
        if (TryFind(bytes, hash, out var before))
        {
            throw new InvalidOperationException(
                $"The key {name} of record {key.Sequence} was used by record {before.Sequence}.");
        }

        to.Count(key.Sequence);
        to.Fixed64(unchecked((long)key.RequestHash));
        to.Count(key.Number);
        to.Text(key.Symbol);
        to.Count((int)key.Reason);
        to.Count(key.ReduceToLots);
        _log.Add(hash, to.ToSpan());
        _hasReductions |= key.ReduceToLots != 0;
    }

    /// <summary>Returns the same keys without the books of amendments that reduced an order in place.</summary>
    public UsedKeys WithoutBooksOfReductions()
    {
        if (!_hasReductions)
        {
            return this;
        }

        var state = new CapturedState();
        _log.AddTo(state);
        var from = RecordReader.Headless(state.ToArray());
        var all = new UsedKeys();
        EntryLog.Read(ref from, (ref entry, _) =>
        {
            var name = entry.Bytes();
            var key = ReadRest(ref entry);
            all.Add(Encoding.UTF8.GetString(name), key.ReduceToLots == 0 ? key : key with { Symbol = "" });
            return HashOf(name);
        });
        return all;
    }

    /// <summary>Adds all keys to a snapshot, in the sequence of their use.</summary>
    public void AddTo(CapturedState state) => _log.AddTo(state);

    /// <summary>Reads what <see cref="AddTo"/> added.</summary>
    public static UsedKeys Read(ref RecordReader from)
    {
        var hasReductions = false;
        var log = EntryLog.Read(ref from, (ref entry, _) =>
        {
            var hash = HashOf(entry.Bytes());
            entry.Count();
            entry.Fixed64();
            entry.Count();
            entry.Bytes();
            entry.Count();
            hasReductions |= entry.Count() != 0;
            return hash;
        });
        return new UsedKeys(log) { _hasReductions = hasReductions };
    }

    private static UsedKey ReadRest(ref RecordReader from) => new(
        from.Count(),
        unchecked((ulong)from.Fixed64()),
        from.Count(),
        from.Text(),
        (RejectReason)from.Count16(),
        from.Count());

    private bool TryFind(ReadOnlySpan<byte> name, uint hash, out UsedKey key)
    {
        foreach (var position in _log.Find(hash))
        {
            var from = RecordReader.Headless(_log.At(position));
            if (from.Bytes().SequenceEqual(name))
            {
                key = ReadRest(ref from);
                return true;
            }
        }

        key = default;
        return false;
    }

    // Seeded per process, because clients choose the names and must not be able to force collisions.
    private static uint HashOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        hash.AddBytes(name);
        return unchecked((uint)hash.ToHashCode());
    }
}
