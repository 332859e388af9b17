using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Names use the market's terms.</summary>
public partial class VocabularyTests
{
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

    [Theory]
    [InlineData("OrderManager", true)]
    [InlineData("Utils", true)]
    [InlineData("FillInfo", true)]
    [InlineData("MarketData", false)]
    [InlineData("MarketDataGrain", false)]
    [InlineData("FillData", true)]
    [InlineData("Settlement", false)]
    public void The_rule_tells_empty_names_from_words(string name, bool isEmpty) =>
        Assert.Equal(isEmpty, IsEmptyName(name));

    private static bool IsEmptyName(string name) => EmptyName().IsMatch(name);

    [GeneratedRegex("^(Common|Utils|Helpers|Managers|Services|Models)$|(Manager|Helper|Util|Processor|Info|Impl|(?<!Market)Data)$")]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\b(class|struct|record|enum|interface|delegate\s+\S+)\s+(class\s+|struct\s+)?(?<name>[A-Z]\w*)")]
    private static partial Regex TypeDeclaration();
}
