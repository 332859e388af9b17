using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>An answer; status 0 means that none came.</summary>
internal readonly record struct Reply(int Status, JsonElement Body)
{
    /// <summary>Carried out, and durable.</summary>
    public bool IsDone => Status == 200;

    /// <summary>Refused for good. A 503 or no answer leaves it open.</summary>
    public bool IsRefused => Status is >= 400 and < 500;

    /// <summary>Carried out or refused; not to be asked again.</summary>
    public bool IsDefinite => IsDone || IsRefused;

    /// <summary>Why it was refused.</summary>
    public string Code => Text("code");

    /// <summary>The body as it came.</summary>
    public string Raw => Body.ValueKind == JsonValueKind.Undefined ? "" : Body.GetRawText();

    /// <summary>A member as text; empty when it is not there.</summary>
    public string Text(string member) => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(member, out var value)
        ? value.ToString() : "";

    /// <summary>A whole number.</summary>
    public long Number(string member) => Body.GetProperty(member).GetInt64();

    /// <summary>A decimal string.</summary>
    public decimal Decimal(string member) => decimal.Parse(Body.GetProperty(member).GetString()!);

    /// <summary>An array's elements.</summary>
    public IEnumerable<JsonElement> Items(string member) => Body.GetProperty(member).EnumerateArray();
}

/// <summary>One who calls the exchange with a key. It knows HTTP and JSON and nothing of the product.</summary>
internal sealed class Customer : IDisposable
{
    private readonly HttpClient _http;

    public Customer(Uri address, string? key, TimeSpan? patience = null)
    {
        _http = new HttpClient { BaseAddress = new Uri(address, "/api/qc/v1/"), Timeout = patience ?? TimeSpan.FromSeconds(60) };
        if (key is not null)
            _http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Reply> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Reply> PatchAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>The book as it is now: what everybody may see follows it, a moment later.</summary>
    public async Task<Reply> BookAsync(string symbol)
    {
        var head = (await GetAsync($"symbols/{symbol}/state")).Number("sequence");
        Reply book = default;
        await Wait.UntilAsync(
            async () => (book = await GetAsync($"book/{symbol}?depth=1000")).Number("sequence") >= head, $"the book of {symbol} to be seen at {head}");
        return book;
    }

    /// <summary>Sends a request; an answer that does not come or does not come whole is none.</summary>
    public Task<Reply> SendAsync(HttpMethod method, string path, string? body) =>
        SendBytesAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body));

    /// <summary>Sends any bytes under the name of JSON.</summary>
    public async Task<Reply> SendBytesAsync(HttpMethod method, string path, byte[]? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            using var document = JsonDocument.Parse(text.Length == 0 ? "null" : text);
            return new Reply((int)answer.StatusCode, document.RootElement.Clone());
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or OperationCanceledException or IOException or JsonException)
        {
            return default;
        }
    }

    /// <summary>Sends the same request again until its outcome is known.</summary>
    public async Task<Reply> InsistAsync(HttpMethod method, string path, string? body)
    {
        Reply reply = default;
        for (var attempt = 0; attempt < 100; attempt++)
        {
            reply = await SendAsync(method, path, body);
            if (reply.IsDefinite)
                return reply;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        throw new TimeoutException($"{method} {path} {body} had no definite answer in 100 attempts; the last: {reply.Status} {reply.Raw}");
    }

    public void Dispose() => _http.Dispose();
}
