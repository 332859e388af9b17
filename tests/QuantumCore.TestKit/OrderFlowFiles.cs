using Xunit;

namespace QuantumCore.TestKit;

/// <summary>Finds the recorded order flow, which is stored beside the repository.</summary>
public static class OrderFlowFiles
{
    private const string Variable = "QUANTUMCORE_DATA";

    /// <summary>
    /// Returns the path of a file: in the folder named by QUANTUMCORE_DATA, else in ../shared/data beside the
    /// solution's folder. Skips the test if it is in neither.
    /// </summary>
    public static string Find(string name)
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        var folder = string.IsNullOrEmpty(named) ? BesideTheSolution() : named;
        var path = folder is null ? null : Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            Assert.Skip(
                $"The recorded order flow {name} is not in {folder ?? "../shared/data"}: set {Variable} to the folder "
                + "that holds the .cmds.csv.gz files, or put them into shared/data beside the repository.");
        }

        return path;
    }

    private static string? BesideTheSolution()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "QuantumCore.sln")))
            folder = folder.Parent;
        return folder is null ? null : Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data"));
    }
}
