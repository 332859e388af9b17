using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>
/// An administrator's order: these are the holidays of a settlement venue from the day after tomorrow on. Nearer days stay as they are: a trade
/// that was made on a business day never comes to stand before one that was made earlier.
/// </summary>
/// <param name="Venue">The venue, named like a symbol.</param>
/// <param name="Holidays">Numbers of UTC days since 1970, weekends not needed; at most <see cref="Most"/>.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("holidays-request")]
public sealed record HolidaysRequest(string Venue, ImmutableArray<long> Holidays, string By, string Why)
{
    /// <summary>Most holidays of a venue.</summary>
    public const int Most = 1_000;

    /// <summary>The last day that may be one: the end of the year 2199, as far as days are read.</summary>
    public const long LastDay = 84_005;
}

/// <summary>The holidays of a settlement venue.</summary>
/// <param name="Venue">The venue.</param>
/// <param name="Holidays">Numbers of UTC days since 1970, in their sequence.</param>
[GenerateSerializer, Immutable, Alias("settlement-calendar")]
public sealed record SettlementCalendar(string Venue, ImmutableArray<long> Holidays);

/// <summary>How far a batch has come. Numbers never change.</summary>
public enum SettlementState : byte
{
    /// <summary>Closed and sent (again); the receiver has not said that it is settled.</summary>
    Sent = 1,

    /// <summary>Settled.</summary>
    Settled = 2,

    /// <summary>Settled but for what somebody did not deliver: that is in a later batch.</summary>
    Partial = 3,
}

/// <summary>A batch of settlement.</summary>
/// <param name="Id">Its name for ever: venue, date and cycle.</param>
/// <param name="Batch">The venue's sequence of its first record.</param>
/// <param name="Date">Number of the UTC day since 1970 on which it was due.</param>
/// <param name="Cycle">Counts the batches of a date, from 1.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Trades">How many trades it settles.</param>
/// <param name="Items">How many items they come to.</param>
/// <param name="Hash">SHA-256 of trades and items, lower-case hexadecimal.</param>
/// <param name="ClosedNanos">When it was closed, Unix nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("settlement-batch-view")]
public sealed record SettlementBatchView(
    string Id, long Batch, long Date, int Cycle, SettlementState State, long Trades, int Items, string Hash, long ClosedNanos);

/// <summary>What an account has not given or received that was due.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The symbol that was traded.</param>
/// <param name="Asset">The asset of its units.</param>
/// <param name="Decimals">Digits of its minor unit after the point.</param>
/// <param name="Units">Minor units that are left: to receive, or less than zero: to give.</param>
/// <param name="Currency">The asset of its cash.</param>
/// <param name="CashDecimals">Digits of its minor unit after the point.</param>
/// <param name="Cash">Minor units of cash that are left: to receive, or less than zero: to pay.</param>
/// <param name="Since">Number of the UTC day since 1970 on which it was due first.</param>
/// <param name="Days">Business days that have ended since, 0 or more.</param>
[GenerateSerializer, Immutable, Alias("settlement-fail-view")]
public sealed record SettlementFailView(
    long Account, string Symbol, string Asset, int Decimals, long Units, string Currency, int CashDecimals, long Cash, long Since, int Days);

/// <summary>An operator's order: buy at the market what an account fails to deliver, at its cost.</summary>
/// <param name="Id">A client order id: the name of the order, and of the buy-in at its venue. The same id again is the same buy-in.</param>
/// <param name="Account">Who fails.</param>
/// <param name="Symbol">In what.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("buy-in-request")]
public sealed record BuyInRequest(string Id, long Account, string Symbol, string By, string Why);

/// <summary>What a venue says to a buy-in.</summary>
/// <param name="Refusal">Why not, as a sentence; null: it is on record.</param>
/// <param name="Lots">So many are to be bought.</param>
[GenerateSerializer, Immutable, Alias("buy-in-decision")]
public sealed record BuyInDecision(string? Refusal, long Lots);

/// <summary>An administrator's order: so many business days end before a fail may be bought in.</summary>
/// <param name="Days">0 to <see cref="Most"/>.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("buy-in-days-request")]
public sealed record BuyInDaysRequest(int Days, string By, string Why)
{
    /// <summary>Days of a venue to which nothing was said.</summary>
    public const int Default = 4;

    /// <summary>Most days.</summary>
    public const int Most = 100;
}

/// <summary>What an account may give away in a batch.</summary>
/// <param name="MayOwe">A margin account: all of it, whatever it has.</param>
/// <param name="Free">What it has settled of what is pending at the venue, and has promised to nothing that is due as early.</param>
[GenerateSerializer, Immutable, Alias("settlement-funds")]
public sealed record SettlementFunds(bool MayOwe, ImmutableArray<AssetAmount> Free);

/// <summary>An amount of an asset.</summary>
/// <param name="Asset">The asset's name.</param>
/// <param name="Amount">Minor units.</param>
[GenerateSerializer, Immutable, Alias("asset-amount")]
public readonly record struct AssetAmount(string Asset, long Amount);

/// <summary>How a venue stands after a round.</summary>
/// <param name="IsDone">Whether nothing is left to do before the next UTC day.</param>
/// <param name="FailingDays">Business days that have ended since the oldest fail was due; 0 for none.</param>
[GenerateSerializer, Immutable, Alias("settlement-round")]
public readonly record struct SettlementRound(bool IsDone, int FailingDays);

/// <summary>One venue's settlement; keyed by the venue.</summary>
[Alias("settlement")]
public interface ISettlementGrain : IGrainWithStringKey
{
    /// <summary>
    /// Closes a batch for each settlement date that has ended and has trades, or for what fails, and sends (again) what is not settled.
    /// </summary>
    [Alias("settle-round")]
    ValueTask<SettlementRound> Settle();

    /// <summary>When the oldest batch was closed that has not settled, Unix nanoseconds; 0 where all have.</summary>
    [Alias("oldest-sent")]
    ValueTask<long> OldestSent();

    /// <summary>The newest batches, newest first.</summary>
    /// <param name="limit">At most, 1 to 1000.</param>
    [Alias("batches")]
    ValueTask<ImmutableArray<SettlementBatchView>> Batches(int limit);

    /// <summary>What fails, the oldest first; all of it where no limit is given.</summary>
    /// <param name="limit">At most.</param>
    [Alias("fails")]
    ValueTask<ImmutableArray<SettlementFailView>> Fails(int limit);

    /// <summary>Decides once what is bought for an account that fails to deliver. The order is the caller's to send, under the same id however often.</summary>
    [Alias("buy-in")]
    ValueTask<BuyInDecision> BuyIn(BuyInRequest request);

    /// <summary>Business days that end before a fail may be bought in.</summary>
    [Alias("buy-in-days")]
    ValueTask<int> BuyInDays();

    /// <summary>Sets them. Why not, as a sentence; null when it is done.</summary>
    [Alias("set-buy-in-days")]
    ValueTask<string?> SetBuyInDays(BuyInDaysRequest request);
}
