using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace QuantumCore.SimulationTests;

/// <summary>A mutant with its number and its place in the product.</summary>
internal sealed record PlacedMutant(int Number, string Changed, SourceFile.Place Place);

/// <summary>Writes all mutants of a source file into it, each behind its switch.</summary>
internal static class SwitchedSource
{
    private const string Switch = "global::QuantumCore.SimulationTests.MutantSwitch.Is";

    /// <summary>
    /// Returns the file with new bodies of the mutated members: the switch selects the original body or that of a
    /// mutant.
    /// </summary>
    public static string Rewrite(SourceFile file, IEnumerable<PlacedMutant> mutants)
    {
        var changes = mutants
            .GroupBy(mutant => mutant.Place.Member!, mutant => (mutant.Number, Mutated(file, mutant)))
            .Select(group => Change(group.Key, [.. group]));
        return SourceText.From(file.Text).WithChanges(changes.OrderBy(change => change.Span.Start)).ToString();
    }

    /// <summary>Returns a member with the mutant's text.</summary>
    private static SyntaxNode Mutated(SourceFile file, PlacedMutant mutant)
    {
        var text = SourceText.From(file.Text).Replace(mutant.Place.Span, mutant.Changed).ToString();
        var member = mutant.Place.Member!;
        return SourceFile.Parse(text, file.Path).GetRoot(CancellationToken.None)
            .FindToken(member.SpanStart).Parent!.AncestorsAndSelf()
            .First(node => node.RawKind == member.RawKind && node.SpanStart == member.SpanStart);
    }

    private static TextChange Change(SyntaxNode member, (int Number, SyntaxNode Member)[] mutants)
    {
        if (member is VariableDeclaratorSyntax field)
            return ChangeField(field, mutants);

        var chosen = string.Concat(mutants.Select(mutant =>
            $"if ({Switch}({mutant.Number}))\n{Block(mutant.Member)}\nelse "));
        var body = $"{{ {chosen}\n{Block(member)} }}";
        return member is BasePropertyDeclarationSyntax
            ? new TextChange(BodyOf(member), $"{{ get {body} }}")
            : new TextChange(BodyOf(member), body);
    }

    private static TextSpan BodyOf(SyntaxNode member) => BlockOf(member) is { } block
        ? block.Span
        : TextSpan.FromBounds(ArrowOf(member).SpanStart, member.Span.End);

    private static string Block(SyntaxNode member)
    {
        if (BlockOf(member) is { } block)
            return block.ToFullString();

        var expression = ArrowOf(member).Expression;
        return expression is ThrowExpressionSyntax || ReturnsNothing(member)
            ? $"{{ {expression.ToFullString()}; }}"
            : $"{{ return {expression.ToFullString()}; }}";
    }

    private static BlockSyntax? BlockOf(SyntaxNode member) => member switch
    {
        BaseMethodDeclarationSyntax method => method.Body,
        AccessorDeclarationSyntax accessor => accessor.Body,
        _ => null,
    };

    private static ArrowExpressionClauseSyntax ArrowOf(SyntaxNode member) =>
        member switch
        {
            BaseMethodDeclarationSyntax method => method.ExpressionBody,
            AccessorDeclarationSyntax accessor => accessor.ExpressionBody,
            PropertyDeclarationSyntax property => property.ExpressionBody,
            IndexerDeclarationSyntax indexer => indexer.ExpressionBody,
            _ => null,
        }
        ?? throw new NotSupportedException($"A mutant can't be in this: {member}");

    private static bool ReturnsNothing(SyntaxNode member) => member switch
    {
        MethodDeclarationSyntax method => method.ReturnType.ToString() is "void"
            || (method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() is "Task" or "ValueTask"),
        ConstructorDeclarationSyntax or DestructorDeclarationSyntax => true,
        AccessorDeclarationSyntax accessor => !accessor.IsKind(SyntaxKind.GetAccessorDeclaration),
        _ => false,
    };

    /// <summary>Converts a static field to a property. A field would keep the value of its first reader.</summary>
    private static TextChange ChangeField(VariableDeclaratorSyntax field, (int Number, SyntaxNode Member)[] mutants)
    {
        var declaration = (FieldDeclarationSyntax)field.Parent!.Parent!;
        if (declaration.Declaration.Variables.Count > 1 || !declaration.Modifiers.Any(SyntaxKind.StaticKeyword))
            throw new NotSupportedException($"A mutant can't be in this: {declaration}");

        var (type, name) = (declaration.Declaration.Type.ToString(), field.Identifier.Text);
        var modifiers = declaration.Modifiers.Where(modifier => !modifier.IsKind(SyntaxKind.ReadOnlyKeyword));
        var fields = mutants
            .Prepend((Number: 0, Member: field))
            .Select(each => (each.Number, ((VariableDeclaratorSyntax)each.Member).Initializer))
            .Select(each => $"private static readonly {type} {name}_{each.Number} {each.Initializer};\n");
        var chosen = string.Concat(mutants.Select(mutant => $"{Switch}({mutant.Number}) ? {name}_{mutant.Number} : "));
        var property = $"{string.Join(' ', modifiers)} {type} {name} => {chosen}{name}_0;";
        return new TextChange(declaration.Span, string.Concat(fields) + property);
    }
}
