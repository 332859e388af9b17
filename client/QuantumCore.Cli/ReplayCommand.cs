using System.CommandLine;
using System.Globalization;
using QuantumCore.Cli.Plots;
using QuantumCore.Client;
using QuantumCore.Replay;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>replay: replays recorded order flow against the exchange.</summary>
internal sealed class ReplayCommand
{
    private const int LongestRunName = 12;

    private static readonly TimeSpan s_betweenReports = TimeSpan.FromSeconds(2);

    private readonly Argument<string> _file = new("file")
    {
        Description =
            "A command file (.cmds.csv), a LOBSTER message file, LOBSTER's zip, "
            + "or a day file of Nasdaq TotalView-ITCH 5.0; all but the zip also as .gz",
    };

    private readonly Option<string?> _ticker = new("--ticker")
    {
        Description = "Stock to replay, for an ITCH day file, which has all of them",
        HelpName = "ticker",
    };

    private readonly Option<string?> _format = FormatOption();

    private readonly Option<string> _symbol =
        Grammar.SymbolOption("Target symbol, whose book must be empty [default: the file's ticker with .L]");

    private readonly Option<int> _batch = Grammar.CountOption(
        "--batch", "Most resting orders in one request", otherwise: 100, OrdersClient.BatchLimit);

    private readonly Option<string> _speed = new("--speed")
    {
        Description = "Maximum commands a second, or 'max'",
        HelpName = "max|count",
        DefaultValueFactory = _ => "max",
    };

    private readonly Option<string> _run = new("--run")
    {
        Description = "Name of the run; an earlier name resumes that run [default: a new name]",
        HelpName = "name",
    };

    private readonly Option<bool> _list = new("--list")
    {
        Description =
            "List the symbol first if it is not there: ticks of 0.01, lots of 1, quoted in USD, no fees; "
            + "ticks of 0.0001, quoted in USD4, where prices have more than two decimals",
    };

    private readonly Option<string> _maker = Account("--maker", "The resting orders' account", "ACC-2001");

    private readonly Option<string> _taker = Account("--taker", "The aggressive orders' account", "ACC-2002");

    private readonly Option<string> _adminKey = new("--admin-key")
    {
        Description = "Administrator's key that funds both accounts",
        HelpName = "api key",
        DefaultValueFactory = _ => "demo-admin",
    };

    private readonly Option<string?> _admin = new("--admin")
    {
        Description = "Admin port of the demo, whose simulation page then shows and controls the replay",
        HelpName = "address",
    };

    private readonly Option<bool> _plot = new("--plot")
    {
        Description = "Plot prices and volumes of the trades as text",
    };

    private readonly Option<string?> _picture = PlotFiles.Option();

    internal static Command Compose(CommandLineApp app)
    {
        var replay = new ReplayCommand();
        var command = new Command(
            "replay",
            "Replay recorded order flow and compare: every aggressive order must meet the recorded resting orders, " +
            "and the book must show what the real one showed. Both accounts are funded through the admin key.")
        {
            replay._file, replay._ticker, replay._format, replay._symbol, replay._list, replay._speed, replay._batch,
            replay._run, replay._maker,
            replay._taker, replay._adminKey, replay._admin, replay._plot, replay._picture,
        };
        return app.Add(
            command,
            """
            qc replay AAPL_2012-06-21_50_1h.cmds.csv.gz --list
            qc replay LOBSTER_AMZN_2012-06-21_5.zip --list --symbol AMZN.RAW --json
            qc replay 01302019.NASDAQ_ITCH50.gz --ticker AAPL --list
            qc replay messages.txt --format lobster --list            read as LOBSTER's, whatever it looks like
            qc replay day.cmds.csv --symbol TEST.L --run monday       (again: goes on)
            qc replay day.cmds.csv --list --speed 50 --admin http://127.0.0.1:8081
            qc replay day.cmds.csv --list --plot --png day.png        what was traded, as text and as a picture

            Exit code 1 means that something differs; the first differences are listed.
            """,
            replay.RunAsync);
    }

    private static Option<string> Account(string name, string description, string otherwise) =>
        new(name) { Description = description, HelpName = "account", DefaultValueFactory = _ => otherwise };

    private async Task<int> RunAsync(ParseResult parse, Session session, CancellationToken cancellation)
    {
        var file = parse.GetValue(_file)!;
        var plan = Plan(parse);
        var flow = Read(file, parse.GetValue(_ticker), Format(parse.GetValue(_format)), session.Screen, cancellation);
        plan = plan with { Symbol = parse.GetValue(_symbol) ?? flow.Ticker + ".L" };
        foreach (var note in flow.Notes.Prepend(flow.Reading))
            session.Screen.Note(note);

        var board = Board(parse, session, plan, Path.GetFileName(file), flow.Commands.Count);
        var run =
            new ReplayRun(session.ClientWith(parse.GetValue(_adminKey)!), session.PatientClientWith, plan, session.Time)
            {
                Begun = () => session.Screen.Note($"run {plan.Run}: {flow.Commands.Count} lines to {plan.Symbol}"),
                Progress = Reporter(session.Screen),
                Control = board is null ? null : (done, stop) => board(done, false, stop),
            };
        ReplayReport report;
        try
        {
            report = await run.RunAsync(flow, Path.GetFileName(file), cancellation);
        }
        catch (ReplayRefusedException refused)
        {
            throw new UsageException(refused.Obstacle switch
            {
                ReplayObstacle.NotListed => $"{refused.Message}: --list lists it, --symbol names another",
                ReplayObstacle.NotEmpty => $"{refused.Message}: replay to an empty --symbol, or go on with --run NAME",
                _ => refused.Message,
            });
        }

        if (board is not null)
            await board(flow.Commands.Count, true, cancellation);
        Show(session.Screen, report);
        await PlotAsync(parse, session.Screen, plan.Symbol, report, cancellation);
        return report.DifferenceCount == 0 ? ExitCodes.Done : ExitCodes.Refused;
    }

    /// <summary>Returns the option that names the format of a recording.</summary>
    internal static Option<string?> FormatOption()
    {
        var option = new Option<string?>("--format")
        {
            Description = "Format of the file [default: detected from its content]",
            HelpName = OrderFlow.Formats.Replace(", ", "|", StringComparison.Ordinal),
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }] && Format(name) is null)
                result.AddError($"--format: '{name}' is none of {OrderFlow.Formats}.");
        });
        return option;
    }

    /// <summary>Returns the format of a name; null for none.</summary>
    internal static RecordingFormat? Format(string? name) =>
        Enum.GetValues<RecordingFormat>().Where(format => OrderFlow.NameOf(format) == name)
            .Select(static format => (RecordingFormat?)format).FirstOrDefault();

    private static OrderFlow Read(
        string file, string? ticker, RecordingFormat? format, Screen screen, CancellationToken cancellation)
    {
        if (!File.Exists(file))
            throw new UsageException($"there is no file '{file}'");
        if (ticker is not null)
            screen.Note($"{Path.GetFileName(file)} is read for {ticker}");

        try
        {
            return OrderFlow.Open(file, ticker, format, cancellation);
        }
        catch (FlowTickerException refused)
        {
            throw new UsageException($"--ticker: {refused.Message}");
        }
        catch (FlowFormatException) when (format is null)
        {
            // An invalid line may be a line of another format, so print the detected format first.
            var guess = OrderFlow.Guess(file);
            if (guess.Format is { } taken)
                screen.Note(
                    $"{Path.GetFileName(file)} is read as {OrderFlow.NameOf(taken)}: {guess.Why}. "
                    + $"--format names another ({OrderFlow.Formats})");
            throw;
        }
    }

    private ReplayPlan Plan(ParseResult parse)
    {
        var run = parse.GetValue(_run);
        if (run is not null && (run.Length is 0 or > LongestRunName || !run.All(char.IsAsciiLetterOrDigit)))
            throw new UsageException($"--run: '{run}' is not 1 to {LongestRunName} letters and digits");

        var pace = 0;
        var speed = parse.GetValue(_speed)!;
        if (speed != "max" &&
            (!int.TryParse(speed, NumberStyles.None, CultureInfo.InvariantCulture, out pace) || pace == 0))
            throw new UsageException($"--speed: '{speed}' is neither 'max' nor a number of commands a second");

        var name = run ?? QuantumCoreClient.NewClientOrderId()[..8];
        return new ReplayPlan(
            "", name, parse.GetValue(_batch), pace, parse.GetValue(_maker)!, parse.GetValue(_taker)!,
            parse.GetValue(_list), Resumes: run is not null);
    }

    /// <summary>
    /// Returns a function that reports progress to the admin port and returns the requested pace; null without a port.
    /// A port that fails once is not called again.
    /// </summary>
    private Func<int, bool, CancellationToken, Task<ReplayWish?>>? Board(
        ParseResult parse, Session session, ReplayPlan plan, string file, int lines)
    {
        if (parse.GetValue(_admin) is not { } text)
            return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--admin: '{text}' is not an address such as {SimCommands.ExamplePort}");

        var port = session.At(address);
        var failed = false;
        return async (done, ended, cancellation) =>
        {
            try
            {
                return failed
                    ? null
                    : (await port.Simulation.ReportReplayAsync(
                        new(plan.Run, file, plan.Symbol, done, lines, plan.OrdersPerSecond, ended),
                        cancellation)).Replay is { } wanted
                    ? new ReplayWish(wanted.Paused, wanted.Speed)
                    : null;
            }
            catch (QuantumCoreException error)
            {
                failed = true;
                session.Screen.Note($"{text} does not show the replay, which goes on by itself: {error.Message}");
                return null;
            }
        };
    }

    private static Action<ReplayReport> Reporter(Screen screen)
    {
        var last = TimeSpan.Zero;
        return report =>
        {
            if (report.Elapsed - last < s_betweenReports)
                return;

            last = report.Elapsed;
            screen.Note(report.Progress());
        };
    }

    /// <summary>Plots traded prices and volumes over the lines of the recording.</summary>
    private async Task PlotAsync(
        ParseResult parse, Screen screen, string symbol, ReplayReport report, CancellationToken cancellation)
    {
        var (asText, file) = (parse.GetValue(_plot) && !screen.Json, parse.GetValue(_picture));
        if (report.Prints.Count == 0 || (!asText && file is null))
            return;

        var plot =
            new Plot($"{symbol}, {report.Prints.Count} trades", [.. report.Prints.Select(static print => new PlotPoint(
            $"line {print.Line.ToString(CultureInfo.InvariantCulture)}", print.Price, print.Price, print.Price,
            print.Quantity))]);
        if (asText)
            screen.Console.WriteLine(TextPlot.Draw(plot, PlotFiles.WidthOf(screen.Console)));
        await PlotFiles.WriteAsync(file, plot, screen, cancellation);
    }

    private static void Show(Screen screen, ReplayReport report)
    {
        foreach (var difference in report.Differences)
            screen.Note(difference);

        if (report.DifferenceCount > report.Differences.Count)
            screen.Note($"... and {report.DifferenceCount - report.Differences.Count} more differences");

        if (screen.Json)
        {
            screen.WriteJson(report.ToJson());
            return;
        }

        var table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumns("what", "how many");
        table.AddRow("aggressive orders as recorded", $"{report.AggressiveExact} of {report.Aggressive}");
        table.AddRow("their fills", $"{report.Fills}");
        table.AddRow("book rows equal", $"{report.RowsEqual} of {report.Rows}");
        table.AddRow("orders", $"{report.Orders} in {report.Elapsed:g} ({report.OrdersPerSecond}/s)");
        screen.Console.Write(table);
    }
}
