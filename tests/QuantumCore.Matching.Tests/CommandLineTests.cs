using System.Diagnostics;
using QuantumCore.Bench.Ops;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>Output of the bench, run as a separate process.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("'guess' is no command", "guess")]
    [InlineData("'--trades' is no option here", "ops", "FILE", "--trades", "1")]
    [InlineData("--width takes a number from 1 to 2147483647", "generate", "FILE", "--width", "4294967296")]
    public async Task Invalid_command_line_gets_a_one_line_error(
        string problem, params string[] arguments)
    {
        var (exitCode, result, told) = await Run(arguments);
        Assert.Equal((2, ""), (exitCode, result));
        Assert.StartsWith(problem, told, StringComparison.Ordinal);
        Assert.Single(told.Split('\n'));
    }

    /// <summary>Also where the cut leaves whole lines, and where only the checksum at the end is missing.</summary>
    [Theory]
    [InlineData(300)]
    [InlineData(1)]
    [Trait("Suite", "Gate")]
    public async Task A_recorded_flow_that_was_cut_off_is_refused(int missing)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"cut-by-{missing}.cmds.csv.gz");
        var whole = await File.ReadAllBytesAsync(
            OrderFlowFiles.Find("MSFT_2012-06-21_50_1000rows.cmds.csv.gz"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, whole[..^missing], TestContext.Current.CancellationToken);
        var (exitCode, result, told) = await Run("flow", path);
        Assert.Equal((1, ""), (exitCode, result));
        Assert.Contains("the file cannot be unpacked from here", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Differences_go_to_standard_error_and_not_into_the_result()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "differs.txt");
        await File.WriteAllTextAsync(path, "### 07 wrong\n= B 1: a 1 | S -", TestContext.Current.CancellationToken);
        var (exitCode, result, told) = await Run("scenarios", path, "--verbose");
        Assert.Equal((1, """{"scenarios":1,"passed":0,"failed":["07"]}"""), (exitCode, result));
        Assert.StartsWith("### 07 wrong", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_written_as_operations_are_hashed_all_the_same()
    {
        var (path, operations) = (Path.Combine(AppContext.BaseDirectory, "none.bin"),
            Path.Combine(AppContext.BaseDirectory, "none.ops"));
        byte[] noMessages = [.. "100_WBEM"u8, 1, 0, 0, 0, 0, 0, 0, 0];
        await File.WriteAllBytesAsync(path, noMessages, TestContext.Current.CancellationToken);
        var (exitCode, result, _) = await Run("consensus", path, "--ops", operations);
        Assert.Equal(
            (0, """{"messages":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"""),
            (exitCode, result));
        Assert.Empty(OpsFile.Read(operations).Records);
    }

    /// <summary>Runs the bench until it ends.</summary>
    private static async Task<(int ExitCode, string Result, string Told)> Run(params string[] arguments)
    {
        var bench = Path.Combine(AppContext.BaseDirectory, "QuantumCore.Bench.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", bench, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var result = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var told = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, (await result).TrimEnd(), (await told).TrimEnd());
    }
}
