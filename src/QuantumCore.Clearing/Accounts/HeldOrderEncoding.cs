using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Open orders of an account in its snapshot.</summary>
internal static class HeldOrderEncoding
{
    /// <summary>Writes an order.</summary>
    /// <param name="to">The writer.</param>
    /// <param name="order">The order.</param>
    /// <param name="withPaid">True to write its paid fees too: for a margin account.</param>
    public static void Write(ref RecordWriter to, HeldOrder order, bool withPaid)
    {
        to.Text(order.Instrument.Symbol);
        to.Count(order.Number);
        to.Text(order.ClientOrderId);
        to.Byte((byte)order.Side);
        to.Byte((byte)order.Type);
        to.Byte((byte)order.TimeInForce);
        to.Bool(order.PostOnly);
        to.Count(order.PriceTicks);
        to.Count(order.SubmittedLots);
        to.Signed(order.Fees.MakerPpm);
        to.Signed(order.Fees.TakerPpm);
        to.Count(order.Fees.Minimum);
        to.Fixed64(order.TimeNanos);
        to.Count(order.ReplacesNumber);
        to.Count(order.ExpectedLeavesLots);
        to.Count(order.Sequence);
        to.Count(order.OrderId);
        to.Count(order.QuantityLots);
        to.Count(order.FilledLots);
        to.Count(order.Held);
        to.Byte((byte)order.SelfTrade);
        to.Bytes(EncodedConditions.From(order.Conditions) is { } conditions ? conditions.Bytes.AsSpan() : []);
        if (withPaid)
        {
            to.Fixed128(order.Paid.Weighted);
            to.Fixed128(order.Paid.Value);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static HeldOrder Read(ref RecordReader from, Func<string, Instrument> instrumentOf, bool withPaid)
    {
        var order = ReadTerms(ref from, instrumentOf);
        order.Paid = new OrderFees(order.Side, order.Fees);
        if (withPaid)
        {
            order.Paid = order.Paid with { Weighted = from.Fixed128(), Value = from.Fixed128() };
        }

        return order;
    }

    private static HeldOrder ReadTerms(ref RecordReader from, Func<string, Instrument> instrumentOf) => new()
    {
        Instrument = instrumentOf(from.Text()),
        Number = from.Count(),
        ClientOrderId = from.Text(),
        Side = (Side)from.Byte(),
        Type = (OrderType)from.Byte(),
        TimeInForce = (TimeInForce)from.Byte(),
        PostOnly = from.Bool(),
        PriceTicks = from.Count(),
        SubmittedLots = from.Count(),
        Fees = new FeeTerms(from.Signed32(), from.Signed32(), from.Count()),
        TimeNanos = from.Fixed64(),
        ReplacesNumber = from.Count(),
        ExpectedLeavesLots = from.Count(),
        Sequence = from.Count(),
        OrderId = from.Count(),
        QuantityLots = from.Count(),
        FilledLots = from.Count(),
        Held = from.Count(),
        SelfTrade = (SelfTradePrevention)from.Byte(),
        Conditions = ReadConditions(from.Bytes()),
    };

    private static OrderConditions? ReadConditions(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? null : new EncodedConditions([.. bytes]).Decode();
}
