namespace QuantumCore.Bench.Consensus;

/// <summary>
/// <c>consensus FILE</c>: does the book report what all right engines report? With <c>--ops OUT</c>: the messages as an
/// operations file, to time them.
/// </summary>
internal static class ConsensusCommand
{
    public static int Run(string[] arguments)
    {
        if (arguments is [var source, "--ops", var destination])
        {
            using var file = File.Create(destination);
            ConsensusOps.From(ConsensusFile.Read(source)).Write(file);
            return 0;
        }

        if (arguments is not [var path])
            throw new UsageException("consensus takes one file, and then perhaps --ops and another one");

        var messages = ConsensusFile.Read(path);
        Console.Out.WriteLine($$"""{"messages":{{messages.Length}},"sha256":"{{ConsensusReplay.Hash(messages)}}"}""");
        return 0;
    }
}
