using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>The resting orders of one side; see <see cref="OrderStore.Orders"/>.</summary>
public struct OrdersInPriority
{
    private readonly OrderStore _store;
    private readonly int _side;
    private int _displayed;
    private int _hidden;
    private int _slot;
    private bool _started;

    internal OrdersInPriority(OrderStore store, int side)
    {
        _store = store;
        _side = side;
    }

    /// <summary>The current order of the enumeration.</summary>
    public readonly RestingOrder Current => _store.OrderIn(_slot);

    internal readonly int Slot => _slot;

    /// <summary>Returns a new enumeration, before its first order.</summary>
    public readonly OrdersInPriority GetEnumerator() => new(_store, _side);

    /// <summary>Moves to the next order; returns false if there is none.</summary>
    public bool MoveNext()
    {
        if (_slot != 0 && _store.Entries[_slot].Next is not 0 and var next)
        {
            _slot = next;
            return true;
        }

        if (!_started)
        {
            _started = true;
            _displayed = _store.Sides[_side].Best;
            _hidden = _store.Sides[_side + Hidden].Best;
            _slot = _store.Ladder[_store.Sides[_side + MarketOrders].Best].First;
            if (_slot != 0)
                return true;
        }

        _slot = _store.Ladder[NextLevel()].First;
        return _slot != 0;
    }

    /// <summary>
    /// Returns the better of the next displayed level and the next one that is not; displayed first at one price.
    /// </summary>
    private int NextLevel()
    {
        var ladder = _store.Ladder;
        var side = _side ^ 1;
        var displayed = _hidden == 0
            || (_displayed != 0
                && SignedPriceKey(side, ladder.PriceOf(_displayed)) <= SignedPriceKey(side, ladder.PriceOf(_hidden)));
        var level = displayed ? _displayed : _hidden;
        if (level == 0)
            return 0;
        if (displayed)
            _displayed = _store.NextWorse(_side, level);
        else
            _hidden = _store.NextWorse(_side + Hidden, level);
        return level;
    }
}
