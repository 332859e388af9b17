using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// A command of a book as it is journaled: enough to run it again. Plain orders and cancels have records of their own.
/// </summary>
[GenerateSerializer, Immutable, Alias("book-command")]
public abstract record BookCommand
{
    /// <summary>The orders that enter by it, in sequence.</summary>
    public virtual ImmutableArray<SubmitOrder> Entering => [];
}

/// <summary>Enters one order.</summary>
/// <param name="Order">The order.</param>
/// <param name="Continues">True if it continues as what the replaced order has become.</param>
[GenerateSerializer, Immutable, Alias("enter-order")]
public sealed record EnterOrder(SubmitOrder Order, bool Continues = false) : BookCommand
{
    /// <inheritdoc/>
    public override ImmutableArray<SubmitOrder> Entering => [Order];
}

/// <summary>Enters a list of orders, all or none.</summary>
/// <param name="Kind">Kind of the list.</param>
/// <param name="Orders">Its orders, at least one; all of one account.</param>
[GenerateSerializer, Immutable, Alias("enter-order-list")]
public sealed record EnterOrderList(OrderListKind Kind, ImmutableArray<SubmitOrder> Orders) : BookCommand
{
    /// <inheritdoc/>
    public override ImmutableArray<SubmitOrder> Entering => Orders;
}

/// <summary>Cancels orders of one account together.</summary>
/// <param name="Account">The account.</param>
/// <param name="Numbers">Numbers of the orders in the account, at least one.</param>
/// <param name="Reason">Reason of their end.</param>
[GenerateSerializer, Immutable, Alias("cancel-orders")]
public sealed record CancelOrders(long Account, ImmutableArray<long> Numbers, EndReason Reason) : BookCommand;

/// <summary>Cancels all orders of an account up to a number, arrived or not.</summary>
/// <param name="Account">The account.</param>
/// <param name="Floor">The highest number to cancel.</param>
/// <param name="Together">
/// True if all orders end before the book settles; false in older records, where it settled after each.
/// </param>
[GenerateSerializer, Immutable, Alias("cancel-all-orders")]
public sealed record CancelAllOrders(long Account, long Floor, bool Together) : BookCommand;

/// <summary>Changes conditions of an open order in place.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number in the account.</param>
/// <param name="Changes">The changed conditions.</param>
[GenerateSerializer, Immutable, Alias("amend-open-order")]
public sealed record AmendOpenOrder(long Account, long Number, ConditionChanges Changes) : BookCommand;

/// <summary>Reduces an open order in place.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number in the account.</param>
/// <param name="TotalLots">Its new total, in lots.</param>
[GenerateSerializer, Immutable, Alias("reduce-open-order")]
public sealed record ReduceOpenOrder(long Account, long Number, long TotalLots) : BookCommand;

/// <summary>Changes the trading phase.</summary>
/// <param name="Phase">The new phase.</param>
/// <param name="Plan">The planned next phase; null for none.</param>
/// <param name="Reason">Reason of the phase.</param>
[GenerateSerializer, Immutable, Alias("set-trading-phase")]
public sealed record SetTradingPhase(
    TradingPhase Phase, PhasePlan? Plan = null, PhaseReason Reason = PhaseReason.None) : BookCommand
{
    /// <summary>
    /// True if the planned phase can follow and, if it has a length, continuous trading can follow the planned phase.
    /// </summary>
    public bool IsPossible => Phase <= TradingPhase.Closed && (Plan is not { } plan
        || (Phase.LeadsTo(plan.Phase) && plan is { AtNanos: >= 0, LastsNanos: >= 0 }
            && (plan.LastsNanos == 0 || plan.Phase.LeadsTo(TradingPhase.Continuous))));
}

/// <summary>Sets the mark price.</summary>
/// <param name="PriceTicks">The price, in ticks.</param>
[GenerateSerializer, Immutable, Alias("set-mark-price")]
public sealed record SetMarkPrice(long PriceTicks) : BookCommand;

/// <summary>Sets the reference price of the static band.</summary>
/// <param name="PriceTicks">The price, in ticks.</param>
[GenerateSerializer, Immutable, Alias("set-reference-price")]
public sealed record SetReferencePrice(long PriceTicks) : BookCommand;

/// <summary>Sets bands, protection and collar.</summary>
/// <param name="Changes">
/// The changes, in sequence: usually one, and several if older records have the rules in another order.
/// </param>
[GenerateSerializer, Immutable, Alias("set-book-rules")]
public sealed record SetBookRules(params ImmutableArray<RuleChanges> Changes) : BookCommand;

/// <summary>Advances the time: what is due expires.</summary>
[GenerateSerializer, Immutable, Alias("advance-time")]
public sealed record AdvanceTime : BookCommand;

/// <summary>Blocks an account and cancels its orders.</summary>
/// <param name="Account">The account.</param>
[GenerateSerializer, Immutable, Alias("block-account")]
public sealed record BlockAccount(long Account) : BookCommand;

/// <summary>Unblocks an account, so that it may enter orders again.</summary>
/// <param name="Account">The account.</param>
[GenerateSerializer, Immutable, Alias("unblock-account")]
public sealed record UnblockAccount(long Account) : BookCommand;

/// <summary>Busts or corrects an earlier trade.</summary>
/// <param name="Trade">The trade as it was; null in records from before ADR 52, which moved no money.</param>
/// <param name="CoreNumber">In those older records, the trade's place among all trades of the book; else 0.</param>
[GenerateSerializer, Immutable, Alias("change-trade")]
public abstract record ChangeTrade(RecordedTrade? Trade, long CoreNumber) : BookCommand;

/// <summary>Busts a trade.</summary>
/// <param name="Trade">The trade as it was; null in records from before ADR 52.</param>
/// <param name="CoreNumber">In those older records, the trade's place among all trades of the book; else 0.</param>
[GenerateSerializer, Immutable, Alias("bust-trade")]
public sealed record BustTrade(RecordedTrade? Trade, long CoreNumber = 0) : ChangeTrade(Trade, CoreNumber);

/// <summary>Corrects a trade's price.</summary>
/// <param name="Trade">The trade as it was; null in records from before ADR 52.</param>
/// <param name="PriceTicks">The new price, in ticks.</param>
/// <param name="TakerFee">The taker's fee at the new price, quote minor units.</param>
/// <param name="MakerFee">The other side's fee at the new price, quote minor units.</param>
/// <param name="CoreNumber">In those older records, the trade's place among all trades of the book; else 0.</param>
[GenerateSerializer, Immutable, Alias("correct-trade")]
public sealed record CorrectTrade(
    RecordedTrade? Trade, long PriceTicks, long TakerFee = 0, long MakerFee = 0, long CoreNumber = 0)
    : ChangeTrade(Trade, CoreNumber);

/// <summary>
/// Enters at most one order that stands aside, and carries out the actions of multi-leg orders in this book.
/// </summary>
/// <param name="Order">The order that enters; null for none.</param>
/// <param name="Acts">The actions, in sequence.</param>
[GenerateSerializer, Immutable, Alias("act-on-legs")]
public sealed record ActOnLegs(SubmitOrder? Order, ImmutableArray<LegAct> Acts) : BookCommand
{
    /// <inheritdoc/>
    public override ImmutableArray<SubmitOrder> Entering => Order is null ? [] : [Order];
}

/// <summary>Cancels every open order for a corporate action.</summary>
[GenerateSerializer, Immutable, Alias("end-orders")]
public sealed record EndOrders : BookCommand;

/// <summary>Sets which accounts belong to one owner.</summary>
/// <param name="Accounts">The accounts whose group changes, each once.</param>
[GenerateSerializer, Immutable, Alias("set-trade-groups")]
public sealed record SetTradeGroups(params ImmutableArray<AccountTradeGroup> Accounts) : BookCommand
{
    /// <summary>True if it names accounts of customers, each once, with possible groups.</summary>
    public bool IsPossible => !Accounts.IsDefaultOrEmpty
        && Accounts.All(of => new AccountId(of.Account).IsCustomer && of.Group is >= 0 and <= int.MaxValue)
        && Accounts.DistinctBy(of => of.Account).Count() == Accounts.Length;
}

/// <summary>Adjusts every open order for a corporate action; each action once.</summary>
/// <param name="Action">The action's place among all announced actions, from 1.</param>
/// <param name="NewUnits">For a split: number of new units; else 0.</param>
/// <param name="OldUnits">For a split: number of old units they replace; else 0.</param>
/// <param name="FallTicks">For a dividend: fall of prices, in ticks; else 0.</param>
[GenerateSerializer, Immutable, Alias("adjust-orders")]
public sealed record AdjustOrders(long Action, long NewUnits, long OldUnits, long FallTicks) : BookCommand
{
    /// <summary>Returns the command that carries out an action's adjustment.</summary>
    public static AdjustOrders Of(long action, in OrderAdjustment adjustment) =>
        new(action, adjustment.NewUnits, adjustment.OldUnits, adjustment.FallTicks);

    /// <summary>The adjustment of each order.</summary>
    public OrderAdjustment Adjustment => new(NewUnits, OldUnits, FallTicks);
}

/// <summary>Changed conditions of an order; null keeps a condition.</summary>
/// <param name="DisplayLots">Displayed lots of an iceberg.</param>
/// <param name="TriggerTicks">Trigger price, in ticks.</param>
/// <param name="TrailTicks">Trailing distance, in ticks.</param>
/// <param name="TrailBasisPoints">Trailing distance, in basis points.</param>
/// <param name="ExpiryNanos">Expiry time, Unix nanoseconds.</param>
/// <param name="WorstTicks">
/// Worst price at which a stop without a limit may trade, in ticks. Its book adds it to a new trigger.
/// </param>
[GenerateSerializer, Immutable, Alias("condition-changes")]
public sealed record ConditionChanges(
    long? DisplayLots = null,
    long? TriggerTicks = null,
    long? TrailTicks = null,
    int? TrailBasisPoints = null,
    long? ExpiryNanos = null,
    long? WorstTicks = null)
{
    /// <summary>Changes nothing.</summary>
    public static ConditionChanges None { get; } = new();

    /// <summary>Returns an order's conditions with the changes.</summary>
    public OrderConditions Of(OrderConditions? conditions)
    {
        var old = conditions ?? new OrderConditions();
        return old with
        {
            DisplayLots = DisplayLots ?? old.DisplayLots,
            TriggerTicks = TriggerTicks ?? old.TriggerTicks,
            TrailTicks = TrailTicks ?? old.TrailTicks,
            TrailBasisPoints = TrailBasisPoints ?? old.TrailBasisPoints,
            ExpiryNanos = ExpiryNanos ?? old.ExpiryNanos,
        };
    }
}

/// <summary>Changed rules of a book: null keeps a rule, and <see cref="Removed"/> removes it.</summary>
/// <param name="ProtectionTicks">Protection of market orders, in ticks.</param>
/// <param name="StaticBandBasisPoints">Static band, in basis points.</param>
/// <param name="DynamicBandBasisPoints">Dynamic band, in basis points.</param>
/// <param name="DynamicBandAuction">True if the dynamic band triggers an auction, false if it rejects.</param>
/// <param name="AuctionCollarBasisPoints">Auction collar, in basis points.</param>
/// <param name="MaxExtensions">Maximum number of extensions of an auction.</param>
/// <param name="AuctionNanos">Length of a volatility auction, nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("rule-changes")]
public sealed record RuleChanges(
    long? ProtectionTicks = null,
    long? StaticBandBasisPoints = null,
    long? DynamicBandBasisPoints = null,
    bool? DynamicBandAuction = null,
    long? AuctionCollarBasisPoints = null,
    long? MaxExtensions = null,
    long? AuctionNanos = null)
{
    /// <summary>Value that removes a rule.</summary>
    public const long Removed = -1;

    /// <summary>Changes nothing.</summary>
    public static RuleChanges None { get; } = new();
}

/// <summary>Trade group of an account.</summary>
/// <param name="Account">The account.</param>
/// <param name="Group">Its group; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("account-trade-group")]
public readonly record struct AccountTradeGroup(long Account, long Group);

/// <summary>An action of multi-leg orders in one book.</summary>
[GenerateSerializer, Immutable, Alias("leg-act")]
public abstract record LegAct;

/// <summary>An order that stands aside trades with displayed quotes at one price.</summary>
/// <param name="OrderId">Public id of the order.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="Lots">Lots to trade.</param>
/// <param name="IsOfPhase">
/// True if it is part of a phase. False in older records: its consequences follow at once, or for a fill-or-kill order
/// once it is done.
/// </param>
[GenerateSerializer, Immutable, Alias("take-quotes-act")]
public sealed record TakeQuotesAct(long OrderId, long PriceTicks, long Lots, bool IsOfPhase = true) : LegAct;

/// <summary>The consequences of the parts of a phase follow.</summary>
[GenerateSerializer, Immutable, Alias("end-phase-act")]
public sealed record EndPhaseAct : LegAct;

/// <summary>Two orders that stand aside trade with each other.</summary>
/// <param name="OrderId">Public id of the taker.</param>
/// <param name="MakerId">Public id of the other order.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="Lots">Lots to trade.</param>
[GenerateSerializer, Immutable, Alias("cross-act")]
public sealed record CrossAct(long OrderId, long MakerId, long PriceTicks, long Lots) : LegAct;

/// <summary>An order that stands aside matches against the book up to a price.</summary>
/// <param name="OrderId">Public id of the order.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
[GenerateSerializer, Immutable, Alias("sweep-act")]
public sealed record SweepAct(long OrderId, long PriceTicks) : LegAct;

/// <summary>An order that stands aside enters.</summary>
/// <param name="OrderId">Public id of the order.</param>
[GenerateSerializer, Immutable, Alias("proceed-act")]
public sealed record ProceedAct(long OrderId) : LegAct;

/// <summary>A leg ends with its multi-leg order.</summary>
/// <param name="OrderId">Public id of the leg.</param>
/// <param name="Reason">Reason of its end.</param>
[GenerateSerializer, Immutable, Alias("close-leg-act")]
public sealed record CloseLegAct(long OrderId, EndReason Reason) : LegAct;

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
    /// <summary>Returns the command that carries out the plan.</summary>
    public SetTradingPhase Call() => new(
        Phase,
        LastsNanos == 0 ? null : new PhasePlan(TradingPhase.Continuous, AtNanos + LastsNanos),
        PhaseReason.Planned);
}
