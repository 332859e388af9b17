using System.Diagnostics;
using System.Globalization;
using QuantumCore.Bench.Exchange;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Flow;

/// <summary><c>core FILE</c>: measures the speed of the bare core on a command file.</summary>
internal static class CoreCommand
{
    private enum Verb : byte
    {
        Submit,
        Reduce,
        Cancel,
    }

    /// <summary>
    /// A prepared command. An order's id is assigned by the book, so a command names an order by its index among those
    /// submitted.
    /// </summary>
    private readonly record struct Step(Verb Verb, int Order, long NewTotalLots, NewOrder Submitted);

    public static int Run(string[] arguments)
    {
        var options = Options.WithFile("core takes one file", arguments, out var path, "--repeat");
        var repeat = options.Number("--repeat", 20);
        var steps = Prepare(OrderFlowFile.Read(path));
        var best = TimeSpan.MaxValue;
        var allocated = 0L;
        for (var round = 0; round < repeat; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var time = Play(steps);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            best = time < best ? time : best;
        }

        var seconds = Math.Max(best.TotalSeconds, 1e-7);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"ops":{{steps.Length}},"seconds":{{seconds:F6}},"opsPerSecond":{{steps.Length / seconds:F0}},"allocatedBytes":{{allocated}}}"""));
        return 0;
    }

    /// <summary>
    /// Runs every step on a new book. The best round is reported. Allocation includes the book's growth.
    /// </summary>
    private static TimeSpan Play(Step[] steps)
    {
        var book = new OrderBook(maxLevels: int.MaxValue);
        var refused = 0;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < steps.Length; i++)
        {
            ref readonly var step = ref steps[i];
            var reject = step.Verb switch
            {
                Verb.Submit => book.Submit(i, step.Submitted, out _),
                Verb.Reduce => book.Reduce(i, step.Order, step.NewTotalLots),
                Verb.Cancel => book.Cancel(i, step.Order, EndReason.User),
            };
            if (reject != RejectReason.None)
                refused++;
        }

        var time = Stopwatch.GetElapsedTime(start);
        return refused == 0
            ? time
            : throw new InvalidOperationException($"The book refused {refused} commands; 'flow' tells more.");
    }

    private static Step[] Prepare(List<FlowLine> lines)
    {
        var steps = new List<Step>(lines.Count);
        var ids = new Dictionary<long, int>();
        var totals = new List<long> { 0 };
        foreach (var line in lines)
        {
            switch (line)
            {
                case AddLine add:
                    ids[add.Id] = totals.Count;
                    steps.Add(new Step(Verb.Submit, totals.Count, 0, new NewOrder(
                        1, add.Side, OrderType.Limit, TimeInForce.GoodTillCancel, false, add.PriceTicks, add.Lots)));
                    totals.Add(add.Lots);
                    break;
                case TakeLine take:
                    steps.Add(new Step(Verb.Submit, totals.Count, 0, new NewOrder(
                        1, take.Side, OrderType.Limit, TimeInForce.ImmediateOrCancel, false, take.LimitTicks,
                        take.Lots)));
                    totals.Add(take.Lots);
                    break;
                case ReduceLine reduce:
                    var reduced = ids[reduce.Id];
                    totals[reduced] = Math.Max(totals[reduced] - reduce.Lots, 0);
                    steps.Add(new Step(Verb.Reduce, reduced, totals[reduced], default));
                    break;
                case CancelLine cancel:
                    steps.Add(new Step(Verb.Cancel, ids[cancel.Id], 0, default));
                    break;
            }
        }

        return [.. steps];
    }
}
