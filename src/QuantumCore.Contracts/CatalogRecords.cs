using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>One record of the catalog's stream.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
public abstract record CatalogRecord(long TimeNanos);

/// <summary>An instrument was listed, or its definition changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Definition">The instrument.</param>
public sealed record InstrumentListed(long TimeNanos, EncodedInstrument Definition) : CatalogRecord(TimeNanos);

/// <summary>An API key was added, or what it may do changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">The key's hash and rights.</param>
public sealed record KeyAdded(long TimeNanos, ApiKey Key) : CatalogRecord(TimeNanos);

/// <summary>An account was given to an owner.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account and its owner.</param>
public sealed record OwnerSet(long TimeNanos, OwnedAccount Account) : CatalogRecord(TimeNanos);

/// <summary>Risk limits of every account in a symbol were set: these from here on, and no others.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Limits">The symbol, its limits, and who set them why.</param>
public sealed record EveryonesLimitsSet(long TimeNanos, LimitsRequest Limits) : CatalogRecord(TimeNanos);

/// <summary>The fees of everything that is paid in an asset were set: orders accepted from here on pay them.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Fees">The schedule, and who set it why.</param>
public sealed record FeesScheduled(long TimeNanos, FeesRequest Fees) : CatalogRecord(TimeNanos);

/// <summary>The catalog's records as bytes. Kinds: listed 40, key 41, owner 42, key with rights and signatures 43, limits 44, fees 45; they never change.</summary>
public static class CatalogRecordEncoding
{
    private const byte Version = 1;
    private const byte ListedKind = 40;
    private const byte KeyKind = 41;
    private const byte OwnerKind = 42;
    private const byte SigningKeyKind = 43;
    private const byte LimitsKind = 44;
    private const byte FeesKind = 45;

    /// <summary>The record's bytes.</summary>
    public static byte[] Encode(CatalogRecord record)
    {
        if (record is InstrumentListed listed)
        {
            var to = new RecordWriter(Version, ListedKind, record.TimeNanos);
            to.Bytes(listed.Definition.Bytes.AsSpan());
            return to.ToArray();
        }

        if (record is KeyAdded { Key: var key })
        {
            // A key that is nothing more is written as it always was.
            var isPlain = key.Signing is null && key.Rights == KeyRights.All;
            var to = new RecordWriter(Version, isPlain ? KeyKind : SigningKeyKind, record.TimeNanos);
            to.Text(key.Hash);
            to.Count(key.Account);
            to.Bool(key.IsAdmin);
            to.Bool(key.IsDemo);
            to.Text(key.Label);
            if (!isPlain)
            {
                to.Count((long)key.Rights);
                to.Count((long)(key.Signing?.Scheme ?? 0));
                to.Text(key.Signing?.Material ?? "");
            }

            return to.ToArray();
        }

        if (record is OwnerSet { Account: var owned })
        {
            var to = new RecordWriter(Version, OwnerKind, record.TimeNanos);
            to.Count(owned.Account);
            to.Text(owned.Owner);
            return to.ToArray();
        }

        if (record is EveryonesLimitsSet { Limits: var limits })
        {
            var to = new RecordWriter(Version, LimitsKind, record.TimeNanos);
            AccountRecordEncoding.Write(ref to, limits);
            return to.ToArray();
        }

        if (record is FeesScheduled { Fees: var fees })
        {
            var to = new RecordWriter(Version, FeesKind, record.TimeNanos);
            Write(ref to, fees);
            return to.ToArray();
        }

        throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record));
    }

    /// <summary>The record of these bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static CatalogRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        CatalogRecord record = from.Kind switch
        {
            ListedKind => new InstrumentListed(from.TimeNanos, new EncodedInstrument([.. from.Bytes()])),
            KeyKind => new KeyAdded(
                from.TimeNanos, new ApiKey(from.Text(), from.Count(), from.Bool(), from.Bool(), from.Text())),
            OwnerKind => new OwnerSet(from.TimeNanos, new OwnedAccount(from.Count(), from.Text())),
            SigningKeyKind => new KeyAdded(
                from.TimeNanos,
                new ApiKey(
                    from.Text(), from.Count(), from.Bool(), from.Bool(), from.Text(), Rights(from.Count()), Signing(from.Count(), from.Text()))),
            LimitsKind => new EveryonesLimitsSet(from.TimeNanos, AccountRecordEncoding.ReadLimits(ref from)),
            FeesKind => new FeesScheduled(from.TimeNanos, ReadFees(ref from)),
            _ => throw new InvalidDataException($"Unknown kind {from.Kind} of catalog record."),
        };
        from.End();
        return record;
    }

    private static void Write(ref RecordWriter to, FeesRequest fees)
    {
        to.Text(fees.Schedule.Asset);
        to.Count(fees.Schedule.Minimum);
        to.Count(fees.Schedule.Tiers.Length);
        foreach (var tier in fees.Schedule.Tiers)
        {
            to.Count(tier.FromVolume);
            to.Signed(tier.MakerPpm);
            to.Signed(tier.TakerPpm);
        }

        to.Text(fees.By);
        to.Text(fees.Why);
    }

    private static FeesRequest ReadFees(ref RecordReader from)
    {
        var (asset, minimum) = (from.Text(), from.Count());
        var tiers = ImmutableArray.CreateBuilder<FeeTier>(from.ItemCount());
        for (var i = tiers.Capacity; i > 0; i--)
        {
            tiers.Add(new FeeTier(from.Count(), from.Signed32(), from.Signed32()));
        }

        return new FeesRequest(new FeeSchedule(asset, tiers.MoveToImmutable(), minimum), from.Text(), from.Text());
    }

    private static KeyRights Rights(long number) => number is >= 0 and <= (long)KeyRights.All
        ? (KeyRights)number
        : throw new InvalidDataException($"Unknown rights {number} of a key.");

    private static SigningKey? Signing(long scheme, string material) => scheme switch
    {
        0 => null,
        (long)SigningScheme.HmacSha256 or (long)SigningScheme.RsaSha256 => new SigningKey((SigningScheme)scheme, material),
        _ => throw new InvalidDataException($"Unknown kind {scheme} of signature."),
    };
}
