using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>What an issuer does to who holds its units. Numbers are journaled and never change.</summary>
public enum CorporateActionKind : byte
{
    /// <summary>So much cash for each unit.</summary>
    CashDividend = 1,

    /// <summary>So many new units for so many old ones, more or fewer; a fraction is paid in cash.</summary>
    Split = 2,

    /// <summary>An instrument and what it trades have new names; each unit of the old name becomes one of the new.</summary>
    SymbolChange = 3,
}

/// <summary>How far a corporate action has come. Numbers never change.</summary>
public enum CorporateActionState : byte
{
    /// <summary>Announced; nothing has happened yet.</summary>
    Announced = 1,

    /// <summary>Each account has decided what it gets or owes; it is pending until the pay date.</summary>
    Entered = 2,

    /// <summary>All of it is paid.</summary>
    Paid = 3,

    /// <summary>The cut was; open orders of its books are adjusted or have ended. Not all accounts have decided their parts yet.</summary>
    Begun = 4,
}

/// <summary>An administrator's order: an issuer's corporate action. Its id names it for ever.</summary>
/// <param name="Id">Its name, a client order id's kind of word.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Symbol">The instrument: holders of its base asset are concerned, cash is of its quote asset.</param>
/// <param name="ExDay">Number of the UTC day since 1970 at whose beginning units entitle; 0 for the moment of the announcement.</param>
/// <param name="PayDay">Number of the UTC day since 1970 on which it is paid; 0 for as soon as it is entered.</param>
/// <param name="Rate">Cash for one whole unit, in 10^-8 minor units of the quote asset; of a split what one new unit is worth.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
/// <param name="Numerator">Of a split: so many new units; else 0.</param>
/// <param name="Denominator">Of a split: for so many old ones; else 0.</param>
/// <param name="NewSymbol">Of a symbol change: what the instrument is called from then on; else empty or null.</param>
/// <param name="NewAsset">Of a symbol change: what its units are called from then on; else empty or null.</param>
[GenerateSerializer, Immutable, Alias("corporate-action-request")]
public sealed record CorporateActionRequest(
    string Id, CorporateActionKind Kind, string Symbol, long ExDay, long PayDay, long Rate, string By, string Why,
    long Numerator = 0, long Denominator = 0, string? NewSymbol = null, string? NewAsset = null)
{
    /// <summary>Most units on either side of a split.</summary>
    public const long RatioLimit = 10_000;

    /// <summary>Digits of a rate after the minor unit's.</summary>
    public const int RateDecimals = 8;

    /// <summary>Highest rate.</summary>
    public const long RateLimit = 1L << 60;

    /// <summary>The last day that may be named: the end of the year 2199, as far as days are read.</summary>
    public const long LastDay = 84_005;

    /// <summary>Whether it turns units into others, for which the books of the asset stand still: what an account has by then counts.</summary>
    public bool ChangesUnits => Kind is CorporateActionKind.Split or CorporateActionKind.SymbolChange;

    /// <summary>An instrument as it is called after a symbol change.</summary>
    public Instrument Renamed(Instrument instrument) => instrument with { Symbol = NewSymbol ?? "", Base = instrument.Base with { Name = NewAsset ?? "" } };

    /// <summary>Whether another request asks for the same, whoever asks.</summary>
    public bool IsSame(CorporateActionRequest other) => this with { By = other.By, Why = other.Why } == other;
}

/// <summary>Why a corporate action is not announced.</summary>
/// <param name="Field">The field at fault.</param>
/// <param name="Sentence">What is wrong with it.</param>
[GenerateSerializer, Immutable, Alias("corporate-refusal")]
public sealed record CorporateRefusal(string Field, string Sentence);

/// <summary>What the accounts' parts of a corporate action come to.</summary>
/// <param name="Accounts">How many accounts had units.</param>
/// <param name="LongUnits">What they had, minor units of the base asset.</param>
/// <param name="ShortUnits">What others owed, minor units, not negative.</param>
/// <param name="Received">What the ones get, quote minor units.</param>
/// <param name="Owed">What the others owe, quote minor units, not negative.</param>
/// <param name="Rounding">What is left of what the issuer pays, quote minor units.</param>
[GenerateSerializer, Immutable, Alias("corporate-sums")]
public readonly record struct CorporateSums(
    int Accounts, Int128 LongUnits, Int128 ShortUnits, Int128 Received, Int128 Owed, long Rounding)
{
    /// <summary>What the issuer pays.</summary>
    public Int128 FromIssuer => Received - Owed + Rounding;
}

/// <summary>A corporate action as the catalog has it.</summary>
/// <param name="Request">What was announced.</param>
/// <param name="AnnouncedNanos">When, Unix nanoseconds.</param>
/// <param name="CutNanos">What an account had before this moment entitles it; Unix nanoseconds. Of a split it is known from when it has begun.</param>
/// <param name="UnitAsset">The asset whose holders are concerned.</param>
/// <param name="UnitDecimals">Digits of its minor unit after the point.</param>
/// <param name="CashAsset">What is paid; of a symbol change the new units.</param>
/// <param name="CashDecimals">Digits of its minor unit after the point.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Sums">What the parts come to; nothing before they are entered.</param>
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
    /// What it makes of the open orders of a book of its asset; null: nothing, as a dividend of less than a tick does. Where prices are of another asset
    /// than the dividend, nobody can say by how much they fall: orders end.
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

/// <summary>An account that a corporate action concerns, and that has not decided its part yet.</summary>
/// <param name="Account">The account.</param>
/// <param name="Units">What it had at the cut, minor units; less than zero was owed.</param>
[GenerateSerializer, Immutable, Alias("entitled-account")]
public readonly record struct EntitledAccount(long Account, long Units);

/// <summary>An account's part of a corporate action, as it is on record.</summary>
/// <param name="Account">The account.</param>
/// <param name="Units">What it had at the cut, minor units of the base asset.</param>
/// <param name="Amount">Cash it gets, quote minor units; less than zero it owes.</param>
/// <param name="IsPaid">Whether it is paid.</param>
/// <param name="Change">Units that came by it, minor units; less than zero went.</param>
[GenerateSerializer, Immutable, Alias("corporate-part")]
public readonly record struct CorporatePart(long Account, long Units, long Amount, bool IsPaid, long Change = 0);

/// <summary>Parts of a corporate action that follow an account, by account.</summary>
/// <param name="Parts">Some of them.</param>
/// <param name="HasMore">Whether others follow.</param>
[GenerateSerializer, Immutable, Alias("corporate-parts")]
public sealed record CorporateParts(ImmutableArray<CorporatePart> Parts, bool HasMore);
