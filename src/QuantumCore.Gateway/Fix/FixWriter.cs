using System.Buffers;
using System.Globalization;
using System.Text;

namespace QuantumCore.Gateway.Fix;

/// <summary>Writes the fields of a message one after the other, and makes messages of them.</summary>
internal sealed class FixWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(256);

    /// <summary>The fields so far.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>Adds a text; characters that FIX does not carry become question marks, and an empty text, which it does not carry either, is left out.</summary>
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

    /// <summary>Adds a whole number.</summary>
    public FixWriter Add(int tag, long number) => Add(tag, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a letter.</summary>
    public FixWriter Add(int tag, char letter) => Add(tag, letter.ToString());

    /// <summary>Adds a time, UTC.</summary>
    public FixWriter Add(int tag, DateTimeOffset time) => Add(tag, FixTime.Text(time));

    /// <summary>A whole message.</summary>
    /// <param name="head">What goes before the fields.</param>
    /// <param name="body">The fields behind those of the header.</param>
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

        var start = Encoding.ASCII.GetBytes($"8={FixSession.Version}\u00019={header.Written.Length + body.Length}\u0001");
        var message = new byte[start.Length + header.Written.Length + body.Length + FixFraming.CheckSumLength];
        var summed = message.AsSpan(..^FixFraming.CheckSumLength);
        start.CopyTo(summed);
        header.Written.Span.CopyTo(summed[start.Length..]);
        body.CopyTo(summed[(start.Length + header.Written.Length)..]);
        Encoding.ASCII.GetBytes($"10={FixFraming.CheckSum(summed):000}\u0001", message.AsSpan(summed.Length));
        return message;
    }
}

/// <summary>The header of a message that goes out; <paramref name="SentFirst"/> of one that is sent again.</summary>
internal readonly record struct FixHead(
    string Type, string Target, long Sequence, DateTimeOffset Sent, DateTimeOffset? SentFirst = null, FixRoute Route = default);
