using Xunit;

namespace QuantumCore.Instruments.Tests;

public class DecimalTextTests
{
    [Theory]
    [InlineData("150.25", 2, 15025)]
    [InlineData("0", 0, 0)]
    [InlineData("0.01", 2, 1)]
    [InlineData("1.500", 1, 15)]
    [InlineData("9223372036854775807", 0, long.MaxValue)]
    public void Decimal_text_is_read_exactly(string text, int decimals, long expected)
    {
        Assert.Equal(DecimalError.None, DecimalText.TryParse(text, decimals, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("", DecimalError.NotADecimal)]
    [InlineData(".5", DecimalError.NotADecimal)]
    [InlineData("5.", DecimalError.NotADecimal)]
    [InlineData("-1", DecimalError.NotADecimal)]
    [InlineData("+1", DecimalError.NotADecimal)]
    [InlineData("1e3", DecimalError.NotADecimal)]
    [InlineData("NaN", DecimalError.NotADecimal)]
    [InlineData(" 1", DecimalError.NotADecimal)]
    [InlineData("01", DecimalError.NotADecimal)]
    [InlineData("1.2.3", DecimalError.NotADecimal)]
    [InlineData("٣", DecimalError.NotADecimal)]
    [InlineData("1.005", DecimalError.TooManyDecimals)]
    [InlineData("92233720368547758.08", DecimalError.TooLarge)]
    [InlineData("99999999999999999999999999999999999999", DecimalError.TooLarge)]
    public void Anything_but_a_plain_decimal_is_refused(string text, DecimalError expected) =>
        Assert.Equal(expected, DecimalText.TryParse(text, 2, out _));

    [Theory]
    [InlineData(15025, 2, "150.25")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(7, 0, "7")]
    [InlineData(0, 3, "0.000")]
    public void Formatting_keeps_every_decimal(long value, int decimals, string expected) =>
        Assert.Equal(expected, DecimalText.Format(value, decimals));

    [Theory]
    [InlineData("ACC-12345", 12345)]
    [InlineData("ACC-1000", 1000)]
    public void Account_ids_are_read(string text, long expected)
    {
        Assert.True(AccountId.TryParse(text, out var account));
        Assert.Equal(expected, account.Value);
        Assert.Equal(text, account.ToString());
    }

    [Theory]
    [InlineData("ACC-1")]
    [InlineData("ACC-01000")]
    [InlineData("acc-1000")]
    [InlineData("ACC-99999999999999999999")]
    [InlineData("ACC--1000")]
    public void House_and_malformed_account_ids_are_refused(string text) =>
        Assert.False(AccountId.TryParse(text, out _));

    [Theory]
    [InlineData(7, 2, 4, 3)]
    [InlineData(-7, 2, -3, -4)]
    [InlineData(6, 3, 2, 2)]
    public void Divisions_round_as_their_names_say(long dividend, long divisor, long up, long down)
    {
        Assert.Equal(up, Rounding.DivUp(dividend, divisor));
        Assert.Equal(down, Rounding.DivDown(dividend, divisor));
    }
}
