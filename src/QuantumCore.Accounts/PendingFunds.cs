namespace QuantumCore.Accounts;

/// <summary>Trades that settle together: those of one UTC day at one venue, after the same number of business days.</summary>
/// <param name="Venue">The settlement venue.</param>
/// <param name="TradeDay">Number of the UTC day of the trades, since 1970.</param>
/// <param name="Days">Business days to settlement, 1 or more.</param>
public readonly record struct SettlementTerm(string Venue, long TradeDay, int Days);

/// <summary>
/// What an account has traded and not settled, by asset and term: minor units, less than zero is to be given. What was folded in whatever
/// sequence, a trade or its settlement first, comes to the same. No calendar is asked here: when a term settles its venue decides, once.
/// </summary>
public sealed class PendingFunds
{
    private readonly SortedDictionary<(string Asset, string Venue, long TradeDay, int Days), long> _amounts = new(Comparer<(
        string Asset, string Venue, long TradeDay, int Days)>.Create(static (one, other) =>
            string.CompareOrdinal(one.Asset, other.Asset) is var asset and not 0 ? asset
            : string.CompareOrdinal(one.Venue, other.Venue) is var venue and not 0 ? venue
            : (one.TradeDay, one.Days).CompareTo((other.TradeDay, other.Days))));

    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    /// <summary>Nothing is pending.</summary>
    public bool IsEmpty => _amounts.Count == 0;

    /// <summary>All of it, by asset, venue and day.</summary>
    public IEnumerable<(string Asset, SettlementTerm Term, long Amount)> Entries =>
        _amounts.Select(entry => (entry.Key.Asset, new SettlementTerm(entry.Key.Venue, entry.Key.TradeDay, entry.Key.Days), entry.Value));

    /// <summary>Whether something of an asset is pending.</summary>
    public bool Has(string asset) => _sums.ContainsKey(asset);

    /// <summary>The sum of what is pending of an asset, minor units.</summary>
    public long SumOf(string asset) => _sums.GetValueOrDefault(asset);

    /// <summary>Whether something is pending at a venue.</summary>
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

    /// <summary>Traded, or less than zero: settled.</summary>
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
