using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// Amounts of a dividend: each part in its direction, and together the issuer's payment, to the last minor unit.
/// </summary>
public class DividendShareTests
{
    private const long WholeRate = 100_000_000;

    [Theory]
    [InlineData(101, 0, 1_250_000_000, 1_262)]
    [InlineData(-101, 0, 1_250_000_000, -1_263)]
    [InlineData(1, 0, 1, 0)]
    [InlineData(-1, 0, 1, -1)]
    [InlineData(0, 0, 1_250_000_000, 0)]
    [InlineData(150_000_000, 8, 25 * WholeRate, 37)]
    [InlineData(-150_000_000, 8, 25 * WholeRate, -38)]
    [InlineData(1L << 62, 0, WholeRate, 1L << 62)]
    public void Dividend_is_rounded_down_for_holders_and_up_for_short_positions(
        long units, int decimals, long rate, long expected) =>
        Assert.Equal(expected, DividendShare.Of(units, decimals, rate));

    [Fact]
    public void Amount_above_the_balance_limit_is_an_error() =>
        Assert.Throws<OverflowException>(() => DividendShare.Of(1L << 62, 0, 4 * WholeRate));

    [Fact]
    public void Parts_and_remainder_equal_the_payment_of_the_issuer()
    {
        var random = new Random(20260614);
        for (var i = 0; i < 20_000; i++)
        {
            var decimals = random.Next(0, 9);
            var rate = random.NextInt64(1, 1L << random.Next(1, 41));
            var (units, parts, accounts) = ((Int128)0, (Int128)0, random.Next(1, 40));
            for (var account = 0; account < accounts; account++)
            {
                var has = random.NextInt64(0, 1L << random.Next(1, 45)) * (random.Next(5) == 0 ? -1 : 1);
                units += has;
                parts += DividendShare.Of(has, decimals, rate);
            }

            var scale = (Int128)DecimalText.PowerOfTen(decimals) * WholeRate;
            var rest = DividendShare.Rest(units, decimals, rate, parts);
            Assert.InRange(rest, 0, accounts - 1);

            // The issuer's payment is at most the exact sum, and less than a minor unit below it.
            var exact = units * rate;
            Assert.InRange(exact - ((parts + rest) * scale), 0, scale - 1);
        }
    }
}
