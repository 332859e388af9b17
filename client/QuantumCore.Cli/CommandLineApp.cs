using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
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

    private const string SymbolName = "symbol";
    private const string SymbolOption = "--symbol";

    private static readonly TimeSpan s_completionPatience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Command, string> _examples = [];
    private string[] _symbols = [];

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
        var isSuggestion =
            root.Directives.OfType<SuggestDirective>().Any(directive => parse.GetResult(directive) is not null);
        if (parse.Errors.Count > 0 && parse.Action is not GroupedHelp && !isSuggestion)
        {
            // The .NET type at the end of the message would not help a user.
            var mistakes = Suggestion.For(parse) is { } mistyped
                ? [mistyped]
                : parse.Errors.Select(mistake => mistake.Message.Split(" as expected type")[0]);
            foreach (var mistake in mistakes)
                await error.WriteLineAsync($"qc: {mistake}");

            await error.WriteLineAsync($"Try: {Suggestion.PathOf(parse.CommandResult)} --help");
            return ExitCodes.Usage;
        }

        // A suggestion's line is the argument after the directive.
        if (isSuggestion && arguments is [_, .., var line])
            _symbols = await SymbolsAsync(root.Parse(line), cancellation);

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

    /// <summary>Adds a command that talks to the exchange, and is done if its action throws nothing.</summary>
    internal Command Add(Command command, string examples, Func<ParseResult, Session, CancellationToken, Task> run) =>
        Add(command, examples, async (parse, session, cancellation) =>
        {
            await run(parse, session, cancellation);
            return ExitCodes.Done;
        });

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
                using var session = Open(parse, screen, ClientOptions);
                return await run(parse, session, cancellation);
            }
            catch (QuantumCoreException failure)
            {
                screen.Refused(failure);
                return ExitCodes.For(failure);
            }
            catch (Exception failure)
                when (failure is UsageException or FlowFormatException or IOException { HResult: not BrokenPipe }
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

    private Session Open(ParseResult parse, Screen screen, QuantumCoreClientOptions options)
    {
        var url = parse.GetValue(Url) ?? environment("QC_URL") ?? "http://127.0.0.1:8080";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--url: '{url}' is not an address such as http://127.0.0.1:8080");

        var key = parse.GetValue(Key) ?? environment("QC_KEY");
        return new Session(address, key, options, screen);
    }

    private RootCommand Compose()
    {
        var root = new RootCommand(
            "qc trades on a QuantumCore exchange: orders, account, market data, replay; and looks after its files.")
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
            qc sim volatility 3                         shape the market of a demo; see also qc sim fault
            qc keys create ACC-1001 --signing hmac      a key and a secret for clients of the Binance Spot interface
            qc verify data                              the journal of an exchange that is down, run again
            qc backup data backups/monday.db            a copy, of a running exchange too

            Exit codes: 0 done, 1 refused by the exchange, 2 wrong usage, 3 exchange unreachable or outcome unknown.
            """;
        var groups = Groups();
        foreach (var command in groups.SelectMany(group => group.Commands))
        {
            root.Subcommands.Add(command);
            CompleteSymbols(command);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new GroupedHelp((HelpAction)help.Action!, groups, _examples);
        return root;
    }

    private CommandGroup[] Groups() =>
    [
        new("Trading", [.. OrderCommands.All(this), StrategyCommand.Compose(this)]),
        new("Account and money",
        [
            .. AccountCommands.All(this), LedgerCommands.Positions(this), LedgerCommands.Statement(this),
            .. MoneyCommands.All(this), AlertCommands.All(this), DemoCommands.All(this),
        ]),
        new("Market data", [.. MarketCommands.All(this), LiveCommand.Compose(this), StatsCommand.Compose(this)]),
        new("Operating an exchange",
        [
            AdminCommands.All(this), UserCommands.All(this), KeyCommands.All(this), RiskCommand.Compose(this),
            FeesCommand.Compose(this),
            MarginCommand.Compose(this), SettleCommand.Compose(this), CorporateCommand.Compose(this),
            LedgerCommands.Ledger(this),
            SignalCommands.All(this),
        ]),
        new("Simulation and files",
        [
            SimCommands.All(this, environment), ReplayCommand.Compose(this), .. UpkeepCommands.All(this),
            CompletionCommand.Compose(this),
        ]),
    ];

    /// <summary>Lets a shell complete symbols, in a command and in those under it.</summary>
    private void CompleteSymbols(Command command)
    {
        foreach (var argument in command.Arguments.Where(argument => argument.Name == SymbolName))
            argument.CompletionSources.Add(_ => _symbols.Select(symbol => new CompletionItem(symbol)));
        foreach (var option in command.Options.Where(option => option.Name == SymbolOption))
            option.CompletionSources.Add(_ => _symbols.Select(symbol => new CompletionItem(symbol)));
        foreach (var inner in command.Subcommands)
            CompleteSymbols(inner);
    }

    /// <summary>
    /// Returns the exchange's symbols if the command of a line has one; none if the exchange does not answer in a
    /// second, for someone waits at a prompt.
    /// </summary>
    private async Task<string[]> SymbolsAsync(ParseResult parse, CancellationToken cancellation)
    {
        var command = parse.CommandResult.Command;
        if (!command.Arguments.Any(argument => argument.Name == SymbolName)
            && !command.Options.Any(option => option.Name == SymbolOption))
            return [];

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_completionPatience);
        try
        {
            using var session =
                Open(parse, new Screen(output, error, json: false), ClientOptions with { MaxAttempts = 1 });
            return [
                .. (await session.Client().Market.GetInstrumentsAsync(patience.Token)).Select(
                    instrument => instrument.Symbol)];
        }
        catch (Exception failure) when (failure is QuantumCoreException or OperationCanceledException or UsageException)
        {
            return [];
        }
    }
}
