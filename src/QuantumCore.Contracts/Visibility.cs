using System.Runtime.CompilerServices;

// Grain snapshots use the record encoding.
[assembly: InternalsVisibleTo("QuantumCore.Clearing")]
[assembly: InternalsVisibleTo("QuantumCore.Grains.Tests")]
