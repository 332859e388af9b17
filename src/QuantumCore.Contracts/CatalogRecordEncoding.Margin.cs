namespace QuantumCore.Contracts;

/// <summary>Encodes records of margin rules.</summary>
public static partial class CatalogRecordEncoding
{
    private static byte[] Encode(MarginTermsSet record)
    {
        var to = new RecordWriter(Version, MarginTermsKind, record.TimeNanos);
        to.Text(record.Request.Symbol);
        to.Bytes(record.Request.Terms.Bytes.AsSpan());
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static byte[] Encode(MarginPolicySet record)
    {
        var to = new RecordWriter(Version, MarginPolicyKind, record.TimeNanos);
        to.Text(record.Request.Asset);
        to.Bytes(record.Request.Policy.Bytes.AsSpan());
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static byte[] Encode(MarginGroupSet record)
    {
        var to = new RecordWriter(Version, MarginGroupKind, record.TimeNanos);
        to.Text(record.Request.Group);
        to.Count(record.Request.CreditPpm);
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static byte[] Encode(LocateSet record)
    {
        var to = new RecordWriter(Version, LocateKind, record.TimeNanos);
        to.Text(record.Request.Symbol);
        to.Count(record.Request.Account);
        to.Count(record.Request.Lots);
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    private static byte[] Encode(LiquidationInsured record)
    {
        // A claim of which nothing is shared out keeps its original encoding.
        var to = new RecordWriter(Version, record.Shared == 0 ? InsuredKind : SharedInsuredKind, record.TimeNanos);
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

    private static LiquidationInsured ReadInsured(ref RecordReader from) => new(
        from.TimeNanos, new(from.Count(), from.Count(), from.Text(), from.Count(), from.Count()), from.Count(),
        from.Count());

    private static byte[] Encode(DeficitShared record)
    {
        var to = new RecordWriter(Version, DeficitSharedKind, record.TimeNanos);
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

    private static DeficitShared ReadDeficitShared(ref RecordReader from)
    {
        var (account, sequence) = (from.Count(), from.Count());
        var shares = from.Items(static (ref from) => new DeficitShare(from.Count(), from.Count()));
        return new DeficitShared(from.TimeNanos, account, sequence, shares);
    }

    private static byte[] Encode(DeficitEnded record)
    {
        var to = new RecordWriter(Version, DeficitEndedKind, record.TimeNanos);
        to.Count(record.Account);
        to.Count(record.Sequence);
        return to.ToArray();
    }
}
