using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A displayed price level after a record; without orders if it is gone.</summary>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price, in ticks.</param>
/// <param name="Lots">Displayed lots.</param>
/// <param name="Orders">Displayed orders.</param>
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
    internal bool HasPrevented => Steps.Any(static step => step is MatchPrevented);

    /// <summary>Returns the record without prevented matches, as a release before those steps wrote it.</summary>
    internal BookTurn WithoutPrevented() => this with
    {
        Steps = Steps.RemoveAll(static step => step is MatchPrevented),
    };

    /// <summary>True if it changes an earlier trade.</summary>
    internal bool ChangesTrade =>
        Command is ChangeTrade && Steps.Any(static step => step is TradeReversed or TradeRestated);

    /// <summary>
    /// True if it records a triggered stop, a list's child that entered or could not, or the order because of which a
    /// list was rejected.
    /// </summary>
    internal bool TellsStages => Steps.Any(static step => step
        is OrderTriggered
        or OrderActivated
        or OrderEnded { Refusal: not RejectReason.None }
        or OrderRefused { Refusal: not RejectReason.None });

    /// <summary>Returns the record without those steps and reasons, as a release before them wrote it.</summary>
    internal BookTurn WithoutStages() => !TellsStages ? this : this with
    {
        Steps =
        [
            .. Steps.Where(static step => step is not (OrderTriggered or OrderActivated))
                .Select(static step => step switch
                {
                    OrderEnded ended => ended with { Refusal = RejectReason.None },
                    OrderRefused refused => refused with { Refusal = RejectReason.None },
                    _ => step,
                }),
        ],
    };

    /// <summary>Returns the order of a step of this record, as it was submitted.</summary>
    /// <exception cref="InvalidDataException">The order is not in the record's command.</exception>
    public SubmitOrder OrderOf(OrderStep step) => OrderOf(step.Account, step.Number)
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
