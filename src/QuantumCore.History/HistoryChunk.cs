using System.Globalization;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Consecutive decoded records of one journal stream, the unit of projection.</summary>
/// <param name="Stream">Name of the stream.</param>
/// <param name="FirstSequence">Sequence of the first record.</param>
/// <param name="Count">Number of records.</param>
public abstract record HistoryChunk(string Stream, long FirstSequence, int Count)
{
    /// <summary>Prefix of book streams, before the symbol.</summary>
    public const string BookPrefix = "book/";

    /// <summary>Prefix of account streams, before the account number.</summary>
    public const string AccountPrefix = "acct/";

    /// <summary>Sequence of the last record.</summary>
    public long LastSequence => FirstSequence + Count - 1;

    /// <summary>Splits the chunk into two halves. A chunk with a single record cannot be split.</summary>
    public (HistoryChunk First, HistoryChunk Second) Halves()
    {
        var half = Count / 2;
        return half == 0
            ? throw new InvalidOperationException($"{Stream} {FirstSequence} is a single record.")
            : (Part(0, half), Part(half, Count - half));
    }

    /// <summary>Returns consecutive records of this chunk.</summary>
    protected abstract HistoryChunk Part(int skip, int count);

    /// <summary>Returns the stream name of an account.</summary>
    public static string StreamOf(long account) => AccountPrefix + account.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns true if the history projects this stream.</summary>
    public static bool IsProjected(string stream) =>
        stream.StartsWith(BookPrefix, StringComparison.Ordinal)
        || stream.StartsWith(AccountPrefix, StringComparison.Ordinal)
        || stream.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal)
        || stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal);

    /// <summary>Decodes records as stored in the journal.</summary>
    /// <exception cref="HistoryStreamException">This build cannot read a record.</exception>
    public static HistoryChunk Decode(string stream, long firstSequence, IReadOnlyList<ReadOnlyMemory<byte>> bodies)
    {
        Func<ReadOnlySpan<byte>, object> decode =
            stream.StartsWith(BookPrefix, StringComparison.Ordinal) ? BookRecordEncoding.Decode
            : stream.StartsWith(AccountPrefix, StringComparison.Ordinal) ? AccountRecordEncoding.Decode
            : stream.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal) ? PayoutRecordEncoding.Decode
            : stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal)
            ? SettlementRecordEncoding.Decode
            : throw NotProjected(stream, firstSequence);
        var records = new object[bodies.Count];
        for (var i = 0; i < records.Length; i++)
        {
            try
            {
                records[i] = decode(bodies[i].Span);
            }
            catch (InvalidDataException fault)
            {
                throw new HistoryStreamException(stream, firstSequence + i, fault.Message, fault);
            }
        }

        return Of(stream, firstSequence, records);
    }

    /// <summary>Returns records that need no decoding as a chunk. They must not change any more.</summary>
    /// <param name="stream">Name of a stream that is projected.</param>
    /// <param name="firstSequence">Sequence of the first record.</param>
    /// <param name="records">The records, of the kind of the stream.</param>
    public static HistoryChunk Of(string stream, long firstSequence, object[] records)
    {
        if (stream.StartsWith(BookPrefix, StringComparison.Ordinal))
        {
            return new BookChunk(stream[BookPrefix.Length..], firstSequence, Cast<BookRecord>(records));
        }

        if (stream.StartsWith(AccountPrefix, StringComparison.Ordinal)
            && long.TryParse(
                stream.AsSpan(AccountPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var account))
        {
            return new AccountChunk(account, firstSequence, Cast<AccountRecord>(records));
        }

        if (stream.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal))
        {
            return new PayoutChunk(
                stream[PayoutRecord.StreamPrefix.Length..], firstSequence, Cast<PayoutRecord>(records));
        }

        if (stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal))
        {
            return new SettlementChunk(
                stream[SettlementRecord.StreamPrefix.Length..], firstSequence, Cast<SettlementRecord>(records));
        }

        throw NotProjected(stream, firstSequence);
    }

    private static HistoryStreamException NotProjected(string stream, long sequence) =>
        new(stream, sequence, "it is no stream of a book, an account, a payout or a settlement");

    private static T[] Cast<T>(object[] records) => Array.ConvertAll(records, static record => (T)record);
}

/// <summary>Records of one book.</summary>
public sealed record BookChunk(string Symbol, long FirstSequence, IReadOnlyList<BookRecord> Records)
    : HistoryChunk(BookPrefix + Symbol, FirstSequence, Records.Count)
{
    /// <inheritdoc/>
    protected override HistoryChunk Part(int skip, int count) =>
        new BookChunk(Symbol, FirstSequence + skip, [.. Records.Skip(skip).Take(count)]);
}

/// <summary>Records of one account.</summary>
public sealed record AccountChunk(long Account, long FirstSequence, IReadOnlyList<AccountRecord> Records)
    : HistoryChunk(StreamOf(Account), FirstSequence, Records.Count)
{
    /// <inheritdoc/>
    protected override HistoryChunk Part(int skip, int count) =>
        new AccountChunk(Account, FirstSequence + skip, [.. Records.Skip(skip).Take(count)]);
}

/// <summary>Records of one asset's payout.</summary>
public sealed record PayoutChunk(string Asset, long FirstSequence, IReadOnlyList<PayoutRecord> Records)
    : HistoryChunk(PayoutRecord.StreamPrefix + Asset, FirstSequence, Records.Count)
{
    /// <inheritdoc/>
    protected override HistoryChunk Part(int skip, int count) =>
        new PayoutChunk(Asset, FirstSequence + skip, [.. Records.Skip(skip).Take(count)]);
}

/// <summary>Records of one venue's settlement.</summary>
public sealed record SettlementChunk(string Venue, long FirstSequence, IReadOnlyList<SettlementRecord> Records)
    : HistoryChunk(SettlementRecord.StreamPrefix + Venue, FirstSequence, Records.Count)
{
    /// <inheritdoc/>
    protected override HistoryChunk Part(int skip, int count) =>
        new SettlementChunk(Venue, FirstSequence + skip, [.. Records.Skip(skip).Take(count)]);
}

/// <summary>A record cannot be projected. Its stream stops here; others continue.</summary>
public sealed class HistoryStreamException(string stream, long sequence, string what, Exception? cause = null)
    : Exception($"History stops on stream {stream} at sequence {sequence}: {what}.", cause)
{
    /// <summary>Name of the stream.</summary>
    public string Stream { get; } = stream;

    /// <summary>Sequence of the record.</summary>
    public long Sequence { get; } = sequence;
}

/// <summary>The database rejects a record of a batch. Apply the batch in parts to find it.</summary>
public sealed class HistoryConflictException(Exception cause)
    : Exception("The history can't take a record of this batch; nothing of it was written.", cause);
