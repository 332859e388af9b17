using static QuantumCore.Contracts.CatalogRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes catalog records of deficits of liquidations.</summary>
internal static class DeficitEncoding
{
    public static byte[] Encode(LiquidationInsured record)
    {
        // A claim of which nothing is shared out keeps its original encoding.
        var to = Start(record.Shared == 0 ? Kind.Insured : Kind.SharedInsured, record);
        to.Count(record.Claim.Account);
        to.Count(record.Claim.Sequence);
        to.Text(record.Claim.Asset);
        to.Count(record.Claim.Fee);
        to.Count(record.Claim.Deficit);
        to.Count(record.FromFund);
        to.Count(record.FromHouse);
        if (record.Shared != 0)
        {
            to.Count(record.Shared);
        }

        return to.ToArray();
    }

    public static LiquidationInsured ReadInsured(ref RecordReader from) => new(
        from.TimeNanos, new(from.Count(), from.Count(), from.Text(), from.Count(), from.Count()), from.Count(),
        from.Count());

    public static byte[] Encode(DeficitShared record)
    {
        var to = Start(Kind.DeficitShared, record);
        to.Count(record.Account);
        to.Count(record.Sequence);
        to.Count(record.Shares.Length);
        foreach (var (account, amount) in record.Shares)
        {
            to.Count(account);
            to.Count(amount);
        }

        return to.ToArray();
    }

    public static DeficitShared ReadDeficitShared(ref RecordReader from)
    {
        var (account, sequence) = (from.Count(), from.Count());
        var shares = from.Items(static (ref from) => new DeficitShare(from.Count(), from.Count()));
        return new DeficitShared(from.TimeNanos, account, sequence, shares);
    }

    public static byte[] Encode(DeficitEnded record)
    {
        var to = Start(Kind.DeficitEnded, record);
        to.Count(record.Account);
        to.Count(record.Sequence);
        return to.ToArray();
    }
}
