using Xunit;

namespace QuantumCore.Gateway.TestKit;

/// <summary>
/// A gateway for the tests of a class that change nothing in it, such as those of rejected requests. Starting one takes
/// most of the time of such a test.
/// </summary>
public sealed class SharedGateway : IAsyncLifetime
{
    /// <summary>The gateway, open since before the first test of the class.</summary>
    public OpenGateway Gateway { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => Gateway = await OpenGateway.StartAsync();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
