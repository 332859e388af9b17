using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class InstrumentListingsTests
{
    [Fact]
    public void Listed_instruments_are_sorted_by_symbol()
    {
        var catalog = new CatalogSample(Sample.Coin, Sample.Share).Catalog;

        Assert.Equal(["AAPL", "BTC-USD"], catalog.Listings.All.Select(instrument => instrument.Symbol));
        Assert.True(catalog.Listings.Has("AAPL", EncodedInstrument.From(Sample.Share)));
        Assert.False(catalog.Listings.Has("AAPL", EncodedInstrument.From(Sample.Share with { TakerFeePpm = 1 })));
    }

    [Fact]
    public void Terms_of_a_listed_instrument_never_change()
    {
        var sample = new CatalogSample(Sample.Share);

        Refused("decimals", Sample.Coin with { Quote = new Asset("USD", 3) });
        Refused("group", Sample.Share with { Group = "TECH" });
        Refused("settlement", Sample.Share with { SettlementDays = 1, SettlementVenue = "MAIN" });
        sample.List(Sample.Share with { TickSize = 2 });

        void Refused(string what, Instrument instrument) => Assert.Contains(
            what, Assert.Throws<ArgumentException>(() => sample.List(instrument)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Taker_fee_pays_the_rebates_of_its_currency()
    {
        var sample = new CatalogSample(Sample.Share);
        Assert.Null(sample.Make(sample.Catalog.Fees.Set(
            new FeesRequest(new FeeSchedule("USD", [new FeeTier(0, -300, 700)], 0), "", ""), CatalogSample.Now)));

        Assert.Throws<ArgumentException>(() => sample.List(Sample.Coin with { TakerFeePpm = 299 }));
        sample.List(Sample.Coin with { TakerFeePpm = 300 });
    }
}
