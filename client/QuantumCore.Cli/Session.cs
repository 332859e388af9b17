using QuantumCore.Client;

namespace QuantumCore.Cli;

/// <summary>Connection and screen of a command.</summary>
internal sealed class Session(Uri address, string? key, QuantumCoreClientOptions options, Screen screen) : IDisposable
{
    private readonly List<QuantumCoreClient> _clients = [];

    internal Screen Screen => screen;

    internal TimeProvider Time => options.Time;

    /// <summary>Returns a client with the user's key, or the demo account's if none was given.</summary>
    internal QuantumCoreClient Client() => ClientWith(key ?? "demo-alice");

    /// <summary>
    /// Returns a client for administrators, with the user's key or the demo administrator's if none was given.
    /// </summary>
    internal QuantumCoreClient Administrator() => ClientWith(key ?? "demo-admin");

    internal OperatorClient Operator() => Administrator().Operator;

    internal QuantumCoreClient ClientWith(string apiKey) => Open(apiKey, options);

    /// <summary>Returns a client of another address: a demo's admin port, which needs no key.</summary>
    internal QuantumCoreClient At(Uri other)
    {
        var client = new QuantumCoreClient(other, null, options);
        _clients.Add(client);
        return client;
    }

    /// <summary>Returns a client for long work, which outlasts a restart of the exchange.</summary>
    internal QuantumCoreClient PatientClientWith(string apiKey) => Open(apiKey, options with
    {
        MaxAttempts = 100,
        LongestPause = TimeSpan.FromSeconds(1),
        RetryBudget = TimeSpan.FromSeconds(60),
    });

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
    }

    private QuantumCoreClient Open(string apiKey, QuantumCoreClientOptions how)
    {
        try
        {
            var client = new QuantumCoreClient(address, apiKey, how);
            _clients.Add(client);
            return client;
        }
        catch (ArgumentException wrong) when (wrong.ParamName == nameof(apiKey))
        {
            throw new UsageException("the API key is not printable ASCII characters; does it end with a line's end?");
        }
    }
}
