using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Gateway.Cluster;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Gateway.Signals;
using QuantumCore.Instruments;
using IPNetwork = System.Net.IPNetwork;

namespace QuantumCore.Gateway;

/// <summary>HTTP and WebSocket gateway of the exchange. It needs an <see cref="IGrainFactory"/> beside it.</summary>
public static class ExchangeGateway
{
    /// <summary>Adds order entry and all that the protocols share. The protocols are added beside it.</summary>
    public static IServiceCollection AddExchangeGateway(this IServiceCollection services, GatewayOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<ExchangeReadiness>().AddSingleton<HistoryReadiness>();
        services.AddSingleton<GatewayMetrics>();
        services.TryAddSingleton(new CommitAge(static () => TimeSpan.Zero));
        services.AddSingleton<BurstRoom>();
        services.AddSingleton<Door>();
        services.AddSingleton<Quotas>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<Listings>();
        services.AddSingleton<MarketHistory>();
        services.AddSingleton<LastCandles>();
        services.TryAddSingleton(_ => SecretSeal.OfThisProcess());
        services.AddSingleton<KeyRing>();
        services.AddOrderEntry();
        services.AddSingleton<MoneyEntry>().AddSingleton<DemoFunds>();
        services.AddSingleton<AccountOwners>();
        services.AddSingleton<AccountFeeds>();
        services.AddSingleton<UserSessions>();
        services.AddSingleton<Passwords>();
        services.AddSessionTickets(options);
        services.AddSingleton<OrderDesk>().AddSingleton<SessionRegistry>();
        services.AddSingleton<SignalDesk>();
        services.AddSingleton<CorporateStandstill>();
        services.AddMarketIndex(options);
        services.AddSystemView();
        services.AddSingleton<HealthCalls>();
        services.AddStreams();
        services.AddRouting();
        services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        services.Configure<ForwardedHeadersOptions>(forwarded => SetProxies(forwarded, options.Proxies));
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.Sites]).AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders(RequestTrace.Header, "Retry-After")));
        services.AddSingleton<ConnectionRoom>().AddOptions<KestrelServerOptions>()
            .Configure<ConnectionRoom>((kestrel, room) => SetLimits(kestrel, options, room));
        return services;
    }

    private static void AddMarketIndex(this IServiceCollection services, GatewayOptions options)
    {
        if (options.Index.Count > 0)
            services.AddHostedService<MarketIndexWatch>();
    }

    /// <summary>
    /// Adds the view of the system itself. A host with its own grain runtime supplies the silos; otherwise the list
    /// is empty.
    /// </summary>
    private static void AddSystemView(this IServiceCollection services)
    {
        services.TryAddSingleton(new ReadSilos(static _ => Task.FromResult(ImmutableArray<SiloView>.Empty)));
        services.AddSingleton<RecentLog>();
        services.AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<RecentLog>());
        services.AddLogging(logging => logging
            .AddFilter<RecentLog>(null, LogLevel.Warning)
            // As long as any log may get its lines, the framework makes a span and a scope for each request.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddFilter<RecentLog>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            // Drops the warning that its keys are not encrypted: they lie beside the key that could encrypt them.
            .AddFilter<RecentLog>("Microsoft.AspNetCore.DataProtection", LogLevel.Error));
        services.TryAddSingleton(new ReadBookPlaces(static (pins, _) =>
            Task.FromResult(ImmutableArray.CreateRange(pins, static _ => new BookPlace("", IsMeant: false)))));
    }

    private static void AddStreams(this IServiceCollection services)
    {
        services.AddSingleton<BookFeeds>();
        services.AddSingleton<PriceAlerts>();
        services.AddSingleton<MarketPulse>();
    }

    /// <summary>Maps every call. Besides them, this application may serve static pages only.</summary>
    public static void UseExchangeGateway(this WebApplication app)
    {
        app.Services.GetRequiredService<GatewayMetrics>().Watch(app.Services.GetRequiredService<Door>());
        // A call that needs a session reads its ticket itself. The framework would look for one before every call.
        ((IApplicationBuilder)app).Properties["__AuthenticationMiddlewareSet"] = true;
        app.Use(ConnectionRoom.NoteRequestAsync);
        var options = app.Services.GetRequiredService<GatewayOptions>();
        if (options.Proxies.Count > 0)
            app.UseForwardedHeaders();
        app.UseHsts();
        app.Use(TellBrowsersAsync);
        app.Use(ExplainUnknownRouteAsync);
        app.UseWhen(MayOpenSocket, static sockets => sockets.UseWebSockets(new WebSocketOptions
        {
            KeepAliveInterval = TimeSpan.FromSeconds(15),
            KeepAliveTimeout = TimeSpan.FromSeconds(30),
        }));
        app.UseRouting();
        if (options.Sites.Count > 0)
            app.UseCors();
        ActivatorUtilities.CreateInstance<Routes>(app.Services, app).Map(app.Services);
    }

    /// <summary>
    /// Rejects a request before anything was done for it, in the format of the interface that was called. For
    /// middleware that runs after routing and before the calls.
    /// </summary>
    public static async Task RefuseAsync(HttpContext context, RejectReason reason) =>
        await Answer.RefuseAsync(context, new Refusal(reason));

    /// <summary>
    /// Returns true if an administrator calls, with a key or signed in; otherwise the request was rejected.
    /// </summary>
    public static async Task<bool> IsAdministratorAsync(HttpContext context)
    {
        var keys = context.RequestServices.GetRequiredService<KeyRing>();
        return !await Answer.TryRefuseAsync(
            context, (await Call.EnterAsync(context, keys, Access.Administrator)).Refusal);
    }

    /// <summary>
    /// Returns true if an administrator calls, with a key or signed in. It sends no answer and counts towards no rate
    /// limit.
    /// </summary>
    public static async ValueTask<bool> RecognizesAdministratorAsync(HttpContext context) =>
        (await Call.RecogniseAsync(
            context, context.RequestServices.GetRequiredService<KeyRing>())).Caller is { Role: UserRole.Administrator };

    /// <summary>
    /// Returns true if a request may use published demo keys: it seems to come from this machine, or the demo serves
    /// everyone.
    /// </summary>
    public static bool MayUseDemo(HttpRequest request) => DemoAccess.IsAllowed(request);

    /// <summary>Walks the forwarding headers from the socket outward while each hop is a trusted proxy.</summary>
    private static void SetProxies(ForwardedHeadersOptions forwarded, IReadOnlyList<IPNetwork> proxies)
    {
        forwarded.ForwardedHeaders = proxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null;
        // The framework's defaults trust any caller on this machine.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            forwarded.KnownIPNetworks.Add(proxy);
    }

    private static void SetLimits(KestrelServerOptions kestrel, GatewayOptions options, ConnectionRoom room)
    {
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(room.Admit));
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = Call.LongestBatchBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        kestrel.Limits.MaxRequestLineSize = 4 * 1024;
        kestrel.Limits.MaxConcurrentConnections = options.Connections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.StreamConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
    }

    /// <summary>
    /// Sets the security headers of every answer. Browsers run and frame only what this exchange serves, guess no
    /// content types, and send other sites no referrer.
    /// </summary>
    private static Task TellBrowsersAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return next(context);
    }

    /// <summary>Returns true if a request may open a WebSocket: by an upgrade, or in HTTP/2 by a CONNECT.</summary>
    private static bool MayOpenSocket(HttpContext context) =>
        context.Request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(context.Request.Method);

    /// <summary>Answers an unknown path or method in the same format as every other rejection.</summary>
    private static async Task ExplainUnknownRouteAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var status = context.Response.StatusCode;
        if (status is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed &&
            !context.Response.HasStarted && context.Response.ContentLength is null)
        {
            var detail = status == 404 ? "There is no such call." : "The call has another method.";
            var path = context.Request.Path;
            if (context.RequestServices.GetServices<IHttpProtocol>()
                .OfType<IErrorFormat>().FirstOrDefault(one => one.Owns(path)) is { } owner)
                await owner.RefuseUnknownAsync(context, detail, status);
            else
                await Answer.RefuseAsync(context, Refusal.Malformed(null, detail) with { Status = status });
        }
    }
}
