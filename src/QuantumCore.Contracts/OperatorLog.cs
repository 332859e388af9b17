using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>Something that an operator did, as it goes on record.</summary>
/// <param name="What">What was done, one word.</param>
/// <param name="Subject">The symbol or the account that it was done to.</param>
/// <param name="By">Who did it: a user's name, or a key's label.</param>
/// <param name="Detail">The terms, and why; may be empty.</param>
[GenerateSerializer, Immutable, Alias("operator-act")]
public sealed record OperatorAct(string What, string Subject, string By, string Detail);

/// <summary>
/// Who did what to trading and accounts: the acts that the records of books and accounts tell without a name. One grain. What changes the
/// catalog is in the audit log of <see cref="ICatalogGrain.Audit"/>, with its name.
/// </summary>
[Alias("operator-log")]
public interface IOperatorLogGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "operators";

    /// <summary>Puts an act on record, at the time it comes; durable when it returns. The same act again is a line of its own.</summary>
    /// <returns>The line's sequence.</returns>
    [Alias("note")]
    ValueTask<long> Note(OperatorAct act);

    /// <summary>The newest lines before a sequence, newest first.</summary>
    /// <param name="before">Only lines of smaller sequences.</param>
    /// <param name="limit">Lines at most, 1 to 1000.</param>
    [Alias("lines")]
    ValueTask<ImmutableArray<AuditLine>> Lines(long before, int limit);
}

/// <summary>The lines of the stream <c>operators</c> as bytes. Kind 100; it never changes.</summary>
public static class OperatorLogEncoding
{
    /// <summary>The stream of all of them.</summary>
    public const string Stream = "operators";

    private const byte Version = 1;
    private const byte ActKind = 100;

    /// <summary>The line's bytes; the same line always gives the same bytes.</summary>
    public static byte[] Encode(long timeNanos, OperatorAct act)
    {
        var to = new RecordWriter(Version, ActKind, timeNanos);
        to.Text(act.What);
        to.Text(act.Subject);
        to.Text(act.By);
        to.Text(act.Detail);
        return to.ToArray();
    }

    /// <summary>The line of these bytes, under its sequence.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a line of a version this build reads.</exception>
    public static AuditLine Decode(long sequence, ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        if (from.Kind != ActKind)
            throw from.UnknownKind("operator");

        var line = new AuditLine(sequence, from.TimeNanos, from.Text(), from.Text(), from.Text(), from.Text());
        from.End();
        return line;
    }
}
