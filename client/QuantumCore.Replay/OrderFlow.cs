using System.IO.Compression;
using System.Text.RegularExpressions;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>A recording as commands.</summary>
/// <param name="Ticker">Traded stock as a valid part of a symbol, from the file's name or as requested.</param>
/// <param name="Commands">The commands, in sequence.</param>
/// <param name="Notes">Additions and omissions of the import, as sentences.</param>
public sealed partial record OrderFlow(
    string Ticker, IReadOnlyList<FlowCommand> Commands, IReadOnlyList<string> Notes)
{
    private const int LongestBeginning = 64 * 1024;
    private const int LongestTicker = 10;

    /// <summary>Format that the recording was read as, and why, as a sentence without its full stop.</summary>
    public string Reading { get; init; } = "";

    /// <summary>
    /// Opens a command file (<c>.csv</c>), a LOBSTER message file (with its order book file beside it), LOBSTER's zip
    /// of both, or a Nasdaq TotalView-ITCH 5.0 day file. All but the zip may be gzip-compressed. The format is detected
    /// from the beginning of the file.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="ticker">Stock to read from a file of all stocks; null for a file of one.</param>
    /// <param name="format">Format to read it as; null to detect it.</param>
    /// <param name="cancellation">Token that cancels the call: a whole day takes seconds, of all stocks
    /// minutes.</param>
    /// <exception cref="FlowFormatException">The file has none of these formats.</exception>
    /// <exception cref="FlowTickerException">
    /// The file has many stocks and none or a missing one was named; or it has one stock only.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OrderFlow Open(
        string path, string? ticker = null, RecordingFormat? format = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileName(path);
        try
        {
            var (guess, layout) = Look(path);
            var reading = format is { } chosen ? new RecordingGuess(chosen, "that was asked for") : guess;
            if (reading.Format is not { } known)
                throw new FlowFormatException(
                    name, 0,
                    $"no format of recordings fits: {reading.Why}. Formats are {Formats}: name one if it is of it");
            if (ticker is not null && known != RecordingFormat.Itch50)
                throw new FlowTickerException(name, ticker);

            var flow = known switch
            {
                RecordingFormat.Itch50 => OpenItch(path, name, ticker, layout, cancellation),
                RecordingFormat.LobsterZip => OpenZip(path, name, cancellation),
                RecordingFormat.Commands or RecordingFormat.Lobster => OpenText(path, name, known, cancellation),
            };
            return flow with { Reading = $"{name} is read as {NameOf(known)}: {reading.Why}" };
        }
        catch (InvalidDataException broken)
        {
            throw new FlowFormatException(name, 0, $"it can't be unpacked, or is cut off: {broken.Message}");
        }
    }

    /// <summary>Names of all formats, as users type them.</summary>
    public static string Formats => string.Join(", ", Enum.GetValues<RecordingFormat>().Select(NameOf));

    /// <summary>Returns the name of a format, as users type it.</summary>
    public static string NameOf(RecordingFormat format) => format switch
    {
        RecordingFormat.Commands => "commands",
        RecordingFormat.Lobster => "lobster",
        RecordingFormat.LobsterZip => "lobsterZip",
        RecordingFormat.Itch50 => "itch50",
    };

    private static OrderFlow OpenItch(
        string path, string name, string? ticker, ItchLayout? layout, CancellationToken cancellation)
    {
        using var bytes = OpenBytes(path);
        var day = ItchDay.Read(bytes, name, ticker, cancellation, layout ?? default);
        return ItchImport.Convert(Named(ticker!), day, name, cancellation);
    }

    private static OrderFlow OpenText(string path, string name, RecordingFormat format, CancellationToken cancellation)
    {
        using var text = new StreamReader(OpenBytes(path));
        if (format == RecordingFormat.Commands)
            return new OrderFlow(TickerOf(name), [.. CommandReader.Read(text, name)], []);

        var messages = LobsterReader.ReadMessages(text, name);
        if (RowsOf(path) is not { } rowsPath || !File.Exists(rowsPath))
            return LobsterImport.Convert(TickerOf(name), messages, rows: null, cancellation);

        using var rows = new StreamReader(OpenBytes(rowsPath));
        return Convert(
            TickerOf(name), messages, LobsterReader.ReadRows(rows, Path.GetFileName(rowsPath)), name, cancellation);
    }

    private static OrderFlow OpenZip(string path, string name, CancellationToken cancellation)
    {
        using var zip = ZipFile.OpenRead(path);
        var messages = zip.Entries.FirstOrDefault(IsPart("_message_"))
            ?? throw new FlowFormatException(name, 0, "the archive holds no LOBSTER message file (*_message_*.csv)");
        using var messageText = new StreamReader(messages.Open());
        var read = LobsterReader.ReadMessages(messageText, messages.Name);
        if (zip.Entries.FirstOrDefault(IsPart("_orderbook_")) is not { } rows)
            return LobsterImport.Convert(TickerOf(messages.Name), read, rows: null, cancellation);

        using var rowText = new StreamReader(rows.Open());
        return Convert(
            TickerOf(messages.Name), read, LobsterReader.ReadRows(rowText, rows.Name), rows.Name, cancellation);
    }

    private static Func<ZipArchiveEntry, bool> IsPart(string part) => entry =>
        entry.Name.Contains(part, StringComparison.Ordinal) && entry.Name.EndsWith(".csv", StringComparison.Ordinal);

    private static OrderFlow Convert(
        string ticker, List<LobsterMessage> messages, List<BookCheck> rows, string file,
        CancellationToken cancellation) =>
        messages.Count == rows.Count
            ? LobsterImport.Convert(ticker, messages, rows, cancellation)
            : throw new FlowFormatException(
                file, Math.Min(messages.Count, rows.Count), $"{messages.Count} messages, but {rows.Count} book rows");

    /// <summary>
    /// Returns the format of a file, detected from its beginning or the content of its archive, and why. The format is
    /// null if it is not a recording, or cannot be read.
    /// </summary>
    public static RecordingGuess Guess(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Look(path).Guess;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new RecordingGuess(null, error.Message);
        }
    }

    private static (RecordingGuess Guess, ItchLayout? Layout) Look(string path)
    {
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            using var zip = ZipFile.OpenRead(path);
            return (zip.Entries.Any(IsPart("_message_"))
                ? new RecordingGuess(RecordingFormat.LobsterZip, "it is an archive with a LOBSTER message file")
                : new RecordingGuess(null, "the archive holds no LOBSTER message file (*_message_*.csv)"), null);
        }

        var beginning = Beginning(path, out var isWhole);
        return ItchLayout.Of(beginning, isWhole) is { } layout
            ? (new RecordingGuess(RecordingFormat.Itch50, layout.Text), layout)
            : (RecordingDetection.OfText(beginning, isWhole), null);
    }

    /// <summary>
    /// Returns the path of a LOBSTER message file's order book file, existing or not; null if there can be none.
    /// </summary>
    public static string? RowsOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var rows = Path.Combine(
            Path.GetDirectoryName(path) ?? "",
            Path.GetFileName(path).Replace("_message_", "_orderbook_", StringComparison.Ordinal));
        return rows == path ? null : rows;
    }

    /// <summary>Returns the beginning of a file, so that other files are not read to their end.</summary>
    private static ReadOnlySpan<byte> Beginning(string path, out bool isWhole)
    {
        using var bytes = OpenBytes(path);
        var read = new byte[LongestBeginning];
        var length = bytes.ReadAtLeast(read, read.Length, throwOnEndOfStream: false);
        isWhole = length < read.Length;
        return read.AsSpan(0, length);
    }

    /// <summary>
    /// Opens a file and decompresses it if it is gzip-compressed, whatever its name. A file named like one must be
    /// compressed.
    /// </summary>
    private static Stream OpenBytes(string path)
    {
        var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[2];
        var isPacked =
            file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first is [0x1f, 0x8b];
        file.Position = 0;
        return isPacked || path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
    }

    /// <summary>Returns the file's name up to the first underscore or dot.</summary>
    private static string TickerOf(string name)
    {
        var end = name.AsSpan().IndexOfAny('_', '.');
        return Named(end < 0 ? name : name[..end]);
    }

    /// <summary>Returns a name reduced to a valid part of a symbol.</summary>
    private static string Named(string name)
    {
        var ticker = NotInSymbol().Replace(name.ToUpperInvariant(), "");
        return ticker.Length is 0 ? "FLOW" : ticker[..Math.Min(ticker.Length, LongestTicker)];
    }

    [GeneratedRegex("[^A-Z0-9-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInSymbol();
}
