using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// A test that hangs is named and ended.
[assembly: TimeLimit]

// The tests run real processes with real time limits: two exchanges at a time, on any machine. .ci/run sets more.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
