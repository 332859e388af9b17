using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class CatalogTests
{
    [Fact]
    public void Breaker_level_is_used_once_a_day()
    {
        var sample = new CatalogSample();
        Assert.Null(sample.Make(sample.Catalog.Use(new BreakerUse(5, 2, ""), CatalogSample.Now)));
        foreach (var (day, level) in (ReadOnlySpan<(long, int)>)[(5, 2), (5, 1), (4, 3)])
        {
            Assert.Null(sample.Catalog.Use(new BreakerUse(day, level, ""), CatalogSample.Now).Record);
        }

        Assert.NotNull(sample.Catalog.Use(new BreakerUse(5, 3, ""), CatalogSample.Now).Record);
        Assert.NotNull(sample.Catalog.Use(new BreakerUse(6, 1, ""), CatalogSample.Now).Record);
        Assert.Equal(2, sample.Catalog.Breaker.Level);
    }

    [Fact]
    public void Holidays_change_from_the_day_after_tomorrow_on()
    {
        var today = UtcDay.Of(CatalogSample.Now);
        var sample = new CatalogSample(Sample.Share with { SettlementDays = 1, SettlementVenue = "MAIN" });
        Assert.NotNull(sample.Make(Set("NONE", today + 5)));
        Assert.NotNull(sample.Make(Set("MAIN", -1)));
        Assert.Null(sample.Make(Set("MAIN", today + 5, today + 1, today + 2, today + 5)));
        Assert.Equal([today + 2, today + 5], Assert.Single(sample.Catalog.Calendars.All).Holidays);
        Assert.Null(Set("MAIN", today + 2, today + 5).Record);

        CatalogChange Set(string venue, params long[] days) =>
            sample.Catalog.Calendars.Set(new HolidaysRequest(venue, [.. days], "", ""), CatalogSample.Now);
    }

    [Fact]
    public void Book_is_pinned_by_its_key_and_unpinned_without_a_silo()
    {
        var sample = new CatalogSample(Sample.Share with { Group = "TECH" });
        Assert.NotNull(sample.Make(Pin("NONE", "silo-1")));
        Assert.NotNull(sample.Make(Pin("AAPL", "two words")));
        Assert.Null(sample.Make(Pin("AAPL", "silo-1")));
        Assert.Equal("group:TECH", Assert.Single(sample.Catalog.Pins.All).Book);
        Assert.Null(Pin("AAPL", "silo-1").Record);
        Assert.Null(sample.Make(Pin("AAPL", "")));
        Assert.Empty(sample.Catalog.Pins.All);

        CatalogChange Pin(string symbol, string silo) =>
            sample.Catalog.Pins.Set(new BookPinRequest(symbol, silo, "", ""), CatalogSample.Now);
    }
}
