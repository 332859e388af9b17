using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// The commands that a recording becomes, and the book that they have made so far. Executions that were not in price-time priority
/// become reductions, and are counted: no engine that keeps it would make them.
/// </summary>
internal sealed class FlowBuilder
{
    /// <summary>A book check follows each aggressive order, and each so many other messages.</summary>
    private const int MessagesPerCheck = 10;

    private readonly List<FlowCommand> _commands = [];
    private int _sinceCheck;

    /// <summary>The book as the commands have made it; changed here alone.</summary>
    internal RecordedBook Book { get; } = new();

    /// <summary>The commands so far.</summary>
    internal IReadOnlyList<FlowCommand> Commands => _commands;

    /// <summary>Aggressive orders that became reductions.</summary>
    internal int NotPriceTime { get; private set; }

    /// <summary>An order comes to rest.</summary>
    internal void Rest(RecordedOrder order, int line)
    {
        Book.Rest(order);
        _commands.Add(new RestOrder(line, order.Id, order.Side, order.Remaining, order.Price));
    }

    /// <summary>A resting order loses a part, or all that is left of it.</summary>
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

    /// <summary>One aggressive order met these resting ones, all of one side, and no two of them the same; its limit is the last price.</summary>
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

    /// <summary>Whether it is time to check the book, after each message or the executions of one aggressive order.</summary>
    internal bool IsCheckDue(bool afterExecution)
    {
        if (!afterExecution && ++_sinceCheck < MessagesPerCheck)
            return false;

        _sinceCheck = 0;
        return true;
    }

    /// <summary>The exchange's book is to show this now.</summary>
    internal void Check(BookCheck row) => _commands.Add(row);
}
