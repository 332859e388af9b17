using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Writes answers as JSON: decimals as strings with all their digits, times with their nanoseconds.</summary>
internal static class WireWriter
{
    /// <summary>
    /// Writes an order. The listed instruments must include its own and those of the other legs of its strategy.
    /// <paramref name="filledValue"/> is the value of its fills, in ticks times lots, if the report does not have all
    /// of them.
    /// </summary>
    public static void WriteOrder(
        this Utf8JsonWriter to, ExecutionReport report, FrozenDictionary<string, Instrument> listed,
        long? filledValue = null)
    {
        var instrument = listed[report.Symbol];
        to.WriteStartObject();
        to.WriteNumber("orderId"u8, report.OrderId);
        to.WriteString("clientOrderId"u8, report.ClientOrderId);
        to.WriteString("symbol"u8, report.Symbol);
        to.WriteString("account"u8, new AccountId(report.Account).ToString());
        to.WriteTerms(report.Side, report.Type, report.TimeInForce);
        to.WriteConditions(report, instrument, listed);
        if (report.TriggerTicks > 0 && OrderCombinations.IsTrailing(report.Type))
            to.WritePrice("currentTriggerPrice"u8, instrument, report.TriggerTicks);
        if (report.PeggedTicks > 0)
            to.WritePrice("peggedPrice"u8, instrument, report.PeggedTicks);
        to.WriteStage(report);
        // A market order's worst price is neither a price that the client asked for, nor the price it traded at.
        to.WritePrice("price"u8, instrument, report.Type == OrderType.Market ? 0 : report.PriceTicks);
        to.WriteAverage(report, instrument, filledValue);
        to.WriteQuantity("quantity"u8, instrument, TotalOf(report));
        to.WriteQuantity("filled"u8, instrument, report.FilledLots);
        to.WriteQuantity("remaining"u8, instrument, report.LeavesLots);
        to.WriteString("status"u8, report.Status.Word());
        to.WriteString("endReason"u8, WireNames.Of(report.End));
        to.WriteNumber("sequence"u8, report.Sequence);
        to.WriteTime(report.TimeNanos);
        to.WriteStartArray("fills"u8);
        foreach (var fill in report.Fills)
        {
            to.WriteStartObject();
            to.WriteTradeId(fill.Sequence, fill.Index);
            to.WritePrice("price"u8, instrument, fill.PriceTicks);
            to.WriteQuantity("quantity"u8, instrument, fill.QuantityLots);
            to.WriteAmount("fee"u8, fill.Fee, instrument.Quote.Decimals);
            to.WriteString("liquidity"u8, fill.IsMaker ? "maker"u8 : "taker"u8);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>
    /// Writes the mean price of the fills; nothing if nothing is filled, or if the report does not have all fills.
    /// </summary>
    private static void WriteAverage(
        this Utf8JsonWriter to, ExecutionReport report, Instrument instrument, long? filledValue)
    {
        if (report.FilledLots == 0)
            return;

        if (filledValue is null)
        {
            var (lots, isOnePrice) = (0L, true);
            foreach (var fill in report.Fills)
            {
                lots += fill.QuantityLots;
                isOnePrice &= fill.PriceTicks == report.Fills[0].PriceTicks;
            }

            if (lots != report.FilledLots)
                return;

            if (isOnePrice)
            {
                to.WritePrice("averagePrice"u8, instrument, report.Fills[0].PriceTicks);
                return;
            }
        }

        var value = filledValue ?? report.Fills.Aggregate(
            BigInteger.Zero, (sum, fill) => sum + ((BigInteger)fill.PriceTicks * fill.QuantityLots));
        to.WriteString(
            "averagePrice"u8,
            AveragePrice.Of(value * instrument.TickSize, report.FilledLots, instrument.PriceDecimals));
    }

    /// <summary>
    /// Returns the current total of the order, in lots. The first report has the entered total; lots removed by
    /// self-trade prevention are subtracted here.
    /// </summary>
    private static long TotalOf(ExecutionReport report) => report.Prevented is { } matches
        ? report.QuantityLots - (PreventedQuantity.Of(report.Number, matches.All)?.TakenOffLots ?? 0)
        : report.QuantityLots;

    /// <summary>
    /// Writes the stage of an open order, if it matters, and the reason why a child of a list could not enter.
    /// </summary>
    private static void WriteStage(this Utf8JsonWriter to, ExecutionReport report)
    {
        var isOpen = report.Status is OrderStatus.New or OrderStatus.PartiallyFilled;
        if (isOpen && (report.Stage != OrderStage.Working || OrderCombinations.IsTriggered(report.Type)))
            to.WriteString("stage"u8, report.Stage.Word());
        if (report.Refusal != RejectReason.None)
            to.WriteString("refusal"u8, report.Refusal.ToString());
    }

    /// <summary>Returns the report of an open order, at a sequence of its book.</summary>
    public static ExecutionReport ToReport(this OpenOrder order, long account, long sequence) => new(
        RejectReason.None,
        null,
        null,
        account,
        order.Number,
        order.ClientOrderId,
        order.Symbol,
        order.OrderId,
        order.FilledLots == 0 ? OrderStatus.New : OrderStatus.PartiallyFilled,
        EndReason.None,
        order.Side,
        order.Type,
        order.TimeInForce,
        order.PriceTicks,
        order.QuantityLots,
        order.FilledLots,
        order.QuantityLots - order.FilledLots,
        sequence,
        order.TimeNanos,
        [],
        order.PostOnly,
        order.SelfTrade,
        order.Conditions,
        Stage: order.Stage);

    /// <summary>Writes a trade as it was made, and its later change, if any.</summary>
    public static void WriteTrade(this Utf8JsonWriter to, PublicTrade trade, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteTradeId(trade.Sequence, trade.Index);
        to.WritePrice("price"u8, instrument, trade.PriceTicks);
        to.WriteQuantity("quantity"u8, instrument, trade.QuantityLots);
        to.WriteTakerSide(trade);
        to.WriteTime(trade.TimeNanos);
        to.WriteLeg(trade);
        if (trade.ChangedTicks is { } now)
        {
            to.WriteString("state"u8, WireNames.OfPriceNow(now));
            if (now > 0)
                to.WritePrice("correctedPrice"u8, instrument, now);
        }

        to.WriteEndObject();
    }

    /// <summary>Writes the taker side; null for an auction trade, which has none.</summary>
    public static void WriteTakerSide(this Utf8JsonWriter to, PublicTrade trade)
    {
        if (trade.Aggressor is { } side)
            to.WriteString("takerSide"u8, WireNames.Of(side));
        else
            to.WriteNull("takerSide"u8);
    }

    /// <summary>Writes the flag of a trade that leaves the last price unchanged; nothing for other trades.</summary>
    public static void WriteLeg(this Utf8JsonWriter to, PublicTrade trade)
    {
        if (trade.IsOfLeg)
            to.WriteBoolean("leg"u8, true);
    }

    public static void WriteLevels(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, IEnumerable<DepthLevel> levels, Instrument instrument)
    {
        to.WriteStartArray(name);
        foreach (var level in levels)
        {
            to.WriteStartArray();
            to.WriteDecimal((Int128)level.PriceTicks * instrument.TickSize, instrument.PriceDecimals);
            to.WriteDecimal((Int128)level.QuantityLots * instrument.LotSize, instrument.QuantityDecimals);
            to.WriteEndArray();
        }

        to.WriteEndArray();
    }

    /// <summary>Writes a symbol's phase and prices.</summary>
    public static void WriteState(this Utf8JsonWriter to, BookState state, Instrument instrument)
    {
        to.WriteStartObject();
        to.WriteStateMembers(state, instrument);
        to.WriteRules(state.Rules ?? RuleChanges.None, instrument);
        to.WriteEndObject();
    }

    public static void WritePrice(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks)
    {
        to.WritePropertyName(name);
        to.WriteDecimal((Int128)ticks * instrument.TickSize, instrument.PriceDecimals);
    }

    public static void WritePriceOrNull(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long ticks)
    {
        if (ticks == 0)
            to.WriteNull(name);
        else
            to.WritePrice(name, instrument, ticks);
    }

    public static void WriteQuantity(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, Int128 lots)
    {
        to.WritePropertyName(name);
        to.WriteDecimal(lots * instrument.LotSize, instrument.QuantityDecimals);
    }

    public static void WriteAmount(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Int128 minorUnits, int decimals)
    {
        to.WritePropertyName(name);
        to.WriteDecimal(minorUnits, decimals);
    }

    /// <summary>Writes a time as <c>2026-01-01T00:00:00.000000001Z</c> and also as Unix nanoseconds.</summary>
    public static void WriteTime(this Utf8JsonWriter to, long nanos)
    {
        to.WriteTimeText("time"u8, nanos);
        to.WriteTimeNanos(nanos);
    }

    public static void WriteTimeNanos(this Utf8JsonWriter to, long nanos) => to.WriteTimeNanos("timeNanos"u8, nanos);

    public static void WriteTimeNanos(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long nanos)
    {
        Span<byte> digits = stackalloc byte[20];
        _ = nanos.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        to.WriteString(name, digits[..length]);
    }

    private static void WriteTerms(this Utf8JsonWriter to, Side side, OrderType type, TimeInForce timeInForce)
    {
        to.WriteString("side"u8, WireNames.Of(side));
        to.WriteString("type"u8, type.Word());
        to.WriteString("timeInForce"u8, timeInForce.Word());
    }

    /// <summary>Writes the order's conditions beyond a plain order, in the terms they were sent in.</summary>
    private static void WriteConditions(
        this Utf8JsonWriter to, ExecutionReport report, Instrument instrument,
        FrozenDictionary<string, Instrument> listed)
    {
        if (report.PostOnly)
            to.WriteBoolean("postOnly"u8, true);
        if (report.SelfTrade != SelfTradePrevention.None)
            to.WriteString("selfTrade"u8, WireNames.Of(report.SelfTrade));
        if (report.Conditions.Decode() is not { } terms)
            return;

        foreach (var (_, member, _) in terms.Flags.Words())
            to.WriteBoolean(member, true);
        if (terms.DisplayLots is { } display)
            to.WriteQuantity("displayQuantity"u8, instrument, display);
        if (terms.MinimumLots is { } minimum)
            to.WriteQuantity("minQuantity"u8, instrument, minimum);
        if (terms.Amount is { } amount)
        {
            to.WritePropertyName("quoteAmount"u8);
            to.WriteDecimal((Int128)amount * instrument.TickLotValue, instrument.Quote.Decimals);
        }

        if (terms.ExpiryNanos is { } expiry)
            to.WriteTimeText("goodTill"u8, expiry);
        to.WriteTriggers(report.Type, terms, instrument);
        if (terms.Strategy is { } strategy)
            to.WriteStrategy(strategy, instrument, listed);
    }

    /// <summary>
    /// Writes the strategy of a leg: net price per unit, number of the leg, from 1, and all legs per unit. Writes
    /// nothing if the instrument of another leg is not known here yet.
    /// </summary>
    private static void WriteStrategy(
        this Utf8JsonWriter to, StrategyTerms terms, Instrument instrument, FrozenDictionary<string, Instrument> listed)
    {
        if (!terms.Legs.All(leg => listed.ContainsKey(leg.Symbol)))
            return;

        to.WriteStartObject("strategy"u8);
        to.WriteAmount("net"u8, terms.Net, instrument.Quote.Decimals);
        to.WriteNumber("leg"u8, terms.Leg + 1);
        to.WriteStartArray("legs"u8);
        foreach (var leg in terms.Legs)
        {
            to.WriteStartObject();
            to.WriteString("symbol"u8, leg.Symbol);
            to.WriteString("side"u8, WireNames.Of(leg.Side));
            to.WriteQuantity("quantity"u8, listed[leg.Symbol], leg.Lots);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void WriteTriggers(
        this Utf8JsonWriter to, OrderType type, OrderConditions terms, Instrument instrument)
    {
        to.WriteTicks("triggerPrice"u8, instrument, terms.TriggerTicks);
        if (OrderCombinations.IsTriggered(type))
            to.WriteString("triggerBy"u8, WireNames.Of(terms.TriggerReference));
        to.WriteTicks("trailingDistance"u8, instrument, terms.TrailTicks);
        if (terms.TrailBasisPoints is { } points)
            to.WriteNumber("trailingBasisPoints"u8, points);
        to.WriteTicks("activationPrice"u8, instrument, terms.ActivationTicks);
        to.WriteTicks("limitOffset"u8, instrument, terms.LimitOffsetTicks);
        if (WireNames.Of(terms.Peg) is { } peg)
        {
            to.WriteString("peg"u8, peg);
            to.WritePrice("pegOffset"u8, instrument, terms.PegOffsetTicks);
        }

        to.WriteTicks("protection"u8, instrument, terms.ProtectionTicks);
    }

    private static void WriteTicks(
        this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instrument instrument, long? ticks)
    {
        if (ticks is { } price)
            to.WritePrice(name, instrument, price);
    }

    public static void WriteTimeText(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long nanos)
    {
        Span<char> text = stackalloc char[32];
        _ = WireTime.TryWrite(nanos, text, out var length);
        to.WriteString(name, text[..length]);
    }

    public static void WriteTradeId(this Utf8JsonWriter to, long sequence, int index) =>
        to.WritePlace("tradeId"u8, sequence, index);

    private static void WritePlace(this Utf8JsonWriter to, ReadOnlySpan<byte> name, long sequence, int index)
    {
        Span<char> text = stackalloc char[32];
        _ = text.TryWrite(CultureInfo.InvariantCulture, $"{sequence}-{index}", out var length);
        to.WriteString(name, text[..length]);
    }

    /// <summary>
    /// Writes a scaled integer as a decimal string, without an intermediate string if it fits into 64 bits.
    /// </summary>
    public static void WriteDecimal(this Utf8JsonWriter to, Int128 units, int decimals)
    {
        if (units < 0 || units > long.MaxValue)
        {
            to.WriteStringValue(DecimalText.Format(units, decimals));
            return;
        }

        Span<byte> text = stackalloc byte[24];
        var (at, rest) = (text.Length, (ulong)units);
        for (var digits = 0; rest > 0 || digits <= decimals; digits++)
        {
            if (digits == decimals && decimals > 0)
                text[--at] = (byte)'.';
            (rest, var digit) = Math.DivRem(rest, 10);
            text[--at] = (byte)('0' + digit);
        }

        to.WriteStringValue(text[at..]);
    }
}
