using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>A response; status 0 if there was none.</summary>
internal readonly record struct Reply(int Status, JsonElement Body)
{
    /// <summary>True if the request was carried out and is durable.</summary>
    public bool IsDone => Status == 200;

    /// <summary>True if the request was finally rejected. A 503 or no response leaves the outcome open.</summary>
    public bool IsRefused => Status is >= 400 and < 500;

    /// <summary>True if the request was carried out or rejected; no retry is needed.</summary>
    public bool IsDefinite => IsDone || IsRefused;

    /// <summary>Reject code.</summary>
    public string Code => Text("code");

    /// <summary>Body as it arrived.</summary>
    public string Raw => Body.ValueKind == JsonValueKind.Undefined ? "" : Body.GetRawText();

    /// <summary>Returns a member as text; empty if there is none.</summary>
    public string Text(string member) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(member, out var value)
        ? value.ToString() : "";

    /// <summary>Returns a whole number.</summary>
    public long Number(string member) => Body.GetProperty(member).GetInt64();

    /// <summary>Returns a decimal string as a number.</summary>
    public decimal Decimal(string member) => decimal.Parse(Body.GetProperty(member).GetString()!);

    /// <summary>Returns the elements of an array.</summary>
    public IEnumerable<JsonElement> Items(string member) => Body.GetProperty(member).EnumerateArray();
}

/// <summary>Client that calls the exchange with a key. It knows HTTP and JSON but nothing of the product.</summary>
internal sealed class Customer : IDisposable
{
    private readonly HttpClient _http;

    public Customer(Uri address, string? key, TimeSpan? patience = null)
    {
        _http = new HttpClient
        {
            BaseAddress = new Uri(address, "/api/qc/v1/"),
            Timeout = patience ?? TimeSpan.FromSeconds(60),
        };
        if (key is not null)
            _http.DefaultRequestHeaders.Add("X-Api-Key", key);
    }

    public Task<Reply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Reply> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Reply> PatchAsync(string path, string body) => SendAsync(HttpMethod.Patch, path, body);

    public Task<Reply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    /// <summary>Returns the current book: public market data follows the book, a moment later.</summary>
    public async Task<Reply> BookAsync(string symbol)
    {
        var head = (await GetAsync($"symbols/{symbol}/state")).Number("sequence");
        Reply book = default;
        await Wait.UntilAsync(
            async () => (book = await GetAsync($"book/{symbol}?depth=1000")).Number("sequence") >= head,
            $"the book of {symbol} to be seen at {head}");
        return book;
    }

    /// <summary>Sends a request. A missing or incomplete response counts as none.</summary>
    public Task<Reply> SendAsync(HttpMethod method, string path, string? body) =>
        SendBytesAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body));

    /// <summary>Sends any bytes with the content type of JSON.</summary>
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
        catch (Exception error)
            when (error is HttpRequestException or SocketException or OperationCanceledException or IOException
                or JsonException)
        {
            return default;
        }
    }

    /// <summary>Repeats a request until its outcome is known.</summary>
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

        throw new TimeoutException(
            $"{method} {path} {body} had no definite answer in 100 attempts; the last: {reply.Status} {reply.Raw}");
    }

    public void Dispose() => _http.Dispose();
}
