using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>Outcome of a check: the record of a change, neither if nothing changes, or a refusal.</summary>
/// <param name="Record">Record of the change; null for none.</param>
/// <param name="Refusal">Reason for the refusal, as a sentence; null for none.</param>
internal readonly record struct CatalogChange(CatalogRecord? Record, string? Refusal)
{
    /// <summary>Refuses a change.</summary>
    public static CatalogChange Refuse(string why) => new(null, why);

    /// <summary>Makes a change, unless the catalog is that way already.</summary>
    public static CatalogChange Unless(bool isSame, CatalogRecord record) => new(isSame ? null : record, null);
}
