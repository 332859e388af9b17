using QuantumCore.Contracts;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Rules of a book as changes that set them.</summary>
public class BookRuleValuesTests
{
    [Fact]
    public void Values_of_rules_give_the_same_rules()
    {
        var rules = new BookRules
        {
            ProtectionTicks = 7,
            StaticBandBasisPoints = 500,
            DynamicBandBasisPoints = 100,
            DynamicBandMode = BandMode.Auction,
            AuctionCollarBasisPoints = 1_000,
            MaxExtensions = 2,
        };
        Assert.Equal(rules, BookRules.None.With(rules.ToValues()));
    }

    [Fact]
    public void Negative_value_removes_a_rule() => Assert.Null(
        new BookRules { ProtectionTicks = 7 }.With(new RuleChanges(ProtectionTicks: -1)).ProtectionTicks);

    [Fact]
    public void Band_beyond_its_type_is_the_widest() => Assert.Equal(
        int.MaxValue, BookRules.None.With(new RuleChanges(StaticBandBasisPoints: long.MaxValue)).StaticBandBasisPoints);

    [Fact]
    public void Length_of_an_auction_is_no_rule_of_the_core() =>
        Assert.Equal(BookRules.None, BookRules.None.With(new RuleChanges(AuctionNanos: 5)));
}
