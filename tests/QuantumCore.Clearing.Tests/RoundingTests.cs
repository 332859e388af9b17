using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class RoundingTests
{
    [Theory]
    [InlineData(7, 2, 4, 3)]
    [InlineData(-7, 2, -3, -4)]
    [InlineData(6, 2, 3, 3)]
    [InlineData(-6, 2, -3, -3)]
    [InlineData(0, 5, 0, 0)]
    [InlineData(1, 5, 1, 0)]
    [InlineData(-1, 5, 0, -1)]
    public void The_direction_is_the_one_in_the_name(int dividend, int divisor, int up, int down)
    {
        Assert.Equal(up, Rounding.DivUp(dividend, divisor));
        Assert.Equal(down, Rounding.DivDown(dividend, divisor));
    }

    [Fact]
    public void Both_directions_enclose_the_quotient()
    {
        var random = new Random(921);
        for (var round = 0; round < 100_000; round++)
        {
            var divisor = (Int128)Sample.Amount(random, long.MaxValue);
            var dividend = (Int128)random.NextInt64(long.MinValue, long.MaxValue) * Sample.Amount(random, int.MaxValue);
            var (up, down) = (Rounding.DivUp(dividend, divisor), Rounding.DivDown(dividend, divisor));
            Assert.InRange(up - down, 0, 1);
            Assert.InRange(up * divisor - dividend, 0, divisor - 1);
            Assert.InRange(dividend - down * divisor, 0, divisor - 1);
            Assert.Equal(-down, Rounding.DivUp(-dividend, divisor));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_divisor_of_money_is_positive(int divisor)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Rounding.DivUp(1, divisor));
        Assert.Throws<ArgumentOutOfRangeException>(() => Rounding.DivDown(1, divisor));
    }
}
