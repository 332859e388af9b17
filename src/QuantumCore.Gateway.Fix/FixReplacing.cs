using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Reads replacements. A replacement repeats all terms of the order, changed or not. Terms that equal those in the
/// order's own reports stay, and so do terms that it omits.
/// </summary>
internal static class FixReplacing
{
    /// <summary>Returns the format fault of a replacement; null for none.</summary>
    public static FixFault? WrongForm(FixMessage message)
    {
        foreach (var tag in (ReadOnlySpan<int>)[
            FixTag.Price, FixTag.OrderQty, FixTag.StopPx, FixTag.MaxFloor, FixTag.MinQty, FixTag.PegOffsetValue,
            FixTag.ExpireTime, FixTag.ExpireDate])
        {
            if (message[tag] is { } text && Plain(tag, text) is null)
                return new FixFault(tag, FixReject.IncorrectDataFormat, RuleOf(tag));
        }

        return null;
    }

    /// <summary>
    /// Reads the changes of a replacement. Returns null with the changes, or the tag that cannot change.
    /// </summary>
    /// <param name="message">The replacement.</param>
    /// <param name="instrument">Instrument of the order.</param>
    /// <param name="order">Current state of the order.</param>
    /// <param name="change">Changes. If nothing else changes, it includes repeated prices and quantities.</param>
    public static int? Read(FixMessage message, Instrument instrument, PastOrder order, out AmendText change)
    {
        var own =
            FixReports.TermsOf(instrument, order).ToDictionary(term => term.Tag, term => Plain(term.Tag, term.Text));
        change = new AmendText
        {
            ClientOrderId = message[FixTag.ClOrdID],
            TriggerPrice = Other(FixTag.StopPx),
            DisplayQuantity = Other(FixTag.MaxFloor),
            GoodTill = OtherEnd(),
        };
        foreach (var tag in (ReadOnlySpan<int>)[
            FixTag.Symbol, FixTag.Side, FixTag.OrdType, FixTag.TimeInForce, FixTag.ExecInst, FixTag.MinQty])
        {
            if (Other(tag) is not null)
                return tag;
        }

        if (Other(FixTag.PegOffsetValue) is not null || Other(FixTag.PegOffsetType) is not (null or "0"))
        {
            if (!OrderCombinations.IsTrailing(order.Type)
                || FixOrderReading.ReadDistance(message, order.Side) is not { } distance)
                return FixTag.PegOffsetValue;
            change = change with
            {
                TrailingDistance = distance.TrailingDistance,
                TrailingBasisPoints = distance.TrailingBasisPoints,
            };
        }

        var isOfConditions =
            change is not { DisplayQuantity: null, GoodTill: null, TrailingDistance: null, TrailingBasisPoints: null };
        var (price, quantity) = (Other(FixTag.Price), Other(FixTag.OrderQty));
        var isAlone = isOfConditions || (change.TriggerPrice is not null && price is null && quantity is null);
        change = change with
        {
            Price = isAlone ? price : Said(FixTag.Price),
            Quantity = isAlone ? quantity : Said(FixTag.OrderQty),
        };
        return null;

        string? Said(int tag) => message[tag] is { } text ? Plain(tag, text) : null;

        string? Other(int tag) => Said(tag) is { } said && said != own.GetValueOrDefault(tag) ? said : null;

        // Reports have milliseconds: an expiry equal to the reported one is unchanged.
        string? OtherEnd() => (Said(FixTag.ExpireTime) ?? Said(FixTag.ExpireDate)) is { } said
            && said != own.GetValueOrDefault(FixTag.ExpireTime)
            ? FixOrderReading.EndText(message)
            : null;
    }

    /// <summary>Normalizes a value, so that equal values have the same text; null if it cannot be read.</summary>
    private static string? Plain(int tag, string text) => tag switch
    {
        FixTag.Price or FixTag.OrderQty or FixTag.StopPx or FixTag.MaxFloor or FixTag.MinQty =>
            FixOrderReading.Number(text),
        FixTag.PegOffsetValue => text.StartsWith('-')
            ? FixOrderReading.Number(text[1..]) is { } away ? "-" + away : null
            : FixOrderReading.Number(text),
        FixTag.ExpireTime => FixOrderReading.Moment(text) is { } moment ? Told(moment) : null,
        FixTag.ExpireDate => FixOrderReading.EndOf(text) is { } end ? Told(end) : null,
        FixTag.ExecInst =>
            string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)),
        _ => text,
    };

    private static string? Told(string time) => WireTime.Read(time) is { } nanos ? FixTime.Text(Clock.At(nanos)) : null;

    private static string RuleOf(int tag) => tag switch
    {
        FixTag.PegOffsetValue => FixOrderReading.OffsetRule,
        FixTag.ExpireTime => FixOrderReading.MomentRule,
        FixTag.ExpireDate => FixOrderReading.DayRule,
        _ => FixOrderReading.NumberRule,
    };
}
