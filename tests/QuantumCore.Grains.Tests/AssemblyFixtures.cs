using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// A test that never ends is reported by name and ended.
[assembly: TimeLimit]

// Many tests wait for commits and timers: twice as many at a time as a small machine has cores.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]
