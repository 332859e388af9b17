using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// A test that never ends is reported by name and ended.
[assembly: TimeLimit]
