using System.Text;

namespace QuantumCore.History;

/// <summary>
/// A statement that runs once per row of a buffer. SQLite runs the prepared statement row by row. PostgreSQL gets whole
/// columns as arrays and joins with them. In the text <c>@1</c> is the row's first column. The row source is {FROM},
/// {USING} or {JOIN}, and a row to insert stands between {ROW} and {END}.
/// </summary>
/// <remarks>
/// SQLite inserts VALUES, never from a SELECT. It would treat that as many rows, and copy every page it changes for
/// each of them, to be able to undo the statement alone. Many rows in one statement save a third of the time of a row.
/// </remarks>
internal sealed class Statement
{
    /// <summary>Rows of <see cref="SqliteMany"/>.</summary>
    public const int ManyRows = 32;

    private const string RowSource = "k";
    private const string Insert = "INSERT INTO ";
    private const string RowStart = "{ROW}";
    private const string RowEnd = "{END}";

    /// <param name="types">Column types, one letter each: n for a number, t for a text.</param>
    /// <param name="text">Statement in the form above.</param>
    public Statement(string types, string text)
    {
        Types = types;
        var arrays = string.Join(", ", types.Select((t, i) => $"${i + 1}::{(t == 'n' ? "bigint[]" : "text[]")}"));
        var names = string.Join(", ", types.Select((_, i) => $"c{i + 1}"));
        var rows = $"unnest({arrays}) AS {RowSource}({names})";
        Sqlite = Expand(text, "", "", "", "VALUES (", ")").Replace('@', '?');
        SqliteMany = text.StartsWith(Insert, StringComparison.Ordinal)
            && text.EndsWith(RowEnd, StringComparison.Ordinal)
            ? InsertMany(text[Insert.Length..^RowEnd.Length].Split(RowStart), types.Length)
            : null;
        Postgres = Expand(text, $"FROM {rows}", $"USING {rows}", $", {rows}", "SELECT ", $" FROM {rows}")
            .Replace("@", RowSource + ".c");
    }

    public string Types { get; }

    public string Sqlite { get; }

    /// <summary>The statement for <see cref="ManyRows"/> rows at once; null unless it only inserts.</summary>
    public string? SqliteMany { get; }

    public string Postgres { get; }

    /// <summary>Returns the row of all columns of a buffer, for the statement's text.</summary>
    public static string Row(int columns) =>
        $"{RowStart}{string.Join(", ", Enumerable.Range(1, columns).Select(c => $"@{c}"))}{RowEnd}";

    // A rejected row ends the whole transaction, so SQLite keeps nothing to undo this statement alone.
    private static string InsertMany(string[] tableAndRow, int columns) =>
        $"INSERT OR ROLLBACK INTO {tableAndRow[0]}VALUES "
            + string.Join(", ", Enumerable.Range(0, ManyRows).Select(row =>
                $"({Enumerable.Range(1, columns).Reverse().Aggregate(
                    tableAndRow[1], (text, column) => text.Replace($"@{column}", $"?{(row * columns) + column}", StringComparison.Ordinal))})"));

    private static string Expand(string text, string from, string with, string join, string row, string end) =>
        new StringBuilder(text).Replace("{FROM}", from).Replace("{USING}", with).Replace("{JOIN}", join)
            .Replace(RowStart, row).Replace(RowEnd, end).ToString();
}

/// <summary>Rows for a statement, stored by column. Reused, because its arrays are too large to reallocate.</summary>
internal sealed class RowBuffer
{
    /// <summary>Represents NULL among the numbers.</summary>
    public const long Null = long.MinValue;

    private readonly long[]?[] _numbers;
    private readonly string?[]?[] _texts;
    private int _capacity = 16;
    private int _column;

    public RowBuffer(Statement statement)
    {
        Statement = statement;
        _numbers = [.. statement.Types.Select(t => t == 'n' ? new long[_capacity] : null)];
        _texts = [.. statement.Types.Select(t => t == 't' ? new string?[_capacity] : null)];
    }

    public Statement Statement { get; }

    public int Count { get; private set; }

    public int Columns => _numbers.Length;

    public bool IsNumber(int column) => _numbers[column] is not null;

    public ReadOnlySpan<long> Numbers(int column) => _numbers[column].AsSpan(0, Count);

    public ReadOnlySpan<string?> Texts(int column) => _texts[column].AsSpan(0, Count);

    /// <summary>Removes every row, including an incomplete one.</summary>
    public void Clear() => (Count, _column) = (0, 0);

    public RowBuffer Add(long number)
    {
        _numbers[_column]![Count] = number;
        return Next();
    }

    /// <summary>Adds a total as two columns.</summary>
    public RowBuffer AddWide(Int128 total)
    {
        var (low, high) = WideColumns.Split(total);
        return Add(low).Add(high);
    }

    public RowBuffer Add(string? text)
    {
        _texts[_column]![Count] = text;
        return Next();
    }

    private RowBuffer Next()
    {
        if (++_column == _numbers.Length)
        {
            _column = 0;
            if (++Count == _capacity)
            {
                Grow();
            }
        }

        return this;
    }

    private void Grow()
    {
        _capacity *= 2;
        for (var column = 0; column < _numbers.Length; column++)
        {
            if (IsNumber(column))
            {
                Array.Resize(ref _numbers[column], _capacity);
            }
            else
            {
                Array.Resize(ref _texts[column], _capacity);
            }
        }
    }
}

/// <summary>Buffers of all statements, kept from batch to batch.</summary>
internal sealed class RowBuffers
{
    private readonly Dictionary<Statement, RowBuffer> _buffers = [];

    /// <summary>Returns the statement's buffer, emptied.</summary>
    public RowBuffer Empty(Statement statement)
    {
        if (!_buffers.TryGetValue(statement, out var buffer))
        {
            _buffers.Add(statement, buffer = new(statement));
        }

        buffer.Clear();
        return buffer;
    }
}
