using System.Runtime.CompilerServices;

// Grain snapshots use the record encoding.
[assembly: InternalsVisibleTo("QuantumCore.Grains")]
[assembly: InternalsVisibleTo("QuantumCore.Grains.Tests")]
