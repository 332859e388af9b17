using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Clearing;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Accounts;

/// <summary>
/// Applies the records of books, payouts and settlements: delivered ones at once, missing ones after a pull from the
/// journal.
/// </summary>
internal sealed class BookDeliveries(
    AccountMachine machine, AccountJournal journal, AccountBookReader bookReader, ILogger log)
{
    private readonly Dictionary<string, Task> _catchingUp = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _lookedAt = new(StringComparer.Ordinal);

    /// <summary>Applies delivered records, and pulls those that a gap shows to be missing.</summary>
    public async ValueTask ApplyAsync(BookDelivery delivery)
    {
        foreach (var record in delivery.Records)
        {
            if (!journal.Apply(delivery.Symbol, record))
            {
                await CatchUpAsync(delivery.Symbol, delivery.Records[^1].Sequence);
                break;
            }
        }
    }

    /// <inheritdoc cref="IAccountGrain.CatchUp"/>
    public async ValueTask CatchUpAsync()
    {
        if (machine.Cursors.Count > 0)
        {
            await CatchUpAsync([.. machine.Cursors.Keys], await bookReader.HeadsAsync(now: true));
        }
    }

    /// <summary>Pulls up to what a client has seen of a book.</summary>
    public async Task CatchUpToAsync(SeenSequence seen)
    {
        if (machine.Cursors.TryGetValue(seen.Symbol, out var cursor) && cursor < seen.Sequence)
        {
            // A sequence beyond the journal's head comes from an earlier database, for example before a restore. It
            // moves no cursor.
            var heads = await bookReader.HeadsAsync(now: true);
            await CatchUpAsync(seen.Symbol, Math.Min(seen.Sequence, heads.GetValueOrDefault(seen.Symbol)));
        }
    }

    /// <inheritdoc cref="CatchUpToAsync(SeenSequence)"/>
    public async Task CatchUpToAsync(ImmutableArray<SeenSequence> seen)
    {
        foreach (var place in seen)
        {
            await CatchUpToAsync(place);
        }
    }

    /// <summary>Pulls from quiet sources in which something is open. The next round repeats a failed one.</summary>
    public async Task CatchUpWhileOpenAsync()
    {
        // In an active book, the next record reveals a gap. Only a quiet book needs a check.
        var quiet = machine.OpenSources
            .Where(symbol => machine.CursorOf(symbol) == _lookedAt.GetValueOrDefault(symbol, -1))
            .ToArray();
        foreach (var symbol in machine.OpenSources)
        {
            _lookedAt[symbol] = machine.CursorOf(symbol);
        }

        if (quiet.Length == 0)
        {
            return;
        }

        try
        {
            await CatchUpAsync(quiet, await bookReader.HeadsAsync(now: false));
        }
        catch (Exception e)
        {
            GrainLog.CatchUpFailed(log, e, machine.Account.Id.Value);
        }
    }

    private async Task CatchUpAsync(string[] symbols, IReadOnlyDictionary<string, long> heads)
    {
        foreach (var symbol in symbols)
        {
            await CatchUpAsync(symbol, heads.GetValueOrDefault(symbol));
        }
    }

    // One pull per book at a time. A caller that needs more than the running one brings starts another.
    private async Task CatchUpAsync(string symbol, long through)
    {
        while (machine.CursorOf(symbol) < through)
        {
            if (!_catchingUp.TryGetValue(symbol, out var pull))
            {
                _catchingUp[symbol] = pull = PullAsync(symbol, through);
            }

            try
            {
                await pull;
            }
            finally
            {
                if (_catchingUp.TryGetValue(symbol, out var current) && current == pull)
                {
                    _catchingUp.Remove(symbol);
                }
            }
        }
    }

    private async Task PullAsync(string symbol, long through)
    {
        // Yield first, so that the pull is in the table before it can end.
        await Task.Yield();
        var missed = await bookReader.AfterAsync(
            symbol, machine.Account.Id.Value, machine.CursorOf(symbol), through, CancellationToken.None);
        if (missed.Count > 0 && journal.Stream.Head > journal.Stream.DurableHead)
        {
            // A record that was just read may be in one commit with its hold, of which this silo does not know yet.
            await journal.OwnRecordsUnlessStalledAsync();
        }

        foreach (var record in missed)
        {
            journal.ApplyStored(symbol, record);
        }

        journal.RequireOwned();
        machine.CaughtUp(symbol, through);
    }
}
