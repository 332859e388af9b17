using Xunit;

namespace QuantumCore.Instruments.Tests;

public sealed class UtcDayTests
{
    [Theory]
    [InlineData("1970-01-01", 0, 0)]
    [InlineData("1970-01-02", 1, 86_400_000_000_000)]
    [InlineData("2024-02-29", 19_782, 1_709_164_800_000_000_000)]
    [InlineData("2199-12-31", 84_005, 7_258_032_000_000_000_000)]
    public void A_day_has_a_number_a_begin_and_a_text(string text, long day, long start)
    {
        Assert.True(UtcDay.TryParse(text, out var read));
        Assert.Equal(day, read);
        Assert.Equal(text, UtcDay.Text(day));
        Assert.Equal(start, UtcDay.StartOf(day));
        Assert.Equal(day, UtcDay.Of(start));
        Assert.Equal(day, UtcDay.Of(start + UtcDay.Nanos - 1));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("today")]
    [InlineData("1969-12-31")]
    [InlineData("2200-01-01")]
    [InlineData("2026-02-29")]
    [InlineData("2026-2-9")]
    [InlineData("2026-02-09 ")]
    [InlineData("2026-02-09T00:00:00Z")]
    public void Anything_else_is_no_day(string? text)
    {
        Assert.False(UtcDay.TryParse(text, out var day));
        Assert.Equal(0, day);
    }
}
