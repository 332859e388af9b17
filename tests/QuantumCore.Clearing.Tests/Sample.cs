using QuantumCore.Instruments;

namespace QuantumCore.Clearing.Tests;

/// <summary>Instruments, orders and amounts of the tests.</summary>
internal static class Sample
{
    /// <summary>A share in cents: a tick times a lot is one minor unit.</summary>
    public static readonly Instrument Share = new()
    {
        Symbol = "AAPL",
        Base = new Asset("AAPL", 0),
        Quote = new Asset("USD", 2),
        PriceDecimals = 2,
        TickSize = 1,
        QuantityDecimals = 0,
        LotSize = 1,
        MakerFeePpm = 400,
        TakerFeePpm = 1_000,
    };

    /// <summary>A coin in hundredths of a coin: a lot is a million minor units, a tick times a lot 5 cents.</summary>
    public static readonly Instrument Coin = Share with
    {
        Symbol = "BTC-USD",
        Base = new Asset("BTC", 8),
        PriceDecimals = 0,
        TickSize = 5,
        QuantityDecimals = 2,
        MakerFeePpm = 0,
        TakerFeePpm = 2_500,
    };

    /// <summary>Returns an order with the account's next number, and the account's requirement for it.</summary>
    public static HeldOrder Order(
        Account account, Instrument instrument, Side side, long priceTicks, long quantityLots, long held,
        long replaces = 0,
        FeeTerms? fees = null) =>
        new()
        {
            Instrument = instrument,
            Number = account.LastNumber + 1,
            ClientOrderId = $"order-{account.LastNumber + 1}",
            Side = side,
            Type = OrderType.Limit,
            TimeInForce = TimeInForce.GoodTillCancel,
            PriceTicks = priceTicks,
            Fees = fees ?? FeeTerms.Of(instrument),
            TimeNanos = 1,
            ReplacesNumber = replaces,
            ExpectedLeavesLots = 0,
            PostOnly = false,
            SubmittedLots = quantityLots,
            Sequence = account.LastNumber + 1,
            QuantityLots = quantityLots,
            Held = held,
        };

    /// <summary>
    /// Returns a number from 1 to a limit. Small ones and those near the limit are as likely as all others together.
    /// </summary>
    public static long Amount(Random random, long limit) => random.Next(4) switch
    {
        0 => Math.Min(limit, random.NextInt64(1, 10)),
        1 => limit - random.NextInt64(Math.Min(limit, 10)),
        2 => 1 + random.NextInt64(limit),
        _ => Math.Max(1, limit >> random.Next(63)),
    };

    /// <summary>Returns fee terms: rates, and sometimes a rebate or a minimum.</summary>
    public static FeeTerms Terms(Random random)
    {
        var taker = Rate(random);
        return random.Next(3) switch
        {
            0 => new FeeTerms(-random.Next(taker + 1), taker),
            1 => new FeeTerms(Rate(random), taker, Amount(random, 100_000)),
            _ => new FeeTerms(Rate(random), taker),
        };
    }

    /// <summary>Returns a fee rate, including the ends of its range.</summary>
    public static int Rate(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => Instrument.FeePpmLimit,
        2 => random.Next(5_000),
        _ => random.Next(Instrument.FeePpmLimit + 1),
    };
}
