using System.Text;
using QuantumCore.Gateway.Native.Json;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>A malformed exchange file: the message names the instrument and the member.</summary>
public class ListingTextTests
{
    [Theory]
    [InlineData(
        """{"symbol":"A","baseAsset":"A","quoteAsset":"USD","quoteDecimals":2,"tickSize":"0","lotSize":"1"}""",
        "A, tickSize: tickSize 0 is not a positive decimal number such as 0.01, with at most 18 decimals")]
    [InlineData(
        """{"symbol":"A","baseAsset":"A","quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.001","lotSize":"1"}""",
        "A, tickSize: tickSize 0.001 is not valid: tickSize times lotSize is not a whole number of USD minor units")]
    [InlineData("null", "An instrument is null.")]
    public void Error_in_an_instrument_names_its_symbol(string instrument, string sentence)
    {
        var wrong = Assert.Throws<InvalidDataException>(
            () => ListingText.Read(Encoding.UTF8.GetBytes($$"""{"instruments":[{{instrument}}]}""")));
        Assert.Equal(sentence, wrong.Message);
    }
}
