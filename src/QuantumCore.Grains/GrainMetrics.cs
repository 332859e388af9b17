using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using QuantumCore.Contracts;

namespace QuantumCore.Grains;

/// <summary>Metrics of this process's grains.</summary>
internal static class GrainMetrics
{
    private static readonly Meter s_meter = new("QuantumCore.Grains");

    /// <summary>Number of books that do not trade because their journal is inconsistent; above 0 is an alarm.</summary>
    public static readonly UpDownCounter<long> HaltedBooks =
        s_meter.CreateUpDownCounter<long>("quantumcore_halted_books", null, "Books halted over their journal.");

    // The latest reports of this process's books.
    private static readonly ConcurrentDictionary<string, BookLook> s_books = new(StringComparer.Ordinal);

    private static readonly Counter<long> s_trades = s_meter.CreateCounter<long>("quantumcore_trades", null, "Trades, by symbol.");

    private static readonly Gauge<long> s_orphans = s_meter.CreateGauge<long>(
        "quantumcore_orphan_holds", null, "Holds older than 5 s whose order no book has seen, at the agent's last round.");

    private static readonly Gauge<long> s_settlementWaits = s_meter.CreateGauge<long>(
        "quantumcore_settlement_waits_seconds", null, "How long what was due at a venue has not settled: the oldest batch since it was closed, or a venue that closes none.");

    private static readonly Gauge<long> s_settlementFailing = s_meter.CreateGauge<long>(
        "quantumcore_settlement_failing_days", null, "Business days that the oldest fail of a venue has been one since the day it was due; 0 for none, and before the first has ended.");

    private static readonly Gauge<long> s_projectionLag = s_meter.CreateGauge<long>(
        "quantumcore_projection_lag_records", null, "Durable records that are not in the history yet.");

    private static readonly Gauge<long> s_projectionAge = s_meter.CreateGauge<long>(
        "quantumcore_projection_lag_milliseconds", null, "How long the history has been behind without a batch that was written.");

    private static readonly Gauge<long> s_stoppedStreams = s_meter.CreateGauge<long>(
        "quantumcore_history_stopped_streams", null, "Streams with a record that the history can't take: anything above 0 is an alarm.");

    private static readonly Gauge<long> s_disagreements = s_meter.CreateGauge<long>(
        "quantumcore_reconciliation_findings", null, "What the ledger's last look found that does not agree: anything above 0 is an alarm.");

    private static readonly Counter<long> s_reconciled = s_meter.CreateCounter<long>(
        "quantumcore_reconciled_accounts", null, "Accounts compared with the ledger at the same moment.");

    private static readonly Counter<long> s_packedFrames = s_meter.CreateCounter<long>(
        "quantumcore_journal_packed_frames", null, "Old frames of the journal that were packed.");

    private static readonly Counter<long> s_packedBytes = s_meter.CreateCounter<long>(
        "quantumcore_journal_packed_bytes", null, "Bytes of their slices.");

    private static readonly Counter<long> s_packBytes = s_meter.CreateCounter<long>(
        "quantumcore_journal_pack_bytes", null, "Bytes of what they were packed into.");

    static GrainMetrics()
    {
        OfBooks("quantumcore_book_looked_timestamp_seconds", "Unix time at which a book's grain last looked at itself; it does every second.", look => look.Seconds);
        OfBooks(
            "quantumcore_book_crossed_milliseconds",
            "How long a book in continuous trading shows buyers and sellers who could trade and do not.",
            look => look.CrossedMillis);
        OfBooks("quantumcore_book_halted", "1 for a symbol that does not trade: in the phase halt, or over its journal.", look => look.IsHalted ? 1 : 0);
        OfBooks("quantumcore_snapshot_age_records", "Records since a book's last snapshot: what a restart has to run again.", look => look.RecordsSinceSnapshot);
    }

    private static void OfBooks(string name, string description, Func<BookLook, long> value) => s_meter.CreateObservableGauge(
        name, () => s_books.Select(book => new Measurement<long>(value(book.Value), OfSymbol(book.Key))), null, description);

    private static KeyValuePair<string, object?> OfSymbol(string symbol) => new("symbol", symbol);

    /// <summary>Counts frames of the journal that were packed into one.</summary>
    public static void Packed(int frames, long bytes, long packed)
    {
        s_packedFrames.Add(frames);
        s_packedBytes.Add(bytes);
        s_packBytes.Add(packed);
    }

    // In whole microseconds, which the metrics page shows in seconds.
    private static readonly Histogram<long> s_commit = s_meter.CreateHistogram<long>(
        "quantumcore_journal_commit_seconds", "us", "From the oldest record of a commit to its being durable.");

    /// <summary>Records how long a commit of the journal's writer took.</summary>
    public static void Committed(TimeSpan taken) => s_commit.Record(taken.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Counts a book's durable trades.</summary>
    public static void Traded(string symbol, int trades)
    {
        if (trades > 0)
            s_trades.Add(trades, OfSymbol(symbol));
    }

    /// <summary>Records a book's report about itself.</summary>
    public static void BookLooked(string symbol, long nowNanos, long crossedNanos, bool isHalted, long recordsSinceSnapshot)
    {
        s_books[symbol] = new BookLook(nowNanos / 1_000_000_000, crossedNanos / 1_000_000, isHalted, recordsSinceSnapshot);
        // Creates the series, so that a symbol without trades shows 0 instead of nothing.
        s_trades.Add(0, OfSymbol(symbol));
    }

    /// <summary>
    /// Removes a book that left this process. It reports from its new process, and an alert on its last report here
    /// would never end.
    /// </summary>
    public static void BookLeft(string symbol) => s_books.TryRemove(symbol, out _);

    /// <summary>Records the orphan holds of the recovery agent's last round.</summary>
    public static void OrphansFound(long holds) => s_orphans.Record(holds);

    /// <summary>Records the settlement state of all venues after the agent's round.</summary>
    public static void SettlementLooked(TimeSpan waits, int failingDays)
    {
        s_settlementWaits.Record((long)waits.TotalSeconds);
        s_settlementFailing.Record(failingDays);
    }

    /// <summary>Records how far the history is behind.</summary>
    public static void ProjectionLooked(long records, TimeSpan without, int stopped)
    {
        s_stoppedStreams.Record(stopped);
        s_projectionLag.Record(records);
        s_projectionAge.Record((long)without.TotalMilliseconds);
    }

    /// <summary>Records a reconciliation of the ledger with itself and with accounts.</summary>
    public static void Reconciled(ReconciliationReport report)
    {
        s_disagreements.Record(report.Findings.Length);
        s_reconciled.Add(report.Compared);
    }

    private readonly record struct BookLook(long Seconds, long CrossedMillis, bool IsHalted, long RecordsSinceSnapshot);
}
