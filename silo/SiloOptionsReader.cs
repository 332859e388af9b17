namespace QuantumCore.Silo;

/// <summary>
/// Reads the options of the silo: from the file, then from the environment, then from the command line. The last one
/// wins.
/// </summary>
internal static class SiloOptionsReader
{
    private const string FileName = "appsettings.json";
    private const string Section = "QuantumCore.Silo";
    private const string Prefix = "QUANTUMCORE_SILO_";

    private static readonly IReadOnlyDictionary<string, Func<SiloOptions, OptionValue, SiloOptions>> s_options =
        new Dictionary<string, Func<SiloOptions, OptionValue, SiloOptions>>(StringComparer.Ordinal)
        {
            ["data"] = (to, value) => to with { DataDirectory = value.Text },
            ["urls"] = (to, value) => to with { Urls = value.Urls() },
            ["ready-file"] = (to, value) => to with { ReadyFile = Path.GetFullPath(value.Text) },
            ["tls-certificate"] = (to, value) => to with { TlsCertificate = value.ExistingFile() },
            ["tls-key"] = (to, value) => to with { TlsKey = value.ExistingFile() },
            ["fix"] = (to, value) => to with { Fix = value.FixAddress() },
            ["sign-up"] = (to, value) => to with { SignUp = value.Switch() },
            ["sites"] = (to, value) => to with { Sites = value.Sites() },
            ["proxies"] = (to, value) => to with { Proxies = value.Networks() },
            ["time-zone"] = (to, value) => to with { TimeZone = value.TimeZone() },
            ["index"] = (to, value) => to with { Index = value.List() },
            ["index-weights"] = (to, value) => to with
            {
                IndexByVolume = value.OneOf(("equal", false), ("volume", true)),
            },
            ["storage"] = (to, value) => to with
            {
                Storage = value.OneOf(
                    ("sqlite", StorageKind.Sqlite), ("postgres", StorageKind.Postgres),
                    ("volatile", StorageKind.Volatile)),
            },
            ["keep-free"] = (to, value) => to with { KeepFree = value.Number(0, 1 << 20) },
            ["pack-after"] = (to, value) => to with { PackAfter = TimeSpan.FromDays(value.Number(0, 36_500)) },
            ["secrets"] = (to, value) => to with { Secrets = value.Text },
            ["payouts"] = (to, value) => to with { Payouts = value.Text },
            ["settlements"] = (to, value) => to with { Settlements = value.Text },
            ["settlement-answers"] = (to, value) => to with { SettlementAnswers = value.Switch() },
            ["postgres"] = (to, value) => to with { Postgres = value.PostgresConnection() },
            ["exchange"] = (to, value) => to with { ExchangeFile = value.ExistingFile() },
            ["demo"] = (to, value) =>
            {
                var (allowed, anywhere) = value.OneOf(
                    ("auto", (true, false)), ("on", (true, true)), ("off", (false, false)));
                return to with { DemoAllowed = allowed, DemoAnywhere = anywhere };
            },
            ["simulate"] = (to, value) => to with { Simulates = value.OneOf(("demo", true), ("none", false)) },
            ["market-maker"] = (to, value) => to with { Simulates = value.Switch() },
            ["demo-days"] = (to, value) => to with { DemoDays = value.Number(0, 36_500) },
            ["seed"] = (to, value) => to with { Seed = (ulong)value.Number(0, int.MaxValue) },
            ["admin-port"] = (to, value) => to with { AdminPort = value.Port() },
            ["recordings"] = (to, value) => to with { Recordings = value.ExistingDirectory() },
            ["no-quotes"] = (to, value) => to with { NoQuotes = [.. to.NoQuotes, .. value.List()] },
            ["account-requests"] = (to, value) => to with { AccountRequests = value.Number(0, 10_000_000) },
            ["address-requests"] = (to, value) => to with { AddressRequests = value.Number(0, 10_000_000) },
            ["binance-weight"] = (to, value) => to with { BinanceWeight = value.Number(0, 1_000_000) },
            ["binance-orders"] = (to, value) => to with { BinanceOrders = value.Number(0, 1_000_000) },
            ["log"] = (to, value) => to with { LogsJson = value.OneOf(("text", false), ("json", true)) },
            ["log-level"] = (to, value) => to with
            {
                LogLevel = value.OneOf(
                    ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("information", LogLevel.Information),
                    ("warning", LogLevel.Warning), ("error", LogLevel.Error), ("critical", LogLevel.Critical)),
            },
            ["otlp"] = (to, value) => to with { Otlp = value.HttpAddress() },
            ["trace-one-in"] = (to, value) => to with { TraceOneIn = value.Number(1, 1_000_000) },
            ["dashboard"] = (to, value) => to with { HasDashboard = value.Switch() },
            ["long-turn"] = (to, value) => to with { LongTurn = TimeSpan.FromMilliseconds(value.Number(0, 60_000)) },
            ["stuck-turn"] = (to, value) => to with { StuckTurn = value.Number(0, 3_600) },
            ["correct-time"] = (to, value) => to with { CorrectsTime = value.Switch() },
            ["shutdown"] = (to, value) => to with { Shutdown = TimeSpan.FromSeconds(value.Number(1, 300)) },
            ["cluster"] = (to, value) => to with { Cluster = value.Word() },
            ["role"] = (to, value) => to with
            {
                Role = value.OneOf(
                    ("all", SiloRole.All), ("matching", SiloRole.Matching), ("gateway", SiloRole.Gateway)),
            },
            ["tag"] = (to, value) => to with { Tag = value.Word() },
            ["advertise"] = (to, value) => to with { Advertise = value.ReachableAddress() },
            ["silo-port"] = (to, value) => to with { SiloPort = value.Port() },
            ["gateway-port"] = (to, value) => to with { GatewayPort = value.Port() },
        };

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">An option is unknown or has a bad value; the message is for the
    /// user.</exception>
    public static SiloOptions Read(IReadOnlyList<string> arguments)
    {
        var inFile = InFile().ToList();
        var options = new SiloOptions { OptionsFile = inFile.Count > 0 ? Path.GetFullPath(FileName) : null };
        foreach (var (name, value) in inFile.Concat(InEnvironment()).Concat(OnCommandLine(arguments)))
        {
            options = s_options.TryGetValue(name, out var with)
                ? with(options, value)
                : throw new FormatException($"Unknown option {value.Source}. --help lists the options.");
        }

        Check(options);
        return options;
    }

    private static IEnumerable<(string Name, OptionValue Value)> InFile()
    {
        try
        {
            return from option in new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(FileName), optional: true)
                       .Build().GetSection(Section).GetChildren()
                   let source = $"{FileName}: {option.Key}"
                   let text = option.Value ?? throw new FormatException(
                       $"{source} needs one value, as on the command line: separate several by ','.")
                   select (option.Key, new OptionValue(source, text));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{FileName}: {(error.InnerException ?? error).Message}", error);
        }
    }

    // Kubernetes sets variables with this prefix for a service called quantumcore-silo, so unknown ones are no mistake.
    private static IEnumerable<(string Name, OptionValue Value)> InEnvironment() =>
        from name in s_options.Keys
        let variable = Prefix + name.Replace('-', '_').ToUpperInvariant()
        let text = Environment.GetEnvironmentVariable(variable)
        where text is { Length: > 0 }
        select (name, new OptionValue(variable, text));

    private static IEnumerable<(string Name, OptionValue Value)> OnCommandLine(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i].Split('=', 2);
            var name = argument[0].StartsWith("--", StringComparison.Ordinal) ? argument[0][2..] : "";
            if (!s_options.ContainsKey(name))
                throw new FormatException($"Unknown option {arguments[i]}. --help lists the options.");
            if (argument.Length == 1 && ++i == arguments.Count)
                throw new FormatException($"--{name} needs a value.");

            yield return (name, new OptionValue($"--{name}", argument.Length == 2 ? argument[1] : arguments[i]));
        }
    }

    private static void Check(SiloOptions options)
    {
        if (options.Storage == StorageKind.Postgres && options.Postgres is null)
            throw new FormatException("--storage postgres needs --postgres CONNECTION.");

        if (options.TlsCertificate is null && options.Urls.Contains("https://", StringComparison.OrdinalIgnoreCase))
            throw new FormatException("--urls with https needs --tls-certificate FILE.");

        if (options.TlsCertificate is null && options.Fix is { IsTls: true })
            throw new FormatException("--fix with tls needs --tls-certificate FILE.");

        if (options.AdminPort is not null && !options.MayBeDemo)
            throw new FormatException(
                "--admin-port is for a demo: not with --demo off, nor on addresses that others can reach without --demo on.");

        if (options.Recordings is not null && options.AdminPort is null)
            throw new FormatException("--recordings is for --admin-port: nobody else could begin one.");
    }
}
