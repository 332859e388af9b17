using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using QuantumCore.Simulation;

namespace QuantumCore.SimulationTests;

/// <summary>The product with a <see cref="FaultPoint"/> before each statement of the book's code.</summary>
internal sealed class FaultyBook
{
    private const string Point = "global::QuantumCore.SimulationTests.FaultPoint";
    private static readonly Lazy<FaultyBook> s_one = new(() => new FaultyBook());
    private static readonly string[] s_code =
        ["/QuantumCore.Matching/", "/QuantumCore.Clearing/Books/", "/QuantumCore.Grains/Books/"];

    private int _places;
    private readonly MethodInfo _run;
    private readonly PropertyInfo _findings;

    private FaultyBook()
    {
        var texts = new Dictionary<SourceFile, string>();
        Change(
            texts, "BookJournal.Turn", "return journal.Mutate(turn, given);",
            $"using ({Point}.Command()) {{ return journal.Mutate(turn, given); }}");
        Change(
            texts, "GrainJournal.Mutate", "_broken = true; CloseStreams(); discard();",
            $"if (!{Point}.KeepsState) {{ _broken = true; CloseStreams(); discard(); }}");
        var assemblies = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var project in ProductSource.Projects)
        {
            var changed = project.Files.Where(file => IsBook(file) || texts.ContainsKey(file))
                .ToDictionary(file => file, file => Tree(file, texts.GetValueOrDefault(file, file.Text)));
            if (changed.Count > 0)
                assemblies.Add(project.Name, ProductCompiler.Compile(project, changed));
        }

        var day = new ProductCopy(assemblies).LoadFromAssemblyName(typeof(SimulatedDay).Assembly.GetName())
            .GetType(typeof(SimulatedDay).FullName!, throwOnError: true)!;
        _run = day.GetMethod(nameof(SimulatedDay.Run))!;
        _findings = _run.ReturnType.GetProperty(nameof(DayResult.Findings))!;
    }

    /// <summary>Single instance of this process. The first caller waits until it is compiled.</summary>
    public static FaultyBook One => s_one.Value;

    /// <summary>Number of places that may throw.</summary>
    public int Places => _places;

    /// <summary>Runs a day with faults. Returns the issues found.</summary>
    public IReadOnlyList<string> Run(int seed, Habit habit, FaultPlan plan)
    {
        // Assemblies of the copy have their own types, including the habit.
        var own = Enum.ToObject(_run.GetParameters()[2].ParameterType, (int)habit);
        var result = FaultPoint.With(plan, () => _run.Invoke(null, [seed, (Action<string>)plan.Follow, own]));
        return (IReadOnlyList<string>)_findings.GetValue(result)!;
    }

    private static bool IsBook(SourceFile file) =>
        Array.Exists(s_code, folder => file.Path.Replace('\\', '/').Contains(folder, StringComparison.Ordinal));

    /// <summary>Replaces the only place of some code in a member.</summary>
    private static void Change(Dictionary<SourceFile, string> texts, string member, string original, string changed)
    {
        var place = ProductSource.Find(
            new Mutant { Rule = "a fault of a book", In = member, Original = original, Changed = changed });
        texts.Add(
            place.File, SourceText.From(place.File.Text).Replace(place.Span, changed).ToString());
    }

    private SyntaxTree Tree(SourceFile file, string text)
    {
        var tree = SourceFile.Parse(text, file.Path);
        if (!IsBook(file))
            return tree;

        var points = new Points(_places);
        var withPoints = points.Visit(tree.GetRoot(CancellationToken.None));
        _places = points.Places;
        return SourceFile.Parse(withPoints.ToFullString(), file.Path);
    }

    /// <summary>Adds a call before each statement of a block.</summary>
    private sealed class Points(int places) : CSharpSyntaxRewriter
    {
        public int Places { get; private set; } = places;

        public override SyntaxNode? VisitBlock(BlockSyntax node)
        {
            var visited = (BlockSyntax)base.VisitBlock(node)!;
            return visited.WithStatements(SyntaxFactory.List(
                visited.Statements.SelectMany(statement => statement is LocalFunctionStatementSyntax
                    ? [statement]
                    : new[] { SyntaxFactory.ParseStatement($"{Point}.Pass({Places++});\n"), statement })));
        }
    }
}
