using System.Runtime.CompilerServices;

// Tests of the state machines.
[assembly: InternalsVisibleTo("QuantumCore.Grains.Tests")]
[assembly: InternalsVisibleTo("QuantumCore.Simulation")]

// The operator's tools replay a journal without grains.
[assembly: InternalsVisibleTo("QuantumCore.Upkeep")]

// Benchmarks make journals with the machines themselves, faster than grains could.
[assembly: InternalsVisibleTo("QuantumCore.Bench")]
[assembly: InternalsVisibleTo("QuantumCore.Upkeep.Tests")]
