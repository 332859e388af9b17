using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway;

namespace QuantumCore.Client.Cluster;

/// <summary>
/// The exchange as a service of its own network has it: this process is a client of the grains, and no gateway stands between. A gateway
/// of its own lives in it and is reached by a socket that nobody else can open, so that <see cref="QuantumCoreClient"/> is the same
/// class, and a call the same call, as from outside: same checks, same answers, same retries under the same names. Safe for many threads.
/// </summary>
/// <remarks>
/// Who is in the cluster's network and reads its database is trusted with it. Even so each call needs its key, as everywhere. People do
/// not sign in here, and signed requests of the Binance Spot interface are not served: their secrets stay with the gateways.
/// </remarks>
public sealed partial class JoinedExchange : IAsyncDisposable
{
    private readonly WebApplication _gateway;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http;

    private JoinedExchange(WebApplication gateway, DirectoryInfo folder, UnixDomainSocketEndPoint door)
    {
        (_gateway, _folder) = (gateway, folder);

        // This machine by its name: demo keys are accepted from nowhere else.
        _http = new HttpClient(Through(door)) { BaseAddress = new Uri("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Over the grains that this process reaches already: by an <c>IClusterClient</c> of its own, or as a silo.</summary>
    /// <param name="grains">How grains are reached. It stays the caller's.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<JoinedExchange> OverAsync(IGrainFactory grains, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return StartAsync(builder => builder.Services.AddSingleton(grains), cancellation);
    }

    /// <summary>A client for one key. Dispose of it before this.</summary>
    /// <param name="apiKey">The account's key; null for market data only.</param>
    /// <param name="options">How to retry.</param>
    public QuantumCoreClient CreateClient(string? apiKey = null, QuantumCoreClientOptions? options = null) => new(_http, apiKey, options);

    /// <summary>Leaves. Who still waits for an answer has an unknown outcome, as with any lost connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task<JoinedExchange> StartAsync(Action<WebApplicationBuilder> reachGrains, CancellationToken cancellation)
    {
        // Its owner alone may look into it.
        var folder = Directory.CreateTempSubdirectory($"quantumcore-joined-{Environment.ProcessId}-");
        var door = Path.Combine(folder.FullName, "api");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(door));
        builder.Services.AddLogging();
        reachGrains(builder);
        var options = new GatewayOptions { SignUp = false };
        builder.Services.AddExchangeGateway(options);
        var gateway = builder.Build();
        try
        {
            gateway.Use(ComeFromHere);
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
        await services.GetRequiredService<Listings>().Refresh();
        await services.GetRequiredService<KeyRing>().Refresh();
        services.GetRequiredService<ExchangeReadiness>().Open();
    }

    // A socket of this kind has no address, and keys may be bound to some.
    private static Task ComeFromHere(HttpContext context, RequestDelegate next)
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
