namespace QuantumCore.Bench.Consensus;

/// <summary><c>consensus FILE</c>: does the book report what all right engines report?</summary>
internal static class ConsensusCommand
{
    public static int Run(string[] arguments)
    {
        if (arguments is not [var path])
            throw new UsageException("consensus takes one file");

        var messages = ConsensusFile.Read(path);
        Console.Out.WriteLine($$"""{"messages":{{messages.Length}},"sha256":"{{ConsensusReplay.Hash(messages)}}"}""");
        return 0;
    }
}
