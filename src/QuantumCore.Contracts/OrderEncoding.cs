using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>An order within a record: the same bytes in the account's hold and in the book's record.</summary>
internal static class OrderEncoding
{
    public static void Write(ref RecordWriter to, SubmitOrder order)
    {
        to.Count(order.Account);
        to.Count(order.Number);
        to.Text(order.ClientOrderId);
        to.Byte((byte)order.Side);
        to.Byte((byte)order.Type);
        to.Byte((byte)order.TimeInForce);
        to.Bool(order.PostOnly);
        to.Count(order.PriceTicks);
        to.Count(order.QuantityLots);
        to.Count(order.MakerFeePpm);
        to.Count(order.TakerFeePpm);
        to.Count(order.ReplacesNumber);
        to.Count(order.ExpectedLeavesLots);
    }

    public static SubmitOrder Read(ref RecordReader from) => new(
        from.Count(),
        from.Count(),
        from.Text(),
        (Side)from.Byte(),
        (OrderType)from.Byte(),
        (TimeInForce)from.Byte(),
        from.Bool(),
        from.Count(),
        from.Count(),
        from.Count32(),
        from.Count32(),
        from.Count(),
        from.Count());
}
