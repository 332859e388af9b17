using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Metrics of this process's grains.</summary>
internal static class GrainMetrics
{
    private static readonly Meter s_meter = new("QuantumCore.Grains");

    // Books that do not trade because their journal can't be explained.
    private static readonly StrongBox<long> s_haltedBooks = new();

    // The latest reports of this process's books.
    private static readonly ConcurrentDictionary<string, BookLook> s_books = new(StringComparer.Ordinal);

    private static readonly Tally<string> s_trades = new(static symbol => [OfSymbol(symbol)]);

    private static readonly Gauge<long> s_orphans = s_meter.CreateGauge<long>(
        "quantumcore_orphan_holds", null,
        "Holds older than 5 s whose order no book has seen, at the agent's last round.");

    private static readonly Gauge<long> s_settlementWaits = s_meter.CreateGauge<long>(
        "quantumcore_settlement_waits_seconds", null,
        "Age of the oldest settlement batch that is closed and not settled, or time since a venue should have "
            + "closed one.");

    private static readonly Gauge<long> s_settlementFailing = s_meter.CreateGauge<long>(
        "quantumcore_settlement_failing_days", null,
        "Business days that the oldest fail of a venue has been one since the day it was due; 0 for none, and before "
            + "the first has ended.");

    private static readonly Gauge<long> s_projectionLag = s_meter.CreateGauge<long>(
        "quantumcore_projection_lag_records", null, "Durable records that are not in the history yet.");

    private static readonly Gauge<long> s_projectionAge = s_meter.CreateGauge<long>(
        "quantumcore_projection_lag_milliseconds", null,
        "Time since the history last wrote a batch while it was behind the journal.");

    private static readonly Gauge<long> s_stoppedStreams = s_meter.CreateGauge<long>(
        "quantumcore_history_stopped_streams", null,
        "Streams with a record that the history can't take: anything above 0 is an alarm.");

    private static readonly Gauge<long> s_disagreements = s_meter.CreateGauge<long>(
        "quantumcore_reconciliation_findings", null,
        "Differences that the last check of the ledger found; anything above 0 is an alarm.");

    private static readonly StrongBox<long> s_reconciled = Counter(
        "quantumcore_reconciled_accounts", "Accounts compared with the ledger at the same moment.");

    private static readonly StrongBox<long> s_packedFrames = Counter(
        "quantumcore_journal_packed_frames", "Old frames of the journal that were packed.");

    private static readonly StrongBox<long> s_packedBytes = Counter(
        "quantumcore_journal_packed_bytes", "Bytes of their slices.");

    private static readonly StrongBox<long> s_packBytes = Counter(
        "quantumcore_journal_pack_bytes", "Bytes of what they were packed into.");

    private static readonly StrongBox<long> s_kills = Counter(
        "quantumcore_account_kills", "Accounts that an automatic kill switch has frozen.");

    static GrainMetrics()
    {
        s_meter.CreateObservableGauge(
            "quantumcore_halted_books", () => Volatile.Read(ref s_haltedBooks.Value), null,
            "Books halted over their journal: anything above 0 is an alarm.");
        s_meter.CreateObservableCounter("quantumcore_trades", s_trades.Read, null, "Trades, by symbol.");
        OfBooks(
            "quantumcore_book_looked_timestamp_seconds",
            "Unix time at which a book's grain last looked at itself; it does every second.", look => look.Seconds);
        OfBooks(
            "quantumcore_book_crossed_milliseconds",
            "Time for which a book in continuous trading has been crossed.",
            look => look.CrossedMillis);
        OfBooks(
            "quantumcore_book_halted", "1 for a symbol that does not trade: in the phase halt, or over its journal.",
            look => look.IsHalted ? 1 : 0);
        OfBooks(
            "quantumcore_snapshot_age_records",
            "Records since a book's last snapshot: what a restart has to run again.",
            look => look.RecordsSinceSnapshot);
        s_meter.CreateObservableGauge(
            "quantumcore_book_levels", DepthOfBooks, null, "Displayed price levels of a book, by symbol and side.");
        s_meter.CreateObservableGauge(
            "quantumcore_book_last_match_timestamp_seconds",
            () => s_books.Where(book => book.Value.LastMatchSeconds > 0)
                .Select(book => new Measurement<long>(book.Value.LastMatchSeconds, OfSymbol(book.Key))),
            null,
            "Unix time of a book's last trade since it was opened in this process; none before the first.");
    }

    private static IEnumerable<Measurement<long>> DepthOfBooks()
    {
        foreach (var (symbol, look) in s_books)
        {
            yield return new Measurement<long>(look.BidLevels, OfSymbol(symbol), new("side", "buy"));
            yield return new Measurement<long>(look.AskLevels, OfSymbol(symbol), new("side", "sell"));
        }
    }

    private static StrongBox<long> Counter(string name, string description)
    {
        var count = new StrongBox<long>();
        s_meter.CreateObservableCounter(name, () => Volatile.Read(ref count.Value), null, description);
        return count;
    }

    private static void OfBooks(string name, string description, Func<BookLook, long> value) =>
        s_meter.CreateObservableGauge(
        name, () => s_books.Select(book => new Measurement<long>(value(book.Value), OfSymbol(book.Key))), null,
        description);

    private static KeyValuePair<string, object?> OfSymbol(string symbol) => new("symbol", symbol);

    /// <summary>Counts an account that an automatic kill switch has frozen.</summary>
    public static void AccountKilled() => Interlocked.Increment(ref s_kills.Value);

    /// <summary>Counts frames of the journal that were packed into one.</summary>
    public static void Packed(int frames, long bytes, long packed)
    {
        Interlocked.Add(ref s_packedFrames.Value, frames);
        Interlocked.Add(ref s_packedBytes.Value, bytes);
        Interlocked.Add(ref s_packBytes.Value, packed);
    }

    private static readonly Histogram<double> s_commit = s_meter.CreateHistogram<double>(
        "quantumcore_journal_commit_seconds", "s", "From the oldest record of a commit to its being durable.");

    /// <summary>Records how long a commit of the journal's writer took.</summary>
    public static void Committed(TimeSpan taken) => s_commit.Record(taken.TotalSeconds);

    /// <summary>Counts a book's durable trades; with 0, its counter is shown from then on.</summary>
    public static void Traded(string symbol, int trades) => s_trades.Add(symbol, trades);

    /// <summary>Records a book's report about itself.</summary>
    public static void BookLooked(string symbol, BookLook look)
    {
        s_books[symbol] = look;
        // So that Prometheus sees the increase at the first of them.
        Traded(symbol, 0);
    }

    /// <summary>
    /// Removes a book that left this process. It reports from its new process, and an alert on its last report here
    /// would never end.
    /// </summary>
    public static void BookLeft(string symbol) => s_books.TryRemove(symbol, out _);

    /// <summary>Counts a book that was halted over its journal, or a halted one that left.</summary>
    public static void BookHalted(int more) => Interlocked.Add(ref s_haltedBooks.Value, more);

    /// <summary>Records the orphan holds of the recovery agent's last round.</summary>
    public static void OrphansFound(long holds) => s_orphans.Record(holds);

    /// <summary>Records the settlement state of all venues after a round.</summary>
    public static void SettlementLooked(TimeSpan waits, int failingDays)
    {
        s_settlementWaits.Record((long)waits.TotalSeconds);
        s_settlementFailing.Record(failingDays);
    }

    /// <summary>Records how far the history is behind.</summary>
    /// <param name="records">Durable records that are not in the history.</param>
    /// <param name="without">Time since a batch was written.</param>
    /// <param name="stopped">Streams with a record that the history can't take.</param>
    /// <param name="findings">
    /// Number of differences found by the last reconciliation; null before the first. Reported again for listeners that
    /// started later.
    /// </param>
    public static void ProjectionLooked(long records, TimeSpan without, int stopped, int? findings)
    {
        if (findings is { } found)
            s_disagreements.Record(found);
        s_stoppedStreams.Record(stopped);
        s_projectionLag.Record(records);
        s_projectionAge.Record((long)without.TotalMilliseconds);
    }

    /// <summary>Records a reconciliation of the ledger with itself and with accounts.</summary>
    public static void Reconciled(ReconciliationReport report)
    {
        s_disagreements.Record(report.Findings.Length);
        Interlocked.Add(ref s_reconciled.Value, report.Compared);
    }
}

/// <summary>State of a book at its last self-check.</summary>
/// <param name="Seconds">Time of the check, Unix seconds.</param>
/// <param name="CrossedMillis">Time for which it has been crossed without a trade, in milliseconds.</param>
/// <param name="IsHalted">True if it does not trade.</param>
/// <param name="RecordsSinceSnapshot">Number of records since its last snapshot.</param>
/// <param name="BidLevels">Number of displayed bid levels.</param>
/// <param name="AskLevels">Number of displayed ask levels.</param>
/// <param name="LastMatchSeconds">Time of its last trade since it was opened, Unix seconds; 0 before the first.</param>
internal readonly record struct BookLook(
    long Seconds, long CrossedMillis, bool IsHalted, long RecordsSinceSnapshot, int BidLevels, int AskLevels,
    long LastMatchSeconds);
