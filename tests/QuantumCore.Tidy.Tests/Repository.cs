namespace QuantumCore.Tidy.Tests;

/// <summary>The working tree that these tests were built from. Paths are relative to its root, with slashes.</summary>
internal static class Repository
{
    /// <summary>Folders that hold projects.</summary>
    public static readonly IReadOnlyList<string> CodeFolders = ["src", "silo", "client", "examples", "bench", "tests"];

    private static readonly string[] s_notOurs = ["artifacts", ".git", "bin", "obj", "data", "node_modules", ".vs", ".idea"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Everything in the tree but what a build or a run leaves there.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. Walk(Root).Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Files of the code folders, or of those given, with one of these endings.</summary>
    public static IEnumerable<string> Under(IEnumerable<string> folders, params string[] endings) =>
        Files.Where(file => folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal))
            && endings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)));

    /// <summary>Every C# source.</summary>
    public static IEnumerable<string> Sources => Under(CodeFolders, ".cs");

    /// <summary>Every C# source of the product: what tests and benchmarks may do is left out.</summary>
    public static IEnumerable<string> ProductSources => Under(["src", "silo", "client"], ".cs");

    /// <summary>Every project file.</summary>
    public static IEnumerable<string> Projects => Under(CodeFolders, ".csproj");

    /// <summary>A file as it is.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>The C# of a source, its comments and texts blanked.</summary>
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
