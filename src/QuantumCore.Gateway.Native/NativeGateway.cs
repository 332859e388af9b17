using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Gateway.Native.Endpoints;
using QuantumCore.Gateway.Native.Streams;

namespace QuantumCore.Gateway.Native;

/// <summary>Native API of the exchange: HTTP calls, streams and order entry over WebSocket.</summary>
public static class NativeGateway
{
    /// <summary>Adds the native API. It needs the rest of the gateway beside it.</summary>
    /// <param name="services">Services to add to.</param>
    public static IServiceCollection AddNativeApi(this IServiceCollection services) =>
        services
            .AddSingleton<OperatorLog>()
            .AddSingleton<OrderCalls>()
            .AddSingleton<PastOrderCalls>()
            .AddSingleton<OrderListCalls>()
            .AddSingleton<StrategyCalls>()
            .AddSingleton<EngineCalls>()
            .AddSingleton<AccountCalls>()
            .AddSingleton<MoneyCalls>()
            .AddSingleton<LedgerCalls>()
            .AddSingleton<MarketCalls>()
            .AddSingleton<TickerCalls>()
            .AddSingleton<AlertCalls>()
            .AddSingleton<SignalCalls>()
            .AddSingleton<SessionCalls>()
            .AddSingleton<UserCalls>()
            .AddSingleton<PreferenceCalls>()
            .AddSingleton<KeyCalls>()
            .AddSingleton<DemoCalls>()
            .AddSingleton<RiskCalls>()
            .AddSingleton<FeeCalls>()
            .AddSingleton<MarginCalls>()
            .AddSingleton<SettlementCalls>()
            .AddSingleton<CorporateCalls>()
            .AddSingleton<AdminCalls>()
            .AddSingleton<OperatorCalls>()
            .AddSingleton<BlockCalls>()
            .AddSingleton<SystemCalls>()
            .AddSingleton<PlacementCalls>()
            .AddSingleton<IBookMessages, BookMessages>()
            .AddSingleton<OrderByOrderFeeds>()
            .AddSingleton<StreamSources>()
            .AddSingleton<StreamCall>()
            .AddSingleton<TradingCall>()
            .AddSingleton<IHttpProtocol, NativeProtocol>();
}
