using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.Grains.Settlement;

/// <summary>The state machine of a venue's settlement: how far each book's trades are in batches, and what became of the batches. Pure, as the others are.</summary>
internal sealed class SettlementMachine(string venue)
{
    private readonly Dictionary<string, long> _through = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _cycles = [];
    private readonly SortedDictionary<long, SettlementClosed> _open = [];
    private readonly List<SettlementBatchView> _batches = [];

    /// <summary>Sequence of the last record.</summary>
    public long Sequence { get; private set; }

    /// <summary>Batches, in their sequence.</summary>
    public IReadOnlyList<SettlementBatchView> Batches => _batches;

    /// <summary>Batches that are closed and not settled, by number.</summary>
    public IReadOnlyDictionary<long, SettlementClosed> Open => _open;

    private long TimeNanos { get; set; }

    /// <summary>The sequence up to which a book's trades are in batches.</summary>
    public long ThroughOf(string symbol) => _through.GetValueOrDefault(symbol);

    /// <summary>Closes the next batch of a date.</summary>
    public SettlementClosed Close(long date, ImmutableArray<SettledTrades> trades, ImmutableArray<SettlementItem> items, long now) =>
        SettlementClosed.Make(At(now), date, _cycles.GetValueOrDefault(date) + 1, trades, items);

    /// <summary>Ends an open batch.</summary>
    public SettlementSettled End(long batch, long now) => new(At(now), batch, _open[batch].Items);

    /// <summary>Folds the next record.</summary>
    /// <exception cref="InvalidDataException">It settles a trade twice, or something that does not balance, or was changed.</exception>
    public void Apply(SettlementRecord record)
    {
        Sequence++;
        TimeNanos = record.TimeNanos;
        switch (record)
        {
            case SettlementClosed closed:
                Apply(closed);
                break;
            case SettlementSettled settled when _open.Remove(settled.Batch, out var open) && IsSame(open.Items, settled.Items):
                var index = _batches.FindIndex(batch => batch.Batch == settled.Batch);
                _batches[index] = _batches[index] with { State = SettlementState.Settled };
                break;
            case SettlementSettled settled:
                throw new InvalidDataException($"Record {Sequence} settles batch {settled.Batch}, which is not open like that.");
            default:
                throw new InvalidDataException($"{record.GetType().Name} is not a settlement's record.");
        }
    }

    /// <summary>Each asset sums to zero over all accounts.</summary>
    /// <exception cref="InvalidOperationException">One does not.</exception>
    public static void RequireBalance(IEnumerable<SettlementItem> items)
    {
        foreach (var asset in items.GroupBy(item => item.Asset, StringComparer.Ordinal))
        {
            Int128 sum = 0;
            foreach (var item in asset)
            {
                sum += item.Amount;
            }

            if (sum != 0)
            {
                throw new InvalidOperationException($"{asset.Key} of a batch sums to {sum}.");
            }
        }
    }

    private static bool IsSame(ImmutableArray<SettlementItem> one, ImmutableArray<SettlementItem> other) =>
        one.Length == other.Length && one.Zip(other).All(pair => pair.First.Account == pair.Second.Account
            && pair.First.Asset == pair.Second.Asset && pair.First.Decimals == pair.Second.Decimals && pair.First.Parts.SequenceEqual(pair.Second.Parts));

    private void Apply(SettlementClosed closed)
    {
        if (closed.Cycle != _cycles.GetValueOrDefault(closed.Date) + 1 || !closed.IsWhole
            || closed.Trades.Any(trades => trades.After != ThroughOf(trades.Symbol) || trades.Through <= trades.After))
        {
            throw new InvalidDataException($"Record {Sequence} closes a batch that does not follow the one before, or was changed.");
        }

        RequireBalance(closed.Items);
        foreach (var trades in closed.Trades)
        {
            _through[trades.Symbol] = trades.Through;
        }

        _cycles[closed.Date] = closed.Cycle;
        _open.Add(Sequence, closed);
        _batches.Add(new SettlementBatchView(
            closed.IdAt(venue), Sequence, closed.Date, closed.Cycle, SettlementState.Sent, closed.Trades.Sum(trades => trades.Trades),
            closed.Items.Length, Convert.ToHexStringLower(closed.Hash.AsSpan()), closed.TimeNanos));
    }

    private long At(long now) => Math.Max(now, TimeNanos);
}
