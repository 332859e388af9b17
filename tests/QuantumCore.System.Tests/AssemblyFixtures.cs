using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// Real processes with real time limits: one exchange at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
