using System.Globalization;
using QuantumCore.Bench.Exchange;

namespace QuantumCore.Bench.Ops;

/// <summary><c>generate FILE</c>: generates an operations file.</summary>
internal static class GenerateCommand
{
    public static int Run(string[] arguments)
    {
        var options = Options.WithFile(
            "generate takes the file to write", arguments, out var path,
            "--symbols", "--depth", "--count", "--width", "--seed");
        var symbols = options.Number("--symbols", 1);
        var depth = options.Number("--depth", 4_000);
        var count = options.Number("--count", 3_000_000);
        var width = options.Number("--width", 16);
        if (symbols > ushort.MaxValue + 1)
            throw new UsageException("--symbols takes a number up to 65536");
        if (!ulong.TryParse(
            options.Text("--seed", "42"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            throw new UsageException("--seed takes a number from 0");
        if (((long)symbols * depth) + count > Array.MaxLength || (long)symbols * depth > int.MaxValue)
            throw new UsageException("symbols x depth + count is more than one file can hold here");

        var made = OpsGenerator.Generate(symbols, depth, count, width, seed);
        using (var file = File.Create(path))
            made.Write(file);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"symbols":{{symbols}},"preload":{{made.Preload}},"ops":{{count}},"orders":{{made.MaxId}}}"""));
        return 0;
    }
}
