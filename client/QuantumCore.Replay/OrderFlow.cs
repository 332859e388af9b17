using System.IO.Compression;
using System.Text.RegularExpressions;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>A recording as commands.</summary>
/// <param name="Ticker">What was traded, from the file's name.</param>
/// <param name="Commands">The commands, in sequence.</param>
/// <param name="Notes">What the import left out or put in, as sentences.</param>
public sealed partial record OrderFlow(
    string Ticker, IReadOnlyList<FlowCommand> Commands, IReadOnlyList<string> Notes)
{
    private const int LongestBeginning = 64 * 1024;

    /// <summary>
    /// Opens a command file (<c>.csv</c>, <c>.csv.gz</c>), a LOBSTER message file (its order book file is found beside
    /// it) or LOBSTER's zip of both. What it is shows in its first line.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellation">Gives up: a whole day takes seconds.</param>
    /// <exception cref="FlowFormatException">It does not read as any of these.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OrderFlow Open(string path, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = Path.GetFileName(path);
        var ticker = TickerOf(name);
        if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            return OpenZip(path, name, cancellation);

        using var text = OpenText(path);
        if (FormatOf(path) != RecordingFormat.Lobster)
            return new OrderFlow(ticker, [.. CommandReader.Read(text, name)], []);

        var messages = LobsterReader.ReadMessages(text, name);
        if (RowsOf(path) is not { } rowsPath || !File.Exists(rowsPath))
            return LobsterImport.Convert(ticker, messages, rows: null, cancellation);

        using var rows = OpenText(rowsPath);
        return Convert(ticker, messages, LobsterReader.ReadRows(rows, Path.GetFileName(rowsPath)), name, cancellation);
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

    /// <summary>What a file is by its first lines, or by what its archive holds; null when it is no recording, or can't be read.</summary>
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

            var first = Beginning(path).Split('\n').FirstOrDefault(static line => line.TrimEnd('\r') is { Length: > 0 } text && text[0] != '#') ?? "";
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

    /// <summary>The first lines of a text; what is none is not read to its end in search of one.</summary>
    private static string Beginning(string path)
    {
        using var text = OpenText(path);
        var read = new char[LongestBeginning];
        return new string(read, 0, text.ReadBlock(read, 0, read.Length));
    }

    private static StreamReader OpenText(string path)
    {
        Stream file = File.OpenRead(path);
        return new StreamReader(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file);
    }

    /// <summary>The file's name up to the first underscore or dot, as far as it can stand in a symbol.</summary>
    private static string TickerOf(string name)
    {
        var end = name.AsSpan().IndexOfAny('_', '.');
        var ticker = NotInSymbol().Replace((end < 0 ? name : name[..end]).ToUpperInvariant(), "");
        return ticker.Length is 0 ? "FLOW" : ticker[..Math.Min(ticker.Length, 10)];
    }

    [GeneratedRegex(@"^\d+(\.\d+)?,[1-7],", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LobsterLine();

    [GeneratedRegex("^(A|X|D|IOC|Q),", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CommandLine();

    [GeneratedRegex("[^A-Z0-9-]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInSymbol();
}
