using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native;

namespace QuantumCore.Client.Cluster;

/// <summary>
/// An exchange inside the service's own network: this process calls the grains directly, without another process
/// between. It hosts a private gateway behind a socket that no other user can open. So <see cref="QuantumCoreClient"/>
/// works as it does from outside, with the same checks, responses and retries. Thread-safe.
/// </summary>
/// <remarks>
/// A process that is in the cluster's network and can read its database is trusted. Even so, each call needs its key.
/// People cannot sign in here, and signed requests of the Binance Spot interface are not served: their secrets stay
/// with the gateways.
/// </remarks>
public sealed partial class JoinedExchange : IAsyncDisposable
{
    private readonly WebApplication _gateway;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http;

    private JoinedExchange(WebApplication gateway, DirectoryInfo folder, UnixDomainSocketEndPoint door)
    {
        (_gateway, _folder) = (gateway, folder);

        // Demo keys are accepted only under the local host name.
        _http = new HttpClient(Through(door))
        {
            BaseAddress = new Uri("http://localhost"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>
    /// Opens an exchange over grains that this process can already reach, as an <c>IClusterClient</c> or as a silo.
    /// </summary>
    /// <param name="grains">Grain factory. The caller keeps ownership.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public static Task<JoinedExchange> OverAsync(IGrainFactory grains, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return StartAsync(builder => builder.Services.AddSingleton(grains), cancellation);
    }

    /// <summary>Creates a client for a key. Dispose it before this object.</summary>
    /// <param name="apiKey">API key of the account; null for market data only.</param>
    /// <param name="options">Retry and timeout settings.</param>
    public QuantumCoreClient CreateClient(string? apiKey = null, QuantumCoreClientOptions? options = null) =>
        new(_http, apiKey, options);

    /// <summary>Leaves the exchange. Calls in flight get an unknown outcome, as with any lost connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<JoinedExchange> StartAsync(
        Action<WebApplicationBuilder> reachGrains, CancellationToken cancellation)
    {
        // Only its owner can access the directory.
        var folder = Directory.CreateTempSubdirectory($"quantumcore-joined-{Environment.ProcessId}-");
        var door = Path.Combine(folder.FullName, "api");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(door));
        builder.Services.AddLogging();
        reachGrains(builder);
        var options = new GatewayOptions { SignUp = false };
        builder.Services.AddExchangeGateway(options).AddNativeApi();
        var gateway = builder.Build();
        try
        {
            gateway.Use(ComeFromLoopbackAsync);
            gateway.UseExchangeGateway();
            await gateway.StartAsync(cancellation);
            await OpenAsync(gateway.Services, options);
            return new JoinedExchange(gateway, folder, new UnixDomainSocketEndPoint(door));
        }
        catch
        {
            await gateway.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    private static async Task OpenAsync(IServiceProvider services, GatewayOptions options)
    {
        var grains = services.GetRequiredService<IGrainFactory>();
        options.DemoMode = (await grains.Catalog().Keys()).Any(key => key.IsDemo);
        await services.GetRequiredService<Listings>().RefreshAsync();
        await services.GetRequiredService<KeyRing>().RefreshAsync();
        services.GetRequiredService<ExchangeReadiness>().Open();
    }

    // A Unix socket has no address, but API keys may be restricted to addresses.
    private static Task ComeFromLoopbackAsync(HttpContext context, RequestDelegate next)
    {
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        return next(context);
    }

    private static SocketsHttpHandler Through(UnixDomainSocketEndPoint door) => new()
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(door, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
