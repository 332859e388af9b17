using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Commands of a book, beside the plain orders and cancels that have their own records.</summary>
public enum BookVerb : byte
{
    /// <summary>Enters one order.</summary>
    Enter = 1,

    /// <summary>Enters a list of orders.</summary>
    EnterList = 2,

    /// <summary>Cancels one order.</summary>
    Cancel = 3,

    /// <summary>Cancels all orders of an account up to a number.</summary>
    CancelAll = 4,

    /// <summary>Changes an open order in place.</summary>
    Amend = 5,

    /// <summary>Reduces an open order.</summary>
    Reduce = 6,

    /// <summary>Changes the trading phase.</summary>
    SetPhase = 7,

    /// <summary>Sets the mark price.</summary>
    SetMark = 8,

    /// <summary>Sets the reference price of the static band.</summary>
    SetReference = 9,

    /// <summary>Sets bands, protection and collar.</summary>
    SetRules = 10,

    /// <summary>Advances the time: what is due expires.</summary>
    AdvanceTime = 11,

    /// <summary>Blocks an account and cancels its orders.</summary>
    Block = 12,

    /// <summary>Unblocks an account, so that it may enter orders again.</summary>
    Unblock = 13,

    /// <summary>Busts a trade.</summary>
    Bust = 14,

    /// <summary>Corrects a trade's price.</summary>
    Correct = 15,

    /// <summary>
    /// Enters at most one order that stands aside, and carries out the actions of multi-leg orders in this book.
    /// </summary>
    Act = 16,

    /// <summary>Cancels every open order.</summary>
    EndOrders = 17,

    /// <summary>Sets which accounts belong to one owner.</summary>
    SetTradeGroups = 18,

    /// <summary>Adjusts every open order for a corporate action; each action once.</summary>
    AdjustOrders = 19,
}

/// <summary>A command as it is journaled: enough to run it again.</summary>
/// <param name="Verb">Kind of the command.</param>
/// <param name="Account">The account concerned, or 0.</param>
/// <param name="Number">
/// Cancel, Amend, Reduce: the order's number in its account.
/// CancelAll: the floor.
/// Bust, Correct: sequence of the trade's record; in records from before ADR 52, the trade's place among all trades.
/// AdjustOrders: the action's place among all announced actions, from 1.
/// </param>
/// <param name="Value">
/// Enter: 1 if the order continues as what the replaced order has become.
/// CancelAll: 1 if all orders end before the book settles; 0 in older records, where it settled after each. Cancel,
/// EndOrders: the <see cref="EndReason"/>. Reduce: the new total, in lots. SetPhase: the <see cref="TradingPhase"/>.
/// EnterList: the <see cref="OrderListKind"/>. SetMark, SetReference, Correct: a price, in ticks.
/// </param>
/// <param name="Orders">Enter, EnterList, Act: the orders.</param>
/// <param name="Changes">
/// Cancel: numbers of other orders that end with it.
/// Amend, SetRules: the changed values by name.
/// SetPhase: the reason of the phase, and the planned next phase with its time.
/// Act: the actions, each followed by its operands.
/// SetTradeGroups: each changed account, followed by its group.
/// AdjustOrders: the ratio of a split, or the fall of prices; empty ends all orders.
/// Bust, Correct: the trade as it was (<see cref="TradeAsItWas"/>); empty in records from before ADR 52, which moved no
/// money.
/// </param>
[GenerateSerializer, Immutable, Alias("book-command")]
public sealed record BookCommand(
    BookVerb Verb,
    long Account,
    long Number,
    long Value,
    ImmutableArray<SubmitOrder> Orders,
    ImmutableArray<NamedValue> Changes)
{
    /// <summary>Makes a command without orders and changes.</summary>
    public static BookCommand Of(BookVerb verb, long value = 0, long account = 0, long number = 0) =>
        new(verb, account, number, value, [], []);
}

/// <summary>Name of a value in a command. Numbers are journaled and never change.</summary>
public enum ChangedValue : byte
{
    /// <summary>Amend: displayed lots of an iceberg.</summary>
    DisplayLots = 1,

    /// <summary>Amend: trigger price, in ticks.</summary>
    TriggerTicks = 2,

    /// <summary>Amend: trailing distance, in ticks.</summary>
    TrailTicks = 3,

    /// <summary>Amend: trailing distance, in basis points.</summary>
    TrailBasisPoints = 4,

    /// <summary>Amend: expiry time, Unix nanoseconds.</summary>
    ExpiryNanos = 5,

    /// <summary>
    /// Amend: worst price at which a stop without a limit may trade, in ticks. Its book adds it to a new trigger.
    /// </summary>
    WorstTicks = 6,

    /// <summary>Rules: protection of market orders, in ticks; -1 for none. In all rules, -1 means none.</summary>
    ProtectionTicks = 20,

    /// <summary>Rules: static band, in basis points.</summary>
    StaticBand = 21,

    /// <summary>Rules: dynamic band, in basis points.</summary>
    DynamicBand = 22,

    /// <summary>Rules: 1 if the dynamic band triggers an auction.</summary>
    DynamicBandAuction = 23,

    /// <summary>Rules: auction collar, in basis points.</summary>
    AuctionCollar = 24,

    /// <summary>Rules: maximum number of extensions of an auction.</summary>
    MaxExtensions = 25,

    /// <summary>Rules: length of a volatility auction, nanoseconds.</summary>
    AuctionNanos = 26,

    /// <summary>SetPhase: the <see cref="TradingPhase"/> that follows.</summary>
    Next = 30,

    /// <summary>SetPhase: start of the following phase, Unix nanoseconds.</summary>
    NextNanos = 31,

    /// <summary>SetPhase: length of the following phase, nanoseconds; after it, trading is continuous.</summary>
    NextLastsNanos = 32,

    /// <summary>SetPhase: the <see cref="PhaseReason"/>.</summary>
    Why = 33,

    /// <summary>
    /// Act, in records from before <see cref="Take"/>: the order of this public id trades the given lots with displayed
    /// quotes at the given price. What that triggers follows at once; for a fill-or-kill order, once it is done.
    /// </summary>
    TakeQuotes = 40,

    /// <summary>Act: the order of this public id trades the given lots with another order at the given price.</summary>
    Cross = 41,

    /// <summary>Act: the order of this public id matches against the book up to the given price.</summary>
    Sweep = 42,

    /// <summary>Act: the order of this public id enters.</summary>
    Proceed = 43,

    /// <summary>Act: the order of this public id ends, for the given reason.</summary>
    Close = 44,

    /// <summary>
    /// Act: the order of this public id trades the given lots with displayed quotes at the given price, as part of a
    /// phase.
    /// </summary>
    Take = 45,

    /// <summary>Act: what the parts of the phase have triggered follows. The value is 0.</summary>
    EndPhase = 46,

    /// <summary>Operand of an action, or of a trade: a price, in ticks.</summary>
    Price = 50,

    /// <summary>Operand of an action, or of a trade: lots.</summary>
    Lots = 51,

    /// <summary>Operand of an action: public id of the other order.</summary>
    Maker = 52,

    /// <summary>Operand of an action: the <see cref="EndReason"/>.</summary>
    Reason = 53,

    /// <summary>Cancel: number of another order of the account.</summary>
    AlsoNumber = 54,

    /// <summary>SetTradeGroups: an account's number.</summary>
    GroupedAccount = 60,

    /// <summary>SetTradeGroups: its trade group; 0 for none.</summary>
    TradeGroup = 61,

    /// <summary>AdjustOrders: number of new units; the old ones follow.</summary>
    NewUnits = 62,

    /// <summary>AdjustOrders: number of old units they replace.</summary>
    OldUnits = 63,

    /// <summary>AdjustOrders: fall of prices, in ticks.</summary>
    FallTicks = 64,

    /// <summary>Bust, Correct: the trade's position within its record, from 0.</summary>
    TradeIndex = 70,

    /// <summary>Bust, Correct: time of the trade, Unix nanoseconds.</summary>
    TradeNanos = 71,

    /// <summary>
    /// Bust, Correct: the taker's account; for an auction trade, the buyer is the taker here and below.
    /// </summary>
    TakerAccount = 72,

    /// <summary>Bust, Correct: number of the taker's order in its account.</summary>
    TakerNumber = 73,

    /// <summary>Bust, Correct: public id of the taker's order.</summary>
    TakerOrder = 74,

    /// <summary>Bust, Correct: the <see cref="Side"/> of the taker's order.</summary>
    TakerSide = 75,

    /// <summary>Bust, Correct: fee that the taker paid, quote minor units.</summary>
    TakerFee = 76,

    /// <summary>Bust, Correct: the other order's account.</summary>
    MakerAccount = 77,

    /// <summary>Bust, Correct: number of the other order in its account.</summary>
    MakerNumber = 78,

    /// <summary>Bust, Correct: public id of the other order.</summary>
    MakerOrder = 79,

    /// <summary>Bust, Correct: fee that the other side paid, quote minor units.</summary>
    MakerFee = 80,

    /// <summary>Bust, Correct: 1 for an auction trade, in which neither side was the taker.</summary>
    InAuction = 81,

    /// <summary>Correct: the taker's fee at the new price, quote minor units.</summary>
    TakerFeeNow = 82,

    /// <summary>Correct: the other side's fee at the new price, quote minor units.</summary>
    MakerFeeNow = 83,
}

/// <summary>Reason of a trading phase. Numbers are journaled and never change.</summary>
public enum PhaseReason : byte
{
    /// <summary>No reason given.</summary>
    None = 0,

    /// <summary>News is pending (FIX 327 = 4).</summary>
    NewsPending = 1,

    /// <summary>News is out and is being read (FIX 327 = 0).</summary>
    NewsDissemination = 2,

    /// <summary>Order imbalance (FIX 327 = 2).</summary>
    OrderImbalance = 3,

    /// <summary>Technical reasons (FIX 327 = 5).</summary>
    Technical = 4,

    /// <summary>Request of an authority.</summary>
    Regulatory = 5,

    /// <summary>The market-wide circuit breaker.</summary>
    MarketWideBreaker = 6,

    /// <summary>A price would have left its band, or an auction price its collar.</summary>
    PriceBand = 7,

    /// <summary>Planned when the previous phase began.</summary>
    Planned = 8,
}

/// <summary>A planned phase.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="AtNanos">Its start, Unix nanoseconds.</param>
/// <param name="LastsNanos">
/// Its length, nanoseconds, after which trading is continuous; 0 if an operator must end it.
/// </param>
[GenerateSerializer, Immutable, Alias("phase-plan")]
public readonly record struct PhasePlan(TradingPhase Phase, long AtNanos, long LastsNanos = 0)
{
    /// <summary>Returns the plan of a phase command, or null for none.</summary>
    public static PhasePlan? Of(ImmutableArray<NamedValue> changes) =>
        changes.ValueOf(ChangedValue.Next) is { } next && changes.ValueOf(ChangedValue.NextNanos) is { } at
            && next <= (long)TradingPhase.Closed
            ? new PhasePlan((TradingPhase)next, at, changes.ValueOf(ChangedValue.NextLastsNanos) ?? 0)
            : null;

    /// <summary>Returns the command that carries out the plan.</summary>
    public BookCommand Call() => BookCommand.Of(BookVerb.SetPhase, (long)Phase) with
    {
        Changes = LastsNanos == 0
            ? [new NamedValue(ChangedValue.Why, (long)PhaseReason.Planned)]
            :
            [
                new NamedValue(ChangedValue.Next, (long)TradingPhase.Continuous),
                new NamedValue(ChangedValue.NextNanos, AtNanos + LastsNanos),
                new NamedValue(ChangedValue.Why, (long)PhaseReason.Planned),
            ],
    };
}

/// <summary>A named value.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The new value; -1 for none.</param>
[GenerateSerializer, Immutable, Alias("named-value")]
public readonly record struct NamedValue(ChangedValue Name, long Value);

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
    internal bool ChangesTrade =>
        Command.Verb is BookVerb.Bust or BookVerb.Correct && Steps.Any(static step => step.ChangesTrade);

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
    public SubmitOrder OrderOf(in TurnStep step)
    {
        foreach (var order in Command.Orders)
        {
            if (order.Account == step.Account && order.Number == step.Number)
            {
                return order;
            }
        }

        throw new InvalidDataException($"order {step.Number} of account {step.Account} is not in its command");
    }

    /// <summary>Returns the stage in which one of its orders enters.</summary>
    public OrderStage StageOf(SubmitOrder order) => Command.Verb switch
    {
        BookVerb.EnterList =>
            OrderStages.InList((OrderListKind)Command.Value, order.Number == Command.Orders[0].Number, order.Type),
        // It continues as what the replaced order has become.
        BookVerb.Enter when Command.Value == 1 => OrderStage.Working,
        _ => OrderStages.WithoutParent(order.Type),
    };
}

/// <summary>Interprets changed values.</summary>
public static class ChangedConditions
{
    /// <summary>Returns true if all of the values belong to an order.</summary>
    public static bool AreOfOrder(this ImmutableArray<NamedValue> changes) => !changes.IsDefaultOrEmpty
        && changes.All(change => change.Name is >= ChangedValue.DisplayLots and <= ChangedValue.WorstTicks);

    /// <summary>Returns true if all of the values are rules of a book.</summary>
    public static bool AreOfRules(this ImmutableArray<NamedValue> changes) => !changes.IsDefaultOrEmpty
        && changes.All(change => change.Name is >= ChangedValue.ProtectionTicks and <= ChangedValue.AuctionNanos);

    /// <summary>Returns true if the values are accounts, each once and each followed by its trade group.</summary>
    public static bool AreOfTradeGroups(this ImmutableArray<NamedValue> changes) =>
        !changes.IsDefaultOrEmpty && changes.Length % 2 == 0
        && changes.Where((_, i) => i % 2 == 0)
            .All(of => of.Name == ChangedValue.GroupedAccount && new AccountId(of.Value).IsCustomer)
        && changes.Where((_, i) => i % 2 == 1)
            .All(of => of is { Name: ChangedValue.TradeGroup, Value: >= 0 and <= int.MaxValue })
        && changes.Where((_, i) => i % 2 == 0).DistinctBy(of => of.Value).Count() == changes.Length / 2;

    /// <summary>Returns the adjustment of open orders that the values encode, or null if they are none.</summary>
    public static OrderAdjustment? AsAdjustment(this ImmutableArray<NamedValue> changes)
    {
        OrderAdjustment? adjustment = changes.IsDefault ? null : changes switch
        {
            [] => OrderAdjustment.EndsOrders,
            [{ Name: ChangedValue.NewUnits, Value: var news }, { Name: ChangedValue.OldUnits, Value: var olds }] =>
                OrderAdjustment.Split(news, olds),
            [{ Name: ChangedValue.FallTicks, Value: >= 1 and var ticks }] => OrderAdjustment.Dividend(ticks),
            _ => null,
        };
        return adjustment is { IsValid: true } valid ? valid : null;
    }

    /// <summary>Encodes an adjustment as changed values.</summary>
    public static ImmutableArray<NamedValue> AsChanges(this OrderAdjustment adjustment) =>
        adjustment.IsSplit
            ? [new(ChangedValue.NewUnits, adjustment.NewUnits), new(ChangedValue.OldUnits, adjustment.OldUnits)]
        : adjustment.FallTicks > 0 ? [new(ChangedValue.FallTicks, adjustment.FallTicks)]
        : [];

    /// <summary>
    /// Returns true if the values give only the reason of a phase and a planned next phase. That phase must be able to
    /// follow; if it has a length, continuous trading must be able to follow it.
    /// </summary>
    public static bool AreOfPhase(this ImmutableArray<NamedValue> changes, TradingPhase phase)
    {
        if (changes.IsDefaultOrEmpty)
        {
            return true;
        }

        var plan = PhasePlan.Of(changes);
        return changes.All(change => change.Name is >= ChangedValue.Next and <= ChangedValue.Why && change.Value >= 0)
            && changes.Select(change => change.Name).Distinct().Count() == changes.Length
            && (plan is { } follows
                ? phase.LeadsTo(follows.Phase)
                    && (follows.LastsNanos == 0 || follows.Phase.LeadsTo(TradingPhase.Continuous))
                : changes.All(change => change.Name == ChangedValue.Why));
    }

    /// <summary>Returns a value by name, or null if it is missing.</summary>
    public static long? ValueOf(this ImmutableArray<NamedValue> changes, ChangedValue name)
    {
        foreach (var change in changes)
        {
            if (change.Name == name)
            {
                return change.Value;
            }
        }

        return null;
    }

    /// <summary>Returns an order's conditions with the changed values applied.</summary>
    public static OrderConditions With(this OrderConditions? conditions, ImmutableArray<NamedValue> changes)
    {
        var changed = conditions ?? new OrderConditions();
        foreach (var (name, value) in changes)
        {
            changed = name switch
            {
                ChangedValue.DisplayLots => changed with { DisplayLots = value },
                ChangedValue.TriggerTicks => changed with { TriggerTicks = value },
                ChangedValue.TrailTicks => changed with { TrailTicks = value },
                ChangedValue.TrailBasisPoints => changed with
                {
                    TrailBasisPoints = (int)Math.Clamp(value, -1, int.MaxValue),
                },
                ChangedValue.ExpiryNanos => changed with { ExpiryNanos = value },
                _ => changed,
            };
        }

        return changed;
    }
}
