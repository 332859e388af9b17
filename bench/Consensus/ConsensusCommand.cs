using System.Globalization;
using QuantumCore.Bench.Exchange;

namespace QuantumCore.Bench.Consensus;

/// <summary>
/// <c>consensus FILE</c>: compares the book's reports with those that all correct engines agree on. <c>--repeat N</c>
/// also times it, from messages to reports in one thread. <c>--ops OUT</c> writes the messages as an operations file.
/// </summary>
internal static class ConsensusCommand
{
    public static int Run(string[] arguments)
    {
        var options = Options.WithFile(
            "consensus takes one file, perhaps --repeat and a number, perhaps --ops and another file", arguments,
            out var path, "--ops", "--repeat");
        var messages = ConsensusFile.Read(path);
        if (options.Text("--ops", "") is { Length: > 0 } destination)
        {
            var operations = ConsensusOps.From(messages);
            using var file = File.Create(destination);
            operations.Write(file);
        }

        var repeat = options.Number("--repeat", 0);
        var timed = repeat > 0 ? Time(messages, repeat) : "";
        Console.Out.WriteLine(
            $$"""{"messages":{{messages.Length}},"sha256":"{{ConsensusReplay.Hash(messages)}}"{{timed}}}""");
        return 0;
    }

    /// <summary>Returns the best time of some rounds, after two warm-up rounds.</summary>
    private static string Time(ConsensusMessage[] messages, int repeat)
    {
        var reports = 0L;
        var replay = new ConsensusReplay(messages, some => reports += some.Length);
        for (var practice = 0; practice < 2; practice++)
            replay.Play();

        var best = TimeSpan.MaxValue;
        for (var round = 0; round < repeat; round++)
        {
            reports = 0;
            var time = replay.Play();
            best = time < best ? time : best;
        }

        var seconds = Math.Max(best.TotalSeconds, 1e-7);
        return string.Create(
            CultureInfo.InvariantCulture,
            $",\"reports\":{reports},\"seconds\":{seconds:F6},\"messagesPerSecond\":{messages.Length / seconds:F0}");
    }
}
