namespace QuantumCore.Gateway.Binance.Tests;

/// <summary>Starts a gateway with the Binance interface.</summary>
internal static class OpenBinance
{
    public static Task<OpenGateway> StartAsync(
        GatewayOptions? options = null, TimeProvider? time = null, bool isReady = true,
        BinanceOptions? limits = null) =>
        OpenGateway.StartAsync(options, time, isReady, services => services.AddBinance(limits));
}
