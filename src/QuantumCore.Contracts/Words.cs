using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Words of terms and states, the same in the native API and in the history.</summary>
public static class Words
{
    /// <summary>Returns the word of an order type.</summary>
    public static string Word(this OrderType type) => type switch
    {
        OrderType.Limit => "limit",
        OrderType.Market => "market",
        OrderType.Stop => "stop",
        OrderType.StopLimit => "stopLimit",
        OrderType.TakeProfit => "takeProfit",
        OrderType.TakeProfitLimit => "takeProfitLimit",
        OrderType.TrailingStop => "trailingStop",
        OrderType.TrailingStopLimit => "trailingStopLimit",
        OrderType.Pegged => "pegged",
        OrderType.Leg => "leg",
    };

    /// <summary>Returns the word of a time in force.</summary>
    public static string Word(this TimeInForce timeInForce) => timeInForce switch
    {
        TimeInForce.GoodTillCancel => "gtc",
        TimeInForce.ImmediateOrCancel => "ioc",
        TimeInForce.FillOrKill => "fok",
        TimeInForce.Day => "day",
        TimeInForce.GoodTillDate => "gtd",
        TimeInForce.AtTheOpening => "opg",
        TimeInForce.AtTheClose => "cls",
    };

    /// <summary>Returns the word of a trading phase.</summary>
    public static string Word(this TradingPhase phase) => phase switch
    {
        TradingPhase.Continuous => "continuous",
        TradingPhase.PreOpen => "preOpen",
        TradingPhase.Opening => "opening",
        TradingPhase.Volatility => "volatility",
        TradingPhase.Closing => "closing",
        TradingPhase.Halt => "halt",
        TradingPhase.Closed => "closed",
    };

    /// <summary>Returns the word of a margin account's state.</summary>
    public static string Word(this MarginState state) => state switch
    {
        MarginState.Healthy => "healthy",
        MarginState.Restricted => "restricted",
        MarginState.Called => "called",
        MarginState.Liquidating => "liquidating",
    };

    /// <summary>Returns the word of a withdrawal's state.</summary>
    public static string Word(this PayoutState state) => state switch
    {
        PayoutState.Pending => "pending",
        PayoutState.Sent => "sent",
        PayoutState.Final => "final",
        PayoutState.Refused => "refused",
    };
}
