namespace QuantumCore.Matching;

/// <summary>Quotes taken on trial; see <see cref="OrderStore.QuotesOf"/>.</summary>
public sealed class QuotesInTurn
{
    private readonly OrderStore _store;
    private readonly int _side;
    private readonly long _except;

    // Orders at the price, in queue order, with displayed lots, an iceberg's reserve and its display quantity.
    private readonly LinkedList<(long Shown, long Reserve, long Display)> _line = new();
    private int _level;

    internal QuotesInTurn(OrderStore store, int side, long except)
    {
        (_store, _side, _except) = (store, side, except);
        _level = store.Sides[side].Best;
        StandInLine();
    }

    /// <summary>Price of the quote, in ticks.</summary>
    public long PriceTicks => _store.Ladder.PriceOf(_level);

    /// <summary>Lots displayed there; 0 if there is no quote any more.</summary>
    public long Lots { get; private set; }

    /// <summary>Takes lots of the quote, at most all of it; icebergs display their next slices.</summary>
    public void Take(long lots)
    {
        for (var left = lots; left > 0 && _line.First is { } first;)
        {
            var (shown, reserve, display) = first.Value;
            _line.RemoveFirst();
            var taken = Math.Min(shown, left);
            left -= taken;
            Lots -= taken;
            if (taken < shown)
                _line.AddFirst((shown - taken, reserve, display));
            else if (reserve > 0)
                Show(reserve, display);
        }

        if (Lots == 0)
        {
            _level = _store.NextWorse(_side, _level);
            StandInLine();
        }
    }

    private void StandInLine()
    {
        for (; _level != 0 && Lots == 0; _level = Lots == 0 ? _store.NextWorse(_side, _level) : _level)
        {
            for (var slot = _store.Ladder[_level].First; slot != 0; slot = _store.Entries[slot].Next)
            {
                if (_except == 0 || _store.Entries[slot].Owner != _except)
                    StandInLine(slot);
            }
        }
    }

    private void StandInLine(int slot)
    {
        var shown = _store.Counted(slot);
        var display = _store.Has(slot, Traits.Iceberg) ? _store.ConditionsOf(slot).Display : 0;
        _line.AddLast((shown, _store.Entries[slot].Leaves - shown, display));
        Lots += shown;
    }

    private void Show(long reserve, long display)
    {
        var shown = Math.Min(reserve, display);
        _line.AddLast((shown, reserve - shown, display));
        Lots += shown;
    }
}
