using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>A browser from the exchange's point of view: it keeps cookies and sends the site of a page.</summary>
internal sealed class Browser : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;
    private readonly Uri _exchange;

    public Browser(Uri exchange)
    {
        _exchange = exchange;
        _http = new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies })
        {
            BaseAddress = new Uri(exchange, "api/qc/v1/"),
        };
        Site = exchange.GetLeftPart(UriPartial.Authority);
    }

    /// <summary>Site of the calling page; null if the browser does not send it.</summary>
    public string? Site { get; set; }

    /// <summary>Host header, if it differs from the address.</summary>
    public string? Host { get; set; }

    public IEnumerable<Cookie> Cookies => _cookies.GetCookies(_exchange);

    /// <summary>Returns another browser with a copy of this one's cookies, as after a theft.</summary>
    public Browser Copy()
    {
        var copy = new Browser(_exchange);
        foreach (var cookie in Cookies)
            copy._cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        return copy;
    }

    public async Task<HttpResponseMessage> RawAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (Site is not null && method != "GET")
            request.Headers.Add("Origin", Site);
        if (Host is not null)
            request.Headers.Host = Host;
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<(int Status, JsonElement Body)> AskAsync(
        string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var response = await RawAsync(method, path, body, headers);
        using var document =
            JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return ((int)response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>Opens a WebSocket as a page of <see cref="Site"/> would, and returns the HTTP status.</summary>
    public async Task<int> ConnectAsync(string path)
    {
        using var socket = new ClientWebSocket();
        socket.Options.Cookies = _cookies;
        socket.Options.CollectHttpResponseDetails = true;
        if (Site is not null)
            socket.Options.SetRequestHeader("Origin", Site);
        try
        {
            await socket.ConnectAsync(
                new UriBuilder(_exchange) { Scheme = "ws", Path = $"/api/qc/v1/{path}" }.Uri,
                TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // Only the status matters.
        }

        return (int)socket.HttpStatusCode;
    }

    public void Dispose() => _http.Dispose();
}
