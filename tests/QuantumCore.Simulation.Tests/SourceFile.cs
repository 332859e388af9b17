using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace QuantumCore.SimulationTests;

/// <summary>A source file of the product, and its tokens.</summary>
internal sealed class SourceFile
{
    private const char End = '\0';
    private readonly Lazy<(SyntaxToken[] Tokens, string Joined)> _tokens;

    public SourceFile(string path)
    {
        Path = path;
        Text = File.ReadAllText(path);
        Tree = Parse(Text, path);
        _tokens = new(() =>
        {
            var tokens = Tree.GetRoot(CancellationToken.None).DescendantTokens().SelectMany(Halves).ToArray();
            return (Array.ConvertAll(tokens, half => half.Token), Join(tokens.Select(half => half.Text)));
        });
    }

    public static CSharpParseOptions Language { get; } = new(LanguageVersion.Latest);

    public string Path { get; }

    public string Text { get; }

    public SyntaxTree Tree { get; }

    public static SyntaxTree Parse(string text, string path) =>
        CSharpSyntaxTree.ParseText(text, Language, path, Encoding.UTF8, CancellationToken.None);

    /// <summary>Returns the tokens of code, without the text between them.</summary>
    public static string Tokens(string code)
    {
        var tokens = SyntaxFactory.ParseTokens(code, options: Language);
        return Join(tokens
            .Where(token => !token.IsKind(SyntaxKind.EndOfFileToken))
            .SelectMany(Parts)
            .SelectMany(Halves)
            .Select(half => half.Text));
    }

    /// <summary>Finds each place of these tokens.</summary>
    public IEnumerable<Place> Find(string tokens)
    {
        var (all, joined) = _tokens.Value;
        var count = tokens.AsSpan(1).Count(End);
        for (var at = joined.IndexOf(tokens, StringComparison.Ordinal);
             at >= 0;
             at = joined.IndexOf(tokens, at + 1, StringComparison.Ordinal))
        {
            var first = joined.AsSpan(0, at).Count(End);
            yield return new Place(
                this, TextSpan.FromBounds(all[first].SpanStart, all[first + count - 1].Span.End), MemberOf(all[first]));
        }
    }

    // Each token begins and ends with a mark, so that half of a token never matches.
    private static string Join(IEnumerable<string> tokens)
    {
        var joined = new StringBuilder().Append(End);
        foreach (var token in tokens)
            joined.Append(token).Append(End);
        return joined.ToString();
    }

    // The parser merges two tokens where the grammar requires it; the lexer alone does not.
    private static IEnumerable<(SyntaxToken Token, string Text)> Halves(SyntaxToken token) => token.Text is ".." or ">>"
        ? [(token, token.Text[..1]), (token, token.Text[1..])]
        : [(token, token.Text)];

    // The lexer alone treats an interpolated string as one token.
    private static IEnumerable<SyntaxToken> Parts(SyntaxToken token) => token.Text is ['$', ..]
        ? SyntaxFactory.ParseExpression(token.Text).DescendantTokens()
        : [token];

    private static SyntaxNode? MemberOf(SyntaxToken token) => token.Parent!.AncestorsAndSelf().FirstOrDefault(node =>
        node is AccessorDeclarationSyntax or BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax
            or VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax });

    /// <summary>A place of tokens in the product.</summary>
    internal sealed record Place(SourceFile File, TextSpan Span, SyntaxNode? Member)
    {
        /// <summary>Name of its member, as Type.Member.</summary>
        public string Name => $"{TypeName}.{Member switch
        {
            MethodDeclarationSyntax method => method.Identifier.Text,
            AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax of } => of.Identifier.Text,
            PropertyDeclarationSyntax property => property.Identifier.Text,
            VariableDeclaratorSyntax variable => variable.Identifier.Text,
            _ => TypeName,
        }}";

        private string TypeName => Member?.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>()?.Identifier.Text ?? "";

        /// <summary>Name with parameter types, if there are any.</summary>
        public string Signature => Member is BaseMethodDeclarationSyntax { ParameterList.Parameters: var parameters }
            ? $"{Name}({string.Join(", ", parameters.Select(parameter => parameter.Type))})"
            : Name;

        /// <summary>Returns true if it is in a member of this name or signature.</summary>
        public bool IsIn(string name) => name == Name || name == Signature;
    }
}
