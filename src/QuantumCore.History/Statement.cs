using System.Text;

namespace QuantumCore.History;

/// <summary>
/// A statement that runs once per row of a buffer. SQLite runs the prepared statement row by row; PostgreSQL gets
/// whole columns as arrays and joins with them. In the text <c>@1</c> is the row's first column, and the row source
/// stands as {FROM}, {USING} or {JOIN}.
/// </summary>
internal sealed class Statement
{
    private const string RowSource = "k";

    /// <param name="types">One letter per column: n is a number, t a text.</param>
    /// <param name="text">The statement, in the form above.</param>
    public Statement(string types, string text)
    {
        Types = types;
        var arrays = string.Join(", ", types.Select((t, i) => $"${i + 1}::{(t == 'n' ? "bigint[]" : "text[]")}"));
        var names = string.Join(", ", types.Select((_, i) => $"c{i + 1}"));
        var rows = $"unnest({arrays}) AS {RowSource}({names})";
        Sqlite = Expand(text, "", "", "").Replace('@', '?');
        Postgres = Expand(text, $"FROM {rows}", $"USING {rows}", $", {rows}").Replace("@", RowSource + ".c");
    }

    public string Types { get; }

    public string Sqlite { get; }

    public string Postgres { get; }

    private static string Expand(string text, string from, string with, string join) =>
        new StringBuilder(text).Replace("{FROM}", from).Replace("{USING}", with).Replace("{JOIN}", join).ToString();
}

/// <summary>Rows for a statement, column by column.</summary>
internal sealed class RowBuffer
{
    /// <summary>Stands for NULL among the numbers.</summary>
    public const long Null = long.MinValue;

    private readonly List<long>?[] _numbers;
    private readonly List<string?>?[] _texts;
    private int _column;

    public RowBuffer(Statement statement)
    {
        Statement = statement;
        _numbers = [.. statement.Types.Select(t => t == 'n' ? new List<long>() : null)];
        _texts = [.. statement.Types.Select(t => t == 't' ? new List<string?>() : null)];
    }

    public Statement Statement { get; }

    public int Count { get; private set; }

    public int Columns => _numbers.Length;

    public IReadOnlyList<long>? Numbers(int column) => _numbers[column];

    public IReadOnlyList<string?>? Texts(int column) => _texts[column];

    public RowBuffer Add(long number)
    {
        _numbers[_column]!.Add(number);
        return Next();
    }

    public RowBuffer Add(string? text)
    {
        _texts[_column]!.Add(text);
        return Next();
    }

    private RowBuffer Next()
    {
        if (++_column == _numbers.Length)
        {
            _column = 0;
            Count++;
        }

        return this;
    }
}
