using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.MarketData;
using QuantumCore.Matching;

namespace QuantumCore.Grains.Books;

/// <summary>
/// The displayed orders of a book and what happened to them lately: a second machine that runs the book's durable records again, so that
/// the book pays nothing for who reads it. Not safe for several threads at once.
/// </summary>
internal sealed class OrderByOrder
{
    /// <summary>How many changes are remembered; who is further behind gets all orders anew.</summary>
    public const int ChangesKept = 16_384;

    private readonly BookMachine _machine;
    private readonly Ring<DisplayedOrderChange> _changes = new(ChangesKept);
    private readonly List<OrderChange> _ofRecord = [];
    private readonly Dictionary<long, OrderByOrderUpdate> _told = [];

    // Updates can be made for readers at this sequence or a later one.
    private long _remembersAfter;

    /// <summary>The view of a machine that nobody else runs, as it stands.</summary>
    public OrderByOrder(BookMachine machine)
    {
        (_machine, _remembersAfter) = (machine, machine.Sequence);
        machine.OnDisplayed = _ofRecord.Add;
    }

    /// <summary>The book's sequence that is told.</summary>
    public long Sequence => _machine.Sequence;

    /// <summary>The view at the newest snapshot that is good, or at the book's beginning: it has to <see cref="CatchUpAsync"/>.</summary>
    public static async Task<OrderByOrder> OpenAsync(IJournalStore journal, string symbol, ILogger log, CancellationToken cancellationToken) => new(
        await Task.Run(() => BookRecovery.NewestSnapshotAsync(journal, symbol, log, cancellationToken), cancellationToken));

    /// <summary>Reads on from the journal, through a sequence. Nobody else may use the view meanwhile.</summary>
    /// <remarks>That may take long, so it is not done in the turn of who asks.</remarks>
    /// <exception cref="DivergenceException">A command did something else than its record says.</exception>
    /// <exception cref="JournalCorruptionException">A record is damaged.</exception>
    public Task CatchUpAsync(IJournalStore journal, long throughSequence, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            await foreach (var stored in journal.ReadAsync("book/" + _machine.Symbol, Sequence + 1, throughSequence, cancellationToken))
            {
                Take(stored.Sequence, stored.Body.Span);
            }
        },
        cancellationToken);

    /// <summary>Takes the next record; one that was taken already changes nothing.</summary>
    /// <exception cref="DivergenceException">Its command did something else than it says.</exception>
    public void Take(long sequence, BookRecord record)
    {
        if (sequence > Sequence)
        {
            Take(sequence, BookRecordEncoding.Encode(record));
        }
    }

    /// <summary>What happened after a sequence; all orders for 0, and where that is forgotten. Readers at the same place get the same.</summary>
    public OrderByOrderUpdate After(long sequence)
    {
        var knows = sequence > 0 && sequence >= _remembersAfter && sequence <= Sequence;
        var place = knows ? sequence : 0;
        if (!_told.TryGetValue(place, out var update))
        {
            update = knows
                ? new(false, sequence, Sequence, _machine.TimeNanos, [], [], ChangesAfter(sequence))
                : First(int.MaxValue);
            _told.Add(place, update);
        }

        return update;
    }

    /// <summary>The displayed orders, at most so many of each side.</summary>
    public OrderByOrderUpdate First(int limit) => new(
        true, 0, Sequence, _machine.TimeNanos, Displayed(Side.Buy, limit), Displayed(Side.Sell, limit), []);

    private void Take(long sequence, ReadOnlySpan<byte> stored)
    {
        _told.Clear();
        _ofRecord.Clear();
        var record = _machine.Replay(sequence, stored);
        var trades = 0;
        foreach (var change in _ofRecord)
        {
            // Each trade of a record is one execution or one print, in the sequence of its trades.
            var index = change.Kind is OrderChangeKind.Executed or OrderChangeKind.Printed ? trades++ : 0;
            var told = new DisplayedOrderChange(
                sequence, record.TimeNanos, change.Kind, change.Side, change.OrderId, change.PriceTicks, change.Lots, change.BeforeId, index);
            if (_changes.Add(told, out var forgotten))
            {
                _remembersAfter = forgotten.Sequence;
            }
        }
    }

    private ImmutableArray<DisplayedOrder> Displayed(Side side, int limit)
    {
        var orders = ImmutableArray.CreateBuilder<DisplayedOrder>();
        foreach (var order in _machine.Core.Orders(side))
        {
            if (orders.Count == limit)
            {
                break;
            }

            if (order.IsDisplayed)
            {
                orders.Add(new(order.OrderId, order.PriceTicks, order.ShownLots));
            }
        }

        return orders.DrainToImmutable();
    }

    private ImmutableArray<DisplayedOrderChange> ChangesAfter(long sequence)
    {
        var count = 0;
        while (count < _changes.Count && _changes.FromNewest(count).Sequence > sequence)
        {
            count++;
        }

        var changes = ImmutableArray.CreateBuilder<DisplayedOrderChange>(count);
        while (count > 0)
        {
            changes.Add(_changes.FromNewest(--count));
        }

        return changes.MoveToImmutable();
    }
}
