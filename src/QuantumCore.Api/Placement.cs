namespace QuantumCore.Client;

/// <summary>A book that an operator has pinned to a silo.</summary>
/// <param name="Symbols">Its instruments; several if they share a group.</param>
/// <param name="Silo">Name of the silo, its tag, or a role.</param>
/// <param name="Held">True if such a silo holds it now. If none exists, another silo holds it.</param>
/// <param name="At">Name of the silo that holds it; empty if unknown.</param>
/// <param name="Since">Time of the pin.</param>
/// <param name="By">User who pinned it.</param>
/// <param name="Why">Reason given; may be empty.</param>
public sealed record BookPin(
    IReadOnlyList<string> Symbols, string Silo, bool Held, string At, UtcTime Since, string By, string Why);
