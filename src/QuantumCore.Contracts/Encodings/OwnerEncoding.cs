using static QuantumCore.Contracts.CatalogRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes catalog records of owners' limits and blocks.</summary>
internal static class OwnerEncoding
{
    public static byte[] Encode(OwnerLimitsSet record)
    {
        var to = Start(Kind.OwnerLimits, record);
        var (limits, by, why) = record.Request;
        to.Text(limits.Owner);
        to.Text(limits.Symbol);
        to.Count(limits.Limits.Length);
        foreach (var (kind, most) in limits.Limits)
        {
            to.Byte((byte)kind);
            to.Count(most);
        }

        to.Count(limits.Shares.Length);
        foreach (var (account, weight) in limits.Shares)
        {
            to.Count(account);
            to.Count(weight);
        }

        to.Text(by);
        to.Text(why);
        return to.ToArray();
    }

    public static OwnerLimitsSet ReadOwnerLimits(ref RecordReader from)
    {
        var (owner, symbol) = (from.Text(), from.Text());
        var limits = from.Items(static (ref from) => new AccountLimit((LimitKind)from.Byte(), from.Count()));
        var shares = from.Items(static (ref from) => new OwnerShare(from.Count(), from.Count32()));
        return new OwnerLimitsSet(
            from.TimeNanos,
            new OwnerLimitsRequest(
                new OwnerLimits(owner, symbol, limits, shares), from.Text(),
                from.Text()));
    }

    public static byte[] Encode(OwnerBlocked record)
    {
        var to = Start(Kind.OwnerBlock, record);
        to.Text(record.Block.Owner);
        to.Bool(record.Block.IsBlocked);
        to.Text(record.Block.By);
        to.Text(record.Block.Why);
        return to.ToArray();
    }

    public static OwnerBlocked ReadOwnerBlocked(ref RecordReader from) =>
        new(from.TimeNanos, new OwnerBlock(from.Text(), from.Bool(), from.Text(), from.Text()));
}
