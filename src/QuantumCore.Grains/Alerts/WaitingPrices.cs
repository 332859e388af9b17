using QuantumCore.Contracts;

namespace QuantumCore.Grains.Alerts;

/// <summary>Waiting prices of one symbol, sorted by price: a trade costs the same however many wait.</summary>
internal sealed class WaitingPrices
{
    private readonly Dictionary<(long Account, long Id), WatchedPrice> _all = [];
    private readonly SortedSet<(long Ticks, long Account, long Id)> _above = [];
    private readonly SortedSet<(long Ticks, long Account, long Id)> _below = [];

    /// <summary>Number of prices, waiting and fired.</summary>
    public int Count => _all.Count;

    /// <summary>The prices, waiting and fired.</summary>
    public IReadOnlyCollection<WatchedPrice> All => _all.Values;

    /// <summary>Returns true if this price is there.</summary>
    public bool Contains(WatchedPrice price) => _all.ContainsKey((price.Account, price.Id));

    /// <summary>Adds a price that is not there.</summary>
    public void Add(WatchedPrice price)
    {
        _all.Add((price.Account, price.Id), price);
        if (price.FiredNanos == 0)
            SideOf(price).Add(KeyOf(price));
    }

    /// <summary>Removes a price; returns false if it was not there.</summary>
    public bool Remove(long account, long id)
    {
        if (!_all.Remove((account, id), out var price))
            return false;
        SideOf(price).Remove(KeyOf(price));
        return true;
    }

    /// <summary>Fires the prices that a trade reaches, and returns them.</summary>
    /// <param name="ticks">Price of the trade, in ticks.</param>
    /// <param name="nanos">Time of the trade, Unix nanoseconds.</param>
    /// <param name="sequence">Sequence of the trade in its book.</param>
    public List<WatchedPrice> Fire(long ticks, long nanos, long sequence)
    {
        List<WatchedPrice> fired = [];
        if (_above.Count > 0 && _above.Min.Ticks <= ticks)
            fired.AddRange(
                _above.TakeWhile(key => key.Ticks <= ticks).Select(Of).Where(price => price.AfterSequence < sequence));
        if (_below.Count > 0 && _below.Max.Ticks >= ticks)
            fired.AddRange(_below.Reverse().TakeWhile(key => key.Ticks >= ticks).Select(Of)
                .Where(price => price.AfterSequence < sequence));
        for (var i = 0; i < fired.Count; i++)
        {
            SideOf(fired[i]).Remove(KeyOf(fired[i]));
            fired[i] = fired[i] with { FiredTicks = ticks, FiredNanos = nanos };
            _all[(fired[i].Account, fired[i].Id)] = fired[i];
        }

        return fired;
    }

    private WatchedPrice Of((long Ticks, long Account, long Id) key) => _all[(key.Account, key.Id)];

    private SortedSet<(long Ticks, long Account, long Id)> SideOf(WatchedPrice price) =>
        price.IsAbove ? _above : _below;

    private static (long Ticks, long Account, long Id) KeyOf(WatchedPrice price) =>
        (price.PriceTicks, price.Account, price.Id);
}
