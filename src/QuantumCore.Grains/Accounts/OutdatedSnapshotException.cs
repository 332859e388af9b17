namespace QuantumCore.Grains.Accounts;

/// <summary>A snapshot is whole, and of an older release that counted otherwise: it is not used, the records give the state as it is counted now.</summary>
internal sealed class OutdatedSnapshotException(string what) : Exception(what);
