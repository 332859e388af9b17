using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Converts between a book's rules and the named values of the commands that set them.</summary>
internal static class BookRuleValues
{
    /// <summary>Returns the rules in force, in the form in which they are set.</summary>
    public static ImmutableArray<NamedValue> ToValues(this BookRules rules)
    {
        (ChangedValue Name, long? Value)[] all =
        [
            (ChangedValue.ProtectionTicks, rules.ProtectionTicks),
            (ChangedValue.StaticBand, rules.StaticBandBasisPoints),
            (ChangedValue.DynamicBand, rules.DynamicBandBasisPoints),
            (ChangedValue.DynamicBandAuction, rules.DynamicBandMode == BandMode.Auction ? 1 : 0),
            (ChangedValue.AuctionCollar, rules.AuctionCollarBasisPoints),
            (ChangedValue.MaxExtensions, rules.MaxExtensions),
        ];
        return [.. all.Where(rule => rule.Value is not null)
            .Select(rule => new NamedValue(rule.Name, rule.Value ?? 0))];
    }

    /// <summary>Returns the rules with changes.</summary>
    public static BookRules With(this BookRules rules, ImmutableArray<NamedValue> changes)
    {
        foreach (var (name, value) in changes)
        {
            long? given = value < 0 ? null : value;
            var points = (int?)(given > int.MaxValue ? int.MaxValue : given);
            rules = name switch
            {
                ChangedValue.ProtectionTicks => rules with { ProtectionTicks = given },
                ChangedValue.StaticBand => rules with { StaticBandBasisPoints = points },
                ChangedValue.DynamicBand => rules with { DynamicBandBasisPoints = points },
                ChangedValue.DynamicBandAuction => rules with
                {
                    DynamicBandMode = value == 1 ? BandMode.Auction : BandMode.Reject,
                },
                ChangedValue.AuctionCollar => rules with { AuctionCollarBasisPoints = points },
                ChangedValue.MaxExtensions => rules with { MaxExtensions = points ?? 0 },
                ChangedValue.AuctionNanos => rules,
                _ => throw new InvalidDataException($"A book has no rule {name}."),
            };
        }

        return rules;
    }
}
