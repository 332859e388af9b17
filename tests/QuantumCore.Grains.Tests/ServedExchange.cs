using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Client;
using QuantumCore.Contracts;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Binance;
using QuantumCore.Gateway.Fix;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// The whole exchange over a real socket: two traders with 10 billion USD and 100 million AAPL each, and an operator.
/// </summary>
internal sealed class ServedExchange : IAsyncDisposable
{
    public const long AliceAccount = 1001;
    public const long BobAccount = 1002;

    private readonly Disk _disk;
    private readonly Uri _address;
    private readonly Exchange _exchange;
    private readonly WebApplication _app;
    private bool _hasEnded;

    private ServedExchange(Disk disk, Exchange exchange, WebApplication app)
    {
        (_disk, _exchange, _app) = (disk, exchange, app);
        var address = new Uri(
            app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        _address = address;
        Alice = new QuantumCoreClient(address, "alice");
        Bob = new QuantumCoreClient(address, "bob");
        Admin = new QuantumCoreClient(address, "operator");
    }

    public QuantumCoreClient Alice { get; }

    public QuantumCoreClient Bob { get; }

    public QuantumCoreClient Admin { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Address of the HTTP server.</summary>
    public Uri Address => _address;

    /// <summary>Address of the FIX server, if there is one.</summary>
    public IPEndPoint FixAddress => _app.Services.GetRequiredService<FixServer>().Address;

    public IGrainFactory Grains => _exchange.Grains;

    /// <summary>Grains of the exchange.</summary>
    public Exchange Exchange => _exchange;

    public static async Task<ServedExchange> OpenAsync(
        GatewayOptions? options = null, TimeProvider? time = null, bool hasFix = false, Disk? disk = null,
        TimeProvider? grainTime = null)
    {
        disk ??= new Disk();
        var exchange = await Exchange.OpenAsync(disk, ["AAPL", "MSFT"], [AliceAccount, BobAccount], time: grainTime);
        var catalog = exchange.Grains.Catalog();
        await catalog.AddKey(new ApiKey(KeyRing.Hash("alice"), AliceAccount, false, false, "alice"));
        await catalog.AddKey(new ApiKey(KeyRing.Hash("bob"), BobAccount, false, false, "bob"));
        await catalog.AddKey(new ApiKey(KeyRing.Hash("operator"), 0, true, false, "operator"));
        return await ServeAsync(disk, exchange, options, time, hasFix);
    }

    private static async Task<ServedExchange> ServeAsync(
        Disk disk, Exchange exchange, GatewayOptions? options, TimeProvider? time, bool hasFix)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddLogging();
        builder.Services.AddSingleton(exchange.Grains);
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddExchangeGateway((options ?? new GatewayOptions()) with { HasOneWriter = true });
        builder.Services.AddNativeApi().AddBinance();
        if (hasFix)
            builder.Services.AddFix(new IPEndPoint(IPAddress.Loopback, 0), tls: null);
        var app = builder.Build();
        app.UseExchangeGateway();
        await app.StartAsync(CancellationToken.None);
        app.Services.GetRequiredService<ExchangeReadiness>().Open();
        return new ServedExchange(disk, exchange, app);
    }

    /// <summary>Calls the native API directly. Returns the status, and the field that a rejection names.</summary>
    public async Task<(int Status, string? Field)> GetRawAsync(string path, string key)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_address, "api/qc/v1/") };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        using var response = await http.GetAsync(path, Cancellation);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return ((int)response.StatusCode,
            body.RootElement.TryGetProperty("field", out var field) ? field.GetString() : null);
    }

    /// <summary>Sends a request to the native API directly; the body is JSON.</summary>
    public async Task<HttpResponseMessage> SendRawAsync(HttpMethod method, string path, string key, string? body = null)
    {
        using var http = new HttpClient { BaseAddress = new Uri(_address, "api/qc/v1/") };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-Api-Key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await http.SendAsync(request, Cancellation);
    }

    /// <summary>Changes rows of the history directly.</summary>
    public async Task ChangeHistoryAsync(string sql)
    {
        await using var connection = await _disk.ConnectToHistoryAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Cancellation));
    }

    public Task<Order> AliceAsync(PlaceOrder order) => Alice.Orders.PlaceAsync(order, Cancellation);

    public Task<Order> BobAsync(PlaceOrder order) => Bob.Orders.PlaceAsync(order, Cancellation);

    public static PlaceOrder Buy(decimal quantity, decimal price) =>
        PlaceOrder.Limit("AAPL", OrderSide.Buy, quantity, price);

    public static PlaceOrder Sell(decimal quantity, decimal price) =>
        PlaceOrder.Limit("AAPL", OrderSide.Sell, quantity, price);

    /// <summary>Returns the current state of an order, as its owner reads it.</summary>
    public static Task<Order> NowAsync(QuantumCoreClient owner, Order order) =>
        owner.Orders.GetAsync(order.Symbol, order.OrderId, Cancellation);

    /// <summary>Waits until market data shows AAPL's book as expected: it follows the book, a moment later.</summary>
    public Task ShownAsync(
        Predicate<BookSnapshot> isExpected, [CallerArgumentExpression(nameof(isExpected))] string what = "") =>
        Wait.UntilAsync(
            async () => isExpected(await Alice.Market.GetBookAsync("AAPL", cancellation: Cancellation)), what);

    /// <summary>
    /// Returns an account's gain since the start, and holds: USD total, AAPL total, USD held, AAPL held.
    /// </summary>
    public static async Task<(decimal Usd, decimal Aapl, decimal UsdHeld,
        decimal AaplHeld)> GainAsync(QuantumCoreClient owner)
    {
        var account = await owner.Account.GetAsync(Cancellation);
        var usd = account.Balances.Single(balance => balance.Asset == "USD");
        var aapl = account.Balances.Single(balance => balance.Asset == "AAPL");
        return (usd.Total - 10_000_000_000m, aapl.Total - 100_000_000m, usd.Held, aapl.Held);
    }

    /// <summary>Stops it and starts another one on its disk, with FIX.</summary>
    public async Task<ServedExchange> RestartAsync()
    {
        await EndAsync();
        return await ServeAsync(_disk, await Exchange.StartAsync(_disk), null, null, hasFix: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_hasEnded)
            return;

        await EndAsync();
        await _disk.DisposeAsync();
    }

    private async Task EndAsync()
    {
        _hasEnded = true;
        Alice.Dispose();
        Bob.Dispose();
        Admin.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _exchange.DisposeAsync();
    }
}
