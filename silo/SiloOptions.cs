using System.Globalization;
using System.Net;
using Npgsql;
using QuantumCore.Gateway;
using QuantumCore.Grains;

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

/// <summary>Options of the silo, from its command line or its environment. The command line wins.</summary>
internal sealed record SiloOptions
{
    /// <summary>Text of <c>--help</c>.</summary>
    public const string Help = """
        QuantumCore.Silo: a virtual exchange in one process.

          dotnet run -c Release --project silo [-- OPTIONS]

          --data DIR             Directory of journal.db and history.db (default: ./data).
          --urls URLS            Addresses to listen on, separated by ';': an IP address, localhost, or * for all (default:
                                 http://127.0.0.1:8080). Those with https need --tls-certificate. An IP address with port 0
                                 takes a free port; the banner and --ready-file tell which.
          --ready-file FILE      Written when the exchange admits requests, deleted at its end: {"address":URL,"keys":{NAME:KEY}},
                                 readable by its owner alone (default: none).
          --tls-certificate FILE Certificate of the https addresses and those it was issued with, PEM.
          --tls-key FILE         Its private key, PEM, not encrypted (default: in the file of the certificate).
          --fix ADDRESS          Address of the FIX 4.4 interface (docs/fix.md): a port, which is then of tcp://127.0.0.1, tcp://ADDRESS:PORT, or
                                 tls://ADDRESS:PORT with --tls-certificate (default: none).
          --sign-up on|off       People may sign up themselves; off: administrators add them (default: on).
          --sites ORIGINS        Other sites, separated by ',', such as https://desk.example, whose pages may call the API
                                 with a key (default: none).
          --proxies NETWORKS     Proxies in front, separated by ',', such as 10.0.0.5 or 10.0.0.0/8, whose X-Forwarded-For and
                                 X-Forwarded-Proto are believed (default: none; nobody else's ever).
          --time-zone NAME       Time zone by whose days and hours the market-wide breaker goes, such as America/New_York
                                 (default: UTC).
          --storage KIND         sqlite (default), postgres, or volatile (nothing is kept).
          --keep-free MIB        With less room on the disk of --data, orders are refused while cancels go on, for
                                 --storage sqlite (default: 64; 0: never).
          --pack-after DAYS      Records of the journal older than this are packed: nothing of them is lost, and they take
                                 a fifth to a third of their room (default: 30; 0: never). Releases before packs can't read them.
          --secrets DIR          Directory of secrets.key, which seals the secrets of API keys, and of session-keys, which the
                                 cookies of sessions are made with; both are made at the first start, but with --storage
                                 volatile (default: that of --data). Processes of one exchange share one.
          --payouts DIR          Folder that withdrawals are paid into, a file for each batch (default: payouts in the
                                 directory of --data). Silos of one exchange share one; it is kept with the journal.
          --settlements DIR      Folder that settlement batches go out to, a file for each (default: settlements in the
                                 directory of --data). Silos of one exchange share one; it is kept with the journal.
          --settlement-answers on|off
                                 on: a batch is settled when BATCH.answer.json is beside its file, but for what that names as
                                 short (docs/settlement.md). off (default): a file that is there is settled.
          --postgres CONNECTION  Connection string of the PostgreSQL database, for --storage postgres.
          --exchange FILE        Instruments of a new exchange (default: exchange.json beside the program).
          --demo auto|off        auto (default): demo keys and accounts on a loopback address, when the exchange is
                                 new or was a demo before. They serve requests to localhost or 127.0.0.1 that
                                 came through no proxy. off: never. Behind a proxy: --demo off.
          --simulate demo|none   demo (default): in a demo, simulated participants trade every symbol of the exchange file, and
                                 a new one has thirty days of candles. none: books stay empty until somebody trades. Without
                                 a demo nothing is simulated. (--market-maker on|off is the older name.)
          --seed N               Seed of the simulated market: a whole number (default: 1).
          --admin-port PORT      In a demo, on 127.0.0.1: a port that serves the simulation page (/sim) and its calls, qc sim, without
                                 signing in, and meets no faults (default: none; demo-admin has them on the ordinary port).
          --recordings DIR       With --admin-port: a folder of recorded order flow, whose files the simulation page and qc sim
                                 can replay (default: none is offered).
          --no-quotes SYMBOL     Nothing is simulated in this symbol of --exchange; may be given several times, or several
                                 separated by ','.
          --account-requests N   Requests a second of one account, and as many cancels; 0: no limit (default: 50000).
          --address-requests N   The same of one address, as the connection shows it; 0: no limit (default: 200000).
                                 Who asks more often is answered 429. Behind a proxy: --proxies.
          --binance-weight N     Binance Spot interface: weight of the requests of one address in a minute; 0: no limit
                                 (default: 6000).
          --binance-orders N     Binance Spot interface: orders of one account in ten seconds, and 2,000 times as many a
                                 day; 0: no limit (default: 100).
          --log text|json        One line of the log for each event, for people (default) or for machines.
          --log-level LEVEL      trace, debug, information, warning (default), error or critical. From information on down
                                 lines of grains carry the trace of the request they are about, too.
          --otlp URL             Collector of OpenTelemetry that gets spans, metrics and log lines over HTTP, such as
                                 http://127.0.0.1:4318 (default: none). Headers: OTEL_EXPORTER_OTLP_HEADERS.
          --trace-one-in N       One request in N is traced (default: 1).
          --dashboard on|off     Orleans' dashboard under /admin/orleans, for administrators who are signed in (default: off).
          --long-turn MS         A grain whose code runs longer than this without a pause is logged; 0: none (default: 500).
          --correct-time on|off  on: a symbol or account whose last record is dated more than a minute ahead goes on at the clock's
                                 time. Use it once, after a clock ran ahead (docs/operations.md#the-clock; default: off).
          --shutdown SECONDS     How long an end may take: requests that are under way are answered, everything is
                                 committed and snapshots are written (default: 4, at most 300).
          --help                 This text.

        Several processes over one PostgreSQL database (--storage postgres):

          --cluster NAME         Silos of one database and one name are one exchange (default: quantumcore).
          --role ROLE            all (default): grains and customers; matching: grains alone, HTTP shows health and metrics;
                                 gateway: customers alone, grains are asked over the --gateway-port of silos.
          --tag NAME             A name for this silo, or for several, that operators pin books to: qc admin pin AAPL NAME
                                 (default: none).
          --advertise ADDRESS    IP address at which the others reach this silo (default: 127.0.0.1, one machine).
          --silo-port PORT       Port for the other silos (default: a free port).
          --gateway-port PORT    Port for gateways and Orleans clients (default: none).

        The list of members is in the database. Silos that share an exchange share --secrets, --payouts and --settlements, too. One of them
        simulates the demo's market: the others take --simulate none.

        Each option may come from the environment as QUANTUMCORE_SILO_ and its name in capitals, with _ for -:
        QUANTUMCORE_SILO_DATA, QUANTUMCORE_SILO_URLS, QUANTUMCORE_SILO_NO_QUOTES (separated by ',') and so on. The
        command line wins.

        Exit code 0: ended by SIGTERM or Ctrl+C; 64: bad option; 70: it could not start, or a part of it failed; 71: the end
        was cut short, by a second signal or because it took longer than --shutdown; 74: no room on the disk to start; 75: the
        other silos declared it dead while it did not answer. 64, 70, 74 and 75 come with one sentence on stderr. Everything acknowledged is safe in each case.
        """;

    private const string DefaultCluster = "quantumcore";

    private static readonly string[] s_names =
    [
        "data", "urls", "ready-file", "storage", "keep-free", "pack-after", "secrets", "payouts", "settlements", "settlement-answers", "postgres", "exchange", "demo", "simulate", "market-maker", "seed", "admin-port", "recordings", "no-quotes",
        "cluster", "role", "tag", "advertise", "silo-port", "gateway-port", "account-requests", "address-requests",
        "binance-weight", "binance-orders", "tls-certificate", "tls-key", "fix", "sign-up", "sites", "proxies", "time-zone", "log", "log-level", "otlp", "trace-one-in", "dashboard", "long-turn", "correct-time", "shutdown",
    ];

    public string DataDirectory { get; init; } = "data";

    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>File that is written when the exchange admits requests; null for none.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>File of the administrator's key that the first start makes, unless the exchange is a demo.</summary>
    public string AdminKeyFile => Path.Combine(DataDirectory, "admin.key");

    public StorageKind Storage { get; init; } = StorageKind.Sqlite;

    /// <summary>Space kept free on the disk of the data directory for cancels and halts, in MiB; 0 for none.</summary>
    public int KeepFree { get; init; } = 64;

    /// <summary>Age from which journal records are compressed, in whole days; zero for never.</summary>
    public TimeSpan PackAfter { get; init; } = new KeepOptions().PackAfter;

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

    public string ExchangeFile { get; init; } = Path.Combine(AppContext.BaseDirectory, "exchange.json");

    /// <summary>True if a demo may run, provided that the other conditions hold.</summary>
    public bool DemoAllowed { get; init; } = true;

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
    public bool IsOfCluster => Cluster != DefaultCluster || Role != SiloRole.All || Tag.Length > 0 || !Advertise.Equals(IPAddress.Loopback)
        || SiloPort is not null || GatewayPort is not null;

    /// <summary>Rate limit of one account, in requests a second; 0 for none.</summary>
    public int AccountRequests { get; init; } = new GatewayOptions().AccountRequestsPerSecond;

    /// <summary>Rate limit of one client IP, in requests a second; 0 for none.</summary>
    public int AddressRequests { get; init; } = new GatewayOptions().AddressRequestsPerSecond;

    /// <summary>
    /// Rate limit of one client IP on the Binance Spot interface, in request weight a minute; 0 for none.
    /// </summary>
    public int BinanceWeight { get; init; } = new GatewayOptions().WireWeightPerMinute;

    /// <summary>
    /// Rate limit of one account on the Binance Spot interface, in orders per ten seconds; 0 for none.
    /// </summary>
    public int BinanceOrders { get; init; } = new GatewayOptions().WireOrdersPerTenSeconds;

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

    /// <summary>True if only this machine can connect.</summary>
    public bool IsLoopback => Urls.Split(';', StringSplitOptions.RemoveEmptyEntries).All(IsLoopbackUrl);

    /// <summary>Unique name of this process: machine and process id.</summary>
    public static string ProcessName { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}");

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">An option is unknown or has a bad value; the message is for the user.</exception>
    public static SiloOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        var options = new SiloOptions();
        foreach (var name in s_names)
        {
            var variable = "QUANTUMCORE_SILO_" + name.Replace('-', '_').ToUpperInvariant();
            if (environment(variable) is { Length: > 0 } value)
                options = options.With(name, value, variable);
        }

        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = Split(arguments[i]);
            if (!s_names.Contains(name, StringComparer.Ordinal))
                throw new FormatException($"Unknown option {arguments[i]}. --help lists the options.");
            if (value is null && ++i == arguments.Count)
                throw new FormatException($"--{name} needs a value.");

            options = options.With(name, value ?? arguments[i], $"--{name}");
        }

        if (options.Storage == StorageKind.Postgres && options.Postgres is null)
            throw new FormatException("--storage postgres needs --postgres CONNECTION.");

        if (options.TlsCertificate is null && options.Urls.Contains("https://", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("--urls with https needs --tls-certificate FILE.");

        if (options.TlsCertificate is null && options.Fix is { IsTls: true })
            throw new FormatException("--fix with tls needs --tls-certificate FILE.");

        if (options.AdminPort is not null && !(options.DemoAllowed && options.IsLoopback))
            throw new FormatException("--admin-port is for a demo: not with --demo off, nor on addresses that others can reach.");

        if (options.Recordings is not null && options.AdminPort is null)
            throw new FormatException("--recordings is for --admin-port: nobody else could begin one.");

        return options;
    }

    private static (string Name, string? Value) Split(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            return ("", null);

        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument[2..], null) : (argument[2..equals], argument[(equals + 1)..]);
    }

    private static bool IsLoopbackUrl(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    private SiloOptions With(string name, string value, string source) => name switch
    {
        "data" => this with { DataDirectory = value },
        "secrets" => this with { Secrets = value },
        "payouts" => this with { Payouts = value },
        "settlements" => this with { Settlements = value },
        "settlement-answers" => this with { SettlementAnswers = Switch(value, "on", source) },
        "urls" => this with { Urls = CheckUrls(value, source) },
        "ready-file" => this with { ReadyFile = Path.GetFullPath(value) },
        "storage" => this with { Storage = KindOf(value, source) },
        "keep-free" => this with { KeepFree = Number(value, 0, 1 << 20, source) },
        "pack-after" => this with { PackAfter = TimeSpan.FromDays(Number(value, 0, 36_500, source)) },
        "postgres" => this with { Postgres = CheckConnection(value, source) },
        "exchange" => this with { ExchangeFile = ExistingFile(value, source) },
        "tls-certificate" => this with { TlsCertificate = ExistingFile(value, source) },
        "tls-key" => this with { TlsKey = ExistingFile(value, source) },
        "fix" => this with { Fix = FixAt(value, source) },
        "sign-up" => this with { SignUp = Switch(value, "on", source) },
        "dashboard" => this with { HasDashboard = Switch(value, "on", source) },
        "sites" => this with { Sites = CheckSites(value, source) },
        "proxies" => this with { Proxies = ReadProxies(value, source) },
        "time-zone" => this with { TimeZone = ZoneOf(value, source) },
        "demo" => this with { DemoAllowed = Switch(value, "auto", source) },
        "simulate" => this with
        {
            Simulates = value == "demo" || (value == "none" ? false : throw new FormatException($"{source} is demo or none, not '{value}'.")),
        },
        "market-maker" => this with { Simulates = Switch(value, "on", source) },
        "seed" => this with { Seed = (ulong)Number(value, 0, int.MaxValue, source) },
        "account-requests" => this with { AccountRequests = Number(value, 0, 10_000_000, source) },
        "address-requests" => this with { AddressRequests = Number(value, 0, 10_000_000, source) },
        "binance-weight" => this with { BinanceWeight = Number(value, 0, 1_000_000, source) },
        "binance-orders" => this with { BinanceOrders = Number(value, 0, 1_000_000, source) },
        "log" => this with
        {
            LogsJson = value == "json" || (value == "text" ? false : throw new FormatException($"{source} is text or json, not '{value}'.")),
        },
        "log-level" => this with { LogLevel = Level(value, source) },
        "otlp" => this with { Otlp = WebAddress(value, source) },
        "trace-one-in" => this with { TraceOneIn = Number(value, 1, 1_000_000, source) },
        "long-turn" => this with { LongTurn = TimeSpan.FromMilliseconds(Number(value, 0, 60_000, source)) },
        "correct-time" => this with { CorrectsTime = Switch(value, "on", source) },
        "shutdown" => this with { Shutdown = TimeSpan.FromSeconds(Number(value, 1, 300, source)) },
        "admin-port" => this with { AdminPort = Port(value, source) },
        "recordings" => this with
        {
            Recordings = Directory.Exists(value) ? Path.GetFullPath(value) : throw new FormatException($"{source}: there is no folder '{value}'."),
        },
        "silo-port" => this with { SiloPort = Port(value, source) },
        "gateway-port" => this with { GatewayPort = Port(value, source) },
        "cluster" => this with { Cluster = Word(value, source) },
        "tag" => this with { Tag = Word(value, source) },
        "role" => this with { Role = RoleOf(value, source) },
        "advertise" => this with
        {
            Advertise = IPAddress.TryParse(value, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
                ? address
                : throw new FormatException($"{source}: '{value}' is no IP address at which others could reach this one."),
        },
        _ => this with { NoQuotes = [.. NoQuotes, .. value.Split(',', StringSplitOptions.RemoveEmptyEntries)] },
    };

    private static string Word(string value, string source) =>
        value.Length is > 0 and <= 64 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? value
            : throw new FormatException($"{source} is 1 to 64 letters, digits, '-' and '_', not '{value}'.");

    private static Uri WebAddress(string value, string source) =>
        Uri.TryCreate(value.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new FormatException($"{source}: '{value}' is no http address.");

    private static string ExistingFile(string value, string source) =>
        File.Exists(value) ? value : throw new FormatException($"{source}: there is no file '{value}'.");

    private static FixAddress FixAt(string value, string source) =>
        FixAddress.Read(value)
        ?? throw new FormatException($"{source}: '{value}' is no port, and no address such as tcp://127.0.0.1:9878 or tls://0.0.0.0:9879.");

    private static TimeZoneInfo ZoneOf(string value, string source) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(value, out var zone)
            ? zone
            : throw new FormatException($"{source}: this machine knows no time zone '{value}', such as America/New_York.");

    private static string[] CheckSites(string value, string source)
    {
        var sites = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(sites, site => !Uri.TryCreate(site, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("http" or "https") || site != uri.GetLeftPart(UriPartial.Authority)) is { } wrong
            ? throw new FormatException($"{source}: '{wrong}' is no site such as https://desk.example.")
            : sites;
    }

    private static IPNetwork[] ReadProxies(string value, string source) =>
        [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => AddressNetwork.Read(text)
            ?? throw new FormatException($"{source}: '{text}' is no address such as 10.0.0.5 and no network such as 10.0.0.0/8."))];

    private static bool Switch(string value, string on, string source) =>
        value == on || (value == "off" ? false : throw new FormatException($"{source} is {on} or off, not '{value}'."));

    private static StorageKind KindOf(string value, string source) => value switch
    {
        "sqlite" => StorageKind.Sqlite,
        "postgres" => StorageKind.Postgres,
        "volatile" => StorageKind.Volatile,
        _ => throw new FormatException($"{source} is sqlite, postgres or volatile, not '{value}'."),
    };

    private static SiloRole RoleOf(string value, string source) => value switch
    {
        "all" => SiloRole.All,
        "matching" => SiloRole.Matching,
        "gateway" => SiloRole.Gateway,
        _ => throw new FormatException($"{source} is all, matching or gateway, not '{value}'."),
    };

    private static LogLevel Level(string value, string source) => value switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "information" => LogLevel.Information,
        "warning" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "critical" => LogLevel.Critical,
        _ => throw new FormatException($"{source} is trace, debug, information, warning, error or critical, not '{value}'."),
    };

    private static int Number(string value, int least, int most, string source) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{source} is a whole number from {least} to {most}, not '{value}'.");

    private static int Port(string value, string source) =>
        ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? port
            : throw new FormatException($"{source} is a port from 1 to 65535, not '{value}'.");

    private static string CheckConnection(string value, string source)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(value) is { Host: { Length: > 0 } }
                ? value
                : throw new FormatException($"{source} names no Host.");
        }
        catch (ArgumentException error)
        {
            // The message names the wrong word, and never the password.
            throw new FormatException($"{source} is no connection string such as Host=127.0.0.1;Username=me;Database=exchange: {error.Message}", error);
        }
    }

    private static string CheckUrls(string value, string source)
    {
        var urls = value.Split(';', StringSplitOptions.RemoveEmptyEntries);
        foreach (var url in urls)
        {
            // Kestrel also accepts http://*:8080 and http://+:8080, which are not URIs. It takes any other name to mean
            // all addresses, whatever addresses the name has.
            var plain = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(plain, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/")
                throw new FormatException($"{source}: '{url}' is no address such as http://127.0.0.1:8080.");
            if (uri is { Port: 0, Host: "localhost" })
                throw new FormatException($"{source}: '{url}' has two addresses, which can't share a free port; use http://127.0.0.1:0.");
            if (uri.HostNameType == UriHostNameType.Dns && uri.Host != "localhost")
                throw new FormatException($"{source}: '{url}' names no address of this machine; it takes an IP address, localhost, or * for all.");
        }

        return urls.Length > 0 ? value : throw new FormatException($"{source} names no address such as http://127.0.0.1:8080.");
    }
}
