using System.Globalization;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>Detected format of a recording, and why.</summary>
/// <param name="Format">The format; null for none of the known ones.</param>
/// <param name="Why">Reason as a sentence, without its full stop.</param>
public sealed record RecordingGuess(RecordingFormat? Format, string Why);

/// <summary>
/// Detects the format of a recording from its beginning. Each format is checked against many lines or messages, so a
/// single wrong line, a header or a blank line does not mislead it.
/// </summary>
internal static class RecordingDetection
{
    private const int MostLines = 50;
    private const int ShownLength = 60;

    /// <summary>Returns the format of a text.</summary>
    /// <param name="beginning">Beginning of the file, decompressed.</param>
    /// <param name="isWhole">True if it is the whole file; otherwise its last line may be cut.</param>
    internal static RecordingGuess OfText(ReadOnlySpan<byte> beginning, bool isWhole)
    {
        if (beginning.IsEmpty)
            return new RecordingGuess(null, "it is empty");
        if (IsCapture(beginning))
            return new RecordingGuess(
                null, "it is a packet capture (pcap): write the messages of its packets to a file first");

        var lines = Lines(beginning, isWhole);
        if (lines.Count == 0)
            return new RecordingGuess(null, "it holds comments and blank lines alone");
        if (lines.Exists(static line => line.Contains('\0', StringComparison.Ordinal)))
            return new RecordingGuess(null, "it is binary, and its messages are none of TotalView-ITCH 5.0");

        var commands = lines.Count(CommandReader.IsCommand);
        var messages = lines.Count(LobsterReader.IsMessage);
        if (commands > 0 && commands >= messages)
            return new RecordingGuess(
                RecordingFormat.Commands,
                $"{commands} of its first {lines.Count} lines begin as commands do (A, X, D, IOC, Q)");
        if (messages > 0)
        {
            return new RecordingGuess(
                RecordingFormat.Lobster,
                $"{messages} of its first {lines.Count} lines have the fields of a LOBSTER message (time, type, id, "
                + "size, price, direction)");
        }

        return new RecordingGuess(null, lines.Exists(LobsterReader.IsRow)
            ? "it reads as a LOBSTER order book file: replay the message file beside it (…_message_…)"
            : $"none of its first {lines.Count} lines is a command (A, X, D, IOC, Q) or a LOBSTER message (time, type, "
                + $"id, size, price, direction); the first is '{Shown(lines[0])}'");
    }

    private static List<string> Lines(ReadOnlySpan<byte> beginning, bool isWhole)
    {
        // Decoded as the whole file will be, with its byte order mark.
        using var text = new StreamReader(new MemoryStream(beginning.ToArray()));
        var all = text.ReadToEnd().Split('\n');
        var whole = isWhole || all.Length == 1 ? all : all[..^1];
        return [.. whole.Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#')
            .Take(MostLines)];
    }

    private static string Shown(string line) => line.Length > ShownLength ? line[..ShownLength] + "…" : line;

    private static bool IsCapture(ReadOnlySpan<byte> beginning) => beginning.Length >= 4
        && beginning[..4] is [0xd4, 0xc3, 0xb2, 0xa1] or [0xa1, 0xb2, 0xc3, 0xd4] or [0x4d, 0x3c, 0xb2, 0xa1]
            or [0x0a, 0x0d, 0x0d, 0x0a];
}

/// <summary>Splits lines as programs write them, without surrounding spaces and quotation marks.</summary>
internal static class FlowFields
{
    /// <summary>Returns a line's fields.</summary>
    /// <param name="line">The line.</param>
    /// <param name="separator">Field separator.</param>
    internal static string[] Split(string line, char separator = ',')
    {
        var fields = line.Split(separator, StringSplitOptions.TrimEntries);
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i] is ['"', .., '"'] quoted)
                fields[i] = quoted[1..^1].Trim();
        }

        return fields;
    }

    /// <summary>Reads a whole number, also with a fraction or exponent: <c>100.0</c>, <c>5.853E6</c>.</summary>
    internal static bool TryWhole(string text, out long number)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
            return true;
        if (!TryDecimal(text, out var value) || value != decimal.Truncate(value)
            || value is < long.MinValue or > long.MaxValue)
            return false;

        number = (long)value;
        return true;
    }

    /// <summary>Reads a number with a fraction or an exponent, exactly.</summary>
    internal static bool TryDecimal(string text, out decimal number) =>
        decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out number);
}
