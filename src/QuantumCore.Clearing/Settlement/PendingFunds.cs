namespace QuantumCore.Clearing;

/// <summary>
/// Settlement term of trades that settle together: same venue, same UTC day, same number of business days.
/// </summary>
/// <param name="Venue">The settlement venue.</param>
/// <param name="TradeDay">UTC day of the trades since 1970.</param>
/// <param name="Days">Business days from trade to settlement, 1 or more.</param>
public readonly record struct SettlementTerm(string Venue, long TradeDay, int Days);

/// <summary>
/// Amounts an account has traded and not settled, by asset and term: minor units, negative if to be given. Trades and
/// settlements may be applied in any sequence with the same result. It asks no calendar: the venue decides, once, when
/// a term settles.
/// </summary>
public sealed class PendingFunds
{
    private readonly SortedDictionary<(string Asset, string Venue, long TradeDay, int Days), long> _amounts =
        new(Comparer<(
        string Asset, string Venue, long TradeDay, int Days)>.Create(static (one, other) =>
            string.CompareOrdinal(one.Asset, other.Asset) is var asset and not 0 ? asset
            : string.CompareOrdinal(one.Venue, other.Venue) is var venue and not 0 ? venue
            : (one.TradeDay, one.Days).CompareTo((other.TradeDay, other.Days))));

    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    /// <summary>True if nothing is pending.</summary>
    public bool IsEmpty => _amounts.Count == 0;

    /// <summary>All entries, sorted by asset, venue and day.</summary>
    public IEnumerable<(string Asset, SettlementTerm Term, long Amount)> Entries =>
        _amounts.Select(
            entry => (entry.Key.Asset, new SettlementTerm(entry.Key.Venue, entry.Key.TradeDay, entry.Key.Days),
                entry.Value));

    /// <summary>Returns true if something of an asset is pending.</summary>
    public bool Has(string asset) => _sums.ContainsKey(asset);

    /// <summary>Returns the sum of what is pending of an asset, minor units.</summary>
    public long SumOf(string asset) => _sums.GetValueOrDefault(asset);

    /// <summary>Returns true if something is pending at a venue.</summary>
    public bool IsAt(string venue)
    {
        foreach (var key in _amounts.Keys)
        {
            if (key.Venue == venue)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds a traded amount; a settled amount is added with the opposite sign.</summary>
    public void Add(string asset, in SettlementTerm term, long amount)
    {
        if (amount == 0)
        {
            return;
        }

        var key = (asset, term.Venue, term.TradeDay, term.Days);
        var after = checked(_amounts.GetValueOrDefault(key) + amount);
        if (after == 0)
        {
            _amounts.Remove(key);
        }
        else
        {
            _amounts[key] = after;
        }

        _sums[asset] = checked(_sums.GetValueOrDefault(asset) + amount);
        if (_sums[asset] == 0 && _amounts.Keys.All(other => other.Asset != asset))
        {
            _sums.Remove(asset);
        }
    }
}
