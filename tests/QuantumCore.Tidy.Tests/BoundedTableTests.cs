using System.Text.RegularExpressions;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>
/// Every dictionary and set that outlives a call has a bound. A new one fails until its bound stands in the table.
/// State machines are left out: what they hold is the exchange's state, and their snapshots show its size.
/// </summary>
public partial class BoundedTableTests
{
    private const string Symbols = "one entry for each listed symbol, venue or asset";
    private const string Accounts = "one entry for each account or owner that exists";
    private const string OpenOrders = "open orders of one account; filled and cancelled ones are removed";
    private const string Readers = "connections, limited in number; each removes itself at its end";
    private const string InFlight = "calls in flight; each removes itself at its end";
    private const string Batch = "one batch, message or request, then discarded or cleared";
    private const string Streams = "one entry for each stream of the journal";
    private const string Code = "texts in the source";

    private static readonly string[] s_folders =
    [
        "src/QuantumCore.Gateway", "src/QuantumCore.Gateway.Binance", "src/QuantumCore.Gateway.Fix",
        "src/QuantumCore.Gateway.Native", "src/QuantumCore.Grains", "src/QuantumCore.History", "src/QuantumCore.Journal", "silo",
    ];

    /// <summary>Fields by file, with the bound of each.</summary>
    private static readonly (string File, string Fields, string Bound)[] s_bounds =
    [
        ("src/QuantumCore.Gateway/Admission/AddressShares.cs", "_held", Readers),
        ("src/QuantumCore.Gateway/Admission/RequestRates.cs", "_callers", "MostCallers; idle ones are removed"),
        ("src/QuantumCore.Gateway/Alerts/AlertFeed.cs", "_listeners", Readers),
        ("src/QuantumCore.Gateway/Alerts/PriceAlerts.cs", "_feeds", Accounts),
        ("src/QuantumCore.Gateway/Orders/ConnectionOrders.cs", "_orders", OpenOrders),
        ("src/QuantumCore.Gateway/AccountUpdates/AccountEvents.cs", "_orders _lists", OpenOrders),
        ("src/QuantumCore.Gateway/AccountUpdates/AccountEvents.cs", "_traded _prevented", Batch),
        ("src/QuantumCore.Gateway/AccountUpdates/AccountEvents.cs", "_balances", Symbols),
        ("src/QuantumCore.Gateway/AccountUpdates/AccountFeed.cs", "_feeds", Accounts),
        ("src/QuantumCore.Gateway/AccountUpdates/AccountFeed.cs", "_listeners", Readers),
        ("src/QuantumCore.Gateway.Native/Endpoints/BlockCalls.cs", "_pending", Accounts),
        ("src/QuantumCore.Gateway/MarketFeeds/LastCandles.cs", "_known", "Most; the oldest is replaced"),
        ("src/QuantumCore.Gateway/MarketFeeds/LastCandles.cs", "_late", InFlight),
        ("src/QuantumCore.Gateway/MarketFeeds/MarketHistory.cs", "_days", Symbols),
        ("src/QuantumCore.Gateway/Markets/MarketIndexWatch.cs", "_weights", Symbols),
        ("src/QuantumCore.Gateway/Orders/FreezeControl.cs", "_freezing", Accounts),
        ("src/QuantumCore.Gateway/Markets/ReferencePrices.cs", "_last", Symbols),
        ("src/QuantumCore.Gateway/Orders/ShownSequences.cs", "_young _old", "its capacity, in accounts"),
        ("src/QuantumCore.Gateway/Identity/SessionRegistry.cs", "_claims", Readers),
        ("src/QuantumCore.Gateway.Native/Streams/AccountSource.cs", "_told", OpenOrders),
        ("src/QuantumCore.Gateway.Native/Streams/AccountSource.cs", "_changed",
            "changes within StreamSendTimeout, after which a slow reader is disconnected"),
        ("src/QuantumCore.Gateway/MarketFeeds/BookFeed.cs", "_feeds", Symbols),
        ("src/QuantumCore.Gateway/MarketFeeds/BookFeed.cs", "_readers _updateReaders", Readers),
        ("src/QuantumCore.Gateway/MarketFeeds/MarketPulse.cs", "_known", Symbols),
        ("src/QuantumCore.Gateway/MarketFeeds/MarketPulse.cs", "_listeners", Readers),
        ("src/QuantumCore.Gateway.Native/Streams/OrderByOrderFeed.cs", "_feeds", Symbols),
        ("src/QuantumCore.Gateway.Native/Streams/OrderByOrderFeed.cs", "_asked", InFlight),
        ("src/QuantumCore.Gateway/MarketFeeds/PriceBook.cs", "_bids _asks", "the levels that the book's feed shows"),
        ("src/QuantumCore.Gateway.Native/Streams/ConnectionSubscriptions.cs", "_followed _sources _asking",
            "StreamSubscriptions"),
        ("src/QuantumCore.Gateway/Identity/UserSessions.cs", "_kept", "MostKept"),
        ("src/QuantumCore.Gateway.Binance/WireApi.cs", "s_none", Code),
        ("src/QuantumCore.Gateway.Binance/WireFeed.cs", "_feeds", Symbols),
        ("src/QuantumCore.Gateway.Binance/WireFeed.cs", "_ofAll", Code),
        ("src/QuantumCore.Gateway.Binance/WireFeed.cs", "_streams Readers", Readers),
        ("src/QuantumCore.Gateway.Binance/WireFeed.cs", "_changes", Batch),
        ("src/QuantumCore.Gateway.Binance/WireLimits.cs", "_addresses _accounts", "MostCallers"),
        ("src/QuantumCore.Gateway.Binance/WireMarketFeed.cs", "_readers", Readers),
        ("src/QuantumCore.Gateway.Binance/WireMarketFeed.cs", "_waiting", Symbols),
        ("src/QuantumCore.Gateway.Binance/WireParameters.cs", "_values _read", "Most parameters of one request"),
        ("src/QuantumCore.Gateway.Binance/WireStreams.cs", "_followed", "Most streams of one connection"),
        ("src/QuantumCore.Gateway.Fix/FixMarket.cs", "_followed", "Most subscriptions of one session"),
        ("src/QuantumCore.Gateway.Fix/FixReporter.cs", "_places", Symbols),
        ("src/QuantumCore.Gateway.Fix/FixReporter.cs", "_asked _answered", InFlight),
        ("src/QuantumCore.Gateway.Fix/FixOrderNames.cs", "_open _renamed _routes", OpenOrders),
        ("src/QuantumCore.Gateway.Fix/FixOrderNames.cs", "_named", "open orders, and MostPast names of others"),
        ("src/QuantumCore.Gateway.Fix/FixServer.cs", "_connections", Readers),
        ("src/QuantumCore.Gateway.Fix/FixOrderChanges.cs", "_changing", InFlight),
        ("src/QuantumCore.Gateway.Fix/FixTrader.cs", "_unanswered", InFlight),
        ("src/QuantumCore.Grains/Accounts/BookDeliveries.cs", "_catchingUp _lookedAt", Symbols),
        ("src/QuantumCore.Grains/Accounts/AccountBookReader.cs", "_tails", Symbols),
        ("src/QuantumCore.Grains/Accounts/AccountBookReader.cs", "_byAccount", Accounts),
        ("src/QuantumCore.Grains/Alerts/WaitingPrices.cs", "_all _above _below", "PriceAlert.MostOfSymbol"),
        ("src/QuantumCore.Grains/Books/OpenBook.cs", "_deliveries", Batch),
        ("src/QuantumCore.Grains/Books/OpenBooks.cs", "_books _opening", Symbols),
        ("src/QuantumCore.Grains/CatalogGrain.cs", "_listing", InFlight),
        ("src/QuantumCore.Grains/GrainMetrics.cs", "s_books", Symbols),
        ("src/QuantumCore.Grains/LedgerNotices.cs", "_heads", Streams),
        ("src/QuantumCore.Grains/LedgerPositions.cs", "_folds", "MostFolds"),
        ("src/QuantumCore.Grains/LedgerPositions.cs", "_folded _changes", "names of one instrument"),
        ("src/QuantumCore.Grains/LedgerProjection.cs", "_toLookAt", Streams),
        ("src/QuantumCore.Grains/ListedInstruments.cs", "_bySymbol _assets", Symbols),
        ("src/QuantumCore.Grains/MarkPriceCache.cs", "_marks _trading", Symbols),
        ("src/QuantumCore.Grains/MarketDataGrain.cs", "_told", Batch),
        ("src/QuantumCore.Grains/Payouts/PayoutGrain.cs", "_sending", InFlight),
        ("src/QuantumCore.Grains/PreferencesGrain.cs", "Values", "preferences of one user, which the call limits"),
        ("src/QuantumCore.Grains/ProjectedStreams.cs", "_heads _stoppedAfter _queued _cursors", Streams),
        ("src/QuantumCore.Grains/RecentRecords.cs", "_runs _stopped", Streams),
        ("src/QuantumCore.Grains/Recovery/OrderRecovery.cs", "_misdated", Batch),
        ("src/QuantumCore.Grains/Recovery/TradeChangeRecovery.cs", "_toldChanges", Batch),
        ("src/QuantumCore.Grains/Scheduled/SettlementRounds.cs", "_settledOn _failingDays _askedSince", Symbols),
        ("src/QuantumCore.Grains/SnapshotMaker.cs", "_waiting", Streams),
        ("src/QuantumCore.Grains/Streams/EventCache.cs", "_streams", Symbols),
        ("src/QuantumCore.History/DayTotals.cs", "_days", Batch),
        ("src/QuantumCore.History/HistoryRows.cs", "Terms", "terms of one order"),
        ("src/QuantumCore.History/OrderTables.cs", "Entered Changes Holds Touched Placed", Batch),
        ("src/QuantumCore.History/Projections/AccountEventProjection.cs", "_events", Batch),
        ("src/QuantumCore.History/Projections/AccountProjection.cs", "_states _marginAccounts _marginStates", Batch),
        ("src/QuantumCore.History/Projections/BookProjection.cs", "_phases", Batch),
        ("src/QuantumCore.History/Projections/HoldProjection.cs", "_orders _before _floors _byAccount", Batch),
        ("src/QuantumCore.History/Projections/PostingProjection.cs", "_positions _assets", Batch),
        ("src/QuantumCore.History/Projections/OrderProjection.cs", "_entered _changes _putTerms", Batch),
        ("src/QuantumCore.History/Projections/TradeProjection.cs", "_candles", Batch),
        ("src/QuantumCore.History/SqliteHistory.cs", "_prepared", Code),
        ("src/QuantumCore.History/Statement.cs", "_buffers", Code),
        ("src/QuantumCore.History/TradedSums.cs", "_sums", Batch),
        ("src/QuantumCore.History/WorkingRows.cs", "_instruments _splits _eventStreams", Symbols),
        ("src/QuantumCore.History/WorkingRows.cs", "_floors _holds _lastInBook", "RowsKept"),
        ("src/QuantumCore.History/WorkingRows.cs",
            "_orders _toAdjust _loadedForSweep _touched _placed _adjusted _defined", Batch),
        ("src/QuantumCore.Journal/JournalPacker.cs", "_runs", Batch),
        ("src/QuantumCore.Journal/JournalWriter.cs", "_open", Streams),
        ("src/QuantumCore.Journal/SqliteDatabase.cs", "_statements", Code),
        ("src/QuantumCore.Journal/SqliteJournalStore.cs", "_readers", "IdleReaders"),
        ("src/QuantumCore.Journal/SqliteSliceTail.cs", "_byStream", "the tail, which is moved into the index"),
        ("src/QuantumCore.Journal/VolatileJournalStore.cs", "_streams _byId _frames Snapshots",
            "none: it is the journal, in memory"),
        ("silo/Cluster/BookBalance.cs", "_known", "silos that joined while this process runs"),
        ("silo/Cluster/BookBalance.cs", "_unheld", Symbols),
        ("silo/Cluster/LostSilos.cs", "_seen", "silos in the list of members until this one has joined"),
        ("silo/Demo/SimulatedSymbol.cs", "_ids", "open orders of the simulated participants"),
    ];

    [Fact]
    public void Dictionaries_and_sets_that_outlive_a_call_have_a_bound() => Findings.Match(
        s_bounds.SelectMany(entry => entry.Fields.Split(' ').Select(field => $"{entry.File}: {field}")),
        from file in Repository.Under(s_folders, ".cs")
        from Match found in Table().Matches(Repository.Code(file))
        select $"{file}: {found.Groups["name"].Value}");

    [Theory]
    [InlineData("    private readonly Dictionary<string, int> _a = [];", "_a")]
    [InlineData("    private static readonly ConcurrentDictionary<long, (int A, int B)> s_b =\n    new();", "s_b")]
    [InlineData("    internal HashSet<string>? C { get; } = [];", "C")]
    [InlineData("    private SortedDictionary<long, int> _d;", "_d")]
    [InlineData("    private Dictionary<string, int> Made() => [];", null)]
    [InlineData("    private Dictionary<string, int> Made => [];", null)]
    [InlineData("    private readonly FrozenDictionary<string, int> _fixed = Made();", null)]
    [InlineData("        var local = new Dictionary<string, int>();", null)]
    public void A_field_is_told_from_a_method_and_a_local_variable(string code, string? name) =>
        Assert.Equal(name, Table().Match(code) is { Success: true } found ? found.Groups["name"].Value : null);

    [GeneratedRegex(
        @"^[ \t]+(?:(?:private|protected|internal|public|static|readonly|required|new)[ \t]+)+"
        + @"(?:(?:Concurrent|Sorted|Ordered|I)?Dictionary|HashSet|SortedSet|SortedList|ISet|ConditionalWeakTable|"
        + @"ConcurrentBag)<[^\n;={]*>\??[ \t]+(?<name>\w+)\s*(?:;|=(?!>)|\{\s*get)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Table();
}
