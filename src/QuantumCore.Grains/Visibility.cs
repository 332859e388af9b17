using System.Runtime.CompilerServices;

// The state machines are tested by themselves.
[assembly: InternalsVisibleTo("QuantumCore.Grains.Tests")]
[assembly: InternalsVisibleTo("QuantumCore.Simulation")]

// The operator's tools run a journal again without grains.
[assembly: InternalsVisibleTo("QuantumCore.Upkeep")]

// Journals for measurements are made by the machines themselves, faster than grains could.
[assembly: InternalsVisibleTo("QuantumCore.Bench")]
[assembly: InternalsVisibleTo("QuantumCore.Upkeep.Tests")]
