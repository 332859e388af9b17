using System.IO.Compression;
using System.Text;
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

    /// <summary>
    /// Opens a command file (<c>.csv</c>), a LOBSTER message file (its order book file is found beside it), LOBSTER's zip of both, or a day
    /// file of Nasdaq's TotalView-ITCH 5.0; all but the zip may be packed by gzip. What it is shows in its beginning.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="ticker">Which stock, of a file that holds all of a day; null for one that holds one.</param>
    /// <param name="cancellation">Gives up: a whole day takes seconds, of all stocks minutes.</param>
    /// <exception cref="FlowFormatException">It does not read as any of these.</exception>
    /// <exception cref="FlowTickerException">It holds many stocks and none was named, or one that is not there; or it holds one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OrderFlow Open(string path, string? ticker = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileName(path);
        var format = FormatOf(path);
        if (format == RecordingFormat.Itch50)
        {
            using var bytes = OpenBytes(path);
            var day = ItchDay.Read(bytes, name, ticker, cancellation);
            return ItchImport.Convert(Named(ticker!), day, name, cancellation);
        }

        if (ticker is not null)
            throw new FlowTickerException(name, ticker);
        if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return OpenZip(path, name, cancellation);

        try
        {
            return OpenText(path, name, format, cancellation);
        }
        catch (InvalidDataException broken)
        {
            throw new FlowFormatException(name, 0, $"it can't be unpacked, or is cut off: {broken.Message}");
        }
    }

    private static OrderFlow OpenText(string path, string name, RecordingFormat? format, CancellationToken cancellation)
    {
        using var text = new StreamReader(OpenBytes(path));
        if (format != RecordingFormat.Lobster)
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

    /// <summary>What a file is by its beginning, or by what its archive holds; null when it is no recording, or can't be read.</summary>
    public static RecordingFormat? FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            {
                using var zip = ZipFile.OpenRead(path);
                return zip.Entries.Any(IsPart("_message_")) ? RecordingFormat.LobsterZip : null;
            }

            var beginning = Beginning(path);
            if (ItchStream.IsBeginning(beginning))
                return RecordingFormat.Itch50;

            var first = Encoding.UTF8.GetString(beginning).Split('\n')
                .FirstOrDefault(static line => line.TrimEnd('\r') is { Length: > 0 } text && text[0] != '#') ?? "";
            return LobsterLine().IsMatch(first) ? RecordingFormat.Lobster : CommandLine().IsMatch(first) ? RecordingFormat.Commands : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
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
    private static ReadOnlySpan<byte> Beginning(string path)
    {
        using var bytes = OpenBytes(path);
        var read = new byte[LongestBeginning];
        return read.AsSpan(0, bytes.ReadAtLeast(read, read.Length, throwOnEndOfStream: false));
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

    [GeneratedRegex(@"^\d+(\.\d+)?,[1-7],", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LobsterLine();

    [GeneratedRegex("^(A|X|D|IOC|Q),", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommandLine();

    [GeneratedRegex("[^A-Z0-9-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInSymbol();
}
