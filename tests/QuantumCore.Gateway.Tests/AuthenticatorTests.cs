using System.Globalization;
using System.Text;
using OtpNet;
using QuantumCore.Gateway.Identity;
using Xunit;

namespace QuantumCore.Gateway.Tests;

public sealed class AuthenticatorTests
{
    // RFC 6238, appendix B: its eight-digit codes, cut to six.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_the_standard(long seconds, string code) =>
        Assert.Equal(
            seconds / 30,
            Authenticator.Step(
                Encoding.ASCII.GetBytes("12345678901234567890"), code, DateTimeOffset.FromUnixTimeSeconds(seconds)));

    [Fact]
    public void A_secret_is_read_as_authenticators_write_it()
    {
        Assert.Equal(
            "12345678901234567890",
            Encoding.ASCII.GetString(Authenticator.ReadSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")!));
        Assert.NotNull(Authenticator.ReadSecret(Authenticator.NewSecret()));
        Assert.NotEqual(Authenticator.NewSecret(), Authenticator.NewSecret());
        Assert.Null(Authenticator.ReadSecret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1"));
        Assert.Null(Authenticator.ReadSecret("GEZDGNBV"));
    }

    [Theory]
    [InlineData(-31, false)]
    [InlineData(-30, true)]
    [InlineData(0, true)]
    [InlineData(59, true)]
    [InlineData(60, false)]
    public void A_code_is_good_one_half_minute_early_and_one_late(int seconds, bool isGood)
    {
        var secret = Encoding.ASCII.GetBytes("12345678901234567890");
        var begin = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture);
        var step = begin.ToUnixTimeSeconds() / 30;
        Assert.Equal(
            isGood ? step : null,
            Authenticator.Step(secret, new Totp(secret).ComputeTotp(begin.UtcDateTime), begin.AddSeconds(seconds)));
        Assert.All(["", "12345", "1234567", "abcdef"], code => Assert.Null(Authenticator.Step(secret, code, begin)));
    }
}
