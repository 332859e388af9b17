using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes an order within a record: the same bytes in the account's hold and in the book's record.</summary>
internal static class OrderEncoding
{
    // One flag per bit. A plain order keeps its original encoding.
    private const byte PostOnly = 1;
    private const byte HasMore = 2;
    private const byte HasMinimumFee = 4;

    public static void Write(ref RecordWriter to, SubmitOrder order)
    {
        to.Count(order.Account);
        to.Count(order.Number);
        to.Text(order.ClientOrderId);
        to.Byte((byte)order.Side);
        to.Byte((byte)order.Type);
        to.Byte((byte)order.TimeInForce);
        var more = order.Owner != 0 || order.SelfTrade != SelfTradePrevention.None || order.Conditions is not null;
        to.Byte(
            (byte)((order.PostOnly ? PostOnly : 0) | (more ? HasMore : 0)
                | (order.MinimumFee != 0 ? HasMinimumFee : 0)));
        to.Count(order.PriceTicks);
        to.Count(order.QuantityLots);
        to.Signed(order.MakerFeePpm);
        to.Signed(order.TakerFeePpm);
        to.Count(order.ReplacesNumber);
        to.Count(order.ExpectedLeavesLots);
        if (order.MinimumFee != 0)
        {
            to.Count(order.MinimumFee);
        }

        if (more)
        {
            to.Count(order.Owner);
            to.Byte((byte)order.SelfTrade);
            to.Bytes(order.Conditions is { } conditions ? conditions.Bytes.AsSpan() : []);
        }
    }

    public static SubmitOrder Read(ref RecordReader from)
    {
        var (account, number, name) = (from.Count(), from.Count(), from.Text());
        var (side, type, time) = ((Side)from.Byte(), (OrderType)from.Byte(), (TimeInForce)from.Byte());
        var flags = from.Byte();
        if (flags > (PostOnly | HasMore | HasMinimumFee))
        {
            throw new InvalidDataException($"Flags of {flags}.");
        }

        var order = new SubmitOrder(
            account,
            number,
            name,
            side,
            type,
            time,
            (flags & PostOnly) != 0,
            from.Count(),
            from.Count(),
            from.Signed32(),
            from.Signed32(),
            from.Count(),
            from.Count());
        if ((flags & HasMinimumFee) != 0)
        {
            order = order with { MinimumFee = from.Count() };
        }

        if ((flags & HasMore) == 0)
        {
            return order;
        }

        order = order with { Owner = from.Count(), SelfTrade = (SelfTradePrevention)from.Byte() };
        var conditions = from.Bytes();
        return conditions.IsEmpty ? order : order with { Conditions = new EncodedConditions([.. conditions]) };
    }
}
