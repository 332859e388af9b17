using Xunit;

namespace QuantumCore.Instruments.Tests;

public class InstrumentTests
{
    private static readonly Instrument s_aapl = new()
    {
        Symbol = "AAPL",
        Base = new Asset("AAPL", 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
    };

    [Fact]
    public void A_share_in_cents_has_exact_notionals()
    {
        Assert.Null(s_aapl.Check());
        Assert.Equal(1, s_aapl.TickLotValue);
        Assert.Equal(1_500_000, s_aapl.Notional(15_000, 100));
    }

    [Fact]
    public void A_coin_with_fractional_lots_has_exact_notionals()
    {
        var coin = s_aapl with
        {
            Symbol = "BTC-USD",
            Base = new Asset("BTC", 8),
            QuantityDecimals = 4,
        };
        Assert.NotNull(coin.Check());
        var exact = coin with { PriceDecimals = 0, QuantityDecimals = 2 };
        Assert.Null(exact.Check());
        Assert.Equal(1, exact.TickLotValue);
        Assert.Equal(1_000_000, exact.LotUnits);
    }

    [Fact]
    public void A_price_between_two_ticks_is_refused()
    {
        var nickels = s_aapl with { TickSize = 5 };
        Assert.Equal(DecimalError.None, nickels.TryParsePrice("150.05", out var ticks));
        Assert.Equal(3001, ticks);
        Assert.Equal("150.05", nickels.FormatPrice(ticks));
        Assert.Equal(DecimalError.TooManyDecimals, nickels.TryParsePrice("150.01", out _));
    }

    [Theory]
    [InlineData(long.MaxValue, long.MaxValue, 18, 18)]
    [InlineData(long.MaxValue, 1, 0, 0)]
    [InlineData(1, long.MaxValue, 0, 0)]
    [InlineData(Instrument.StepLimit, Instrument.StepLimit, 18, 0)]
    [InlineData(1, Instrument.StepLimit, 0, 18)]
    public void Units_beyond_their_range_are_refused(long tick, long lot, int quoteDecimals, int baseDecimals)
    {
        var huge = s_aapl with
        {
            PriceDecimals = 0,
            TickSize = tick,
            LotSize = lot,
            Quote = new Asset("USD", quoteDecimals),
            Base = new Asset("AAPL", baseDecimals),
        };
        Assert.NotNull(huge.Check());
    }

    [Fact]
    public void Notional_of_the_largest_order_of_a_coarse_instrument_is_beyond_every_limit()
    {
        var coarse = s_aapl with { PriceDecimals = 0, Quote = new Asset("WEI", 18) };
        Assert.Null(coarse.Check());
        Assert.Equal(1_000_000_000_000_000_000, coarse.TickLotValue);
        Assert.Equal(Int128.MaxValue, coarse.Notional(Instrument.PriceTicksLimit, Instrument.QuantityLotsLimit));
        Assert.Equal(Int128.MaxValue, coarse.Notional(long.MaxValue, long.MaxValue));
        Assert.True(coarse.Notional(1L << 30, 1L << 30) > Instrument.NotionalLimit);
        Assert.NotNull(OrderLimits.Check(coarse, Instrument.PriceTicksLimit, Instrument.QuantityLotsLimit));
    }

    [Theory]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("...", true)]
    [InlineData(".a", true)]
    [InlineData("my-1", true)]
    public void A_client_order_id_can_stand_in_a_path(string name, bool isValid) =>
        Assert.Equal(isValid, ClientOrderId.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData("aapl")]
    [InlineData("AAPL/USD")]
    public void A_symbol_that_cannot_stand_in_a_path_is_refused(string symbol) =>
        Assert.NotNull((s_aapl with { Symbol = symbol }).Check());
}
