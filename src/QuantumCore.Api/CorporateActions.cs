using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>Type of a corporate action.</summary>
public enum CorporateActionType
{
    /// <summary>Cash paid for each unit held.</summary>
    [JsonStringEnumMemberName("dividend")] Dividend = 1,

    /// <summary>A number of new units for a number of old ones.</summary>
    [JsonStringEnumMemberName("split")] Split = 2,

    /// <summary>New names for an instrument and its units.</summary>
    [JsonStringEnumMemberName("symbolChange")] SymbolChange = 3,
}

/// <summary>A cash dividend to announce.</summary>
/// <param name="Id">Permanent id. Repeating the announcement changes nothing.</param>
/// <param name="Symbol">The instrument whose base asset is held.</param>
/// <param name="Amount">Cash for one unit, in the quote asset, with up to eight more digits than its minor
/// unit.</param>
/// <param name="ExDate">UTC day before whose start a holding must exist to be entitled; null for holdings of
/// now.</param>
/// <param name="PayDate">UTC day of payment; null to pay as soon as it is recorded.</param>
public sealed record CorporateDividend(
    string Id, string Symbol, decimal Amount, DateOnly? ExDate = null, DateOnly? PayDate = null);

/// <summary>A split to announce; a reverse split if the second number is larger.</summary>
/// <param name="Id">Permanent id. Repeating the announcement changes nothing.</param>
/// <param name="Symbol">The instrument whose base asset is split.</param>
/// <param name="NewUnits">Number of new units, 1 to 10,000.</param>
/// <param name="OldUnits">Number of old units they replace, 1 to 10,000.</param>
/// <param name="UnitValue">Value of one new unit, in the quote asset. Fractions are paid in cash at this value.</param>
/// <param name="ExDate">Earliest UTC day; null for as soon as its books are halted or closed.</param>
public sealed record CorporateSplit(
    string Id, string Symbol, int NewUnits, int OldUnits, decimal UnitValue, DateOnly? ExDate = null);

/// <summary>
/// A symbol change to announce: the instrument is listed under a new symbol, and each unit becomes one of the new
/// asset.
/// </summary>
/// <param name="Id">Permanent id. Repeating the announcement changes nothing.</param>
/// <param name="Symbol">The instrument; its book closes permanently.</param>
/// <param name="NewSymbol">New symbol.</param>
/// <param name="NewAsset">New asset name; null for the new symbol, if symbol and asset share one name.</param>
/// <param name="ExDate">Earliest UTC day; null for as soon as its book is halted or closed.</param>
public sealed record CorporateSymbolChange(
    string Id, string Symbol, string NewSymbol, string? NewAsset = null, DateOnly? ExDate = null);

/// <summary>A corporate action with the totals of the accounts' parts.</summary>
/// <param name="Id">Permanent id.</param>
/// <param name="Type">Type of action.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="State">Progress.</param>
/// <param name="ExDate">Ex-date; null if announced for immediate effect.</param>
/// <param name="PayDate">Pay date; null to pay as soon as it is recorded.</param>
/// <param name="CutAt">Record time: holdings before this moment count.</param>
/// <param name="UnitAsset">Asset whose holders are affected.</param>
/// <param name="Asset">Asset that is paid.</param>
/// <param name="Amount">Cash for one unit; for a split the value of one new unit.</param>
/// <param name="NewSymbol">New symbol of a symbol change; else null.</param>
/// <param name="Ratio">Split ratio of new to old units, such as 3:2; null for other types.</param>
/// <param name="AnnouncedAt">Time of the announcement.</param>
/// <param name="By">Announcing user.</param>
/// <param name="Why">Reason recorded.</param>
/// <param name="Accounts">Number of accounts with a part.</param>
/// <param name="LongUnits">Units held.</param>
/// <param name="ShortUnits">Units owed.</param>
/// <param name="Received">Amount that holders receive.</param>
/// <param name="Owed">Amount that short accounts owe.</param>
/// <param name="Rounding">Rounding difference.</param>
/// <param name="FromIssuer">Amount that the issuer pays.</param>
public sealed record CorporateAction(
    string Id,
    CorporateActionType Type,
    string Symbol,
    CorporateActionState State,
    DateOnly? ExDate,
    DateOnly? PayDate,
    UtcTime CutAt,
    string UnitAsset,
    string Asset,
    decimal Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NewSymbol,
    string? Ratio,
    UtcTime AnnouncedAt,
    string By,
    string Why,
    int Accounts,
    decimal LongUnits,
    decimal ShortUnits,
    decimal Received,
    decimal Owed,
    decimal Rounding,
    decimal FromIssuer);

/// <summary>Page of the accounts' parts of a corporate action.</summary>
/// <param name="Id">Id of the action.</param>
/// <param name="Parts">Parts by account. The rounding difference is the part of <c>rounding</c>.</param>
/// <param name="Next">Cursor of the next page; null on the last page.</param>
public sealed record CorporateParts(string Id, IReadOnlyList<CorporatePart> Parts, string? Next);

/// <summary>An account's part of a corporate action.</summary>
/// <param name="Account">The account.</param>
/// <param name="Units">Units at the record time; negative for a short position.</param>
/// <param name="Amount">Cash to receive; negative if owed.</param>
/// <param name="Change">Change in units; negative for a decrease.</param>
/// <param name="Paid">True if it is paid.</param>
public sealed record CorporatePart(string Account, decimal Units, decimal Amount, decimal Change, bool Paid);
