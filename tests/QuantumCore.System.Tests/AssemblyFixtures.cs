using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// They start the silo and other programs.
[assembly: Trait("Suite", "Gate")]

// A test that hangs is named and ended.
[assembly: TimeLimit]

// The tests run real processes, which mostly wait for commits and timers: four at a time, on any machine.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
