using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using QuantumCore.TestKit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The built programs, run as processes of their own in an environment without QUANTUMCORE_ variables.
/// </summary>
internal static class Programs
{
    /// <summary>Path of the exchange.</summary>
    public static string Silo => Built("Silo");

    /// <summary>Path of the command line client.</summary>
    public static string Cli => Built("Cli");

    /// <summary>Folder of the documents.</summary>
    public static string Docs => Built("Docs");

    /// <summary>Folder of the scripts that drive clients of other projects.</summary>
    public static string Clients => Path.GetFullPath(Built("Clients"));

    /// <summary>Folder of the examples.</summary>
    public static string Examples => Path.GetFullPath(Built("Examples"));

    /// <summary>Path of the market maker example.</summary>
    public static string MarketMaker => Built("MarketMaker");

    /// <summary>Path of the backtest example.</summary>
    public static string Backtest => Built("Backtest");

    /// <summary>Path of the dotnet host, which runs them.</summary>
    public static string Host { get; } = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>Returns the start information of a program with these arguments.</summary>
    public static ProcessStartInfo StartOf(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Host, [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(
            name => name.StartsWith("QUANTUMCORE_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        return start;
    }

    /// <summary>Redirects the program's output to a file, errors included.</summary>
    public static void PrintTo(string file, ProcessStartInfo start)
    {
        string[] shell = ["-c", $"exec \"$0\" \"$@\" > {file} 2>&1", start.FileName, .. start.ArgumentList];
        start.FileName = "/bin/sh";
        start.ArgumentList.Clear();
        foreach (var word in shell)
            start.ArgumentList.Add(word);
    }

    /// <summary>Runs a program to its end.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string program, params IEnumerable<string> arguments) =>
        RunAsync(StartOf(program, arguments));

    /// <summary>Runs a process to its end, within the usual time limit or a longer one.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start, TimeSpan? longest = null)
    {
        var limit = longest ?? Wait.Limit;
        using var process = Process.Start(start)!;
        var output = new StringBuilder();
        Listen(process, output);
        using var watchdog = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(watchdog.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill();
            throw new TimeoutException(
                $"{start.FileName} {string.Join(' ', start.ArgumentList)} had not ended after {limit}: {output}", late);
        }

        lock (output)
            return (process.ExitCode, output.ToString());
    }

    /// <summary>Collects the output of a process.</summary>
    public static void Listen(Process process, StringBuilder output)
    {
        void Take(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is null) return;
            lock (output)
                output.AppendLine(line.Data);
        }

        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static string Built(string name) => Assembly.GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == name).Value!;
}
