using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Binance;

/// <summary>Binance Spot interface of the exchange: HTTP calls, market streams and the WebSocket API.</summary>
public static class BinanceGateway
{
    /// <summary>Adds the Binance Spot interface. It needs the rest of the gateway beside it.</summary>
    /// <param name="services">Services to add to.</param>
    /// <param name="options">Rate limits; null for the defaults.</param>
    public static IServiceCollection AddBinance(this IServiceCollection services, BinanceOptions? options = null) =>
        services
            .AddSingleton(options ?? new BinanceOptions())
            .AddSingleton<ClientClock>()
            .AddSingleton<WireLimits>()
            .AddSingleton<WireGate>()
            .AddSingleton<WireHttp>()
            .AddSingleton<WireMarket>()
            .AddSingleton<WireTickers>()
            .AddSingleton<WireRulebook>()
            .AddSingleton<WireOrders>()
            .AddSingleton<WireOrderLists>()
            .AddSingleton<WireAccounts>()
            .AddSingleton<WireListenKeys>()
            .AddSingleton<WireCalls>()
            .AddSingleton<WireFeeds>()
            .AddSingleton<WireStreams>()
            .AddSingleton<WireApi>()
            .AddSingleton<IHttpProtocol, WireProtocol>();
}
