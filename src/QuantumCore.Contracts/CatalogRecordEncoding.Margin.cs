namespace QuantumCore.Contracts;

/// <summary>Records of what is agreed about margin.</summary>
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
        var to = new RecordWriter(Version, InsuredKind, record.TimeNanos);
        to.Count(record.Claim.Account);
        to.Count(record.Claim.Sequence);
        to.Text(record.Claim.Asset);
        to.Count(record.Claim.Fee);
        to.Count(record.Claim.Deficit);
        to.Count(record.FromFund);
        to.Count(record.FromHouse);
        return to.ToArray();
    }
}
