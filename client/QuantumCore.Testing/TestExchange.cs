using System.Globalization;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using QuantumCore.Client;
using QuantumCore.History;
using QuantumCore.Journal;
using QuantumCore.Silo;

namespace QuantumCore.Testing;

/// <summary>
/// An exchange inside the process of a test, on a free port of <c>127.0.0.1</c>. It runs the code of the silo's
/// process: matching, accounts, journal, HTTP and WebSocket. Any number of them run side by side.
/// </summary>
/// <example>
/// <code>
/// await using var exchange = await TestExchange.StartAsync();
/// var seller = await exchange.CreateAccountAsync(("AAPL", 100m));
/// var buyer = await exchange.CreateAccountAsync(cash: 10_000m);
/// await seller.Client.Orders.PlaceAsync(PlaceOrder.Limit("AAPL", OrderSide.Sell, quantity: 10m, price: 150m));
/// var order = await buyer.Client.Orders.PlaceAsync(
///     PlaceOrder.Limit("AAPL", OrderSide.Buy, quantity: 10m, price: 150m));
/// </code>
/// </example>
public sealed class TestExchange : IAsyncDisposable
{
    /// <summary>API key of the administrator.</summary>
    public const string AdminKey = "demo-admin";

    private const string EmptyListing = """{ "instruments": [] }""";
    private const int FirstAccount = 2001;

    // Another process can take the port of the grain runtime between its choice and its use.
    private const int StartAttempts = 3;

    private readonly WebApplication _app;
    private readonly DirectoryInfo _scratch;
    private readonly TestExchangeOptions _options;
    private readonly Lock _lock = new();
    private readonly List<QuantumCoreClient> _clients = [];
    private int _accounts;
    private bool _isDisposed;

    private TestExchange(WebApplication app, DirectoryInfo scratch, TestExchangeOptions options, TestClock clock)
    {
        (_app, _scratch, _options, Clock) = (app, scratch, options, clock);
        Address = new Uri(app.Urls.First());
        Admin = CreateClient(AdminKey);
    }

    /// <summary>Address of the exchange, without a path: <c>http://127.0.0.1:PORT</c>.</summary>
    public Uri Address { get; }

    /// <summary>Client with the administrator's key. The exchange disposes it.</summary>
    public QuantumCoreClient Admin { get; }

    /// <summary>Clock of the exchange.</summary>
    public TestClock Clock { get; }

    /// <summary>Starts an exchange; returns when it admits requests.</summary>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellation">Token that cancels the start.</param>
    /// <exception cref="InvalidOperationException">The exchange could not open.</exception>
    public static async Task<TestExchange> StartAsync(
        TestExchangeOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new TestExchangeOptions();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryStartAsync(options, cancellation);
            }
            catch (Exception taken) when (attempt < StartAttempts && IsPortTaken(taken))
            {
                // The next attempt chooses another port.
            }
        }
    }

    /// <summary>Creates a client, which the exchange disposes.</summary>
    /// <param name="apiKey">API key; null for market data only.</param>
    public QuantumCoreClient CreateClient(string? apiKey = null)
    {
        var client = new QuantumCoreClient(Address, apiKey, _options.Client);
        lock (_lock)
            _clients.Add(client);
        return client;
    }

    /// <summary>Creates an account with cash.</summary>
    /// <param name="cash">Amount to deposit, in units of the asset; above zero.</param>
    /// <param name="asset">Asset of the cash; an instrument must be paid in it.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<TestAccount> CreateAccountAsync(
        decimal cash, string asset = "USD", CancellationToken cancellation = default) =>
        CreateAccountAsync([(asset, cash)], cancellation);

    /// <summary>Creates an account with balances, or without any.</summary>
    /// <param name="balances">Assets and amounts to deposit, in units of the asset; above zero.</param>
    public Task<TestAccount> CreateAccountAsync(params (string Asset, decimal Amount)[] balances) =>
        CreateAccountAsync(balances, CancellationToken.None);

    /// <summary>Creates an account with balances, or without any.</summary>
    /// <param name="balances">Assets and amounts to deposit, in units of the asset; above zero.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public async Task<TestAccount> CreateAccountAsync(
        IReadOnlyList<(string Asset, decimal Amount)> balances, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(balances);
        var number = FirstAccount + Interlocked.Increment(ref _accounts) - 1;
        var account = string.Create(CultureInfo.InvariantCulture, $"ACC-{number}");
        foreach (var (asset, amount) in balances)
            await Admin.Operator.Accounts.DepositAsync(account, asset, amount, cancellation: cancellation);

        var grant = await Admin.Operator.Keys.CreateAsync(account, cancellation: cancellation);
        return new TestAccount(account, grant.ApiKey, CreateClient(grant.ApiKey));
    }

    /// <summary>Lists an instrument without fees. Its base asset has the name of the symbol.</summary>
    /// <param name="symbol">Symbol: 1 to 20 capital letters, digits, dots or dashes.</param>
    /// <param name="tickSize">
    /// Tick size, in units of the quote asset. A tick of a lot must cost whole hundredths of it.
    /// </param>
    /// <param name="lotSize">Lot size, in units of the base asset.</param>
    /// <param name="quoteAsset">Asset in which prices are paid; it has two decimals.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Instrument> ListAsync(
        string symbol,
        decimal tickSize = 0.01m,
        decimal lotSize = 1m,
        string quoteAsset = "USD",
        CancellationToken cancellation = default) =>
        ListAsync(Stock(symbol, tickSize, lotSize, quoteAsset), cancellation);

    /// <summary>Lists an instrument with all its terms.</summary>
    /// <param name="instrument">Terms of the instrument.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task<Instrument> ListAsync(Instrument instrument, CancellationToken cancellation = default) =>
        Admin.Operator.Trading.ListInstrumentAsync(instrument, cancellation);

    /// <summary>
    /// Adds a fault that clients will meet: a rejected, lost, late or cut request, a skipped, doubled or late stream
    /// message. Requests that only read meet none.
    /// </summary>
    /// <param name="fault">Fault to add.</param>
    /// <param name="account">Account whose key meets it; null for the key in the fault.</param>
    /// <param name="cancellation">Token that cancels the call.</param>
    /// <remarks>
    /// A fault without a key can also meet the next call of <see cref="Admin"/>. The faults that happened are in
    /// <see cref="SimulationClient.GetAsync"/>.
    /// </remarks>
    public Task AddFaultAsync(NewFault fault, TestAccount? account = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return Admin.Simulation.AddFaultAsync(
            account is null ? fault : fault with { Key = account.ApiKey }, cancellation);
    }

    /// <summary>Removes all faults that wait.</summary>
    /// <param name="cancellation">Token that cancels the call.</param>
    public Task ClearFaultsAsync(CancellationToken cancellation = default) =>
        Admin.Simulation.RemoveFaultsAsync(cancellation: cancellation);

    /// <summary>Stops the exchange, frees its port and deletes its temporary files.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;

            _isDisposed = true;
        }

        _clients.ForEach(static client => client.Dispose());
        await EndAsync(_app, _scratch);
    }

    /// <summary>Returns the terms of an instrument without fees, with a base asset of the same name.</summary>
    internal static Instrument Stock(
        string symbol, decimal tickSize = 0.01m, decimal lotSize = 1m, string quoteAsset = "USD") => new()
        {
            Symbol = symbol,
            BaseAsset = symbol,
            BaseDecimals = lotSize.Scale,
            QuoteAsset = quoteAsset,
            QuoteDecimals = 2,
            TickSize = tickSize,
            LotSize = lotSize,
        };

    private static async Task<TestExchange> TryStartAsync(TestExchangeOptions options, CancellationToken cancellation)
    {
        var scratch = Directory.CreateTempSubdirectory("quantumcore-testing-");
        WebApplication? app = null;
        try
        {
            var clock = new TestClock(options.StartTime);
            var listing = Path.Combine(scratch.FullName, "exchange.json");
            await File.WriteAllTextAsync(listing, EmptyListing, cancellation);
            var silo = new SiloOptions
            {
                Urls = "http://127.0.0.1:0",
                Storage = options.Storage == TestStorage.Sqlite || options.DataDirectory is not null
                    ? StorageKind.Sqlite
                    : StorageKind.Volatile,
                DataDirectory = options.DataDirectory ?? Path.Combine(scratch.FullName, "data"),
                Scratch = scratch.FullName,
                ExchangeFile = listing,
                Simulates = false,
                Announces = false,
                QuietBeforeEnd = TimeSpan.Zero,
                LogLevel = options.LogLevel,
            };
            app = ExchangeHost.Build(silo, null, builder => Configure(builder, options, clock));
            await app.PrepareAsync(silo);
            await app.StartAsync(cancellation);
            await OpenedAsync(app, cancellation);
            var exchange = new TestExchange(app, scratch, options, clock);
            try
            {
                await exchange.ContinueAsync(cancellation);
                return exchange;
            }
            catch
            {
                exchange._clients.ForEach(static client => client.Dispose());
                throw;
            }
        }
        catch
        {
            await EndAsync(app, scratch);
            throw;
        }
    }

    private static void Configure(WebApplicationBuilder builder, TestExchangeOptions options, TestClock clock)
    {
        options.Logging?.Invoke(builder.Logging);
        builder.Services.AddSingleton<TimeProvider>(clock);

        // Grains that are idle by the clock of the test stay active.
        builder.Services.AddKeyedSingleton("Orleans.ActivationManagement", TimeProvider.System);
        builder.Services.AddSingleton<IHostLifetime, HostedByTest>();
    }

    /// <summary>Waits until the exchange admits requests.</summary>
    private static async Task OpenedAsync(WebApplication app, CancellationToken cancellation)
    {
        var start = app.Services.GetRequiredService<ExchangeStart>();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stopping = app.Lifetime.ApplicationStopping.Register(() => ended.TrySetResult());
        await Task.WhenAny(start.Opened, ended.Task).WaitAsync(cancellation);
        if (!start.Opened.IsCompletedSuccessfully)
            throw new InvalidOperationException("The exchange could not open.", start.Failure);
    }

    /// <summary>Lists the instruments that the exchange does not have yet, and counts its accounts.</summary>
    private async Task ContinueAsync(CancellationToken cancellation)
    {
        var listed = (await Admin.Market.GetInstrumentsAsync(cancellation)).Select(instrument => instrument.Symbol);
        foreach (var instrument in _options.Instruments.ExceptBy(listed, instrument => instrument.Symbol))
            await ListAsync(instrument, cancellation);

        if (_options.DataDirectory is null)
            return;

        var last = (await Admin.Operator.Keys.GetAsync(cancellation))
            .Select(key => key.Account is { } account ? int.Parse(account.AsSpan(4), CultureInfo.InvariantCulture) : 0)
            .Max();
        _accounts = Math.Max(0, last - FirstAccount + 1);
    }

    private static async ValueTask EndAsync(WebApplication? app, DirectoryInfo scratch)
    {
        try
        {
            if (app is not null)
                await EndAsync(app);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static async ValueTask EndAsync(WebApplication app)
    {
        // A process leaves its files to the system at its end, so the host does not close them.
        await using var history = app.Services.GetService<HistoryStore>();
        await using var journal = app.Services.GetService<IJournalStore>();
        await using var host = app;
        try
        {
            await app.StopAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // A busy machine did not finish the requests within the time limit. The journal has what was acknowledged.
        }
    }

    private static bool IsPortTaken(Exception? error) => error switch
    {
        null => false,
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => true,
        AggregateException several => several.InnerExceptions.Any(IsPortTaken),
        _ => IsPortTaken(error.InnerException),
    };

    /// <summary>Leaves the signals of the process to the test runner.</summary>
    private sealed class HostedByTest : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
