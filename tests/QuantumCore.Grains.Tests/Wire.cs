using System.Buffers;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuantumCore.Gateway;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>An exchange, and Alice with a signing key.</summary>
internal sealed class Wire(ServedExchange exchange, string key, byte[] secret) : IAsyncDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(exchange.Address, "/api/v3/") };
    private readonly ClientWebSocket _socket = new();

    public ServedExchange Exchange => exchange;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    public static async Task<Wire> OpenAsync(GatewayOptions? options = null, bool hasFix = false)
    {
        var exchange = await ServedExchange.OpenAsync(options, hasFix: hasFix);
        using var browser = new Browser(exchange.Address);
        var made = (await browser.AskAsync(
            "POST", "admin/accounts/ACC-1001/keys", """{"signing":"hmac"}""", ("X-Api-Key", "operator"))).Body;
        return new Wire(exchange, Text(made, "apiKey"), Encoding.ASCII.GetBytes(Text(made, "secret")));
    }

    /// <summary>Makes 150 the last price, with which stops are compared.</summary>
    public async Task TradeAt150Async()
    {
        await exchange.BobAsync(ServedExchange.Sell(1, 150));
        await exchange.AliceAsync(ServedExchange.Buy(1, 150));
    }

    public async Task<JsonElement> AskAsync(string method, string path, string query)
    {
        var payload = $"{query}{(query.Length > 0 ? "&" : "")}timestamp={Now}";
        using var request =
            new HttpRequestMessage(new HttpMethod(method), $"{path}?{payload}&signature={Sign(payload)}");
        request.Headers.Add("X-MBX-APIKEY", key);
        using var response = await _http.SendAsync(request, Token);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token)).RootElement;
    }

    /// <summary>Returns the used request weight after a query.</summary>
    public async Task<int> UsedAsync(string path, string query)
    {
        var payload = $"{query}&timestamp={Now}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}?{payload}&signature={Sign(payload)}");
        request.Headers.Add("X-MBX-APIKEY", key);
        using var response = await _http.SendAsync(request, Token);
        return int.Parse(response.Headers.GetValues("X-MBX-USED-WEIGHT-1M").Single(), CultureInfo.InvariantCulture);
    }

    public async Task ListenAsync()
    {
        await _socket.ConnectAsync(new Uri($"ws://{exchange.Address.Authority}/ws-api/v3"), Token);
        var (stamp, id) = (Now, "userDataStream.subscribe.signature");
        var signature = Sign($"apiKey={key}&timestamp={stamp}");
        var message =
            $$"""{"id":1,"method":"{{id}}","params":{"apiKey":"{{key}}","timestamp":{{stamp}},"signature":"{{signature}}"} }""";
        await _socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, Token);
        Assert.Equal(200, (await ReadAsync()).GetProperty("status").GetInt32());
    }

    /// <summary>Returns the next order events, in full; events of lists and balances are skipped.</summary>
    public async Task<List<JsonElement>> ReportsAsync(int count)
    {
        var heard = new List<JsonElement>();
        while (heard.Count < count)
        {
            if ((await ReadAsync()).GetProperty("event") is var told && Text(told, "e") == "executionReport")
                heard.Add(told);
        }

        return heard;
    }

    /// <summary>Sends a request of the WebSocket interface, on the listening connection.</summary>
    public async Task<JsonElement> CallAsync(string method, IReadOnlyDictionary<string, object> parameters)
    {
        var signed = new SortedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["apiKey"] = key,
            ["timestamp"] = Now,
        };
        foreach (var (name, value) in parameters)
            signed[name] = value;
        signed["signature"] = Sign(string.Join('&', signed.Select(pair => $"{pair.Key}={pair.Value}")));
        var message = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object> { ["id"] = 7, ["method"] = method, ["params"] = signed });
        await _socket.SendAsync(message, WebSocketMessageType.Text, true, Token);
        while (true)
        {
            if (await ReadAsync() is var told && told.TryGetProperty("id", out _))
                return told;
        }
    }

    /// <summary>Returns the next events of orders and lists, in short; balance events are skipped.</summary>
    public async Task<List<string>> HearAsync(int count)
    {
        var heard = new List<string>();
        while (heard.Count < count)
        {
            var told = (await ReadAsync()).GetProperty("event");
            if (Text(told, "e") == "executionReport")
                heard.Add(Text(told, "x"));
            else if (Text(told, "e") == "listStatus")
                heard.Add(
                    $"{Text(told, "l")} {Text(told, "L")} {Text(told, "c")} {Text(told, "C")} {told.GetProperty("O").GetArrayLength()}");
        }

        return heard;
    }

    /// <summary>Returns the next balance updates not caused by a current trade; other events are skipped.</summary>
    public async Task<List<string>> MovedAsync(int count)
    {
        var heard = new List<string>();
        while (heard.Count < count)
        {
            if ((await ReadAsync()).GetProperty("event") is var told && Text(told, "e") == "balanceUpdate")
                heard.Add($"{Text(told, "a")} {Text(told, "d")}");
        }

        return heard;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _socket.Dispose();
        await exchange.DisposeAsync();
    }

    /// <summary>
    /// Returns a member's text; a number without the zeros that pad it to the eight decimals of this interface.
    /// </summary>
    public static string Plain(JsonElement value) =>
        value.ToString() is var text && text.LastIndexOf('.') == text.Length - 9
        && decimal.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var number)
            ? number.ToString("0.########", CultureInfo.InvariantCulture)
            : text;

    private static string Text(JsonElement json, string name) => Plain(json.GetProperty(name));

    private string Sign(string payload) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(payload)));

    private async Task<JsonElement> ReadAsync()
    {
        var heard = new ArrayBufferWriter<byte>();
        ValueWebSocketReceiveResult received;
        do
        {
            received =
                await _socket.ReceiveAsync(heard.GetMemory(64 * 1024), Token).AsTask().WaitAsync(Wait.Limit, Token);
            heard.Advance(received.Count);
        }
        while (!received.EndOfMessage);

        return JsonDocument.Parse(heard.WrittenMemory).RootElement;
    }
}
