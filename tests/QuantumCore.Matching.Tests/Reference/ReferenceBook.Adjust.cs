using System.Numerics;
using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// RISK 11: open orders through a split or a dividend.
internal sealed partial class ReferenceBook
{
    public RejectReason Adjust(long time, long newUnits, long oldUnits, long fall, long lowest = 1)
    {
        Clear();
        var split = (newUnits, oldUnits) != (0, 0);
        if (split
            ? newUnits == oldUnits || fall != 0 || !IsIn(newUnits, 1, 10_000) || !IsIn(oldUnits, 1, 10_000)
            : !IsIn(fall, 0, Instrument.PriceTicksLimit))
            return RejectReason.BadRequest;
        if (lowest < 1)
            return RejectReason.BadRequest;
        if (!Begin(time))
            return RejectReason.TimeRegression;
        lowest = Math.Max(lowest, Rules.MinPriceTicks);
        if (split && Phase is not (TradingPhase.Halt or TradingPhase.Closed))
            return Finish(RejectReason.NotInThisPhase);

        var stay = newUnits > oldUnits || fall > 0
            ? _open.FindAll(
                order => split ? FollowsSplit(order, newUnits, oldUnits, lowest) : FollowsDividend(order, fall, lowest))
            : [];
        BigInteger lots = 0;
        foreach (var order in stay)
            lots += split ? TotalAfter(order, newUnits, oldUnits) : order.Total;
        if (split && lots > BigInteger.One << 61)
            return Finish(RejectReason.Overflow);

        EndMany(order => !stay.Contains(order), EndReason.CorporateAction);
        var changing = _open.FindAll(order => split || GoesWithPrice(order));
        var line = changing.FindAll(order => !order.IsPeg && order.Stay is Stay.Resting or Stay.Held);
        line.Sort((one, other) => one.Side != other.Side ? one.Side.CompareTo(other.Side)
            : one.Price != other.Price
                ? (one.Side == Side.Buy ? other.Price.CompareTo(one.Price) : one.Price.CompareTo(other.Price))
            : one.Prio.CompareTo(other.Prio));
        foreach (var order in changing)
            Adjust(
                order, price => split ? Scaled(order.Side, price, newUnits, oldUnits) : price - fall, newUnits,
                oldUnits);
        foreach (var order in line)
        {
            if (order.Stay == Stay.Held)
                order.Prio = ++_lastPrio;
            else
                Rest(order);
        }

        if (split)
        {
            LastPriceTicks = Known(LastPriceTicks, newUnits, oldUnits);
            MarkPriceTicks = Known(MarkPriceTicks, newUnits, oldUnits);
            ReferencePriceTicks = Known(ReferencePriceTicks, newUnits, oldUnits);
        }

        return Finish(RejectReason.None);
    }

    /// <summary>Returns an adjusted price that no order asked for: rounded down, but at least a valid price.</summary>
    private static long Known(long price, long newUnits, long oldUnits) =>
        price == 0 ? 0 : Math.Clamp(Scaled(Side.Buy, price, newUnits, oldUnits), 1, Instrument.PriceTicksLimit);

    private static long Scaled(Side side, long price, long newUnits, long oldUnits)
    {
        var whole = BigInteger.DivRem((BigInteger)price * oldUnits, newUnits, out var rest);
        return (long)(side == Side.Sell && !rest.IsZero ? whole + 1 : whole);
    }

    private static BigInteger TotalAfter(ReferenceOrder order, long newUnits, long oldUnits) =>
        order.Filled + order.Prevented + ((BigInteger)order.Leaves * newUnits / oldUnits);

    /// <summary>Returns true for independent limits, stops and take-profits.</summary>
    private static bool FollowsSplit(ReferenceOrder order, long newUnits, long oldUnits, long lowest)
    {
        var stands = order.List is null && !order.IsLeg && !order.IsPeg
            && (order.WaitsForTrigger ? !order.IsTrailing : !order.HasNoLimit);
        return stands && TotalAfter(order, newUnits, oldUnits) <= Instrument.QuantityLotsLimit
            && IsLeft(order.Price) && (!order.WaitsForTrigger || IsLeft(order.Trigger));

        bool IsLeft(long price) => price == 0 || Scaled(order.Side, price, newUnits, oldUnits) >= lowest;
    }

    private bool FollowsDividend(ReferenceOrder order, long fall, long lowest)
    {
        if (order.IsLeg)
            return false;
        if (!GoesWithPrice(order))
            return true;

        var limit = order.IsPeg ? order.Cap : order.Price;
        return IsLeft(limit)
            && (!order.WaitsForTrigger || IsLeft(order.IsTrailing ? ExtremeNow(order) : order.Trigger));

        bool IsLeft(long price) => price == 0 || price - fall >= lowest;
    }

    /// <summary>7.8: returns the extreme, including prints not evaluated yet.</summary>
    private long ExtremeNow(ReferenceOrder order)
    {
        var copy = order.Copy();
        var number = _printCount - _prints.Count;
        foreach (var print in order.Stay == Stay.Armed && order.Conditions.TriggerReference == TriggerReference.Last
            ? _prints
            : [])
        {
            if (++number > order.ArmedAfterPrint)
                Ratchet(copy, print);
        }

        return copy.Extreme;
    }

    /// <summary>
    /// FINRA 5330: returns true for open buy orders and open stop orders to sell, but not for those that wait for a
    /// rise.
    /// </summary>
    private static bool GoesWithPrice(ReferenceOrder order) => order.Conditions.DoNotReduce ? false
        : order.WaitsForTrigger
        ? order.IsTakeProfit ? order.Side == Side.Buy : order.Side == Side.Sell
        : order.Side == Side.Buy && !order.HasNoLimit && !order.IsLeg && (!order.IsPeg || order.Cap != 0);

    private void Adjust(ReferenceOrder order, Func<long, long> price, long newUnits, long oldUnits)
    {
        if (newUnits != 0)
        {
            order.Total = (long)TotalAfter(order, newUnits, oldUnits);
            order.Minimum = (long)((BigInteger)order.Minimum * newUnits / oldUnits);
            if (order.Display > 0)
                order.Display = (long)BigInteger.Max(
                    BigInteger.Min((BigInteger)order.Display * newUnits / oldUnits, order.Total),
                    ((BigInteger)order.Total + 999) / 1_000);
        }

        if (order.IsPeg)
            order.Cap = price(order.Cap);
        else if (order.Price != 0)
            order.Price = price(order.Price);
        if (order.WaitsForTrigger)
        {
            // 7.7, 7.8: what has printed counts at the prices it printed at.
            if (order is { Stay: Stay.Armed, IsDue: false }
                && order.Conditions.TriggerReference == TriggerReference.Last)
                order.IsDue = Follow(order);
            else if (order is { Stay: Stay.Armed, IsDue: false }
                && order.Conditions.TriggerReference == TriggerReference.Mark)
                order.IsDue = IsHit(order, ReferenceFor(order));
            if (order.Extreme != 0)
                order.Extreme = price(order.Extreme);
            if (order.IsTrailing)
                SetTrail(order);
            else
                order.Trigger = price(order.Trigger);
            order.ArmedAfterPrint = _printCount;
        }

        var moves = order.Stay == Stay.Resting && !order.IsPeg;
        if (moves)
            order.Stay = Stay.Outside;
        Say(
            BookEventKind.Amended, order, order.Total, detail: (byte)(moves ? 1 : 0), shown: order.Shown,
            price: moves || order is { IsPeg: true, Stay: Stay.Resting } ? order.Price : null);
    }
}
