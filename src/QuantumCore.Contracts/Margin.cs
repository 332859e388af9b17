using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>A mark price and its origin.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="PriceTicks">The price, in ticks.</param>
/// <param name="Source">Its source.</param>
/// <param name="Sequence">The book's sequence from which it was made.</param>
/// <param name="TimeNanos">Time at which it was made, Unix nanoseconds.</param>
public readonly record struct MarkPrice(
    string Symbol, long PriceTicks, MarkSource Source, long Sequence, long TimeNanos)
{
    /// <summary>
    /// Returns true if it was made after another mark price of the symbol. The book's sequence decides first, because a
    /// silo's clock may be wrong.
    /// </summary>
    public bool IsAfter(in MarkPrice other) =>
        Sequence > other.Sequence || (Sequence == other.Sequence && TimeNanos > other.TimeNanos);
}

/// <summary>Margin terms of an instrument, in their journal encoding.</summary>
/// <param name="Bytes">The encoded terms.</param>
[GenerateSerializer, Immutable, Alias("encoded-margin-terms")]
public readonly record struct EncodedMarginTerms(ImmutableArray<byte> Bytes)
{
    /// <summary>Encodes terms.</summary>
    public static EncodedMarginTerms From(MarginTerms terms) => new(MarginEncoding.Encode(terms));

    /// <summary>Decodes the terms.</summary>
    public MarginTerms Decode() => MarginEncoding.DecodeTerms(Bytes.AsSpan());

    /// <inheritdoc/>
    public bool Equals(EncodedMarginTerms other) => Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}

/// <summary>Margin policy of a currency, in its journal encoding.</summary>
/// <param name="Bytes">The encoded policy.</param>
[GenerateSerializer, Immutable, Alias("encoded-margin-policy")]
public readonly record struct EncodedMarginPolicy(ImmutableArray<byte> Bytes)
{
    /// <summary>Encodes a policy.</summary>
    public static EncodedMarginPolicy From(MarginPolicy policy) => new(MarginEncoding.Encode(policy));

    /// <summary>Decodes the policy.</summary>
    public MarginPolicy Decode() => MarginEncoding.DecodePolicy(Bytes.AsSpan());

    /// <inheritdoc/>
    public bool Equals(EncodedMarginPolicy other) => Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}

/// <summary>An administrator's request to set the margin terms of an instrument.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Terms">The terms.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("margin-terms-request")]
public sealed record MarginTermsRequest(string Symbol, EncodedMarginTerms Terms, string By, string Why);

/// <summary>
/// An administrator's request to set the margin policy of a currency: loans, margin calls and liquidation.
/// </summary>
/// <param name="Asset">The currency.</param>
/// <param name="Policy">The policy.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("margin-policy-request")]
public sealed record MarginPolicyRequest(string Asset, EncodedMarginPolicy Policy, string By, string Why);

/// <summary>
/// An administrator's request to set the credit for offsetting long and short positions of a margin group.
/// </summary>
/// <param name="Group">The group, as margin terms name it.</param>
/// <param name="CreditPpm">
/// Part of the smaller side's requirement that is waived, millionths, 0 to 1,000,000; 0 for none.
/// </param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("margin-group-request")]
public sealed record MarginGroupRequest(string Group, int CreditPpm, string By, string Why);

/// <summary>An administrator's request to set a locate: units that an account may borrow to go short.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Account">The account.</param>
/// <param name="Lots">Lots taken from the lendable pool; 0 withdraws the locate.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("locate-request")]
public sealed record LocateRequest(string Symbol, long Account, long Lots, string By, string Why);

/// <summary>Balance of an insurance fund.</summary>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">Minor units, not negative.</param>
[GenerateSerializer, Immutable, Alias("insurance-fund")]
public readonly record struct InsuranceFund(string Asset, long Amount);

/// <summary>All margin terms, policies, locates, funds, groups and open deficits.</summary>
/// <param name="Terms">Latest terms of each instrument traded on margin, sorted by symbol.</param>
/// <param name="Policies">Policy of each currency that has its own, sorted by asset.</param>
/// <param name="Locates">Locates, sorted by symbol and account.</param>
/// <param name="Funds">Insurance funds, sorted by asset.</param>
/// <param name="Groups">Groups that have a credit, sorted by name.</param>
/// <param name="OpenDeficits">Deficits being shared out, oldest first.</param>
/// <param name="OldNames">
/// Assets whose name a symbol change retired. They are here because silos read this rulebook each second and so need no
/// extra call.
/// </param>
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
    /// <summary>Maximum number of groups with a credit.</summary>
    public const int GroupsLimit = 1_000;

    /// <summary>Groups that have a credit; none if the rulebook comes from a silo whose build has no groups.</summary>
    public ImmutableArray<MarginGroupRequest> Credits => Groups.IsDefault ? [] : Groups;

    /// <summary>Deficits being shared out; none if the rulebook comes from a silo whose build shares none.</summary>
    public ImmutableArray<SharedDeficit> Deficits => OpenDeficits.IsDefault ? [] : OpenDeficits;
}

/// <summary>A deficit that other accounts share: the house has paid it and collects their shares.</summary>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">Amount shared out, minor units.</param>
/// <param name="TimeNanos">Time at which the house paid, Unix nanoseconds. Gains of this UTC day count.</param>
/// <param name="Shares">Shares by account; default until decided.</param>
[GenerateSerializer, Immutable, Alias("shared-deficit")]
public sealed record SharedDeficit(
    long Account, long Sequence, string Asset, long Amount, long TimeNanos, ImmutableArray<DeficitShare> Shares);

/// <summary>An account's share of another account's deficit.</summary>
/// <param name="Account">The account that pays.</param>
/// <param name="Amount">Maximum amount, minor units; it never pays more than it has.</param>
[GenerateSerializer, Immutable, Alias("deficit-share")]
public readonly record struct DeficitShare(long Account, long Amount);

/// <summary>An account's gain in one symbol in a UTC day.</summary>
/// <param name="Account">The account.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Amount">
/// Realised and unrealised gain less fees, minor units of the quote asset; negative for a loss.
/// </param>
[GenerateSerializer, Immutable, Alias("day-gain")]
public readonly record struct DayGain(long Account, string Symbol, Int128 Amount);

/// <summary>Gains and equities of the UTC day in which an account was left with a deficit.</summary>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
/// <param name="Gains">Gains and losses of every margin account of the currency, sorted by account.</param>
/// <param name="Equities">
/// Equity of those who gained if all their positions were closed, minor units, sorted by account.
/// </param>
[GenerateSerializer, Immutable, Alias("deficit-day")]
public sealed record DeficitDay(
    long Account, long Sequence, ImmutableArray<DayGain> Gains, ImmutableArray<DeficitShare> Equities);

/// <summary>A request to an account to pay its share of another account's deficit.</summary>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Amount">The share, minor units.</param>
[GenerateSerializer, Immutable, Alias("deficit-share-request")]
public sealed record DeficitShareRequest(long Account, long Sequence, string Asset, long Amount);

/// <summary>An ended liquidation step, on its way to the insurance fund.</summary>
/// <param name="Account">The account.</param>
/// <param name="Sequence">The account's sequence of the step's end.</param>
/// <param name="Asset">The currency.</param>
/// <param name="Fee">Liquidation fee that the account paid to the fund, minor units.</param>
/// <param name="Deficit">Amount the account owes and cannot pay, minor units.</param>
[GenerateSerializer, Immutable, Alias("liquidation-claim")]
public sealed record LiquidationClaim(long Account, long Sequence, string Asset, long Fee, long Deficit);

/// <summary>The split of a deficit between insurance fund and house, decided once for a claim.</summary>
/// <param name="Sequence">The account's sequence of the claim.</param>
/// <param name="FromFund">Paid by the insurance fund, minor units.</param>
/// <param name="FromHouse">Paid by the house, minor units.</param>
[GenerateSerializer, Immutable, Alias("liquidation-cover")]
public readonly record struct LiquidationCover(long Sequence, long FromFund, long FromHouse);

/// <summary>An administrator's request to make an account a margin account or a cash account.</summary>
/// <param name="Currency">Currency of a margin account; empty for a cash account.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
/// <param name="Symbol">The only instrument that an isolated margin account trades; empty or null for any.</param>
[GenerateSerializer, Immutable, Alias("account-kind-request")]
public sealed record AccountKindRequest(string Currency, string By, string Why, string? Symbol = null);

/// <summary>An order of an account, by book and number.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Number">The order's number, or the highest number of several orders.</param>
[GenerateSerializer, Immutable, Alias("number-in-book")]
public readonly record struct NumberInBook(string Symbol, long Number);

/// <summary>
/// Work that an agent does for a margin account, which calls no book itself. All of it is durable and may be repeated.
/// </summary>
/// <param name="CloseUpTo">
/// Books in which every order up to a number must be cancelled, whether it has arrived or not.
/// </param>
/// <param name="Cancels">Orders to cancel.</param>
/// <param name="Symbol">The book of the order.</param>
/// <param name="Order">An order that the account itself generated, to be submitted; null for none.</param>
/// <param name="Claims">Ended liquidation steps for the insurance fund.</param>
[GenerateSerializer, Immutable, Alias("margin-work")]
public sealed record MarginWork(
    ImmutableArray<NumberInBook> CloseUpTo,
    ImmutableArray<NumberInBook> Cancels,
    string Symbol,
    SubmitOrder? Order,
    ImmutableArray<LiquidationClaim> Claims)
{
    /// <summary>No work.</summary>
    public static readonly MarginWork None = new([], [], "", null, []);

    /// <summary>True if there is no work.</summary>
    public bool IsNone => CloseUpTo.IsEmpty && Cancels.IsEmpty && Order is null && Claims.IsEmpty;
}

/// <summary>Margin figures of an account at the newest mark prices, in minor units of its currency.</summary>
/// <param name="Currency">Its currency.</param>
/// <param name="Decimals">Decimal places of the currency's minor unit.</param>
/// <param name="State">Its state by its newest record.</param>
/// <param name="Equity">Value if all positions were closed at the mark prices, less accrued interest.</param>
/// <param name="Requirement">Initial margin, open orders included.</param>
/// <param name="Maintenance">Maintenance margin.</param>
/// <param name="Withdrawable">Amount it may withdraw or transfer.</param>
/// <param name="Call">Shortfall against the maintenance margin; 0 for none.</param>
/// <param name="Accrued">Interest and borrow fees not charged yet, rounded up.</param>
/// <param name="DeadlineNanos">Deadline of a margin call, Unix nanoseconds; 0 for no call.</param>
/// <param name="IsStale">True if a mark price is missing or old; then nothing that adds risk is accepted.</param>
/// <param name="Positions">Positions by symbol.</param>
/// <param name="Groups">Margin groups of its positions with their credits, sorted by name.</param>
/// <param name="Symbol">The only instrument that an isolated margin account trades; empty or null for any.</param>
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

/// <summary>Credit of a margin account in one group: the reduction of what its positions need one by one.</summary>
/// <param name="Group">The group.</param>
/// <param name="CreditPpm">Part of the smaller side's requirement that is waived, millionths.</param>
/// <param name="InitialCredit">
/// Reduction of the initial margin, with open orders at their worst case, minor units.
/// </param>
/// <param name="MaintenanceCredit">Reduction of the maintenance margin, minor units.</param>
[GenerateSerializer, Immutable, Alias("margin-group-line")]
public readonly record struct MarginGroupLine(
    string Group, int CreditPpm, Int128 InitialCredit, Int128 MaintenanceCredit);

/// <summary>A margin account's position in one symbol.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="Units">Position, base minor units; negative if short.</param>
/// <param name="MarkTicks">The mark price, in ticks; 0 for none.</param>
/// <param name="Requirement">Its own initial margin, open orders included, before group credits.</param>
/// <param name="Maintenance">Its own maintenance margin, before group credits.</param>
/// <param name="BuyingPower">Value of what more may be bought, at the rate of the smallest position.</param>
/// <param name="LocatedLots">Located lots: how far it may be short.</param>
/// <param name="BankruptcyTicks">
/// Price, in ticks, at which closing the position leaves the account with zero equity, all else unchanged; 0 for none.
/// </param>
/// <param name="Group">Its margin group; empty for none.</param>
[GenerateSerializer, Immutable, Alias("margin-line")]
public readonly record struct MarginLine(
    string Symbol, long Units, long MarkTicks, Int128 Requirement, Int128 Maintenance, Int128 BuyingPower,
    long LocatedLots, Int128 BankruptcyTicks,
    string Group);
