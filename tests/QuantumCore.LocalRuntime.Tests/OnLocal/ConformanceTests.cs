using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>
/// Every public type of the embedded runtime, but its own set-up, exists in Orleans with the same members. Those that live in the
/// published abstractions are compared with them; the others with a list, which the Orleans flavour of these tests holds against the
/// real types.
/// </summary>
public sealed class ConformanceTests : IDisposable
{
    private static readonly Type[] s_own = [typeof(LocalGrains), typeof(LocalGrainOptions), typeof(LocalGrainHosting)];
    private readonly MetadataLoadContext _context;
    private readonly Dictionary<string, Type> _published;

    public ConformanceTests()
    {
        var path = typeof(ConformanceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(metadata => metadata.Key == "OrleansAbstractions").Value!;
        string[] folders = [RuntimeEnvironment.GetRuntimeDirectory(), Path.GetDirectoryName(typeof(IServiceCollection).Assembly.Location)!];
        _context = new MetadataLoadContext(
            new PathAssemblyResolver(folders.SelectMany(folder => Directory.GetFiles(folder, "*.dll")).Append(path)));
        _published = _context.LoadFromAssemblyPath(path).GetExportedTypes().ToDictionary(
            type => type.FullName!, StringComparer.Ordinal);
    }

    private static IEnumerable<Type> Mirrored =>
        typeof(Grain).Assembly.GetExportedTypes().Except(s_own).OrderBy(type => type.Name, StringComparer.Ordinal);

    public void Dispose() => _context.Dispose();

    [Fact]
    public void What_is_published_has_the_same_shape()
    {
        var compared = 0;
        var differences = new List<string>();
        foreach (var type in Mirrored)
        {
            if (Published(type) is not { } real)
                continue;

            var lines = Signatures.WithInherited(real);
            compared++;
            differences.AddRange(Signatures.Of(type).Where(line => !lines.Contains(line)).Select(line => $"{type.Name}: {line}"));
        }

        Assert.Empty(differences);
        Assert.InRange(compared, 25, int.MaxValue);
    }

    [Fact]
    public void What_is_not_published_has_the_shape_on_the_list()
    {
        var actual = Mirrored.Where(type => Published(type) is null)
            .SelectMany(type => Signatures.Of(type).Select(line => $"{Signatures.NameOf(type)}: {line}"));
        var list = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "signatures.txt"));
        Assert.Equal(list.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private Type? Published(Type type)
    {
        string[] namespaces = ["Orleans", "Orleans.Runtime", "Orleans.Concurrency", "Orleans.Placement", "Orleans.Core"];
        return namespaces.Select(ns => _published.GetValueOrDefault($"{ns}.{type.Name}")).FirstOrDefault(real => real is not null);
    }
}
