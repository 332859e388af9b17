using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>Moves pegs with the quotes, and parks those without a price (RULES 8).</summary>
internal sealed class PegMovement(OrderStore store, Pegs pegs, OrderEndings endings, TakerPhase takers)
{
    private readonly List<int> _moving = [];

    public void Start(int slot)
    {
        pegs.Add(slot);
        var price = store.Phase == TradingPhase.Continuous ? pegs.PriceOf(slot) : 0;
        if (price == 0)
            Park(slot);
        else
            takers.Enter(slot, price);
    }

    public void Park(int slot, OrderPlace place = OrderPlace.Parked)
    {
        ref var entry = ref store.Entries[slot];
        entry.Place = place;
        store.Append(
            BookEventKind.Parked, entry.Side, EndReason.None, entry.Id, store.ConditionsOf(slot).Price,
            store.Entries[slot].TotalLots, entry.Leaves);
    }

    /// <summary>Removes all pegs from the book. Pegs that are already out cause no event.</summary>
    public void ParkAll()
    {
        foreach (var slot in pegs.Slots)
        {
            ref var entry = ref store.Entries[slot];
            if (entry.Place == OrderPlace.Parked)
                continue;
            if (entry.Place == OrderPlace.Entering && !store.ConditionsOf(slot).WasResting)
            {
                entry.Place = OrderPlace.Parked;
                continue;
            }

            if (entry.Place == OrderPlace.Resting)
                endings.Leave(slot);
            Park(slot);
        }

        pegs.ForgetQuotes();
    }

    /// <summary>Moves the pegs whose price changed: all leave, then return one by one and match.</summary>
    public bool Reprice()
    {
        if (pegs.Slots.Count == 0 || !pegs.NoteQuotes())
            return false;

        Move();
        return _moving.Count > 0;
    }

    private void Move()
    {
        _moving.Clear();
        var quotes = pegs.Quotes();
        foreach (var slot in pegs.Slots)
        {
            ref var entry = ref store.Entries[slot];
            var price = pegs.PriceOf(slot, quotes);
            if (price == (entry.Place == OrderPlace.Resting ? store.Ladder.PriceOf(entry.Level) : 0))
                continue;

            ref var kept = ref store.ConditionsOf(slot);
            kept.WasResting = entry.Place == OrderPlace.Resting;
            kept.Peak = kept.WasResting ? store.Ladder.PriceOf(entry.Level) : 0;
            if (kept.WasResting)
                endings.Leave(slot);
            entry.Place = OrderPlace.Entering;
            _moving.Add(slot);
        }

        var open = store.OpenOrders;
        for (var i = 0; i < _moving.Count; i++)
        {
            // A peg that returns can change the quotes only by ending other orders.
            if (store.OpenOrders != open)
            {
                open = store.OpenOrders;
                quotes = pegs.Quotes();
            }

            // An earlier peg cannot have ended this one: an entering order has no place where it could be met.
            if (store.Phase == TradingPhase.Continuous)
                ComeBack(_moving[i], pegs.PriceOf(_moving[i], quotes));
        }
    }

    private void ComeBack(int slot, long price)
    {
        if (price == 0)
        {
            Park(slot);
            return;
        }

        ref var entry = ref store.Entries[slot];
        store.Append(
            BookEventKind.Repriced, entry.Side, EndReason.None, entry.Id, price, store.ConditionsOf(
                slot).Peak, entry.Leaves);
        store.ConditionsOf(slot).WasResting = true;
        takers.Enter(slot, price);
    }

    public void Reenter(int slot, long price)
    {
        if (!store.Has(slot, Traits.Peg))
            takers.Enter(slot, price);
        else if (pegs.PriceOf(slot) is not 0 and var pegged)
            takers.Enter(slot, pegged);
        else
            Park(slot);
    }
}
