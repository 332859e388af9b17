using System.Collections.Frozen;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Types and enumerations of FIX 4.4 for all allowed tags, even those that are not used: a value outside of them is the
/// sender's mistake. Session tags with stricter rules of their own (numbers, times and flags of its messages) are
/// checked by those.
/// </summary>
internal static class FixValues
{
    // A longer list of values hides the rest of the text.
    private const int LongestList = 60;

    private enum Kind
    {
        Char,
        Flag,
        Integer,
        Decimal,
        Offset,
        Moment,
        Day,
        Word,
        Words,
    }

    private static readonly FrozenDictionary<int, Rule> s_rules = new Dictionary<int, Rule>
    {
        // Header
        [97] = new("PossResend", Kind.Flag),
        [122] = new("OrigSendingTime", Kind.Moment),
        [212] = new("XmlDataLen", Kind.Integer),
        [347] = new("MessageEncoding", Kind.Word, "ISO-2022-JP EUC-JP Shift_JIS UTF-8"),
        [369] = new("LastMsgSeqNumProcessed", Kind.Integer),
        [629] = new("HopSendingTime", Kind.Moment),
        [630] = new("HopRefID", Kind.Integer),

        // Session
        [FixTag.EncryptMethod] = new("EncryptMethod", Kind.Integer, "0 1 2 3 4 5 6"),
        [FixTag.ResetNumbers] = new("ResetSeqNumFlag", Kind.Flag),

        // Orders
        [18] = new(
            "ExecInst", Kind.Words, "1 2 3 4 5 6 7 8 9 0 A B C D E F G H I J K L M N O P Q R S U V W X Y Z a b c d e"),
        [21] = new("HandlInst", Kind.Char, "1 2 3"),
        [22] = new("SecurityIDSource", Kind.Word, "1 2 3 4 5 6 7 8 9 A B C D E F G H I J"),
        [38] = new("OrderQty", Kind.Decimal),
        [40] = new("OrdType", Kind.Char, "1 2 3 4 6 7 8 9 D E G I J K L M P"),
        [44] = new("Price", Kind.Decimal),
        [54] = new("Side", Kind.Char, "1 2 3 4 5 6 7 8 9 A B C D E F G"),
        [59] = new("TimeInForce", Kind.Char, "0 1 2 3 4 5 6 7"),
        [60] = new("TransactTime", Kind.Moment),
        [99] = new("StopPx", Kind.Decimal),
        [110] = new("MinQty", Kind.Decimal),
        [111] = new("MaxFloor", Kind.Decimal),
        [126] = new("ExpireTime", Kind.Moment),
        [152] = new("CashOrderQty", Kind.Decimal),
        [167] = new("SecurityType", Kind.Word, SecurityTypes),
        [211] = new("PegOffsetValue", Kind.Offset),
        [432] = new("ExpireDate", Kind.Day),
        [528] = new("OrderCapacity", Kind.Char, "A G I P R W"),
        [529] = new("OrderRestrictions", Kind.Words, "1 2 3 4 5 6 7 8 9 A"),
        [836] = new("PegOffsetType", Kind.Integer, "0 1 2 3"),
        [447] = new("PartyIDSource", Kind.Char, "B C D E F G H 1 2 3 4 5 6 7 8 9 A I"),
        [452] = new("PartyRole", Kind.Integer, $"{Numbers(1, 22)} {Numbers(24, 38)}"),
        [803] = new("PartySubIDType", Kind.Integer, Numbers(1, 26)),

        // Requests
        [263] = new("SubscriptionRequestType", Kind.Char, "0 1 2"),
        [264] = new("MarketDepth", Kind.Integer),
        [265] = new("MDUpdateType", Kind.Integer, "0 1"),
        [266] = new("AggregatedBook", Kind.Flag),
        [269] = new("MDEntryType", Kind.Char, "0 1 2 3 4 5 6 7 8 9 A B C"),
        [530] = new("MassCancelRequestType", Kind.Char, Numbers(1, 7)),
        [559] = new("SecurityListRequestType", Kind.Integer, Numbers(0, 4)),
        [585] = new("MassStatusReqType", Kind.Integer, Numbers(1, 8)),
    }.ToFrozenDictionary();

    private const string SecurityTypes =
        "FUT OPT EUSUPRA FAC FADN PEF SUPRA CORP CPP CB DUAL EUCORP XLINKD STRUCT YANK FOR CS PS BRADY EUSOV TBOND TINT TIPS TCAL TPRN UST USTB TNOTE TBILL "
        + "REPO FORWARD BUYSELL SECLOAN SECPLEDGE TERM RVLV RVLVTRM BRIDGE LOFC SWING DINP DEFLTED WITHDRN REPLACD MATURED AMENDED RETIRED BA BN BOX CD CL CP DN "
        + "EUCD EUCP LQN MTN ONITE PN PZFJ STN TD XCN YCD ABS CMBS CMO IET MBS MIO MPO MPP MPT PFAND TBA AN COFO COFP GO MT RAN REV SPCLA SPCLO SPCLT TAN TAXA "
        + "TECP TRAN VRDN WAR MF MLEG NONE";

    /// <summary>
    /// Returns the fault of a tag's value; null if it has the tag's type and, for an enumeration, one of its values.
    /// </summary>
    public static FixFault? Wrong(int tag, string text)
    {
        if (!s_rules.TryGetValue(tag, out var rule))
            return null;
        if (!IsOf(rule.Kind, text))
            return new FixFault(
                tag,
                rule.Kind == Kind.Flag && text.Length == 1 ? FixReject.ValueIncorrect : FixReject.IncorrectDataFormat,
                $"{rule.Name} ({tag}): {FormOf(rule.Kind)}");
        return rule.Values is not { } values || text.Split(' ').All(values.Contains)
            ? null
            : new FixFault(
                tag, FixReject.ValueIncorrect,
                rule.List.Length <= LongestList
                    ? $"{rule.Name} ({tag}) is one of {rule.List}."
                    : $"{rule.Name} ({tag}) has no such value in FIX 4.4.");
    }

    private static bool IsOf(Kind kind, string text) => kind switch
    {
        Kind.Char => text.Length == 1,
        Kind.Flag => text is "Y" or "N",
        Kind.Integer => text.AsSpan(text.StartsWith('-') ? 1 : 0) is { Length: > 0 } digits
            && digits.IndexOfAnyExceptInRange('0', '9') < 0,
        Kind.Decimal => FixOrderReading.Number(text) is not null,
        Kind.Offset => FixOrderReading.Number(text.StartsWith('-') ? text[1..] : text) is not null,
        Kind.Moment => FixTime.Read(text) is not null,
        Kind.Day => FixOrderReading.EndOf(text) is not null,
        Kind.Word => !text.Contains(' ', StringComparison.Ordinal),
        Kind.Words => text.Split(' ').All(static word => word.Length > 0),
    };

    private static string FormOf(Kind kind) => kind switch
    {
        Kind.Char => "One character.",
        Kind.Flag => "Y or N.",
        Kind.Integer => "A whole number.",
        Kind.Decimal => FixOrderReading.NumberRule,
        Kind.Offset => FixOrderReading.OffsetRule,
        Kind.Moment => FixOrderReading.MomentRule,
        Kind.Day => FixOrderReading.DayRule,
        Kind.Word => "One word.",
        Kind.Words => "Words with one space between them.",
    };

    private static string Numbers(int first, int last) => string.Join(' ', Enumerable.Range(first, last - first + 1));

    /// <summary>Rule of a tag.</summary>
    private sealed class Rule(string name, Kind kind, string? values = null)
    {
        public string Name => name;

        public Kind Kind => kind;

        public string List => values ?? "";

        public FrozenSet<string>? Values { get; } = values?.Split(' ').ToFrozenSet(StringComparer.Ordinal);
    }
}
