using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// The client of tests/clients/quickfix, compiled once with the system's QuickFIX. The dictionary by which it checks
/// messages comes with jspurefix. If either is missing, the tests are skipped, unless they are required.
/// </summary>
public sealed class QuickFix(NodePackages packages) : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("quantumcore-quickfix-");
    private string? _missing;

    private string Program => Path.Combine(_folder.FullName, "client");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        // Headers from before C++17 declare the exceptions that a method throws.
        var start = new ProcessStartInfo(
            "g++", [
                "-std=c++14", "-w", "-o", Program, Path.Combine(Programs.Clients, "quickfix", "client.cpp"),
                "-lquickfix", "-pthread"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            var (exitCode, output) = await Programs.RunAsync(start);
            _missing = exitCode == 0
                ? packages.Missing
                : $"The client could not be compiled (apt-get install g++ libquickfix-dev): {output}";
        }
        catch (Win32Exception error)
        {
            _missing = $"There is no g++ (apt-get install g++ libquickfix-dev): {error.Message}";
        }
    }

    /// <summary>Skips the test if the client is missing, or fails it if the client is required.</summary>
    public void Require()
    {
        if (_missing is null)
            return;

        Assert.False(Environment.GetEnvironmentVariable("QUANTUMCORE_REQUIRE_QUICKFIX") is { Length: > 0 }, _missing);
        Assert.Skip(_missing);
    }

    /// <summary>Starts a desk that connects, and reconnects as long as it runs.</summary>
    internal FixDesk Start(string port, string key, bool cancelsOnDisconnect = false, string sender = "DESK-1")
    {
        var dictionary = Path.Combine(Programs.Clients, "node_modules", "jspurefix", "data", "FIX44.xml");
        string[] more = cancelsOnDisconnect ? ["cancel-on-disconnect"] : [];
        return new FixDesk(new ProcessStartInfo(Program, ["127.0.0.1", port, sender, key, dictionary, .. more])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        });
    }

    /// <summary>Starts a desk and waits until it is logged on.</summary>
    internal async Task<FixDesk> LogOnAsync(
        string port, string key, bool cancelsOnDisconnect = false, string sender = "DESK-1")
    {
        var desk = Start(port, key, cancelsOnDisconnect, sender);
        await desk.LogOnAsync();
        return desk;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
