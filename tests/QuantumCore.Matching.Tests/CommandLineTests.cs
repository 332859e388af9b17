using System.Diagnostics;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Matching.Tests;

/// <summary>What the bench tells whoever starts it, as a process of its own.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("'guess' is no command", "guess")]
    [InlineData("'--trades' is no option here", "ops", "FILE", "--trades", "1")]
    [InlineData("--width takes a number from 1 to 2147483647", "generate", "FILE", "--width", "4294967296")]
    public async Task A_command_line_that_makes_no_sense_is_answered_by_one_sentence(string problem, params string[] arguments)
    {
        var (exitCode, told) = await Run(arguments);
        Assert.Equal(2, exitCode);
        Assert.StartsWith(problem, told, StringComparison.Ordinal);
        Assert.Single(told.TrimEnd().Split('\n'));
    }

    /// <summary>Also where the cut leaves whole lines, and where only the checksum at the end is missing.</summary>
    [Theory]
    [InlineData(300)]
    [InlineData(1)]
    public async Task A_recorded_flow_that_was_cut_off_is_refused(int missing)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"cut-by-{missing}.cmds.csv.gz");
        var whole = await File.ReadAllBytesAsync(
            OrderFlowFiles.Find("MSFT_2012-06-21_50_1000rows.cmds.csv.gz"), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, whole[..^missing], TestContext.Current.CancellationToken);
        var (exitCode, told) = await Run("flow", path);
        Assert.Equal(1, exitCode);
        Assert.Contains("the file cannot be unpacked from here", told, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Told)> Run(params string[] arguments)
    {
        var bench = Path.Combine(AppContext.BaseDirectory, "QuantumCore.Bench.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", bench, .. arguments])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var told = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, told);
    }
}
