using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using QuantumCore.Journal;

namespace QuantumCore.Grains;

/// <summary>Publishes metrics of this process's journal writer.</summary>
public sealed class JournalGauges : IHostedService
{
    public JournalGauges(JournalWriter writer, IMeterFactory meters)
    {
        var meter = meters.Create("QuantumCore.Journal");
        meter.CreateObservableGauge(
            "quantumcore_journal_oldest_pending_milliseconds",
            () => (long)writer.OldestPendingAge.TotalMilliseconds,
            null,
            "Age of the oldest record that is not durable yet.");
        meter.CreateObservableGauge(
            "quantumcore_journal_pending_records", () => writer.PendingRecords, null,
            "Records that are not durable yet.");
        meter.CreateObservableCounter(
            "quantumcore_journal_records", () => writer.RecordsCommitted, null, "Records committed.");
        meter.CreateObservableCounter(
            "quantumcore_journal_frames", () => writer.FramesCommitted, null, "Commits.");
        meter.CreateObservableCounter(
            "quantumcore_journal_streams_fenced", () => writer.StreamsFenced, null,
            "Streams that another activation took from this process.");
        meter.CreateObservableCounter(
            "quantumcore_journal_outcomes_unknown", () => writer.OutcomesUnknown, null,
            "Attempts to commit that ended without a known outcome.");
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
