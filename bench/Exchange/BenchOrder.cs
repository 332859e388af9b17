using System.Diagnostics;

namespace QuantumCore.Bench.Exchange;

/// <summary>The order that loads a silo: one lot at one price, so that every other one meets those before it.</summary>
internal static class BenchOrder
{
    private static long s_names = Stopwatch.GetTimestamp();

    /// <summary>A number that no order of this run or of an earlier one has; even ones buy, odd ones sell.</summary>
    public static long NextName() => Interlocked.Increment(ref s_names);

    /// <summary>The order of a number, as JSON, for the symbol and at the price that the options name.</summary>
    public static string Json(Options options, long name) =>
        Json(options, name, name % 2 == 0 ? "buy" : "sell", options.Text("--price", "150.00"));

    /// <summary>An order of one lot, as JSON, for the symbol that the options name.</summary>
    public static string Json(Options options, long name, string side, string price) =>
        $$"""{"symbol":"{{options.Text("--symbol", "AAPL")}}","side":"{{side}}","price":"{{price}}","quantity":"1","clientOrderId":"{{name:x}}"}""";

    /// <summary>The request that places it.</summary>
    public static byte[] Request(Uri url, Options options, long name, string key) =>
        KeptConnection.Request(url, "POST", "/api/qc/v1/orders", key, Json(options, name));
}
