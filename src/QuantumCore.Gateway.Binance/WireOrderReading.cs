using System.Buffers;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>Level of detail in the answer to a new order.</summary>
internal enum WireResponse
{
    /// <summary>Acknowledgement only.</summary>
    Ack = 0,

    /// <summary>Also its state.</summary>
    Result = 1,

    /// <summary>Also its fills.</summary>
    Full = 2,
}

/// <summary>Reads an order in ticks and lots from Binance parameters. The parameters keep the errors.</summary>
/// <param name="parameters">Parameters of the request.</param>
/// <param name="instrument">Instrument of the order.</param>
/// <param name="prefix">Prefix of its parameters' names in a list of orders; otherwise empty.</param>
/// <param name="names">Names of parameters without that prefix.</param>
internal sealed class WireOrderReading(
    WireParameters parameters, Instrument instrument, string prefix = "",
    IReadOnlyDictionary<string, string>? names = null)
{
    private static readonly SearchValues<char> s_names =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Reads the client's name for an order or a list; makes one if it is absent.</summary>
    public static string ReadName(WireParameters parameters, string name)
    {
        if (parameters.Text(name) is not { } text)
            return OrderReading.NewClientOrderId();
        if (text.AsSpan().IndexOfAnyExcept(s_names) >= 0 || !ClientOrderId.IsValid(text))
            parameters.Fail(WireError.IllegalCharacters(name, "^[a-zA-Z0-9-_]{1,36}$"));
        return text;
    }

    /// <summary>
    /// Reads the level of detail. The default is full for market and limit orders, and for lists, which have no order
    /// of their own.
    /// </summary>
    public static WireResponse ReadResponse(WireParameters parameters, HoldRequest? order)
    {
        var isPlain = order is null or { Type: OrderType.Market } or { Type: OrderType.Limit, PostOnly: false };
        return parameters.Word<WireResponse>(
            "newOrderRespType",
            text => text switch
            {
                "ACK" =>
                WireResponse.Ack,
                "RESULT" => WireResponse.Result,
                "FULL" => WireResponse.Full,
                _ => null
            },
            isPlain ? WireResponse.Full : WireResponse.Ack);
    }

    /// <summary>Reads an order.</summary>
    /// <param name="side">Side, if a list has one for several orders.</param>
    /// <param name="quantity">Name of the quantity parameter, if a list has one for several orders.</param>
    /// <param name="type">Type, if a list determines it.</param>
    public HoldRequest Read(Side? side = null, string? quantity = null, string? type = null)
    {
        var order = new HoldRequest(
            ReadName(parameters, prefix.Length == 0 ? "newClientOrderId" : Name("clientOrderId")),
            instrument.Symbol,
            side ?? ReadSide(Name("side")),
            OrderType.Limit,
            TimeInForce.GoodTillCancel,
            PostOnly: false,
            0,
            0,
            parameters.Word("selfTradePreventionMode", WireWords.ReadSelfTrade, SelfTradePrevention.None));
        parameters.Number(Name("strategyId"), 0, long.MaxValue);
        if (parameters.Number(Name("strategyType"), 0, int.MaxValue) < 1_000_000)
            parameters.Fail(new WireError(-1134, "`strategyType` was less than 1000000."));

        var word = type ?? parameters.Needed(Name("type"));
        order = word switch
        {
            "LIMIT" => Resting(order with { TimeInForce = Lifetime() }),
            "LIMIT_MAKER" => Resting(order with { PostOnly = true }),
            "MARKET" => Market(order, quantity),
            "STOP_LOSS" => Triggered(order, OrderType.Stop),
            "TAKE_PROFIT" => Triggered(order, OrderType.TakeProfit),
            "STOP_LOSS_LIMIT" => Triggered(order with { TimeInForce = Lifetime() }, OrderType.StopLimit),
            "TAKE_PROFIT_LIMIT" => Triggered(order with { TimeInForce = Lifetime() }, OrderType.TakeProfitLimit),
            _ => Unknown(order),
        };

        // Parameters of other order types are not ignored: the client would assume that they apply.
        foreach (var member in (ReadOnlySpan<string>)[
            "price", "timeInForce", "stopPrice", "trailingDelta", "icebergQty", "quoteOrderQty"])
        {
            if (parameters.IsUnread(Name(member)))
                parameters.Fail(WireError.NotRequired(Name(member)));
        }

        return order;

        HoldRequest Resting(HoldRequest limit)
        {
            limit = limit with
            {
                QuantityLots = Lots(quantity ?? Name("quantity"), isNeeded: true),
                PriceTicks = Ticks("price", isNeeded: true),
            };
            return Iceberg(limit, new OrderConditions());
        }

        HoldRequest Triggered(HoldRequest stop, OrderType kind)
        {
            stop = stop with { Type = kind, QuantityLots = Lots(quantity ?? Name("quantity"), isNeeded: true) };
            return kind is OrderType.Stop or OrderType.TakeProfit
                ? Trigger(stop)
                : Iceberg(
                    stop with { PriceTicks = Ticks("price", isNeeded: true) },
                    new OrderConditions { TriggerTicks = Ticks("stopPrice", isNeeded: true) });
        }

        HoldRequest Unknown(HoldRequest none)
        {
            parameters.Fail(new WireError(-1116, "Invalid orderType."));
            return none;
        }
    }

    /// <summary>Reads a required side.</summary>
    public Side ReadSide(string name)
    {
        parameters.Needed(name);
        return parameters.Word(name, WireWords.ReadSide, Side.Buy, new WireError(-1117, "Invalid side."));
    }

    /// <summary>Reads a quantity in lots from the parameter with this full name; 0 if absent.</summary>
    public long Lots(string name, bool isNeeded)
    {
        var error = Number(name, isNeeded, instrument.QuantityDecimals, instrument.TryParseQuantity, out var lots);
        return Checked(error, lots, name, lots == 0 ? "LOT_SIZE" : null, "LOT_SIZE");
    }

    private HoldRequest Market(HoldRequest order, string? quantity)
    {
        order = order with { Type = OrderType.Market, TimeInForce = TimeInForce.ImmediateOrCancel };
        var amount = quantity is null && prefix.Length == 0 ? Amount("quoteOrderQty") : null;
        var name = quantity ?? Name("quantity");
        if (amount is null && prefix.Length == 0 && !parameters.Has(name))
            parameters.Fail(WireError.MissingBoth(name, "quoteOrderQty"));
        if (amount is null)
            return order with { QuantityLots = Lots(name, isNeeded: true) };
        if (parameters.Text(name) is not null)
            parameters.Fail(WireError.BadCombination);
        return order with { Conditions = EncodedConditions.From(new OrderConditions { Amount = amount }) };
    }

    /// <summary>
    /// Reads a stop or take-profit that becomes a market order. With a trailing delta it follows the price, from its
    /// stop price on if it has one.
    /// </summary>
    private HoldRequest Trigger(HoldRequest order)
    {
        var trail = parameters.Number(Name("trailingDelta"), 0, long.MaxValue);
        var trigger = Ticks("stopPrice", isNeeded: trail is null);
        if (trail is not { } points)
            return order with { Conditions = EncodedConditions.From(new OrderConditions { TriggerTicks = trigger }) };

        if (points is < 1 or > OrderConditions.BasisPointsLimit)
            parameters.Fail(WireError.Filter("TRAILING_DELTA"));
        // A stop follows at once, a take-profit from its stop price on. The exchange has no other trailing orders.
        if (order.Type == OrderType.Stop != (trigger == 0))
            parameters.Fail(WireError.BadCombination);
        return order with
        {
            Type = OrderType.TrailingStop,
            Conditions = EncodedConditions.From(new OrderConditions
            {
                TrailBasisPoints = (int)Math.Clamp(points, 1, OrderConditions.BasisPointsLimit),
                ActivationTicks = trigger == 0 ? null : trigger,
            }),
        };
    }

    private HoldRequest Iceberg(HoldRequest order, OrderConditions terms)
    {
        var name = Name("icebergQty");
        if (parameters.Text(name) is not null)
        {
            var display = Lots(name, isNeeded: true);
            if (order.TimeInForce != TimeInForce.GoodTillCancel)
                parameters.Fail(WireError.NotRequired(name));
            if (display != order.QuantityLots)
                terms = terms with { DisplayLots = display };
        }

        return order with { Conditions = EncodedConditions.From(terms == new OrderConditions() ? null : terms) };
    }

    private TimeInForce Lifetime()
    {
        var name = Name("timeInForce");
        parameters.Needed(name);
        return parameters.Word(
            name, WireWords.ReadTimeInForce, TimeInForce.GoodTillCancel, new WireError(-1115, "Invalid timeInForce."));
    }

    private long Ticks(string member, bool isNeeded)
    {
        var name = Name(member);
        var error = Number(name, isNeeded, instrument.PriceDecimals, instrument.TryParsePrice, out var ticks);
        return Checked(error, ticks, name, ticks == 0 ? "PRICE_FILTER" : null, "PRICE_FILTER");
    }

    private long? Amount(string name)
    {
        if (parameters.Text(name) is null)
            return null;

        var error = Number(
            name,
            isNeeded: true,
            instrument.Quote.Decimals,
            (
                ReadOnlySpan<char> text,
                out long units) => DecimalText.TryParse(text, instrument.Quote.Decimals, out units),
            out var minorUnits);
        if (error == DecimalError.TooManyDecimals)
            parameters.Fail(new WireError(-1111, $"Parameter '{name}' has too much precision."));
        return (long)Rounding.DivDown(minorUnits, instrument.TickLotValue);
    }

    private string Name(string member) => names?.GetValueOrDefault(member) is { } name
        ? name
        : prefix.Length == 0 ? member : $"{prefix}{char.ToUpperInvariant(member[0])}{member[1..]}";

    private delegate DecimalError Parse(ReadOnlySpan<char> text, out long number);

    /// <summary>
    /// Reads a number. Overflow and excess precision are errors at once; the caller judges the result of the parser.
    /// </summary>
    private DecimalError? Number(string name, bool isNeeded, int decimals, Parse parse, out long number)
    {
        number = 0;
        if (isNeeded)
            parameters.Needed(name);
        if (parameters.Decimal(name) is not { } text)
            return null;

        var error = parse(text, out number);
        if (error == DecimalError.TooLarge)
            parameters.Fail(new WireError(-1108, $"Parameter '{name}' overflowed."));

        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0 && text.TrimEnd('0').Length - point - 1 > Math.Max(decimals, WireWriting.LeastDecimals))
            parameters.Fail(new WireError(-1111, $"Parameter '{name}' has too much precision."));
        return error;
    }

    private long Checked(DecimalError? error, long number, string name, string? zero, string filter)
    {
        if (error == DecimalError.TooManyDecimals)
            parameters.Fail(WireError.Filter(filter));
        else if (error == DecimalError.None && zero is not null)
            parameters.Fail(WireError.Filter(zero));
        return error == DecimalError.None ? number : parameters.Has(name) ? 1 : 0;
    }
}
