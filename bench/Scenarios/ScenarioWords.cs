using System.Globalization;
using QuantumCore.Instruments;

namespace QuantumCore.Bench.Scenarios;

/// <summary>Converts between the words of scenarios and the market's terms.</summary>
internal static class ScenarioWords
{
    /// <summary>Parses a number, with or without a sign.</summary>
    /// <exception cref="FormatException">The text is not a number.</exception>
    public static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"'{text}' is no number");

    public static int Small(string text) => Number(text) is >= int.MinValue and <= int.MaxValue and var number
        ? (int)number
        : throw new FormatException($"'{text}' is out of range");

    /// <summary>Parses a price, with or without an @ before it.</summary>
    public static long Price(string text) => Number(text.StartsWith('@') ? text[1..] : text);

    public static Side SideOf(string text) => text switch
    {
        "B" or "buy" => Side.Buy,
        "S" or "sell" => Side.Sell,
        _ => throw new FormatException($"'{text}' is no side: B or S"),
    };

    public static TradingPhase PhaseOf(string text) => text.ToUpperInvariant() switch
    {
        "CONTINUOUS" => TradingPhase.Continuous,
        "PREOPEN" or "PRE_OPEN" or "PRE-OPEN" => TradingPhase.PreOpen,
        "OPENING" => TradingPhase.Opening,
        "VOLATILITY" => TradingPhase.Volatility,
        "CLOSING" => TradingPhase.Closing,
        "HALT" or "HALTED" => TradingPhase.Halt,
        "CLOSED" => TradingPhase.Closed,
        _ => throw new FormatException($"'{text}' is no trading phase"),
    };

    public static string Of(TradingPhase phase) => phase switch
    {
        TradingPhase.Continuous => "CONTINUOUS",
        TradingPhase.PreOpen => "PREOPEN",
        TradingPhase.Opening => "OPENING",
        TradingPhase.Volatility => "VOLATILITY",
        TradingPhase.Closing => "CLOSING",
        TradingPhase.Halt => "HALT",
        TradingPhase.Closed => "CLOSED",
    };

    public static SelfTradePrevention SelfTradeOf(string text) => text switch
    {
        "none" => SelfTradePrevention.None,
        "taker" => SelfTradePrevention.ExpireTaker,
        "maker" => SelfTradePrevention.ExpireMaker,
        "both" => SelfTradePrevention.ExpireBoth,
        "dec" or "decrement" => SelfTradePrevention.Decrement,
        "newest" => SelfTradePrevention.CancelNewest,
        "oldest" => SelfTradePrevention.CancelOldest,
        _ => throw new FormatException($"'{text}' is no self-trade prevention"),
    };

    public static string Of(SelfTradePrevention mode) => mode switch
    {
        SelfTradePrevention.None => "none",
        SelfTradePrevention.ExpireTaker => "taker",
        SelfTradePrevention.ExpireMaker => "maker",
        SelfTradePrevention.ExpireBoth => "both",
        SelfTradePrevention.Decrement => "dec",
        SelfTradePrevention.CancelNewest => "newest",
        SelfTradePrevention.CancelOldest => "oldest",
    };

    public static string Of(EndReason reason) => reason switch
    {
        EndReason.None => "NONE",
        EndReason.User => "USER",
        EndReason.MassCancel => "MASS",
        EndReason.Replaced => "REPLACED",
        EndReason.Amended => "AMENDED",
        EndReason.ImmediateOrCancel => "IOC",
        EndReason.FillOrKill => "FOK",
        EndReason.NoLiquidity => "NO_LIQUIDITY",
        EndReason.Protection => "PROTECTION",
        EndReason.List => "LIST",
        EndReason.OneCancelsOther => "OCO",
        EndReason.SelfTrade => "STP",
        EndReason.MinimumQuantity => "MIN_QTY",
        EndReason.Band => "BAND",
        EndReason.Amount => "AMOUNT",
        EndReason.GoodTillDate => "GTD",
        EndReason.Day => "DAY",
        EndReason.AtTheOpening => "AT_OPEN",
        EndReason.AtTheClose => "AT_CLOSE",
        EndReason.AuctionEnd => "AUCTION_END",
        EndReason.Session => "SESSION",
        EndReason.KillSwitch => "KILL",
        EndReason.PostOnly => "POST_ONLY",
        EndReason.CorporateAction => "CORPORATE_ACTION",
    };

    /// <summary>
    /// Returns the word for a reject reason. Reasons given only by accounts and gateways have no word here.
    /// </summary>
    public static string Of(RejectReason reason) => reason switch
    {
        RejectReason.InvalidCombination => "COMBINATION",
        RejectReason.InvalidQuantity => "QUANTITY",
        RejectReason.InvalidPrice => "PRICE",
        RejectReason.InvalidNotional => "NOTIONAL",
        RejectReason.SymbolHalted => "HALTED",
        RejectReason.SymbolClosed => "CLOSED",
        RejectReason.NotInThisPhase => "SESSION",
        RejectReason.TooManyLevels => "MAX_LEVELS",
        RejectReason.TooManyOrders => "MAX_ORDERS",
        RejectReason.StaleLeaves => "STALE",
        _ => string.Concat(reason.ToString().Select((letter, at) =>
            at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}")),
    };
}
