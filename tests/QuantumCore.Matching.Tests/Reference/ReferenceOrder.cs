using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

/// <summary>Place of an order of the reference book (RULES 1.4).</summary>
internal enum Stay
{
    /// <summary>In its taker phase, or in the queue of triggered orders.</summary>
    Outside,
    Resting,
    Armed,
    Pending,
    Parked,
    Held,

    /// <summary>A leg of a strategy, or an order between the parts of its taker phase (RULES 16).</summary>
    Aside,
    Done,
}

/// <summary>Orders that entered together; the parent, if there is one, comes first (RULES 9).</summary>
internal sealed class ReferenceList
{
    public required OrderListKind Kind { get; init; }

    public List<ReferenceOrder> Legs { get; } = [];

    public bool IsDone { get; set; }
}

/// <summary>An order with its mutable state.</summary>
internal sealed class ReferenceOrder
{
    private static readonly OrderConditions s_none = new();

    public ReferenceOrder(in NewOrder terms)
    {
        Terms = terms;
        Conditions = terms.Conditions ?? s_none;
        Side = terms.Side;
        Type = terms.Type;
        IsPeg = Type == OrderType.Pegged;
        IsLeg = Type == OrderType.Leg;
        IsStop = Type is >= OrderType.Stop and <= OrderType.TrailingStopLimit;
        IsTrailing = Type is OrderType.TrailingStop or OrderType.TrailingStopLimit;
        IsTakeProfit = Type is OrderType.TakeProfit or OrderType.TakeProfitLimit;
        HasNoLimit = Type is OrderType.Market or OrderType.Stop or OrderType.TakeProfit or OrderType.TrailingStop;
        // A slide is a post-only order that moves instead of a rejection (4.8).
        PostOnly = terms.PostOnly || Conditions.Slide;
        var now = terms.TimeInForce == TimeInForce.ImmediateOrCancel || Type == OrderType.Market;
        // 4.6: an all-or-none order that cannot rest is fill-or-kill.
        FillOrKill = terms.TimeInForce == TimeInForce.FillOrKill || (Conditions.AllOrNone && now);
        AllOrNone = Conditions.AllOrNone && !FillOrKill;
        // 1.5, 8.2: hidden, midpoint peg, all-or-none.
        IsHidden = Conditions.Hidden || AllOrNone || Conditions.Peg == PegReference.Midpoint;
        Price = IsPeg ? 0 : terms.PriceTicks;
        Cap = IsPeg ? terms.PriceTicks : 0;
        Total = terms.QuantityLots;
        ByAmount = Conditions.Amount is not null;
        AmountLeft = Conditions.Amount ?? 0;
        Display = Conditions.DisplayLots ?? 0;
        Minimum = Conditions.MinimumLots ?? 0;
        Trigger = Conditions.TriggerTicks ?? 0;
        TrailTicks = Conditions.TrailTicks ?? 0;
        TrailBasisPoints = Conditions.TrailBasisPoints ?? 0;
        Expiry = Conditions.ExpiryNanos ?? long.MaxValue;
    }

    public NewOrder Terms { get; set; }

    public OrderConditions Conditions { get; }

    public Side Side { get; }

    public OrderType Type { get; }

    public bool IsPeg { get; }

    public bool IsLeg { get; }

    /// <summary>Stop, take-profit or trailing stop, triggered or not.</summary>
    public bool IsStop { get; }

    public bool IsTrailing { get; }

    public bool IsTakeProfit { get; }

    /// <summary>Trades as a market order; when it rests, then without a price (5.4).</summary>
    public bool HasNoLimit { get; }

    public bool PostOnly { get; }

    public bool FillOrKill { get; }

    public bool AllOrNone { get; }

    public bool IsHidden { get; }

    public bool ByAmount { get; }

    public long Id { get; set; }

    public Stay Stay { get; set; }

    public bool IsTriggered { get; set; }

    /// <summary>Priority time (1.3): assigned when it is held or rests, and again whenever priority is lost.</summary>
    public long Prio { get; set; }

    /// <summary>Limit, current price of a peg (0: none), or protection price of a market order (0: none).</summary>
    public long Price { get; set; }

    /// <summary>A peg's cap; 0 for none.</summary>
    public long Cap { get; set; }

    public bool Slid { get; set; }

    public long Total { get; set; }

    public long Filled { get; set; }

    public long Prevented { get; set; }

    /// <summary>1.4: total = filled + prevented + leaves. An order by amount has no lots open.</summary>
    public long Leaves => ByAmount ? 0 : Total - Filled - Prevented;

    public long AmountLeft { get; set; }

    /// <summary>Iceberg: displayed lots at a time; 0 for none.</summary>
    public long Display { get; set; }

    /// <summary>Iceberg: lots displayed now.</summary>
    public long Tip { get; set; }

    /// <summary>Minimum to fill at entry; 0 once there is no such condition.</summary>
    public long Minimum { get; set; }

    /// <summary>Trigger price; 0 while a trailing stop has none.</summary>
    public long Trigger { get; set; }

    public long TrailTicks { get; set; }

    public int TrailBasisPoints { get; set; }

    /// <summary>
    /// Trailing stop: the highest (sell) or lowest (buy) reference it has followed; 0 before the first.
    /// </summary>
    public long Extreme { get; set; }

    /// <summary>Number of the last print before it was armed, or before its trigger was amended (7.7).</summary>
    public long ArmedAfterPrint { get; set; }

    /// <summary>Hit by a print from before prices were adjusted (7.7).</summary>
    public bool IsDue { get; set; }

    public long Expiry { get; set; }

    public ReferenceList? List { get; set; }

    public bool IsDisplayed => Stay == Stay.Resting && !IsHidden && !HasNoLimit;

    /// <summary>Lots that can trade at once: an iceberg's tip, else all (6.2).</summary>
    public long Slice => Display > 0 ? Tip : Leaves;

    public long Shown => IsDisplayed ? Slice : 0;

    public bool WaitsForTrigger => IsStop && !IsTriggered;

    /// <summary>True if nothing is left to do.</summary>
    public bool IsSpent => ByAmount ? AmountLeft == 0 : Leaves == 0;

    /// <summary>Returns a copy, for dry runs and for judging an amendment.</summary>
    public ReferenceOrder Copy() => (ReferenceOrder)MemberwiseClone();

    /// <summary>Returns true if a price is within this order's limit.</summary>
    public bool Reaches(long price) => HasNoLimit || (Side == Side.Buy ? price <= Price : price >= Price);

    /// <summary>
    /// 1.5: returns true for a better price, then displayed, then priority. Orders without a price come first (5.4).
    /// </summary>
    public bool RanksBefore(ReferenceOrder other)
    {
        if (HasNoLimit != other.HasNoLimit)
            return HasNoLimit;
        if (!HasNoLimit && Price != other.Price)
            return Side == Side.Buy ? Price > other.Price : Price < other.Price;
        if (IsHidden != other.IsHidden)
            return !IsHidden;
        return Prio < other.Prio;
    }
}
