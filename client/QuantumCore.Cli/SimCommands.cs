using System.CommandLine;
using System.Globalization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>sim: simulated market and fault injection of a demo.</summary>
internal static class SimCommands
{
    internal const string ExamplePort = "http://127.0.0.1:8081";

    internal static Command All(CommandLineApp app, Func<string, string?> environment)
    {
        var port = new Option<string>("--admin")
        {
            Description =
                "Admin port of the demo, which needs no key and has no faults [env QC_ADMIN; default: --url, "
                + "with the administrator's key]",
            HelpName = "address",
            Recursive = true,
        };
        SimulationClient Simulator(ParseResult parse, Session session)
        {
            if ((parse.GetValue(port) ?? environment("QC_ADMIN")) is not { } text)
                return session.Administrator().Simulation;
            return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? session.At(address).Simulation
                : throw new UsageException($"--admin: '{text}' is not an address such as {ExamplePort}");
        }

        Command Add(
            Command command, string example,
            Func<ParseResult, SimulationClient, CancellationToken, Task<Simulation>> ask) =>
            app.Add(command, example, async (parse, session, cancellation) =>
            {
                var simulation = await ask(parse, Simulator(parse, session), cancellation);
                session.Screen.Show(simulation, console => Show(console, simulation));
            });
        return new(
            "sim",
            "Control the simulated market of a demo, and inject faults (administrator's key; default: demo-admin).")
        {
            port,
            Add(
                new Command("show", "Show the state of the simulation."), "qc sim show",
                (_, simulation, stop) => simulation.GetAsync(stop)),
            Add(
                new Command("pause", "Stop the simulated market's clock."), "qc sim pause",
                (_, simulation, stop) => simulation.ChangeMarketAsync(new(Paused: true), stop)),
            Add(
                new Command("resume", "Start the simulated market's clock again."), "qc sim resume",
                (_, simulation, stop) => simulation.ChangeMarketAsync(new(Paused: false), stop)),
            Step(app, Simulator),
            Factor(
                Add, "speed", "Set the speed of the simulated market's clock: 0.1 to 50.",
                factor => new(Speed: factor)),
            Factor(
                Add, "volatility", "Set the factor of all price movements: 0 to 20.",
                factor => new(Volatility: factor)),
            Away(Add),
            Reset(Add),
            Halt(Add, "halt", "Halt a symbol.", isHalted: true),
            Halt(Add, "open", "Let a halted symbol trade on.", isHalted: false),
            Fault(Add),
            Clear(Add),
            Skew(Add),
            Recordings(app, Simulator),
            Replay(Add),
        };
    }

    private delegate Command Adding(
        Command command, string example, Func<ParseResult, SimulationClient, CancellationToken, Task<Simulation>> ask);

    private static Command Replay(Adding add)
    {
        var speed = Grammar.NumberArgument("speed", "Commands a second; 0: as fast as it goes");
        return new Command(
            "replay",
            "Start a replay from the silo's folder of recordings; control it, "
            + "or a replay of qc replay FILE --admin ADDRESS.")
        {
            StartReplay(add),
            add(
                new Command("stop", "Stop a replay that start began. Its orders stay in the book."),
                "qc sim replay stop", (_, simulation, stop) => simulation.StopReplayAsync(stop)),
            add(
                new Command("pause", "Pause the replay."), "qc sim replay pause",
                (_, simulation, stop) => simulation.ChangeReplayAsync(new(Paused: true), stop)),
            add(
                new Command("resume", "Resume the replay."), "qc sim replay resume",
                (_, simulation, stop) => simulation.ChangeReplayAsync(new(Paused: false), stop)),
            add(
                new Command("speed", "Set the speed of the replay.") { speed },
                "qc sim replay speed 50",
                (parse, simulation, stop) =>
                    simulation.ChangeReplayAsync(new(Speed: (int)Math.Min(parse.GetValue(speed), int.MaxValue)), stop)),
        };
    }

    private static Command StartReplay(Adding add)
    {
        var file = new Argument<string>("file") { Description = "Recording, as listed by qc sim recordings" };
        var ticker = new Option<string?>("--ticker")
        {
            Description = "Stock to replay, for an ITCH day file, which has all of them",
            HelpName = "ticker",
        };
        var format = ReplayCommand.FormatOption();
        var symbol = Grammar.SymbolOption(
            "Target symbol, whose book has no orders of others [default: the file's ticker with .L]");
        var speed = Grammar.NumberOption("--speed", "Commands a second [default: no limit]", 1, 1_000_000);
        var batch = Grammar.CountOption(
            "--batch", "Maximum number of resting orders in one request", otherwise: 100, OrdersClient.BatchLimit);
        return add(
            new Command("start", "Start a replay inside the exchange.") { file, ticker, format, symbol, speed, batch },
            "qc sim replay start AAPL_2012-06-21_50_1h.cmds.csv.gz --speed 50 --batch 1",
            (parse, simulation, stop) => simulation.StartReplayAsync(
                new NewReplay(
                    parse.GetValue(file)!, parse.GetValue(symbol), parse.GetValue(speed), parse.GetValue(batch),
                    parse.GetValue(ticker), ReplayCommand.Format(parse.GetValue(format))), stop));
    }

    private static Command Recordings(CommandLineApp app, Func<ParseResult, Session, SimulationClient> port) =>
        app.Add(
        new Command("recordings", "List the recordings in the silo's folder (silo option --recordings)."),
        "qc sim recordings",
        async (parse, session, cancellation) =>
        {
            var list = await port(parse, session).GetRecordingsAsync(cancellation);
            session.Screen.Show(list, console =>
            {
                if (!list.Configured)
                    console.WriteLine("no folder of recordings: start the silo with --recordings DIR");
                foreach (var recording in list.Recordings)
                    console.WriteLine(
                        $"{recording.Name}  {(recording.Format is { } format ? Tables.Word(format) : "no recording")}, "
                        + $"{recording.Bytes} bytes");
            });
        });

    private static Command Step(CommandLineApp app, Func<ParseResult, Session, SimulationClient> port)
    {
        var steps = Grammar.NumberArgument("steps", "Steps of a tenth of a second");
        return app.Add(
            new Command(
                "step",
                "Run some steps of a paused market; a running market takes them in addition to those of its clock.")
            {
                steps,
            },
            "qc sim step 10",
            async (parse, session, cancellation) =>
            {
                var simulation = await port(parse, session)
                    .ChangeMarketAsync(new(Steps: (int)Math.Min(parse.GetValue(steps), int.MaxValue)), cancellation);
                if (!simulation.Running)
                    session.Screen.Note("there is no simulated market to step");
                else if (!simulation.Market.Paused)
                    session.Screen.Note(
                        "the market runs: these steps come beside those of its clock; qc sim pause stops that");
                session.Screen.Show(simulation, console => Show(console, simulation));
            });
    }

    private static Command Factor(Adding add, string name, string description, Func<decimal, MarketChange> change)
    {
        var factor = Grammar.Price("factor", description);
        return add(
            new Command(name, description) { factor },
            $"qc sim {name} 3",
            (parse, simulation, stop) => simulation.ChangeMarketAsync(change(parse.GetValue(factor)), stop));
    }

    private static Command Away(Adding add)
    {
        var who = Grammar.WordsArgument<SimulatedParticipant>(
            "who", "Participants that stay away; without any, all take part");
        return add(
            new Command("away", "Remove simulated participants and their orders.") { who },
            """
            qc sim away noise momentum     only makers, depth, reversion and institutions trade
            qc sim away                    all are there again
            """,
            (parse, simulation, stop) => simulation.ChangeMarketAsync(new(Away: parse.GetValue(who) ?? []), stop));
    }

    private static Command Reset(Adding add)
    {
        var seed = Grammar.NumberOption("--seed", "Another seed", 0, int.MaxValue);
        return add(
            new Command("reset", "Restart the simulated market at the listed prices.") { seed },
            "qc sim reset --seed 7",
            (parse, simulation, stop) => simulation.ChangeMarketAsync(
                new(Seed: parse.GetValue(seed), Reset: true), stop));
    }

    private static Command Halt(Adding add, string name, string description, bool isHalted)
    {
        var symbol = Grammar.Symbol();
        return add(
            new Command(name, description) { symbol },
            $"qc sim {name} AAPL",
            (parse, simulation, stop) => simulation.HaltAsync(parse.GetValue(symbol)!, isHalted, stop));
    }

    private static Command Fault(Adding add)
    {
        var kind = Grammar.WordArgument<FaultKind>("kind", "Kind of the fault");
        var on = Grammar.WordOption<FaultPlace>("--on", "Traffic that a drop or a delay affects");
        var of = new Option<string>("--for") { Description = "Only clients with this API key", HelpName = "api key" };
        var symbol = Grammar.SymbolOption("Only requests and messages about this symbol");
        var count = Grammar.NumberOption("--count", "Number of times", 1, 1_000_000);
        var millis = Grammar.NumberOption("--millis", "Duration in milliseconds", 0, 600_000);
        return add(
            new Command("fault", "Inject a fault into the next requests or messages of clients.")
            {
                kind, on, of, symbol, count, millis,
            },
            """
            qc sim fault reject --for demo-alice        the next order is refused as overloaded
            qc sim fault timeout --symbol AAPL          the next one is done, and never answered
            qc sim fault skip --symbol AAPL             a message of the book's stream is missing
            qc sim fault delay --on stream --millis 3000 --count 5
            """,
            (parse, simulation, stop) => simulation.AddFaultAsync(
                new NewFault(
                    parse.GetValue(kind), parse.GetValue(on), parse.GetValue(of), parse.GetValue(symbol),
                    parse.GetValue(count), parse.GetValue(millis)),
                stop));
    }

    private static Command Clear(Adding add)
    {
        var id = Grammar.NumberOption("--id", "Only this one", 1, int.MaxValue);
        return add(
            new Command("clear", "Remove waiting faults and clock errors.") { id },
            "qc sim clear",
            (parse, simulation, stop) => simulation.RemoveFaultsAsync(parse.GetValue(id), stop));
    }

    private static Command Skew(Adding add)
    {
        var millis = new Argument<long>("millis") { Description = "Milliseconds ahead; -- -3000 for behind" };
        var key = new Option<string>("--key", "--for")
        {
            Description = "Only clients with this API key",
            HelpName = "api key",
        };
        return add(
            new Command("skew", "Set the clock of the Binance Spot interface wrong; 0 corrects it.") { millis, key },
            """
            qc sim skew 5000                          for every key without a clock of its own
            qc sim skew 5000 --key demo-alice         for this key alone
            qc sim skew --key demo-alice -- -3000     three seconds behind
            """,
            (parse, simulation, stop) => simulation.SetClockSkewAsync(
                parse.GetValue(millis), parse.GetValue(key), stop));
    }

    private static void Show(IAnsiConsole console, Simulation simulation)
    {
        var market = simulation.Market;
        console.WriteLine(
            $"{(!simulation.Running ? "nobody is simulated" : market.Paused ? "paused" : "running")}, "
            + $"speed {Text(market.Speed)}, "
            + $"volatility {Text(market.Volatility)}, seed {market.Seed}, {market.Steps} steps; "
            + $"clients' clock {simulation.SkewMillis} ms ahead");
        if (market.Away is { Count: > 0 } away)
            console.WriteLine($"away   {string.Join(", ", away.Select(Tables.Word))}");
        if (simulation.Replay is { } replay)
        {
            var how = replay.End is { } end ? Tables.Word(end) : replay.Ended ? "ended" : replay.Paused
                ? "paused"
                : replay.Speed == 0 ? "as fast as it goes" : $"{replay.Speed} commands a second";
            console.WriteLine(replay is { Of: 0, Ended: false }
                ? $"replay {replay.File}: it is read"
                : $"replay {replay.File} to {(replay.Symbol.Length > 0 ? replay.Symbol : "no symbol yet")}: "
                    + $"line {replay.Done} of {replay.Of}, {how}");
            if (replay.Problem is { } problem)
                console.WriteLine($"       {problem}");
            if (replay.Result is { } found)
                console.WriteLine(
                    $"       {found.AggressiveExact} of {found.Aggressive} aggressive orders as recorded, "
                        + $"{found.RowsEqual} of {found.Rows} book rows equal, {found.Differences} differences");
        }

        foreach (var clock in simulation.Clocks ?? [])
            console.WriteLine($"clock  {clock.Id}: {clock.Millis} ms ahead for {clock.Key ?? "every other key"}");
        foreach (var fault in simulation.Faults)
        {
            console.WriteLine(
                $"waits  {fault.Id}: {Tables.Word(fault.Kind)} of {Tables.Word(fault.On)}, "
                + $"{fault.Symbol ?? "every symbol"}, "
                + $"{fault.Key ?? "every key"}, {fault.Left} times, {fault.Millis} ms");
        }

        foreach (var fired in simulation.Fired)
            console.WriteLine(
                $"{fired.At.UtcDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}  {fired.Fault}: "
                    + $"{Tables.Word(fired.Kind)} of {fired.To}");
    }

    private static string Text(decimal factor) => factor.ToString(CultureInfo.InvariantCulture);
}
