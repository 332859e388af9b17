using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>What an account owns of one asset.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Total">All of it; less than zero is owed, by a margin account.</param>
/// <param name="Held">Set aside for open orders.</param>
/// <param name="Available">Free: total less held.</param>
/// <param name="Pending">Of the total what is traded and not settled; less than zero is to be given.</param>
public sealed record Balance(string Asset, decimal Total, decimal Held, decimal Available, decimal Pending = 0);

/// <summary>An account's balances.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Sequence">The account's sequence.</param>
/// <param name="Balances">One entry for each asset.</param>
/// <param name="State">Whether it may act.</param>
/// <param name="Margin">Of a margin account how it stands; null for a cash account.</param>
public sealed record AccountView(
    [property: JsonRequired] string Account,
    long Sequence,
    [property: JsonRequired] IReadOnlyList<Balance> Balances,
    AccountState State = AccountState.Open,
    AccountMargin? Margin = null);

/// <summary>Whether an account may act.</summary>
public enum AccountState
{
    /// <summary>It may.</summary>
    [JsonStringEnumMemberName("open")] Open = 1,

    /// <summary>It enters no orders and gives nothing away; it may cancel.</summary>
    [JsonStringEnumMemberName("frozen")] Frozen = 2,
}

/// <summary>An account that was frozen, or let go.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="State">Whether it may act now.</param>
public sealed record FreezeReceipt(string Account, AccountState State);

/// <summary>A fill in an account's history.</summary>
/// <param name="TradeId">The trade, unique within the symbol; both sides see the same.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="OrderId">The account's order.</param>
/// <param name="ClientOrderId">Its name.</param>
/// <param name="Side">The account's side.</param>
/// <param name="Price">Price in the quote asset, as it is now; of a trade that is void the price it was made at.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Fee">Fee in the quote asset, as it is now.</param>
/// <param name="Liquidity">Maker or taker.</param>
/// <param name="Time">Time of the trade, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="State">What became of the trade afterwards; null: it is as it was made.</param>
/// <param name="TradedPrice">The price it was made at, where something became of it.</param>
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
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    TradeState? State = null,
    decimal? TradedPrice = null);

/// <summary>What became of a trade after it was made.</summary>
public enum TradeState
{
    /// <summary>It was declared void: what it moved was given back.</summary>
    [JsonStringEnumMemberName("void")] Void = 1,

    /// <summary>Its price was corrected.</summary>
    [JsonStringEnumMemberName("corrected")] Corrected = 2,
}

/// <summary>A trade that was declared void, or has another price.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="TradeId">The trade.</param>
/// <param name="State">What became of it.</param>
/// <param name="TradedPrice">The price it was made at, in the quote asset.</param>
/// <param name="Price">Its price now; null for a void one.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Buyer">Who bought, <c>ACC-n</c>.</param>
/// <param name="Seller">Who sold, <c>ACC-n</c>.</param>
/// <param name="BuyerFee">What the buyer has paid for it now, in the quote asset.</param>
/// <param name="SellerFee">What the seller has paid for it now, in the quote asset.</param>
/// <param name="Sequence">Sequence of the book with it.</param>
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

/// <summary>An account's side of a trade that was declared void, or has another price. Its order stays what it was.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="TradeId">The trade, unique within the symbol.</param>
/// <param name="OrderId">The account's order.</param>
/// <param name="Side">The account's side.</param>
/// <param name="State">What became of the trade.</param>
/// <param name="TradedPrice">The price it was made at, in the quote asset.</param>
/// <param name="Price">Its price now; null for a void one.</param>
/// <param name="Quantity">Quantity in the base asset.</param>
/// <param name="Fee">What this side has paid for it now, in the quote asset.</param>
/// <param name="Sequence">Sequence of the book with the change.</param>
/// <param name="Time">When it was changed, UTC; cut to 100 ns.</param>
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
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos);

/// <summary>Two orders of one owner that met and, as the incoming one asked, did not trade.</summary>
/// <param name="MatchId">Its name within the symbol, never used again.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Mode">What was done: <see cref="SelfTrade.ExpireTaker"/>, <see cref="SelfTrade.ExpireMaker"/>, <see cref="SelfTrade.ExpireBoth"/> or <see cref="SelfTrade.Decrement"/>.</param>
/// <param name="Role">Which of the two orders is the account's.</param>
/// <param name="TakerOrderId">The order that came.</param>
/// <param name="MakerOrderId">The order that rested.</param>
/// <param name="Price">The price at which they would have traded, in the quote asset.</param>
/// <param name="Quantity">What would have traded, in the base asset.</param>
/// <param name="Time">When, UTC; cut to 100 ns.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="TakerPrevented">What the order that came lost; null for nothing, and for another account's that lost something else.</param>
/// <param name="MakerPrevented">What the order that rested lost; null as above.</param>
public sealed record PreventedMatch(
    string MatchId,
    string Symbol,
    SelfTrade Mode,
    PreventedRole Role,
    long TakerOrderId,
    long MakerOrderId,
    decimal Price,
    decimal Quantity,
    DateTimeOffset Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    decimal? TakerPrevented = null,
    decimal? MakerPrevented = null);

/// <summary>Which of the two orders of a prevented match is the account's.</summary>
public enum PreventedRole
{
    /// <summary>The one that came.</summary>
    [JsonStringEnumMemberName("taker")] Taker = 1,

    /// <summary>The one that rested.</summary>
    [JsonStringEnumMemberName("maker")] Maker = 2,

    /// <summary>Both.</summary>
    [JsonStringEnumMemberName("both")] Both = 3,
}

/// <summary>A deposit that was booked.</summary>
/// <param name="Account">The account, <c>ACC-n</c>.</param>
/// <param name="Key">The deposit's name; the same key is booked once.</param>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">How much.</param>
/// <param name="Sequence">The account's sequence.</param>
public sealed record DepositReceipt(string Account, string Key, string Asset, decimal Amount, long Sequence);

/// <summary>A new API key. The exchange shows it this once.</summary>
/// <param name="Account">The account it acts for.</param>
/// <param name="ApiKey">The secret for the header <c>X-Api-Key</c>; of a key that signs its name, for <c>X-MBX-APIKEY</c>.</param>
/// <param name="Secret">What the key signs with; null of a key that does not sign, or whose owner has the private key.</param>
/// <param name="Id">Names the key where it is not shown.</param>
public sealed record ApiKeyGrant(string Account, string ApiKey, string? Secret = null, string? Id = null);

/// <summary>What a new API key can do.</summary>
public sealed record NewApiKey
{
    /// <summary>How its requests are signed (<c>hmac</c>, <c>rsa</c>, <c>ed25519</c>); null for a key that is sent as it is.</summary>
    public string? Signing { get; init; }

    /// <summary>With <c>rsa</c> and <c>ed25519</c>: the public key, PEM.</summary>
    public string? PublicKey { get; init; }

    /// <summary>It only reads. Of keys that sign.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>IP addresses and networks from which alone it may be used, 20 at most; null for anywhere.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }
}

/// <summary>An API key, without the key.</summary>
/// <param name="Id">Names it: 16 hexadecimal digits.</param>
/// <param name="Account">The account it trades for, <c>ACC-n</c>; null for one that only administers.</param>
/// <param name="Label">A name for people.</param>
/// <param name="Administers">Whether it administers.</param>
/// <param name="ReadOnly">Whether it only reads.</param>
/// <param name="Signing">How its requests are signed (<c>hmac</c>, <c>rsa</c>, <c>ed25519</c>); null when it is sent as it is.</param>
/// <param name="Addresses">From where it may be used; empty for anywhere.</param>
/// <param name="Demo">Whether it is the demo's.</param>
public sealed record KnownApiKey(
    string Id, string? Account, string Label, bool Administers, bool ReadOnly, string? Signing, IReadOnlyList<string> Addresses, bool Demo);
