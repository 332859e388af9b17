using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Fee of a side of a trade after a price correction.</summary>
public class CorrectedFeeTests
{
    [Fact]
    public void Order_that_has_filled_at_once_pays_what_it_would_have_paid_at_the_right_price()
    {
        var random = new Random(52);
        for (var round = 0; round < 20_000; round++)
        {
            var minimum = random.Next(3) == 0 ? random.Next(1, 2_000) : 0;
            var rate = random.Next(minimum > 0 ? 0 : -900, 30_000);
            var (side, terms) = (random.Next(2) == 0 ? Side.Buy : Side.Sell, new FeeTerms(rate, rate, minimum));
            var (made, value) = (random.NextInt64(1, 2_000_000), random.NextInt64(1, 2_000_000));
            var paid = new OrderFees(side, terms).After(made, rate).Due;
            var right = new OrderFees(side, terms).After(value, rate).Due;
            var corrected = CorrectedFee.Of(side, terms, rate, paid, made, value);
            // If the fee was more than the minimum, other fills of the order may have paid it: only the trade's own
            // part counts.
            var part = new OrderFees(side, terms with { Minimum = 0 }).After(value, rate).Due;
            Assert.True(
                corrected == right || (paid > minimum && corrected == part && part < minimum),
                $"{side} {terms}: {paid} for {made} becomes {corrected} for {value}, not {right}");
        }
    }

    [Theory]
    // A second fill, which paid a cent less since the first one was rounded up.
    [InlineData(1_000, 0, 0, 100, 200, 0)]
    [InlineData(1_000, 0, 0, 100, 50_000, 49)]
    [InlineData(1_000, 0, 10, 10_000, 1_000, 1)]
    // A second fill of a sale that paid the missing part of its minimum.
    [InlineData(1_000, 500, 200, 5_000, 9_000, 200)]
    [InlineData(1_000, 500, 200, 5_000, 150, 150)]
    // A fill whose minimum other fills have paid.
    [InlineData(1_000, 500, 0, 5_000, 9_000, 4)]
    public void Fill_of_an_order_with_others_changes_by_its_own_part(
        int rate, long minimum, long paid, long made, long value, long corrected) =>
        Assert.Equal(corrected, CorrectedFee.Of(Side.Sell, new FeeTerms(rate, rate, minimum), rate, paid, made, value));
}
