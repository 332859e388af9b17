using System.Globalization;
using QuantumCore.Client;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// An exchange without simulated participants for the tests of a class, which run one after the other. A test that
/// trades has accounts of its own, and leaves no order behind.
/// </summary>
public sealed class SharedExchange : IAsyncLifetime
{
    private const int FirstAccount = 5_001;

    private readonly List<QuantumCoreClient> _traders = [];
    private SiloProcess? _silo;
    private int _accounts;

    /// <summary>Address for clients over HTTP.</summary>
    public Uri Address => _silo!.Address;

    /// <summary>Port for clients over FIX.</summary>
    public string FixPort { get; } = SiloProcess.FreePort().ToString(CultureInfo.InvariantCulture);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() =>
        _silo = await SiloProcess.StartAsync("--storage", "volatile", "--simulate", "none", "--fix", FixPort);

    /// <summary>Opens an account with what a new user of the demo has; returns its key.</summary>
    public async Task<string> NewTraderAsync()
    {
        using var administrator = new Customer(Address, "demo-admin");
        var account = FirstAccount + _accounts++;
        var key = (await administrator.PostAsync($"admin/accounts/ACC-{account}/keys", "{}")).Text("apiKey");
        foreach (var (asset, amount) in new[] { ("USD", "100000"), ("AAPL", "1000"), ("MSFT", "1000") })
        {
            var paid = await administrator.PostAsync(
                $"admin/accounts/ACC-{account}/deposits",
                $$"""{"key":"opening-{{asset}}","asset":"{{asset}}","amount":"{{amount}}"}""");
            Assert.True(paid.IsDone, paid.Raw);
        }

        _traders.Add(new QuantumCoreClient(Address, key));
        return key;
    }

    /// <summary>
    /// Makes a price the last one of AAPL, by which market orders are protected; earlier tests have left another.
    /// </summary>
    public async Task TradeAtAsync(decimal price)
    {
        foreach (var side in new[] { OrderSide.Sell, OrderSide.Buy })
        {
            await NewTraderAsync();
            await _traders[^1].Orders.PlaceAsync(PlaceOrder.Limit("AAPL", side, 1m, price), Token);
        }
    }

    /// <summary>Cancels the orders that a test has left.</summary>
    public async Task ClearAsync()
    {
        _traders.AddRange(
            [new QuantumCoreClient(Address, "demo-alice"), new QuantumCoreClient(Address, "demo-bob")]);
        foreach (var trader in _traders)
        {
            await trader.Orders.CancelAllAsync(cancellation: Token);
            trader.Dispose();
        }

        _traders.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_silo is not null)
            await _silo.DisposeAsync();
    }
}
