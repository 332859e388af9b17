using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>What an issuer does to who holds its units.</summary>
public enum CorporateActionType
{
    /// <summary>So much cash for each unit.</summary>
    [JsonStringEnumMemberName("dividend")] Dividend = 1,

    /// <summary>So many new units for so many old ones.</summary>
    [JsonStringEnumMemberName("split")] Split = 2,

    /// <summary>An instrument and its units have new names.</summary>
    [JsonStringEnumMemberName("symbolChange")] SymbolChange = 3,
}

/// <summary>How far a corporate action has come.</summary>
public enum CorporateActionState
{
    /// <summary>Announced; nothing has happened yet.</summary>
    [JsonStringEnumMemberName("announced")] Announced = 1,

    /// <summary>Each account has its part on record, pending until the pay date.</summary>
    [JsonStringEnumMemberName("entered")] Entered = 2,

    /// <summary>All of it is paid.</summary>
    [JsonStringEnumMemberName("paid")] Paid = 3,

    /// <summary>The cut was, and open orders are adjusted or have ended (of a split: next); not all accounts have their part on record.</summary>
    [JsonStringEnumMemberName("begun")] Begun = 4,
}

/// <summary>A corporate action that is to be announced.</summary>
/// <param name="Id">Its name for ever; the same again changes nothing.</param>
/// <param name="Symbol">The instrument whose base asset is held.</param>
/// <param name="Amount">Cash for one unit, in the quote asset; up to eight digits beyond its smallest unit.</param>
/// <param name="ExDate">What accounts had before this UTC day began entitles them; null: what they have now.</param>
/// <param name="PayDate">Paid on this UTC day; null: as soon as it is on record.</param>
public sealed record CorporateDividend(string Id, string Symbol, decimal Amount, DateOnly? ExDate = null, DateOnly? PayDate = null);

/// <summary>A split that is to be announced: more units, or with the larger number last fewer.</summary>
/// <param name="Id">Its name for ever; the same again changes nothing.</param>
/// <param name="Symbol">The instrument whose base asset is split.</param>
/// <param name="NewUnits">So many new units, 1 to 10,000,</param>
/// <param name="OldUnits">for so many old ones, 1 to 10,000.</param>
/// <param name="UnitValue">What one new unit is worth, in the quote asset: fractions are paid by it.</param>
/// <param name="ExDate">Not before this UTC day; null: as soon as its books are halted or closed.</param>
public sealed record CorporateSplit(string Id, string Symbol, int NewUnits, int OldUnits, decimal UnitValue, DateOnly? ExDate = null);

/// <summary>A symbol change that is to be announced: the instrument is listed under a new symbol, and each unit becomes one of the new name.</summary>
/// <param name="Id">Its name for ever; the same again changes nothing.</param>
/// <param name="Symbol">The instrument; its book is closed for good.</param>
/// <param name="NewSymbol">What it is called from then on.</param>
/// <param name="NewAsset">What its units are called; null where symbol and units have one name: the new symbol.</param>
/// <param name="ExDate">Not before this UTC day; null: as soon as its book is halted or closed.</param>
public sealed record CorporateSymbolChange(string Id, string Symbol, string NewSymbol, string? NewAsset = null, DateOnly? ExDate = null);

/// <summary>A corporate action, and what accounts' parts of it come to.</summary>
/// <param name="Id">Its name for ever.</param>
/// <param name="Type">What happens.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="State">How far it has come.</param>
/// <param name="ExDate">The ex-date; null when it was announced for the moment.</param>
/// <param name="PayDate">The pay date; null for as soon as it is on record.</param>
/// <param name="CutAt">What an account had before this moment counts.</param>
/// <param name="UnitAsset">Whose holders are concerned.</param>
/// <param name="Asset">What is paid.</param>
/// <param name="Amount">Cash for one unit; of a split what one new unit is worth.</param>
/// <param name="Ratio">Of a split: new units to old ones, such as 3:2; else null.</param>
/// <param name="AnnouncedAt">When it was announced.</param>
/// <param name="By">Who announced it.</param>
/// <param name="Why">A sentence for the record.</param>
/// <param name="Accounts">How many accounts have a part.</param>
/// <param name="LongUnits">Units held.</param>
/// <param name="ShortUnits">Units owed.</param>
/// <param name="Received">What holders get.</param>
/// <param name="Owed">What those who owe units owe.</param>
/// <param name="Rounding">What rounding leaves.</param>
/// <param name="FromIssuer">What the issuer pays.</param>
/// <param name="NewSymbol">Of a symbol change: what the instrument is called from then on; else null.</param>
public sealed record CorporateAction(
    string Id,
    CorporateActionType Type,
    string Symbol,
    CorporateActionState State,
    DateOnly? ExDate,
    DateOnly? PayDate,
    DateTimeOffset CutAt,
    string UnitAsset,
    string Asset,
    decimal Amount,
    string? Ratio,
    DateTimeOffset AnnouncedAt,
    string By,
    string Why,
    int Accounts,
    decimal LongUnits,
    decimal ShortUnits,
    decimal Received,
    decimal Owed,
    decimal Rounding,
    decimal FromIssuer,
    string? NewSymbol = null);

/// <summary>Accounts' parts of a corporate action.</summary>
/// <param name="Id">The action.</param>
/// <param name="Parts">By account; what rounding leaves is the part of <c>rounding</c>.</param>
/// <param name="Next">Where the next page goes on; null when this is the last one.</param>
public sealed record CorporateParts(string Id, IReadOnlyList<CorporatePart> Parts, string? Next);

/// <summary>An account's part of a corporate action.</summary>
/// <param name="Account">The account.</param>
/// <param name="Units">What it had at the cut; less than zero it owed.</param>
/// <param name="Amount">Cash it gets; less than zero it owes.</param>
/// <param name="Change">Units that came by it; less than zero went.</param>
/// <param name="Paid">Whether it is paid.</param>
public sealed record CorporatePart(string Account, decimal Units, decimal Amount, decimal Change, bool Paid);
