using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>How an order stands in its book.</summary>
/// <param name="Stage">What it waits for.</param>
/// <param name="SinceNanos">Since when, Unix nanoseconds; 0: since it entered.</param>
/// <param name="PriceTicks">Its price there, where that is not the one it was sent with: it slid, or has triggered. 0: it is.</param>
public readonly record struct OrderStanding(OrderStage Stage, long SinceNanos = 0, long PriceTicks = 0);

/// <summary>An order that the account holds cover for.</summary>
public sealed class HeldOrder
{
    /// <summary>The instrument it was placed under.</summary>
    public required Instrument Instrument { get; init; }

    /// <summary>Its number within the account.</summary>
    public required long Number { get; init; }

    /// <summary>The client's name for it.</summary>
    public required string ClientOrderId { get; init; }

    /// <summary>Buy or sell.</summary>
    public required Side Side { get; init; }

    /// <summary>Limit or market.</summary>
    public required OrderType Type { get; init; }

    /// <summary>How long it lives.</summary>
    public required TimeInForce TimeInForce { get; init; }

    /// <summary>Limit or protection price, in ticks.</summary>
    public required long PriceTicks { get; set; }

    /// <summary>What it pays.</summary>
    public required FeeTerms Fees { get; init; }

    /// <summary>When it was held, Unix nanoseconds.</summary>
    public required long TimeNanos { get; init; }

    /// <summary>The order it replaces, or 0.</summary>
    public required long ReplacesNumber { get; init; }

    /// <summary>What the replaced order must have open in the book, in lots.</summary>
    public required long ExpectedLeavesLots { get; init; }

    /// <summary>Refuse it rather than let it take.</summary>
    public required bool PostOnly { get; init; }

    /// <summary>What happens when it meets an order of its own account.</summary>
    public SelfTradePrevention SelfTrade { get; init; }

    /// <summary>What it carries beyond a plain order; null for nothing.</summary>
    public OrderConditions? Conditions { get; set; }

    /// <summary>Quantity of the order as it is submitted, in lots.</summary>
    public required long SubmittedLots { get; init; }

    /// <summary>The account's sequence of the hold.</summary>
    public required long Sequence { get; init; }

    /// <summary>Its public id; 0 until the account has seen it in the book.</summary>
    public long OrderId { get; set; }

    /// <summary>Total quantity, in lots.</summary>
    public long QuantityLots { get; set; }

    /// <summary>Filled quantity, in lots.</summary>
    public long FilledLots { get; set; }

    /// <summary>What is held for it: quote minor units of a buy, base minor units of a sell.</summary>
    public long Held { get; set; }

    /// <summary>Open quantity, in lots.</summary>
    public long LeavesLots => QuantityLots - FilledLots;

    /// <summary>How it stands in its book, for who asks: nothing is held by it.</summary>
    public OrderStanding Standing { get; set; }

    /// <summary>The price it stands at in its book, as far as is known here: what its owner is shown. In ticks.</summary>
    public long StandsAtTicks => Standing.PriceTicks is not 0 and var ticks ? ticks : PriceTicks;

    /// <summary>How it stands as far as its kind tells, with what it has filled.</summary>
    public OrderStanding StandingByKind => new(FilledLots > 0 ? OrderStage.Working : OrderStages.WithoutParent(Type));

    /// <summary>Its fees so far; kept in margin accounts alone.</summary>
    public OrderFees Paid { get; set; }

    /// <summary>What it is counted in, from when it is held until it has ended.</summary>
    internal OpenInterest? Interest { get; set; }

    /// <summary>
    /// What it may still trade, in lots: its open quantity; of a buy by amount, which has no quantity of its own, what is held
    /// for it at its worst price.
    /// </summary>
    public long OpenLots => Conditions?.Amount is not null && Side == Side.Buy
        ? (long)Rounding.DivUp(Held, (Int128)PriceTicks * Instrument.TickLotValue)
        : LeavesLots;

    /// <summary>
    /// What it may take out of a margin account, or bring into it, in lots: of a sell what is held for it, so that orders that depend on each
    /// other count once.
    /// </summary>
    public long WorstLots => Side == Side.Buy ? OpenLots : Held / Instrument.LotUnits;

    /// <summary>The asset that is held.</summary>
    public Asset HeldAsset => Side == Side.Buy ? Instrument.Quote : Instrument.Base;
}
