using System.Collections.Immutable;
using System.Globalization;

namespace QuantumCore.Contracts;

/// <summary>
/// A record of a payout's stream, <c>pay/{asset}</c>. A batch's number is the sequence of its first record. Records
/// exist only in the journal and never travel between grains.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds; never goes back within a stream.</param>
/// <param name="Decimals">Decimal places of the asset's minor unit.</param>
/// <param name="Items">The withdrawals of the batch.</param>
public abstract record PayoutRecord(long TimeNanos, int Decimals, ImmutableArray<PayoutItem> Items)
{
    /// <summary>Prefix of payout streams; the asset follows.</summary>
    public const string StreamPrefix = "pay/";

    /// <summary>Returns the id under which a batch is sent, however often.</summary>
    public static string BatchId(string asset, long batch) =>
        string.Create(CultureInfo.InvariantCulture, $"{asset}-{batch}");

    /// <summary>Returns the accounts that apply the record.</summary>
    public IEnumerable<long> TouchedAccounts() =>
        this is BatchMade ? [] : Items.Select(item => item.Account).Distinct();
}

/// <summary>Q: a batch, exactly as it will be sent.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Decimals">Decimal places of the asset's minor unit.</param>
/// <param name="Items">Its withdrawals.</param>
public sealed record BatchMade(long TimeNanos, int Decimals, ImmutableArray<PayoutItem> Items)
    : PayoutRecord(TimeNanos, Decimals, Items);

/// <summary>G: the receiver has paid a batch, irreversibly.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Decimals">Decimal places of the asset's minor unit.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Items">Its withdrawals.</param>
public sealed record BatchPaid(long TimeNanos, int Decimals, long Batch, ImmutableArray<PayoutItem> Items)
    : PayoutRecord(TimeNanos, Decimals, Items);

/// <summary>F: the receiver has finally refused a batch; the amounts are back in its accounts.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Decimals">Decimal places of the asset's minor unit.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Items">Its withdrawals.</param>
/// <param name="Why">The receiver's reason.</param>
public sealed record BatchRefused(
    long TimeNanos, int Decimals, long Batch, ImmutableArray<PayoutItem> Items, string Why)
    : PayoutRecord(TimeNanos, Decimals, Items);

/// <summary>Encodes payout records as bytes. Kinds: Q 60, G 61, F 62; they never change.</summary>
public static class PayoutRecordEncoding
{
    private const byte Version = 1;

    private enum Kind : byte
    {
        Made = 60,
        Paid = 61,
        Refused = 62,
    }

    /// <summary>Encodes a record. The same record always gives the same bytes.</summary>
    public static byte[] Encode(PayoutRecord record)
    {
        var (kind, batch, why) = record switch
        {
            BatchMade => (Kind.Made, 0L, ""),
            BatchPaid paid => (Kind.Paid, paid.Batch, ""),
            BatchRefused refused => (Kind.Refused, refused.Batch, refused.Why),
            _ => throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record)),
        };
        var to = new RecordWriter(Version, (byte)kind, record.TimeNanos);
        to.Count(record.Decimals);
        if (kind != Kind.Made)
        {
            to.Count(batch);
        }

        to.Count(record.Items.Length);
        foreach (var item in record.Items)
        {
            to.Count(item.Account);
            to.Count(item.Sequence);
            to.Count(item.Amount);
            to.Text(item.Destination);
        }

        if (kind == Kind.Refused)
        {
            to.Text(why);
        }

        return to.ToArray();
    }

    /// <summary>Decodes a record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static PayoutRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        PayoutRecord record = (Kind)from.Kind switch
        {
            Kind.Made => new BatchMade(from.TimeNanos, from.Count32(), ReadItems(ref from)),
            Kind.Paid => new BatchPaid(from.TimeNanos, from.Count32(), from.Count(), ReadItems(ref from)),
            Kind.Refused =>
                new BatchRefused(from.TimeNanos, from.Count32(), from.Count(), ReadItems(ref from), from.Text()),
            _ => throw from.UnknownKind("payout"),
        };
        from.End();
        return record;
    }

    private static ImmutableArray<PayoutItem> ReadItems(ref RecordReader from) =>
        from.Items(static (ref from) => new PayoutItem(from.Count(), from.Count(), from.Count(), from.Text()));
}
