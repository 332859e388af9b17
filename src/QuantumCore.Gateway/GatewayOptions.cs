using System.Collections.Immutable;
using System.Net;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway;

/// <summary>What the gateway is told at its start.</summary>
public sealed record GatewayOptions
{
    /// <summary>After which a call to a grain is given up: its outcome is unknown then.</summary>
    public static readonly TimeSpan GrainPatience = TimeSpan.FromSeconds(5);

    private const int MostConnections = 20_000;
    private const int FewestConnections = 16;
    private const int MostFix = 1_000;

    // The store has one of so many files, and FIX connections another.
    private const int FilesPart = 8;
    private const int LeastFilesOfStore = 256;

    private static readonly int? s_openFiles = OpenFiles.Limit();

    /// <summary>
    /// Published demo keys are accepted, and the compatibility calls need no key: from this machine, not
    /// through a proxy. Decided while the exchange starts, before it is ready; never later.
    /// </summary>
    public bool DemoMode { get; set; }

    /// <summary>Every call is served; otherwise health and metrics alone.</summary>
    public bool ServesCustomers { get; init; } = true;

    /// <summary>Accounts that the compatibility calls act for without a key, in demo mode. The first is the default.</summary>
    public ImmutableArray<long> DemoAccounts { get; init; } = [1001, 1002];

    /// <summary>
    /// Bytes that may wait for one reader: more of a book are replaced by a snapshot, and who is to get all of them takes from <see cref="StreamBurstBytes"/>.
    /// </summary>
    public int StreamBacklogBytes { get; init; } = 1 << 20;

    /// <summary>Bytes that may wait beyond that for all readers together who are to get all of them; one for whom there is no room is cut.</summary>
    public long StreamBurstBytes { get; init; } = 256 << 20;

    /// <summary>How long one WebSocket message may take to be sent.</summary>
    public TimeSpan StreamSendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Symbols one WebSocket may follow.</summary>
    public int StreamSubscriptions { get; init; } = 100;

    /// <summary>
    /// HTTP connections at the same time, WebSockets among them: 20,000, or what the limit of open files leaves after an eighth
    /// (256 at least) for the store and <see cref="FixConnections"/>.
    /// </summary>
    public int Connections { get; init; } = ConnectionsWith(s_openFiles);

    /// <summary>HTTP connections of one address: a quarter of all.</summary>
    public int ConnectionsOfAddress => Math.Max(Connections / 4, 1);

    /// <summary>HTTP connections of one address that have sent no request: a sixteenth of all.</summary>
    public int SilentConnectionsOfAddress => Math.Max(Connections / 16, 1);

    /// <summary>WebSockets at the same time, a tenth of them for orders alone: half of the connections, 10,000 at most.</summary>
    public int StreamConnections
    {
        get => field > 0 ? field : Math.Clamp(Connections / 2, 1, 10_000);
        init;
    }

    /// <summary>WebSockets of one address: a quarter of all.</summary>
    public int StreamConnectionsOfAddress => Math.Max(StreamConnections / 4, 1);

    /// <summary>FIX connections at the same time: 1,000, or an eighth of the limit of open files.</summary>
    public int FixConnections { get; init; } = FixConnectionsWith(s_openFiles);

    /// <summary>Orders on their way through the exchange at a time; a batch counts as its length.</summary>
    public int MostOrdersInside { get; init; } = 256;

    /// <summary>Orders that may wait for the others; fewer where they would wait longer than <see cref="LongestWait"/>.</summary>
    public int MostOrdersWaiting { get; init; } = 4_096;

    /// <summary>How long an order is to wait at most before it is on its way: more are refused at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Cancels and operators' calls on their way at a time.</summary>
    public int MostUrgentInside { get; init; } = 4_096;

    /// <summary>Readings on their way at a time.</summary>
    public int MostReadingsInside { get; init; } = 4_096;

    /// <summary>Orders are refused while the journal's oldest record has waited longer than this for its commit.</summary>
    public TimeSpan LongestCommit { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time that the history may have records to take and take none, before the exchange is told as not ready.</summary>
    public TimeSpan LongestHistoryLag { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Requests a second of one account, cancels counted apart; 0: no limit.</summary>
    public int AccountRequestsPerSecond { get; init; } = 50_000;

    /// <summary>Requests a second of one address, cancels and operators' calls counted apart; 0: no limit.</summary>
    public int AddressRequestsPerSecond { get; init; } = 200_000;

    /// <summary>Binance Spot interface: weight of the requests of one address in a minute.</summary>
    public int WireWeightPerMinute { get; init; } = 6_000;

    /// <summary>Binance Spot interface: orders of one account in ten seconds.</summary>
    public int WireOrdersPerTenSeconds { get; init; } = 100;

    /// <summary>Binance Spot interface: orders of one account in a day, UTC.</summary>
    public int WireOrdersPerDay { get; init; } = 200_000;

    /// <summary>Attempts to sign in or up from one address in a minute; 0: no limit.</summary>
    public int AddressSignInsPerMinute { get; init; } = 60;

    /// <summary>Sign-ups from one address in a day; 0: no limit.</summary>
    public int AddressSignUpsPerDay { get; init; } = 100;

    /// <summary>Attempts to sign in as one user in a minute from one address, six times as many from all; 0: no limit.</summary>
    public int UserSignInsPerMinute { get; init; } = 10;

    /// <summary>Whether people may sign up themselves.</summary>
    public bool SignUp { get; init; } = true;

    /// <summary>Directory of the keys that the cookies of sessions are made with; null: keys of this process, gone with it.</summary>
    public string? SessionKeys { get; init; }

    /// <summary>Sites, such as https://desk.example, whose pages may call with a key; a session serves the exchange's own pages alone.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; of anyone else they are not.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Whose local time and days the market-wide breaker goes by.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Returns the connections that a limit of open files leaves room for.</summary>
    internal static int ConnectionsWith(int? openFiles) => openFiles is { } files
        ? Math.Clamp(files - Math.Max(files / FilesPart, LeastFilesOfStore) - FixConnectionsWith(files), FewestConnections, MostConnections)
        : MostConnections;

    private static int FixConnectionsWith(int? openFiles) => Math.Min(MostFix, (openFiles ?? int.MaxValue) / FilesPart);
}
