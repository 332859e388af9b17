using System.Reflection;
using System.Runtime.Loader;

namespace QuantumCore.SimulationTests;

/// <summary>
/// Load context with copies of the product's assemblies. All others are shared, including the switch of the
/// mutants.
/// </summary>
internal sealed class ProductCopy(Dictionary<string, byte[]> changed) : AssemblyLoadContext("changed product")
{
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name is not { } name || !name.StartsWith("QuantumCore.", StringComparison.Ordinal)
            || name == typeof(MutantSwitch).Assembly.GetName().Name)
        {
            return null;
        }

        return changed.TryGetValue(name, out var bytes)
            ? LoadFromStream(new MemoryStream(bytes))
            : LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
    }
}
