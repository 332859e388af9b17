namespace QuantumCore.Instruments;

/// <summary>Defines the order of trading phases.</summary>
public static class TradingPhases
{
    /// <summary>Returns true if a phase may follow another (RULES 13).</summary>
    public static bool LeadsTo(this TradingPhase from, TradingPhase to) => from switch
    {
        TradingPhase.Closed => to == TradingPhase.PreOpen,
        TradingPhase.PreOpen => to == TradingPhase.Opening,
        TradingPhase.Opening => to is TradingPhase.Continuous or TradingPhase.Halt,
        TradingPhase.Continuous =>
            to is TradingPhase.Volatility or TradingPhase.Closing or TradingPhase.Halt or TradingPhase.Closed,
        TradingPhase.Volatility => to is TradingPhase.Continuous or TradingPhase.Closing or TradingPhase.Halt,
        TradingPhase.Closing => to is TradingPhase.Closed or TradingPhase.Halt,
        TradingPhase.Halt =>
            to is TradingPhase.Opening or TradingPhase.Volatility or TradingPhase.Closing or TradingPhase.Closed,
        _ => false,
    };
}
