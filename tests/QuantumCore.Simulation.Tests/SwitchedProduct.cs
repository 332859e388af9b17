using System.Reflection;
using Microsoft.CodeAnalysis;
using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>
/// The product with all mutants, each behind its switch: compiled once, loaded beside the product itself. The product's
/// own source and build do not depend on it.
/// </summary>
internal sealed class SwitchedProduct
{
    private static readonly Lazy<SwitchedProduct> s_one = new(() => new SwitchedProduct());
    private readonly MethodInfo _run;
    private readonly PropertyInfo _findings;
    private readonly PropertyInfo _trace;

    private SwitchedProduct()
    {
        var places = MutantList.All
            .Select((mutant, i) => new PlacedMutant(i + 1, mutant.Changed, ProductSource.Find(mutant)))
            .ToLookup(mutant => mutant.Place.File);
        var assemblies = ProductSource.Projects
            .Where(project => project.Files.Any(places.Contains))
            .AsParallel()
            .ToDictionary(project => project.Name, project => Compile(project, places), StringComparer.Ordinal);
        var day = new ProductCopy(assemblies).LoadFromAssemblyName(typeof(SimulatedDay).Assembly.GetName())
            .GetType(typeof(SimulatedDay).FullName!, throwOnError: true)!;
        _run = day.GetMethod(nameof(SimulatedDay.Run))!;
        _findings = _run.ReturnType.GetProperty(nameof(DayResult.Findings))!;
        _trace = _run.ReturnType.GetProperty(nameof(DayResult.Trace))!;
    }

    /// <summary>Single instance of this process. The first caller waits until it is compiled.</summary>
    public static SwitchedProduct One => s_one.Value;

    /// <summary>Runs a day with a mutant. Returns the issues found, and the hash of all random choices.</summary>
    public (IReadOnlyList<string> Findings, ulong Trace) Run(Mutant mutant, int seed)
    {
        // Assemblies of this context have their own types, including the habit.
        var habit = Enum.ToObject(_run.GetParameters()[2].ParameterType, (int)mutant.Habit);
        var result = MutantSwitch.With(MutantList.NumberOf(mutant), () => _run.Invoke(null, [seed, null, habit]));
        return ((IReadOnlyList<string>)_findings.GetValue(result)!, (ulong)_trace.GetValue(result)!);
    }

    private static byte[] Compile(ProductSource.Project project, ILookup<SourceFile, PlacedMutant> mutants) =>
        ProductCompiler.Compile(
            project,
            project.Files.Where(mutants.Contains).ToDictionary(
                file => file, file => SourceFile.Parse(SwitchedSource.Rewrite(file, mutants[file]), file.Path)));
}
