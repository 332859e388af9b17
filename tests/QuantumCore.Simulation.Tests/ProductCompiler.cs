using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace QuantumCore.SimulationTests;

/// <summary>Compiles a project of the product like the build, but with changed sources.</summary>
internal static class ProductCompiler
{
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private static readonly ISourceGenerator[] s_generators = GeneratorsOf(LoggerGenerator());
    private static readonly ISourceGenerator[] s_generatorsOfGrains =
        [.. s_generators, .. GeneratorsOf(OrleansGenerator())];

    // The build adds these to a project's own files.
    private static readonly string[] s_written = ["GlobalUsings.g.cs", "AssemblyInfo.cs"];

    /// <summary>Returns the assembly of a project with some files replaced by other syntax trees.</summary>
    /// <exception cref="InvalidOperationException">The project does not compile.</exception>
    public static byte[] Compile(ProductSource.Project project, IReadOnlyDictionary<SourceFile, SyntaxTree> changed)
    {
        var build = Path.Combine(ProductSource.BuildFolder(project.Name), s_configuration);
        var written = s_written
            .Select(name => Path.Combine(build, $"{project.Name}.{name}"))
            .Select(path => SourceFile.Parse(File.ReadAllText(path), path));
        var compilation = CSharpCompilation.Create(
            project.Name,
            project.Files.Select(file => changed.GetValueOrDefault(file, file.Tree)).Concat(written),
            s_references.Where(reference => Path.GetFileNameWithoutExtension(reference.Display) != project.Name),
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: OptimizationLevel.Release,
                checkOverflow: true,
                nullableContextOptions: NullableContextOptions.Enable,
                allowUnsafe: true));
        CSharpGeneratorDriver
            .Create(project.UsesGrains ? s_generatorsOfGrains : s_generators, parseOptions: SourceFile.Language)
            .RunGeneratorsAndUpdateCompilation(compilation, out var complete, out var problems, CancellationToken.None);
        using var assembly = new MemoryStream();
        var emitted = complete.Emit(assembly, manifestResources: project.Resources.Select(resource =>
            new ResourceDescription(resource.Name, () => File.OpenRead(resource.Path), isPublic: true)),
            cancellationToken: CancellationToken.None);
        var errors = emitted.Diagnostics.Concat(problems)
            .Where(problem => problem.Severity == DiagnosticSeverity.Error)
            .Take(5)
            .ToArray();
        return errors.Length == 0
            ? assembly.ToArray()
            : throw new InvalidOperationException(
                $"{project.Name} with its mutants does not compile: {string.Join("\n", errors.AsEnumerable())}");
    }

    private static ISourceGenerator[] GeneratorsOf(string path) =>
        [.. new AnalyzerFileReference(path, new FromPath()).GetGenerators(LanguageNames.CSharp)];

    private static string LoggerGenerator()
    {
        var packs = Path.GetFullPath(Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../packs/Microsoft.AspNetCore.App.Ref"));
        return Directory
            .EnumerateFiles(packs, "Microsoft.Extensions.Logging.Generators.dll", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Last();
    }

    /// <summary>Finds the generator where the restore of the grains' project put it.</summary>
    private static string OrleansGenerator()
    {
        using var restored = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(ProductSource.BuildFolder("QuantumCore.Grains"), "project.assets.json")));
        var package = restored.RootElement.GetProperty("libraries").EnumerateObject()
            .Single(library => library.Name.StartsWith("Microsoft.Orleans.CodeGenerator/", StringComparison.Ordinal))
            .Value;
        var file = package.GetProperty("files").EnumerateArray().Select(name => name.GetString()!)
            .Single(name => name.EndsWith("/Orleans.CodeGenerator.dll", StringComparison.Ordinal));
        return restored.RootElement.GetProperty("packageFolders").EnumerateObject()
            .Select(folder => Path.Combine(folder.Name, package.GetProperty("path").GetString()!, file))
            .First(File.Exists);
    }

    private sealed class FromPath : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public Assembly LoadFromPath(string fullPath) => AssemblyLoadContext.Default.LoadFromAssemblyPath(fullPath);
    }
}
