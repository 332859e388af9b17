namespace QuantumCore.Client.Tests;

/// <summary>The recorded order flow beside the repository, or where QUANTUMCORE_DATA says.</summary>
internal static class RecordedDays
{
    internal static string Find(string name)
    {
        var path = Candidates().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not here; QUANTUMCORE_DATA names the folder of the recorded days.");
        return path!;
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("QUANTUMCORE_DATA") is { Length: > 0 } told)
            yield return told;

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "QuantumCore.sln")))
                yield return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data"));
        }
    }
}
