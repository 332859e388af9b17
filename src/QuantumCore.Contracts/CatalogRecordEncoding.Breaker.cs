namespace QuantumCore.Contracts;

/// <summary>Encodes records of the market-wide circuit breaker.</summary>
public static partial class CatalogRecordEncoding
{
    private static byte[] Encode(MarketStopped record)
    {
        var to = new RecordWriter(Version, BreakerKind, record.TimeNanos);
        to.Count(record.Use.Day);
        to.Byte((byte)record.Use.Level);
        to.Text(record.Use.By);
        return to.ToArray();
    }

    private static MarketStopped ReadBreaker(ref RecordReader from) =>
        new(from.TimeNanos, new BreakerUse(from.Count(), from.Byte(), from.Text()));
}
