using QuantumCore.Bench;
using QuantumCore.Bench.Calibration;
using QuantumCore.Bench.Consensus;
using QuantumCore.Bench.Exchange;
using QuantumCore.Bench.Flow;
using QuantumCore.Bench.Ops;
using QuantumCore.Bench.Recovery;
using QuantumCore.Bench.Risk;
using QuantumCore.Bench.Scale;
using QuantumCore.Bench.Scenarios;

const string Usage = """
    Measures and checks QuantumCore. Results go to standard output as one line of JSON.

    dotnet run -c Release --project bench -- COMMAND

      flow FILE                Drive the bare matching core with a recorded order flow (.cmds.csv, gzip or not)
                               and compare every fill and every view of the book with what the file expects:
                               {"ioc":N,"iocExact":N,"fills":N,"q":N,"qExact":N}
      core FILE [--repeat N]   Time the bare matching core on the same file: read beforehand, a new book each
                               round, best of N rounds (20):
                               {"ops":N,"seconds":S,"opsPerSecond":N,"allocatedBytes":N}
      scenarios FILE [--verbose]
                               Run a file of scenarios against the matching core, each on a new book, and compare all
                               events and the book; --verbose tells on standard error what differs. Exit code 0: all passed; 1: not all;
                               2: a line makes no sense (standard error names it, its scenario has failed, the others
                               are run), or there is nothing to run:
                               {"scenarios":N,"passed":N,"failed":["07",…]}
      ops FILE [--repeat N]    Time the bare matching core on a file in the OPS1 format: read beforehand, one book a
                               symbol, every event read by a sink that counts and hashes the trades. After practice
                               on a made-up mixture, all rounds play on the same books, emptied in between; the
                               first shows them what memory they need and does not count: allocatedBytes is what
                               the timed operations of the best round allocated, in that steady state. Best of N
                               rounds (3); latencies from N rounds of their own, one reading of the clock in each:
                               {"ops":N,"seconds":S,"opsPerSecond":N,"trades":N,"quantity":N,"hash":"…",
                               "p50ns":N,"p99ns":N,"p999ns":N,"maxNs":N,"allocatedBytes":N}
      generate FILE [--symbols N] [--depth N] [--count N] [--width N] [--seed N]
                               Make such a file: that many books with so many orders each to begin with, then so
                               many operations around a price that wanders; half of the new orders within so many
                               ticks of it (1, 4000, 3000000, 16, 42): {"symbols":N,"preload":N,"ops":N,"orders":N}
      consensus FILE           Play the message stream of the public matching engine harness (gzip or not) and hash
                               the canonical reports: {"messages":N,"sha256":"…"}
      consensus FILE --repeat N  The same, and the best of so many rounds from messages to reports, in one thread:
                               {"messages":N,"sha256":"…","reports":N,"seconds":s,"messagesPerSecond":x}
      consensus FILE --ops OUT The same, and the messages as an operations file, to time engines on them
      grains [--storage volatile|sqlite|postgres] [--postgres CONNECTION] [--directory DIR] [--callers N]
             [--batch N] [--symbols N] [--accounts N] [--seconds N]
                               Orders through account and book grains in this process, each caller one call at a
                               time (hold, submit), answered when durable; ledger and market data run beside it.
                               projectedPerSecond is what the history took in meanwhile, historyBehind what it has
                               yet to: a run in which it does less looks faster for it:
                               {"storage":…,"ordersPerSecond":N,"cpuMicrosPerOrder":N,"allocatedBytesPerOrder":N,"projectedPerSecond":N,"historyBehind":N,"p50Micros":N,"p99Micros":N,…}
      durable [--storage sqlite|postgres] [--postgres CONNECTION] [--directory DIR] [--callers N] [--batch N]
              [--seconds N] [--rounds N]
                               What durability costs: a bare group commit, the exchange without storage and the
                               exchange on the store, by turns; the median of the rounds (3):
                               {"bareRecordsPerSecond":N,"volatileOrdersPerSecond":N,"ordersPerSecond":N,
                               "ofVolatile":R,"ofBare":R,…}
      incident [--storage …] [--rounds N]
                               Bursts of 100 orders of one account on four symbols, racing cancels of all of it:
                               {"orders":N,"ordersPerSecond":N,"slowestOrderMicros":N,"unknownOutcomes":0,…}
      http [--url URL] [--key KEY] [--symbol S] [--price P] [--connections N] [--seconds N] [--pid SILO] [--get PATH]
                               One JSON order per request against a running silo, and its bare /health/live in the
                               same run; with --get that reading in the place of orders:
                               {"ordersPerSecond":N,"helloPerSecond":N,"ratio":R,"p99Micros":N,…}
      sockets [--url URL] [--key KEY] [--symbol S] [--price P] [--connections N] [--in-flight N] [--batch N] [--seconds N] [--pid SILO]
              [--resting N] [--followers N]
                               JSON orders over the trading socket of a running silo: so many connections (8) with so many
                               messages each on their way (16), of one order or a batch of so many; beside so many open orders
                               of the account (none), and so many connections that follow it (none):
                               {"resting":N,"followers":N,"connections":N,…,"orders":N,"refused":N,"ordersPerSecond":N,"p50Micros":N,"p99Micros":N,"serverCpuMicrosPerOrder":N}
      sweep --silo QuantumCore.Silo.dll [--seconds N] [--batch N]
                               Orders over trading sockets by messages in flight, 1 to 1024 of one order and 1 to 64 of a batch
                               (100), so many seconds each (3): each on a silo of its own just started, then all on a warm one.
                               A Markdown table: accepted orders/s, refused orders, and the rate against the best one
      fix [--address ADDRESS:PORT] [--keys KEY,KEY…] [--symbol S] [--price P] [--in-flight N] [--seconds N] [--pid SILO]
                               Orders over FIX sessions of a running silo, one for each key, so many on their way in each (64):
                               {"orders":N,"refused":N,"ordersPerSecond":N,"p50Micros":N,"p99Micros":N,"slowestMicros":N,"serverCpuMicrosPerOrder":N}
      updates [--url URL] [--symbol S] [--price P] [--orders N]
                               An order at a time (200) on a running silo on which nobody else trades: from its sending to its
                               durable answer, and to the update of its book at a WebSocket reader:
                               {"orders":N,"answerP50Micros":N,"answerP99Micros":N,"updateP50Micros":N,"updateP99Micros":N}
      readers [--url URL] [--symbol S] [--price P] [--readers N] [--updates N] [--channel level3] [--conflate MS] [--seconds N]
              [--pid SILO]
                               One symbol of a running silo changes so many times a second (100), by orders at an even
                               pace; without and with so many WebSocket readers (500) of its book, or of its orders:
                               {"readers":N,"messagesPerSecondAndReader":N,"serverCores":N,"serverCoresWithoutReaders":N,
                               "orderP99Micros":N,"orderP99MicrosWithout":N,…}
      overload [--url URL] [--pid SILO] [--symbol S] [--price P] [--callers N] [--connections N] [--seconds N]
               [--factor N] [--cancels N]
                               What a running demo silo carries closed loop (so many callers, 256), then so many times
                               as much (10) open loop on so many connections (1000) for so many seconds (60), with so
                               many cancels a second (200), the kill switch, and callers who heed Retry-After (20 orders
                               a second) beside it, then how long until all is as before. Latencies of the storm
                               are those of callers who do not heed it: {"capacity":N,"offered":N,"sent":N,
                               "goodput":N,"ratio":R,"acceptedP99Micros":N,"refusedP99Micros":N,
                               "cancelP99Micros":N,"patientP99Micros":N,"maxMemoryMiB":N,
                               "recoverySeconds":S,"statuses":{"200":N,…},"torn":N,…}
      recovery [--commands N] [--symbols N] [--accounts N] [--seed N] [--directory DIR] [--keep NAME] [--packed yes|no]
                               Make a journal of so many commands (10000000), run it again as qc verify does, then
                               bring its books back without and with snapshots; --keep: the journal
                               stays, and is not made again; --packed yes: all of it is packed first: {"verifySeconds":S,"readySeconds":S,…}
      history [--storage sqlite|postgres] [--postgres CONNECTION] [--directory DIR] [--commands N] [--batch N] [--symbols N]
              [--accounts N] [--seed N]
                               Generate a journal of so many commands (200000) and project it into a history, so many
                               commands a batch (4000). CPU time for each accepted order, by stage; of PostgreSQL its
                               server's too: {"orders":N,"cpuMicrosPerOrder":X,"readMicrosPerOrder":X,…}
      snapshot [--resting N]   The bytes of a book with so many resting orders, best of five:
                               {"bytes":N,"encodeMs":N,"restoreMs":N}
      risk [--open N]          What an order costs before it is held, in an account with so many open orders (1000):
                               its cover, all limits in all scopes, and the decision with its fees; best of 500 rounds:
                               {"openOrders":N,"limits":N,"coverNs":N,"limitsNs":N,"decisionNs":N}
      scale [--silos N,…] [--journals N,…] [--processors N] [--symbols N] [--hot PERCENT] [--callers N] [--milliseconds N]
            [--seed N] [--edge NS] [--account NS] [--book NS] [--deliver NS] [--hop NS] [--network NS] [--commit NS]
            [--frame NS] [--record NS] [--history NS] [--rows NS]
                               Simulate clusters of so many silos (1,2,4,8,16) over so many databases (1,4,16) from what orders cost
                               where, as measured (docs/scale.md): a table, the same for the same seed
      market FILE [--seed N] [--hours N] [--plot SVG]
                               A recorded day in LOBSTER's format (zip of message and order book file) beside so many
                               hours (24) of the simulated market of a seed (1): spread, shares at the best price and
                               the best five, lifetimes of orders taken out and sizes of prints, each as [tenth, half,
                               nine tenths]; returns of ten seconds; --plot draws them: {"recorded":{…},"simulated":{…}}
      --help                   This text.

    Exit code 0: done; 1: the file cannot be read or makes no sense (standard error names the line); 2: usage.
    """;

try
{
    switch (args)
    {
        case ["flow", .. var rest] when !AsksForHelp(rest):
            return FlowCommand.Run(rest);
        case ["core", .. var rest] when !AsksForHelp(rest):
            return CoreCommand.Run(rest);
        case ["scenarios", .. var rest] when !AsksForHelp(rest):
            return ScenariosCommand.Run(rest, maxLevels => new CoreScenarioBook(maxLevels));
        case ["ops", .. var rest] when !AsksForHelp(rest):
            return OpsCommand.Run(rest);
        case ["generate", .. var rest] when !AsksForHelp(rest):
            return GenerateCommand.Run(rest);
        case ["consensus", .. var rest] when !AsksForHelp(rest):
            return ConsensusCommand.Run(rest);
        case ["grains", .. var rest] when !AsksForHelp(rest):
            return await GrainsCommand.RunAsync(rest);
        case ["durable", .. var rest] when !AsksForHelp(rest):
            return await DurableCommand.RunAsync(rest);
        case ["incident", .. var rest] when !AsksForHelp(rest):
            return await IncidentCommand.RunAsync(rest);
        case ["http", .. var rest] when !AsksForHelp(rest):
            return await HttpCommand.RunAsync(rest);
        case ["sockets", .. var rest] when !AsksForHelp(rest):
            return await SocketsCommand.RunAsync(rest);
        case ["sweep", .. var rest] when !AsksForHelp(rest):
            return await SweepCommand.RunAsync(rest);
        case ["fix", .. var rest] when !AsksForHelp(rest):
            return await FixCommand.RunAsync(rest);
        case ["updates", .. var rest] when !AsksForHelp(rest):
            return await UpdatesCommand.RunAsync(rest);
        case ["readers", .. var rest] when !AsksForHelp(rest):
            return await ReadersCommand.RunAsync(rest);
        case ["overload", .. var rest] when !AsksForHelp(rest):
            return await OverloadCommand.RunAsync(rest);
        case ["recovery", .. var rest] when !AsksForHelp(rest):
            return await RecoveryCommand.RunAsync(rest);
        case ["history", .. var rest] when !AsksForHelp(rest):
            return await HistoryCommand.RunAsync(rest);
        case ["risk", .. var rest] when !AsksForHelp(rest):
            return await RiskCommand.RunAsync(rest);
        case ["scale", .. var rest] when !AsksForHelp(rest):
            return await ScaleCommand.RunAsync(rest);
        case ["market", .. var rest] when !AsksForHelp(rest):
            return MarketCommand.Run(rest);
        case ["snapshot", .. var rest] when !AsksForHelp(rest):
            return SnapshotCommand.Run(rest);
        case [..] when AsksForHelp(args):
            Console.Out.WriteLine(Usage);
            return 0;
        default:
            throw new UsageException(args.Length == 0 ? "no command" : $"'{args[0]}' is no command");
    }
}
catch (UsageException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}; --help tells what there is");
    return 2;
}
catch (Exception problem) when (problem is OrderFlowException or IOException or UnauthorizedAccessException
    or InvalidDataException or InvalidOperationException or System.Net.Sockets.SocketException or ArgumentException)
{
    var file = Array.Find(args, File.Exists);
    Console.Error.WriteLine(file is null ? problem.Message : $"{file}: {problem.Message}");
    return 1;
}

static bool AsksForHelp(string[] arguments) => Array.Exists(arguments, argument => argument is "--help" or "-h");
