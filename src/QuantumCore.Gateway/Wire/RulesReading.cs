using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Wire;

/// <summary>Translates an operator's request to changes of a book's rules.</summary>
internal static class RulesReading
{
    /// <summary>Maximum number of auction extensions that a request may set.</summary>
    public const int ExtensionsLimit = 100;

    private const string None = "none";

    /// <summary>Reads rules. Returns null with the changes, or the refusal.</summary>
    public static (Refusal? Refusal, ImmutableArray<NamedValue> Changes) Read(Api.RulesBody text, Instrument instrument)
    {
        var changes = ImmutableArray.CreateBuilder<NamedValue>();
        var numbers = new NumberReading(instrument);
        var protection = text.Protection == None ? -1 : numbers.Difference("protection", text.Protection);
        if (protection is { } ticks)
            changes.Add(new NamedValue(ChangedValue.ProtectionTicks, ticks));

        const int Points = OrderConditions.BasisPointsLimit;
        var refusal = numbers.Wrong
            ?? Add(ChangedValue.StaticBand, "staticBand", text.StaticBand, Points)
            ?? Add(ChangedValue.DynamicBand, "dynamicBand", text.DynamicBand, Points)
            ?? AddMode(text.DynamicBandMode)
            ?? Add(ChangedValue.AuctionCollar, "auctionCollar", text.AuctionCollar, Points)
            ?? Add(
                ChangedValue.MaxExtensions, "maxExtensions", text.MaxExtensions == None ? "" : text.MaxExtensions,
                ExtensionsLimit)
            ?? AddSeconds(text.AuctionSeconds)
            ?? (changes.Count == 0 ? Refusal.Malformed(null, "The request needs at least one rule.") : null);
        return (refusal, changes.ToImmutable());

        Refusal? Add(ChangedValue name, string field, string? value, int most)
        {
            if (value is null)
                return null;

            var number = -1L;
            var wrong = value == None ? null : NumberReading.WholeNumber(field, value, most, out number);
            if (wrong is null)
                changes.Add(new NamedValue(name, number));
            return wrong;
        }

        Refusal? AddSeconds(string? seconds)
        {
            if (seconds is null || seconds == None)
                return Add(ChangedValue.AuctionNanos, "auctionSeconds", seconds, 0);

            var wrong = PhaseReading.Seconds("auctionSeconds", seconds, out var number);
            if (wrong is null)
                changes.Add(new NamedValue(ChangedValue.AuctionNanos, number * PhaseReading.NanosPerSecond));
            return wrong;
        }

        Refusal? AddMode(string? mode)
        {
            if (mode is null)
                return null;
            if (mode is not ("reject" or "auction"))
                return Refusal.NotOneOf("dynamicBandMode", mode, "reject", "auction");

            changes.Add(new NamedValue(ChangedValue.DynamicBandAuction, mode == "auction" ? 1 : 0));
            return null;
        }
    }
}
