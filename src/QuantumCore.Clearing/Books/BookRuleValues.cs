using QuantumCore.Contracts;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>Converts between a book's rules and the commands that set them.</summary>
internal static class BookRuleValues
{
    /// <summary>Returns the rules in force, in the form in which they are set.</summary>
    public static RuleChanges ToValues(this BookRules rules) => new(
        rules.ProtectionTicks,
        rules.StaticBandBasisPoints,
        rules.DynamicBandBasisPoints,
        rules.DynamicBandMode == BandMode.Auction,
        rules.AuctionCollarBasisPoints,
        rules.MaxExtensions);

    /// <summary>Returns the rules with changes.</summary>
    public static BookRules With(this BookRules rules, RuleChanges changes) => rules with
    {
        ProtectionTicks = changes.ProtectionTicks is { } ticks ? ticks < 0 ? null : ticks : rules.ProtectionTicks,
        StaticBandBasisPoints = Points(changes.StaticBandBasisPoints, rules.StaticBandBasisPoints),
        DynamicBandBasisPoints = Points(changes.DynamicBandBasisPoints, rules.DynamicBandBasisPoints),
        DynamicBandMode = changes.DynamicBandAuction is { } auctions
            ? auctions ? BandMode.Auction : BandMode.Reject
            : rules.DynamicBandMode,
        AuctionCollarBasisPoints = Points(changes.AuctionCollarBasisPoints, rules.AuctionCollarBasisPoints),
        MaxExtensions = Points(changes.MaxExtensions, rules.MaxExtensions) ?? 0,
    };

    private static int? Points(long? changed, int? before) => changed switch
    {
        null => before,
        < 0 => null,
        var points => (int)Math.Min(points.Value, int.MaxValue),
    };
}
