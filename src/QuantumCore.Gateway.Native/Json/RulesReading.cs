using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Translates an operator's request to changes of a book's rules.</summary>
internal static class RulesReading
{
    /// <summary>Maximum number of auction extensions that a request may set.</summary>
    public const int ExtensionsLimit = 100;

    private const string None = "none";

    /// <summary>Reads rules. Returns null with the changes, or the refusal.</summary>
    public static (Refusal? Refusal, RuleChanges Changes) Read(Api.RulesBody text, Instrument instrument)
    {
        const int Points = OrderConditions.BasisPointsLimit;
        var numbers = new NumberReading(instrument);
        Refusal? wrong = null;
        var changes = new RuleChanges(
            text.Protection == None ? RuleChanges.Removed : numbers.Difference("protection", text.Protection),
            Number("staticBand", text.StaticBand, Points),
            Number("dynamicBand", text.DynamicBand, Points),
            IsAuction(text.DynamicBandMode),
            Number("auctionCollar", text.AuctionCollar, Points),
            Number("maxExtensions", text.MaxExtensions == None ? "" : text.MaxExtensions, ExtensionsLimit),
            Nanos(text.AuctionSeconds));
        var refusal = numbers.Wrong ?? wrong
            ?? (changes == RuleChanges.None ? Refusal.Malformed(null, "The request needs at least one rule.") : null);
        return (refusal, changes);

        long? Number(string field, string? value, int most)
        {
            if (value is null or None)
                return value is null ? null : RuleChanges.Removed;

            var fault = NumberReading.WholeNumber(field, value, most, out var number);
            wrong ??= fault;
            return number;
        }

        long? Nanos(string? seconds)
        {
            if (seconds is null or None)
                return seconds is null ? null : RuleChanges.Removed;

            var fault = PhaseReading.Seconds("auctionSeconds", seconds, out var number);
            wrong ??= fault;
            return fault is null ? number * PhaseReading.NanosPerSecond : null;
        }

        bool? IsAuction(string? mode)
        {
            if (mode is not (null or "reject" or "auction"))
                wrong ??= Refusal.NotOneOf("dynamicBandMode", mode, "reject", "auction");
            return mode is null ? null : mode == "auction";
        }
    }
}
