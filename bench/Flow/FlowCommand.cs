namespace QuantumCore.Bench.Flow;

/// <summary><c>flow FILE</c>: does the bare core do what the recorded exchange did?</summary>
internal static class FlowCommand
{
    /// <summary>Differences told on standard error before the rest is only counted.</summary>
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
