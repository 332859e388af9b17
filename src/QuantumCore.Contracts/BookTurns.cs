using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Kind of an order's step within a record. Numbers are journaled and never change.</summary>
public enum StepKind : byte
{
    /// <summary>The order entered and got its public id.</summary>
    Opened = 1,

    /// <summary>The order traded with another order.</summary>
    Fill = 2,

    /// <summary>The order ended with open quantity; its hold is released.</summary>
    Ended = 3,

    /// <summary>The order was reduced, or its conditions changed.</summary>
    Changed = 4,

    /// <summary>The amount held for the order changed.</summary>
    Held = 5,

    /// <summary>The order never enters the book; its hold is released.</summary>
    Voided = 6,

    /// <summary>
    /// The order met an order of its owner and did not trade; the resulting changes and ends are separate steps.
    /// </summary>
    Prevented = 7,

    /// <summary>A corporate action changed the order's price or lots.</summary>
    Adjusted = 8,

    /// <summary>A stop or take-profit triggered: it is a market or a limit order from here on.</summary>
    Triggered = 9,

    /// <summary>A child of a list enters because its parent is filled.</summary>
    Activated = 10,

    /// <summary>Reverses an earlier trade, including fees, for both sides.</summary>
    Reversed = 11,

    /// <summary>The trade that was just reversed is made again at the corrected price.</summary>
    Restated = 12,
}

/// <summary>A step of a record. Steps must be applied in sequence.</summary>
/// <param name="Kind">Kind of the step.</param>
/// <param name="Account">
/// The order's account. Fill, Prevented, Reversed, Restated: the taker's. For an auction trade, the buyer is the taker
/// here and below.
/// </param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id; 0 if it has none.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Reason">Ended: the reason.</param>
/// <param name="PriceTicks">
/// In ticks.
/// Fill, Reversed, Restated: price of the trade.
/// Prevented: price of the other order.
/// Adjusted: its new limit or worst price.
/// Triggered: its limit from then on, 0 for a market order.
/// Opened, Activated: the price it slid to, if it did.
/// Else: the order's price or trigger, 0 for none.
/// </param>
/// <param name="QuantityLots">
/// In lots.
/// Fill, Reversed, Restated: the traded quantity.
/// Prevented: the quantity that would have traded.
/// Opened: its total.
/// Changed: reduction of its total.
/// Adjusted: increase of its total.
/// Ended: its filled quantity.
/// </param>
/// <param name="LeavesLots">
/// Open quantity afterwards, in lots. Ended: the released quantity. Prevented: the quantity it loses.
/// </param>
/// <param name="Fee">Fill, Reversed, Restated: its fee, quote minor units.</param>
/// <param name="Hold">Amount still held for it afterwards, minor units of the asset it gives.</param>
/// <param name="MakerAccount">Fill, Prevented, Reversed, Restated: the other order's account.</param>
/// <param name="MakerNumber">Fill, Prevented, Reversed, Restated: the other order's number.</param>
/// <param name="MakerOrderId">Fill, Prevented, Reversed, Restated: the other order's public id.</param>
/// <param name="MakerLeavesLots">
/// The other order, in lots. Fill: its open quantity afterwards. Prevented: the quantity it loses.
/// </param>
/// <param name="MakerFee">Fill, Reversed, Restated: the other order's fee, quote minor units.</param>
/// <param name="MakerHold">Fill: amount still held for the other order.</param>
/// <param name="IsAuction">Fill, Reversed, Restated: true if neither side was the taker.</param>
/// <param name="SelfTrade">
/// Prevented: the self-trade prevention applied. For the modes oldest and newest, it tells which of the two orders was
/// cancelled.
/// </param>
/// <param name="Owner">
/// Prevented: the owner's number; 0 if both orders are the account's own and it has no owner number.
/// </param>
/// <param name="PriceBeforeTicks">Adjusted: the old value of <paramref name="PriceTicks"/>.</param>
/// <param name="Refusal">
/// Ended, for a list's child that was to enter: reason why it was rejected then.
/// Voided, for the order of a list because of which the list was rejected: the reason.
/// </param>
[GenerateSerializer, Immutable, Alias("turn-step")]
public readonly record struct TurnStep(
    StepKind Kind,
    long Account,
    long Number,
    long OrderId,
    Side Side,
    EndReason Reason,
    long PriceTicks,
    long QuantityLots,
    long LeavesLots,
    long Fee,
    long Hold,
    long MakerAccount = 0,
    long MakerNumber = 0,
    long MakerOrderId = 0,
    long MakerLeavesLots = 0,
    long MakerFee = 0,
    long MakerHold = 0,
    bool IsAuction = false,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    long Owner = 0,
    long PriceBeforeTicks = 0,
    RejectReason Refusal = RejectReason.None)
{
    /// <summary>True if it changes an earlier trade, for both of its sides.</summary>
    public bool ChangesTrade => Kind is StepKind.Reversed or StepKind.Restated;

    /// <summary>True if it belongs to a trade and so moves money and units of two sides.</summary>
    public bool IsOfTrade => Kind == StepKind.Fill || ChangesTrade;

    /// <summary>True if only records of kind 10 have it.</summary>
    internal bool TellsStage => Kind is StepKind.Triggered or StepKind.Activated || Refusal != RejectReason.None;
}

/// <summary>A displayed price level after a record; without orders if it is gone.</summary>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price, in ticks.</param>
/// <param name="Lots">Displayed lots.</param>
/// <param name="Orders">Displayed orders.</param>
[GenerateSerializer, Immutable, Alias("level-state")]
public readonly record struct LevelState(Side Side, long PriceTicks, long Lots, int Orders);

/// <summary>The indicative result of an auction.</summary>
/// <param name="PriceTicks">Its price, in ticks; 0 for none.</param>
/// <param name="Lots">Lots that would trade.</param>
/// <param name="Imbalance">Lots left over: of buyers if positive, of sellers if negative.</param>
[GenerateSerializer, Immutable, Alias("indicative-auction")]
public readonly record struct IndicativeAuction(long PriceTicks, long Lots, long Imbalance);

/// <summary>
/// X: a command that did more than enter or cancel one plain order, with everything it caused.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Command">The command.</param>
/// <param name="Reason">Reject reason of its orders, or None.</param>
/// <param name="Phase">The trading phase afterwards.</param>
/// <param name="Steps">Steps of orders, in sequence.</param>
/// <param name="Levels">Displayed levels that changed.</param>
/// <param name="Indicative">The indicative auction result, if it changed.</param>
[GenerateSerializer, Immutable, Alias("book-turn")]
public sealed record BookTurn(
    long TimeNanos,
    BookCommand Command,
    RejectReason Reason,
    TradingPhase Phase,
    ImmutableArray<TurnStep> Steps,
    ImmutableArray<LevelState> Levels,
    IndicativeAuction? Indicative) : BookRecord(TimeNanos)
{
    /// <summary>True if it contains a prevented match.</summary>
    internal bool HasPrevented => Steps.Any(static step => step.Kind == StepKind.Prevented);

    /// <summary>Returns the record without prevented matches, as a release before those steps wrote it.</summary>
    internal BookTurn WithoutPrevented() => this with
    {
        Steps = Steps.RemoveAll(static step => step.Kind == StepKind.Prevented),
    };

    /// <summary>True if it changes an earlier trade.</summary>
    internal bool ChangesTrade => Command is ChangeTrade && Steps.Any(static step => step.ChangesTrade);

    /// <summary>
    /// True if it records a triggered stop, a list's child that entered or could not, or the order because of which a
    /// list was rejected.
    /// </summary>
    internal bool TellsStages => Steps.Any(static step => step.TellsStage);

    /// <summary>Returns the record without those steps and reasons, as a release before them wrote it.</summary>
    internal BookTurn WithoutStages() => !TellsStages ? this : this with
    {
        Steps =
        [
            .. Steps.Where(static step => step.Kind is not (StepKind.Triggered or StepKind.Activated))
                .Select(static step => step with { Refusal = RejectReason.None }),
        ],
    };

    /// <summary>Returns the order that a step opened, as it was submitted.</summary>
    /// <exception cref="InvalidDataException">The order is not in the record's command.</exception>
    public SubmitOrder OrderOf(in TurnStep step) => OrderOf(step.Account, step.Number)
        ?? throw new InvalidDataException($"order {step.Number} of account {step.Account} is not in its command");

    /// <summary>Returns the stage in which one of its orders enters.</summary>
    public OrderStage StageOf(SubmitOrder order) => Command switch
    {
        EnterOrderList { Kind: var kind, Orders: [var first, ..] } =>
            OrderStages.InList(kind, order.Number == first.Number, order.Type),
        // It continues as what the replaced order has become.
        EnterOrder { Continues: true } => OrderStage.Working,
        _ => OrderStages.WithoutParent(order.Type),
    };
}
