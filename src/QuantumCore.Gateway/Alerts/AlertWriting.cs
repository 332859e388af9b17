using System.Text.Json;
using QuantumCore.Gateway.Wire;

namespace QuantumCore.Gateway.Alerts;

/// <summary>Writes alerts as JSON, the same in answers and on streams.</summary>
internal static class AlertWriting
{
    /// <summary>Writes the members of a list of alerts.</summary>
    public static void WriteAlertMembers(this Utf8JsonWriter to, ShownAlerts alerts)
    {
        to.WriteTimeText("since"u8, alerts.SinceNanos);
        to.WriteStartArray("alerts"u8);
        foreach (var alert in alerts.Alerts)
            to.WriteAlert(alert);
        to.WriteEndArray();
    }

    /// <summary>Writes one alert.</summary>
    public static void WriteAlert(this Utf8JsonWriter to, ShownAlert shown)
    {
        var (instrument, alert) = shown;
        to.WriteStartObject();
        to.WriteNumber("id"u8, alert.Id);
        to.WriteString("symbol"u8, alert.Symbol);
        to.WritePrice("price"u8, instrument, alert.PriceTicks);
        to.WriteBoolean("above"u8, alert.IsAbove);
        to.WriteTime(alert.MadeNanos);
        if (alert.HasFired)
        {
            to.WriteStartObject("fired"u8);
            to.WritePrice("price"u8, instrument, alert.FiredTicks);
            to.WriteTime(alert.FiredNanos);
            to.WriteEndObject();
        }

        to.WriteEndObject();
    }
}
