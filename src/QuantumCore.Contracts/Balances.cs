using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Money or units from the outside world into an account.</summary>
/// <param name="Key">Names the deposit for ever: the same key again gives the same result.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
[GenerateSerializer, Immutable, Alias("deposit-request")]
public sealed record DepositRequest(string Key, string Asset, long Amount);

/// <summary>The answer to a deposit; durable when told.</summary>
/// <param name="Reason">Why it was refused, or none.</param>
/// <param name="Field">The field at fault, when one is.</param>
/// <param name="Limit">The limit it broke, when there is one.</param>
/// <param name="Sequence">The account's sequence of the deposit.</param>
[GenerateSerializer, Immutable, Alias("deposit-result")]
public sealed record DepositResult(RejectReason Reason, string? Field, string? Limit, long Sequence);

/// <summary>What an account has of one asset, in minor units.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Total">Owned; less than zero is owed, by a margin account.</param>
/// <param name="Held">Held for open orders.</param>
/// <param name="Pending">Of the total what is traded and not settled; less than zero is to be given.</param>
[GenerateSerializer, Immutable, Alias("asset-balance")]
public readonly record struct AssetBalance(string Asset, int Decimals, long Total, long Held, long Pending = 0)
{
    /// <summary>Settled: total less pending, in minor units.</summary>
    public long Settled => Total - Pending;

    /// <summary>Free to use: total less held, in minor units.</summary>
    public long Available => Total - Held;
}

/// <summary>An order the account holds cover for.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="ClientOrderId">The client's name for it.</param>
/// <param name="OrderId">Its public id; 0 until the account has seen it in the book.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">How long it lives.</param>
/// <param name="PriceTicks">Limit in ticks.</param>
/// <param name="QuantityLots">Total quantity in lots.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="Held">What is held for it: quote minor units of a buy, base minor units of a sell.</param>
/// <param name="TimeNanos">When it was held, Unix nanoseconds.</param>
/// <param name="PostOnly">Whether it never takes.</param>
/// <param name="SelfTrade">What happens when it meets an order of its account.</param>
/// <param name="Conditions">What it was entered with beyond a plain order.</param>
/// <param name="Stage">What it waits for.</param>
/// <param name="StageNanos">Since when, Unix nanoseconds; 0: since it entered.</param>
[GenerateSerializer, Immutable, Alias("open-order")]
public sealed record OpenOrder(
    string Symbol,
    long Number,
    string ClientOrderId,
    long OrderId,
    Side Side,
    OrderType Type,
    TimeInForce TimeInForce,
    long PriceTicks,
    long QuantityLots,
    long FilledLots,
    long Held,
    long TimeNanos,
    bool PostOnly = false,
    SelfTradePrevention SelfTrade = SelfTradePrevention.None,
    EncodedConditions? Conditions = null,
    OrderStage Stage = OrderStage.Working,
    long StageNanos = 0);

/// <summary>What became of an account since it was looked at.</summary>
/// <param name="Version">Counts its changes; what to ask after next.</param>
/// <param name="View">The account as it is now; where <paramref name="Closed"/> is there, of its open orders those that changed.</param>
/// <param name="Records">The books' records that touch it since then, up to the view's cursors; each book's in sequence.</param>
/// <param name="Place">How far its orders are known with this; what to ask after next.</param>
/// <param name="Closed">Numbers of orders that are open no more; null: the view has all open orders.</param>
[GenerateSerializer, Immutable, Alias("account-change")]
public sealed record AccountChange(
    long Version, AccountView View, ImmutableArray<BookDelivery> Records, OrdersPlace? Place = null, ImmutableArray<long>? Closed = null);

/// <summary>How far somebody knows the open orders of an account.</summary>
/// <param name="Epoch">Of the activation that told them; others have not counted with it.</param>
/// <param name="Changes">Changes that it had counted.</param>
[GenerateSerializer, Immutable, Alias("orders-place")]
public readonly record struct OrdersPlace(long Epoch, long Changes);

/// <summary>An account at a place in its stream; everything shown is durable.</summary>
/// <param name="Account">The account number.</param>
/// <param name="Sequence">The account's own sequence.</param>
/// <param name="Balances">Every asset it ever had, by name.</param>
/// <param name="OpenOrders">Its open orders, by number.</param>
/// <param name="Cursors">How far it has folded each book it trades in.</param>
/// <param name="PayoutCursors">How far it has folded the payouts of assets it has withdrawn and the settlement of what it trades, by stream.</param>
/// <param name="IsFrozen">Whether it enters no orders and gives nothing away.</param>
/// <param name="Margin">Of a margin account how it stands; null for a cash account.</param>
[GenerateSerializer, Immutable, Alias("account-view")]
public sealed record AccountView(
    long Account,
    long Sequence,
    ImmutableArray<AssetBalance> Balances,
    ImmutableArray<OpenOrder> OpenOrders,
    ImmutableArray<SeenSequence> Cursors,
    ImmutableArray<SeenSequence> PayoutCursors,
    bool IsFrozen = false,
    MarginView? Margin = null);
