using System.Globalization;
using System.Numerics;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Sentences of rejections, without a gateway.</summary>
public sealed class RefusalTextTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Nearest_prices_and_quantities_are_valid_and_next_to_the_value()
    {
        var random = new Random(51);
        for (var i = 0; i < Rounds; i++)
        {
            var isPrice = random.Next(2) == 0;
            var instrument = Instrument(random);
            var scale = isPrice ? ValueScale.OfPrice(instrument) : ValueScale.OfQuantity(instrument);
            var text = Number(random, scale);
            var refusal = Refuse(instrument, isPrice, text);
            if (refusal?.Detail is not { } detail)
                continue;

            var nearest = detail.Split("nearest: ")[1].Split(", ");
            var valid = nearest.Select(one => Steps(one, scale)).ToArray();
            Assert.All(nearest, one => Assert.Null(Refuse(instrument, isPrice, one)));

            // No valid number lies between the value and a named one, and both sides are named if both are valid.
            var (value, unit) = Fraction(text);
            var exact = value / (unit * scale.Step);
            var below = exact < scale.Least ? (long?)null : (long)BigInteger.Min(exact, scale.Most);
            var isStep = value % (unit * scale.Step) == 0;
            Assert.False(isStep && exact >= scale.Least && exact <= scale.Most, detail);
            long[] expected = below is null ? [scale.Least]
                : below == scale.Most ? [scale.Most]
                : [below.Value, below.Value + 1];
            Assert.True(
                expected.SequenceEqual(valid), $"{detail}, of {instrument.TickSize} {instrument.PriceDecimals}");

            // The value stands there as it was written.
            Assert.StartsWith($"{(isPrice ? "price" : "quantity")} {text} is ", detail, StringComparison.Ordinal);

            (BigInteger Value, BigInteger Unit) Fraction(string number)
            {
                var point = number.IndexOf('.', StringComparison.Ordinal);
                var decimals = point < 0 ? 0 : number.Length - point - 1;
                var digits =
                    BigInteger.Parse(number.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
                // Both at the finer of the two scales.
                var most = Math.Max(decimals, scale.Decimals);
                return (digits * BigInteger.Pow(10, most - decimals), BigInteger.Pow(10, most - scale.Decimals));
            }
        }
    }

    [Fact]
    public void Every_listed_word_is_read_and_no_other_word_of_the_enumeration_is_missing()
    {
        Assert.Equal(
            Enum.GetValues<Side>().Length,
            WireNames.Sides.Select(word => WireNames.ReadSide(word)!.Value).Distinct().Count());
        Assert.Equal(
            Enum.GetValues<OrderType>().Where(type => type != OrderType.Leg).Order(),
            WireNames.Types.Select(word => WireNames.ReadType(word)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<TimeInForce>().Order(),
            WireNames.Times.Select(word => WireNames.ReadTimeInForce(word, OrderType.Limit)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<TimeInForce>().Where(time => StrategyChecks.Time(time, null) is null).Order(),
            WireNames.StrategyTimes.Select(word => WireNames.ReadTimeInForce(word, OrderType.Leg)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<TriggerReference>().Order(),
            WireNames.TriggerReferences.Select(word => WireNames.ReadTriggerReference(word)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<PegReference>().Where(peg => peg != PegReference.None).Order(),
            WireNames.Pegs.Select(word => WireNames.ReadPeg(word)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<SelfTradePrevention>().Order(),
            WireNames.SelfTrades.Select(word => WireNames.ReadSelfTrade(word)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<OrderListKind>().Where(kind => kind != OrderListKind.Strategy).Order(),
            WireNames.ListKinds.Select(word => WireNames.ReadListKind(word)!.Value).Order());
        Assert.Equal(
            Enum.GetValues<TradingPhase>().Order(),
            WireNames.Phases.Select(word => EnumWords<TradingPhase>.Find(word)!.Value).Order());
        Assert.All(WireNames.PhaseReasons, word => Assert.NotNull(WireNames.ReadPhaseReason(word)));
        Assert.Equal(
            Enum.GetValues<UserRole>().Order(),
            WireNames.Roles.Select(word => EnumWords<UserRole>.Find(word)!.Value).Order());
    }

    public static TheoryData<RejectReason, string?, string?, string?> Decided => new()
    {
        { RejectReason.PriceBand, "price", "90.00 to 140.00",
            "price 150.00 is outside the price band 90.00 to 140.00; nearest: 140.00" },
        { RejectReason.PriceBand, "price", "160.00 to 180.00",
            "price 150.00 is outside the price band 160.00 to 180.00; nearest: 160.00" },
        { RejectReason.PriceBand, "price", null, "price 150.00 is outside the symbol's price band" },
        { RejectReason.InsufficientFunds, "quantity", "1200.00",
            "quantity 10 at price 150.00 needs 1500.00 USD plus fees, free 1200.00 USD" },
        { RejectReason.ShortNotAllowed, "quantity", "4", "quantity 10 needs 10 AAPL, free 4 AAPL" },
        { RejectReason.MaxQuantity, "quantity", "5",
            "quantity 10 is above the account's maximum order quantity 5; nearest: 5" },
        { RejectReason.UnusualQuantity, "quantity", "8",
            "quantity 10 is above 8, the account's limit as a multiple of its usual quantity; nearest: 8" },
        { RejectReason.MaxNotional, "quantity", "1000.00",
            "quantity 10 at price 150.00 is worth 1500.00 USD, above the account's maximum order value 1000.00 USD" },
        { RejectReason.InvalidNotional, "quantity", "1000.00",
            "quantity 10 times the price is outside the instrument's limit 1000.00 USD" },
        { RejectReason.InvalidQuantity, "displayQuantity", "5", "displayQuantity 1 is outside its range; nearest: 5" },
        { RejectReason.OpenOrderLimit, "symbol", "3",
            "the account has reached its maximum of 3 open orders; cancel one first" },
        { RejectReason.BookOrderLimit, "type", "100 of an account, 200 in the book",
            "too many open orders of this kind: at most 100 of an account, 200 in the book; cancel one first" },
        { RejectReason.PositionLimit, "quantity", "20",
            "quantity 10 would take the account's position, with its open orders, above the limit 20" },
        { RejectReason.DailyVolume, "quantity", "9000.00",
            "quantity 10 would take the account's volume today, with its open orders, above the limit 9000.00 USD" },
        { RejectReason.DailyLoss, "side", "500.00",
            "the account has reached its limit of 500.00 USD for losses in one UTC day" },
        { RejectReason.OrderRate, "symbol", "5", "the account has reached its limit of 5 orders a second" },
        { RejectReason.DuplicateOrder, "symbol,side,price,quantity", "1000",
            "the same order was sent less than 1000 milliseconds ago" },
        { RejectReason.PostOnlyWouldTake, "postOnly", null,
            "price 150.00 would trade immediately, and the order is post-only; use a lower price" },
        { RejectReason.StopWouldTrigger, "triggerPrice", null,
            "triggerPrice 140.00 has already been passed by the market" },
        { RejectReason.ExpiredAlready, "goodTill", null, "goodTill '2020-01-01T00:00:00Z' is not in the future" },
        { RejectReason.KeyConflict, "clientOrderId", null, "clientOrderId 'my-1' is already used; choose another one" },
        { RejectReason.SymbolHalted, null, null, null },
    };

    [Theory]
    [MemberData(nameof(Decided))]
    public void Rejection_by_account_or_book_names_the_value_and_the_limit(
        RejectReason reason, string? field, string? limit, string? detail)
    {
        var text = new OrderText
        {
            Symbol = "AAPL",
            Side = "buy",
            Price = "150.00",
            Quantity = "10",
            TriggerPrice = "140.00",
            GoodTill = "2020-01-01T00:00:00Z",
            ClientOrderId = "my-1",
            DisplayQuantity = "1",
        };
        var instrument = Instrument(2, 1, 0, 1, 1, 1_000_000, 1, 1_000_000);
        Assert.Equal(
            detail,
            OrderRefusals.Explain(new Refusal(reason, field, limit), instrument, one => WrittenValues.Of(text, one)));

        // Within a list, the sentence names the member of the list.
        if (field is "price" or "quantity" && detail is not null)
        {
            var named = OrderRefusals.OfList(
                new Refusal(reason, $"orders[1].{field}", limit), instrument, [new OrderText(), text]);
            Assert.Equal(
                ($"orders[1].{field}",
                    detail.StartsWith(field, StringComparison.Ordinal) ? "orders[1]." + detail : detail),
                (named.Field, named.Detail));
        }
    }

    private static Refusal? Refuse(Instrument instrument, bool isPrice, string text)
    {
        var numbers = new NumberReading(instrument);
        if (isPrice)
            return numbers.Price("price", text) is var ticks && numbers.Wrong is { } wrong
                ? wrong
                : OrderChecks.Price(instrument, ticks!.Value, "price", text);
        return numbers.Lots("quantity", text) is var lots && numbers.Wrong is { } none
            ? none
            : OrderChecks.Quantity(instrument, lots!.Value, "quantity", text);
    }

    private static long Steps(string text, ValueScale scale)
    {
        Assert.Equal(DecimalError.None, DecimalText.TryParse(text, scale.Decimals, out var units));
        Assert.Equal(0, units % scale.Step);
        return units / scale.Step;
    }

    private static Instrument Instrument(Random random)
    {
        var (least, lots) = (1 + random.NextInt64(1_000), 1 + random.NextInt64(1_000));
        return Instrument(
            random.Next(7), 1 + random.NextInt64(50), random.Next(9), 1 + random.NextInt64(50),
            least, least + random.NextInt64(1_000_000), lots, lots + random.NextInt64(1_000_000));
    }

    private static Instrument Instrument(
        int decimals, long tick, int quantityDecimals, long lot, long least, long most, long leastLots,
        long mostLots) => new()
        {
            Symbol = "AAPL",
            Base = new Asset("AAPL", 0),
            Quote = new Asset("USD", 2),
            PriceDecimals = decimals,
            TickSize = tick,
            QuantityDecimals = quantityDecimals,
            LotSize = lot,
            MinPriceTicks = least,
            MaxPriceTicks = most,
            MinQuantityLots = leastLots,
            MaxQuantityLots = mostLots,
        };

    /// <summary>Returns a number around the range of a scale, with a few decimals more or less than it has.</summary>
    private static string Number(Random random, ValueScale scale)
    {
        var units = new BigInteger(random.NextInt64(scale.Most + (scale.Most / 4) + 2)) * scale.Step
            + random.NextInt64(scale.Step);
        if (random.Next(20) == 0)
            units *= BigInteger.Pow(10, 18);
        var text = units.ToString(CultureInfo.InvariantCulture).PadLeft(scale.Decimals + 1, '0');
        text = scale.Decimals == 0 ? text : $"{text[..^scale.Decimals]}.{text[^scale.Decimals..]}";
        if (random.Next(2) == 0)
            text += (text.Contains('.', StringComparison.Ordinal) ? "" : ".")
                + random.Next(1_000).ToString("D3", CultureInfo.InvariantCulture);
        return text;
    }
}
