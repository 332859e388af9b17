namespace QuantumCore.Client;

/// <summary>Client for the exchange's API. Thread-safe.</summary>
/// <remarks>
/// A call that changes something is retried with the same client order id or key, so it takes effect once. A call
/// without such a key is sent once. If its outcome stays unknown, it throws a <see cref="QuantumCoreException"/> with
/// <see cref="RejectCodes.OutcomeUnknown"/> and the key to ask with. A call cancelled before its response may also have
/// taken effect: the inner exception of the <see cref="OperationCanceledException"/> then carries that key.
/// </remarks>
public sealed class QuantumCoreClient : IDisposable
{
    private const string BasePath = "api/qc/v1/";

    private readonly HttpClient _http;
    private readonly bool _ownsHttp;

    /// <summary>Connects to the exchange at an address such as <c>http://127.0.0.1:8080</c>.</summary>
    /// <param name="exchange">Address of the exchange, without the API's path.</param>
    /// <param name="apiKey">API key of the account; null for market data only.</param>
    /// <param name="options">Retry and timeout settings.</param>
    /// <exception cref="ArgumentException">The key contains a character outside printable ASCII.</exception>
    public QuantumCoreClient(Uri exchange, string? apiKey = null, QuantumCoreClientOptions? options = null)
        : this(exchange, new HttpClient { Timeout = Timeout.InfiniteTimeSpan }, ownsHttp: true, apiKey, options)
    {
    }

    /// <summary>
    /// Uses an HTTP client that the caller owns, for calls and WebSockets. Its base address is the exchange's.
    /// </summary>
    /// <param name="http">HTTP client to send with.</param>
    /// <param name="apiKey">API key of the account; null for market data only.</param>
    /// <param name="options">Retry and timeout settings.</param>
    /// <exception cref="ArgumentException">
    /// The HTTP client has no base address, or the key contains a character outside printable ASCII.
    /// </exception>
    public QuantumCoreClient(HttpClient http, string? apiKey = null, QuantumCoreClientOptions? options = null)
        : this(AddressOf(http), http, ownsHttp: false, apiKey, options)
    {
    }

    private QuantumCoreClient(
        Uri exchange, HttpClient http, bool ownsHttp, string? apiKey, QuantumCoreClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(exchange);

        // The key is sent in a header, where a line break or a non-ASCII letter would fail each call in its own way.
        if (apiKey.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException(
                "A key is printable ASCII characters, without the end of a line.", nameof(apiKey));

        _http = http;
        _ownsHttp = ownsHttp;
        var root = new Uri(new Uri(exchange.AbsoluteUri.TrimEnd('/') + "/"), BasePath);
        var calls = new ExchangeCalls(http, root, apiKey, options ?? new QuantumCoreClientOptions());
        Orders = new OrdersClient(calls);
        Market = new MarketClient(calls);
        Account = new AccountClient(calls);
        Money = new MoneyClient(calls);
        Alerts = new AlertsClient(calls);
        Signals = new SignalsClient(calls);
        Demo = new DemoClient(calls);
        Simulation = new SimulationClient(calls);
        Operator = new OperatorClient(calls);
    }

    /// <summary>Orders and fills of the key's account.</summary>
    public OrdersClient Orders { get; }

    /// <summary>Public market data, available without a key.</summary>
    public MarketClient Market { get; }

    /// <summary>The key's account: balances, positions, statement, and the terms it trades under.</summary>
    public AccountClient Account { get; }

    /// <summary>Transfers and withdrawals of the key's account.</summary>
    public MoneyClient Money { get; }

    /// <summary>Price alerts of the key's account.</summary>
    public AlertsClient Alerts { get; }

    /// <summary>Webhook strategies and their signals.</summary>
    public SignalsClient Signals { get; }

    /// <summary>Play money of a demo.</summary>
    public DemoClient Demo { get; }

    /// <summary>Simulated market, faults and replays of a demo, at its admin port.</summary>
    public SimulationClient Simulation { get; }

    /// <summary>Calls of the exchange's operators.</summary>
    public OperatorClient Operator { get; }

    /// <summary>Returns a new client order id: 128 random bits as 32 hexadecimal digits.</summary>
    public static string NewClientOrderId() => CallKey.New();

    /// <summary>
    /// Releases the connections, unless the caller owns them. A feed that would need another connection ends in an
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose()
    {
        if (_ownsHttp)
            _http.Dispose();
    }

    private static Uri AddressOf(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return http.BaseAddress ?? throw new ArgumentException("The client has no base address.", nameof(http));
    }
}
