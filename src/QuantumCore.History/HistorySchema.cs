using System.Reflection;
using System.Text;

namespace QuantumCore.History;

/// <summary>Tables and views of the history, from the embedded SQL files.</summary>
internal static class HistorySchema
{
    /// <summary>
    /// Column of <c>projection</c> that every batch writes first. Its name changes with each release that changes a
    /// table's columns. A history without it is rebuilt from the journal, and a silo of an older release fails on it.
    /// </summary>
    public const string BatchColumn = "batch_number";

    private const string CreateTable = "CREATE TABLE IF NOT EXISTS ";
    private const string CreateView = "CREATE VIEW";

    /// <summary>
    /// Returns the names of all tables. A history that lacks one is of an older release, and is rebuilt from the
    /// journal.
    /// </summary>
    public static IEnumerable<string> Tables() =>
        Schema("", "", "").Split('\n').Where(line => line.StartsWith(CreateTable, StringComparison.Ordinal))
            .Select(line => line[CreateTable.Length..].Split(' ')[0]);

    /// <summary>
    /// Returns the tables that a history of an older release may have: those of this one, and former ones.
    /// </summary>
    public static IEnumerable<string> TablesOfOlder() => Tables().Concat(["posting", "account_event"]);

    /// <summary>Returns every view's name, with the statement that creates it if it is missing.</summary>
    /// <param name="sequences">Rows of the sequences of a block, with a column <c>value</c>.</param>
    public static IEnumerable<(string Name, string Statement)> Views(string sequences) =>
        from statement in Schema("", CreateView, sequences).Split(';')
        let at = statement.IndexOf(CreateView, StringComparison.Ordinal)
        where at >= 0
        select (statement[(at + CreateView.Length + 1)..].Split(' ')[0], statement[at..]);

    /// <summary>Returns the table definitions for this database.</summary>
    /// <param name="byKey">Clause that stores a table in key order, or empty.</param>
    /// <param name="view">Clause that creates a view, existing or not.</param>
    /// <param name="sequences">Rows of the sequences of a block, with a column <c>value</c>.</param>
    public static string Schema(string byKey, string view, string sequences) =>
        Resource("Schema.sql").Replace("{BY_KEY}", byKey).Replace("{VIEW}", view).Replace("{SEQS}", sequences);

    public static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
