using System.Globalization;
using QuantumCore.Client;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>A demo with an admin port for the tests of a class. Only they trade its AAPL and MSFT.</summary>
public sealed class ShapedDemo : IAsyncLifetime
{
    private SiloProcess? _silo;

    /// <summary>Address for clients.</summary>
    public Uri Address => _silo!.Address;

    /// <summary>Address of the admin port.</summary>
    public Uri Admin { get; private set; } = null!;

    /// <summary>Client of the admin port.</summary>
    public QuantumCoreClient Operator { get; private set; } = null!;

    /// <summary>Output of the exchange.</summary>
    public string Output => _silo!.Output;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var port = SiloProcess.FreePort();
        _silo = await SiloProcess.StartAsync(
            "--storage", "volatile", "--no-quotes", "AAPL,MSFT", "--admin-port",
            port.ToString(CultureInfo.InvariantCulture));
        Admin = new Uri($"http://127.0.0.1:{port}");
        Operator = new QuantumCoreClient(Admin);
    }

    /// <summary>Returns a client that makes one attempt, or retries as the SDK does.</summary>
    public QuantumCoreClient Client(string key, bool isPatient = true, TimeSpan? patience = null) => new(
        Address, key,
        new QuantumCoreClientOptions
        {
            MaxAttempts = isPatient
            ? 10
            : 1,
            AttemptTimeout = patience ?? TimeSpan.FromSeconds(20)
        });

    /// <summary>Sets a fault; returns its number.</summary>
    public async Task<long> SetAsync(NewFault fault) =>
        (await Operator.Simulation.AddFaultAsync(fault, Token)).Faults[^1].Id;

    /// <summary>Waits until a fault has happened so often; returns the affected requests.</summary>
    public async Task<IReadOnlyList<FiredFault>> FiredAsync(long fault, int times = 1)
    {
        FiredFault[] fired = [];
        await Wait.UntilAsync(
            async () =>
                (fired = [.. (await Operator.Simulation.GetAsync(Token)).Fired.Where(one => one.Fault == fault)]).Length
                    >= times,
            $"fault {fault} to happen {times} times");
        return fired;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Operator?.Dispose();
        if (_silo is not null)
            await _silo.DisposeAsync();
    }
}
