using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace QuantumCore.Bench.Exchange;

/// <summary>A silo of its own on an empty SQLite directory, without simulated participants and rate limits.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_longestStart = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("qc-bench-");
    private readonly Process _process;

    private SiloProcess(string assembly, Uri url)
    {
        Url = url;
        _process = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                assembly, "--urls", url.GetLeftPart(UriPartial.Authority), "--data", _data.FullName,
                "--simulate", "none", "--account-requests", "0", "--address-requests", "0",
            ])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
    }

    /// <summary>The silo's address.</summary>
    public Uri Url { get; }

    /// <summary>Starts <c>QuantumCore.Silo.dll</c> and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in two minutes.</exception>
    public static async Task<SiloProcess> StartAsync(string assembly)
    {
        var silo = new SiloProcess(assembly, FreeAddress());
        using var http = new HttpClient();
        for (var started = Stopwatch.GetTimestamp(); !await IsReadyAsync(http, silo.Url);)
        {
            if (silo._process.HasExited || Stopwatch.GetElapsedTime(started) > s_longestStart)
            {
                await silo.DisposeAsync();
                throw new InvalidOperationException($"{assembly} did not become ready.");
            }

            await Task.Delay(50, CancellationToken.None);
        }

        return silo;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri url)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(url, "/health/ready"), CancellationToken.None);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://{listener.LocalEndpoint}");
    }
}
