using QuantumCore.Gateway.Alerts;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Price alerts as values of the API.</summary>
internal static class AlertValues
{
    /// <summary>Returns an alert as a value of the API.</summary>
    public static Api.PriceAlert ToApi(this ShownAlert shown)
    {
        var (instrument, alert) = shown;
        return new(
            alert.Id,
            alert.Symbol,
            instrument.PriceOf(alert.PriceTicks),
            alert.IsAbove,
            new(alert.MadeNanos),
            alert.MadeNanos,
            alert.HasFired
                ? new(instrument.PriceOf(alert.FiredTicks), new(alert.FiredNanos), alert.FiredNanos)
                : null);
    }

    /// <summary>Returns all alerts of an account as a value of the API.</summary>
    public static Api.AccountAlerts ToApi(this ShownAlerts shown) =>
        new(new(shown.SinceNanos), [.. shown.Alerts.Select(alert => alert.ToApi())]);
}
