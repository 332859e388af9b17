using System.Runtime.CompilerServices;

// Snapshots of grains use the record encoding.
[assembly: InternalsVisibleTo("QuantumCore.Grains")]
[assembly: InternalsVisibleTo("QuantumCore.Grains.Tests")]
