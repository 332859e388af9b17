using Xunit;

namespace QuantumCore.Market.Tests;

public class ChanceTests
{
    [Fact]
    public void Logarithm_and_exponential_are_those_of_the_mathematicians()
    {
        for (var i = -600; i <= 600; i++)
        {
            var x = i / 10.0;
            Assert.Equal(1, Chance.Exp(x) / Math.Exp(x), 1e-13);
            Assert.Equal(x, Chance.Ln(Math.Exp(x)), 1e-12);
        }

        Assert.Equal(Math.Log(1 - 1e-12), Chance.Ln(1 - 1e-12), 1e-15);
    }

    [Fact]
    public void A_seed_and_a_name_give_the_same_numbers_on_every_machine()
    {
        var chance = new Chance(42, "prices");
        Assert.Equal(FirstNumbers, Enumerable.Range(0, 4).Select(_ => BitConverter.DoubleToInt64Bits(chance.Normal())));
        Assert.NotEqual(new Chance(42, "prices").Unit(), new Chance(42, "sizes").Unit());
        Assert.NotEqual(new Chance(42, "prices").Unit(), new Chance(43, "prices").Unit());
    }

    [Fact]
    public void Numbers_have_the_mean_and_the_spread_they_should()
    {
        const int count = 200_000;
        var chance = new Chance(1, "moments");
        var (normal, square, waiting, arrivals, below) = (0.0, 0.0, 0.0, 0.0, 0L);
        for (var i = 0; i < count; i++)
        {
            var x = chance.Normal();
            normal += x;
            square += x * x;
            waiting += chance.Exponential(3);
            arrivals += chance.Poisson(0.4);
            below += chance.Below(7);
        }

        Assert.Equal(0, normal / count, 0.01);
        Assert.Equal(1, square / count, 0.02);
        Assert.Equal(3, waiting / count, 0.03);
        Assert.Equal(0.4, arrivals / count, 0.01);
        Assert.Equal(3, (double)below / count, 0.02);
    }

    private static readonly long[] FirstNumbers =
        [-4620757633710724916, 4603935282057383400, 4604325531461311644, -4625415547448502707];
}
