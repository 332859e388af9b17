using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using QuantumCore.Cli.Live;
using QuantumCore.Client;
using QuantumCore.Replay;

namespace QuantumCore.Cli;

/// <summary>The <c>qc</c> program, without its process.</summary>
/// <param name="output">Writer of results.</param>
/// <param name="error">Writer of errors and progress.</param>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class CommandLineApp(TextWriter output, TextWriter error, Func<string, string?> environment)
{
    /// <summary>EPIPE, as .NET reports it.</summary>
    private const int BrokenPipe = 32;

    private readonly Dictionary<Command, string> _examples = [];

    /// <summary>Retry settings of the SDK: a user at a terminal does not wait long.</summary>
    internal QuantumCoreClientOptions ClientOptions { get; init; } = new() { MaxAttempts = 6 };

    private Option<string> Url { get; } = new("--url")
    {
        Description = "The exchange's address [env QC_URL, default http://127.0.0.1:8080]",
        HelpName = "address",
        Recursive = true,
    };

    private Option<string> Key { get; } = new("--key")
    {
        Description = "The account's API key [env QC_KEY, default demo-alice]",
        HelpName = "api key",
        Recursive = true,
    };

    private Option<bool> Json { get; } = new("--json")
    {
        Description = "One JSON document on standard output and nothing else (watch: one a line)",
        Recursive = true,
    };

    /// <summary>Returns an environment variable; null if it is not set.</summary>
    internal string? Environment(string name) => environment(name);

    /// <summary>Runs one command line; see <see cref="ExitCodes"/>.</summary>
    internal async Task<int> RunAsync(string[] arguments, CancellationToken cancellation = default)
    {
        var root = Compose();
        var parse = root.Parse(arguments);
        var isSuggestion = root.Directives.OfType<SuggestDirective>().Any(directive => parse.GetResult(directive) is not null);
        if (parse.Errors.Count > 0 && parse.Action is not HelpWithExamples && !isSuggestion)
        {
            // The .NET type at the end of the message would not help a user.
            foreach (var mistake in parse.Errors)
                await error.WriteLineAsync($"qc: {mistake.Message.Split(" as expected type")[0]}");

            await error.WriteLineAsync($"Try: {PathOf(parse.CommandResult)} --help");
            return ExitCodes.Usage;
        }

        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return await parse.InvokeAsync(invocation, cancellation);
        }
        catch (IOException failure) when (failure.HResult == BrokenPipe)
        {
            // The reader, such as head, has all it wanted.
            return ExitCodes.Done;
        }
    }

    /// <summary>Adds a command that talks to the exchange.</summary>
    /// <param name="command">Grammar of the command.</param>
    /// <param name="examples">Lines to show below its help.</param>
    /// <param name="run">Action of the command; returns the exit code.</param>
    internal Command Add(Command command, string examples, Func<ParseResult, Session, CancellationToken, Task<int>> run)
    {
        _examples[command] = examples;
        command.SetAction(async (parse, cancellation) =>
        {
            var screen = new Screen(output, error, parse.GetValue(Json));
            try
            {
                using var session = Open(parse, screen);
                return await run(parse, session, cancellation);
            }
            catch (QuantumCoreException failure)
            {
                screen.Refused(failure);
                return ExitCodes.For(failure);
            }
            catch (Exception failure) when (failure is UsageException or FlowFormatException or IOException { HResult: not BrokenPipe }
                or UnauthorizedAccessException or InvalidDataException)
            {
                screen.Failed("Usage", failure.Message);
                return ExitCodes.Usage;
            }
            catch (ReplayStoppedException failure)
            {
                screen.Failed("ReplayStopped", failure.Message);
                return ExitCodes.Refused;
            }
            catch (OperationCanceledException failure) when (cancellation.IsCancellationRequested)
            {
                if (failure.InnerException is QuantumCoreException unknown)
                    screen.Refused(unknown);
                else
                    screen.Failed("Interrupted", "interrupted");
                return ExitCodes.Unreachable;
            }
        });
        return command;
    }

    private Session Open(ParseResult parse, Screen screen)
    {
        var url = parse.GetValue(Url) ?? environment("QC_URL") ?? "http://127.0.0.1:8080";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--url: '{url}' is not an address such as http://127.0.0.1:8080");

        var key = parse.GetValue(Key) ?? environment("QC_KEY");
        return new Session(address, key, ClientOptions, screen);
    }

    private RootCommand Compose()
    {
        var root = new RootCommand("qc trades on a QuantumCore exchange: orders, account, market data, replay; and looks after its files.")
        {
            Url,
            Key,
            Json,
        };
        _examples[root] = """
            qc instruments                              what can be traded
            qc book AAPL                                the book, now
            qc buy AAPL 100 --limit 150.00              a limit order
            qc sell AAPL 50                             a market order
            qc sell AAPL 50 --trigger 140.00            a stop
            qc order list otoco buy AAPL 100 --limit 150.00 --target 160.00 --stop 140.00
            qc strategy --net -230.00 --units 10 --leg buy:AMZN:1 --leg sell:MSFT:1
            qc orders --json | jq '.[].orderId'         open orders, for a script
            qc statement --from 2026-11-01              what came in and went out, day by day
            qc ledger check                             the ledger against itself and against the accounts
            qc watch AAPL                               the book, live
            qc alerts add AAPL 151.00                   a price to wait for; qc alerts watch tells
            qc live AAPL                                book, trades and your orders on one screen
            qc stats AAPL --png aapl.png                its last day: figures, and a plot as text and as a picture
            qc sim volatility 3                         shape the market of a demo with --admin-port; qc sim fault
            qc keys create ACC-1001 --signing hmac      a key and a secret for clients of the Binance Spot interface
            qc verify data                              the journal of an exchange that is down, run again
            qc backup data backups/monday.db            a copy, of a running exchange too

            Exit codes: 0 done, 1 refused by the exchange, 2 wrong usage, 3 exchange unreachable or outcome unknown.
            """;
        foreach (var command in OrderCommands.All(this).Append(StrategyCommand.Compose(this)).Concat(AccountCommands.All(this))
            .Append(LedgerCommands.Positions(this)).Append(LedgerCommands.Statement(this)).Append(LedgerCommands.Ledger(this))
            .Concat(MoneyCommands.All(this)).Append(RiskCommand.Compose(this)).Append(FeesCommand.Compose(this))
            .Append(MarginCommand.Compose(this)).Append(SettleCommand.Compose(this)).Append(CorporateCommand.Compose(this)).Concat(MarketCommands.All(this)).Append(AlertCommands.All(this)).Append(LiveCommand.Compose(this)).Append(StatsCommand.Compose(this)).Append(AdminCommands.All(this))
            .Append(SimCommands.All(this, environment)).Append(SignalCommands.All(this)).Append(KeyCommands.All(this)).Append(UserCommands.All(this)).Append(ReplayCommand.Compose(this))
            .Concat(UpkeepCommands.All(this)).Append(CompletionCommand.Compose(this)))
            root.Subcommands.Add(command);

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, _examples);
        return root;
    }

    private static string PathOf(System.CommandLine.Parsing.CommandResult command) =>
        command.Command is RootCommand || command.Parent is not System.CommandLine.Parsing.CommandResult parent
            ? "qc"
            : $"{PathOf(parent)} {command.Command.Name}";

    private sealed class HelpWithExamples(HelpAction inner, Dictionary<Command, string> examples)
        : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var result = inner.Invoke(parseResult);
            if (!examples.TryGetValue(parseResult.CommandResult.Command, out var text))
                return result;

            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var line in text.Split('\n'))
                output.WriteLine($"  {line}".TrimEnd());

            return result;
        }
    }
}
