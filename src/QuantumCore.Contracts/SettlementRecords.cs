using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>The part of a settlement item that was traded on one day.</summary>
/// <param name="TradeDay">UTC day of the trades since 1970.</param>
/// <param name="Days">Business days from trade to settlement.</param>
/// <param name="Amount">Minor units: positive if received, negative if given.</param>
public readonly record struct SettlementPart(long TradeDay, int Days, long Amount);

/// <summary>Net amount of one account in one asset in a batch, over all its trades and counterparties.</summary>
/// <param name="Account">The account; may be the fee account.</param>
/// <param name="Asset">The asset's name.</param>
/// <param name="Decimals">Decimal places of its minor unit.</param>
/// <param name="Parts">Parts by trade day; none is zero, but their sum may be.</param>
public sealed record SettlementItem(long Account, string Asset, int Decimals, ImmutableArray<SettlementPart> Parts)
{
    /// <summary>Net amount, minor units: positive if received, negative if given.</summary>
    public long Amount => checked(Parts.Sum(part => part.Amount));
}

/// <summary>
/// Trades of one book that a batch settles: all in a range of its records. Ranges of two batches never overlap.
/// </summary>
/// <param name="Symbol">The book.</param>
/// <param name="After">The book's sequence at which the previous batch ended, or 0.</param>
/// <param name="Through">The book's sequence of the last trade.</param>
/// <param name="Trades">Number of trades.</param>
public readonly record struct SettledTrades(string Symbol, long After, long Through, long Trades);

/// <summary>
/// A record of a settlement venue's stream, <c>settle/{venue}</c>. A batch's number is the sequence of its first
/// record. Records exist only in the journal and never travel between grains.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds; never goes back within a stream.</param>
/// <param name="Items">
/// Items by account and asset. They sum to zero for each asset, except for the cash of fails.
/// </param>
public abstract record SettlementRecord(long TimeNanos, ImmutableArray<SettlementItem> Items)
{
    /// <summary>Prefix of settlement streams; the venue follows.</summary>
    public const string StreamPrefix = "settle/";

    /// <summary>Returns the customer accounts that apply the record.</summary>
    public IEnumerable<long> TouchedAccounts() => this is SettlementClosed
        ? []
        : Items.Select(item => item.Account).Where(account => new Instruments.AccountId(account).IsCustomer).Distinct();
}

/// <summary>
/// A closed batch: what settles on a date, exactly as it will be sent, plus all fails of the venue that are in no
/// batch. Nothing has moved yet.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Date">Day on which its trades were due, in UTC days since 1970.</param>
/// <param name="Cycle">Number of the batch within its date, from 1. Late trades are in a later batch.</param>
/// <param name="Trades">Its trades, by symbol.</param>
/// <param name="Items">Amounts that each account gives and receives.</param>
/// <param name="Hash">SHA-256 of the content without the time.</param>
public sealed record SettlementClosed(
    long TimeNanos, long Date, int Cycle, ImmutableArray<SettledTrades> Trades, ImmutableArray<SettlementItem> Items,
    ImmutableArray<byte> Hash)
    : SettlementRecord(TimeNanos, Items)
{
    /// <summary>Makes a batch with the hash of its content.</summary>
    public static SettlementClosed Make(
        long timeNanos, long date, int cycle, ImmutableArray<SettledTrades> trades,
        ImmutableArray<SettlementItem> items)
    {
        var bare = new SettlementClosed(timeNanos, date, cycle, trades, items, []);
        return bare with { Hash = SettlementRecordEncoding.HashOf(bare) };
    }

    /// <summary>True if the hash matches the content.</summary>
    public bool IsWhole => Hash.AsSpan().SequenceEqual(SettlementRecordEncoding.HashOf(this).AsSpan());

    /// <summary>Returns the id under which the batch is sent, however often.</summary>
    public string IdAt(string venue) => string.Create(
        CultureInfo.InvariantCulture, $"{venue}-{UtcDay.Text(Date)}-{Cycle}");
}

/// <summary>
/// A batch has settled. From this record on, accounts own what they received and no longer own what they gave.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Items">Its items.</param>
public sealed record SettlementSettled(long TimeNanos, long Batch, ImmutableArray<SettlementItem> Items)
    : SettlementRecord(TimeNanos, Items);

/// <summary>
/// Encodes settlement records as bytes. Kinds: closed 90, settled 91, partial 92, buy-in 93, buy-in days 94; they never
/// change.
/// </summary>
public static class SettlementRecordEncoding
{
    private const byte Version = 1;

    private enum Kind : byte
    {
        Closed = 90,
        Settled = 91,
        Partial = 92,
        BuyIn = 93,
        BuyInDays = 94,
    }

    /// <summary>Encodes a record. The same record always gives the same bytes.</summary>
    public static byte[] Encode(SettlementRecord record)
    {
        var to = new RecordWriter(
            Version,
            (byte)(record switch
            {
                SettlementClosed => Kind.Closed,
                SettlementSettled => Kind.Settled,
                SettlementPartial => Kind.Partial,
                SettlementBuyIn => Kind.BuyIn,
                BuyInDaysSet => Kind.BuyInDays,
                _ => throw new ArgumentException($"Unknown record {record.GetType().Name}.", nameof(record)),
            }),
            record.TimeNanos);
        if (record is SettlementClosed closed)
        {
            WriteContent(ref to, closed);
            to.Bytes(closed.Hash.AsSpan());
        }
        else if (record is SettlementPartial partial)
        {
            to.Count(partial.Batch);
            to.Count(partial.ValueDate);
            WriteItems(ref to, partial.Items);
            WriteFails(ref to, partial);
        }
        else if (record is SettlementBuyIn { Request: var buyIn, Lots: var lots })
        {
            to.Text(buyIn.Id);
            to.Count(buyIn.Account);
            to.Text(buyIn.Symbol);
            to.Count(lots);
            to.Text(buyIn.By);
            to.Text(buyIn.Why);
        }
        else if (record is BuyInDaysSet { Request: var days })
        {
            to.Count(days.Days);
            to.Text(days.By);
            to.Text(days.Why);
        }
        else
        {
            to.Count(((SettlementSettled)record).Batch);
            WriteItems(ref to, record.Items);
        }

        return to.ToArray();
    }

    /// <summary>Decodes a record.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a record of a version this build reads.</exception>
    public static SettlementRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        SettlementRecord record = (Kind)from.Kind switch
        {
            Kind.Closed => new SettlementClosed(
                from.TimeNanos, from.Count(), from.Count32(), ReadTrades(ref from), ReadItems(ref from),
                [.. from.Bytes()]),
            Kind.Settled => new SettlementSettled(from.TimeNanos, from.Count(), ReadItems(ref from)),
            Kind.Partial => new SettlementPartial(
                from.TimeNanos, from.Count(), from.Count(), ReadItems(ref from), ReadShorts(ref from),
                ReadFails(ref from)),
            Kind.BuyIn => ReadBuyIn(ref from),
            Kind.BuyInDays =>
                new BuyInDaysSet(from.TimeNanos, new BuyInDaysRequest(from.Count32(), from.Text(), from.Text())),
            _ => throw from.UnknownKind("settlement"),
        };
        from.End();
        return record;
    }

    /// <summary>Returns the SHA-256 of a batch's content, without its time.</summary>
    internal static ImmutableArray<byte> HashOf(SettlementClosed batch)
    {
        var to = new RecordWriter();
        WriteContent(ref to, batch);
        return [.. SHA256.HashData(to.ToSpan())];
    }

    private static void WriteContent(ref RecordWriter to, SettlementClosed closed)
    {
        to.Count(closed.Date);
        to.Count(closed.Cycle);
        to.Count(closed.Trades.Length);
        foreach (var trades in closed.Trades)
        {
            to.Text(trades.Symbol);
            to.Count(trades.After);
            to.Count(trades.Through);
            to.Count(trades.Trades);
        }

        WriteItems(ref to, closed.Items);
    }

    private static void WriteItems(ref RecordWriter to, ImmutableArray<SettlementItem> items)
    {
        to.Count(items.Length);
        foreach (var item in items)
        {
            to.Count(item.Account);
            to.Text(item.Asset);
            to.Count(item.Decimals);
            WriteParts(ref to, item.Parts);
        }
    }

    private static void WriteParts(ref RecordWriter to, ImmutableArray<SettlementPart> parts)
    {
        to.Count(parts.Length);
        foreach (var part in parts)
        {
            to.Count(part.TradeDay);
            to.Count(part.Days);
            to.Fixed64(part.Amount);
        }
    }

    private static void WriteFails(ref RecordWriter to, SettlementPartial partial)
    {
        to.Count(partial.Shorts.Length);
        foreach (var said in partial.Shorts)
        {
            to.Count(said.Account);
            to.Text(said.Asset);
            to.Count(said.Amount);
        }

        to.Count(partial.Fails.Length);
        foreach (var fail in partial.Fails)
        {
            to.Count(fail.Account);
            to.Text(fail.Symbol);
            InstrumentEncoding.WriteAsset(ref to, fail.Base);
            InstrumentEncoding.WriteAsset(ref to, fail.Quote);
            to.Count(fail.Since);
            to.Fixed64(fail.Units);
            to.Fixed64(fail.Cash);
            to.Count(fail.Settled);
            WriteParts(ref to, fail.UnitParts);
            WriteParts(ref to, fail.CashParts);
        }
    }

    private static ImmutableArray<SettledTrades> ReadTrades(ref RecordReader from) =>
        from.Items(static (ref from) => new SettledTrades(from.Text(), from.Count(), from.Count(), from.Count()));

    private static ImmutableArray<SettlementItem> ReadItems(ref RecordReader from) =>
        from.Items(static (ref from) =>
            new SettlementItem(from.Count(), from.Text(), from.Count32(), ReadParts(ref from)));

    private static ImmutableArray<SettlementPart> ReadParts(ref RecordReader from) =>
        from.Items(static (ref from) => new SettlementPart(from.Count(), from.Count32(), from.Fixed64()));

    private static SettlementBuyIn ReadBuyIn(ref RecordReader from)
    {
        var (id, account, symbol, lots) = (from.Text(), from.Count(), from.Text(), from.Count());
        return new SettlementBuyIn(
            from.TimeNanos, new BuyInRequest(id, account, symbol, from.Text(), from.Text()), lots);
    }

    private static ImmutableArray<SettlementShort> ReadShorts(ref RecordReader from) =>
        from.Items(static (ref from) => new SettlementShort(from.Count(), from.Text(), from.Count()));

    private static ImmutableArray<SettlementFail> ReadFails(ref RecordReader from) =>
        from.Items(static (ref from) => new SettlementFail(
            from.Count(), from.Text(), InstrumentEncoding.ReadAsset(ref from), InstrumentEncoding.ReadAsset(ref from),
            from.Count(), from.Fixed64(), from.Fixed64(), from.Count(), ReadParts(ref from), ReadParts(ref from)));
}
