using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Converts a stock's part of a TotalView-ITCH day into engine commands. All displayed orders are complete, so nothing
/// is guessed. Hidden orders, and events that no continuous market has, are left out:
/// <list type="bullet">
/// <item>consecutive executions with the same time and side are one aggressive order, limited at the last price;</item>
/// <item>an execution in a cross (non-printable <c>C</c>) or at another price than displayed reduces the order without
/// a trade, because no message holds its counterparty;</item>
/// <item>a replacement removes the old order and adds a new one at the back of its queue;</item>
/// <item>an order that would trade, because the book is crossed while the stock is halted, is added once it no longer
/// would;</item>
/// <item>orders at fractions of a cent are left out if none of them is executed, as prices from one dollar are in
/// cents;</item>
/// <item>messages about orders that the file does not add are left out: the file begins within the day, or has
/// gaps.</item>
/// </list>
/// </summary>
internal sealed class ItchImport
{
    private const int CheckedDepth = 5;
    private const int Cent = 100;

    private readonly ItchDay _day;
    private readonly string _file;
    private readonly FlowBuilder _flow = new();

    /// <summary>Recorded orders that are not in the book: waiting ones, and those at fractions of a cent.</summary>
    private readonly Dictionary<long, RecordedOrder> _aside = [];

    /// <summary>Orders that wait because they would trade, in sequence.</summary>
    private readonly List<RecordedOrder> _waiting = [];

    /// <summary>Best bid and ask at the last check of the waiting orders.</summary>
    private (long? Bid, long? Ask) _best;

    private bool _hasFractions;
    private int _inCrosses;
    private int _atOtherPrices;
    private int _whileCrossed;
    private int _waited;
    private int _fractions;
    private int _unseen;
    private int _rowsNotChecked;

    private ItchImport(ItchDay day, string file) => (_day, _file) = (day, file);

    /// <summary>Converts a stock's day.</summary>
    /// <param name="ticker">Name of the flow.</param>
    /// <param name="day">Messages of the stock.</param>
    /// <param name="file">Name of the file, for error messages.</param>
    /// <param name="cancellation">Token that cancels the call: a whole day takes seconds.</param>
    /// <exception cref="FlowFormatException">
    /// A message is about a missing order, or takes more of an order than is left.
    /// </exception>
    internal static OrderFlow Convert(string ticker, ItchDay day, string file, CancellationToken cancellation)
    {
        var import = new ItchImport(day, file);
        import._hasFractions = import.TradesInFractions();
        for (var at = 0; at < day.Messages.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            at += import.Step(at);
        }

        return new OrderFlow(ticker, import._flow.Commands, [.. import.Notes()]);
    }

    /// <summary>
    /// Returns true if an order at a fraction of a cent is executed, as for a stock below one dollar.
    /// </summary>
    private bool TradesInFractions()
    {
        var fractions = new HashSet<long>();
        foreach (var message in _day.Messages)
        {
            if (message.Price % Cent != 0 && message.Type is 'A' or 'U')
                fractions.Add(message.Type == 'A' ? message.Id : message.NewId);
            else if (message.Type is 'E' or 'C' && fractions.Contains(message.Id))
                return true;
        }

        return false;
    }

    /// <summary>
    /// Converts one message, or the executions of one aggressive order, and returns the number of messages converted.
    /// </summary>
    private int Step(int at)
    {
        var message = _day.Messages[at];
        var taken = 1;
        if (message.Type == 'A')
        {
            Add(message, message.Id, message.Side);
        }
        else if (Known(message) is not { } order)
        {
            // A replacement of an unknown order has no side, so the new order stays unknown too.
            _unseen++;
            return taken;
        }
        else if (message.Type == 'U')
        {
            Replace(message, order);
        }
        else if (IsTrade(message, order))
        {
            taken = Trade(at, order.Side);
        }
        else
        {
            TakeOut(message, order);
        }

        Release(message.Number);
        if (_flow.IsCheckDue(taken > 1 || message.Type is 'E' or 'C'))
            Check(_day.Messages[at + taken - 1].Number);

        return taken;
    }

    private void Add(in ItchMessage message, long id, OrderSide side)
    {
        if (Find(id) is not null)
            throw Wrong(message, $"order {id} is there already");

        var order = new RecordedOrder(id, side, message.Price, message.Quantity);
        if (message.Price % Cent != 0 && !_hasFractions)
        {
            _aside.Add(id, order);
            _fractions++;
        }
        else if (WouldTrade(order))
        {
            _aside.Add(id, order);
            _waiting.Add(order);
            _waited++;
        }
        else
        {
            _flow.Rest(order, message.Number);
        }
    }

    private void Replace(in ItchMessage message, RecordedOrder order)
    {
        Take(order, order.Remaining, message.Number);
        Add(message, message.NewId, order.Side);
    }


    /// <summary>Applies a cancellation, or an execution that is not a trade of a continuous market.</summary>
    private void TakeOut(in ItchMessage message, RecordedOrder order)
    {
        if (message.Type == 'C' && !message.IsPrintable)
            _inCrosses++;
        else if (message.Type == 'C' && message.Price != order.Price)
            _atOtherPrices++;
        else if (message.Type is 'C' or 'E')
            _whileCrossed++;

        Take(order, message.Type == 'D' ? order.Remaining : Part(message, order), message.Number);
    }

    /// <summary>Returns true if an aggressive order met this order at its displayed price.</summary>
    private bool IsTrade(in ItchMessage message, RecordedOrder order) =>
        (message.Type == 'E' || (message.Type == 'C' && message.IsPrintable && message.Price == order.Price))
            && !_aside.ContainsKey(order.Id);

    private int Trade(int at, OrderSide side)
    {
        var first = _day.Messages[at];
        var fills = ImmutableArray.CreateBuilder<RecordedFill>();
        for (; at < _day.Messages.Count; at++)
        {
            // Two aggressive orders may share a time. An order never meets the same resting order twice.
            var message = _day.Messages[at];
            if (message.Time != first.Time || Known(message) is not { } order || !IsTrade(message, order)
                || order.Side != side
                || fills.Any(fill => fill.MakerId == message.Id))
                break;

            fills.Add(new RecordedFill(order.Id, Part(message, order), order.Price));
        }

        _flow.Trade(side, fills.ToImmutable(), first.Number);
        return fills.Count;
    }

    /// <summary>Returns the quantity that a message takes from an order, after checking that it is there.</summary>
    private long Part(in ItchMessage message, RecordedOrder order) => message.Quantity <= order.Remaining
        ? message.Quantity
        : throw Wrong(message, $"{message.Quantity} of order {order.Id} are taken, and {order.Remaining} are left");

    private void Take(RecordedOrder order, long quantity, int number)
    {
        if (!_aside.ContainsKey(order.Id))
        {
            _flow.Take(order, quantity, number);
            return;
        }

        order.Remaining -= quantity;
        if (order.Remaining > 0)
            return;

        _aside.Remove(order.Id);
        _waiting.Remove(order);
    }

    /// <summary>
    /// Adds waiting orders that would no longer trade, in sequence. Before a stock's first cross many thousands wait.
    /// </summary>
    private void Release(int number)
    {
        if (_waiting.Count == 0 || _best == Best())
            return;

        for (var at = 0; at < _waiting.Count;)
        {
            var order = _waiting[at];
            if (WouldTrade(order))
            {
                at++;
                continue;
            }

            _waiting.RemoveAt(at);
            _aside.Remove(order.Id);
            _flow.Rest(order, number);
        }

        _best = Best();
    }

    /// <summary>Checks the book, unless orders wait: then the exchange's book differs from the recorded one.</summary>
    private void Check(int number)
    {
        if (_waiting.Count > 0)
            _rowsNotChecked++;
        else
            _flow.Check(
                new BookCheck(
                    number, CheckedDepth, [.. _flow.Book.Levels(OrderSide.Buy, CheckedDepth)],
                    [.. _flow.Book.Levels(OrderSide.Sell, CheckedDepth)]));
    }

    private (long? Bid, long? Ask) Best() => (_flow.Book.Best(OrderSide.Buy), _flow.Book.Best(OrderSide.Sell));

    private bool WouldTrade(RecordedOrder order) => order.Side == OrderSide.Buy
        ? _flow.Book.Best(OrderSide.Sell) <= order.Price
        : _flow.Book.Best(OrderSide.Buy) >= order.Price;

    private RecordedOrder? Known(in ItchMessage message) => message.Type == 'A' ? null : Find(message.Id);

    private RecordedOrder? Find(long id) => _flow.Book.Find(id) ?? _aside.GetValueOrDefault(id);

    private FlowFormatException Wrong(in ItchMessage message, string what) =>
        ItchMessage.Wrong(_file, message.Number, what);

    private IEnumerable<string> Notes()
    {
        yield return $"{_day.Messages.Count} of {_day.Total} messages are of the stock's book; "
            + $"{_day.Count('P')} executions of hidden orders, "
            + $"{_day.Count('Q')} crosses, {_day.Count('B')} broken trades, "
            + $"{_day.Count('H') + _day.Count('h')} halts and resumptions "
            + $"and {_day.Count('I')} imbalances are left out";
        yield return $"{_inCrosses} executions in crosses and {_atOtherPrices} at other prices than displayed: "
            + "taken as reductions";
        yield return $"{_flow.NotPriceTime} aggressive orders were not executed in price-time priority: "
            + "taken as reductions";
        if (_waited > 0)
        {
            yield return $"{_waited} orders came to a crossed book and wait until they would not trade, "
                + $"{_whileCrossed} executions of such are reductions; "
                + $"{_rowsNotChecked} book rows are not checked meanwhile";
        }

        if (_fractions > 0)
            yield return $"{_fractions} orders at fractions of a cent, of which none was executed, are left out";
        if (_unseen > 0)
            yield return $"{(_day.BeginsWhole ? "the file has gaps" : "the file begins within the day")}: "
                + $"{_unseen} messages of orders that it does not add are left out";
        if (_day.BeginsWhole && !_day.EndsWhole)
            yield return "the file has no event that ends its day: it may be cut off";
        if (_day.Unknown > 0)
            yield return $"{_day.Unknown} messages of unknown types are left out";
    }
}
