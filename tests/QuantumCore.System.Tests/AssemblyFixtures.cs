using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// A test that never ends is named, and ends.
[assembly: TimeLimit]

// Real processes with real time limits: two exchanges at a time, on whatever machine.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
