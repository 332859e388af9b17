using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Native;
using QuantumCore.TestKit;

namespace QuantumCore.Gateway.TestKit;

/// <summary>A gateway on a real socket in front of a <see cref="TradingFloor"/>.</summary>
public sealed class OpenGateway : IAsyncDisposable
{
    private readonly GrainCluster _cluster;
    private readonly WebApplication _app;

    private OpenGateway(GrainCluster cluster, WebApplication app, TradingFloor floor)
    {
        (_cluster, _app, Floor) = (cluster, app, floor);
        Address = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(30) };
    }

    public TradingFloor Floor { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<OpenGateway> StartAsync(
        GatewayOptions? options = null, TimeProvider? time = null, bool isReady = true,
        Action<IServiceCollection>? more = null)
    {
        var floor = new TradingFloor();
        var cluster = await GrainCluster.StartAsync(new GrainClusterOptions
        {
            ConfigureServices = services => services.AddSingleton(floor),
        });
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IGrainFactory>(cluster.Grains);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddExchangeGateway(options ?? new GatewayOptions()).AddNativeApi();
        more?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseExchangeGateway();
        await app.StartAsync(CancellationToken.None);
        if (isReady)
            app.Services.GetRequiredService<ExchangeReadiness>().Open();
        return new OpenGateway(cluster, app, floor);
    }

    /// <summary>Sends a request with its body unchanged.</summary>
    public async Task<Reply> SendAsync(
        string method, string path, string? body = null, string? key = "alice",
        CancellationToken cancellationToken = default) =>
        await SendBytesAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), key, cancellationToken);

    /// <summary>Sends a request with its body unchanged.</summary>
    public async Task<Reply> SendBytesAsync(
        string method, string path, byte[]? body, string? key, CancellationToken cancellationToken)
    {
        using var request =
            new HttpRequestMessage(new HttpMethod(method), path.StartsWith('/') ? path : $"/api/qc/v1/{path}");
        if (key is not null)
            request.Headers.Add("X-Api-Key", key);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await Http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new Reply(
            response.StatusCode, text, response.Content.Headers.ContentType?.MediaType,
            response.Headers.RetryAfter?.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Floor.Close();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}

/// <summary>Response of the gateway.</summary>
public sealed record Reply(HttpStatusCode Status, string Text, string? Type, string? RetryAfter)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Code => Json.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string? this[string name] =>
        Json.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : null;
}
