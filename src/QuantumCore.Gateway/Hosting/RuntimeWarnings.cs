using Microsoft.Extensions.Logging;

namespace QuantumCore.Gateway.Hosting;

/// <summary>Warnings of the grain runtime about itself that require no action by an operator.</summary>
public static class RuntimeWarnings
{
    private const int LongTurn = 101215;

    /// <summary>
    /// Returns true for a long turn of one of Orleans' own system targets. It means a busy machine, not a slow grain of
    /// the exchange.
    /// </summary>
    public static bool IsLongTurnOfRuntime<TState>(EventId id, TState state) =>
        id.Id == LongTurn
        && state is IReadOnlyList<KeyValuePair<string, object?>> values
        && values.Any(static value => value.Key == "GrainContext"
            && value.Value is string context && context.StartsWith("[SystemTarget", StringComparison.Ordinal));
}
