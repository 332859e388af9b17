using System.Globalization;
using QuantumCore.Bench.Exchange;

namespace QuantumCore.Bench.Scale;

/// <summary><c>scale</c>: simulates clusters of more silos from the measured costs of orders.</summary>
internal static class ScaleCommand
{
    private static readonly (string Name, Func<ClusterCosts, long> Of,
        Func<ClusterCosts, long, ClusterCosts> With)[] s_costs =
        [
            ("--edge", costs => costs.Edge, (costs, nanos) => costs with { Edge = nanos }),
            ("--account", costs => costs.Account, (costs, nanos) => costs with { Account = nanos }),
            ("--book", costs => costs.Book, (costs, nanos) => costs with { Book = nanos }),
            ("--deliver", costs => costs.Deliver, (costs, nanos) => costs with { Deliver = nanos }),
            ("--hop", costs => costs.Hop, (costs, nanos) => costs with { Hop = nanos }),
            ("--network", costs => costs.Network, (costs, nanos) => costs with { Network = nanos }),
            ("--commit", costs => costs.Commit, (costs, nanos) => costs with { Commit = nanos }),
            ("--frame", costs => costs.Frame, (costs, nanos) => costs with { Frame = nanos }),
            ("--record", costs => costs.Record, (costs, nanos) => costs with { Record = nanos }),
            ("--history", costs => costs.History, (costs, nanos) => costs with { History = nanos }),
            ("--rows", costs => costs.Rows, (costs, nanos) => costs with { Rows = nanos }),
        ];

    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new Options(
            arguments,
            [
                .. s_costs.Select(cost => cost.Name), "--silos", "--journals", "--processors", "--symbols", "--hot",
                "--callers", "--milliseconds", "--seed"]);
        var costs = s_costs.Aggregate(
            new ClusterCosts(), (known, cost) => cost.With(known, options.Number(cost.Name, (int)cost.Of(known))));
        var (milliseconds, seed) = (options.Number("--milliseconds", 1_000), options.Number("--seed", 1));
        await Console.Out.WriteLineAsync(
            "| silos | databases | orders/s | history/s | p50 ms | p99 ms | busiest |\n| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var silos in Numbers(options.Text("--silos", "1,2,4,8,16")))
        {
            foreach (var journals in Numbers(options.Text("--journals", "1,4,16")).Where(journals => journals <= silos))
            {
                var shape = new ClusterShape(
                    silos, journals, options.Number("--processors", 2), options.Number("--symbols", 64),
                    options.Number("--hot", 1), options.Number("--callers", 256));
                await Console.Out.WriteLineAsync(Row(shape, ClusterSimulation.Run(costs, shape, seed, milliseconds)));
            }
        }

        return 0;
    }

    private static string Row(ClusterShape shape, ClusterOutcome outcome) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {shape.Silos} | {shape.Journals} | {outcome.OrdersPerSecond:N0} | {outcome.HistoryPerSecond:N0} | {outcome.P50Micros / 1000.0:F1} | {outcome.P99Micros / 1000.0:F1} | {outcome.Fullest}, {outcome.FullestPercent} % |");

    private static int[] Numbers(string text) =>
    [
        .. text.Split(',')
            .Select(
                number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var read)
                    && read is > 0 and <= 64
                ? read
                : throw new UsageException("--silos and --journals are numbers from 1 to 64, separated by ','")),
    ];
}
