using Mono.Cecil;
using Mono.Cecil.Cil;

namespace QuantumCore.OrderPath;

/// <summary>Makes each method of the product's assemblies in a folder count its calls.</summary>
internal sealed class Instrumentation
{
    private readonly List<string> _files = [];

    /// <summary>Source file of each counted method, by its number.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Instruments the assemblies of a folder in place.</summary>
    public void Apply(DirectoryInfo folder)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(folder.FullName);
        foreach (var file in folder.GetFiles("QuantumCore.*.dll"))
        {
            if (!File.Exists(Path.ChangeExtension(file.FullName, "pdb")))
                continue;
            var reading = new ReaderParameters
            {
                AssemblyResolver = resolver,
                ReadSymbols = true,
                ReadWrite = true,
                InMemory = true,
            };
            using var assembly = AssemblyDefinition.ReadAssembly(file.FullName, reading);
            var count = assembly.MainModule.ImportReference(typeof(Hits).GetMethod(nameof(Hits.Count)));
            foreach (var method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods))
                Instrument(method, count);
            assembly.Write(file.FullName);
        }
    }

    private void Instrument(MethodDefinition method, MethodReference count)
    {
        // An automatic property is data, not a step.
        var isData = (method.IsGetter || method.IsSetter) && method.CustomAttributes.Any(
            attribute => attribute.AttributeType.Name == "CompilerGeneratedAttribute");
        if (!method.HasBody || isData || !method.DebugInformation.HasSequencePoints)
            return;

        var file = method.DebugInformation.SequencePoints[0].Document.Url;
        if (file.Contains("/obj/", StringComparison.Ordinal))
            return;
        var writer = method.Body.GetILProcessor();
        var first = method.Body.Instructions[0];
        writer.InsertBefore(first, writer.Create(OpCodes.Ldc_I4, _files.Count));
        writer.InsertBefore(first, writer.Create(OpCodes.Call, count));
        _files.Add(file);
    }
}
