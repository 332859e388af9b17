using System.Buffers;
using System.Globalization;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// Finds messages in the input. Garbage is skipped up to the next beginning of a message. It is not answered, and hides
/// no message behind it.
/// </summary>
internal static class FixFraming
{
    /// <summary>SOH, the end of a field.</summary>
    public const byte Soh = 1;

    /// <summary>Maximum length of a whole message, in bytes. No more than this is kept of an incomplete one.</summary>
    public const int LongestMessage = 64 * 1024;

    /// <summary>Length of the checksum field, in bytes.</summary>
    public const int CheckSumLength = 7;

    private const int LongestBegin = 16;

    // Some clients pad the length with zeros to the width of their longest message.
    private const int LongestLength = 16;

    private enum Frame
    {
        None,
        Partial,
        Broken,
        Whole,
    }

    private static ReadOnlySpan<byte> Begin => "8=FIX"u8;

    /// <summary>
    /// Takes the next message from a buffer; null if there is none yet. The rest of the buffer may become one.
    /// </summary>
    public static FixMessage? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        var bytes = buffer.IsSingleSegment ? buffer.FirstSpan : buffer.ToArray();
        var (at, partial) = (0, -1);
        while (bytes[at..].IndexOf(Begin) is >= 0 and var gap)
        {
            at += gap;
            var (frame, length) = Look(bytes[at..]);
            if (frame == Frame.Whole)
            {
                var message = FixMessage.Read(bytes.Slice(at, length));
                buffer = buffer.Slice(at + length);
                return message;
            }

            // If the end of a cut-off message is missing, the messages behind it may be whole.
            if (frame == Frame.Partial && partial < 0)
                partial = at;
            at += length;
        }

        buffer = buffer.Slice(partial >= 0 ? partial : Math.Max(at, bytes.Length - Begin.Length + 1));
        return null;
    }

    /// <summary>Returns the checksum of a message's bytes.</summary>
    public static int CheckSum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var value in bytes)
            sum += value;
        return sum & 255;
    }

    /// <summary>Returns the kind of frame that begins here, and the number of bytes that need no second look.</summary>
    private static (Frame Frame, int Length) Look(ReadOnlySpan<byte> bytes)
    {
        var none = (Frame.None, Begin.Length);
        var partial = (Frame.Partial, Begin.Length);
        var begin = bytes[..Math.Min(bytes.Length, LongestBegin)].IndexOf(Soh) + 1;
        if (begin == 0)
            return bytes.Length < LongestBegin ? partial : none;

        var head = bytes[begin..];
        var digits = head[..Math.Min(head.Length, LongestLength)].IndexOf(Soh);
        if (digits < 0)
            return head.Length < LongestLength ? partial : none;
        if (!head.StartsWith("9="u8) || Number(head[2..digits]) is not (<= LongestMessage and var bodyLength))
            return none;

        var body = head[(digits + 1)..];
        var end = begin + digits + 1 + bodyLength;
        var whole = end + CheckSumLength;
        if (whole > LongestMessage
            || !body[..Math.Min(body.Length, 3)].SequenceEqual("35="u8[..Math.Min(body.Length, 3)]))
            return none;
        if (bytes.Length < whole)
            return partial;

        var tail = bytes[end..whole];
        if (bytes[end - 1] != Soh || !tail.StartsWith("10="u8) || tail[^1] != Soh)
            return none;
        if (Number(tail[3..^1]) == CheckSum(bytes[..end]))
            return (Frame.Whole, whole);

        // A wrong length may have reached the end of the next message. Only the last beginning is tried, so that no
        // byte is summed often.
        var inner = bytes[Begin.Length..end].LastIndexOf(Begin);
        return (Frame.Broken, inner < 0 ? whole : Begin.Length + inner);
    }

    private static int? Number(ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
