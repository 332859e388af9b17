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
    /// <param name="stream">Name of the stream.</param>
    /// <param name="firstSequence">Sequence of the first record.</param>
    /// <param name="bodies">The records as stored.</param>
    /// <param name="decoded">
    /// Returns the record at an index if it is at hand, and null if it has to be decoded. Null if none is.
    /// </param>
    /// <exception cref="HistoryStreamException">This build cannot read a record.</exception>
    public static HistoryChunk Decode(
        string stream,
        long firstSequence,
        IReadOnlyList<ReadOnlyMemory<byte>> bodies,
        Func<int, object?>? decoded = null)
    {
        if (stream.StartsWith(BookPrefix, StringComparison.Ordinal))
        {
            return new BookChunk(
                stream[BookPrefix.Length..], firstSequence, Records(static body => BookRecordEncoding.Decode(body)));
        }

        if (stream.StartsWith(AccountPrefix, StringComparison.Ordinal)
            && long.TryParse(
                stream.AsSpan(AccountPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var account))
        {
            return new AccountChunk(
                account, firstSequence, Records(static body => AccountRecordEncoding.Decode(body)));
        }

        if (stream.StartsWith(PayoutRecord.StreamPrefix, StringComparison.Ordinal))
        {
            return new PayoutChunk(
                stream[PayoutRecord.StreamPrefix.Length..],
                firstSequence,
                Records(static body => PayoutRecordEncoding.Decode(body)));
        }

        if (stream.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal))
        {
            return new SettlementChunk(
                stream[SettlementRecord.StreamPrefix.Length..],
                firstSequence,
                Records(static body => SettlementRecordEncoding.Decode(body)));
        }

        throw new HistoryStreamException(
            stream, firstSequence, "it is no stream of a book, an account, a payout or a settlement");

        T[] Records<T>(Func<ReadOnlySpan<byte>, T> decode)
            where T : class
        {
            var records = new T[bodies.Count];
            for (var i = 0; i < records.Length; i++)
            {
                try
                {
                    records[i] = (T?)decoded?.Invoke(i) ?? decode(bodies[i].Span);
                }
                catch (InvalidDataException fault)
                {
                    throw new HistoryStreamException(stream, firstSequence + i, fault.Message, fault);
                }
            }

            return records;
        }
    }
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
