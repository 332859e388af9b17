using QuantumCore.Bench.Exchange;

namespace QuantumCore.Bench.Consensus;

/// <summary>
/// <c>consensus FILE</c>: does the book report what all right engines report? With <c>--ops OUT</c> it also writes the
/// messages as an operations file, to time them.
/// </summary>
internal static class ConsensusCommand
{
    public static int Run(string[] arguments)
    {
        var options = Options.WithFile(
            "consensus takes one file, and perhaps --ops and another one", arguments, out var path, "--ops");
        var messages = ConsensusFile.Read(path);
        if (options.Text("--ops", "") is { Length: > 0 } destination)
        {
            var operations = ConsensusOps.From(messages);
            using var file = File.Create(destination);
            operations.Write(file);
        }

        Console.Out.WriteLine($$"""{"messages":{{messages.Length}},"sha256":"{{ConsensusReplay.Hash(messages)}}"}""");
        return 0;
    }
}
