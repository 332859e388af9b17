using System.Collections.Immutable;
using System.Net;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway;

/// <summary>Options of the gateway, set at its start.</summary>
public sealed record GatewayOptions
{
    /// <summary>Timeout of a call to a grain. Its outcome is unknown then.</summary>
    public static readonly TimeSpan GrainPatience = TimeSpan.FromSeconds(5);

    private const int MostConnections = 20_000;
    private const int FewestConnections = 16;
    private const int MostReserved = 1_000;

    // The store needs one part of the open files, and protocols with their own port, such as FIX, another.
    private const int FilesPart = 8;
    private const int LeastFilesOfStore = 256;

    private static readonly int? s_openFiles = OpenFiles.Limit();

    /// <summary>
    /// True if published demo keys are accepted and the compatibility calls need no key. Both work only from this
    /// machine and not through a proxy, unless <see cref="DemoAnywhere"/> is set. The value is set while the exchange
    /// starts, and never after it is ready.
    /// </summary>
    public bool DemoMode { get; set; }

    /// <summary>True if a demo serves everyone who can reach it: everyone knows its keys.</summary>
    public bool DemoAnywhere { get; init; }

    /// <summary>True if every call is served; otherwise only health and metrics are.</summary>
    public bool ServesCustomers { get; init; } = true;

    /// <summary>
    /// True if all accounts and books use one journal writer, as on SQLite. An order then takes one commit instead of
    /// two: its hold and its entry become durable together.
    /// </summary>
    public bool HasOneWriter { get; init; }

    /// <summary>
    /// Accounts that the compatibility calls use without a key in demo mode. The first is the default.
    /// </summary>
    public ImmutableArray<long> DemoAccounts { get; init; } = [1001, 1002];

    /// <summary>
    /// Bytes that may wait for one stream reader. Beyond that, a snapshot replaces book updates; streams that may lose
    /// nothing use <see cref="StreamBurstBytes"/>.
    /// </summary>
    public int StreamBacklogBytes { get; init; } = 1 << 20;

    /// <summary>
    /// Bytes that may wait beyond that, shared by all readers of streams that may lose nothing. A reader without room
    /// is disconnected.
    /// </summary>
    public long StreamBurstBytes { get; init; } = 256 << 20;

    /// <summary>Timeout for sending one WebSocket message.</summary>
    public TimeSpan StreamSendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Maximum number of symbols that one WebSocket may subscribe to.</summary>
    public int StreamSubscriptions { get; init; } = 100;

    /// <summary>
    /// Maximum number of concurrent HTTP connections, WebSockets included. The default is 20,000, or what the open file
    /// limit leaves after the store and <see cref="ReservedConnections"/>. The store gets an eighth of the files, at
    /// least 256.
    /// </summary>
    public int Connections { get; init; } = ConnectionsWith(s_openFiles);

    /// <summary>Maximum number of HTTP connections of one address: a quarter of all.</summary>
    public int ConnectionsOfAddress => Math.Max(Connections / 4, 1);

    /// <summary>
    /// Maximum number of HTTP connections of one address without a request so far: a sixteenth of all.
    /// </summary>
    public int SilentConnectionsOfAddress => Math.Max(Connections / 16, 1);

    /// <summary>
    /// Maximum number of concurrent WebSockets, by default half of the connections, at most 10,000. A tenth is reserved
    /// for order entry.
    /// </summary>
    public int StreamConnections
    {
        get => field > 0 ? field : Math.Clamp(Connections / 2, 1, 10_000);
        init;
    }

    /// <summary>Maximum number of WebSockets of one address: a quarter of all.</summary>
    public int StreamConnectionsOfAddress => Math.Max(StreamConnections / 4, 1);

    /// <summary>Maximum number of orders in flight; a batch counts by its length.</summary>
    public int MostOrdersInside { get; init; } = 256;

    /// <summary>
    /// Maximum number of orders that may queue; fewer if they would wait longer than <see cref="LongestWait"/>.
    /// </summary>
    public int MostOrdersWaiting { get; init; } = 4_096;

    /// <summary>
    /// Number of orders after which the measured rate limits the queue, or earlier a minute after the first. Before,
    /// code is being compiled: the rate says nothing about the exchange, and rejections would take the CPU that orders
    /// need.
    /// </summary>
    public int OrdersOfWarmUp { get; init; } = 50_000;

    /// <summary>Maximum time that an order may queue. Orders that would wait longer are rejected at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Maximum number of cancels and operator calls in flight.</summary>
    public int MostUrgentInside { get; init; } = 4_096;

    /// <summary>Maximum number of reads in flight.</summary>
    public int MostReadingsInside { get; init; } = 4_096;

    /// <summary>
    /// Maximum age of the journal's oldest uncommitted record. Orders are rejected while it is older.
    /// </summary>
    public TimeSpan LongestCommit { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Maximum time that the history may have records to take and take none. After that, the exchange is not ready.
    /// </summary>
    public TimeSpan LongestHistoryLag { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Rate limit of one account, in requests per second; cancels have a separate one. 0 means no limit.
    /// </summary>
    public int AccountRequestsPerSecond { get; init; } = 50_000;

    /// <summary>
    /// Rate limit of one address, in requests per second; cancels and operator calls have a separate one. 0 means no
    /// limit.
    /// </summary>
    public int AddressRequestsPerSecond { get; init; } = 200_000;

    /// <summary>Rate limit of attempts to sign in or up from one address, per minute; 0 means no limit.</summary>
    public int AddressSignInsPerMinute { get; init; } = 60;

    /// <summary>Rate limit of sign-ups from one address, per day; 0 means no limit.</summary>
    public int AddressSignUpsPerDay { get; init; } = 100;

    /// <summary>
    /// Rate limit of attempts to sign in as one user, per minute and address. From all addresses together it is six
    /// times as high; 0 means no limit.
    /// </summary>
    public int UserSignInsPerMinute { get; init; } = 10;

    /// <summary>True if people may sign up themselves.</summary>
    public bool SignUp { get; init; } = true;

    /// <summary>
    /// Directory of the keys that protect session cookies; null for keys that live only as long as this process.
    /// </summary>
    public string? SessionKeys { get; init; }

    /// <summary>
    /// Sites, such as https://desk.example, whose pages may call with a key. Sessions work on the exchange's own pages
    /// only.
    /// </summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>Trusted proxies. X-Forwarded-For and X-Forwarded-Proto from anyone else are ignored.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Time zone of the market-wide breaker's local time and days.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Symbols of the index that the market-wide breaker follows; empty for none.</summary>
    public IReadOnlyList<string> Index { get; init; } = [];

    /// <summary>
    /// True if the index weighs its symbols by the value they traded in the week before; false if all count the same.
    /// </summary>
    public bool IndexByVolume { get; init; }

    /// <summary>
    /// Number of connections reserved for a protocol with a port of its own: 1,000, or an eighth of the open file
    /// limit.
    /// </summary>
    internal static int ReservedConnections => ReservedWith(s_openFiles);

    /// <summary>Returns the number of connections that an open file limit leaves room for.</summary>
    internal static int ConnectionsWith(int? openFiles) => openFiles is { } files
        ? Math.Clamp(
            files - Math.Max(files / FilesPart, LeastFilesOfStore) - ReservedWith(files), FewestConnections,
            MostConnections)
        : MostConnections;

    private static int ReservedWith(int? openFiles) => Math.Min(MostReserved, (openFiles ?? int.MaxValue) / FilesPart);
}
