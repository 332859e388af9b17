using System.Globalization;
using System.Text;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.Matching;

namespace QuantumCore.Upkeep;

/// <summary>
/// Writes messages and rows of a book. The format covers continuous trading only. Order changes during an auction or a
/// halt are written when trading resumes, as removals and additions.
/// </summary>
internal sealed class LobsterWriter(long? day, int levels, TextWriter messages, TextWriter rows)
{
    private const int PriceDecimals = 4;
    private const string NoAsk = "9999999999";
    private const string NoBid = "-9999999999";
    private const long SecondNanos = 1_000_000_000;
    private const char Submitted = '1';
    private const char Reduced = '2';
    private const char Deleted = '3';
    private const char Executed = '4';
    private const char ExecutedHidden = '5';
    private const char Crossed = '6';
    private const char Halted = '7';

    private readonly Dictionary<long, Told> _orders = [];
    private readonly SortedDictionary<long, long> _bids =
        new(Comparer<long>.Create(static (left, right) => right.CompareTo(left)));
    private readonly SortedDictionary<long, long> _asks = [];

    // Orders that met others as they appeared, and are about to move away in the same command.
    private readonly List<(long Id, Told Order)> _late = [];
    private readonly StringBuilder _row = new();
    private readonly Dictionary<char, long> _counts = [];
    private long? _midnight = day is { } only ? UtcDay.StartOf(only) : null;
    private long _priceUnit;
    private long _lastPlace;
    private string _time = "";
    private bool _isTold;

    /// <summary>
    /// An order as last written. At one price, an order with the lower place stands ahead of the other.
    /// </summary>
    private readonly record struct Told(Side Side, long PriceTicks, long Lots, long Place = 0);

    /// <summary>Summary of the lines written so far.</summary>
    public LobsterSummary Summary => new(
        _counts.Values.Sum(), Count(Submitted), Count(Executed), Count(ExecutedHidden), Count(Crossed));

    /// <summary>Sets the units from an instrument's definition.</summary>
    /// <exception cref="JournalSetupException">Prices are finer than the format's.</exception>
    public void Begin(Instrument instrument)
    {
        // Prices are whole ten-thousandths.
        var (tick, decimals) = ((Int128)instrument.TickSize, instrument.PriceDecimals);
        for (; decimals < PriceDecimals; decimals++)
        {
            tick *= 10;
        }

        for (; decimals > PriceDecimals && tick % 10 == 0; decimals--)
        {
            tick /= 10;
        }

        _priceUnit = decimals == PriceDecimals && tick * instrument.MaxPriceTicks <= long.MaxValue
            ? (long)tick
            : throw new JournalSetupException(
                $"{instrument.Symbol} has prices that are not whole ten-thousandths, or are too large. LOBSTER prices are whole ten-thousandths.");
    }

    /// <summary>Writes the changes of one record.</summary>
    /// <param name="nanos">Time of the record, in Unix nanoseconds.</param>
    /// <param name="before">Phase of the book before the record.</param>
    /// <param name="book">Book after the record.</param>
    /// <param name="changes">Changes of displayed orders.</param>
    public void Write(long nanos, TradingPhase before, OrderBook book, IReadOnlyList<OrderChange> changes)
    {
        _midnight ??= UtcDay.StartOf(UtcDay.Of(nanos));
        var since = nanos - _midnight.Value;
        _isTold = since >= 0 && (day is null || since < UtcDay.Nanos);
        _time = string.Create(CultureInfo.InvariantCulture, $"{since / SecondNanos}.{since % SecondNanos:000000000}");
        var (wasOpen, isOpen) = (before == TradingPhase.Continuous, book.Phase == TradingPhase.Continuous);
        foreach (var change in changes)
        {
            if (change.Kind is OrderChangeKind.Executed or OrderChangeKind.Printed)
            {
                Trade(in change, wasOpen);
            }
            else if (wasOpen)
            {
                Take(in change);
            }
        }

        while (isOpen && _late.Count > 0)
        {
            SubmitLate(0);
        }

        // An order stopped by a price band may cross orders it did not reach. If it is still there, it is written when
        // trading resumes.
        _late.Clear();
        if (before != book.Phase)
        {
            // -1: trading is halted, 0: quotes are accepted, 1: trading.
            var state = isOpen ? 1 : book.Phase is TradingPhase.Halt or TradingPhase.Closed ? -1 : 0;
            Tell(Halted, 0, 0, state.ToString(CultureInfo.InvariantCulture), Side.Sell);
        }

        if (isOpen && !wasOpen)
        {
            Meet(book);
        }
    }

    private long Count(char type) => _counts.GetValueOrDefault(type);

    private void Trade(in OrderChange change, bool wasOpen)
    {
        if (!wasOpen)
        {
            Tell(Crossed, 0, change.Lots, Price(change.PriceTicks), change.Side);
        }
        else if (change.Kind == OrderChangeKind.Printed)
        {
            // The message names the taker's side, so the resting order is of the other side.
            Tell(ExecutedHidden, 0, change.Lots, Price(change.PriceTicks), Other(change.Side));
        }
        else
        {
            if (LateAt(change.OrderId) is >= 0 and var at)
            {
                SubmitLate(at);
            }

            Shrink(Executed, change.OrderId, change.Lots);
        }
    }

    private void Take(in OrderChange change)
    {
        var (id, order) = (change.OrderId, new Told(change.Side, change.PriceTicks, change.Lots));
        if (LateAt(id) is >= 0 and var late)
        {
            _late.RemoveAt(late);
            if (change.Kind == OrderChangeKind.Resized)
            {
                _late.Insert(late, (id, order));
            }
        }
        else if (change.Kind == OrderChangeKind.Added)
        {
            _late.Add((id, order));
        }
        else if (_orders.ContainsKey(id))
        {
            if (change.Kind == OrderChangeKind.Removed)
            {
                Delete(id);
            }
            else
            {
                Resize(id, order);
            }
        }

        for (var at = 0; at < _late.Count;)
        {
            if (Crosses(_late[at].Order))
            {
                at++;
            }
            else
            {
                SubmitLate(at);
            }
        }
    }

    private int LateAt(long id) => _late.FindIndex(late => late.Id == id);

    private void SubmitLate(int at)
    {
        var (id, order) = _late[at];
        _late.RemoveAt(at);
        Submit(id, order);
    }

    private bool Crosses(Told order)
    {
        foreach (var (price, _) in order.Side == Side.Buy ? _asks : _bids)
        {
            return order.Side == Side.Buy ? price <= order.PriceTicks : price >= order.PriceTicks;
        }

        return false;
    }

    private static Side Other(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    /// <summary>
    /// Writes the differences from what was written before: removals first, then additions, best price first.
    /// </summary>
    private void Meet(OrderBook book)
    {
        var now = new List<(long Id, Told Order)>();
        var stay = new HashSet<long>();
        foreach (var side in (ReadOnlySpan<Side>)[Side.Buy, Side.Sell])
        {
            var (price, place) = (0L, 0L);
            foreach (var order in book.Orders(side))
            {
                if (order.IsDisplayed)
                {
                    now.Add((order.OrderId, new Told(side, order.PriceTicks, order.ShownLots)));
                    (price, place) = (order.PriceTicks, order.PriceTicks == price ? place : 0);

                    // A new order stands last, and so do all orders behind it.
                    place = _orders.GetValueOrDefault(order.OrderId) is var told && told.Side == side
                        && told.PriceTicks == price
                        && told.Lots >= order.ShownLots && told.Place > place ? told.Place : long.MaxValue;
                    if (place != long.MaxValue)
                    {
                        stay.Add(order.OrderId);
                    }
                }
            }
        }

        foreach (var id in _orders.Keys.Where(id => !stay.Contains(id)).ToArray())
        {
            Delete(id);
        }

        foreach (var (id, order) in now)
        {
            Resize(id, order);
        }
    }

    private void Resize(long id, Told order)
    {
        if (!_orders.TryGetValue(id, out var told))
        {
            Submit(id, order);
        }
        else if (order.Lots > told.Lots)
        {
            // No LOBSTER message enlarges an order.
            Delete(id);
            Submit(id, order);
        }
        else if (order.Lots < told.Lots)
        {
            Shrink(Reduced, id, told.Lots - order.Lots);
        }
    }

    private void Submit(long id, Told order)
    {
        _orders.Add(id, order with { Place = ++_lastPlace });
        Change(order, order.Lots);
        Tell(Submitted, id, order.Lots, Price(order.PriceTicks), order.Side);
    }

    private void Delete(long id) => Shrink(Deleted, id, _orders[id].Lots);

    private void Shrink(char type, long id, long lots)
    {
        var told = _orders[id];
        if (told.Lots == lots)
        {
            _orders.Remove(id);
        }
        else
        {
            _orders[id] = told with { Lots = told.Lots - lots };
        }

        Change(told, -lots);
        Tell(type, id, lots, Price(told.PriceTicks), told.Side);
    }

    private void Change(Told order, long lots)
    {
        var side = order.Side == Side.Buy ? _bids : _asks;
        var now = side.GetValueOrDefault(order.PriceTicks) + lots;
        if (now == 0)
        {
            side.Remove(order.PriceTicks);
        }
        else
        {
            side[order.PriceTicks] = now;
        }
    }

    private string Price(long ticks) => (ticks * _priceUnit).ToString(CultureInfo.InvariantCulture);

    private void Tell(char type, long id, long lots, string price, Side side)
    {
        if (!_isTold)
        {
            return;
        }

        _counts[type] = Count(type) + 1;
        messages.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{_time},{type},{id},{lots},{price},{(side == Side.Buy ? "1" : "-1")}"));
        _row.Clear();
        using var asks = _asks.GetEnumerator();
        using var bids = _bids.GetEnumerator();
        for (var i = 0; i < levels; i++)
        {
            Add(asks.MoveNext(), asks.Current, NoAsk);
            Add(bids.MoveNext(), bids.Current, NoBid);
        }

        rows.WriteLine(_row);
    }

    private void Add(bool isThere, KeyValuePair<long, long> level, string none)
    {
        _row.Append(_row.Length == 0 ? "" : ",").Append(isThere ? Price(level.Key) : none).Append(',')
            .Append(isThere ? level.Value : 0);
    }
}
