using System.CommandLine;
using System.Globalization;
using QuantumCore.Cli.Plots;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>Statistics of an instrument over some candles, and of its book.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="From">Start of the first candle.</param>
/// <param name="Open">First price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Last">Last price.</param>
/// <param name="ChangeBasisPoints">Change from first to last price, in basis points of the first.</param>
/// <param name="Volume">Traded quantity, in the base asset.</param>
/// <param name="Trades">Number of trades.</param>
/// <param name="DeviationBasisPoints">Standard deviation of the returns from one candle to the next, in basis
/// points.</param>
/// <param name="Spread">Best ask less best bid; null if a side is empty.</param>
/// <param name="BidDepth">Quantity at the best five bids.</param>
/// <param name="AskDepth">Quantity at the best five asks.</param>
internal sealed record MarketStats(
    string Symbol,
    DateTimeOffset From,
    decimal Open,
    decimal High,
    decimal Low,
    decimal Last,
    decimal ChangeBasisPoints,
    decimal Volume,
    long Trades,
    decimal DeviationBasisPoints,
    decimal? Spread,
    decimal BidDepth,
    decimal AskDepth)
{
    private const int DepthLevels = 5;

    /// <summary>Returns the statistics of at least one candle.</summary>
    internal static MarketStats Of(string symbol, IReadOnlyList<Candle> candles, BookSnapshot book) => new(
        symbol,
        candles[0].Start,
        candles[0].Open,
        candles.Max(static candle => candle.High),
        candles.Min(static candle => candle.Low),
        candles[^1].Close,
        decimal.Round((candles[^1].Close - candles[0].Open) * 10_000 / candles[0].Open, 1),
        candles.Sum(static candle => candle.Volume),
        candles.Sum(static candle => candle.Trades),
        Deviation(candles),
        book is { Bids: [var bid, ..], Asks: [var ask, ..] } ? ask.Price - bid.Price : null,
        book.Bids.Take(DepthLevels).Sum(static level => level.Quantity),
        book.Asks.Take(DepthLevels).Sum(static level => level.Quantity));

    /// <summary>Returns the standard deviation in binary floating point: it is a statistic, not a price.</summary>
    private static decimal Deviation(IReadOnlyList<Candle> candles)
    {
        var returns = candles.Zip(
            candles.Skip(1),
            static (before, after) => (double)((after.Close - before.Close) * 10_000 / before.Close)).ToArray();
        if (returns.Length < 2)
            return 0;

        var mean = returns.Average();
        return decimal.Round(
            (decimal)Math.Sqrt(returns.Sum(value => (value - mean) * (value - mean)) / (returns.Length - 1)), 2);
    }
}

/// <summary>stats: an instrument's figures for the day, and a plot.</summary>
internal static class StatsCommand
{
    internal static Command Compose(CommandLineApp app)
    {
        var symbol = Grammar.Symbol();
        var period = new Option<string>("--period")
        {
            Description = "Period of a candle: 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w, 1M",
            HelpName = "period",
            DefaultValueFactory = static _ => "15m",
        };
        var limit = Grammar.CountOption("--candles", "Number of candles up to now", otherwise: 96, most: 1_500);
        var picture = PlotFiles.Option();
        return app.Add(
            new Command("stats", "Show prices, volume, deviation and depth of an instrument, with a plot.")
            {
                symbol, period, limit, picture,
            },
            """
            qc stats AAPL                                the last day
            qc stats AAPL --period 1m --candles 120      the last two hours
            qc stats AAPL --png aapl.png                 the plot as a picture
            """,
            async (parse, session, cancellation) =>
            {
                var (client, name) = (session.Client(), parse.GetValue(symbol)!);
                var candles =
                    await client.Market.GetCandlesAsync(
                        name, parse.GetValue(period)!, parse.GetValue(limit), cancellation: cancellation);
                var book = await client.Market.GetBookAsync(name, cancellation: cancellation);
                if (candles.Count == 0)
                {
                    session.Screen.Failed("NoTrades", $"{name} has not traded yet");
                    return ExitCodes.Refused;
                }

                var stats = MarketStats.Of(name, candles, book);
                var plot = new Plot(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}, {candles.Count} candles, from {candles[0].Start:yyyy-MM-dd HH:mm} UTC"),
                    [.. candles.Select(static candle => new PlotPoint(
                        candle.Start.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture), candle.Low, candle.High,
                        candle.Close, candle.Volume))]);
                if (session.Screen.Json)
                    session.Screen.WriteJson(
                        System.Text.Json.JsonSerializer.Serialize(stats, StatsJson.Default.MarketStats));
                else
                    Show(session.Screen.Console, stats, plot);
                await PlotFiles.WriteAsync(parse.GetValue(picture), plot, session.Screen, cancellation);
                return ExitCodes.Done;
            });
    }

    private static void Show(IAnsiConsole console, MarketStats stats, Plot plot)
    {
        var table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumns("what", "how much");
        table.AddRow(
            "open, high, low, last",
            $"{Tables.Text(stats.Open)}, {Tables.Text(stats.High)}, {Tables.Text(stats.Low)}, "
            + $"{Tables.Text(stats.Last)}");
        table.AddRow("change", $"{Tables.Text(stats.ChangeBasisPoints)} basis points");
        table.AddRow("volume, trades", $"{Tables.Text(stats.Volume)} in {Tables.Text(stats.Trades)}");
        table.AddRow("deviation of a candle's return", $"{Tables.Text(stats.DeviationBasisPoints)} basis points");
        table.AddRow("spread now", stats.Spread is { } spread ? Tables.Text(spread) : "a side is empty");
        table.AddRow("best five bids, asks now", $"{Tables.Text(stats.BidDepth)}, {Tables.Text(stats.AskDepth)}");
        console.Write(table);
        console.WriteLine(TextPlot.Draw(plot, PlotFiles.WidthOf(console)));
    }
}

/// <summary>Options and output shared by the commands with a plot.</summary>
internal static class PlotFiles
{
    private const int WidestText = 100;

    internal static Option<string?> Option() => new("--png")
    {
        Description = "Draw the plot into this file, too",
        HelpName = "file",
    };

    internal static int WidthOf(IAnsiConsole console) => Math.Min(console.Profile.Width, WidestText);

    /// <summary>Writes the picture if one was requested.</summary>
    internal static async Task WriteAsync(string? file, Plot plot, Screen screen, CancellationToken cancellation)
    {
        if (file is null)
            return;

        await File.WriteAllBytesAsync(file, PicturePlot.Draw(plot), cancellation);
        screen.Note($"plot in {file}");
    }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, Converters = [typeof(ExactText)])]
[System.Text.Json.Serialization.JsonSerializable(typeof(MarketStats))]
internal sealed partial class StatsJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>Converts decimals to strings, as in every JSON document of qc.</summary>
internal sealed class ExactText : System.Text.Json.Serialization.JsonConverter<decimal>
{
    public override decimal Read(
        ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert,
        System.Text.Json.JsonSerializerOptions options) =>
        decimal.Parse(reader.GetString()!, CultureInfo.InvariantCulture);

    public override void Write(
        System.Text.Json.Utf8JsonWriter writer, decimal value, System.Text.Json.JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}
