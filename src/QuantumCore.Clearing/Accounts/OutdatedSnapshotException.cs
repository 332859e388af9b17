namespace QuantumCore.Clearing;

/// <summary>
/// A snapshot is intact, but an older release wrote it and counted differently. It is not used; the records give the
/// state as counted now.
/// </summary>
internal sealed class OutdatedSnapshotException(string what) : Exception(what);
