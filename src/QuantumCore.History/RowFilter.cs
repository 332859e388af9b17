namespace QuantumCore.History;

/// <summary>What a query asks of its rows: terms of SQL that all hold, with their parameters. What it does not ask is no term.</summary>
/// <param name="parameters">Parameters that stand in the statement whatever is asked.</param>
internal sealed class RowFilter(params (string Name, object Value)[] parameters)
{
    /// <summary>All parameters of the statement.</summary>
    public List<(string Name, object Value)> Parameters { get; } = [.. parameters];

    /// <summary>The terms, each behind an <c>AND</c>.</summary>
    public string Terms { get; private set; } = "";

    /// <summary>Asks for a term; for nothing when its value is null.</summary>
    /// <param name="term">SQL in which the parameter stands by its name.</param>
    /// <param name="name">The parameter, with its <c>@</c>.</param>
    /// <param name="value">Its value.</param>
    public void Ask(string term, string name, object? value)
    {
        if (value is null)
            return;
        Parameters.Add((name, value));
        Terms += $" AND {term}";
    }
}
