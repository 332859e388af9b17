using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>
/// The repository contains no secret. The published demo keys are none: other bind addresses reject them.
/// </summary>
public partial class SecretTests
{
    private static readonly string[] s_binary =
        [".png", ".ico", ".gz", ".zip", ".bin", ".db", ".snk", ".pdf", ".jpg", ".woff2"];

    [Fact]
    public void No_file_holds_a_secret() => Findings.None(
        from file in Repository.Files
        where !s_binary.Contains(Path.GetExtension(file))
        let text = Repository.Read(file)
        from Match found in Secret().Matches(text)
        select $"{file}:{CSharpText.Line(text, found.Index)}");

    [Theory]
    [InlineData("-----BEGIN RSA PRIVATE" + " KEY-----", true)]
    [InlineData("Host=db;Pass" + "word=hunter2;", true)]
    [InlineData("AKIA" + "IOSFODNN7EXAMPLE", true)]
    [InlineData("Host=db;Password={secret}", false)]
    [InlineData("X-Api-Key: demo-alice", false)]
    public void The_rule_finds_keys_and_passwords(string text, bool found) =>
        Assert.Equal(found, Secret().IsMatch(text));

    [GeneratedRegex(
        @"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abprs]-[A-Za-z0-9-]{10,}"
        + @"|\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}|\bsk-[A-Za-z0-9]{32,}\b"
        + @"|\b[Pp]assword\s*=\s*[^\s;,{}""'<$]{4,}")]
    private static partial Regex Secret();
}
