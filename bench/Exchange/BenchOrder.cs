using System.Diagnostics;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// The order that loads a silo: one lot at one price, so that every second order trades with earlier ones.
/// </summary>
internal static class BenchOrder
{
    private static long s_names = Stopwatch.GetTimestamp();

    /// <summary>Returns a number unique across runs. Orders with even numbers buy, with odd numbers sell.</summary>
    public static long NextName() => Interlocked.Increment(ref s_names);

    /// <summary>Returns the order of a number as JSON, with the symbol and price from the options.</summary>
    public static string Json(Options options, long name) =>
        Json(options, name, name % 2 == 0 ? "buy" : "sell", options.Text("--price", "150.00"));

    /// <summary>Returns an order of one lot as JSON, with the symbol from the options.</summary>
    public static string Json(Options options, long name, string side, string price) =>
        $$"""{"symbol":"{{options.Text("--symbol", "AAPL")}}","side":"{{side}}","price":"{{price}}","quantity":"1","clientOrderId":"{{name:x}}"}""";

    /// <summary>Returns the request that places it.</summary>
    public static byte[] Request(Uri url, Options options, long name, string key) =>
        KeptConnection.Request(url, "POST", "/api/qc/v1/orders", key, Json(options, name));
}
