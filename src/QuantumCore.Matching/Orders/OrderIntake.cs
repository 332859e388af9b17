using QuantumCore.Instruments;

namespace QuantumCore.Matching;

/// <summary>
/// Accepts orders: gives them an id and a slot, keeps their conditions, and starts them as their type requires.
/// </summary>
internal sealed class OrderIntake(
    OrderStore store, TakerPhase takers, PegMovement pegMoves, Triggers triggers, OffLadderOrders waiting,
    Expiries expiries)
{
    /// <summary>Gives an accepted order its id and its slot; it has no place yet.</summary>
    public int Accept(in NewOrder order, long price)
    {
        var slot = Store(in order, price);
        ref var entry = ref store.Entries[slot];
        store.Append(
            BookEventKind.Accepted, order.Side, EndReason.None, entry.Id, AcceptedPrice(slot, price),
            order.QuantityLots, order.QuantityLots);
        if (price != order.PriceTicks)
            store.Told.Detail = 1;
        return slot;
    }

    private long AcceptedPrice(int slot, long price) =>
        store.IsWaitingStop(slot) ? store.ConditionsOf(slot).Trigger : price;

    private int Store(in NewOrder order, long price)
    {
        var slot = store.TakeSlot();
        ref var entry = ref store.Entries[slot];
        entry.Id = store.Index.Issue();
        entry.Leaves = order.Conditions?.Amount is null ? order.QuantityLots : 1;
        entry.Level = 0;
        entry.Side = order.Side;
        entry.Place = OrderPlace.Entering;
        entry.Traits = TraitsOf(in order);
        entry.Account = order.Account;
        entry.TotalLots = order.QuantityLots;
        entry.Owner = order.Owner;
        entry.Priority = 0;
        store.OpenOrders++;
        store.Index.Add(entry.Id, slot);
        if (NeedsConditions(in order))
            Keep(slot, in order, price);
        return slot;
    }

    public static Traits TraitsOf(in NewOrder order)
    {
        var traits = order.TimeInForce switch
        {
            TimeInForce.Day => Traits.Day,
            TimeInForce.AtTheOpening => Traits.AtTheOpening,
            TimeInForce.AtTheClose => Traits.AtTheClose,
            _ => Traits.None,
        };
        if (order.PostOnly)
            traits |= Traits.PostOnly;
        if (order.Type == OrderType.Pegged)
            traits |= Traits.Peg;
        if (order.Conditions is { } terms)
        {
            if (terms.Hidden || terms.AllOrNone || terms.Peg == PegReference.Midpoint)
                traits |= Traits.Hidden;
            if (terms.AllOrNone)
                traits |= Traits.AllOrNone;
            if (terms.DisplayLots is not null)
                traits |= Traits.Iceberg;
            if (terms.Slide)
                traits |= Traits.PostOnly | Traits.Slide;
        }

        return traits | (Traits)((int)order.SelfTrade << OrderStore.SelfTradeShift);
    }

    public static bool NeedsConditions(in NewOrder order) => order.Conditions is not null
        || order.Type != OrderType.Limit
        || (OrderBook.RestingTimes >> (int)order.TimeInForce & 1) == 0;

    /// <summary>Stores an order's conditions beyond a plain order.</summary>
    private void Keep(int slot, in NewOrder order, long price)
    {
        var terms = order.Conditions;
        ref var kept = ref store.Attach(slot);
        kept = new Conditions
        {
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Price = price,
            Protection = terms?.ProtectionTicks ?? -1,
            Amount = terms?.Amount ?? -1,
        };
        store.ConditionalLots += order.QuantityLots;
        if (terms is null)
            return;

        kept.KeepsPrice = terms.DoNotReduce;
        kept.Reference = terms.TriggerReference;
        kept.Peg = terms.Peg;
        kept.PegOffset = terms.PegOffsetTicks;
        kept.Display = terms.DisplayLots ?? 0;
        kept.Minimum = terms.MinimumLots ?? 0;
        kept.Trigger = terms.TriggerTicks ?? 0;
        kept.TrailTicks = terms.TrailTicks ?? 0;
        kept.TrailBasisPoints = terms.TrailBasisPoints ?? 0;
        kept.Activation = terms.ActivationTicks ?? 0;
        kept.LimitOffset = terms.LimitOffsetTicks ?? 0;
        if (terms.ExpiryNanos is { } expiry)
        {
            kept.Expiry = expiry;
            expiries.Add(store.Entries[slot].Id, expiry);
        }
    }

    /// <summary>Starts an accepted order as its type requires.</summary>
    /// <returns>Its public id.</returns>
    public long Start(int slot, long price)
    {
        var id = store.Entries[slot].Id;
        if (store.IsWaitingStop(slot))
            triggers.Arm(slot);
        else if (store.Has(slot, Traits.Peg))
            pegMoves.Start(slot);
        else if (store.Has(slot, Traits.AtTheClose) && store.Phase != TradingPhase.Closing)
            waiting.Hold(slot);
        else
            takers.Enter(slot, price);
        return id;
    }

    /// <summary>Lets an order stand aside: it has no place in the book until it is told to trade.</summary>
    public void StandAside(int slot, in NewOrder order, long price)
    {
        if (!store.Has(slot, Traits.Conditional))
            Keep(slot, in order, price);
        store.Entries[slot].Place = OrderPlace.Aside;
        waiting.AsideCount++;
    }
}
