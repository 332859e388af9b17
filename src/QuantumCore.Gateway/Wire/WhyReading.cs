using System.Globalization;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Why an officer does something: a sentence for the record, in every call that asks for it.</summary>
internal static class WhyReading
{
    private const int Longest = 200;

    /// <summary>What is wrong with it; null for nothing. It may be left out.</summary>
    public static Refusal? Check(string? why) => why is { } text && (text.Length > Longest || text.Any(char.IsControl))
        ? new Refusal(RejectReason.BadRequest, "why", Longest.ToString(CultureInfo.InvariantCulture), "A sentence.")
        : null;
}
