using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class FeeCatalogTests
{
    private readonly CatalogSample _sample = new(Sample.Share);

    [Fact]
    public void Same_schedule_again_records_nothing()
    {
        Assert.Null(Set(200, 700));
        Assert.Null(_sample.Catalog.Fees.Set(Request(200, 700), CatalogSample.Now).Record);
        Assert.Equal("USD", Assert.Single(_sample.Catalog.Fees.All).Asset);
    }

    [Fact]
    public void Rebate_is_at_most_the_lowest_taker_fee_there_was()
    {
        Assert.Null(Set(0, 100));
        Assert.Null(Set(0, 900));
        Assert.NotNull(Set(-101, 900));
        Assert.Null(Set(-100, 900));
    }

    [Fact]
    public void Schedule_without_tiers_is_removed_and_its_rates_stay_known()
    {
        Assert.Null(Set(0, 100));
        Assert.Null(_sample.Make(
            _sample.Catalog.Fees.Set(new FeesRequest(new FeeSchedule("USD", [], 0), "", ""), CatalogSample.Now)));
        Assert.Empty(_sample.Catalog.Fees.All);
        Assert.NotNull(Set(-101, 900));
    }

    [Fact]
    public void Asset_that_pays_no_instrument_has_no_schedule() => Assert.NotNull(
        _sample.Catalog.Fees.Set(
            new FeesRequest(new FeeSchedule("AAPL", [new FeeTier(0, 1, 1)], 0), "", ""), CatalogSample.Now).Refusal);

    private static FeesRequest Request(int maker, int taker) =>
        new(new FeeSchedule("USD", [new FeeTier(0, maker, taker)], 0), "", "");

    private string? Set(int maker, int taker) =>
        _sample.Make(_sample.Catalog.Fees.Set(Request(maker, taker), CatalogSample.Now));
}
