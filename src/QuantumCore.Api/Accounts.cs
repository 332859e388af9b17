using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Balance of one asset, in units of the asset.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Total">Total; negative if a margin account owes it.</param>
/// <param name="Held">Held for open orders.</param>
/// <param name="Available">Available: total less held.</param>
/// <param name="Pending">Part of the total that is traded but not settled; negative if it is to be delivered.</param>
public sealed record Balance(string Asset, decimal Total, decimal Held, decimal Available, decimal Pending = 0);

/// <summary>An account's balances.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Sequence">The account's sequence.</param>
/// <param name="State">Open or frozen.</param>
/// <param name="FrozenWhy">Reason of a freeze that no operator made, such as a kill switch; null if there is
/// none.</param>
/// <param name="Balances">Balances, one for each asset.</param>
/// <param name="Margin">Margin state; null for a cash account.</param>
public sealed record AccountView(
    [property: JsonRequired] string Account,
    long Sequence,
    AccountState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FrozenWhy,
    [property: JsonRequired] IReadOnlyList<Balance> Balances,
    AccountMargin? Margin = null);

/// <summary>State of an account.</summary>
public enum AccountState
{
    /// <summary>May trade.</summary>
    [JsonStringEnumMemberName("open")] Open = 1,

    /// <summary>May cancel orders, but not enter orders, transfer or withdraw.</summary>
    [JsonStringEnumMemberName("frozen")] Frozen = 2,
}

/// <summary>Result of freezing or unfreezing an account.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="State">State of the account now.</param>
public sealed record FreezeReceipt(string Account, AccountState State);

/// <summary>A fill in an account's history.</summary>
/// <param name="TradeId">The trade, unique within the symbol; both sides see the same.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The account's order.</param>
/// <param name="ClientOrderId">Client order id of that order.</param>
/// <param name="Side">The account's side.</param>
/// <param name="Price">Current price in the quote asset; for a busted trade the original price.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Fee">Current fee in the quote asset.</param>
/// <param name="Liquidity">Maker or taker.</param>
/// <param name="Time">Time of the trade, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="State">Later change of the trade; null if it is unchanged.</param>
/// <param name="TradedPrice">Original price, if the trade was changed.</param>
public sealed record AccountFill(
    string TradeId,
    string Symbol,
    long OrderId,
    string ClientOrderId,
    OrderSide Side,
    decimal Price,
    decimal Quantity,
    decimal Fee,
    Liquidity Liquidity,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    TradeState? State = null,
    decimal? TradedPrice = null);

/// <summary>Later change of a trade.</summary>
public enum TradeState
{
    /// <summary>The trade was busted; what it moved was returned.</summary>
    [JsonStringEnumMemberName("void")] Void = 1,

    /// <summary>Its price was corrected.</summary>
    [JsonStringEnumMemberName("corrected")] Corrected = 2,
}

/// <summary>A trade that was busted or whose price was corrected.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="TradeId">Trade id.</param>
/// <param name="State">Busted or corrected.</param>
/// <param name="TradedPrice">Original price, in the quote asset.</param>
/// <param name="Price">Current price, in the quote asset; null if busted.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Buyer">Buying account, <c>ACC-n</c>.</param>
/// <param name="Seller">Selling account, <c>ACC-n</c>.</param>
/// <param name="BuyerFee">Fee the buyer has now paid for it, in the quote asset.</param>
/// <param name="SellerFee">Fee the seller has now paid for it, in the quote asset.</param>
/// <param name="Sequence">Book sequence of the change.</param>
public sealed record TradeChange(
    string Symbol,
    string TradeId,
    TradeState State,
    decimal TradedPrice,
    decimal? Price,
    decimal Quantity,
    string Buyer,
    string Seller,
    decimal BuyerFee,
    decimal SellerFee,
    long Sequence);

/// <summary>An account's side of a trade that was busted or corrected. Its order is unchanged.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="TradeId">Trade id, unique within the symbol.</param>
/// <param name="OrderId">The account's order.</param>
/// <param name="Side">The account's side.</param>
/// <param name="State">Busted or corrected.</param>
/// <param name="TradedPrice">Original price, in the quote asset.</param>
/// <param name="Price">Current price, in the quote asset; null if busted.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Fee">Fee this side has now paid for it, in the quote asset.</param>
/// <param name="Sequence">Book sequence of the change.</param>
/// <param name="Time">Time of the change, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
public sealed record AccountTradeChange(
    string Account,
    string Symbol,
    string TradeId,
    long OrderId,
    OrderSide Side,
    TradeState State,
    decimal TradedPrice,
    decimal? Price,
    decimal Quantity,
    decimal Fee,
    long Sequence,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>A match of two orders of one owner that self-trade prevention stopped.</summary>
/// <param name="MatchId">Match id within the symbol, never reused.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Mode">
/// Action taken: <see cref="SelfTrade.ExpireTaker"/>, <see cref="SelfTrade.ExpireMaker"/>,
/// <see cref="SelfTrade.ExpireBoth"/> or <see cref="SelfTrade.Decrement"/>.
/// </param>
/// <param name="Role">Role of the account's order in the match.</param>
/// <param name="TakerOrderId">Incoming order.</param>
/// <param name="MakerOrderId">Resting order.</param>
/// <param name="Price">Price the orders would have traded at, in the quote asset.</param>
/// <param name="Quantity">Quantity that would have traded, in the base asset.</param>
/// <param name="TakerPrevented">
/// Quantity the incoming order lost; null for none, or if it belongs to another account and lost a different quantity.
/// </param>
/// <param name="MakerPrevented">Quantity the resting order lost; null as above.</param>
/// <param name="Time">Time of the match, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
public sealed record PreventedMatch(
    string MatchId,
    string Symbol,
    SelfTrade Mode,
    PreventedRole Role,
    long TakerOrderId,
    long MakerOrderId,
    decimal Price,
    decimal Quantity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? TakerPrevented,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? MakerPrevented,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>Role of the account's order in a prevented match.</summary>
public enum PreventedRole
{
    /// <summary>The incoming order.</summary>
    [JsonStringEnumMemberName("taker")] Taker = 1,

    /// <summary>The resting order.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 2,

    /// <summary>Both orders.</summary>
    [JsonStringEnumMemberName("both")] Both = 3,
}

/// <summary>A deposit that was booked.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Key">Idempotency key: the same key is booked once.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Amount in units of the asset.</param>
/// <param name="Sequence">The account's sequence.</param>
public sealed record DepositReceipt(string Account, string Key, string Asset, decimal Amount, long Sequence);

/// <summary>A new API key. The exchange shows it only once.</summary>
/// <param name="Account">Account the key trades for, <c>ACC-n</c>.</param>
/// <param name="ApiKey">Secret for the header <c>X-Api-Key</c>; for a signing key its name, for
/// <c>X-MBX-APIKEY</c>.</param>
/// <param name="Secret">Signing secret; null if the key does not sign, or if the owner holds the private key.</param>
/// <param name="Id">Identifies the key where it is not shown.</param>
public sealed record ApiKeyGrant(
    string Account,
    [property: JsonPropertyOrder(1)] string ApiKey,
    [property: JsonPropertyOrder(2)] string? Secret = null,
    [property: JsonRequired] string? Id = null);

/// <summary>Settings of a new API key.</summary>
public sealed record NewApiKey
{
    /// <summary>Signature algorithm (<c>hmac</c>, <c>rsa</c>, <c>ed25519</c>); null for a key sent as it is.</summary>
    public string? Signing { get; init; }

    /// <summary>Public key in PEM, for <c>rsa</c> and <c>ed25519</c>.</summary>
    public string? PublicKey { get; init; }

    /// <summary>True for a read-only key. Only for signing keys.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>IP addresses and networks allowed to use the key, 20 at most; null for any.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }
}

/// <summary>An API key, without its secret.</summary>
/// <param name="Id">Identifier: 16 hexadecimal digits.</param>
/// <param name="Account">Account the key trades for, <c>ACC-n</c>; null for an administrator-only key.</param>
/// <param name="Label">Display name.</param>
/// <param name="Administers">True for an administrator's key.</param>
/// <param name="ReadOnly">True for a read-only key.</param>
/// <param name="Signing">Signature algorithm (<c>hmac</c>, <c>rsa</c>, <c>ed25519</c>); null for a key sent as it
/// is.</param>
/// <param name="Addresses">IP addresses and networks allowed to use the key; empty for any.</param>
/// <param name="Demo">True for a demo key.</param>
public sealed record KnownApiKey(
    string Id, string? Account, string Label, bool Administers, bool ReadOnly, string? Signing,
    IReadOnlyList<string> Addresses, bool Demo);
