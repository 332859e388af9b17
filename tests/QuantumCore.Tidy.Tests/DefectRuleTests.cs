using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>
/// Rules that make known defects impossible to write. docs/known-defects.md names the defect of each.
/// </summary>
public partial class DefectRuleTests
{
    private const int MostStackBytes = 1_024;

    /// <summary>Properties of every project, from Directory.Build.props.</summary>
    private static readonly string[] s_compiler =
    [
        "Nullable=enable", "TreatWarningsAsErrors=true", "CheckForOverflowUnderflow=true",
        "InvariantGlobalization=true",
    ];

    /// <summary>
    /// Analyzer rules that are errors: unawaited tasks, async void, blocking on a task, tokens not passed on.
    /// </summary>
    private static readonly string[] s_analyzers =
    [
        "VSTHRD110", "MA0134", "VSTHRD100", "VSTHRD002", "VSTHRD103", "CA2016", "MA0040", "RS0030",
    ];

    /// <summary>Sources that compare a secret with a received one.</summary>
    private static readonly string[] s_secrets =
    [
        "src/QuantumCore.Gateway/Identity/RequestSignature.cs", "src/QuantumCore.Gateway/Identity/KeyRing.cs",
        "src/QuantumCore.Gateway/Signals/SignalDesk.cs",
    ];

    private static readonly string[] s_stackSizes =
    [
        "HMACSHA256.HashSizeInBytes", "SHA256.HashSizeInBytes", "sizeof(long)",
        // Of 128 characters, and of at most ten.
        "LongestKey * 3", "LongestTicker",
    ];

    /// <summary>
    /// Allowed parts of SQL: constants, names of columns and tables, numbers. Everything else must be a parameter.
    /// </summary>
    private static readonly Dictionary<string, string> s_partsOfSql = new(StringComparer.Ordinal)
    {
        ["src/QuantumCore.History/CorporateActionQueries.cs"] = "MovedSince OfAccount sum",
        ["src/QuantumCore.History/FillQueries.cs"] = "Order Side column condition side takers",
        ["src/QuantumCore.History/HistoryPruner.cs"] = "TradesKept first isPruned made rows second",
        ["src/QuantumCore.History/MarginQueries.cs"] = "TradedSince half side",
        ["src/QuantumCore.History/OrderQueries.cs"] =
            "SumColumns.Unit chain entered filter.Terms listed open order side string.Join",
        ["src/QuantumCore.History/PostgresHistory.cs"] =
            "BatchColumn DropOlder Schema _schema string.Concat string.Join table",
        ["src/QuantumCore.History/PreventedMatchQueries.cs"] = "PreventedColumns Side order side terms.Replace",
        ["src/QuantumCore.History/ReportQueries.cs"] = "TakenBack",
        ["src/QuantumCore.History/SqliteHistory.cs"] = "table view.Name",
        ["src/QuantumCore.History/StatementQueries.cs"] = "Page own source stream time",
        ["src/QuantumCore.History/Statements.cs"] = "FROM Row Sum USING WideColumns.Add key string.Join table",
        ["src/QuantumCore.History/TradeQueries.cs"] = "TradesOf order orders table traded",
        ["src/QuantumCore.Journal/JournalTarget.cs"] = "name other schema table",
        ["src/QuantumCore.Journal/PostgresJournalImage.cs"] = "condition order",
        ["src/QuantumCore.Journal/PostgresJournalStore.cs"] = "setting",
        ["src/QuantumCore.Journal/PostgresSchema.cs"] =
            "AddPlace AppendFrame PostgresPacks.PutPack RunningOn Tables schema",
        ["src/QuantumCore.Journal/SqliteJournalImage.cs"] = "DamageLines SliceColumns one",
        ["src/QuantumCore.Journal/SqlitePacks.cs"] = "SqliteJournalStore.PackedFormatVersion",
        ["src/QuantumCore.Upkeep/GrainStateRows.cs"] = "now table",
    };

    /// <summary>Errors caused by the user at the terminal, whose message names the cause itself.</summary>
    private static readonly string[] s_causeIsTold = ["client/QuantumCore.Cli/Session.cs"];

    [Fact]
    public void Compiler_settings_hold_for_every_project()
    {
        var properties =
            XDocument.Parse(Repository.Read("Directory.Build.props")).Descendants("PropertyGroup").Elements()
            .Select(property => $"{property.Name.LocalName}={property.Value}").ToArray();
        Findings.None(s_compiler.Except(properties));
        Findings.None(
            from project in Repository.Projects
            from setting in s_compiler
            let name = setting[..setting.IndexOf('=', StringComparison.Ordinal)]
            where Repository.Read(project).Contains($"<{name}>", StringComparison.Ordinal)
            select $"{project} sets {name}");
    }

    [Fact]
    public void Analyzer_rules_of_tasks_and_time_are_errors()
    {
        var settings = Repository.Read(".editorconfig").Split('\n');
        Findings.None(s_analyzers.Select(rule => $"dotnet_diagnostic.{rule}.severity = error").Except(settings));
    }

    [Fact]
    public void No_check_of_a_certificate_is_replaced() => AssertNowhere(ReplacedCheck());

    [Fact]
    public void No_thread_spins_or_sleeps() => AssertNowhere(Spinning());

    [Fact]
    public void No_memory_is_read_as_another_type_but_bytes_as_numbers() => AssertNowhere(Reinterpreted());

    [Fact]
    public void Secrets_are_compared_in_constant_time() => Findings.Match(
        s_secrets,
        Repository.ProductSources.Where(
            file => Repository.Code(file)
                .Contains("CryptographicOperations.FixedTimeEquals(", StringComparison.Ordinal)));

    [Fact]
    public void Memory_of_the_stack_has_a_small_constant_size() => Findings.None(
        from file in Repository.ProductSources
        from Match found in StackMemory().Matches(Repository.Code(file))
        let size = found.Groups["size"].Value
        let most = found.Groups["type"].Value == "byte" ? MostStackBytes : MostStackBytes / sizeof(long)
        where !s_stackSizes.Contains(size) && !(int.TryParse(size, out var number) && number <= most)
        select $"{file}: {found.Value}");

    [Fact]
    public void Exception_that_replaces_another_one_carries_it() => Findings.None(
        from file in Repository.ProductSources
        where !s_causeIsTold.Contains(file)
        let code = Repository.Code(file)
        from place in Replacing(code)
        select $"{file}:{CSharpText.Line(code, place)}");

    [Theory]
    [InlineData("catch (IOException e) { throw new A(b, e); }", false)]
    [InlineData("catch (IOException e) when (e.X) { Log(); throw new A(b); }", true)]
    [InlineData("catch (IOException) { throw new A(b); }", true)]
    [InlineData("catch (IOException) { throw; }", false)]
    public void Lost_causes_are_found(string code, bool found) => Assert.Equal(found, Replacing(code).Any());

    [Fact]
    public void SQL_is_put_together_from_known_parts_only() => Findings.Match(
        s_partsOfSql.SelectMany(of => of.Value.Split(' ').Select(part => $"{of.Key}: {part}")),
        Repository.ProductSources.SelectMany(
            file => PartsOfSql(Repository.Read(file)).Select(part => $"{file}: {part}"))
            .Distinct());

    [Theory]
    [InlineData(""" $"SELECT a FROM b WHERE name = '{name}'" """, "name")]
    [InlineData(""" $"DELETE FROM {table}" """, "table")]
    [InlineData(""" "SELECT a FROM b WHERE name = @name" """, "")]
    [InlineData(""" $"{greeting}, world" """, "")]
    public void Parts_of_SQL_are_told_from_parameters_and_other_texts(string code, string parts) =>
        Assert.Equal(parts, string.Join(' ', PartsOfSql(code)));

    private static void AssertNowhere(Regex rule) => Findings.None(
        from file in Repository.ProductSources
        let code = Repository.Code(file)
        from Match found in rule.Matches(code)
        select $"{file}:{CSharpText.Line(code, found.Index)}: {found.Value}");

    private static IEnumerable<string> PartsOfSql(string text) =>
        from Match written in Interpolated().Matches(text)
        let sql = written.Groups["raw"].Value + written.Groups["line"].Value
        where SqlWord().IsMatch(sql)
        from Match part in Part().Matches(sql)
        select part.Groups["name"].Value;

    /// <summary>
    /// Returns handlers that throw an exception of their own without the caught one as inner exception.
    /// </summary>
    private static IEnumerable<int> Replacing(string code) =>
        from Match handler in Handler().Matches(code)
        let caught = handler.Groups["name"].Value
        from Match thrown in Thrown().Matches(Block(code, handler.Index + handler.Length - 1))
        where caught.Length == 0 || !Regex.IsMatch(thrown.Value, $@"\b{caught}\b")
        select handler.Index;

    private static string Block(string code, int start)
    {
        var depth = 0;
        for (var at = start; at < code.Length; at++)
        {
            depth += code[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return code[start..at];
            }
        }

        return code[start..];
    }

    [GeneratedRegex(
        @"\b(Remote|Server)Certificate(Custom)?Validation\w*|\bDangerousAcceptAny\w*|\bTrustServerCertificate\b")]
    private static partial Regex ReplacedCheck();

    [GeneratedRegex(@"\bSpin(Wait|Lock)\b|\bThread\.(Sleep|Yield|SpinWait)\b")]
    private static partial Regex Spinning();

    [GeneratedRegex(
        @"\bUnsafe\.(?!IsNullRef\b)\w+|\bMemoryMarshal\.(?!Cast<byte, ulong>|Read<)\w+|\bMarshal\.\w+|\bGCHandle\b")]
    private static partial Regex Reinterpreted();

    [GeneratedRegex(@"\bstackalloc (?<type>\w+)\[(?<size>[^\]]*)\]")]
    private static partial Regex StackMemory();

    [GeneratedRegex(
        @"\bcatch\s*\(\s*[\w.]+\s*(?<name>\w*)\s*\)(\s*when\s*\([^{]*\))?\s*\{", RegexOptions.ExplicitCapture)]
    private static partial Regex Handler();

    [GeneratedRegex(@"\bthrow new [^;]*;")]
    private static partial Regex Thrown();

    [GeneratedRegex(
        @"\$+(?<quotes>""{3,})(?<raw>.*?)\k<quotes>|\$""(?<line>(?:[^""\\\n]|\\.)*)""", RegexOptions.Singleline)]
    private static partial Regex Interpolated();

    [GeneratedRegex(@"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|DROP|ALTER|CREATE|COPY|SHOW|PRAGMA)\b")]
    private static partial Regex SqlWord();

    [GeneratedRegex(@"\{+\s*(?<name>[A-Za-z_][\w.]*)")]
    private static partial Regex Part();
}
