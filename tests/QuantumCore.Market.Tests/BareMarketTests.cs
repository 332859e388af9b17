using System.Buffers.Binary;
using System.Security.Cryptography;
using QuantumCore.Instruments;
using QuantumCore.Matching;
using Xunit;

namespace QuantumCore.Market.Tests;

/// <summary>The participants on a bare book, with a fast clock.</summary>
public class BareMarketTests
{
    private const int Second = 10;
    private const int Hour = 3_600 * Second;

    public static TheoryData<string> Symbols => [.. Listed.All.Select(instrument => instrument.Symbol)];

    [Theory]
    [MemberData(nameof(Symbols))]
    public void Twenty_levels_stand_on_both_sides_and_something_trades_in_every_second(string symbol)
    {
        var market = Market(symbol, 5);
        market.Step();
        for (var second = 0; second < 4 * 3_600; second++)
        {
            var trades = 0;
            for (var step = 0; step < Second; step++)
            {
                trades += market.Step().Count;
                Assert.InRange(market.Book.LevelCount(Side.Buy), 20, 200);
                Assert.InRange(market.Book.LevelCount(Side.Sell), 20, 200);
            }

            Assert.True(trades > 0, $"Nothing was traded in second {second}.");
        }
    }

    [Fact]
    public void A_day_is_the_same_to_the_byte_for_a_seed()
    {
        var once = Convert.ToHexString(DayOf("AAPL", 1));
        Assert.Equal(once, Convert.ToHexString(DayOf("AAPL", 1)));
        Assert.NotEqual(once, Convert.ToHexString(DayOf("AAPL", 2)));

        // Equal on every machine and in every release, as long as the models do not change.
        Assert.StartsWith("8ABC2581B73582782A002D1D97A80D73", once, StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_participant_cancels_its_orders_and_stays_idle()
    {
        var market = Market("AAPL", 3);
        for (var step = 0; step < 10 * 60 * Second; step++)
            market.Step();
        var intents = new List<OrderIntent>();
        market.Watch = intents.Add;
        market.Participants.Away = [Participant.Depth, Participant.Noise];
        market.Step();
        var gone = intents.Where(intent => intent.Participant is Participant.Depth or Participant.Noise).ToArray();
        Assert.All(gone, intent => Assert.Equal(IntentKind.Cancel, intent.Kind));
        Assert.InRange(gone.Length, 20, 500);
        foreach (var side in new[] { Side.Buy, Side.Sell })
        {
            foreach (var order in market.Book.Orders(side))
                Assert.False(
                    (Participant)order.Account is Participant.Depth or Participant.Noise,
                    "What is left is of somebody who is away.");
        }

        intents.Clear();
        for (var step = 0; step < 60 * Second; step++)
            market.Step();
        Assert.DoesNotContain(intents, intent => intent.Participant is Participant.Depth or Participant.Noise);
        Assert.Contains(intents, intent => intent.Participant == Participant.Maker);

        market.Participants.Away = [];
        for (var step = 0; step < 60 * Second; step++)
            market.Step();
        Assert.InRange(market.Book.LevelCount(Side.Buy), 20, 200);
        Assert.InRange(market.Book.LevelCount(Side.Sell), 20, 200);
    }

    [Fact]
    public void Participants_never_self_trade_and_makers_end_without_inventory()
    {
        var market = Market("AAPL", 3);
        var wanted = new Dictionary<long, OrderIntent>();
        market.Watch = intent => wanted[intent.Handle] = intent;
        var traded = 0L;
        for (var step = 0; step < 8 * Hour; step++)
        {
            foreach (var trade in market.Step())
                traded += trade.QuantityLots;
        }

        Assert.All(
            wanted.Values.Where(intent => intent.Participant is Participant.Maker or Participant.Depth),
            intent => Assert.NotEqual(IntentKind.Take, intent.Kind));
        Assert.InRange(Math.Abs(market.Participants.InventoryOf(Participant.Maker)), 0, traded / 50);
        Assert.InRange(Math.Abs(market.Participants.InventoryOf(Participant.Depth)), 0, traded / 50);
        Assert.Equal(0, Enum.GetValues<Participant>().Sum(market.Participants.InventoryOf));
    }

    [Fact]
    public void Symbols_of_one_seed_move_together_but_not_alike()
    {
        var apple = Returns(Market("AAPL", 11));
        var amazon = Returns(Market("AMZN", 11));
        Assert.InRange(Correlation(apple, amazon), 0.2, 0.7);
        Assert.InRange(Math.Abs(Correlation(apple, Returns(Market("AMZN", 12)))), 0, 0.2);
    }

    [Fact]
    public void Volatility_can_be_turned_up_and_down()
    {
        var (calm, wild) = (Market("AAPL", 4), Market("AAPL", 4));
        calm.Participants.Volatility = 0.3;
        wild.Participants.Volatility = 3;
        Assert.InRange(Spread(Returns(wild)) / Spread(Returns(calm)), 3, 15);
    }

    [Fact]
    public void Outside_trade_moves_the_price_and_the_book_refills()
    {
        var market = Market("AAPL", 8);
        for (var step = 0; step < 60 * Second; step++)
            market.Step();

        var before = market.Participants.ReferenceTicks;
        market.Book.TryGetBest(Side.Sell, out var ask, out _);
        market.Trade(
            new NewOrder(99, Side.Buy, OrderType.Limit, TimeInForce.ImmediateOrCancel, false, ask + 40, 20_000));
        Assert.True(market.Book.TryGetBest(Side.Sell, out var after, out _) && after > ask);
        market.Step();

        // Impact of two hundred round lots, apart from less than a step's noise.
        Assert.InRange(market.Participants.ReferenceTicks - before, 2, 10);
        for (var step = 0; step < 5 * Second; step++)
            market.Step();
        Assert.InRange(market.Book.LevelCount(Side.Sell), 20, 200);
    }

    [Fact]
    public void An_instrument_with_large_least_orders_is_traded_within_its_limits()
    {
        var coarse = Listed.Bitcoin with
        {
            Symbol = "X",
            MinQuantityLots = 250,
            MaxQuantityLots = 4_000,
            MinNotional = 5_000_000,
        };
        var market = new BareMarket(coarse, new MarketModel(), 1, 9_500, 0);
        var orders = 0;
        market.Watch = intent =>
        {
            if (intent.Kind == IntentKind.Cancel)
                return;

            orders++;
            Assert.InRange(intent.QuantityLots, 250, 4_000);
            Assert.True(coarse.Notional(intent.PriceTicks, intent.QuantityLots) >= coarse.MinNotional);
        };
        for (var step = 0; step < Hour / 2; step++)
            market.Step();
        Assert.True(orders > 1_000);
    }

    private static BareMarket Market(string symbol, ulong seed)
    {
        var instrument = Listed.All.Single(listed => listed.Symbol == symbol);
        return new BareMarket(instrument, new MarketModel(), seed, instrument.ReferencePriceTicks, 0);
    }

    /// <summary>Returns the hash of all intents and trades of a day.</summary>
    private static byte[] DayOf(string symbol, ulong seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var line = new byte[48];
        void Add(params ReadOnlySpan<long> numbers)
        {
            for (var i = 0; i < numbers.Length; i++)
                BinaryPrimitives.WriteInt64LittleEndian(line.AsSpan(i * 8), numbers[i]);
            hash.AppendData(line.AsSpan(0, numbers.Length * 8));
        }

        var market = Market(symbol, seed);
        market.Watch = intent => Add(
            (long)intent.Participant, (long)intent.Kind, intent.Handle, (long)intent.Side, intent.PriceTicks,
            intent.QuantityLots);
        for (var step = 0; step < 24 * Hour; step++)
        {
            foreach (var trade in market.Step())
                Add(trade.TimeNanos, trade.PriceTicks, trade.QuantityLots, (long)trade.TakerSide);
        }

        Add(unchecked((long)market.Book.StateHash));
        return hash.GetHashAndReset();
    }

    /// <summary>Returns logarithmic ten-second returns over four hours.</summary>
    private static double[] Returns(BareMarket market)
    {
        var returns = new List<double>();
        var last = 0.0;
        for (var step = 0; step < 4 * Hour; step++)
        {
            market.Step();
            if (step % (10 * Second) != 0)
                continue;

            market.Book.TryGetBest(Side.Buy, out var bid, out _);
            market.Book.TryGetBest(Side.Sell, out var ask, out _);
            var middle = Math.Log((bid + ask) / 2.0);
            if (last > 0)
                returns.Add(middle - last);
            last = middle;
        }

        return [.. returns];
    }

    private static double Spread(double[] values) => Math.Sqrt(values.Average(value => value * value));

    private static double Correlation(double[] one, double[] other) =>
        one.Zip(other, (a, b) => a * b).Average() / (Spread(one) * Spread(other));
}
