using Xunit;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>The list that the embedded runtime's unpublished types are held against is true of the real ones.</summary>
public sealed class ListedSignatureTests
{
    [Fact]
    public void Every_listed_signature_exists()
    {
        Type[] oneOfEach =
            [typeof(GenerateSerializerAttribute), typeof(IClusterClient), typeof(IPersistentState<>), typeof(IAsyncStream<>), typeof(ISiloBuilder)];
        var real = oneOfEach.Select(type => type.Assembly).Distinct().SelectMany(assembly => assembly.GetExportedTypes())
            .ToLookup(Signatures.NameOf, StringComparer.Ordinal);
        var list = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Conformance", "signatures.txt"));
        Assert.NotEmpty(list);
        var wrong = list.Where(line =>
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            return !real[line[..colon]].Any(type => Signatures.WithInherited(type).Contains(line[(colon + 2)..]));
        });
        Assert.Empty(wrong);
    }
}
