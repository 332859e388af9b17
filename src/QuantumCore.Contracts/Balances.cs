using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A request to deposit money or units from outside the exchange.</summary>
/// <param name="Key">Idempotency key. It never expires: the same key again gives the same result.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units, positive.</param>
[GenerateSerializer, Immutable, Alias("deposit-request")]
public sealed record DepositRequest(string Key, string Asset, long Amount);

/// <summary>The answer to a deposit; durable when returned.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="Field">The field at fault; null if none.</param>
/// <param name="Limit">The limit it broke; null if none.</param>
/// <param name="Sequence">The account's sequence of the deposit.</param>
[GenerateSerializer, Immutable, Alias("deposit-result")]
public sealed record DepositResult(RejectReason Reason, string? Field, string? Limit, long Sequence);

/// <summary>An account's balance of one asset, in minor units.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Total">Owned; negative if a margin account owes it.</param>
/// <param name="Held">Held for open orders.</param>
/// <param name="Pending">Part of the total that is traded and not settled; negative if it has to be given.</param>
[GenerateSerializer, Immutable, Alias("asset-balance")]
public readonly record struct AssetBalance(string Asset, int Decimals, long Total, long Held, long Pending = 0)
{
    /// <summary>Settled balance: total less pending, in minor units.</summary>
    public long Settled => Total - Pending;

    /// <summary>Available balance: total less held, in minor units.</summary>
    public long Available => Total - Held;
}

/// <summary>An open order for which the account holds funds.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="ClientOrderId">Its client order id.</param>
/// <param name="OrderId">Its public id; 0 until the account has seen it in the book.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="TimeInForce">Time in force.</param>
/// <param name="PriceTicks">Limit price, in ticks.</param>
/// <param name="QuantityLots">Total quantity in lots.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="Held">Amount held for it: quote minor units for a buy, base minor units for a sell.</param>
/// <param name="TimeNanos">Time of the hold, Unix nanoseconds.</param>
/// <param name="PostOnly">True if it must never take liquidity.</param>
/// <param name="SelfTrade">Self-trade prevention mode.</param>
/// <param name="Conditions">Conditions beyond a plain order, as entered.</param>
/// <param name="Stage">Its stage: what it waits for.</param>
/// <param name="StageNanos">Time at which the stage began, Unix nanoseconds; 0 if it began at entry.</param>
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

/// <summary>Changes of an account since the last read.</summary>
/// <param name="Version">Counter of the account's changes; pass it to the next read.</param>
/// <param name="View">
/// The account as it is now. If <paramref name="Closed"/> is set, its open orders are only those that changed.
/// </param>
/// <param name="Records">
/// Book records that touch it since then, up to the view's cursors; those of each book in sequence.
/// </param>
/// <param name="Place">Place in the order changes; pass it to the next read.</param>
/// <param name="Closed">Numbers of orders that are no longer open; null if the view has all open orders.</param>
[GenerateSerializer, Immutable, Alias("account-change")]
public sealed record AccountChange(
    long Version, AccountView View, ImmutableArray<BookDelivery> Records, OrdersPlace? Place = null,
    ImmutableArray<long>? Closed = null);

/// <summary>A reader's place in the changes of an account's open orders.</summary>
/// <param name="Epoch">Epoch of the activation that counted the changes; a place of another epoch is useless.</param>
/// <param name="Changes">Number of changes counted.</param>
[GenerateSerializer, Immutable, Alias("orders-place")]
public readonly record struct OrdersPlace(long Epoch, long Changes);

/// <summary>An account at one sequence of its stream; everything shown is durable.</summary>
/// <param name="Account">The account number.</param>
/// <param name="Sequence">The account's own sequence.</param>
/// <param name="Balances">Balances of every asset it ever had, sorted by name.</param>
/// <param name="OpenOrders">Open orders, sorted by number.</param>
/// <param name="Cursors">Last applied sequence of each book it trades in.</param>
/// <param name="PayoutCursors">
/// Last applied sequence, by stream, of the payouts of assets it has withdrawn and of the settlement of what it trades.
/// </param>
/// <param name="IsFrozen">True if it may neither enter orders nor give anything away.</param>
/// <param name="Margin">Margin figures; null for a cash account.</param>
/// <param name="FrozenWhy">Reason of a freeze that no operator made; null if there is none, and from a silo of an older
/// release.</param>
[GenerateSerializer, Immutable, Alias("account-view")]
public sealed record AccountView(
    long Account,
    long Sequence,
    ImmutableArray<AssetBalance> Balances,
    ImmutableArray<OpenOrder> OpenOrders,
    ImmutableArray<SeenSequence> Cursors,
    ImmutableArray<SeenSequence> PayoutCursors,
    bool IsFrozen = false,
    MarginView? Margin = null,
    string? FrozenWhy = null);
