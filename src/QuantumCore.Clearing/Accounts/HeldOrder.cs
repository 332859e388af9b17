using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>An order's state in its book.</summary>
/// <param name="Stage">Its stage: what it waits for.</param>
/// <param name="SinceNanos">Time at which the stage began, Unix nanoseconds; 0 if it began at entry.</param>
/// <param name="PriceTicks">
/// Its price in the book, in ticks, if it differs from the submitted one because it slid or triggered; else 0.
/// </param>
public readonly record struct OrderState(OrderStage Stage, long SinceNanos = 0, long PriceTicks = 0);

/// <summary>An order for which the account holds funds.</summary>
public sealed class HeldOrder
{
    /// <summary>The instrument as defined when it was placed.</summary>
    public required Instrument Instrument { get; init; }

    /// <summary>Its number within the account.</summary>
    public required long Number { get; init; }

    /// <summary>Its client order id.</summary>
    public required string ClientOrderId { get; init; }

    /// <summary>Buy or sell.</summary>
    public required Side Side { get; init; }

    /// <summary>Limit or market.</summary>
    public required OrderType Type { get; init; }

    /// <summary>Time in force.</summary>
    public required TimeInForce TimeInForce { get; init; }

    /// <summary>Limit or protection price, in ticks.</summary>
    public required long PriceTicks { get; set; }

    /// <summary>Its fee terms.</summary>
    public required FeeTerms Fees { get; init; }

    /// <summary>Time of the hold, Unix nanoseconds.</summary>
    public required long TimeNanos { get; init; }

    /// <summary>Number of the order it replaces, or 0.</summary>
    public required long ReplacesNumber { get; init; }

    /// <summary>Quantity that the replaced order must have open in the book, in lots.</summary>
    public required long ExpectedLeavesLots { get; init; }

    /// <summary>True to reject the order rather than let it take liquidity.</summary>
    public required bool PostOnly { get; init; }

    /// <summary>Self-trade prevention mode.</summary>
    public SelfTradePrevention SelfTrade { get; init; }

    /// <summary>Conditions beyond a plain order; null for none.</summary>
    public OrderConditions? Conditions { get; set; }

    /// <summary>Submitted quantity, in lots.</summary>
    public required long SubmittedLots { get; init; }

    /// <summary>The account's sequence of the hold.</summary>
    public required long Sequence { get; init; }

    /// <summary>Its public id; 0 until the account has seen it in the book.</summary>
    public long OrderId { get; set; }

    /// <summary>Total quantity, in lots.</summary>
    public long QuantityLots { get; set; }

    /// <summary>Filled quantity, in lots.</summary>
    public long FilledLots { get; set; }

    /// <summary>Amount held for it: quote minor units for a buy, base minor units for a sell.</summary>
    public long Held { get; set; }

    /// <summary>Open quantity, in lots.</summary>
    public long LeavesLots => QuantityLots - FilledLots;

    /// <summary>Its state in the book, for reporting only: no hold depends on it.</summary>
    public OrderState State { get; set; }

    /// <summary>Its price in the book as far as known here, in ticks: the price its owner is shown.</summary>
    public long BookPriceTicks => State.PriceTicks is not 0 and var ticks ? ticks : PriceTicks;

    /// <summary>Its state as its type and filled quantity imply.</summary>
    public OrderState StateByType => new(FilledLots > 0 ? OrderStage.Working : OrderStages.WithoutParent(Type));

    /// <summary>Its fees so far; kept only in margin accounts.</summary>
    public OrderFees Paid { get; set; }

    /// <summary>The open interest that counts it, from hold to end.</summary>
    internal OpenInterest? Interest { get; set; }

    /// <summary>
    /// Quantity that it may still trade, in lots: its open quantity. A buy by amount has no quantity of its own; its
    /// hold divided by its worst price counts.
    /// </summary>
    public long OpenLots => Conditions?.Amount is not null && Side == Side.Buy
        ? (long)Rounding.DivUp(Held, (Int128)PriceTicks * Instrument.TickLotValue)
        : LeavesLots;

    /// <summary>
    /// Quantity by which it may change a margin account's position, in lots. For a sell, its hold counts, so that
    /// dependent orders count once.
    /// </summary>
    public long WorstLots => Side == Side.Buy ? OpenLots : Held / Instrument.LotUnits;

    /// <summary>The asset of its hold.</summary>
    public Asset HeldAsset => Side == Side.Buy ? Instrument.Quote : Instrument.Base;

    /// <summary>Returns the order of a hold.</summary>
    /// <param name="hold">The account's record.</param>
    /// <param name="instrument">Its instrument.</param>
    /// <param name="sequence">Sequence of the record.</param>
    internal static HeldOrder From(HoldPlaced hold, Instrument instrument, long sequence)
    {
        var order = hold.Order;
        var fees = new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee);
        var held = new HeldOrder
        {
            Instrument = instrument,
            Number = order.Number,
            ClientOrderId = order.ClientOrderId,
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            PostOnly = order.PostOnly,
            SelfTrade = order.SelfTrade,
            Conditions = order.Conditions.Decode(),
            PriceTicks = order.PriceTicks,
            SubmittedLots = order.QuantityLots,
            Fees = fees,
            Paid = new OrderFees(order.Side, fees),
            TimeNanos = hold.TimeNanos,
            ReplacesNumber = order.ReplacesNumber,
            ExpectedLeavesLots = order.ExpectedLeavesLots,
            Sequence = sequence,
            QuantityLots = order.QuantityLots,
            Held = hold.Amount,
        };
        held.State = held.StateByType;
        return held;
    }

    /// <summary>Returns the order, to submit it, perhaps again.</summary>
    internal SubmitOrder ToOrder(AccountId account) => new(
        account.Value,
        Number,
        ClientOrderId,
        Side,
        Type,
        TimeInForce,
        PostOnly,
        PriceTicks,
        SubmittedLots,
        Fees.MakerPpm,
        Fees.TakerPpm,
        ReplacesNumber,
        ExpectedLeavesLots,
        SelfTrade: SelfTrade,
        Conditions: EncodedConditions.From(Conditions),
        MinimumFee: Fees.Minimum);
}
