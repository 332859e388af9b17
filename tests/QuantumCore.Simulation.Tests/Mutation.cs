using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using QuantumCore.Simulation;
using Directory = System.IO.Directory;

namespace QuantumCore.SimulationTests;

/// <summary>
/// A fault planted in the product's source: a copy of one assembly is compiled with it, and the simulation runs on that
/// copy. The product itself has no switch for it.
/// </summary>
internal static class Mutation
{
    private static readonly string s_root = FindRoot();

    private static readonly CSharpParseOptions s_language = new(LanguageVersion.Latest);

    private static readonly string s_usings = string.Concat(
        new[]
        {
            "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks",
        }.Select(name => $"global using {name};\n"));

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly ISourceGenerator[] s_generators =
        [.. new AnalyzerFileReference(LoggerGenerator(), new FromPath()).GetGenerators(LanguageNames.CSharp)];

    private static readonly ConcurrentDictionary<string, Lazy<Compilation>> s_sound = new(StringComparer.Ordinal);

    /// <summary>Runs days of seeds on the changed product until one fails: its seed, or null.</summary>
    public static int? SeedThatCatches(
        string file, string original, string changed, Habit habit, IEnumerable<int> seeds, out string finding)
    {
        var run = Load(file, original, changed, habit);
        foreach (var seed in seeds)
        {
            if (run(seed) is [var first, ..])
            {
                finding = first.Split('\n')[0];
                return seed;
            }
        }

        finding = "";
        return null;
    }

    /// <summary>The source of the product with one text in the place of another.</summary>
    /// <exception cref="InvalidOperationException">The text is not there, or not once.</exception>
    public static string Read(string file, string original, string changed) => Change(Path.Combine(s_root, file), original, changed);

    private static Func<int, IReadOnlyList<string>> Load(string file, string original, string changed, Habit habit)
    {
        var project = Path.Combine(s_root, string.Join('/', file.Split('/')[..2]));
        var mutant = new Mutant(Path.GetFileName(project), Compile(project, Path.Combine(s_root, file), original, changed));
        var day = mutant.LoadFromAssemblyName(new AssemblyName("QuantumCore.Simulation"))
            .GetType("QuantumCore.Simulation.SimulatedDay", throwOnError: true)!;
        var run = day.GetMethod("Run", BindingFlags.Public | BindingFlags.Static)!;

        // The day's own habit: that assembly may have been loaded once more.
        var own = Enum.ToObject(run.GetParameters()[2].ParameterType, (int)habit);
        return seed =>
        {
            var result = run.Invoke(null, [seed, null, own])!;
            return (IReadOnlyList<string>)result.GetType().GetProperty("Findings")!.GetValue(result)!;
        };
    }

    private static byte[] Compile(string project, string file, string original, string changed)
    {
        var name = Path.GetFileName(project);
        var sound = s_sound.GetOrAdd(project, key => new(() => CompileSound(key))).Value;
        var tree = sound.SyntaxTrees.Single(candidate => candidate.FilePath == file);
        var complete = sound.ReplaceSyntaxTree(tree, Parse(Change(file, original, changed), file));
        using var assembly = new MemoryStream();
        var resources = Settings(project).Descendants("EmbeddedResource")
            .SelectMany(resource => Directory.EnumerateFiles(project, (string)resource.Attribute("Include")!))
            .Select(path => new ResourceDescription(Path.GetFileName(path), () => File.OpenRead(path), isPublic: true));
        var emitted = complete.Emit(assembly, manifestResources: resources, cancellationToken: TestContextToken);
        var errors = emitted.Diagnostics.Where(problem => problem.Severity == DiagnosticSeverity.Error).Take(3).ToArray();
        return errors.Length == 0
            ? assembly.ToArray()
            : throw new InvalidOperationException($"{name} does not compile: {string.Join("; ", errors.Select(e => e.ToString()))}");
    }

    /// <summary>A project as it is, with what generators add: a mutant differs from it by one file.</summary>
    private static Compilation CompileSound(string project)
    {
        var name = Path.GetFileName(project);
        var trees = Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(path => Parse(File.ReadAllText(path), path))
            .Append(Parse(s_usings + Extra(Settings(project)), ""))
            .ToArray();
        var compilation = CSharpCompilation.Create(
            name,
            trees,
            s_references.Where(reference => !reference.Display!.EndsWith($"/{name}.dll", StringComparison.Ordinal)),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, checkOverflow: true,
                nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        CSharpGeneratorDriver.Create(s_generators, parseOptions: s_language)
            .RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _, CancellationToken.None);
        return complete;
    }

    private static XDocument Settings(string project) => XDocument.Load(Path.Combine(project, Path.GetFileName(project) + ".csproj"));

    private static SyntaxTree Parse(string text, string path) =>
        CSharpSyntaxTree.ParseText(text, s_language, path, System.Text.Encoding.UTF8, CancellationToken.None);

    private static CancellationToken TestContextToken => Xunit.TestContext.Current.CancellationToken;

    private static string Change(string path, string original, string changed)
    {
        var text = File.ReadAllText(path);
        var at = text.IndexOf(original, StringComparison.Ordinal);
        return at >= 0 && text.IndexOf(original, at + 1, StringComparison.Ordinal) < 0
            ? text.Replace(original, changed, StringComparison.Ordinal)
            : throw new InvalidOperationException($"{path} must have this once: {original}");
    }

    /// <summary>What the build adds to the sources of a project.</summary>
    private static string Extra(XDocument settings)
    {
        var usesGrains = settings.Descendants("UsesGrains").Any(e => e.Value == "true");
        var friends = settings.Descendants("InternalsVisibleTo").Select(friend =>
            $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{(string)friend.Attribute("Include")!}\")]\n");
        return (usesGrains ? "global using QuantumCore.LocalRuntime;\n" : "") + string.Concat(friends);
    }

    private static string LoggerGenerator()
    {
        var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        return Directory.EnumerateFiles(
            Path.Combine(dotnet, "packs/Microsoft.AspNetCore.App.Ref"), "Microsoft.Extensions.Logging.Generators.dll",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "QuantumCore.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("This is not a checkout.");
        return folder;
    }

    private sealed class FromPath : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => AssemblyLoadContext.Default.LoadFromAssemblyPath(fullPath);
    }

    /// <summary>The changed assembly, and once more those that use it; all others are shared, and compiled already.</summary>
    private sealed class Mutant(string name, byte[] changed) : AssemblyLoadContext
    {
        private readonly HashSet<string> _own = UsersOf(name);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (assemblyName.Name is not { } asked || !_own.Contains(asked))
                return null;

            using var bytes = asked == name ? new MemoryStream(changed) : null;
            return bytes is null
                ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, asked + ".dll"))
                : LoadFromStream(bytes);
        }

        /// <summary>An assembly and all that lead to it.</summary>
        private static HashSet<string> UsersOf(string name)
        {
            var users = new HashSet<string>(StringComparer.Ordinal) { name };
            for (var before = 0; before < users.Count;)
            {
                before = users.Count;
                users.UnionWith(s_uses.Where(use => use.Value.Overlaps(users)).Select(use => use.Key));
            }

            return users;
        }

        private static readonly Dictionary<string, HashSet<string>> s_uses = Directory
            .EnumerateFiles(AppContext.BaseDirectory, "QuantumCore.*.dll")
            .Select(path => Default.LoadFromAssemblyPath(path))
            .ToDictionary(
                assembly => assembly.GetName().Name!,
                assembly => assembly.GetReferencedAssemblies().Select(used => used.Name!).ToHashSet(StringComparer.Ordinal),
                StringComparer.Ordinal);
    }
}
