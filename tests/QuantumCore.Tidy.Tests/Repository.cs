namespace QuantumCore.Tidy.Tests;

/// <summary>The working tree that these tests were built from. Paths are relative to its root, with slashes.</summary>
internal static class Repository
{
    /// <summary>Folders that hold projects.</summary>
    public static readonly IReadOnlyList<string> CodeFolders = ["src", "silo", "client", "examples", "bench", "build", "tests"];

    private static readonly string[] s_notOurs =
        ["artifacts", ".git", "bin", "obj", "data", "node_modules", ".vs", ".idea"];

    /// <summary>Root folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files in the tree except the output of builds and runs.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    /// <summary>Returns files below the given folders with one of these endings.</summary>
    public static IEnumerable<string> Under(IEnumerable<string> folders, params string[] endings) =>
        Files.Where(file => folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal))
            && endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>All C# sources.</summary>
    public static IEnumerable<string> Sources => Under(CodeFolders, ".cs");

    /// <summary>All C# sources of the product, without tests and benchmarks.</summary>
    public static IEnumerable<string> ProductSources => Under(["src", "silo", "client"], ".cs");

    /// <summary>All project files.</summary>
    public static IEnumerable<string> Projects => Under(CodeFolders, ".csproj");

    /// <summary>Returns the content of a file.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Returns the C# code of a source, with comments and strings blanked.</summary>
    public static string Code(string file) => CSharpText.Code(Read(file));

    private static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder)
            .Where(child => !s_notOurs.Contains(Path.GetFileName(child)))
            .SelectMany(Walk));

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "QuantumCore.sln")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"No QuantumCore.sln above {AppContext.BaseDirectory}.");
    }
}
