using System.Xml.Linq;

namespace QuantumCore.SimulationTests;

/// <summary>Sources of the product's projects that the simulation loads.</summary>
internal static class ProductSource
{
    private static readonly string s_root = FindRoot();
    private static readonly Lazy<Project[]> s_projects = new(() =>
    [
        .. Directory.EnumerateDirectories(Path.Combine(s_root, "src"))
            .Where(folder => File.Exists(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(folder) + ".dll")))
            .Order(StringComparer.Ordinal)
            .AsParallel().AsOrdered()
            .Select(folder => new Project(folder)),
    ]);

    /// <summary>The projects.</summary>
    public static IReadOnlyList<Project> Projects => s_projects.Value;

    /// <summary>Returns the folder of a project's build output.</summary>
    public static string BuildFolder(string project) => Path.Combine(s_root, "artifacts", "obj", project);

    /// <summary>Finds the only place of a mutant.</summary>
    /// <exception cref="InvalidOperationException">There is none, or there are several.</exception>
    public static SourceFile.Place Find(Mutant mutant)
    {
        var tokens = SourceFile.Tokens(mutant.Original);
        var all = Projects.SelectMany(project => project.Files).SelectMany(file => file.Find(tokens)).ToArray();
        var places = mutant.In is null ? all : Array.FindAll(all, place => place.IsIn(mutant.In));
        return places switch
        {
            [{ Member: not null } only] => only,
            [] => throw new InvalidOperationException(
                $"\"{mutant.Rule}\": {mutant.In ?? "the product"} has no `{mutant.Original}` "
                + $"(others that have it: {string.Join(", ", all.Select(place => place.Signature))})."),
            _ => throw new InvalidOperationException(
                $"\"{mutant.Rule}\": `{mutant.Original}` stands {places.Length} times: "
                + $"{string.Join(", ", places.Select(place => place.Signature))}. `In` may name the member."),
        };
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "QuantumCore.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This is not a checkout.");
        return folder;
    }

    /// <summary>A project of the product.</summary>
    internal sealed class Project(string folder)
    {
        public string Name { get; } = Path.GetFileName(folder);

        public IReadOnlyList<SourceFile> Files { get; } =
        [
            .. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .AsParallel().AsOrdered()
                .Select(path => new SourceFile(path)),
        ];

        /// <summary>True if Orleans' generator takes part in its build.</summary>
        public bool UsesGrains { get; } =
            File.ReadAllText(Directory.EnumerateFiles(folder, "*.csproj").Single()).Contains("<UsesGrains>true<");

        /// <summary>Embedded files of the build, by their resource names.</summary>
        public IEnumerable<(string Name, string Path)> Resources =>
            XDocument.Load(Path.Combine(folder, Name + ".csproj")).Descendants("EmbeddedResource")
                .SelectMany(resource => Directory.EnumerateFiles(folder, (string)resource.Attribute("Include")!))
                .Select(path => (Path.GetFileName(path), path));
    }
}
