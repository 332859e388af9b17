using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>
/// Log of operator actions on trading and accounts whose book and account records do not name the operator. One grain.
/// Changes of the catalog, with the operator, are in its audit log (<see cref="ICatalogGrain.Audit"/>).
/// </summary>
[Alias("operator-log")]
public interface IOperatorLogGrain : IGrainWithStringKey
{
    /// <summary>Key of the only grain.</summary>
    const string Key = "operators";

    /// <summary>
    /// Appends an action with the current time; durable on return. Repeating a call appends another line.
    /// </summary>
    /// <returns>The line's sequence.</returns>
    [Alias("note")]
    ValueTask<long> Note(OperatorAct act);

    /// <summary>Returns the newest lines before a sequence, newest first.</summary>
    /// <param name="before">Exclusive upper bound of the sequences returned.</param>
    /// <param name="limit">Maximum number of lines, 1 to 1000.</param>
    [Alias("lines")]
    ValueTask<ImmutableArray<AuditLine>> Lines(long before, int limit);
}
