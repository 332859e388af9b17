
namespace QuantumCore.Contracts;

/// <summary>An operator's action, as recorded in the operator log.</summary>
/// <param name="What">The action, one word.</param>
/// <param name="Subject">The symbol or account acted on.</param>
/// <param name="By">The operator: a user's name or a key's label.</param>
/// <param name="Detail">Terms and reason; may be empty.</param>
[GenerateSerializer, Immutable, Alias("operator-act")]
public sealed record OperatorAct(string What, string Subject, string By, string Detail);

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
