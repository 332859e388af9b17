using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// Assets of which the account has less than a changed trade took back, or than is held for its orders, until enough is
/// there again.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="margin">Its margin.</param>
internal sealed class LackingAssets(Account account, MarginControl margin)
{
    private readonly SortedSet<string> _lacking = new(StringComparer.Ordinal);

    /// <summary>True if it lacks nothing.</summary>
    public bool IsEmpty => _lacking.Count == 0;

    /// <summary>The assets, sorted, for a message.</summary>
    public string Names => string.Join(", ", _lacking);

    /// <summary>
    /// True if it lacks amounts that a changed trade took back. Debt that counts in a margin account's equity is
    /// excluded: a margin call or liquidation covers it.
    /// </summary>
    public bool IsShort
    {
        get
        {
            // Called after each record: enumerating an empty sorted set would allocate.
            if (_lacking.Count == 0)
            {
                return false;
            }

            foreach (var asset in _lacking)
            {
                if (!margin.CountsAsEquity(asset))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Returns true if it lacks an asset.</summary>
    public bool Contains(string asset) => _lacking.Contains(asset);

    /// <summary>
    /// Notes an asset as lacking after a changed trade, or a dividend on units it took, may have taken more than was
    /// free.
    /// </summary>
    public void Find(string asset)
    {
        if (IsLacking(asset))
        {
            _lacking.Add(asset);
        }
    }

    /// <summary>Removes assets that are no longer lacking, after each record.</summary>
    public void Forget()
    {
        if (_lacking.Count > 0)
        {
            _lacking.RemoveWhere(asset => !IsLacking(asset));
        }
    }

    /// <summary>Writes the assets.</summary>
    public void Write(ref RecordWriter to) =>
        to.Items(_lacking, static (ref to, asset) => to.Text(asset));

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from) =>
        _lacking.UnionWith(from.Items(static (ref from) => from.Text()));

    // Holds of a margin account are only noted, and it may owe its own currency.
    private bool IsLacking(string asset) => account.Balances.GetValueOrDefault(asset) is var balance
        && (margin.MarginAccount is { } marginAccount
            ? balance.Total < 0 && asset != marginAccount.Currency.Name
            : balance.Available < 0);
}
