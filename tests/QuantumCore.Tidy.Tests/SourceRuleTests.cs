using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>Forbidden patterns in sources. Comments and strings do not count unless a rule says so.</summary>
public partial class SourceRuleTests
{
    private static readonly string[] s_core =
    [
        "src/QuantumCore.Instruments", "src/QuantumCore.Matching", "src/QuantumCore.Clearing",
    ];

    private static readonly string[] s_nearMoney =
    [
        .. s_core, "src/QuantumCore.Contracts", "src/QuantumCore.Journal", "src/QuantumCore.History",
        "src/QuantumCore.Grains",
    ];

    private static readonly string[] s_withoutNull =
    [
        "src/QuantumCore.Matching", "src/QuantumCore.Clearing/CorporateActions", "src/QuantumCore.Clearing/Fees",
        "src/QuantumCore.Clearing/Payouts", "src/QuantumCore.Clearing/Settlement",
    ];

    private const string GrainMetrics = "src/QuantumCore.Grains/GrainMetrics.cs";

    /// <summary>
    /// Only project with native function tables, through which SQLite uses the tests' simulated disk.
    /// </summary>
    private const string NativeDiskProject = "tests/QuantumCore.Journal.Tests/QuantumCore.Journal.Tests.csproj";

    private static readonly string[] s_nativeDisk =
    [
        "tests/QuantumCore.Journal.Tests/PowerLoss/SimulatedFileLocks.cs",
        "tests/QuantumCore.Journal.Tests/PowerLoss/SimulatedFileSystem.cs",
    ];

    /// <summary>Services of a silo, which do not run on a grain's scheduler.</summary>
    private static readonly string[] s_offScheduler =
    [
        // The journal writer adds records on its own thread, and the ledger takes them.
        "src/QuantumCore.Grains/RecentRecords.cs",
        // The journal writer's thread reports heads, and a timer sends them.
        "src/QuantumCore.Grains/LedgerNotices.cs",
        // All threads of the process read the time.
        "src/QuantumCore.Grains/SteadyClock.cs",
        // A background service looks at the turns of all grains.
        "src/QuantumCore.Grains/TurnWatch.cs",
        // All grains and gateways of a silo share one copy of the catalog.
        "src/QuantumCore.Grains/InstrumentCatalog.cs",
        // All accounts of a silo share one tail of each book.
        "src/QuantumCore.Grains/Accounts/AccountBookReader.cs",
        // Its shutdown waits for the round in progress. A round never waits for another one.
        "src/QuantumCore.Grains/Scheduled/ScheduledWork.cs",
        // A replay of a whole book takes long, so it runs outside its caller's turn.
        "src/QuantumCore.Grains/Books/OrderByOrderRecovery.cs",
        // SQLite blocks until a write is on disk, so each statement has a thread of the pool.
        "src/QuantumCore.Grains/Storage/SqliteGrainStorage.cs",
    ];

    /// <summary>Boundaries that may catch all exceptions, with their number in each file.</summary>
    private static readonly Dictionary<string, int> s_catchAll = new(StringComparer.Ordinal)
    {
        // Any failure of a commit is passed on to everybody who waits for it.
        ["src/QuantumCore.Journal/JournalWriter.cs"] = 1,
        ["src/QuantumCore.Journal/SqliteJournalStore.cs"] = 1,
        // A conflict of any provider becomes the exception that callers know.
        ["src/QuantumCore.History/HistoryStore.cs"] = 1,
        // A snapshot that could not be stored is logged, and the next one is tried later.
        ["src/QuantumCore.Grains/Accounts/AccountSnapshots.cs"] = 1,
        // The same for a book's snapshot. Readers read records that could not be published from the journal.
        ["src/QuantumCore.Grains/Books/OpenBook.cs"] = 2,
        // Followers and agents: a failed round is logged, and the next one starts over.
        ["src/QuantumCore.Grains/Accounts/BookDeliveries.cs"] = 1,
        ["src/QuantumCore.Grains/LedgerGrain.cs"] = 1,
        ["src/QuantumCore.Grains/LedgerProjection.cs"] = 1,
        ["src/QuantumCore.Grains/LedgerReconciliation.cs"] = 1,
        ["src/QuantumCore.Grains/LedgerNotices.cs"] = 1,
        ["src/QuantumCore.Grains/MarketDataGrain.cs"] = 1,
        ["src/QuantumCore.Grains/Alerts/PriceWatchGrain.cs"] = 1,
        ["src/QuantumCore.Grains/EpochWatch.cs"] = 1,
        ["src/QuantumCore.Gateway/Markets/MarketIndexWatch.cs"] = 1,
        ["src/QuantumCore.Grains/Recovery/RecoveryAgent.cs"] = 1,
        ["src/QuantumCore.Grains/Recovery/OrderRecovery.cs"] = 2,
        ["src/QuantumCore.Grains/Recovery/FundsRecovery.cs"] = 2,
        ["src/QuantumCore.Grains/Recovery/TradeChangeRecovery.cs"] = 1,
        ["src/QuantumCore.Grains/Scheduled/ScheduledWork.cs"] = 2,
        ["src/QuantumCore.Grains/Scheduled/BookActivation.cs"] = 1,
        ["src/QuantumCore.Grains/Scheduled/CorporateActionRounds.cs"] = 2,
        ["src/QuantumCore.Grains/Scheduled/VolumeRounds.cs"] = 1,
        ["src/QuantumCore.Grains/Scheduled/MarginRounds.cs"] = 2,
        ["src/QuantumCore.Grains/Scheduled/SettlementRounds.cs"] = 1,
        // A book that does not respond keeps its mark price, which becomes stale.
        ["src/QuantumCore.Grains/MarkPriceCache.cs"] = 1,
        // Whatever the receiver of payouts does, the batch's outcome is unknown, and it is asked again.
        ["src/QuantumCore.Grains/Payouts/PayoutGrain.cs"] = 1,
        ["src/QuantumCore.Grains/Settlement/SettlementGrain.cs"] = 1,
        ["src/QuantumCore.Grains/SnapshotMaker.cs"] = 1,
        // Old frames that could not be packed stay unchanged until the next round.
        ["src/QuantumCore.Grains/JournalKeeper.cs"] = 1,
        // A history that cannot tell how an order of a changed trade ended is asked again.
        ["src/QuantumCore.Gateway.Fix/FixTradeReports.cs"] = 1,
        // A request that failed in any way gets a response.
        ["src/QuantumCore.Gateway/Http/Routes.cs"] = 1,
        ["src/QuantumCore.Gateway/GrainCalls.cs"] = 1,
        // Candles of before stand in for those that cannot be read; without any, the request fails.
        ["src/QuantumCore.Gateway/MarketFeeds/LastCandles.cs"] = 1,
        // Parts that do not respond are missing in the operators' overview.
        ["src/QuantumCore.Gateway/Hosting/HistoryReadiness.cs"] = 1,
        ["src/QuantumCore.Gateway.Native/Endpoints/SystemCalls.cs"] = 1,
        ["src/QuantumCore.Gateway/MarketFeeds/BookFeed.cs"] = 1,
        ["src/QuantumCore.Gateway.Native/Streams/AccountSource.cs"] = 1,
        ["src/QuantumCore.Gateway.Native/Streams/OrderByOrderSource.cs"] = 1,
        ["src/QuantumCore.Gateway/MarketFeeds/MarketPulse.cs"] = 2,
        ["src/QuantumCore.Gateway/AccountUpdates/AccountFeed.cs"] = 1,
        ["src/QuantumCore.Gateway/Alerts/AlertFeed.cs"] = 1,
        ["src/QuantumCore.Gateway.Binance/WireApi.cs"] = 1,
        ["src/QuantumCore.Gateway.Native/Streams/TradingSocket.cs"] = 2,
        ["src/QuantumCore.Gateway/Orders/OrderQueue.cs"] = 1,
        ["src/QuantumCore.Gateway.Binance/WireMarketFeed.cs"] = 1,
        ["src/QuantumCore.Gateway.Binance/WireFeed.cs"] = 1,
        ["src/QuantumCore.Gateway.Fix/FixServices.cs"] = 1,
        ["src/QuantumCore.Gateway.Fix/FixTrader.cs"] = 2,
        ["src/QuantumCore.Gateway.Fix/FixNewOrders.cs"] = 1,
        // A FIX connection that failed in any way ends, and the others continue.
        ["src/QuantumCore.Gateway.Fix/FixServer.cs"] = 1,
        // Pinned books are checked again in a second, and the next silo to join gets its share of the others.
        ["silo/Cluster/BookBalance.cs"] = 1,
        // A silo that starts while another one stops retries a number of times. Its process reports why it gave up.
        ["silo/ExchangeStart.cs"] = 2,
        // The simulated participants restart a moment later.
        ["silo/Demo/SimulatedMarket.cs"] = 1,
        // Old rows that could not be deleted are logged, and deleted later.
        ["silo/Demo/DemoHistory.cs"] = 1,
        // A replay that failed in any way has ended, and is reported as failed; the exchange continues.
        ["silo/Simulation/ReplayRunner.cs"] = 1,
        // A port that another process took meanwhile is replaced by another one; other failures are thrown.
        ["client/QuantumCore.Testing/TestExchange.cs"] = 1,
        // The process reports why it ends.
        ["silo/Program.cs"] = 1,
    };

    /// <summary>
    /// Metrics alone count seconds in floating point: OpenTelemetry exports durations so, and nothing reads them back.
    /// </summary>
    [Fact]
    public void No_floating_point_near_money() => AssertNowhere(
        Repository.Under(s_nearMoney, ".cs").Where(file => file != GrainMetrics), FloatingPoint());

    [Fact]
    public void Metrics_of_grains_use_floating_point_for_latencies_alone()
    {
        var code = Repository.Code(GrainMetrics);
        var lines = code.Split('\n');
        Assert.All(
            FloatingPoint().Matches(code),
            found => Assert.Contains(
                "Histogram<double>", lines[CSharpText.Line(code, found.Index) - 1], StringComparison.Ordinal));
    }

    [Fact]
    public void No_calendar_time_in_the_core() => AssertNowhere(Repository.Under(s_core, ".cs"), CalendarTime());

    [Fact]
    public void No_unsafe_code_and_no_native_calls() => AssertNowhere(
        Repository.Sources.Except(s_nativeDisk, StringComparer.Ordinal), Unsafe());

    [Fact]
    public void No_project_allows_unsafe_code() => Assert.DoesNotContain(
        Repository.Projects,
        project => project != NativeDiskProject
            && Repository.Read(project).Contains("AllowUnsafeBlocks", StringComparison.Ordinal));

    [Fact]
    public void A_grain_never_leaves_its_scheduler_and_never_blocks()
    {
        var grains = Repository.Under(["src/QuantumCore.Grains"], ".cs").Except(s_offScheduler).ToArray();
        Assert.True(grains.Length >= 70, "The grain classes were not found.");
        AssertNowhere(grains, LeavesScheduler());
    }

    [Fact]
    public void Each_exception_from_the_scheduler_rule_is_needed_and_no_grain() => Assert.All(
        s_offScheduler,
        file =>
        {
            var code = Repository.Code(file);
            Assert.Matches(LeavesScheduler(), code);
            Assert.DoesNotMatch(GrainClass(), code);
        });

    [Fact]
    public void Nothing_is_left_for_later() => Findings.None(
        from file in Repository.Under(
            Repository.CodeFolders, ".cs", ".csproj", ".sql", ".json", ".js", ".ts", ".css", ".html")
        from Match found in LeftForLater().Matches(Repository.Read(file))
        select $"{file}: {found.Value}");

    [Fact]
    public void An_event_of_the_log_has_a_number_of_its_own() => Findings.None(
        from file in Repository.ProductSources
        from Match found in LogEvent().Matches(Repository.Read(file))
        group file by found.Groups[1].Value into holders
        where holders.Count() > 1
        select $"{holders.Key}: {string.Join(", ", holders)}");

    [Fact]
    public void Catch_all_clauses_are_at_named_boundaries_only() => Findings.Match(
        Lines(s_catchAll),
        Lines(Count(Repository.ProductSources, code => CatchAlls(code).Count())));

    [Fact]
    public void The_core_never_silences_the_null_check() => AssertNowhere(
        Repository.Under(s_withoutNull, ".cs"), NullForgiving());

    /// <summary>
    /// Rules of `dotnet format` beyond the white space checked in CI and the analyzers run by the build.
    /// </summary>
    [Fact]
    public void Usings_stand_in_order_those_of_the_system_first() => Findings.None(
        from file in Repository.Sources
        from Match found in TwoUsings().Matches(Repository.Code(file))
        let first = found.Groups["first"].Value
        let second = found.Groups["second"].Value
        where StringComparer.OrdinalIgnoreCase.Compare(OrderOf(first), OrderOf(second)) > 0
        select $"{file}: {second} after {first}");

    [Fact]
    public void No_async_void() => AssertNowhere(Repository.Sources, AsyncVoid());

    [Theory]
    [InlineData("x = y!.Z;", true)]
    [InlineData("f(a[0]!)", true)]
    [InlineData("if (!done && a != b)", false)]
    public void Silenced_null_checks_are_told_from_negations(string code, bool found) =>
        Assert.Equal(found, NullForgiving().IsMatch(code));

    [Theory]
    [InlineData("catch (Exception) { }", true)]
    [InlineData("catch (Exception e) { Log(e); }", true)]
    [InlineData("catch\n{\n}", true)]
    [InlineData("catch { if (a) { throw; } }", true)]
    [InlineData("catch { Undo(() => { }); throw; }", false)]
    [InlineData("catch (Exception e) when (!token.IsCancellationRequested) { }", true)]
    [InlineData("catch (Exception e) when (e is IOException or FormatException) { }", false)]
    [InlineData("catch (IOException e) { }", false)]
    public void A_catch_of_named_exceptions_or_one_that_throws_on_is_no_catch_all(string code, bool found) =>
        Assert.Equal(found, CatchAlls(code).Any());

    private static void AssertNowhere(IEnumerable<string> files, Regex rule)
    {
        var read = files.ToArray();
        Assert.NotEmpty(read);
        Findings.None(
            from file in read
            let code = Repository.Code(file)
            from Match found in rule.Matches(code)
            select $"{file}:{CSharpText.Line(code, found.Index)}: {found.Value}");
    }

    /// <summary>
    /// Returns a sort key. A dot sorts before all characters of names, so a namespace precedes its children.
    /// </summary>
    private static string OrderOf(string name) =>
        (name == "System" || name.StartsWith("System.", StringComparison.Ordinal) ? "0" : "1")
            + name.Replace('.', '\0');

    /// <summary>Returns handlers of all exceptions that do not rethrow.</summary>
    private static IEnumerable<Match> CatchAlls(string code) => CatchAll().Matches(code)
        .Where(handler => !Block(code, handler.Index).EndsWith("throw;", StringComparison.Ordinal));

    private static string Block(string code, int from)
    {
        var start = code.IndexOf('{', from);
        var depth = 0;
        for (var at = start; at < code.Length; at++)
        {
            depth += code[at] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
            {
                return code[(start + 1)..at].Trim();
            }
        }

        return code[start..];
    }

    private static IEnumerable<KeyValuePair<string, int>> Count(IEnumerable<string> files, Func<string, int> count) =>
        files.Select(file => KeyValuePair.Create(file, count(Repository.Code(file)))).Where(pair => pair.Value > 0);

    private static IEnumerable<string> Lines(IEnumerable<KeyValuePair<string, int>> counts) =>
        counts.Select(pair => $"{pair.Key}: {pair.Value}");

    [GeneratedRegex(@"LoggerMessage\((\d+),")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"\b(double|float|decimal|Double|Single|Half)\b(?!\s*\()")]
    private static partial Regex FloatingPoint();

    [GeneratedRegex(@"\bDateTime(Offset)?\b")]
    private static partial Regex CalendarTime();

    [GeneratedRegex(@"\bunsafe\b|\bDllImport\b|\bLibraryImport\b|\bSkipLocalsInit\b|\bAllocateUninitializedArray\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"class\s+\w+(\([^)]*\))?\s*:\s*(Journaled)?Grain\b")]
    private static partial Regex GrainClass();

    [GeneratedRegex(
        @"ConfigureAwait\(false\)|\bTask\.Run\b|\bTask\.Factory\b|\.Result\b|\.Wait\(|\.GetResult\(|\block \(|\bThread\.|\bMonitor\.|\bSemaphoreSlim\b")]
    private static partial Regex LeavesScheduler();

    // Split, so that the rule does not find itself.
    [GeneratedRegex(@"\b(TO" + "DO|FIX" + "ME|HA" + @"CK)\b")]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"\bcatch\s*(\{|\(\s*(System\.)?Exception\b(?![^)]*\)\s*when\s*\(\s*\w+\s+is\b))")]
    private static partial Regex CatchAll();

    [GeneratedRegex(@"[\w)\]>]!(?!=)")]
    private static partial Regex NullForgiving();

    [GeneratedRegex(
        @"^using (?<first>[\w.]+);\n(?=using (?<second>[\w.]+);)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex TwoUsings();

    [GeneratedRegex(@"\basync\s+void\b")]
    private static partial Regex AsyncVoid();
}
