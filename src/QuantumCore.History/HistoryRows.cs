using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>An order's private identity: the account's number and the order's number within it.</summary>
internal readonly record struct OrderKey(long Account, long Number);

/// <summary>An open hold. Asset is null until the symbol's instrument has been projected.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Side">A buy holds quote, a sell holds base.</param>
/// <param name="Asset">What is held.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="InBook">Whether a book's record said so; else the account's.</param>
/// <param name="TimeNanos">Time of that record.</param>
internal sealed record HoldRow(string Symbol, Side Side, string? Asset, long Amount, bool InBook, long TimeNanos);

/// <summary>An order as the tables have it.</summary>
/// <param name="PriceTicks">The price it stands at, or its worst; 0 for none.</param>
/// <param name="Lots">Its total.</param>
internal sealed record StoredOrder(long PriceTicks, long Lots)
{
    /// <summary>Its terms by name.</summary>
    public Dictionary<string, long> Terms { get; } = new(StringComparer.Ordinal);
}

/// <summary>An order that enters the table in this batch.</summary>
internal sealed class OrderRow
{
    public required string Symbol { get; init; }

    public required long OrderId { get; init; }

    /// <summary>Null for an order that was voided before it came.</summary>
    public required SubmitOrder? Order { get; init; }

    public required long CreatedNanos { get; init; }

    public OrderChange State { get; } = new();
}

/// <summary>What a batch changes in an order: sums of quantities, and the last state.</summary>
internal sealed class OrderChange
{
    public long Resized { get; set; }

    /// <summary>The price it stands at, or its worst, in ticks, where that changed.</summary>
    public long? PriceTicks { get; set; }

    public long Filled { get; set; }

    public long Cancelled { get; set; }

    public string State { get; private set; } = "open";

    public string? Reason { get; private set; }

    public long ClosedNanos { get; private set; } = RowBuffer.Null;

    /// <summary>The traded value, in ticks times lots; one that does not fit stays at the largest number.</summary>
    public long Value { get; private set; }

    /// <summary>When anything of it changed last.</summary>
    public long ChangedNanos { get; set; }

    public void Fill(long priceTicks, long lots)
    {
        Filled += lots;
        Value = (long)Int128.Min(Value + ((Int128)priceTicks * lots), long.MaxValue);
    }

    public void End(string state, string? reason, long timeNanos) => (State, Reason, ClosedNanos) =
        (state, reason, timeNanos);

    public void End(EndReason reason, long timeNanos) => End(
        reason.Status() switch
        {
            OrderStatus.Filled => "filled",
            OrderStatus.Cancelled => "cancelled",
            _ => "expired",
        },
        reason == EndReason.None ? null : reason.ToString(),
        timeNanos);
}

/// <summary>The trades of one minute of a symbol, within a batch.</summary>
internal sealed class CandleRow(long priceTicks, TradePlace first)
{
    public long Open { get; } = priceTicks;

    public long High { get; private set; } = priceTicks;

    public long Low { get; private set; } = priceTicks;

    public long Close { get; private set; } = priceTicks;

    public Int128 Lots { get; private set; }

    public Int128 Value { get; private set; }

    public long Trades { get; private set; }

    public Int128 BoughtLots { get; private set; }

    public Int128 BoughtValue { get; private set; }

    public TradePlace First { get; } = first;

    public TradePlace Last { get; private set; } = first;

    public void Add(TradePlace place, long priceTicks, long lots, bool isBought)
    {
        var value = (Int128)priceTicks * lots;
        (High, Low, Close, Last) = (Math.Max(High, priceTicks), Math.Min(Low, priceTicks), priceTicks, place);
        (Lots, Value, Trades) = (Lots + lots, Value + value, Trades + 1);
        if (isBought)
        {
            (BoughtLots, BoughtValue) = (BoughtLots + lots, BoughtValue + value);
        }
    }
}

/// <summary>The holds that an account's record places.</summary>
internal static class HoldsOf
{
    public static IEnumerable<HoldPlaced> Record(AccountRecord record) => record switch
    {
        HoldPlaced hold => [hold],
        ListHeld list => list.Holds(),
        _ => [],
    };
}

/// <summary>Words of the tables.</summary>
internal static class HistoryWords
{
    /// <summary>Term of an order that has triggered: when, Unix nanoseconds.</summary>
    public const string TriggeredAt = "triggeredAt";

    /// <summary>Term of a list's child whose parent is filled: since when, Unix nanoseconds.</summary>
    public const string ActivatedAt = "activatedAt";

    /// <summary>Term of a list's child that ended as it was to enter: why it was refused.</summary>
    public const string Refusal = "refusal";

    /// <summary>Term of an iceberg: lots it shows at a time.</summary>
    public const string DisplayLots = "displayLots";

    /// <summary>Term: lots that the order fills at once, or nothing.</summary>
    public const string MinimumLots = "minimumLots";

    /// <summary>Term of a stop or take-profit: its trigger price in ticks.</summary>
    public const string TriggerTicks = "triggerTicks";

    // Of a strategy's leg: the net price, which of the legs it is, and of each leg, under its place and symbol, the lots in
    // a unit, negative when it sells.
    private const string StrategyNet = "strategyNet";
    private const string StrategyLeg = "strategyLeg";
    private const string LegAt = "leg ";

    /// <summary>Kind of a line whose amount is due and not there yet.</summary>
    public const string Pending = "P";

    /// <summary>Taker's side of an auction trade: no one took.</summary>
    public const string NoTaker = "A";

    /// <summary>A line of what there is, or of what is pending.</summary>
    public static string KindOf(bool isPending) => isPending ? Pending : "S";

    public static string Of(MarginState state) => state switch
    {
        MarginState.Healthy => "healthy",
        MarginState.Restricted => "restricted",
        MarginState.Called => "called",
        MarginState.Liquidating => "liquidating",
    };

    public static string Of(TradingPhase phase) => phase switch
    {
        TradingPhase.Continuous => "continuous",
        TradingPhase.PreOpen => "preOpen",
        TradingPhase.Opening => "opening",
        TradingPhase.Volatility => "volatility",
        TradingPhase.Closing => "closing",
        TradingPhase.Halt => "halt",
        TradingPhase.Closed => "closed",
    };

    /// <summary>What an order carries beyond a plain one, by name; prices are ticks, quantities lots, times nanoseconds.</summary>
    public static IEnumerable<(string Name, long Value)> Of(SubmitOrder order)
    {
        var conditions = Of(order.Conditions.Decode() ?? new OrderConditions());
        return order.SelfTrade == SelfTradePrevention.None ? conditions : conditions.Prepend(("selfTrade", (long)order.SelfTrade));
    }

    /// <summary>The same of conditions alone.</summary>
    public static IEnumerable<(string Name, long Value)> Of(OrderConditions terms)
    {
        (string Name, long? Value)[] all =
        [
            (DisplayLots, terms.DisplayLots),
            ("hidden", terms.Hidden ? 1 : null),
            ("allOrNone", terms.AllOrNone ? 1 : null),
            ("doNotReduce", terms.DoNotReduce ? 1 : null),
            (MinimumLots, terms.MinimumLots),
            ("slide", terms.Slide ? 1 : null),
            (TriggerTicks, terms.TriggerTicks),
            ("triggerReference", terms.TriggerReference == TriggerReference.Last ? null : (long)terms.TriggerReference),
            ("trailTicks", terms.TrailTicks),
            ("trailBasisPoints", terms.TrailBasisPoints),
            ("activationTicks", terms.ActivationTicks),
            ("limitOffsetTicks", terms.LimitOffsetTicks),
            ("peg", terms.Peg == PegReference.None ? null : (long)terms.Peg),
            ("pegOffsetTicks", terms.PegOffsetTicks == 0 ? null : terms.PegOffsetTicks),
            ("amount", terms.Amount),
            ("protectionTicks", terms.ProtectionTicks),
            ("expiryNanos", terms.ExpiryNanos),
            (StrategyNet, terms.Strategy?.Net),
            (StrategyLeg, terms.Strategy?.Leg),
        ];
        var legs = terms.Strategy?.Legs.Select((leg, at) => ($"{LegAt}{at} {leg.Symbol}", leg.Side == Side.Buy ? leg.Lots : -leg.Lots));
        return all.Where(term => term.Value is not null).Select(term => (term.Name, term.Value!.Value)).Concat(legs ?? []);
    }

    public static string Of(PayoutState state) => state switch
    {
        PayoutState.Pending => "pending",
        PayoutState.Sent => "sent",
        PayoutState.Final => "final",
        PayoutState.Refused => "refused",
    };

    public static PayoutState PayoutStateOf(string word) => word switch
    {
        "sent" => PayoutState.Sent,
        "final" => PayoutState.Final,
        "refused" => PayoutState.Refused,
        _ => PayoutState.Pending,
    };

    /// <summary>An order with its terms, as <see cref="Of(SubmitOrder)"/> wrote them.</summary>
    public static PastOrder With(PastOrder order, IReadOnlyCollection<(string Name, long Value)> terms)
    {
        var conditions = new OrderConditions { Strategy = StrategyOf(terms) };
        var (triggered, activated) = (0L, 0L);
        foreach (var (name, value) in terms)
        {
            triggered = name == TriggeredAt ? value : triggered;
            activated = name == ActivatedAt ? value : activated;
            conditions = name switch
            {
                DisplayLots => conditions with { DisplayLots = value },
                "hidden" => conditions with { Hidden = true },
                "allOrNone" => conditions with { AllOrNone = true },
                "doNotReduce" => conditions with { DoNotReduce = true },
                MinimumLots => conditions with { MinimumLots = value },
                "slide" => conditions with { Slide = true },
                TriggerTicks => conditions with { TriggerTicks = value },
                "triggerReference" => conditions with { TriggerReference = (TriggerReference)value },
                "trailTicks" => conditions with { TrailTicks = value },
                "trailBasisPoints" => conditions with { TrailBasisPoints = (int)value },
                "activationTicks" => conditions with { ActivationTicks = value },
                "limitOffsetTicks" => conditions with { LimitOffsetTicks = value },
                "peg" => conditions with { Peg = (PegReference)value },
                "pegOffsetTicks" => conditions with { PegOffsetTicks = value },
                "amount" => conditions with { Amount = value },
                "protectionTicks" => conditions with { ProtectionTicks = value },
                "expiryNanos" => conditions with { ExpiryNanos = value },
                _ => conditions,
            };
            order = name switch
            {
                "selfTrade" => order with { SelfTrade = (SelfTradePrevention)value },
                "list" => order with { List = (OrderListKind)value },
                "listFirst" => order with { ListId = value },
                Refusal => order with { Refusal = (RejectReason)value },
                _ => order,
            };
        }

        order = order with { Stage = StageOf(order, triggered, activated), StageNanos = Math.Max(triggered, activated) };
        return conditions == new OrderConditions() ? order : order with { Conditions = EncodedConditions.From(conditions) };
    }

    /// <summary>The strategy of a leg; null of another order, and where it was entered before its legs were kept.</summary>
    private static StrategyTerms? StrategyOf(IReadOnlyCollection<(string Name, long Value)> terms)
    {
        StrategyLeg[] legs =
        [
            .. terms.Where(term => term.Name.StartsWith(LegAt, StringComparison.Ordinal)).OrderBy(term => term.Name, StringComparer.Ordinal).Select(
                term => new StrategyLeg(term.Name.Split(' ')[2], term.Value > 0 ? Side.Buy : Side.Sell, Math.Abs(term.Value))),
        ];
        return legs.Length == 0 ? null : new StrategyTerms(
            terms.First(term => term.Name == StrategyNet).Value, (int)terms.First(term => term.Name == StrategyLeg).Value, [.. legs]);
    }

    /// <summary>What an order waits for; one that has traded waits for nothing, whatever records of before ADR 49 left out.</summary>
    private static OrderStage StageOf(PastOrder order, long triggered, long activated)
    {
        if (triggered != 0 || order.FilledLots > 0)
            return OrderStage.Working;
        return activated == 0 && order is { List: { } list, ListId: { } first }
            ? OrderStages.InList(list, order.Number == first, order.Type)
            : OrderStages.WithoutParent(order.Type);
    }

    public static OrderType TypeOf(string word) => Enum.GetValues<OrderType>().First(type => Of(type) == word);

    public static TimeInForce TimeInForceOf(string word) => Enum.GetValues<TimeInForce>().First(time => Of(time) == word);

    public static string Of(Side side) => side == Side.Buy ? "B" : "S";

    public static Side SideOf(string? word) => word == "B" ? Side.Buy : Side.Sell;

    public static string Of(OrderType type) => type switch
    {
        OrderType.Limit => "limit",
        OrderType.Market => "market",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stopLimit",
        OrderType.TakeProfit => "takeProfit",
        OrderType.TakeProfitLimit => "takeProfitLimit",
        OrderType.TrailingStop => "trailingStop",
        OrderType.TrailingStopLimit => "trailingStopLimit",
        OrderType.Pegged => "pegged",
        OrderType.Leg => "leg",
    };

    public static string Of(TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.GoodTillCancel => "gtc",
        TimeInForce.ImmediateOrCancel => "ioc",
        TimeInForce.FillOrKill => "fok",
        TimeInForce.Day => "day",
        TimeInForce.GoodTillDate => "gtd",
        TimeInForce.AtTheOpening => "opg",
        TimeInForce.AtTheClose => "cls",
    };
}
