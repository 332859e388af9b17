namespace QuantumCore.Bench.Flow;

/// <summary><c>flow FILE</c>: compares the bare core with a recorded exchange.</summary>
internal static class FlowCommand
{
    /// <summary>Differences printed to standard error; further ones are only counted.</summary>
    private const int MostDifferencesShown = 20;

    public static int Run(string[] arguments)
    {
        if (arguments is not [var path])
            throw new UsageException("flow takes one file");

        var differences = 0;
        var counts = OrderFlowReplay.Run(OrderFlowFile.Read(path), difference =>
        {
            if (++differences <= MostDifferencesShown)
                Console.Error.WriteLine($"{path}: {difference}");
        });
        if (differences > MostDifferencesShown)
            Console.Error.WriteLine($"{path}: {differences} differences in all");

        Console.Out.WriteLine(
            $$"""{"ioc":{{counts.Ioc}},"iocExact":{{counts.IocExact}},"fills":{{counts.Fills}},"q":{{counts.Q}},"qExact":{{counts.QExact}}}""");
        return 0;
    }
}
