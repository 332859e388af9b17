using Xunit;

namespace QuantumCore.Tidy.Tests;

public class CSharpTextTests
{
    [Theory]
    [InlineData("a // b", "a     ")]
    [InlineData("a /* b\nc */ d", "a     \n     d")]
    [InlineData("x = \"a\\\"b\" + c;", "x =        + c;")]
    [InlineData("x = @\"a\"\"b\\\" + c;", "x =          + c;")]
    [InlineData("x = $\"a{b}c\";", "x =     b   ;")]
    [InlineData("x = $\"a{{b}}c\";", "x =           ;")]
    [InlineData("x = $\"{(p ? \"q\" : r)}\";", "x =    (p ?     : r)  ;")]
    [InlineData("x = \"\"\"a \"b\" c\"\"\" + d;", "x =               + d;")]
    [InlineData("x = '\"' + '\\'' + y;", "x =     +      + y;")]
    public void Comments_and_texts_are_blank_and_code_in_holes_stays(string source, string code) =>
        Assert.Equal(code, CSharpText.Code(source));
}
