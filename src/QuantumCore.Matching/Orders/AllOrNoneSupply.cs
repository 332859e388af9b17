using QuantumCore.Instruments;
using static QuantumCore.Matching.LadderSide;

namespace QuantumCore.Matching;

/// <summary>
/// Summary of the orders that waiting all-or-none orders could trade with. It rules out those that cannot be filled, so
/// that many of them do not walk the book each time an order comes to rest (RULES 4.6).
/// </summary>
/// <remarks>
/// An order that it rules out would fail its dry run too. It holds for the book as it is: after each change, call
/// <see cref="Forget"/>.
/// </remarks>
internal sealed class AllOrNoneSupply(OrderStore store)
{
    private readonly Dictionary<long, SupplyView> _views = [];
    private readonly Stack<SupplyView> _unused = [];

    // The last limit, and the lots up to it; FarthestKey before the first.
    private long _limit = FarthestKey;
    private long _lots;

    // Lots that came to rest on each side, and the orders that could not be filled, by id.
    private readonly Int128[] _added = new Int128[2];
    private readonly Dictionary<long, Shortage> _short = [];

    /// <summary>An order that can't be filled before more lots have come to rest.</summary>
    /// <param name="Wanted">Its lots.</param>
    /// <param name="Limit">Its limit.</param>
    /// <param name="Band">The band: another one may let more trade.</param>
    /// <param name="Enough">Lots that must have come to rest before there can be enough.</param>
    /// <param name="Blocker">Own order that ends it; 0 for none.</param>
    /// <param name="Place">Priority of that order: there it still stands.</param>
    private readonly record struct Shortage(
        long Wanted, long Limit, (long Low, long High) Band, Int128 Enough, long Blocker = 0, long Place = 0);

    /// <summary>Notes lots that came to rest.</summary>
    public void NoteAdded(int side, long lots) => _added[side] += lots;

    /// <summary>Begins a command: since the last one, more may have changed than lots that came to rest.</summary>
    public void Begin() => _short.Clear();

    /// <summary>Forgets the summary: the book has changed.</summary>
    public void Forget()
    {
        foreach (var view in _views.Values)
            _unused.Push(view);
        _views.Clear();
        _limit = FarthestKey;
    }

    /// <summary>
    /// Returns false if a waiting all-or-none order cannot be filled whole. Between two calls of <see cref="Forget"/>,
    /// ask for one side only, best prices first.
    /// </summary>
    public bool MayFill(int slot, long price)
    {
        store.Visited++;
        ref var entry = ref store.Entries[slot];
        var side = IndexOf(entry.Side);
        var limit = SignedPriceKey(side, price);
        if (StillLacks(in entry, limit))
            return false;
        if (limit != _limit)
            (_limit, _lots) = (limit, LotsUpTo(ViewOf(0, side, limit), limit));
        if (_lots < entry.Leaves)
        {
            NoteShortage(in entry, limit, entry.Leaves - _lots, blocker: 0);
            return false;
        }

        var mode = store.SelfTradeOf(slot);
        var view = ViewOf(mode == SelfTradePrevention.None ? 0 : entry.Owner, side, limit);
        _ = LotsUpTo(view, limit);
        if (view.MayFill(in entry, mode, ref store.Visited))
            return true;

        NoteShortage(in entry, limit, view.Lacks, view.Blocker);
        return false;
    }

    private void NoteShortage(in OrderRecord entry, long limit, long lacks, long blocker)
    {
        var place = blocker == 0 ? 0 : store.Entries[store.Index.Find(blocker)].Priority;
        _short[entry.Id] = new Shortage(
            entry.Leaves, limit, store.TradingBand, _added[IndexOf(entry.Side) ^ 1] + lacks, blocker, place);
    }

    private bool StillLacks(in OrderRecord entry, long limit) => _short.TryGetValue(entry.Id, out var shortage)
        && _added[IndexOf(entry.Side) ^ 1] < shortage.Enough
        && (shortage.Wanted, shortage.Limit, shortage.Band) == (entry.Leaves, limit, store.TradingBand)
        && (shortage.Blocker == 0 || StillStands(shortage.Blocker, shortage.Place));

    private bool StillStands(long id, long priority) => store.FindOpen(id, out var slot) == RejectReason.None
        && store.Entries[slot].Place == OrderPlace.Resting && store.Entries[slot].Priority == priority;

    /// <summary>Returns the lots up to a limit, and drops the levels beyond it.</summary>
    private static long LotsUpTo(SupplyView view, long limit)
    {
        var levels = view.Levels;
        while (levels.Count > 0 && levels[^1].Key > limit)
            levels.RemoveAt(levels.Count - 1);
        return levels.Count == 0 ? 0 : levels[^1].Firm + levels[^1].Whole;
    }

    private SupplyView ViewOf(long owner, int side, long limit)
    {
        if (_views.TryGetValue(owner, out var view))
            return view;

        view = _unused.Count > 0 ? _unused.Pop() : new SupplyView();
        _views.Add(owner, view);
        view.Clear();
        AddLevels(view, owner, side, limit);
        view.Complete();
        return view;
    }

    /// <summary>Adds the levels that a limit and the price bands allow, in the sequence of the matching loop.</summary>
    private void AddLevels(SupplyView view, long owner, int side, long limit)
    {
        var (low, high) = store.TradingBand;
        var maker = side ^ 1;
        var displayed = store.Sides[maker].Best;
        var hidden = store.Sides[maker + Hidden].Best;
        while (true)
        {
            var displayedKey = displayed == 0 ? FarthestKey : SignedPriceKey(side, store.Ladder.PriceOf(displayed));
            var hiddenKey = hidden == 0 ? FarthestKey : SignedPriceKey(side, store.Ladder.PriceOf(hidden));
            var isDisplayed = displayedKey <= hiddenKey;
            var key = isDisplayed ? displayedKey : hiddenKey;
            if (key > limit)
                return;

            var level = isDisplayed ? displayed : hidden;
            if (store.Ladder.PriceOf(level) >= low && store.Ladder.PriceOf(level) <= high)
            {
                AddOrders(view, owner, level);
                view.CloseLevel(key);
            }

            if (isDisplayed)
                displayed = store.NextWorse(maker, displayed);
            else
                hidden = store.NextWorse(maker + Hidden, hidden);
        }
    }

    private void AddOrders(SupplyView view, long owner, int level)
    {
        ref var queue = ref store.Ladder[level];
        store.Visited++;
        if (owner == 0 && queue.Conditional == 0)
        {
            view.AddFirm(queue.Lots);
            return;
        }

        for (var slot = queue.First; slot != 0; slot = store.Entries[slot].Next)
        {
            store.Visited++;
            ref var entry = ref store.Entries[slot];
            var isWhole = (entry.Traits & Traits.AllOrNone) != 0;
            if (owner != 0 && entry.Owner == owner)
                view.AddOwn(entry.Id, isWhole ? entry.Leaves : 0);
            else if (isWhole)
                view.AddWhole(entry.Leaves);
            else
                view.AddFirm(entry.Leaves);
        }
    }
}
