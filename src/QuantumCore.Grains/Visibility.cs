using System.Runtime.CompilerServices;

// The state machines are tested by themselves.
[assembly: InternalsVisibleTo("QuantumCore.Grains.Tests")]
[assembly: InternalsVisibleTo("QuantumCore.Simulation")]
