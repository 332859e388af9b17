using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>How a margin account stands. Numbers are journaled and never change.</summary>
public enum MarginState : byte
{
    /// <summary>Its equity covers the initial margin.</summary>
    Healthy = 0,

    /// <summary>Equity below the initial margin: it may only reduce, and gives nothing away.</summary>
    Restricted = 1,

    /// <summary>Equity below the maintenance margin: called until a deadline; orders that add risk are cancelled.</summary>
    Called = 2,

    /// <summary>Its positions are closed for it; its own orders are refused and cancelled.</summary>
    Liquidating = 3,
}

/// <summary>A mark price, and what it was made of.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Sequence">The book's sequence that it was made at.</param>
/// <param name="TimeNanos">When, Unix nanoseconds.</param>
public readonly record struct MarkPrice(string Symbol, long PriceTicks, MarkSource Source, long Sequence, long TimeNanos)
{
    /// <summary>Whether it was made after another one of the symbol. The book's sequence tells it first: a silo's clock may be wrong.</summary>
    public bool IsAfter(in MarkPrice other) =>
        Sequence > other.Sequence || (Sequence == other.Sequence && TimeNanos > other.TimeNanos);
}

/// <summary>Terms of an instrument on margin, in their journal encoding.</summary>
/// <param name="Bytes">The encoded terms.</param>
[GenerateSerializer, Immutable, Alias("encoded-margin-terms")]
public readonly record struct EncodedMarginTerms(ImmutableArray<byte> Bytes)
{
    /// <summary>Encodes terms.</summary>
    public static EncodedMarginTerms From(MarginTerms terms) => new(MarginEncoding.Encode(terms));

    /// <summary>The terms.</summary>
    public MarginTerms Decode() => MarginEncoding.DecodeTerms(Bytes.AsSpan());

    /// <inheritdoc/>
    public bool Equals(EncodedMarginTerms other) => Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}

/// <summary>Policy of a currency's margin accounts, in its journal encoding.</summary>
/// <param name="Bytes">The encoded policy.</param>
[GenerateSerializer, Immutable, Alias("encoded-margin-policy")]
public readonly record struct EncodedMarginPolicy(ImmutableArray<byte> Bytes)
{
    /// <summary>Encodes a policy.</summary>
    public static EncodedMarginPolicy From(MarginPolicy policy) => new(MarginEncoding.Encode(policy));

    /// <summary>The policy.</summary>
    public MarginPolicy Decode() => MarginEncoding.DecodePolicy(Bytes.AsSpan());

    /// <inheritdoc/>
    public bool Equals(EncodedMarginPolicy other) => Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}

/// <summary>An administrator's order: an instrument is traded on margin, on these terms.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Terms">The terms.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("margin-terms-request")]
public sealed record MarginTermsRequest(string Symbol, EncodedMarginTerms Terms, string By, string Why);

/// <summary>An administrator's order: how margin accounts of a currency are lent to, called and liquidated.</summary>
/// <param name="Asset">The currency.</param>
/// <param name="Policy">The policy.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("margin-policy-request")]
public sealed record MarginPolicyRequest(string Asset, EncodedMarginPolicy Policy, string By, string Why);

/// <summary>An administrator's order: what a group's long and short positions take off each other's requirement.</summary>
/// <param name="Group">The group, which margin terms name.</param>
/// <param name="CreditPpm">What of the smaller side's requirement is not asked for, millionths, 0 to 1,000,000; 0 is none.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("margin-group-request")]
public sealed record MarginGroupRequest(string Group, int CreditPpm, string By, string Why);

/// <summary>An administrator's order: an account may borrow so many units to go short.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Account">The account.</param>
/// <param name="Lots">Out of what there is to lend; 0 takes the locate back.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("locate-request")]
public sealed record LocateRequest(string Symbol, long Account, long Lots, string By, string Why);

/// <summary>What is left of an insurance fund.</summary>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">Minor units, not negative.</param>
[GenerateSerializer, Immutable, Alias("insurance-fund")]
public readonly record struct InsuranceFund(string Asset, long Amount);

/// <summary>Everything that is agreed about margin.</summary>
/// <param name="Terms">The newest terms of each instrument that is traded on margin, by symbol.</param>
/// <param name="Policies">The policy of each currency that has its own, by asset.</param>
/// <param name="Locates">What accounts may borrow, by symbol and account.</param>
/// <param name="Funds">The insurance funds, by asset.</param>
/// <param name="Groups">Groups that have a credit, by name.</param>
/// <param name="OpenDeficits">Deficits that are being shared out, oldest first.</param>
/// <param name="OldNames">Assets whose name a symbol change took away: silos read this rulebook each second, and need no call of their own for it.</param>
[GenerateSerializer, Immutable, Alias("margin-rulebook")]
public sealed record MarginRulebook(
    ImmutableArray<MarginTermsRequest> Terms,
    ImmutableArray<MarginPolicyRequest> Policies,
    ImmutableArray<LocateRequest> Locates,
    ImmutableArray<InsuranceFund> Funds,
    ImmutableArray<MarginGroupRequest> Groups,
    ImmutableArray<SharedDeficit> OpenDeficits,
    ImmutableArray<string> OldNames = default)
{
    /// <summary>Most groups with a credit.</summary>
    public const int GroupsLimit = 1_000;

    /// <summary>Groups that have a credit; none in the rulebook of a silo whose build knows nothing of groups.</summary>
    public ImmutableArray<MarginGroupRequest> Credits => Groups.IsDefault ? [] : Groups;

    /// <summary>Deficits that are being shared out; none in the rulebook of a silo whose build shares none.</summary>
    public ImmutableArray<SharedDeficit> Deficits => OpenDeficits.IsDefault ? [] : OpenDeficits;
}

/// <summary>A deficit of which others pay a part: the house has paid it, and gets it back from them.</summary>
/// <param name="Account">Whose deficit it is.</param>
/// <param name="Sequence">That account's sequence of it.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">What is shared out, minor units.</param>
/// <param name="TimeNanos">When the house paid, Unix nanoseconds: gains of this UTC day count.</param>
/// <param name="Shares">Who pays how much; default until it was decided.</param>
[GenerateSerializer, Immutable, Alias("shared-deficit")]
public sealed record SharedDeficit(
    long Account, long Sequence, string Asset, long Amount, long TimeNanos, ImmutableArray<DeficitShare> Shares);

/// <summary>What one account pays of another one's deficit.</summary>
/// <param name="Account">Who pays.</param>
/// <param name="Amount">At most so much, minor units: it never pays more than it has.</param>
[GenerateSerializer, Immutable, Alias("deficit-share")]
public readonly record struct DeficitShare(long Account, long Amount);

/// <summary>What an account gained in a UTC day on one symbol.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Amount">Realised and on paper, less fees, minor units of what it is paid in; less than zero is a loss.</param>
[GenerateSerializer, Immutable, Alias("day-gain")]
public readonly record struct DayGain(long Account, string Symbol, Int128 Amount);

/// <summary>What is known of a UTC day in which an account was left with a deficit.</summary>
/// <param name="Account">Whose deficit it is.</param>
/// <param name="Sequence">That account's sequence of it.</param>
/// <param name="Gains">What every margin account of the currency gained and lost, by account.</param>
/// <param name="Equities">What those who gained would have if all were closed, minor units, by account.</param>
[GenerateSerializer, Immutable, Alias("deficit-day")]
public sealed record DeficitDay(
    long Account, long Sequence, ImmutableArray<DayGain> Gains, ImmutableArray<DeficitShare> Equities);

/// <summary>An account is to pay its share of another one's deficit.</summary>
/// <param name="Account">Whose deficit it is.</param>
/// <param name="Sequence">That account's sequence of it.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">The share, minor units.</param>
[GenerateSerializer, Immutable, Alias("deficit-share-request")]
public sealed record DeficitShareRequest(long Account, long Sequence, string Asset, long Amount);

/// <summary>A step of a liquidation that has ended, on its way to the insurance fund.</summary>
/// <param name="Account">The account.</param>
/// <param name="Sequence">The account's sequence of it.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Fee">What the account has paid to the fund, minor units.</param>
/// <param name="Deficit">What it owes and can't pay, minor units.</param>
[GenerateSerializer, Immutable, Alias("liquidation-claim")]
public sealed record LiquidationClaim(long Account, long Sequence, string Asset, long Fee, long Deficit);

/// <summary>Who pays a deficit; decided once for a claim.</summary>
/// <param name="Sequence">The account's sequence of the claim.</param>
/// <param name="FromFund">The insurance fund's part, minor units.</param>
/// <param name="FromHouse">The house's, minor units.</param>
[GenerateSerializer, Immutable, Alias("liquidation-cover")]
public readonly record struct LiquidationCover(long Sequence, long FromFund, long FromHouse);

/// <summary>An administrator's order: what kind an account is of.</summary>
/// <param name="Currency">What a margin account is paid in and owes; empty for a cash account.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
/// <param name="Symbol">The one instrument that an isolated margin account trades; empty or null for any.</param>
[GenerateSerializer, Immutable, Alias("account-kind-request")]
public sealed record AccountKindRequest(string Currency, string By, string Why, string? Symbol = null);

/// <summary>An order of an account, by book and number.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Number">Its number, or the highest of several.</param>
[GenerateSerializer, Immutable, Alias("number-in-book")]
public readonly record struct NumberInBook(string Symbol, long Number);

/// <summary>
/// What somebody has to carry for a margin account, which calls no book itself: all of it is durable, and may be carried again.
/// </summary>
/// <param name="CloseUpTo">Books in which everything up to a number is to be cancelled, arrived or not.</param>
/// <param name="Cancels">Orders that are to be cancelled.</param>
/// <param name="Symbol">The book of the order.</param>
/// <param name="Order">An order that the account makes by itself, to be submitted; null for none.</param>
/// <param name="Claims">Steps of a liquidation for the insurance fund.</param>
[GenerateSerializer, Immutable, Alias("margin-work")]
public sealed record MarginWork(
    ImmutableArray<NumberInBook> CloseUpTo,
    ImmutableArray<NumberInBook> Cancels,
    string Symbol,
    SubmitOrder? Order,
    ImmutableArray<LiquidationClaim> Claims)
{
    /// <summary>Nothing to do.</summary>
    public static readonly MarginWork None = new([], [], "", null, []);

    /// <summary>Whether there is anything.</summary>
    public bool IsNone => CloseUpTo.IsEmpty && Cancels.IsEmpty && Order is null && Claims.IsEmpty;
}

/// <summary>A margin account in numbers, minor units of its currency, at the newest mark prices.</summary>
/// <param name="Currency">Its currency.</param>
/// <param name="Decimals">Digits of the currency's minor unit after the point.</param>
/// <param name="State">How it stands by its newest record.</param>
/// <param name="Equity">What it would have if everything were closed at the mark prices, less accrued interest.</param>
/// <param name="Requirement">Initial margin, open orders included.</param>
/// <param name="Maintenance">Margin to keep what it has.</param>
/// <param name="Withdrawable">What it may give away.</param>
/// <param name="Call">What it is short of to keep its positions; 0 for nothing.</param>
/// <param name="Accrued">Interest and borrow fees that are not charged yet, rounded up.</param>
/// <param name="DeadlineNanos">When a call ends, Unix nanoseconds; 0 for no call.</param>
/// <param name="IsStale">A mark price is missing or old: nothing that adds risk is accepted.</param>
/// <param name="Positions">What it has by symbol.</param>
/// <param name="Groups">Groups of its positions, by name, with what they take off.</param>
/// <param name="Symbol">The one instrument that an isolated margin account trades; empty or null for any.</param>
[GenerateSerializer, Immutable, Alias("margin-view")]
public sealed record MarginView(
    string Currency,
    int Decimals,
    MarginState State,
    Int128 Equity,
    Int128 Requirement,
    Int128 Maintenance,
    Int128 Withdrawable,
    Int128 Call,
    Int128 Accrued,
    long DeadlineNanos,
    bool IsStale,
    ImmutableArray<MarginLine> Positions,
    ImmutableArray<MarginGroupLine> Groups,
    string? Symbol = null);

/// <summary>A margin account in one group: what is taken off what its positions need one by one.</summary>
/// <param name="Group">The group.</param>
/// <param name="CreditPpm">What of the smaller side's requirement is not asked for, millionths.</param>
/// <param name="InitialCredit">Taken off the initial margin, open orders at their worst.</param>
/// <param name="MaintenanceCredit">Taken off the margin to keep its positions.</param>
[GenerateSerializer, Immutable, Alias("margin-group-line")]
public readonly record struct MarginGroupLine(string Group, int CreditPpm, Int128 InitialCredit, Int128 MaintenanceCredit);

/// <summary>A margin account in one symbol.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Units">What it has, base minor units; less than zero is short.</param>
/// <param name="MarkTicks">The mark price, in ticks; 0 for none.</param>
/// <param name="Requirement">Initial margin by itself, open orders included.</param>
/// <param name="Maintenance">Margin to keep it, by itself.</param>
/// <param name="BuyingPower">For what value more may be bought at the rate of the smallest position.</param>
/// <param name="LocatedLots">What it may be short of, in lots.</param>
/// <param name="BankruptcyTicks">
/// The price, in ticks, at which nothing is left of the account when the position is closed at it and all else stays; 0 for none.
/// </param>
/// <param name="Group">The group it belongs to; empty for none.</param>
[GenerateSerializer, Immutable, Alias("margin-line")]
public readonly record struct MarginLine(
    string Symbol, long Units, long MarkTicks, Int128 Requirement, Int128 Maintenance, Int128 BuyingPower, long LocatedLots, Int128 BankruptcyTicks,
    string Group);
