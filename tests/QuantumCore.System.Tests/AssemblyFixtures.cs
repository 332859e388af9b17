using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// They start the silo and other programs.
[assembly: Trait("Suite", "Gate")]

// A test that hangs is named and ended.
[assembly: TimeLimit]

// The tests run real processes, which mostly wait for commits and timers: three at a time, on any machine. The gate
// runs another module beside them.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
