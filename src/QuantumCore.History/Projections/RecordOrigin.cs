namespace QuantumCore.History;

/// <summary>Place of a record: its stream, the symbol if it is a book's, and its sequence.</summary>
internal readonly record struct RecordOrigin(string Stream, string Symbol, long Sequence);
