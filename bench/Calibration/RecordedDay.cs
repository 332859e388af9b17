using System.Globalization;
using System.IO.Compression;

namespace QuantumCore.Bench.Calibration;

/// <summary>A recorded LOBSTER day: a message file and its order book file of five levels, zipped together.</summary>
public static class RecordedDay
{
    private const double PriceScale = 10_000;

    // Placeholder of missing levels.
    private const long NoPrice = 9_999_999_999;

    /// <summary>Reads a whole day.</summary>
    /// <exception cref="InvalidDataException">The file is not such an archive, or a line is invalid.</exception>
    public static MarketStatistics Read(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        using var messages = Open(archive, "_message_");
        using var books = Open(archive, "_orderbook_");
        var statistics = new MarketStatistics();
        var bids = new List<(double, double)>(MarketStatistics.Levels);
        var asks = new List<(double, double)>(MarketStatistics.Levels);
        for (var number = 1; messages.ReadLine() is { } line; number++)
        {
            var fields = line.Split(',');
            if (fields.Length < 5 || books.ReadLine() is not { } book)
                throw new InvalidDataException($"line {number}: no message with a view of the book");

            statistics.At(
                Number(fields[0], number),
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bids),
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(asks));
            Tell(statistics, fields, number);
            Show(book.Split(','), bids, asks, number);
        }

        return statistics;
    }

    private static StreamReader Open(ZipArchive archive, string part) => new(
        (archive.Entries.FirstOrDefault(entry => entry.Name.Contains(part, StringComparison.Ordinal))
            ?? throw new InvalidDataException($"there is no *{part}* in the archive")).Open());

    private static void Tell(MarketStatistics statistics, string[] fields, int number)
    {
        var order = long.Parse(fields[2], CultureInfo.InvariantCulture);
        switch (fields[1])
        {
            case "1":
                statistics.Born(order);
                break;
            case "3":
                statistics.Died(order);
                break;
            case "4":
                statistics.Traded(Number(fields[3], number));
                break;
        }
    }

    private static void Show(string[] fields, List<(double, double)> bids, List<(double, double)> asks, int number)
    {
        bids.Clear();
        asks.Clear();
        for (var i = 0; i + 3 < fields.Length && bids.Count < MarketStatistics.Levels; i += 4)
        {
            Add(asks, Number(fields[i], number), Number(fields[i + 1], number));
            Add(bids, Number(fields[i + 2], number), Number(fields[i + 3], number));
        }
    }

    private static void Add(List<(double, double)> levels, double price, double shares)
    {
        if (Math.Abs(price) < NoPrice)
            levels.Add((price / PriceScale, shares));
    }

    private static double Number(string text, int line) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"line {line}: '{text}' is no number");
}
