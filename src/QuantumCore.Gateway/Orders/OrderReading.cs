using System.Security.Cryptography;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Translates a client's request to an order in ticks and lots.</summary>
internal static class OrderReading
{
    private static readonly OrderConditions s_none = new();

    /// <summary>Makes a client order id for an order without one.</summary>
    public static string NewClientOrderId() => "s-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>Reads an order. Returns null with the request, or the refusal.</summary>
    public static async ValueTask<(Refusal? Refusal, HoldRequest Order)> ReadAsync(OrderText text, Listings listings)
    {
        var (refusal, terms) = ReadTerms(text, out var order);
        if (refusal is not null)
            return (refusal, order);

        if (await listings.FindAsync(order.Symbol) is not { } instrument)
            return (await listings.UnknownAsync(order.Symbol), order);

        return (ReadNumbers(text, instrument, terms, ref order), order);
    }

    private static (Refusal? Refusal, OrderConditions Terms) ReadTerms(OrderText text, out HoldRequest order)
    {
        order = new HoldRequest(
            text.ClientOrderId ?? NewClientOrderId(), text.Symbol ?? "", 0, OrderType.Limit, 0, text.PostOnly, 0, 0);

        if (!ClientOrderId.IsValid(order.ClientOrderId))
            return (Refusal.NotAKey("clientOrderId", text.ClientOrderId), s_none);
        if (text.Symbol is null)
            return (Refusal.Not("symbol", null, "the symbol of a listed instrument"), s_none);
        if (WireNames.ReadSide(text.Side) is not { } side)
            return (Refusal.NotOneOf("side", text.Side, WireNames.Sides.AsSpan()), s_none);
        if (WireNames.ReadType(text.Type) is not { } type)
            return (Refusal.NotOneOf("type", text.Type, WireNames.Types.AsSpan()), s_none);
        if (WireNames.ReadTimeInForce(text.TimeInForce, type) is not { } timeInForce)
            return (Refusal.NotOneOf("timeInForce", text.TimeInForce, WireNames.Times.AsSpan()), s_none);
        if (WireNames.ReadSelfTrade(text.SelfTrade) is not { } selfTrade)
            return (Refusal.NotOneOf("selfTrade", text.SelfTrade, WireNames.SelfTrades.AsSpan()), s_none);

        order = order with { Side = side, Type = type, TimeInForce = timeInForce, SelfTrade = selfTrade };
        var (refusal, terms) = ReadConditions(text);
        return (refusal ?? Missing(text, order), terms);
    }

    /// <summary>Reads the conditions that need no instrument.</summary>
    private static (Refusal? Refusal, OrderConditions Terms) ReadConditions(OrderText text)
    {
        if (WireNames.ReadTriggerReference(text.TriggerBy) is not { } watched)
            return (Refusal.NotOneOf("triggerBy", text.TriggerBy, WireNames.TriggerReferences.AsSpan()), s_none);
        if (WireNames.ReadPeg(text.Peg) is not { } peg)
            return (Refusal.NotOneOf("peg", text.Peg, WireNames.Pegs.AsSpan()), s_none);

        var expiry = text.GoodTill is { } until ? WireTime.Read(until) : null;
        if (text.GoodTill is not null && expiry is null)
            return (Refusal.Not("goodTill", text.GoodTill, WireTime.Rule), s_none);

        var isPlain = text.Flags == OrderFlag.None
            && watched == s_none.TriggerReference && peg == s_none.Peg && expiry is null;
        return (null, isPlain ? s_none : new OrderConditions
        {
            Flags = text.Flags,
            TriggerReference = watched,
            Peg = peg,
            ExpiryNanos = expiry,
        });
    }

    /// <summary>Returns a refusal for a missing member that this order type requires; null for none.</summary>
    private static Refusal? Missing(OrderText text, HoldRequest order)
    {
        var (field, detail) = order.Type switch
        {
            _ when text.Quantity is null && text.QuoteAmount is null =>
                ("quantity", "quantity is missing; an order needs a quantity or a quoteAmount"),
            OrderType.Limit or OrderType.StopLimit or OrderType.TakeProfitLimit when text.Price is null =>
                ("price", "price is missing; a limit order needs one"),
            OrderType.Pegged when text.Peg is null =>
                ("peg", RefusalText.NotOneOf("peg", null, WireNames.Pegs.AsSpan())),
            OrderType.Pegged when text.Price is null && order.Side == Side.Buy =>
                ("price", "price is missing; a pegged buy needs one, the cap that its cover is held for"),
            OrderType.Stop or OrderType.StopLimit or OrderType.TakeProfit or OrderType.TakeProfitLimit
                when text.TriggerPrice is null =>
                    ("triggerPrice", "triggerPrice is missing; a stop or take-profit order needs one"),
            OrderType.TrailingStop or OrderType.TrailingStopLimit
                when text.TrailingDistance is null && text.TrailingBasisPoints is null =>
                ("trailingDistance", "trailingDistance is missing; a trailing stop needs it, or trailingBasisPoints"),
            OrderType.TrailingStopLimit when text.LimitOffset is null =>
                ("limitOffset",
                "limitOffset is missing; a trailing stop limit order needs the distance of its limit from the trigger"),
            _ when order.TimeInForce == TimeInForce.GoodTillDate && text.GoodTill is null =>
                ("goodTill", $"goodTill is missing; with timeInForce gtd, it is {WireTime.Rule}"),
            _ => ("", ""),
        };
        return field.Length == 0 ? null : Refusal.Malformed(field, detail);
    }

    private static Refusal? ReadNumbers(
        OrderText text, Instrument instrument, OrderConditions terms, ref HoldRequest order)
    {
        var numbers = new NumberReading(instrument);
        var lots = numbers.Lots("quantity", text.Quantity) ?? 0;
        if ((text.QuoteAmount ?? text.DisplayQuantity ?? text.MinQuantity) is not null)
        {
            terms = terms with
            {
                Amount = numbers.Amount("quoteAmount", text.QuoteAmount),
                DisplayLots = numbers.Lots("displayQuantity", text.DisplayQuantity),
                MinimumLots = numbers.Lots("minQuantity", text.MinQuantity),
            };
        }

        var ticks = numbers.Price("price", text.Price) ?? 0;
        if (HasPrices(text))
        {
            terms = terms with
            {
                TriggerTicks = numbers.Price("triggerPrice", text.TriggerPrice),
                TrailTicks = numbers.Price("trailingDistance", text.TrailingDistance),
                TrailBasisPoints = numbers.BasisPoints("trailingBasisPoints", text.TrailingBasisPoints),
                ActivationTicks = numbers.Price("activationPrice", text.ActivationPrice),
                LimitOffsetTicks = numbers.Difference("limitOffset", text.LimitOffset),
                PegOffsetTicks = numbers.Difference("pegOffset", text.PegOffset) ?? 0,
                ProtectionTicks = numbers.Difference("protection", text.Protection),
            };
        }

        order = order with
        {
            QuantityLots = lots,
            PriceTicks = ticks,
            Conditions = EncodedConditions.From(terms == s_none ? null : terms),
        };
        return Superfluous(text, order.Type) ?? Excluded(text, order, terms) ?? numbers.Wrong;
    }

    /// <summary>Returns true if an order has conditions that are prices or differences of prices.</summary>
    private static bool HasPrices(OrderText text) => (text.TriggerPrice ?? text.TrailingDistance
        ?? text.TrailingBasisPoints ?? text.ActivationPrice ?? text.LimitOffset ?? text.PegOffset ?? text.Protection)
        is not null;

    /// <summary>
    /// Returns a refusal for instructions that exclude each other. A time in force that comes from the type is named as
    /// the type.
    /// </summary>
    private static Refusal? Excluded(OrderText text, HoldRequest order, OrderConditions terms) =>
        OrderChecks.Combination(order, terms) is null ? null : ExcludedAsWritten(text, order, terms);

    // Makes the refusal again, with the client's values.
    private static Refusal? ExcludedAsWritten(OrderText text, HoldRequest order, OrderConditions terms)
    {
        const string Time = ",timeInForce";
        var refusal = OrderChecks.Combination(order, terms, field => WrittenValues.Of(text, field));
        return refusal?.Field is { } field && text.TimeInForce is null && order.Type == OrderType.Market
            && field.EndsWith(Time, StringComparison.Ordinal)
            ? refusal.Value with
            {
                Field = $"type,{field[..^Time.Length]}",
                Detail = RefusalText.Excluded(
                    "type", text.Type, field[..^Time.Length], WrittenValues.Of(text, field[..^Time.Length])),
            }
            : refusal;
    }

    /// <summary>Returns a refusal for a member that the order type does not use, even with its default value.</summary>
    private static Refusal? Superfluous(OrderText text, OrderType type)
    {
        var field = text.TriggerBy is not null && !OrderCombinations.IsTriggered(type) ? "triggerBy"
            : text.PegOffset is not null && type != OrderType.Pegged ? "pegOffset"
            : null;
        return field is null ? null : new Refusal(
            RejectReason.InvalidCombination, $"type,{field}", null,
            RefusalText.Excluded("type", type.Word(), field, WrittenValues.Of(text, field)));
    }
}
