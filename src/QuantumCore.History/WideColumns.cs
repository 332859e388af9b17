using System.Data.Common;

namespace QuantumCore.History;

/// <summary>
/// Stores totals of more than 64 bits in two 64-bit columns, the same on every database: <c>total_high</c> times 10^18
/// plus <c>total</c>, both of one sign. Below 10^18 the low column is the total itself, so people can read it directly.
/// </summary>
internal static class WideColumns
{
    /// <summary>Value of one unit in the column that ends with _high.</summary>
    public const long Unit = 1_000_000_000_000_000_000;

    /// <summary>Splits a total into its two columns, the low one first.</summary>
    public static (long Low, long High) Split(Int128 total)
    {
        var (high, low) = Int128.DivRem(total, Unit);
        return ((long)low, checked((long)high));
    }

    /// <summary>Reads a total from its low column at an index and the high column after it.</summary>
    public static Int128 Read(DbDataReader row, int column) =>
        ((Int128)row.GetInt64(column + 1) * Unit) + row.GetInt64(column);

    /// <summary>Returns the assignments that add the row to insert to the existing row, exactly.</summary>
    public static string Add(string table, string column)
    {
        // Both low columns together need less than 63 bits. The carry may leave the two columns with different signs.
        var sum = $"({table}.{column} + excluded.{column})";
        var (low, high) = ($"({sum} % {Unit})", $"({table}.{column}_high + excluded.{column}_high + {sum} / {Unit})");
        return $"{column} = {low} + {Mixed(Unit)}, {column}_high = {high} - {Mixed(1)}";

        string Mixed(long one) =>
            $"CASE WHEN {high} > 0 AND {low} < 0 THEN {one} WHEN {high} < 0 AND {low} > 0 THEN -{one} ELSE 0 END";
    }
}
