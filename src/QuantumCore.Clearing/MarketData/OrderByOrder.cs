using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Clearing;

/// <summary>
/// The displayed orders of a book (market-by-order) and their latest changes. A second machine replays the book's
/// durable records, so that readers cost the book nothing. Not thread-safe.
/// </summary>
internal sealed class OrderByOrder
{
    /// <summary>Number of changes kept. Readers that are further behind get all orders again.</summary>
    public const int ChangesKept = 16_384;

    private readonly BookMachine _machine;
    private readonly Ring<DisplayedOrderChange> _changes = new(ChangesKept);
    private readonly List<OrderChange> _ofRecord = [];
    private readonly Dictionary<long, OrderByOrderUpdate> _told = [];

    // Updates are possible for readers at this sequence or a later one.
    private long _remembersAfter;

    /// <summary>Creates the view of a machine that nobody else runs.</summary>
    public OrderByOrder(BookMachine machine)
    {
        (_machine, _remembersAfter) = (machine, machine.Sequence);
        machine.OnDisplayed = _ofRecord.Add;
    }

    /// <summary>Symbol of the book.</summary>
    public string Symbol => _machine.Symbol;

    /// <summary>The book's sequence that the view shows.</summary>
    public long Sequence => _machine.Sequence;

    /// <summary>Applies the next record; one that was applied before changes nothing.</summary>
    /// <exception cref="DivergenceException">Its command did something else than it says.</exception>
    public void Take(long sequence, BookRecord record)
    {
        if (sequence > Sequence)
        {
            Take(sequence, BookRecordEncoding.Encode(record));
        }
    }

    /// <summary>
    /// Returns the changes after a sequence; all orders for 0, or if the changes are no longer kept. Readers at the
    /// same place share the result.
    /// </summary>
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

    /// <summary>Returns the displayed orders, with a maximum per side.</summary>
    public OrderByOrderUpdate First(int limit) => new(
        true, 0, Sequence, _machine.TimeNanos, Displayed(Side.Buy, limit), Displayed(Side.Sell, limit), []);

    /// <summary>Applies the next record, as the journal has it.</summary>
    /// <exception cref="DivergenceException">Its command did something else than it says.</exception>
    public void Take(long sequence, ReadOnlySpan<byte> stored)
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
                sequence, record.TimeNanos, change.Kind, change.Side, change.OrderId, change.PriceTicks, change.Lots,
                change.BeforeId, index);
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
