using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Internal order key: account number and number of the order within it.</summary>
internal readonly record struct OrderKey(long Account, long Number);

/// <summary>An open hold. Asset is null until the symbol's instrument has been projected.</summary>
/// <param name="Symbol">Symbol of the book.</param>
/// <param name="Side">Side of the order. A buy holds the quote asset, a sell the base asset.</param>
/// <param name="Asset">Asset held.</param>
/// <param name="Amount">Amount, in minor units.</param>
/// <param name="InBook">True if it comes from a book's record; false for the account's.</param>
/// <param name="TimeNanos">Time of that record, in Unix nanoseconds.</param>
internal sealed record HoldRow(string Symbol, Side Side, string? Asset, long Amount, bool InBook, long TimeNanos);

/// <summary>An order as stored in the tables.</summary>
/// <param name="PriceTicks">Current or worst price, in ticks; 0 for none.</param>
/// <param name="Lots">Total quantity, in lots.</param>
internal sealed record StoredOrder(long PriceTicks, long Lots)
{
    /// <summary>Terms by name.</summary>
    public Dictionary<string, long> Terms { get; } = new(StringComparer.Ordinal);
}

/// <summary>An order that enters the table in this batch.</summary>
internal sealed class OrderRow
{
    public required string Symbol { get; init; }

    public required long OrderId { get; init; }

    /// <summary>The order; null if it was voided before it arrived.</summary>
    public required SubmitOrder? Order { get; init; }

    public required long CreatedNanos { get; init; }

    public OrderChange State { get; } = new();
}

/// <summary>Changes of an order within a batch: sums of quantities, and the last state.</summary>
internal sealed class OrderChange
{
    public long Resized { get; set; }

    /// <summary>Current or worst price, in ticks, if it changed.</summary>
    public long? PriceTicks { get; set; }

    public long Filled { get; set; }

    public long Cancelled { get; set; }

    public string State { get; private set; } = "open";

    public string? Reason { get; private set; }

    public long ClosedNanos { get; private set; } = RowBuffer.Null;

    /// <summary>Traded value, in ticks times lots; capped at the largest number on overflow.</summary>
    public long Value { get; private set; }

    /// <summary>Time of the last change, in Unix nanoseconds.</summary>
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

/// <summary>Trades of one minute of a symbol, within a batch.</summary>
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

/// <summary>Words stored in the tables.</summary>
internal static class HistoryWords
{
    /// <summary>Term of a triggered order: time of the trigger, in Unix nanoseconds.</summary>
    public const string TriggeredAt = "triggeredAt";

    /// <summary>Term of a list's child whose parent is filled: time of activation, in Unix nanoseconds.</summary>
    public const string ActivatedAt = "activatedAt";

    /// <summary>Term of a list's child that ended at entry: its reject reason.</summary>
    public const string Refusal = "refusal";

    /// <summary>Term of an iceberg: displayed lots at a time.</summary>
    public const string DisplayLots = "displayLots";

    /// <summary>Term: minimum lots to fill at entry.</summary>
    public const string MinimumLots = "minimumLots";

    /// <summary>Term of a stop or take-profit: trigger price, in ticks.</summary>
    public const string TriggerTicks = "triggerTicks";

    // Terms of a strategy's leg: the net price, the number of the leg, and for each leg, under its position and symbol,
    // the lots in a unit (negative if it sells).
    private const string StrategyNet = "strategyNet";
    private const string StrategyLeg = "strategyLeg";
    private const string LegAt = "leg ";

    /// <summary>Kind of a line whose amount is pending.</summary>
    public const string Pending = "P";

    /// <summary>Taker side of an auction trade, which has no taker.</summary>
    public const string NoTaker = "A";

    /// <summary>Returns the kind of a pending or settled line.</summary>
    public static string KindOf(bool isPending) => isPending ? Pending : "S";

    /// <summary>
    /// Returns an order's special terms by name: prices in ticks, quantities in lots, times in Unix nanoseconds.
    /// </summary>
    public static IEnumerable<(string Name, long Value)> Of(SubmitOrder order)
    {
        var conditions = Of(order.Conditions.Decode() ?? new OrderConditions());
        return order.SelfTrade == SelfTradePrevention.None
            ? conditions
            : conditions.Prepend(("selfTrade", (long)order.SelfTrade));
    }

    /// <summary>Returns the terms of conditions, in the same form.</summary>
    public static IEnumerable<(string Name, long Value)> Of(OrderConditions terms)
    {
        (string Name, long? Value)[] all =
        [
            (DisplayLots, terms.DisplayLots),
            (MinimumLots, terms.MinimumLots),
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
        var legs = terms.Strategy?.Legs.Select(
            (leg, at) => ($"{LegAt}{at} {leg.Symbol}", leg.Side == Side.Buy ? leg.Lots : -leg.Lots));
        return all.Where(term => term.Value is not null).Select(term => (term.Name, term.Value!.Value))
            .Concat(terms.Flags.Words().Select(word => (word.Json, 1L)))
            .Concat(legs ?? []);
    }

    public static PayoutState PayoutStateOf(string word) => word switch
    {
        "sent" => PayoutState.Sent,
        "final" => PayoutState.Final,
        "refused" => PayoutState.Refused,
        _ => PayoutState.Pending,
    };

    /// <summary>Returns an order with its terms, as <see cref="Of(SubmitOrder)"/> wrote them.</summary>
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
                MinimumLots => conditions with { MinimumLots = value },
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
                _ => conditions with { Flags = conditions.Flags | OrderFlagWords.OfJson(name) },
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

        order = order with
        {
            Stage = StageOf(order, triggered, activated),
            StageNanos = Math.Max(triggered, activated),
        };
        return conditions == new OrderConditions()
            ? order
            : order with { Conditions = EncodedConditions.From(conditions) };
    }

    /// <summary>
    /// Returns a leg's strategy; null for another order, and for one entered before legs were stored.
    /// </summary>
    private static StrategyTerms? StrategyOf(IReadOnlyCollection<(string Name, long Value)> terms)
    {
        StrategyLeg[] legs =
        [
            .. terms.Where(term => term.Name.StartsWith(LegAt, StringComparison.Ordinal))
                .OrderBy(term => term.Name, StringComparer.Ordinal).Select(
                term => new StrategyLeg(
                    term.Name.Split(' ')[2], term.Value > 0 ? Side.Buy : Side.Sell, Math.Abs(term.Value))),
        ];
        return legs.Length == 0 ? null : new StrategyTerms(
            terms.First(term => term.Name == StrategyNet).Value,
            (int)terms.First(term => term.Name == StrategyLeg).Value, [.. legs]);
    }

    /// <summary>
    /// Returns the stage of an order. An order that has traded is working, even if records from before kind 10 lack its
    /// trigger.
    /// </summary>
    private static OrderStage StageOf(PastOrder order, long triggered, long activated)
    {
        if (triggered != 0 || order.FilledLots > 0)
            return OrderStage.Working;
        return activated == 0 && order is { List: { } list, ListId: { } first }
            ? OrderStages.InList(list, order.Number == first, order.Type)
            : OrderStages.WithoutParent(order.Type);
    }

    public static OrderType TypeOf(string word) => Enum.GetValues<OrderType>().First(type => type.Word() == word);

    public static TimeInForce TimeInForceOf(string word) =>
        Enum.GetValues<TimeInForce>().First(time => time.Word() == word);

    public static string Of(Side side) => side == Side.Buy ? "B" : "S";

    public static Side SideOf(string? word) => word == "B" ? Side.Buy : Side.Sell;
}
