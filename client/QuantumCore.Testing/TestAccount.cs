using QuantumCore.Client;

namespace QuantumCore.Testing;

/// <summary>An account of a test exchange, with a client that trades for it.</summary>
/// <param name="Id">Account id, <c>ACC-n</c>.</param>
/// <param name="ApiKey">API key for the header <c>X-Api-Key</c>.</param>
/// <param name="Client">Client with that key. The exchange disposes it.</param>
public sealed record TestAccount(string Id, string ApiKey, QuantumCoreClient Client);
