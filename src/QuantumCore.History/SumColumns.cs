using System.Data.Common;

namespace QuantumCore.History;

/// <summary>
/// Sums of more than 63 bits in two 64-bit columns: the high one times 10^9 plus the low one. The columns of many rows
/// can be added up without an overflow.
/// </summary>
internal static class SumColumns
{
    /// <summary>Value of one unit in the high column.</summary>
    public const long Unit = 1_000_000_000;

    /// <summary>Reads a sum from its high column at an index and the low column after it.</summary>
    public static Int128 Read(DbDataReader row, int column) =>
        ((Int128)Convert.ToInt64(row.GetValue(column)) * Unit) + Convert.ToInt64(row.GetValue(column + 1));
}
