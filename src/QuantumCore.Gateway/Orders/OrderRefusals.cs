using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Explains rejections that an account or a book decided, from the reason, field and limit of its report and the
/// caller's values. The report alone says no more than that.
/// </summary>
internal static class OrderRefusals
{
    private const string BandSeparator = " to ";

    /// <summary>
    /// Returns the explanation of a rejected order; null if the title of the reason says all that is known. A check of
    /// the request alone gives the same result again.
    /// </summary>
    public static string? Explain(
        ExecutionReport report, HoldRequest order, Instrument instrument, Func<string, string?> written) =>
        OrderChecks.Check(instrument, order, written) is { } check
        && (check.Reason, check.Field, check.Limit) == (report.Reason, report.Field, report.Limit)
            ? check.Detail
            : Explain(new Refusal(report.Reason, report.Field, report.Limit), instrument, written);

    /// <summary>
    /// Returns the refusal of linked orders with an explanation, if it names one of them and has none yet.
    /// </summary>
    /// <param name="refusal">The refusal, with members such as orders[1].price.</param>
    /// <param name="instrument">Instrument of the orders.</param>
    /// <param name="texts">The orders.</param>
    public static Refusal OfList(Refusal refusal, Instrument instrument, IReadOnlyList<OrderText?> texts)
    {
        if (refusal.Detail is not null || refusal.Field is not { } field)
            return refusal;

        for (var i = 0; i < texts.Count; i++)
        {
            var prefix = $"orders[{i}].";
            if (!field.Split(',').All(one => one.StartsWith(prefix, StringComparison.Ordinal)))
                continue;

            var own = refusal with { Field = field.Replace(prefix, "", StringComparison.Ordinal) };
            var detail = Explain(own, instrument, member => WrittenValues.Of(texts[i]!, member));
            return OrderListChecks.OfOrder(i, own with { Detail = detail });
        }

        return refusal;
    }

    /// <summary>Returns the explanation; null if the title of the reason says all that is known.</summary>
    /// <param name="refusal">Reason, field and limit.</param>
    /// <param name="instrument">Instrument of the order.</param>
    /// <param name="written">Returns a member of the request as the caller wrote it; null if absent.</param>
    public static string? Explain(Refusal refusal, Instrument instrument, Func<string, string?> written)
    {
        var field = refusal.Field ?? "";
        return refusal.Reason switch
        {
            RejectReason.InvalidCombination when field.Split(',') is [var first, var second] =>
                RefusalText.Excluded(first, written(first), second, written(second)),
            RejectReason.PriceBand => OfBand(refusal.Limit, instrument, written),
            RejectReason.InsufficientFunds or RejectReason.UnsettledFunds or RejectReason.ShortNotAllowed
                or RejectReason.NoLocate => OfFunds(refusal, instrument, written),
            RejectReason.PostOnlyWouldTake when written("price") is { } price =>
                $"price {RefusalText.Shown(price)} would trade immediately, and the order is post-only; use a "
                    + $"{(written("side") == "buy" ? "lower" : "higher")} price",
            RejectReason.StopWouldTrigger when written("triggerPrice") is { } trigger =>
                $"triggerPrice {RefusalText.Shown(trigger)} has already been passed by the market",
            RejectReason.ExpiredAlready when written("goodTill") is { } time =>
                $"goodTill {RefusalText.Shown(time)} is not in the future",
            RejectReason.KeyConflict or RejectReason.KeyCancelled when written("clientOrderId") is { } name =>
                $"clientOrderId {RefusalText.Shown(name)} is already used; choose another one",
            RejectReason.StaleLeaves when written("expectedRemaining") is { } expected =>
                $"expectedRemaining {RefusalText.Shown(expected)} is not what remains of the order now",
            RejectReason.InvalidPrice or RejectReason.InvalidQuantity => OfInstrument(refusal, instrument, written),
            _ => refusal.Limit is { } limit ? OfLimit(refusal.Reason, limit, instrument, written) : null,
        };
    }

    private static string? OfBand(string? band, Instrument instrument, Func<string, string?> written)
    {
        if (written("price") is not { } price)
            return null;
        if (band?.Split(BandSeparator) is not [var lowest, var highest])
            return $"price {RefusalText.Shown(price)} is outside the symbol's price band";

        var isBelow = instrument.TryParsePrice(price, out var ticks) == DecimalError.None
            && instrument.TryParsePrice(lowest, out var least) == DecimalError.None && ticks < least;
        return $"price {RefusalText.Shown(price)} is outside the price band {band}; nearest: "
            + $"{(isBelow ? lowest : highest)}";
    }

    private static string? OfFunds(Refusal refusal, Instrument instrument, Func<string, string?> written)
    {
        if (refusal.Limit is not { } free)
            return null;
        if (refusal.Reason is RejectReason.ShortNotAllowed or RejectReason.NoLocate)
        {
            var unit = instrument.Base.Name;
            return written("quantity") is { } sold
                ? $"quantity {RefusalText.Shown(sold)} needs {sold} {unit}, free {free} {unit}"
                : null;
        }

        var quote = instrument.Quote.Name;
        if (written("quoteAmount") is { } amount)
            return $"quoteAmount {RefusalText.Shown(amount)} needs {amount} {quote} plus fees, free {free} {quote}";
        if (written("quantity") is not { } quantity)
            return null;
        return Value(instrument, written) is { } value
            ? $"quantity {RefusalText.Shown(quantity)} at price {RefusalText.Shown(written("price")!)} needs "
                + $"{value} {quote} plus fees, free {free} {quote}"
            : $"quantity {RefusalText.Shown(quantity)} needs more {quote} than is free, fees included: {free} {quote}";
    }

    private static string? OfInstrument(Refusal refused, Instrument instrument, Func<string, string?> written)
    {
        if (refused.Field is not { } field || written(field) is not { } value)
            return null;

        var refusal = field switch
        {
            "quantity" when instrument.TryParseQuantity(value, out var lots) == DecimalError.None =>
                OrderChecks.Quantity(instrument, lots, field, value),
            "price" or "triggerPrice" when instrument.TryParsePrice(value, out var ticks) == DecimalError.None =>
                OrderChecks.Price(instrument, ticks, field, value),
            _ => null,
        };
        return refusal?.Detail
            ?? (refused.Limit is { } limit
                ? $"{field} {RefusalText.Shown(value)} is outside its range; nearest: {limit}"
                : null);
    }

    private static string? OfLimit(
        RejectReason reason, string limit, Instrument instrument, Func<string, string?> written)
    {
        var quantity = written("quantity") is { } lots ? $"quantity {RefusalText.Shown(lots)}"
            : written("quoteAmount") is { } amount ? $"quoteAmount {RefusalText.Shown(amount)}" : "the order";
        var quote = instrument.Quote.Name;
        return reason switch
        {
            RejectReason.MaxQuantity =>
                $"{quantity} is above the account's maximum order quantity {limit}; nearest: {limit}",
            RejectReason.UnusualQuantity =>
                $"{quantity} is above {limit}, the account's limit as a multiple of its usual quantity; "
                    + $"nearest: {limit}",
            RejectReason.MaxNotional => Value(instrument, written) is { } value
                ? $"{quantity} at price {RefusalText.Shown(written("price")!)} is worth {value} {quote}, above "
                    + $"the account's maximum order value {limit} {quote}"
                : $"{quantity} is worth more than the account's maximum order value {limit} {quote}",
            RejectReason.InvalidNotional =>
                $"{quantity} times the price is outside the instrument's limit {limit} {quote}",
            RejectReason.OpenOrderLimit =>
                $"the account has reached its maximum of {limit} open orders; cancel one first",
            RejectReason.BookOrderLimit =>
                $"too many open orders of this kind: at most {limit}; cancel one first",
            RejectReason.PositionLimit =>
                $"{quantity} would take the account's position, with its open orders, above the limit {limit}",
            RejectReason.DailyVolume =>
                $"{quantity} would take the account's volume today, with its open orders, above the limit "
                    + $"{limit} {quote}",
            RejectReason.DailyLoss => $"the account has reached its limit of {limit} {quote} for losses in one UTC day",
            RejectReason.OrderRate => $"the account has reached its limit of {limit} orders a second",
            RejectReason.DuplicateOrder => $"the same order was sent less than {limit} milliseconds ago",
            _ => null,
        };
    }

    /// <summary>Returns price times quantity as a decimal; null for an order without a price or quantity.</summary>
    private static string? Value(Instrument instrument, Func<string, string?> written) =>
        written("price") is { } price && written("quantity") is { } quantity
        && instrument.TryParsePrice(price, out var ticks) == DecimalError.None
        && instrument.TryParseQuantity(quantity, out var lots) == DecimalError.None
            ? DecimalText.Format(instrument.Notional(ticks, lots), instrument.Quote.Decimals)
            : null;
}
