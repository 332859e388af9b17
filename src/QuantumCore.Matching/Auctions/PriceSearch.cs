namespace QuantumCore.Matching;

/// <summary>Result of an auction at a price.</summary>
internal readonly record struct AuctionResult(long PriceTicks, Int128 Lots, Int128 Imbalance);

/// <summary>Keeps the prices that are best by the rules so far.</summary>
internal struct PriceSearch
{
    private long _lowest;
    private long _highest;
    private Int128 _lots;
    private Int128 _imbalance;
    private bool _sellersLeft;

    // The highest price kept with buyers left, 0 for none. Prices with sellers left are above it.
    private long _buyersThrough;

    public void Look(long from, long through, Int128 demand, Int128 supply)
    {
        var lots = Int128.Min(demand, supply);
        var imbalance = demand - supply;
        if (lots == 0 || lots < _lots || (lots == _lots && Int128.Abs(imbalance) > _imbalance))
            return;

        if (lots > _lots || Int128.Abs(imbalance) < _imbalance)
        {
            (_lots, _imbalance, _lowest) = (lots, Int128.Abs(imbalance), from);
            (_sellersLeft, _buyersThrough) = (false, 0);
        }

        _highest = through;
        if (imbalance > 0)
            _buyersThrough = through;
        else
            _sellersLeft |= imbalance < 0;
    }

    /// <param name="reference">The reference price, in ticks; 0 for none.</param>
    public readonly AuctionResult Choose(long reference)
    {
        if (_lots == 0)
            return default;

        var middle = _lowest + ((_highest - _lowest) >> 1);
        var price = _buyersThrough == _highest ? _highest
            : _sellersLeft && _buyersThrough == 0 ? _lowest
            : reference == 0 ? middle
            : Math.Clamp(reference, _lowest, _highest);
        return new AuctionResult(price, _lots, price <= _buyersThrough ? _imbalance : -_imbalance);
    }
}
