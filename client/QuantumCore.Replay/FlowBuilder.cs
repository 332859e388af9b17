using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Builds the commands of a recording and the book they result in. Executions outside price-time priority become
/// reductions and are counted, because an engine with price-time priority would never make them.
/// </summary>
internal sealed class FlowBuilder
{
    /// <summary>Messages between book checks. A check also follows each aggressive order.</summary>
    private const int MessagesPerCheck = 10;

    private readonly List<FlowCommand> _commands = [];
    private int _sinceCheck;

    /// <summary>Book that results from the commands; only this class changes it.</summary>
    internal RecordedBook Book { get; } = new();

    /// <summary>Commands so far.</summary>
    internal IReadOnlyList<FlowCommand> Commands => _commands;

    /// <summary>Number of aggressive orders that became reductions.</summary>
    internal int NotPriceTime { get; private set; }

    /// <summary>Adds a resting order.</summary>
    internal void Rest(RecordedOrder order, int line)
    {
        Book.Rest(order);
        _commands.Add(new RestOrder(line, order.Id, order.Side, order.Remaining, order.Price));
    }

    /// <summary>Reduces a resting order by a quantity, or removes it.</summary>
    internal void Take(RecordedOrder order, long quantity, int line, bool all = false)
    {
        if (all || quantity == order.Remaining)
        {
            _commands.Add(new WithdrawOrder(line, order.Id, order.Remaining));
            quantity = order.Remaining;
        }
        else
        {
            _commands.Add(new ReduceOrder(line, order.Id, quantity));
        }

        Book.Reduce(order, quantity);
    }

    /// <summary>
    /// Adds an aggressive order that met these resting ones, all of one side and all different. Its limit is the last
    /// price.
    /// </summary>
    internal void Trade(OrderSide resting, ImmutableArray<RecordedFill> fills, int line)
    {
        var side = RecordedBook.Opposite(resting);
        var quantity = fills.Sum(fill => fill.Quantity);
        var inPriority = Book.Match(side, quantity, fills[^1].Price).SequenceEqual(fills);
        if (inPriority)
            _commands.Add(new AggressiveOrder(line, side, quantity, fills[^1].Price, fills));
        else
            NotPriceTime++;

        foreach (var fill in fills)
        {
            var order = Book.Find(fill.MakerId)!;
            if (inPriority)
                Book.Reduce(order, fill.Quantity);
            else
                Take(order, fill.Quantity, line);
        }
    }

    /// <summary>
    /// Returns true if it is time to check the book, after each message or the executions of one aggressive order.
    /// </summary>
    internal bool IsCheckDue(bool afterExecution)
    {
        if (!afterExecution && ++_sinceCheck < MessagesPerCheck)
            return false;

        _sinceCheck = 0;
        return true;
    }

    /// <summary>Adds a check of the exchange's book.</summary>
    internal void Check(BookCheck row) => _commands.Add(row);
}
