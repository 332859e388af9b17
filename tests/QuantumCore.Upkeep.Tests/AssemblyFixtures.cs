using QuantumCore.TestKit;

[assembly: AssemblyFixture(typeof(PostgresServer))]
