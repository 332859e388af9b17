using System.Buffers;
using System.Globalization;
using System.Text;

namespace QuantumCore.Gateway.Fix;

/// <summary>Writes message fields one after the other, and makes messages of them.</summary>
internal sealed class FixWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    /// <summary>Fields written so far.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>
    /// Adds a text. Characters that FIX cannot carry become question marks; an empty text, which it cannot carry
    /// either, is left out.
    /// </summary>
    public FixWriter Add(int tag, string text)
    {
        if (text.Length == 0)
            return this;

        var room = _bytes.GetSpan(16 + text.Length);
        tag.TryFormat(room, out var at, provider: CultureInfo.InvariantCulture);
        room[at++] = (byte)'=';
        foreach (var letter in text)
            room[at++] = letter is >= ' ' and <= '~' ? (byte)letter : (byte)'?';
        room[at++] = FixFraming.Soh;
        _bytes.Advance(at);
        return this;
    }

    /// <summary>Adds an integer.</summary>
    public FixWriter Add(int tag, long number) => Add(tag, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a letter.</summary>
    public FixWriter Add(int tag, char letter) => Add(tag, letter.ToString());

    /// <summary>Adds a UTC time.</summary>
    public FixWriter Add(int tag, DateTimeOffset time) => Add(tag, FixTime.Text(time));

    /// <summary>Makes a whole message.</summary>
    /// <param name="head">Header.</param>
    /// <param name="body">Fields after the header.</param>
    public static ReadOnlyMemory<byte> Message(in FixHead head, ReadOnlySpan<byte> body)
    {
        var header = new FixWriter()
            .Add(FixTag.Type, head.Type)
            .Add(FixTag.Sender, FixSession.Exchange)
            .Add(FixTag.Target, head.Target)
            .Add(FixTag.Sequence, head.Sequence)
            .Add(FixTag.SendingTime, head.Sent);
        if (head.SentFirst is { } first)
            header.Add(FixTag.PossibleDuplicate, 'Y').Add(FixTag.OriginalSendingTime, first);
        head.Route.Write(header);

        var start =
            Encoding.ASCII.GetBytes($"8={FixSession.Version}\u00019={header.Written.Length + body.Length}\u0001");
        var message = new byte[start.Length + header.Written.Length + body.Length + FixFraming.CheckSumLength];
        var summed = message.AsSpan(..^FixFraming.CheckSumLength);
        start.CopyTo(summed);
        header.Written.Span.CopyTo(summed[start.Length..]);
        body.CopyTo(summed[(start.Length + header.Written.Length)..]);
        Encoding.ASCII.GetBytes($"10={FixFraming.CheckSum(summed):000}\u0001", message.AsSpan(summed.Length));
        return message;
    }
}

/// <summary>Header of an outgoing message; <paramref name="SentFirst"/> is set for a resent one.</summary>
internal readonly record struct FixHead(
    string Type, string Target, long Sequence, DateTimeOffset Sent, DateTimeOffset? SentFirst = null,
    FixRoute Route = default);
