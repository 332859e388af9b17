namespace QuantumCore.Bench.Scenarios;

/// <summary><c>scenarios FILE</c>: checks a book against a file of scenarios.</summary>
public static class ScenariosCommand
{
    /// <summary>
    /// Runs a file. Returns 0 if every scenario passed, 1 if one failed, and 2 if a line is invalid (the other
    /// scenarios still run) or the file cannot be read.
    /// </summary>
    public static int Run(string[] arguments, Func<int, IScenarioBook> newBook)
    {
        var verbose = arguments.Contains("--verbose");
        if (arguments.Where(argument => argument != "--verbose").ToArray() is not [var path])
            throw new UsageException("scenarios takes one file");

        IReadOnlyList<Scenario> scenarios;
        try
        {
            scenarios = ScenarioFile.ReadAll(File.ReadAllText(path));
        }
        catch (Exception wrong) when (wrong is ScenarioFileException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{path}: {wrong.Message}");
            return 2;
        }

        var failed = new List<string>();
        foreach (var scenario in scenarios)
        {
            if (scenario.Problem is { } problem)
            {
                Console.Error.WriteLine($"{path}: {problem.Message}");
                failed.Add(scenario.Number);
                continue;
            }

            var differences = ScenarioRun.Of(scenario, newBook);
            if (differences.Count > 0)
                failed.Add(scenario.Number);
            if (differences.Count > 0 && verbose)
                Console.Error.WriteLine($"### {scenario}\n{string.Join('\n', differences)}\n");
        }

        var names = string.Join(',', failed.Select(number => $"\"{System.Text.Json.JsonEncodedText.Encode(number)}\""));
        Console.Out.WriteLine(
            $$"""{"scenarios":{{scenarios.Count}},"passed":{{scenarios.Count - failed.Count}},"failed":[{{names}}]}""");
        return scenarios.Any(scenario => scenario.Problem is not null) ? 2 : failed.Count == 0 ? 0 : 1;
    }
}
