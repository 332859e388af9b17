using static QuantumCore.Contracts.CatalogRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes catalog records of margin rules.</summary>
internal static class MarginRulesEncoding
{
    public static byte[] Encode(MarginTermsSet record)
    {
        var to = Start(Kind.MarginTerms, record);
        to.Text(record.Request.Symbol);
        to.Bytes(record.Request.Terms.Bytes.AsSpan());
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    public static byte[] Encode(MarginPolicySet record)
    {
        var to = Start(Kind.MarginPolicy, record);
        to.Text(record.Request.Asset);
        to.Bytes(record.Request.Policy.Bytes.AsSpan());
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    public static byte[] Encode(MarginGroupSet record)
    {
        var to = Start(Kind.MarginGroup, record);
        to.Text(record.Request.Group);
        to.Count(record.Request.CreditPpm);
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }

    public static byte[] Encode(LocateSet record)
    {
        var to = Start(Kind.Locate, record);
        to.Text(record.Request.Symbol);
        to.Count(record.Request.Account);
        to.Count(record.Request.Lots);
        to.Text(record.Request.By);
        to.Text(record.Request.Why);
        return to.ToArray();
    }
}
