using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A step of a <see cref="BookTurn"/>. Steps must be applied in sequence.</summary>
public abstract record TurnStep;

/// <summary>A trade, or a change of an earlier one: it moves money and units of two sides.</summary>
/// <param name="Trade">The trade.</param>
public abstract record TradeStep(MatchedTrade Trade) : TurnStep;

/// <summary>Two orders traded.</summary>
/// <param name="Trade">The trade.</param>
public sealed record TradeMade(MatchedTrade Trade) : TradeStep(Trade);

/// <summary>An earlier trade is reversed for both sides, with its fees. Its orders stay unchanged.</summary>
/// <param name="Trade">The trade as it was in force.</param>
public sealed record TradeReversed(MatchedTrade Trade) : TradeStep(Trade);

/// <summary>The trade that was just reversed is made again at the corrected price.</summary>
/// <param name="Trade">The trade as it is now.</param>
public sealed record TradeRestated(MatchedTrade Trade) : TradeStep(Trade);

/// <summary>
/// Two orders of one owner met and did not trade. The resulting changes and ends are separate steps.
/// </summary>
/// <param name="TakerSide">Side of the incoming order.</param>
/// <param name="PriceTicks">Price of the resting order, in ticks.</param>
/// <param name="QuantityLots">Quantity that would have traded, in lots.</param>
/// <param name="Taker">The incoming order.</param>
/// <param name="Maker">The resting order.</param>
/// <param name="Mode">
/// The self-trade prevention applied. For the modes oldest and newest, it tells which of the two was cancelled.
/// </param>
/// <param name="Owner">
/// The owner's number; 0 if both orders are the account's own and it has no owner number.
/// </param>
public sealed record MatchPrevented(
    Side TakerSide,
    long PriceTicks,
    long QuantityLots,
    PreventedSide Taker,
    PreventedSide Maker,
    SelfTradePrevention Mode,
    long Owner) : TurnStep;

/// <summary>An order in a prevented match, with its loss.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="LostLots">Quantity it loses, in lots.</param>
public readonly record struct PreventedSide(long Account, long Number, long OrderId, long LostLots)
{
    /// <summary>Returns true if it is the side of an order.</summary>
    public bool IsOf(long account, long number) => Account == account && Number == number;
}

/// <summary>A step of one order.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id; 0 if it has none.</param>
/// <param name="Side">Buy or sell.</param>
public abstract record OrderStep(long Account, long Number, long OrderId, Side Side) : TurnStep
{
    /// <summary>Returns true if it is a step of an order.</summary>
    public bool IsOf(long account, long number) => Account == account && Number == number;
}

/// <summary>The order entered and got its public id.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price or worst price, in ticks: the price it slid to, if it did; 0 for none.</param>
/// <param name="TotalLots">Its quantity, in lots.</param>
/// <param name="LeavesLots">Its open quantity, in lots.</param>
/// <param name="Hold">Amount held for it, minor units of the asset it gives.</param>
public sealed record OrderOpened(
    long Account, long Number, long OrderId, Side Side, long PriceTicks, long TotalLots, long LeavesLots, long Hold)
    : OrderStep(Account, Number, OrderId, Side);

/// <summary>The order never enters the book; its hold is released.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price or worst price, in ticks; 0 for none.</param>
/// <param name="QuantityLots">Its quantity, in lots.</param>
/// <param name="Refusal">The reason, for the order because of which its list was rejected; else None.</param>
public sealed record OrderRefused(
    long Account, long Number, Side Side, long PriceTicks, long QuantityLots,
    RejectReason Refusal = RejectReason.None) : OrderStep(Account, Number, 0, Side);

/// <summary>The order ended with open quantity; its hold is released.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Reason">Reason of its end.</param>
/// <param name="PriceTicks">Its price or trigger, in ticks; 0 for none.</param>
/// <param name="FilledLots">Its filled quantity, in lots.</param>
/// <param name="LeavesLots">The released quantity, in lots.</param>
/// <param name="Refusal">For a list's child that was to enter: reason why it was rejected then; else None.</param>
public sealed record OrderEnded(
    long Account,
    long Number,
    long OrderId,
    Side Side,
    EndReason Reason,
    long PriceTicks,
    long FilledLots,
    long LeavesLots,
    RejectReason Refusal = RejectReason.None) : OrderStep(Account, Number, OrderId, Side);

/// <summary>The order was reduced, or its conditions changed.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price or trigger, in ticks; 0 for none.</param>
/// <param name="ReducedLots">Reduction of its quantity, in lots.</param>
/// <param name="LeavesLots">Its open quantity afterwards, in lots.</param>
/// <param name="Hold">Amount held for it afterwards, minor units of the asset it gives.</param>
public sealed record OrderChanged(
    long Account, long Number, long OrderId, Side Side, long PriceTicks, long ReducedLots, long LeavesLots, long Hold)
    : OrderStep(Account, Number, OrderId, Side);

/// <summary>A corporate action changed the order's price or quantity.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its limit or worst price, in ticks.</param>
/// <param name="PriceBeforeTicks">That price before the action, in ticks.</param>
/// <param name="AddedLots">Increase of its quantity, in lots.</param>
/// <param name="LeavesLots">Its open quantity afterwards, in lots.</param>
/// <param name="Hold">Amount held for it afterwards, minor units of the asset it gives.</param>
public sealed record OrderAdjusted(
    long Account,
    long Number,
    long OrderId,
    Side Side,
    long PriceTicks,
    long PriceBeforeTicks,
    long AddedLots,
    long LeavesLots,
    long Hold) : OrderStep(Account, Number, OrderId, Side);

/// <summary>A stop or take-profit triggered: it is a market or a limit order from here on.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its limit from here on, in ticks; 0 for a market order.</param>
/// <param name="LeavesLots">Its open quantity, in lots.</param>
/// <param name="Hold">Amount held for it, minor units of the asset it gives.</param>
public sealed record OrderTriggered(
    long Account, long Number, long OrderId, Side Side, long PriceTicks, long LeavesLots, long Hold)
    : OrderStep(Account, Number, OrderId, Side);

/// <summary>A child of a list enters because its parent is filled.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its price or worst price, in ticks: the price it slid to, if it did; 0 for none.</param>
/// <param name="LeavesLots">Its open quantity, in lots.</param>
/// <param name="Hold">Amount held for it, minor units of the asset it gives.</param>
public sealed record OrderActivated(
    long Account, long Number, long OrderId, Side Side, long PriceTicks, long LeavesLots, long Hold)
    : OrderStep(Account, Number, OrderId, Side);

/// <summary>The amount held for the order changed.</summary>
/// <param name="Account">The order's account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="LeavesLots">Its open quantity, in lots.</param>
/// <param name="Hold">Amount held for it afterwards, minor units of the asset it gives.</param>
public sealed record HoldChanged(
    long Account, long Number, long OrderId, Side Side, long LeavesLots, long Hold)
    : OrderStep(Account, Number, OrderId, Side);
