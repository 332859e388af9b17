namespace QuantumCore.Client;

/// <summary>A book that an operator has pinned to a silo.</summary>
/// <param name="Symbols">Its instruments; several where they are of a group.</param>
/// <param name="Silo">The silo's name, its tag, or a role.</param>
/// <param name="Held">Whether such a silo holds it now. Where there is none, another one does.</param>
/// <param name="At">The name of the silo that holds it; empty where that is not known.</param>
/// <param name="Since">When it was pinned.</param>
/// <param name="By">Who pinned it.</param>
/// <param name="Why">In that person's words; may be empty.</param>
public sealed record BookPin(
    IReadOnlyList<string> Symbols, string Silo, bool Held, string At, DateTimeOffset Since, string By, string Why);
