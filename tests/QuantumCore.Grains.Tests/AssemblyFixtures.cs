using QuantumCore.TestKit;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

// A test that never ends is named, and ends.
[assembly: TimeLimit]
