using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>What a book is asked to do, beside the plain orders and cancels that have records of their own.</summary>
public enum BookVerb : byte
{
    /// <summary>Enter one order.</summary>
    Enter = 1,

    /// <summary>Enter a list of orders.</summary>
    EnterList = 2,

    /// <summary>Cancel one order.</summary>
    Cancel = 3,

    /// <summary>Cancel everything of an account up to a number.</summary>
    CancelAll = 4,

    /// <summary>Change an open order in place.</summary>
    Amend = 5,

    /// <summary>Make an open order smaller.</summary>
    Reduce = 6,

    /// <summary>Go to another trading phase.</summary>
    SetPhase = 7,

    /// <summary>Set the mark price.</summary>
    SetMark = 8,

    /// <summary>Set the reference of the static band.</summary>
    SetReference = 9,

    /// <summary>Set bands, protection and collar.</summary>
    SetRules = 10,

    /// <summary>Let time pass: what is due expires.</summary>
    AdvanceTime = 11,

    /// <summary>Block an account and cancel its orders.</summary>
    Block = 12,

    /// <summary>Let a blocked account enter orders again.</summary>
    Unblock = 13,

    /// <summary>Declare a trade void.</summary>
    Bust = 14,

    /// <summary>Correct a trade's price.</summary>
    Correct = 15,

    /// <summary>Take in an order that stands aside, if there is one, and do what strategies do in this book.</summary>
    Act = 16,

    /// <summary>Cancel every open order.</summary>
    EndOrders = 17,

    /// <summary>Say which accounts are of one owner.</summary>
    SetTradeGroups = 18,

    /// <summary>Adjust every open order for a corporate action; each action once.</summary>
    AdjustOrders = 19,
}

/// <summary>A command as it is journaled: enough to run it again.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Account">The account it is about, or 0.</param>
/// <param name="Number">
/// Cancel, Amend, Reduce: the order's number in its account. CancelAll: the floor. Bust, Correct: the sequence of the trade's record; in records of
/// before ADR 52 the trade's place among all. AdjustOrders: the action's place among all that were announced, from 1.
/// </param>
/// <param name="Value">
/// Enter: 1 where the order enters as what the one it replaces has become. CancelAll: 1 where all orders end before the book settles, 0 in records of
/// before that, when it settled after each. Cancel, EndOrders: the <see cref="EndReason"/>. Reduce: the new total in lots. SetPhase: the <see cref="TradingPhase"/>.
/// EnterList: the <see cref="OrderListKind"/>. SetMark, SetReference, Correct: a price in ticks.
/// </param>
/// <param name="Orders">Enter, EnterList, Act: the orders.</param>
/// <param name="Changes">
/// Cancel: the numbers of other orders that end with it. Amend, SetRules: what changes, each under its name. SetPhase: why, and what follows when. Act: what is done, each with its operands after it.
/// SetTradeGroups: each account that changes, and its group after it. AdjustOrders: the ratio of a split, or by how much prices fall; nothing ends all.
/// Bust, Correct: the trade as it was (<see cref="TradeAsItWas"/>); nothing in records of before ADR 52, which moved no money.
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
    /// <summary>A command without orders and changes.</summary>
    public static BookCommand Of(BookVerb verb, long value = 0, long account = 0, long number = 0) =>
        new(verb, account, number, value, [], []);
}

/// <summary>A value that changes. Numbers are journaled and never change.</summary>
public enum ChangedValue : byte
{
    /// <summary>Amend: lots an iceberg shows.</summary>
    DisplayLots = 1,

    /// <summary>Amend: trigger price in ticks.</summary>
    TriggerTicks = 2,

    /// <summary>Amend: trailing distance in ticks.</summary>
    TrailTicks = 3,

    /// <summary>Amend: trailing distance in basis points.</summary>
    TrailBasisPoints = 4,

    /// <summary>Amend: good till, Unix nanoseconds.</summary>
    ExpiryNanos = 5,

    /// <summary>Amend: the worst price, in ticks, at which a stop without a limit may trade. Its book adds it to a new trigger.</summary>
    WorstTicks = 6,

    /// <summary>Rules: market orders' protection in ticks; -1 for none, here and below.</summary>
    ProtectionTicks = 20,

    /// <summary>Rules: static band in basis points.</summary>
    StaticBand = 21,

    /// <summary>Rules: dynamic band in basis points.</summary>
    DynamicBand = 22,

    /// <summary>Rules: 1 when the dynamic band calls for an auction.</summary>
    DynamicBandAuction = 23,

    /// <summary>Rules: auction collar in basis points.</summary>
    AuctionCollar = 24,

    /// <summary>Rules: most extensions of an auction.</summary>
    MaxExtensions = 25,

    /// <summary>Rules: how long a volatility auction lasts, nanoseconds.</summary>
    AuctionNanos = 26,

    /// <summary>SetPhase: the <see cref="TradingPhase"/> that follows.</summary>
    Next = 30,

    /// <summary>SetPhase: when it follows, Unix nanoseconds.</summary>
    NextNanos = 31,

    /// <summary>SetPhase: how long the phase that follows lasts, nanoseconds; then trading is continuous.</summary>
    NextLastsNanos = 32,

    /// <summary>SetPhase: the <see cref="PhaseReason"/>.</summary>
    Why = 33,

    /// <summary>
    /// Act, in records from before <see cref="Take"/>: the order of this public id trades with displayed quotes at a price, so many lots, and what
    /// that sets off comes at once; of a fill-or-kill order when it is done.
    /// </summary>
    TakeQuotes = 40,

    /// <summary>Act: the order of this public id trades with another one at a price, so many lots.</summary>
    Cross = 41,

    /// <summary>Act: the order of this public id meets the book up to a price.</summary>
    Sweep = 42,

    /// <summary>Act: the order of this public id enters.</summary>
    Proceed = 43,

    /// <summary>Act: the order of this public id ends for a reason.</summary>
    Close = 44,

    /// <summary>Act: the order of this public id trades with displayed quotes at a price, so many lots, as part of a phase.</summary>
    Take = 45,

    /// <summary>Act: what the parts of the phase have set off comes. The value is 0.</summary>
    EndPhase = 46,

    /// <summary>Of an act, or of a trade: a price in ticks.</summary>
    Price = 50,

    /// <summary>Of an act, or of a trade: lots.</summary>
    Lots = 51,

    /// <summary>Of an act: public id of the other order.</summary>
    Maker = 52,

    /// <summary>Of an act: the <see cref="EndReason"/>.</summary>
    Reason = 53,

    /// <summary>Cancel: the number of another order of the account.</summary>
    AlsoNumber = 54,

    /// <summary>SetTradeGroups: an account's number.</summary>
    GroupedAccount = 60,

    /// <summary>SetTradeGroups: its trade group; 0 for none.</summary>
    TradeGroup = 61,

    /// <summary>AdjustOrders: so many new units; the old ones come after it.</summary>
    NewUnits = 62,

    /// <summary>AdjustOrders: for so many old ones.</summary>
    OldUnits = 63,

    /// <summary>AdjustOrders: by how many ticks prices fall.</summary>
    FallTicks = 64,

    /// <summary>Bust, Correct: the trade's position within its record, from 0.</summary>
    TradeIndex = 70,

    /// <summary>Bust, Correct: when it was traded, Unix nanoseconds.</summary>
    TradeNanos = 71,

    /// <summary>Bust, Correct: the taker's account; in an auction the buyer's, here and below.</summary>
    TakerAccount = 72,

    /// <summary>Bust, Correct: the number of its order in it.</summary>
    TakerNumber = 73,

    /// <summary>Bust, Correct: public id of that order.</summary>
    TakerOrder = 74,

    /// <summary>Bust, Correct: the <see cref="Side"/> of that order.</summary>
    TakerSide = 75,

    /// <summary>Bust, Correct: what that side paid, quote minor units.</summary>
    TakerFee = 76,

    /// <summary>Bust, Correct: the other order's account.</summary>
    MakerAccount = 77,

    /// <summary>Bust, Correct: its number in it.</summary>
    MakerNumber = 78,

    /// <summary>Bust, Correct: its public id.</summary>
    MakerOrder = 79,

    /// <summary>Bust, Correct: what that side paid, quote minor units.</summary>
    MakerFee = 80,

    /// <summary>Bust, Correct: 1 where neither took.</summary>
    InAuction = 81,

    /// <summary>Correct: what the taker pays at the new price, quote minor units.</summary>
    TakerFeeNow = 82,

    /// <summary>Correct: what the other side pays at it, quote minor units.</summary>
    MakerFeeNow = 83,
}

/// <summary>Why a symbol is in its phase. Numbers are journaled and never change.</summary>
public enum PhaseReason : byte
{
    /// <summary>Nobody said.</summary>
    None = 0,

    /// <summary>News is pending (FIX 327 = 4).</summary>
    NewsPending = 1,

    /// <summary>News is out and is being read (FIX 327 = 0).</summary>
    NewsDissemination = 2,

    /// <summary>Orders stand too far apart (FIX 327 = 2).</summary>
    OrderImbalance = 3,

    /// <summary>Something technical (FIX 327 = 5).</summary>
    Technical = 4,

    /// <summary>An authority asked for it.</summary>
    Regulatory = 5,

    /// <summary>The market-wide breaker.</summary>
    MarketWideBreaker = 6,

    /// <summary>A price would have left its band, or an auction its collar.</summary>
    PriceBand = 7,

    /// <summary>It was planned when the phase before it began.</summary>
    Planned = 8,
}

/// <summary>A phase that is to follow.</summary>
/// <param name="Phase">Which.</param>
/// <param name="AtNanos">When, Unix nanoseconds.</param>
/// <param name="LastsNanos">How long it lasts, nanoseconds, until trading is continuous; 0: until somebody ends it.</param>
[GenerateSerializer, Immutable, Alias("phase-plan")]
public readonly record struct PhasePlan(TradingPhase Phase, long AtNanos, long LastsNanos = 0)
{
    /// <summary>What a phase call plans; null for nothing.</summary>
    public static PhasePlan? Of(ImmutableArray<NamedValue> changes) =>
        changes.ValueOf(ChangedValue.Next) is { } next && changes.ValueOf(ChangedValue.NextNanos) is { } at
            && next <= (long)TradingPhase.Closed
            ? new PhasePlan((TradingPhase)next, at, changes.ValueOf(ChangedValue.NextLastsNanos) ?? 0)
            : null;

    /// <summary>The call that carries it out.</summary>
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

/// <summary>One changed value.</summary>
/// <param name="Name">Which.</param>
/// <param name="Value">The new value; -1 for none.</param>
[GenerateSerializer, Immutable, Alias("named-value")]
public readonly record struct NamedValue(ChangedValue Name, long Value);

/// <summary>What happened to an order within a turn. Numbers are journaled and never change.</summary>
public enum StepKind : byte
{
    /// <summary>It entered and got its public id.</summary>
    Opened = 1,

    /// <summary>It traded with another order.</summary>
    Fill = 2,

    /// <summary>It ended with something left; its hold is released by this.</summary>
    Ended = 3,

    /// <summary>It became smaller, or its conditions changed.</summary>
    Changed = 4,

    /// <summary>What is held for it changed.</summary>
    Held = 5,

    /// <summary>It never enters the book; its hold is released by this.</summary>
    Voided = 6,

    /// <summary>It met an order of its owner and did not trade; what that changes and ends comes as steps of its own.</summary>
    Prevented = 7,

    /// <summary>A corporate action gave it another price, or other lots.</summary>
    Adjusted = 8,

    /// <summary>A stop or take-profit triggered: from here on it is a market or a limit order.</summary>
    Triggered = 9,

    /// <summary>A child of a list enters: its parent is filled.</summary>
    Activated = 10,

    /// <summary>A trade of before is void, or comes anew: both sides give back what they had of it, fees too.</summary>
    Reversed = 11,

    /// <summary>A trade that was reversed just now comes anew, at the price it is corrected to.</summary>
    Restated = 12,
}

/// <summary>One thing that happened, in the sequence in which it must be added up.</summary>
/// <param name="Kind">What.</param>
/// <param name="Account">The order's account. Fill, Prevented, Reversed, Restated: the taker's; in an auction the buyer's, here and below.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id; 0 when it has none.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Reason">Ended: why.</param>
/// <param name="PriceTicks">Fill, Reversed, Restated: the price traded. Prevented: the other order's. Adjusted: its limit or worst price now. Triggered: its limit from then on, 0 for a market order. Opened, Activated: what it slid to, if it did. Else the order's price or trigger, 0 for none.</param>
/// <param name="QuantityLots">Fill, Reversed, Restated: lots. Prevented: lots that would have traded. Opened: its total. Changed: lots taken off its total. Adjusted: lots that came to its total. Ended: what it had filled.</param>
/// <param name="LeavesLots">What it has open afterwards; Ended: what was released; Prevented: what it loses.</param>
/// <param name="Fee">Fill, Reversed, Restated: its fee, quote minor units.</param>
/// <param name="Hold">What stays held for it afterwards, minor units of the asset it gives.</param>
/// <param name="MakerAccount">Fill, Prevented, Reversed, Restated: the other order's account.</param>
/// <param name="MakerNumber">Fill, Prevented, Reversed, Restated: its number.</param>
/// <param name="MakerOrderId">Fill, Prevented, Reversed, Restated: its public id.</param>
/// <param name="MakerLeavesLots">Fill: what it has open afterwards; Prevented: what it loses.</param>
/// <param name="MakerFee">Fill, Reversed, Restated: its fee.</param>
/// <param name="MakerHold">Fill: what stays held for it.</param>
/// <param name="IsAuction">Fill, Reversed, Restated: neither took.</param>
/// <param name="SelfTrade">Prevented: what was done about it; of the oldest and the newest, which of the two it was.</param>
/// <param name="Owner">Prevented: who is behind both accounts; 0 where nobody but the account itself is.</param>
/// <param name="PriceBeforeTicks">Adjusted: what <paramref name="PriceTicks"/> was.</param>
/// <param name="Refusal">
/// Ended of a list's child that was to enter: why it was refused then. Voided of a list: why the list was, of the one it was refused for.
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
    /// <summary>Whether it changes a trade of before, for both of its sides.</summary>
    public bool ChangesTrade => Kind is StepKind.Reversed or StepKind.Restated;

    /// <summary>Whether it is of a trade, so that it moves money and units of two sides.</summary>
    public bool IsOfTrade => Kind == StepKind.Fill || ChangesTrade;

    /// <summary>Whether it says what records of before ADR 49 do not.</summary>
    internal bool TellsStage => Kind is StepKind.Triggered or StepKind.Activated || Refusal != RejectReason.None;
}

/// <summary>A displayed price level as it is after a turn; without orders when it is gone.</summary>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price.</param>
/// <param name="Lots">Displayed lots.</param>
/// <param name="Orders">Displayed orders.</param>
[GenerateSerializer, Immutable, Alias("level-state")]
public readonly record struct LevelState(Side Side, long PriceTicks, long Lots, int Orders);

/// <summary>What an auction would give.</summary>
/// <param name="PriceTicks">Its price; 0 for none.</param>
/// <param name="Lots">Lots that would trade.</param>
/// <param name="Imbalance">Lots that would be left: of buyers when positive, of sellers when negative.</param>
[GenerateSerializer, Immutable, Alias("indicative-auction")]
public readonly record struct IndicativeAuction(long PriceTicks, long Lots, long Imbalance);

/// <summary>
/// X: a command that did more than enter or cancel one plain order, and everything it caused.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Command">The command.</param>
/// <param name="Reason">Why its orders were refused; none when they were not.</param>
/// <param name="Phase">The trading phase afterwards.</param>
/// <param name="Steps">What happened to orders, in sequence.</param>
/// <param name="Levels">Displayed levels that changed.</param>
/// <param name="Indicative">What the auction would give now, if that changed.</param>
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
    /// <summary>Whether orders of one owner met in it and did not trade.</summary>
    internal bool HasPrevented => Steps.Any(static step => step.Kind == StepKind.Prevented);

    /// <summary>The same without what was prevented: all that a release before those steps told.</summary>
    internal BookTurn WithoutPrevented() => this with { Steps = Steps.RemoveAll(static step => step.Kind == StepKind.Prevented) };

    /// <summary>Whether it changes a trade of before.</summary>
    internal bool ChangesTrade => Command.Verb is BookVerb.Bust or BookVerb.Correct && Steps.Any(static step => step.ChangesTrade);

    /// <summary>Whether it tells that orders came from one stage to the next, or could not, or for which of them a list was refused.</summary>
    internal bool TellsStages => Steps.Any(static step => step.TellsStage);

    /// <summary>The same without that: all that a release before those steps told.</summary>
    internal BookTurn WithoutStages() => !TellsStages ? this : this with
    {
        Steps =
        [
            .. Steps.Where(static step => step.Kind is not (StepKind.Triggered or StepKind.Activated))
                .Select(static step => step with { Refusal = RejectReason.None }),
        ],
    };

    /// <summary>The order that a step opened, as it was sent.</summary>
    /// <exception cref="InvalidDataException">It is none of the turn's own.</exception>
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

    /// <summary>The stage in which one of its orders enters.</summary>
    public OrderStage StageOf(SubmitOrder order) => Command.Verb switch
    {
        BookVerb.EnterList => OrderStages.InList((OrderListKind)Command.Value, order.Number == Command.Orders[0].Number, order.Type),
        // It goes on as what the order has become that it replaces.
        BookVerb.Enter when Command.Value == 1 => OrderStage.Working,
        _ => OrderStages.WithoutParent(order.Type),
    };
}

/// <summary>What changed values mean for an order.</summary>
public static class ChangedConditions
{
    /// <summary>Whether all of these are values that an order has.</summary>
    public static bool AreOfOrder(this ImmutableArray<NamedValue> changes) => !changes.IsDefaultOrEmpty
        && changes.All(change => change.Name is >= ChangedValue.DisplayLots and <= ChangedValue.WorstTicks);

    /// <summary>Whether all of these are rules of a book.</summary>
    public static bool AreOfRules(this ImmutableArray<NamedValue> changes) => !changes.IsDefaultOrEmpty
        && changes.All(change => change.Name is >= ChangedValue.ProtectionTicks and <= ChangedValue.AuctionNanos);

    /// <summary>Whether these are accounts, each once, and a trade group after each.</summary>
    public static bool AreOfTradeGroups(this ImmutableArray<NamedValue> changes) => !changes.IsDefaultOrEmpty && changes.Length % 2 == 0
        && changes.Where((_, i) => i % 2 == 0).All(of => of.Name == ChangedValue.GroupedAccount && new AccountId(of.Value).IsCustomer)
        && changes.Where((_, i) => i % 2 == 1).All(of => of is { Name: ChangedValue.TradeGroup, Value: >= 0 and <= int.MaxValue })
        && changes.Where((_, i) => i % 2 == 0).DistinctBy(of => of.Value).Count() == changes.Length / 2;

    /// <summary>What these make of open orders; null when they are no adjustment.</summary>
    public static OrderAdjustment? AsAdjustment(this ImmutableArray<NamedValue> changes)
    {
        OrderAdjustment? adjustment = changes.IsDefault ? null : changes switch
        {
            [] => OrderAdjustment.EndsOrders,
            [{ Name: ChangedValue.NewUnits, Value: var news }, { Name: ChangedValue.OldUnits, Value: var olds }] => OrderAdjustment.Split(news, olds),
            [{ Name: ChangedValue.FallTicks, Value: >= 1 and var ticks }] => OrderAdjustment.Dividend(ticks),
            _ => null,
        };
        return adjustment is { IsValid: true } valid ? valid : null;
    }

    /// <summary>The same as changed values.</summary>
    public static ImmutableArray<NamedValue> AsChanges(this OrderAdjustment adjustment) =>
        adjustment.IsSplit ? [new(ChangedValue.NewUnits, adjustment.NewUnits), new(ChangedValue.OldUnits, adjustment.OldUnits)]
        : adjustment.FallTicks > 0 ? [new(ChangedValue.FallTicks, adjustment.FallTicks)]
        : [];

    /// <summary>
    /// Whether these say no more than why a phase begins and which one follows when: one that can follow it, and after
    /// that continuous trading where it lasts only so long.
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

    /// <summary>A value among others; null when it is not there.</summary>
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

    /// <summary>An order's conditions once a book has changed them.</summary>
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
                ChangedValue.TrailBasisPoints => changed with { TrailBasisPoints = (int)Math.Clamp(value, -1, int.MaxValue) },
                ChangedValue.ExpiryNanos => changed with { ExpiryNanos = value },
                _ => changed,
            };
        }

        return changed;
    }
}
