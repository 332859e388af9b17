using System.Globalization;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Checks an officer's reason: a sentence for the record, in every call that asks for it.</summary>
internal static class WhyReading
{
    private const int Longest = 200;

    /// <summary>Returns a refusal for an invalid reason; null if it is valid or absent.</summary>
    public static Refusal? Check(string? why) => why is { } text && (text.Length > Longest || text.Any(char.IsControl))
        ? new Refusal(
            RejectReason.BadRequest, "why", Longest.ToString(CultureInfo.InvariantCulture),
            $"why {RefusalText.Shown(text)} is not one line of at most {Longest} characters (it has {text.Length})")
        : null;
}
