using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// The orders of a side in the sequence in which an auction fills them: market orders first, then by price those with a
/// worst price, displayed, hidden.
/// </summary>
internal struct AuctionQueue(OrderStore store, AuctionPricing pricing, int side)
{
    private bool _isOpen;
    private int _displayed;
    private int _hidden;
    private int _slot;

    // Index of the next market order with a worst price.
    private int _capped;

    // True if the order is visited alone: the one behind it in its queue has another worst price, or none.
    private bool _isAlone;

    /// <summary>Returns the order to fill now; the same one until <see cref="Step"/>.</summary>
    /// <exception cref="InvalidOperationException">No order is left.</exception>
    public int Next()
    {
        while (_slot == 0 || StaysOut())
        {
            if (_slot != 0)
                Step(_slot);
            if (_slot == 0)
                OpenNextLevel();
        }

        return _slot;
    }

    /// <summary>Moves behind an order that is about to leave its queue.</summary>
    public void Step(int slot) => _slot = _isAlone ? 0 : store.Entries[slot].Next;

    // Market orders with a worst price are visited among the prices.
    private readonly bool StaysOut() => store.Has(_slot, Traits.AllOrNone)
        || (!_isAlone && store.Has(_slot, Traits.MarketOrder) && pricing.IsCapped(_slot));

    /// <summary>
    /// Moves to the first order of the next level. Cursors run ahead of the levels that are being emptied.
    /// </summary>
    private void OpenNextLevel()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            _displayed = store.Sides[side].Best;
            _hidden = store.Sides[side + Hidden].Best;
            _slot = store.Ladder[store.Sides[side + MarketOrders].Best].First;
            return;
        }

        _isAlone = TryTakeCapped();
        if (_isAlone)
            return;
        if (_displayed == 0 && _hidden == 0)
            throw new InvalidOperationException("An auction gives more lots than a side has.");

        var takesDisplayed = _hidden == 0 || (_displayed != 0 && IsAtLeastAsGood(_displayed, _hidden));
        if (takesDisplayed)
        {
            _slot = store.Ladder[_displayed].First;
            _displayed = store.NextWorse(side, _displayed);
        }
        else
        {
            _slot = store.Ladder[_hidden].First;
            _hidden = store.NextWorse(side + Hidden, _hidden);
        }
    }

    private readonly bool IsAtLeastAsGood(int level, int other) =>
        SignedPriceKey(side ^ 1, store.Ladder.PriceOf(level)) <= SignedPriceKey(side ^ 1, store.Ladder.PriceOf(other));

    /// <summary>Moves to the next market order with a worst price, if no level is better.</summary>
    private bool TryTakeCapped()
    {
        var capped = pricing.Capped[side];
        // One may have ended meanwhile, with a sibling.
        while (_capped < capped.Count && !IsStillMarketOrder(capped[_capped]))
            _capped++;
        if (_capped == capped.Count)
            return false;

        var next = capped[_capped];
        foreach (var level in (ReadOnlySpan<int>)[_displayed, _hidden])
        {
            if (level != 0
                && SignedPriceKey(side ^ 1, store.Ladder.PriceOf(level)) < SignedPriceKey(side ^ 1, next.Price))
                return false;
        }

        _capped++;
        _slot = next.Slot;
        return true;
    }

    private readonly bool IsStillMarketOrder(in CappedOrder order) => store.Entries[order.Slot] is { Id: not 0 } entry
        && entry.Priority == order.Priority && (entry.Traits & Traits.MarketOrder) != 0;
}
