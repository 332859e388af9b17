using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace QuantumCore.Bench.Exchange;

/// <summary>
/// Deposits into the accounts that load a silo. The accounts of a demo are as small as a trader's; thousands of orders
/// in flight need more.
/// </summary>
internal static class BenchMoney
{
    private const string QuoteAmount = "1000000000";
    private const string BaseAmount = "10000000";

    private static readonly HttpClient s_http = new();

    /// <summary>
    /// Deposits both assets of the load's symbol into the accounts of some keys, as <c>demo-admin</c>.
    /// </summary>
    /// <exception cref="HttpRequestException">The silo refused.</exception>
    public static async Task PayInAsync(Uri silo, Options options, params string[] keys)
    {
        var symbol = options.Text("--symbol", "AAPL");
        using var instruments = await AskAsync(silo, HttpMethod.Get, "instruments", keys[0], null);
        var instrument = instruments.RootElement.GetProperty("instruments").EnumerateArray()
            .FirstOrDefault(instrument => instrument.GetProperty("symbol").GetString() == symbol);
        if (instrument.ValueKind == JsonValueKind.Undefined)
            throw new UsageException($"--symbol: '{symbol}' is not listed");

        foreach (var key in keys.Distinct(StringComparer.Ordinal))
        {
            using var account = await AskAsync(silo, HttpMethod.Get, "account", key, null);
            var name = account.RootElement.GetProperty("account").GetString();
            foreach (var (asset, amount) in new[] { ("quoteAsset", QuoteAmount), ("baseAsset", BaseAmount) })
            {
                var deposit = new
                {
                    key = string.Create(CultureInfo.InvariantCulture, $"bench-{BenchOrder.NextName():x}"),
                    asset = instrument.GetProperty(asset).GetString(),
                    amount,
                };
                (await AskAsync(
                    silo, HttpMethod.Post, $"admin/accounts/{name}/deposits", "demo-admin", deposit)).Dispose();
            }
        }
    }

    private static async Task<JsonDocument> AskAsync(Uri silo, HttpMethod method, string path, string key, object? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(silo, "/api/qc/v1/" + path));
        request.Headers.Add("X-Api-Key", key);
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType());
        using var response = await s_http.SendAsync(request, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(CancellationToken.None));
    }
}
