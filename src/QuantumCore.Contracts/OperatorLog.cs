using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>An operator's action, as recorded in the operator log.</summary>
/// <param name="What">The action, one word.</param>
/// <param name="Subject">The symbol or account acted on.</param>
/// <param name="By">The operator: a user's name or a key's label.</param>
/// <param name="Detail">Terms and reason; may be empty.</param>
[GenerateSerializer, Immutable, Alias("operator-act")]
public sealed record OperatorAct(string What, string Subject, string By, string Detail);

/// <summary>
/// Log of operator actions on trading and accounts whose book and account records do not name the operator. One grain.
/// Changes of the catalog, with the operator, are in its audit log (<see cref="ICatalogGrain.Audit"/>).
/// </summary>
[Alias("operator-log")]
public interface IOperatorLogGrain : IGrainWithStringKey
{
    /// <summary>Key of the only grain.</summary>
    const string Key = "operators";

    /// <summary>
    /// Appends an action with the current time; durable on return. Repeating a call appends another line.
    /// </summary>
    /// <returns>The line's sequence.</returns>
    [Alias("note")]
    ValueTask<long> Note(OperatorAct act);

    /// <summary>Returns the newest lines before a sequence, newest first.</summary>
    /// <param name="before">Exclusive upper bound of the sequences returned.</param>
    /// <param name="limit">Maximum number of lines, 1 to 1000.</param>
    [Alias("lines")]
    ValueTask<ImmutableArray<AuditLine>> Lines(long before, int limit);
}

/// <summary>Encodes lines of the stream <c>operators</c> as bytes. Their kind is 100 and never changes.</summary>
public static class OperatorLogEncoding
{
    /// <summary>The stream of all operator actions.</summary>
    public const string Stream = "operators";

    private const byte Version = 1;
    private const byte ActKind = 100;

    /// <summary>Encodes a line. The same line always gives the same bytes.</summary>
    public static byte[] Encode(long timeNanos, OperatorAct act)
    {
        var to = new RecordWriter(Version, ActKind, timeNanos);
        to.Text(act.What);
        to.Text(act.Subject);
        to.Text(act.By);
        to.Text(act.Detail);
        return to.ToArray();
    }

    /// <summary>Decodes a line and gives it the sequence.</summary>
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
