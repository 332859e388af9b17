namespace QuantumCore.History;

/// <summary>
/// WHERE clause of a query: SQL terms joined by AND, with their parameters. Criteria that are null add no term.
/// </summary>
/// <param name="parameters">Parameters of the statement that do not depend on the criteria.</param>
internal sealed class RowFilter(params (string Name, object Value)[] parameters)
{
    /// <summary>All parameters of the statement.</summary>
    public List<(string Name, object Value)> Parameters { get; } = [.. parameters];

    /// <summary>Terms, each after an <c>AND</c>.</summary>
    public string Terms { get; private set; } = "";

    /// <summary>Adds a term, unless its value is null.</summary>
    /// <param name="term">SQL that contains the parameter by its name.</param>
    /// <param name="name">Name of the parameter, with its <c>@</c>.</param>
    /// <param name="value">Value; null to add no term.</param>
    public void Ask(string term, string name, object? value)
    {
        if (value is null)
            return;
        Parameters.Add((name, value));
        Terms += $" AND {term}";
    }
}
