using System.Globalization;

namespace QuantumCore.SystemTests;

/// <summary>An instrument that customers trade, with its approximate price, its tick and its lot.</summary>
internal readonly record struct Traded(string Symbol, decimal Reference, decimal Tick, decimal Lot)
{
    /// <summary>Instruments of the exchange's own file.</summary>
    public static IReadOnlyList<Traded> Usual { get; } =
        [
            new("AAPL", 150m, 0.01m, 1m), new("AMZN", 185m, 0.01m, 1m), new("BTC-USD", 95_000m, 10m, 0.001m),
            new("MSFT", 420m, 0.01m, 1m)];

    /// <summary>Enough instruments for several silos to have some each.</summary>
    public static IReadOnlyList<Traded> Eight { get; } =
        [
            .. Usual, new("GOOG", 190m, 0.01m, 1m), new("META", 610m, 0.01m, 1m), new("NFLX", 900m, 0.01m, 1m),
            new("ORCL", 330m, 0.01m, 1m)];

    /// <summary>Returns a number in the format of the wire.</summary>
    public static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes an exchange file that lists the eight instruments.</summary>
    public static string WriteEight(string folder)
    {
        var shares = Eight.Where(market => market.Symbol != "BTC-USD").Select(market =>
            $$"""
            {"symbol":"{{market.Symbol}}","baseAsset":"{{market.Symbol}}","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1",
            "maxPrice":"1000000.00","maxQuantity":"1000000000","makerFeePpm":200,"takerFeePpm":500,"referencePrice":"{{Text(market.Reference)}}","protectionPpm":50000
            {{(market.Symbol is "AMZN" or "MSFT" ? ",\"group\":\"TECH\"" : "")}}}
            """);
        const string coin = """
            {"symbol":"BTC-USD","baseAsset":"BTC","baseDecimals":8,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"10","lotSize":"0.001",
            "maxPrice":"10000000","maxQuantity":"100000.000","makerFeePpm":200,"takerFeePpm":500,"referencePrice":"95000","protectionPpm":50000}
            """;
        var path = Path.Combine(folder, "eight.json");
        File.WriteAllText(path, $$"""{"instruments":[{{string.Join(',', shares.Append(coin))}}]}""");
        return path;
    }
}
