using QuantumCore.Bench;
using QuantumCore.Bench.Exchange;
using QuantumCore.Bench.Flow;

const string Usage = """
    Measures and checks QuantumCore. Results go to standard output as one line of JSON.

    dotnet run -c Release --project bench -- COMMAND

      flow FILE                Drive the bare matching core with a recorded order flow (.cmds.csv, gzip or not)
                               and compare every fill and every view of the book with what the file expects:
                               {"ioc":N,"iocExact":N,"fills":N,"q":N,"qExact":N}
      core FILE [--repeat N]   Time the bare matching core on the same file: read beforehand, a new book each
                               round, best of N rounds (20):
                               {"ops":N,"seconds":S,"opsPerSecond":N,"allocatedBytes":N}
      grains [--storage volatile|sqlite|postgres] [--postgres CONNECTION] [--directory DIR] [--callers N]
             [--batch N] [--symbols N] [--accounts N] [--seconds N]
                               Orders through account and book grains in this process, each caller one call at a
                               time (hold, submit), answered when durable; ledger and market data run beside it:
                               {"storage":…,"ordersPerSecond":N,"cpuMicrosPerOrder":N,"p50Micros":N,"p99Micros":N,…}
      incident [--storage …] [--rounds N]
                               Bursts of 100 orders of one account on four symbols, racing cancels of all of it:
                               {"orders":N,"ordersPerSecond":N,"slowestOrderMicros":N,"unknownOutcomes":0,…}
      http [--url URL] [--key KEY] [--symbol S] [--price P] [--connections N] [--seconds N] [--pid SILO]
                               One JSON order per request against a running silo, and its bare /health/live in the
                               same run: {"ordersPerSecond":N,"helloPerSecond":N,"ratio":R,"p99Micros":N,…}
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
        case ["grains", .. var rest] when !AsksForHelp(rest):
            return await GrainsCommand.RunAsync(rest);
        case ["incident", .. var rest] when !AsksForHelp(rest):
            return await IncidentCommand.RunAsync(rest);
        case ["http", .. var rest] when !AsksForHelp(rest):
            return await HttpCommand.RunAsync(rest);
        case [..] when AsksForHelp(args):
            Console.Out.WriteLine(Usage);
            return 0;
        default:
            throw new UsageException(args.Length == 0 ? "no command" : $"'{args[0]}' is no command");
    }
}
catch (UsageException wrong)
{
    Console.Error.WriteLine($"{wrong.Message}\n\n{Usage}");
    return 2;
}
catch (Exception problem) when (problem is OrderFlowException or IOException or UnauthorizedAccessException
    or InvalidDataException or InvalidOperationException or System.Net.Sockets.SocketException or ArgumentException)
{
    var file = args.Length > 1 ? $"{args[1]}: " : "";
    Console.Error.WriteLine($"{file}{problem.Message}");
    return 1;
}

static bool AsksForHelp(string[] arguments) => Array.Exists(arguments, argument => argument is "--help" or "-h");
