using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Kind of a corporate action. Numbers are journaled and never change.</summary>
public enum CorporateActionKind : byte
{
    /// <summary>Pays cash for each unit.</summary>
    CashDividend = 1,

    /// <summary>Exchanges old units for new ones at a ratio, more or fewer; a fraction is paid in cash.</summary>
    Split = 2,

    /// <summary>Renames an instrument and its base asset; each old unit becomes one new unit.</summary>
    SymbolChange = 3,
}

/// <summary>An administrator's request to announce an issuer's corporate action. Its id is permanent.</summary>
/// <param name="Id">Its name, in the format of a client order id.</param>
/// <param name="Kind">The kind of action.</param>
/// <param name="Symbol">The instrument. Its base asset's holders are concerned; cash is in its quote asset.</param>
/// <param name="ExDay">
/// UTC day since 1970 at whose start holdings entitle; 0 for the moment of the announcement.
/// </param>
/// <param name="PayDay">UTC day since 1970 on which it is paid; 0 for as soon as it is entered.</param>
/// <param name="Rate">
/// Cash for one whole unit, in 10^-8 minor units of the quote asset; for a split, the value of one new unit.
/// </param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
/// <param name="Numerator">For a split: number of new units; else 0.</param>
/// <param name="Denominator">For a split: number of old units they replace; else 0.</param>
/// <param name="NewSymbol">For a symbol change: new symbol of the instrument; else empty or null.</param>
/// <param name="NewAsset">For a symbol change: new name of the base asset; else empty or null.</param>
[GenerateSerializer, Immutable, Alias("corporate-action-request")]
public sealed record CorporateActionRequest(
    string Id, CorporateActionKind Kind, string Symbol, long ExDay, long PayDay, long Rate, string By, string Why,
    long Numerator = 0, long Denominator = 0, string? NewSymbol = null, string? NewAsset = null)
{
    /// <summary>Maximum number of units on either side of a split.</summary>
    public const long RatioLimit = 10_000;

    /// <summary>Decimal places of a rate beyond the minor unit's.</summary>
    public const int RateDecimals = 8;

    /// <summary>Maximum rate.</summary>
    public const long RateLimit = 1L << 60;

    /// <summary>Last day that may be named, the end of the year 2199: the limit of readable dates.</summary>
    public const long LastDay = 84_005;

    /// <summary>
    /// True if it turns units into others. The books of the asset then stand still, because holdings at that moment
    /// count.
    /// </summary>
    public bool ChangesUnits => Kind is CorporateActionKind.Split or CorporateActionKind.SymbolChange;

    /// <summary>Returns the instrument with its names after a symbol change.</summary>
    public Instrument Renamed(Instrument instrument) => instrument with
    {
        Symbol = NewSymbol ?? "",
        Base = instrument.Base with { Name = NewAsset ?? "" },
    };

    /// <summary>Returns true if another request announces the same action; requester and reason are ignored.</summary>
    public bool IsSame(CorporateActionRequest other) => this with { By = other.By, Why = other.Why } == other;
}

/// <summary>Reason why a corporate action is not announced.</summary>
/// <param name="Field">The field at fault.</param>
/// <param name="Sentence">The error, as a sentence.</param>
[GenerateSerializer, Immutable, Alias("corporate-refusal")]
public sealed record CorporateRefusal(string Field, string Sentence);

/// <summary>Sums of the accounts' parts of a corporate action.</summary>
/// <param name="Accounts">Number of accounts that had units.</param>
/// <param name="LongUnits">Units held, minor units of the base asset.</param>
/// <param name="ShortUnits">Units owed, minor units of the base asset, not negative.</param>
/// <param name="Received">Cash that holders get, quote minor units.</param>
/// <param name="Owed">Cash that short accounts owe, quote minor units, not negative.</param>
/// <param name="Rounding">Remainder of what the issuer pays, quote minor units.</param>
[GenerateSerializer, Immutable, Alias("corporate-sums")]
public readonly record struct CorporateSums(
    int Accounts, Int128 LongUnits, Int128 ShortUnits, Int128 Received, Int128 Owed, long Rounding)
{
    /// <summary>Amount the issuer pays, quote minor units.</summary>
    public Int128 FromIssuer => Received - Owed + Rounding;
}

/// <summary>A corporate action as the catalog has it.</summary>
/// <param name="Request">The announced request.</param>
/// <param name="AnnouncedNanos">Time of the announcement, Unix nanoseconds.</param>
/// <param name="CutNanos">
/// Moment of the cut, Unix nanoseconds: holdings before it entitle. For a split it is known once the split has begun.
/// </param>
/// <param name="UnitAsset">The asset whose holders are concerned.</param>
/// <param name="UnitDecimals">Decimal places of its minor unit.</param>
/// <param name="CashAsset">The asset that is paid; for a symbol change, the new units.</param>
/// <param name="CashDecimals">Decimal places of its minor unit.</param>
/// <param name="State">Its state.</param>
/// <param name="Sums">Sums of the parts; zero before they are entered.</param>
[GenerateSerializer, Immutable, Alias("corporate-action-view")]
public sealed record CorporateActionView(
    CorporateActionRequest Request,
    long AnnouncedNanos,
    long CutNanos,
    string UnitAsset,
    int UnitDecimals,
    string CashAsset,
    int CashDecimals,
    CorporateActionState State,
    CorporateSums Sums)
{
    /// <summary>
    /// Returns the adjustment of open orders in a book of its asset. Returns null if nothing changes, as with a
    /// dividend of less than a tick. Orders end if prices are in another asset than the dividend, because the price
    /// drop is then unknown.
    /// </summary>
    public OrderAdjustment? AdjustmentOf(Instrument instrument)
    {
        if (Request.Kind == CorporateActionKind.Split)
        {
            return OrderAdjustment.Split(Request.Numerator, Request.Denominator);
        }

        if (Request.Kind == CorporateActionKind.SymbolChange || instrument.Quote.Name != CashAsset)
        {
            return OrderAdjustment.EndsOrders;
        }

        var tick = (Int128)instrument.TickSize * PowerOfTen(CashDecimals + CorporateActionRequest.RateDecimals);
        var worth = (Int128)Request.Rate * PowerOfTen(instrument.PriceDecimals);
        return worth < tick ? null
            : OrderAdjustment.Dividend((long)Int128.Min(Rounding.DivUp(worth, tick), Instrument.PriceTicksLimit));
    }

    private static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}

/// <summary>An account that a corporate action concerns and that has not decided its part yet.</summary>
/// <param name="Account">The account.</param>
/// <param name="Units">Units at the cut, minor units; negative if owed.</param>
[GenerateSerializer, Immutable, Alias("entitled-account")]
public readonly record struct EntitledAccount(long Account, long Units);

/// <summary>An account's part of a corporate action, as it is on record.</summary>
/// <param name="Account">The account.</param>
/// <param name="Units">Units at the cut, minor units of the base asset.</param>
/// <param name="Amount">Cash the account gets, quote minor units; negative if it owes.</param>
/// <param name="IsPaid">True once it is paid.</param>
/// <param name="Change">Units gained, minor units; negative if lost.</param>
[GenerateSerializer, Immutable, Alias("corporate-part")]
public readonly record struct CorporatePart(long Account, long Units, long Amount, bool IsPaid, long Change = 0);

/// <summary>A page of the parts of a corporate action, sorted by account.</summary>
/// <param name="Parts">The parts of this page.</param>
/// <param name="HasMore">True if more parts follow.</param>
[GenerateSerializer, Immutable, Alias("corporate-parts")]
public sealed record CorporateParts(ImmutableArray<CorporatePart> Parts, bool HasMore);
