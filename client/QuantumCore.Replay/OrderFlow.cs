using System.IO.Compression;
using System.Text.RegularExpressions;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>A recording as commands.</summary>
/// <param name="Ticker">What was traded, as far as it can stand in a symbol: from the file's name, or as it was chosen.</param>
/// <param name="Commands">The commands, in sequence.</param>
/// <param name="Notes">What the import left out or put in, as sentences.</param>
public sealed partial record OrderFlow(
    string Ticker, IReadOnlyList<FlowCommand> Commands, IReadOnlyList<string> Notes)
{
    private const int LongestBeginning = 64 * 1024;
    private const int LongestTicker = 10;

    /// <summary>Format that the recording was read as, and why, as a sentence without its end.</summary>
    public string Reading { get; init; } = "";

    /// <summary>
    /// Opens a command file (<c>.csv</c>), a LOBSTER message file (its order book file is found beside it), LOBSTER's zip of both, or a day
    /// file of Nasdaq's TotalView-ITCH 5.0; all but the zip may be packed by gzip. What it is shows in its beginning.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="ticker">Which stock, of a file that holds all of a day; null for one that holds one.</param>
    /// <param name="format">What it is read as, whatever it looks like; null: as it looks.</param>
    /// <param name="cancellation">Gives up: a whole day takes seconds, of all stocks minutes.</param>
    /// <exception cref="FlowFormatException">It does not read as any of these.</exception>
    /// <exception cref="FlowTickerException">It holds many stocks and none was named, or one that is not there; or it holds one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OrderFlow Open(string path, string? ticker = null, RecordingFormat? format = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileName(path);
        try
        {
            var (guess, layout) = Look(path);
            var reading = format is { } chosen ? new RecordingGuess(chosen, "that was asked for") : guess;
            if (reading.Format is not { } known)
                throw new FlowFormatException(name, 0, $"no format of recordings fits: {reading.Why}. Formats are {Formats}: name one if it is of it");
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

    /// <summary>The names of all formats, as they are given.</summary>
    public static string Formats => string.Join(", ", Enum.GetValues<RecordingFormat>().Select(NameOf));

    /// <summary>Returns the name of a format, as it is given.</summary>
    public static string NameOf(RecordingFormat format) => format switch
    {
        RecordingFormat.Commands => "commands",
        RecordingFormat.Lobster => "lobster",
        RecordingFormat.LobsterZip => "lobsterZip",
        RecordingFormat.Itch50 => "itch50",
    };

    private static OrderFlow OpenItch(string path, string name, string? ticker, ItchLayout? layout, CancellationToken cancellation)
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
        return Convert(TickerOf(name), messages, LobsterReader.ReadRows(rows, Path.GetFileName(rowsPath)), name, cancellation);
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
        return Convert(TickerOf(messages.Name), read, LobsterReader.ReadRows(rowText, rows.Name), rows.Name, cancellation);
    }

    private static Func<ZipArchiveEntry, bool> IsPart(string part) => entry =>
        entry.Name.Contains(part, StringComparison.Ordinal) && entry.Name.EndsWith(".csv", StringComparison.Ordinal);

    private static OrderFlow Convert(
        string ticker, List<LobsterMessage> messages, List<BookCheck> rows, string file, CancellationToken cancellation) =>
        messages.Count == rows.Count
            ? LobsterImport.Convert(ticker, messages, rows, cancellation)
            : throw new FlowFormatException(
                file, Math.Min(messages.Count, rows.Count), $"{messages.Count} messages, but {rows.Count} book rows");

    /// <summary>Returns what a file is by its beginning, or by what its archive holds, and why; no format when it is no recording, or can't be read.</summary>
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

    /// <summary>The order book file that would be read with a LOBSTER message file, whether it is there or not; null where there can be none.</summary>
    public static string? RowsOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var rows = Path.Combine(
            Path.GetDirectoryName(path) ?? "", Path.GetFileName(path).Replace("_message_", "_orderbook_", StringComparison.Ordinal));
        return rows == path ? null : rows;
    }

    /// <summary>The beginning of a file; what is no recording is not read to its end in search of one.</summary>
    private static ReadOnlySpan<byte> Beginning(string path, out bool isWhole)
    {
        using var bytes = OpenBytes(path);
        var read = new byte[LongestBeginning];
        var length = bytes.ReadAtLeast(read, read.Length, throwOnEndOfStream: false);
        isWhole = length < read.Length;
        return read.AsSpan(0, length);
    }

    /// <summary>The file, unpacked where it is packed, whatever it is called; what is called so is to be packed.</summary>
    private static Stream OpenBytes(string path)
    {
        var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[2];
        var isPacked = file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first is [0x1f, 0x8b];
        file.Position = 0;
        return isPacked || path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
    }

    /// <summary>The file's name up to the first underscore or dot.</summary>
    private static string TickerOf(string name)
    {
        var end = name.AsSpan().IndexOfAny('_', '.');
        return Named(end < 0 ? name : name[..end]);
    }

    /// <summary>A name as far as it can stand in a symbol.</summary>
    private static string Named(string name)
    {
        var ticker = NotInSymbol().Replace(name.ToUpperInvariant(), "");
        return ticker.Length is 0 ? "FLOW" : ticker[..Math.Min(ticker.Length, LongestTicker)];
    }

    [GeneratedRegex("[^A-Z0-9-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInSymbol();
}
