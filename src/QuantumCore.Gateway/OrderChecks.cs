using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>What can be told from a request and its instrument alone. Nothing refused here is journaled.</summary>
public static class OrderChecks
{
    /// <summary>The first rule the order breaks: combination, quantity, price, notional; null when none.</summary>
    /// <remarks>
    /// A market order comes without a price. Its notional is the account's to judge: the reference moves, and a
    /// retry must not be refused where its first arrival was accepted.
    /// </remarks>
    public static Refusal? Check(Instrument instrument, HoldRequest order) =>
        Combination(order)
        ?? Quantity(instrument, order.QuantityLots)
        ?? (order.Type == OrderType.Market ? null : Price(instrument, order.PriceTicks) ?? Notional(instrument, order));

    /// <summary>Whether the instrument allows this price.</summary>
    public static Refusal? Price(Instrument instrument, long ticks)
    {
        if (ticks < instrument.MinPriceTicks)
            return new(RejectReason.InvalidPrice, "price", instrument.FormatPrice(instrument.MinPriceTicks));
        if (ticks > instrument.MaxPriceTicks)
            return new(RejectReason.InvalidPrice, "price", instrument.FormatPrice(instrument.MaxPriceTicks));
        return null;
    }

    /// <summary>Whether the instrument allows this quantity.</summary>
    public static Refusal? Quantity(Instrument instrument, long lots)
    {
        if (lots < instrument.MinQuantityLots)
            return new(RejectReason.InvalidQuantity, "quantity", instrument.FormatQuantity(instrument.MinQuantityLots));
        if (lots > instrument.MaxQuantityLots)
            return new(RejectReason.InvalidQuantity, "quantity", instrument.FormatQuantity(instrument.MaxQuantityLots));
        return null;
    }

    /// <summary>Whether the order's instructions go together; its numbers need not be read yet.</summary>
    public static Refusal? Combination(HoldRequest order)
    {
        if (order.Type == OrderType.Market)
        {
            if (order.PriceTicks != 0)
                return new(RejectReason.InvalidCombination, "type,price");
            if (order.TimeInForce != TimeInForce.ImmediateOrCancel)
                return new(RejectReason.InvalidCombination, "type,timeInForce");
            if (order.PostOnly)
                return new(RejectReason.InvalidCombination, "type,postOnly");
        }

        return order.PostOnly && order.TimeInForce != TimeInForce.GoodTillCancel
            ? new(RejectReason.InvalidCombination, "postOnly,timeInForce")
            : null;
    }

    private static Refusal? Notional(Instrument instrument, HoldRequest order)
    {
        var notional = instrument.Notional(order.PriceTicks, order.QuantityLots);
        if (notional < instrument.MinNotional)
            return new(RejectReason.InvalidNotional, "price,quantity", Amount(instrument, instrument.MinNotional));
        if (notional > instrument.MaxNotional)
            return new(RejectReason.InvalidNotional, "price,quantity", Amount(instrument, instrument.MaxNotional));
        return null;
    }

    private static string Amount(Instrument instrument, long minorUnits) =>
        DecimalText.Format(minorUnits, instrument.Quote.Decimals);
}
