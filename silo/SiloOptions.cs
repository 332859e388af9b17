using System.Globalization;
using System.Net;
using QuantumCore.Gateway;
using QuantumCore.Gateway.Binance;

namespace QuantumCore.Silo;

/// <summary>Storage of the journal and the history.</summary>
internal enum StorageKind
{
    /// <summary>Two files in the data directory.</summary>
    Sqlite = 1,

    /// <summary>A PostgreSQL database.</summary>
    Postgres = 2,

    /// <summary>Memory: all data is lost at the end.</summary>
    Volatile = 3,
}

/// <summary>Role of a process in a cluster.</summary>
internal enum SiloRole
{
    /// <summary>Holds grains and serves customers.</summary>
    All = 1,

    /// <summary>Holds grains.</summary>
    Matching = 2,

    /// <summary>Serves customers.</summary>
    Gateway = 3,
}

/// <summary>Options of the silo, from its command line, its environment or a file.</summary>
internal sealed record SiloOptions
{
    /// <summary>Text of <c>--help</c>.</summary>
    public const string Help = """
        QuantumCore.Silo: a virtual exchange in one process.

          dotnet run -c Release --project silo [-- OPTIONS]

          --data DIR             Directory of journal.db and history.db (default: ./data).
          --urls URLS            Addresses to listen on, separated by ';': an IP address, localhost, or * for all
                                 (default: http://127.0.0.1:8080). https needs --tls-certificate. Port 0 of an IP address
                                 is a free port, which the banner and --ready-file name.
          --ready-file FILE      File to write once the exchange is ready, as {"address":URL,"keys":{NAME:KEY}}. Only its
                                 owner can read it; a shutdown deletes it (default: none).
          --tls-certificate FILE Certificate for the https addresses, PEM, with its chain.
          --tls-key FILE         Private key of the certificate, PEM, not encrypted (default: in the certificate's file).
          --fix ADDRESS          Address of the FIX 4.4 interface (docs/fix.md): a port of 127.0.0.1, tcp://ADDRESS:PORT, or
                                 tls://ADDRESS:PORT with --tls-certificate (default: no FIX).
          --sign-up on|off       on (default): people can create users for themselves. off: administrators create them.
          --sites ORIGINS        Other sites whose pages may call the API with a key, separated by ',', for example
                                 https://desk.example (default: none).
          --proxies NETWORKS     Trusted proxies, separated by ',', for example 10.0.0.5 or 10.0.0.0/8. X-Forwarded-For and
                                 X-Forwarded-Proto are read from these only (default: none).
          --time-zone NAME       Time zone of the market-wide circuit breaker's days and hours, for example America/New_York
                                 (default: UTC).
          --index SYMBOLS        Symbols of the index that the market-wide circuit breaker follows by itself, separated by ','
                                 (default: none; operators tell it an index).
          --index-weights equal|volume
                                 equal (default): each symbol counts the same. volume: by the value traded in the week before.
          --storage KIND         sqlite (default), postgres, or volatile (in memory, nothing is kept).
          --keep-free MIB        With --storage sqlite: if the disk of --data has less free space, orders are refused and
                                 cancels still work (default: 64; 0: no limit).
          --pack-after DAYS      Journal records older than this are compressed to between a fifth and a third of their size.
                                 Nothing is lost, but versions without this option can't read them (default: 30, in a demo 1;
                                 0: never).
          --secrets DIR          Directory of secrets.key, which encrypts the secrets of API keys, and of session-keys, which
                                 sign the session cookies. Both are created at the first start, except with --storage
                                 volatile (default: the directory of --data). Processes of one exchange share it.
          --payouts DIR          Directory for withdrawals, one file for each batch (default: payouts in the directory of
                                 --data). Silos of one exchange share it. Back it up with the journal.
          --settlements DIR      Directory for settlement batches, one file for each (default: settlements in the directory
                                 of --data). Silos of one exchange share it. Back it up with the journal.
          --settlement-answers on|off
                                 on: a batch is settled once BATCH.answer.json lies beside its file, except for the shortages
                                 listed there (docs/settlement.md). off (default): a batch is settled once its file is written.
          --postgres CONNECTION  Connection string of the PostgreSQL database, for --storage postgres. For another machine it
                                 needs an SSL Mode: VerifyFull, or another one on a private network.
          --exchange FILE        Instruments of a new exchange (default: four that are built in, silo/exchange.json).
          --demo auto|on|off     auto (default): demo keys and accounts, if all addresses are loopback addresses and the
                                 exchange is new or was a demo before. Demo keys work only for requests to localhost or
                                 127.0.0.1 that came through no proxy. on: a demo for everyone who can reach it, for
                                 containers and cloud workspaces. Everyone knows its keys, the administrator's too: play
                                 money only. off: no demo.
          --simulate demo|none   demo (default): in a demo, simulated participants trade every symbol of the exchange file,
                                 and a new exchange has thirty days of candles. none: no simulated participants.
                                 (--market-maker on|off is the older name.)
          --demo-days N          Days for which the history of a demo keeps orders and trades of the simulated participants
                                 among themselves. Nothing of anybody else is deleted (default: 7; 0: for ever).
          --seed N               Seed of the simulated market, a whole number (default: 1).
          --admin-port PORT      Second port of a demo, on 127.0.0.1 only: the simulation page (/sim) and its calls, without
                                 sign-in and without injected faults (default: none; demo-admin can use the ordinary port).
          --recordings DIR       With --admin-port: directory of recorded order flow that can be replayed from the simulation
                                 page and by qc sim (default: none).
          --no-quotes SYMBOL     Symbol of --exchange without simulated participants. Repeat it, or separate several by ','.
          --account-requests N   Requests a second of one account, and as many cancels (default: 50000; 0: no limit).
          --address-requests N   Requests a second of one IP address (default: 200000; 0: no limit). Requests beyond a limit
                                 get status 429. Behind a proxy, set --proxies.
          --binance-weight N     Binance Spot interface: request weight of one IP address a minute (default: 6000; 0: no
                                 limit).
          --binance-orders N     Binance Spot interface: orders of one account in ten seconds, and 2,000 times as many a day
                                 (default: 100; 0: no limit).
          --log text|json        Log format: text (default) for people, json for programs. One line an event.
          --log-level LEVEL      trace, debug, information, warning (default), error or critical. At information and below,
                                 log lines of grains name the trace of their request.
          --otlp URL             OpenTelemetry collector for traces, metrics and logs over HTTP, for example
                                 http://127.0.0.1:4318 (default: none). Headers: OTEL_EXPORTER_OTLP_HEADERS.
          --trace-one-in N       Traces one request in N (default: 1).
          --dashboard on|off     Orleans' dashboard under /admin/orleans, for signed-in administrators (default: off).
          --long-turn MS         Logs grain code that runs longer than this without a pause, in milliseconds (default: 500;
                                 0: never).
          --stuck-turn SECONDS   Ends the process with code 70 if a book's code has run this long without returning
                                 (default: 0: never; docs/operations.md#long-turns).
          --correct-time on|off  on: symbols and accounts whose last record is more than a minute in the future continue at the
                                 clock's time. Use it once after the clock was ahead (docs/operations.md#the-clock;
                                 default: off).
          --shutdown SECONDS     Time limit for a shutdown, which finishes open requests, commits everything and writes
                                 snapshots (default: 4, at most 300).
          --help                 Prints this text.

        Several processes on one PostgreSQL database (--storage postgres):

          --cluster NAME         Silos with the same database and name are one exchange (default: quantumcore).
          --role ROLE            all (default): grains and clients. matching: grains only; HTTP serves health and metrics.
                                 gateway: clients only; it reaches the grains through the --gateway-port of silos.
          --tag NAME             Name for one silo or several. Operators pin books to it: qc admin pin AAPL NAME
                                 (default: none).
          --advertise ADDRESS    IP address at which other silos reach this one (default: 127.0.0.1, one machine).
          --silo-port PORT       Port for other silos (default: a free port).
          --gateway-port PORT    Port for gateways and Orleans clients (default: none).

        The database has the list of members. Silos of one exchange share --secrets, --payouts and --settlements. One silo
        simulates the demo's market; start the others with --simulate none.

        Each option can be set in the environment: QUANTUMCORE_SILO_ and its name in capitals, with _ for -. Examples:
        QUANTUMCORE_SILO_DATA, QUANTUMCORE_SILO_URLS, QUANTUMCORE_SILO_NO_QUOTES (separated by ','). Or in appsettings.json
        in the working directory: {"QuantumCore.Silo": {"data": "/srv/exchange", "keep-free": 128}}. The command line wins
        over the environment, and the environment over the file.

        Exit codes: 0: ended by SIGTERM or Ctrl+C. 64: bad option. 70: failed at start or later. 71: the shutdown was cut
        short, by a second signal or by --shutdown. 74: the disk is full. 75: the other silos declared this one dead while it
        did not respond. 64, 70, 74 and 75 print one sentence on stderr. Nothing acknowledged is lost in any case.
        """;

    private const string DefaultCluster = "quantumcore";

    public string DataDirectory { get; init; } = "data";

    /// <summary>File with some of the options; null for none.</summary>
    public string? OptionsFile { get; init; }

    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>File that is written when the exchange admits requests; null for none.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>File of the administrator's key that the first start makes, unless the exchange is a demo.</summary>
    public string AdminKeyFile => Path.Combine(DataDirectory, "admin.key");

    public StorageKind Storage { get; init; } = StorageKind.Sqlite;

    /// <summary>Space kept free on the disk of the data directory for cancels and halts, in MiB; 0 for none.</summary>
    public int KeepFree { get; init; } = 64;

    /// <summary>
    /// Age from which journal records are compressed, in whole days; zero for never, null for the default of an
    /// exchange or a demo.
    /// </summary>
    public TimeSpan? PackAfter { get; init; }

    /// <summary>
    /// Days for which a demo's history keeps everything of its simulated participants; zero for ever.
    /// </summary>
    public int DemoDays { get; init; } = 7;

    /// <summary>Directory of the keys that seal secrets and sign cookies.</summary>
    public string Secrets
    {
        get => field ?? DataDirectory;
        init;
    }

    /// <summary>Folder of payouts; null for the one in the data directory.</summary>
    public string? Payouts { get; init; }

    /// <summary>Folder of settlement batches; null for the one in the data directory.</summary>
    public string? Settlements { get; init; }

    /// <summary>True if a batch waits for an answer in that folder.</summary>
    public bool SettlementAnswers { get; init; }

    public string? Postgres { get; init; }

    /// <summary>File of instruments; null for the built-in ones.</summary>
    public string? ExchangeFile { get; init; }

    /// <summary>True if a demo may run, provided that the other conditions hold.</summary>
    public bool DemoAllowed { get; init; } = true;

    /// <summary>True if the exchange is a demo for everyone who can reach it.</summary>
    public bool DemoAnywhere { get; init; }

    /// <summary>True if a demo may run on the addresses of this process.</summary>
    public bool MayBeDemo => DemoAllowed && (IsLoopback || DemoAnywhere);

    /// <summary>True if simulated participants trade in a demo.</summary>
    public bool Simulates { get; init; } = true;

    /// <summary>Seed of the simulated market, 0 to 2^31 - 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Port of the simulation page and its calls; null for none.</summary>
    public int? AdminPort { get; init; }

    /// <summary>Folder of recordings that the simulation's port offers; null for none.</summary>
    public string? Recordings { get; init; }

    public IReadOnlyList<string> NoQuotes { get; init; } = [];

    /// <summary>
    /// Name of the cluster: silos with one database and one name are one exchange. Needs --storage postgres, as all
    /// options up to <see cref="GatewayPort"/>.
    /// </summary>
    public string Cluster { get; init; } = DefaultCluster;

    /// <summary>Role of this process.</summary>
    public SiloRole Role { get; init; } = SiloRole.All;

    /// <summary>Tag of this silo, or of several, for pins of books; empty for none.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Address at which other silos and gateways reach this silo.</summary>
    public IPAddress Advertise { get; init; } = IPAddress.Loopback;

    /// <summary>Port for other silos; null for any free one.</summary>
    public int? SiloPort { get; init; }

    /// <summary>Port for gateways and Orleans clients; null for none.</summary>
    public int? GatewayPort { get; init; }

    /// <summary>True if an option needs silos that share a journal.</summary>
    public bool IsOfCluster =>
        Cluster != DefaultCluster || Role != SiloRole.All || Tag.Length > 0 || !Advertise.Equals(IPAddress.Loopback)
        || SiloPort is not null || GatewayPort is not null;

    /// <summary>Rate limit of one account, in requests a second; 0 for none.</summary>
    public int AccountRequests { get; init; } = new GatewayOptions().AccountRequestsPerSecond;

    /// <summary>Rate limit of one client IP, in requests a second; 0 for none.</summary>
    public int AddressRequests { get; init; } = new GatewayOptions().AddressRequestsPerSecond;

    /// <summary>
    /// Rate limit of one client IP on the Binance Spot interface, in request weight a minute; 0 for none.
    /// </summary>
    public int BinanceWeight { get; init; } = new BinanceOptions().WeightPerMinute;

    /// <summary>
    /// Rate limit of one account on the Binance Spot interface, in orders per ten seconds; 0 for none.
    /// </summary>
    public int BinanceOrders { get; init; } = new BinanceOptions().OrdersPerTenSeconds;

    /// <summary>True if the log is JSON.</summary>
    public bool LogsJson { get; init; }

    /// <summary>Lowest level that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    /// <summary>OpenTelemetry collector of spans, metrics and log lines; null for none.</summary>
    public Uri? Otlp { get; init; }

    /// <summary>Trace sampling: one request in this many is traced, 1 to 1,000,000.</summary>
    public int TraceOneIn { get; init; } = 1;

    /// <summary>Duration above which a grain turn is reported, 0 to 60 s; zero for never.</summary>
    public TimeSpan LongTurn { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Seconds after which a book's turn counts as one that never returns; zero for never.</summary>
    public int StuckTurn { get; init; }

    /// <summary>True if streams whose last record is dated in the future continue at the clock's time.</summary>
    public bool CorrectsTime { get; init; }

    /// <summary>Graceful shutdown timeout, 1 to 300 s.</summary>
    public TimeSpan Shutdown { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Time without a request before a shutdown stops listening, from 0.</summary>
    public TimeSpan QuietBeforeEnd { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>True if the exchange prints its banner when it is open.</summary>
    public bool Announces { get; init; } = true;

    /// <summary>Folder of the files that volatile storage needs; null for new temporary folders.</summary>
    public string? Scratch { get; init; }

    /// <summary>Certificate file of the https addresses; null if there are none.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>File of the certificate's private key; null if it is in the certificate's file.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Address of the FIX interface; null for none.</summary>
    public FixAddress? Fix { get; init; }

    /// <summary>True if people may sign up themselves.</summary>
    public bool SignUp { get; init; } = true;

    /// <summary>True if Orleans' dashboard is served.</summary>
    public bool HasDashboard { get; init; }

    /// <summary>Other origins whose pages may call the API.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>Trusted reverse proxies.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Time zone of the days and hours of the market-wide breaker.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Symbols of the index that the market-wide breaker follows.</summary>
    public IReadOnlyList<string> Index { get; init; } = [];

    /// <summary>True if the index weighs its symbols by traded value.</summary>
    public bool IndexByVolume { get; init; }

    /// <summary>True if only this machine can connect.</summary>
    public bool IsLoopback => Urls.Split(';', StringSplitOptions.RemoveEmptyEntries).All(IsLoopbackUrl);

    /// <summary>Unique name of this process: machine and process id.</summary>
    public static string ProcessName { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}");

    private static bool IsLoopbackUrl(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Host == "localhost"
            || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
}
