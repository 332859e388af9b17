using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Texts use the field's words, and names say something.</summary>
public sealed partial class VocabularyTests
{
    // Words that only this project used, and the words that the field has for them.
    private static readonly (Regex Private, string Instead)[] s_words =
    [
        (Word("upkeep"), "maintenance"),
        (Word("renett(ing|ed)"), "settlement recalculation"),
        (Word("account news"), "account updates"),
        (Word("stream holders?"), "stream identity"),
        (Word("doors?"), "admission control"),
        (Word("order desks?"), "order gateway"),
        (Word("refusal pace"), "retry throttle"),
        (Word("burst rooms?"), "shared send buffer"),
        (Word("(shown|seen) sequences?"), "consistency token"),
        (Word("book tails?"), "account book reader"),
        (Word("mark board"), "mark price cache"),
        (Word("(agent of )?open work"), "recovery agent, abandoned work"),
        (Word("witness of a negative answer|negative answers?"), "negative proof"),
        (Word("burn(s|ed|t|ing)? (a |an |the )?(keys?|names?|ids?|client order ids?)"), "retire"),
        (Word("signal strateg(y|ies)"), "webhook strategy"),
        (Word("order by order"), "market-by-order"),
        (Word("due work"), "scheduled work"),
        (Word("reading turns?"), "concurrent query limit"),
        (Word("turned away"), "rejected"),
        (Word("dark (orders?|levels?)"), "hidden"),
    ];

    // Parts of names, with the field's word; Standing has been three things, and stays in names of the API.
    private static readonly (Regex Private, string Instead)[] s_names =
    [
        (Part("Dark"), "Hidden"),
        (Part("Lit"), "Displayed"),
        (Part("AtMarket"), "MarketOrder"),
        (Part("Toward"), "SignedPriceKey"),
        (Part("Burn"), "RetireKey"),
        (Part("Barrier"), "Rejection"),
        (Part("(?<!(Journal|Replay))Standings?"), "State, Status or the thing itself"),
    ];

    public static TheoryData<string, bool> Examples => new()
    {
        { "The agent of open work resolves it.", true },
        { "/// The agent of open\n    /// work resolves it.", true },
        { "Upkeep of a journal.", true },
        { "The grain of due work.", true },
        { "Work that is due at a time.", false },
        { "QuantumCore.Upkeep", false },
        { "The recovery agent resolves abandoned work.", false },
        { "A cache, a parser, a handler, options, a witness, market-by-order.", false },
    };

    [Fact]
    public void No_document_uses_private_words() => Findings.None(
        from document in Prose.Documents
        from finding in PrivateWords(Prose.OfDocument(Repository.Read(document)))
        select $"{document}:{finding}");

    [Fact]
    public void No_comment_or_text_uses_private_words() => Findings.None(
        from file in Repository.Sources
        where !file.StartsWith("tests/QuantumCore.Tidy.Tests/", StringComparison.Ordinal)
        from finding in PrivateWords(Prose.OfSource(Repository.Read(file)))
        select $"{file}:{finding}");

    [Fact]
    public void No_folder_or_file_has_an_empty_name() => Findings.None(
        Repository.Under(Repository.CodeFolders, "").Where(file =>
            file.Split('/').Any(part => part.Split('.').Any(IsEmptyName))));

    [Fact]
    public void No_type_has_an_empty_name() => Findings.None(
        from file in Repository.Sources
        from Match declared in TypeDeclaration().Matches(Repository.Code(file))
        where IsEmptyName(declared.Groups["name"].Value)
        select $"{file}: {declared.Groups["name"].Value}");

    [Fact]
    public void No_name_has_a_private_word() => Findings.None(
        from file in Repository.ProductSources
        from finding in PrivateNames(Repository.Code(file))
        select $"{file}:{finding}");

    [Theory]
    [InlineData("PassDark", true)]
    [InlineData("_dark", true)]
    [InlineData("IsLit", true)]
    [InlineData("MarginStanding", true)]
    [InlineData("JournalStanding", false)]
    [InlineData("Little", false)]
    [InlineData("Towards", false)]
    [InlineData("Split", false)]
    public void Private_words_are_found_in_parts_of_names(string name, bool isFound) =>
        Assert.Equal(isFound, PrivateNames(name).Any());

    [Theory]
    [MemberData(nameof(Examples))]
    public void Private_words_are_told_from_standard_words(string text, bool isFound) =>
        Assert.Equal(isFound, PrivateWords(Prose.OfSource($"    /// {text}\n")).Any());

    [Theory]
    [InlineData("OrderManager", true)]
    [InlineData("Utils", true)]
    [InlineData("FillInfo", true)]
    [InlineData("FillData", true)]
    [InlineData("MarketData", false)]
    [InlineData("MarketDataGrain", false)]
    [InlineData("ReferenceData", false)]
    [InlineData("Settlement", false)]
    [InlineData("PriceCache", false)]
    [InlineData("MessageProcessor", false)]
    [InlineData("GatewayOptions", false)]
    [InlineData("AuthenticationHandler", false)]
    public void Empty_names_are_told_from_standard_names(string name, bool isEmpty) =>
        Assert.Equal(isEmpty, IsEmptyName(name));

    private static IEnumerable<string> PrivateWords(string prose) =>
        from word in s_words
        from Match match in word.Private.Matches(prose)
        select $"{CSharpText.Line(prose, match.Index)}: '{Spaces().Replace(match.Value, " ")}'; write '{word.Instead}'";

    private static IEnumerable<string> PrivateNames(string code) =>
        from word in s_names
        from Match match in word.Private.Matches(code)
        select $"{CSharpText.Line(code, match.Index)}: '{match.Value}'; write '{word.Instead}'";

    // At the beginning of a name, also with a small letter.
    private static Regex Part(string word) => new(
        $@"\b(\w*[a-z0-9_])?{word}(?![a-z])\w*|\b_?{char.ToLowerInvariant(word[0])}{word[1..]}(?![a-z])\w*",
        RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(10));

    // The words of a phrase may stand on two lines. Names of files and namespaces are not prose.
    private static Regex Word(string pattern) => new(
        $@"(?<![\w./-])({pattern.Replace(" ", @"\s+", StringComparison.Ordinal)})(?![\w/]|\.\w)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        TimeSpan.FromSeconds(10));

    private static bool IsEmptyName(string name) => EmptyName().IsMatch(name);

    [GeneratedRegex("^(Common|Utils|Helpers|Managers)$|(Manager|Helper|Util|Info|Impl|(?<!Market|Reference)Data)$")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\b(class|struct|record|enum|interface|delegate\s+\S+)\s+(class\s+|struct\s+)?(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
