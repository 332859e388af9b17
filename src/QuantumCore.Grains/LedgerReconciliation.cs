using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.History;

namespace QuantumCore.Grains;

/// <summary>Reconciles the ledger with itself and with the account grains.</summary>
internal sealed class LedgerReconciliation(
    LedgerProjection projection, HistoryStore history, IGrainFactory grains, TimeProvider time, ILogger log)
{
    /// <summary>Maximum number of accounts of one reconciliation.</summary>
    public const int ReconciledLimit = 1_000;

    // The check of each minute covers only some accounts, because it activates them.
    private const int ReconciledEachTime = 50;
    private const int Tries = 3;

    private long _reconciledAfter;

    /// <summary>Number of findings of the last reconciliation; null before the first.</summary>
    public int? Findings { get; private set; }

    /// <inheritdoc cref="ILedgerGrain.Reconcile"/>
    public async ValueTask<ReconciliationReport> ReconcileAsync(long after, int limit)
    {
        limit = Math.Clamp(limit, 1, ReconciledLimit);
        await projection.CatchUpAsync();
        var findings = ImmutableArray.CreateBuilder<ReconciliationFinding>();
        findings.AddRange(await history.Reports.HouseFindingsAsync(CancellationToken.None));
        var accounts = await history.Reports.AccountsAsync(after, limit, CancellationToken.None);
        var moving = 0;
        foreach (var account in accounts)
        {
            moving += await CompareAsync(account, findings) ? 0 : 1;
        }

        var now = time.UnixNanos();
        var report = new ReconciliationReport(
            now, accounts.Length - moving, moving, accounts.Length == limit ? accounts[^1] : 0, findings.ToImmutable());
        Findings = report.Findings.Length;
        GrainMetrics.Reconciled(report);
        return report;
    }

    /// <summary>
    /// Compares an account when ledger and grain are at the same records. Returns false if no such moment was found.
    /// </summary>
    private async Task<bool> CompareAsync(long account, ImmutableArray<ReconciliationFinding>.Builder findings)
    {
        var grain = grains.Account(account);
        for (var i = 0; i < Tries; i++)
        {
            // Let the account read undelivered records now instead of within a second.
            await grain.CatchUp();
            var view = await grain.View([]);
            await projection.CatchUpToAsync([
                (HistoryChunk.StreamOf(account), view.Sequence), .. CursorsOf(view)]);
            var ledger = await history.Reports.AccountAsync(account, CancellationToken.None);
            if (IsSameMoment(view, ledger))
            {
                Compare(view, ledger, findings);
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns an account's last applied sequence of each stream of others.</summary>
    private static IEnumerable<(string Stream, long Sequence)> CursorsOf(AccountView view) =>
        view.Cursors.Select(c => (HistoryChunk.BookPrefix + c.Symbol, c.Sequence))
            .Concat(view.PayoutCursors.Select(c => (c.Symbol, c.Sequence)));

    private static bool IsSameMoment(AccountView view, AccountInLedger ledger)
    {
        var own = HistoryChunk.StreamOf(view.Account);
        var cursors = CursorsOf(view).ToDictionary(c => c.Stream, c => c.Sequence, StringComparer.Ordinal);
        return ledger.Streams.GetValueOrDefault(own).Cursor == view.Sequence
            && cursors.All(other => ledger.Streams.TryGetValue(other.Key, out var at)
                ? at.Cursor >= other.Value
                : other.Value == 0)
            && ledger.Streams.All(at => at.Key == own || at.Value.Last <= cursors.GetValueOrDefault(at.Key));
    }

    private static void Compare(
        AccountView view, AccountInLedger ledger, ImmutableArray<ReconciliationFinding>.Builder findings)
    {
        var balances = view.Balances.ToDictionary(b => b.Asset, StringComparer.Ordinal);
        foreach (var asset in balances.Keys.Union(ledger.Assets.Keys).Order(StringComparer.Ordinal))
        {
            var (total, held, pending) = ledger.Assets.GetValueOrDefault(asset);
            var (totalThere, heldThere, pendingThere) = balances.TryGetValue(asset, out var balance)
                ? (balance.Total, balance.Held, balance.Pending)
                : (0, 0, 0);
            if (total != totalThere)
            {
                findings.Add(new("balance in the ledger and in the account", view.Account, asset, total, totalThere));
            }

            if (held != heldThere)
            {
                findings.Add(new("held in the ledger and in the account", view.Account, asset, held, heldThere));
            }

            if (pending != pendingThere)
            {
                findings.Add(
                    new("pending in the ledger and in the account", view.Account, asset, pending, pendingThere));
            }
        }
    }

    /// <summary>Reconciles the next accounts, and logs what disagrees.</summary>
    public async Task ReconcileNextAsync(CancellationToken cancellationToken)
    {
        try
        {
            var report = await ReconcileAsync(_reconciledAfter, ReconciledEachTime);
            _reconciledAfter = report.LastAccount;
            foreach (var finding in report.Findings)
            {
                GrainLog.LedgerDisagrees(
                    log, finding.Check, finding.Account, finding.Subject, finding.Ledger, finding.Other);
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            GrainLog.NotReconciled(log, fault);
        }
    }
}

internal static partial class GrainLog
{
    [LoggerMessage(
        43, LogLevel.Critical,
        "The ledger disagrees: {Check}: account {Account}, {Subject}: {Ledger} against {Other}. Nothing is repaired.")]
    public static partial void LedgerDisagrees(
        ILogger logger, string check, long account, string subject, Int128 ledger, Int128 other);

    [LoggerMessage(44, LogLevel.Warning, "The ledger could not be reconciled; it is tried again in a minute.")]
    public static partial void NotReconciled(ILogger logger, Exception exception);
}
