using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// A deficit divided among accounts that gained: the second and third part of RISK-examples E36, and invariants.
/// </summary>
public class DeficitShareTests
{
    [Theory]
    [InlineData(600, new long[] { 500, 300, 200, -50 }, new long[] { 300, 180, 120, 0 })]
    [InlineData(1_001, new long[] { 500, 300, 200 }, new long[] { 500, 300, 200 })]
    [InlineData(101, new long[] { 70, 70, 70 }, new long[] { 34, 34, 33 })]
    [InlineData(100, new long[] { -1, 0 }, new long[] { 0, 0 })]
    public void E36_who_gained_pays_by_largest_remainder_and_never_more_than_he_gained(
        long deficit, long[] gains, long[] expected)
    {
        var gainers = gains.Select((gain, i) => Gainer(1_001 + i, 10_000, ("AAPL", gain))).ToArray();
        var shares = DeficitShares.Of(deficit, [new("AAPL", -5_000)], gainers)
            .ToDictionary(share => share.Account, share => share.Amount);
        Assert.Equal(expected, gains.Select((_, i) => shares.GetValueOrDefault(1_001 + i)));
    }

    [Fact]
    public void A_deficit_is_divided_over_what_the_account_lost_on()
    {
        // Three quarters of the loss were made on AAPL, nothing on XYZ.
        var shares = DeficitShares.Of(
            100, [new("MSFT", -100), new("AAPL", -300), new("XYZ", 50)],
            [Gainer(1, 500, ("AAPL", 500)), Gainer(2, 500, ("MSFT", 10)), Gainer(3, 500, ("XYZ", 500))]);
        Assert.Equal([(1L, 75L), (2L, 10L)], shares);
    }

    [Fact]
    public void Nobody_pays_more_than_he_has_over_all_symbols()
    {
        var shares = DeficitShares.Of(
            1_000, [new("AAPL", -1), new("MSFT", -1)],
            [Gainer(1, 600, ("AAPL", 500), ("MSFT", 500)), Gainer(2, -5, ("AAPL", 500))]);
        Assert.Equal([(1L, 600L)], shares);
    }

    [Fact]
    public void Other_accounts_of_the_same_owner_pay_first()
    {
        var own = Gainer(7, 10_000, ("AAPL", 60)) with { IsRelated = true };
        Assert.Equal(
            [(3L, 40L), (7L, 60L)], DeficitShares.Of(100, [new("AAPL", -1)], [Gainer(3, 10_000, ("AAPL", 900)), own]));
        Assert.Equal([(7L, 50L)], DeficitShares.Of(50, [new("AAPL", -1)], [Gainer(3, 10_000, ("AAPL", 900)), own]));
    }

    [Fact]
    public void Any_deficit_is_paid_as_far_as_somebody_gained()
    {
        var random = new Random(36);
        for (var round = 0; round < 20_000; round++)
        {
            var large = round % 3 == 0 ? 1L << 62 : 200;
            var gainers = Enumerable.Range(0, random.Next(8))
                .Select(i => Gainer(i, random.NextInt64(-large / 4, large), ("AAPL", random.NextInt64(-large, large))))
                .ToArray();
            var deficit = random.NextInt64(large);
            var shares = DeficitShares.Of(deficit, [new("AAPL", -1)], gainers);
            var most =
                gainers.Select(gainer => Int128.Max(0, Int128.Min(gainer.Equity, gainer.Gains[0].Amount))).ToArray();
            Assert.All(shares, share => Assert.InRange((Int128)share.Amount, 1, most[share.Account]));
            var sum = most.Aggregate((Int128)0, (all, one) => all + one);
            Assert.Equal(Int128.Min(deficit, sum), shares.Aggregate((Int128)0, (all, share) => all + share.Amount));

            // No part differs from its exact share by a whole unit.
            foreach (var (account, amount) in shares)
                Assert.True(
                    Int128.Abs((amount * (sum >> 2)) - (Int128.Min(deficit, sum) * (most[account] >> 2))) <= 4 * (sum
                        + most[account] + deficit));
        }
    }

    [Fact]
    public void Equal_weights_share_the_remainder_in_sequence_and_zero_weights_get_nothing()
    {
        Assert.Equal([2, 1, 1], Apportionment.Of(4, [5, 5, 5]));
        Assert.Equal([0, 0], Apportionment.Of(4, [0, 0]));
        Assert.Empty(Apportionment.Of(4, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Of(-1, [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Of(1, [-1]));
    }

    private static Gainer Gainer(long account, Int128 equity, params (string Symbol, long Amount)[] gains) =>
        new(account, false, equity, [.. gains.Select(gain => new SymbolGain(gain.Symbol, gain.Amount))]);
}
