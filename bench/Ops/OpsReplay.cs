using System.Diagnostics;
using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>
/// Replays an operations file on order books, one per symbol, and passes every event to a sink. Ids are mapped before
/// timing starts: an order's id is the one its book will assign, 1, 2, 3 … within its round.
/// </summary>
public sealed class OpsReplay
{
    /// <summary>
    /// Number of operations replayed by one call. The runtime compiles a method at its final tier after some calls, so
    /// one call per round would be compiled late.
    /// </summary>
    private const int Stretch = 1_024;

    private readonly OpsStep[] _steps;
    private readonly OpsOrigin[] _origins;
    private readonly int _preload;
    private readonly OpsBookUnderTest[] _books;
    private readonly OpsTape _tape = new();
    private long _time;

    /// <summary>Prepares a file.</summary>
    /// <exception cref="InvalidDataException">A record is invalid.</exception>
    public OpsReplay(OpsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _preload = file.Preload;
        _steps = OpsSteps.Prepare(file, out _books, out _origins);
    }

    /// <summary>Number of timed operations of a round.</summary>
    public int Operations => _steps.Length - _preload;

    /// <summary>
    /// Replays the whole file. Rounds use the same books, emptied in between: the first sizes their memory, later ones
    /// are in a steady state.
    /// </summary>
    /// <param name="latencies">
    /// Receives the time of each operation, in stopwatch ticks; empty to time them all together.
    /// </param>
    public OpsRound Play(Span<long> latencies)
    {
        Empty();
        PlayStretches(0, _preload, []);
        // Trades of a preload, which a valid file has none of, are not counted.
        _tape.Rewind();

        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        PlayStretches(_preload, _steps.Length, latencies);
        var time = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new OpsRound(time, allocated, _tape.Outcome(_origins, _books));
    }

    private void PlayStretches(int from, int to, Span<long> latencies)
    {
        for (var at = from; at < to; at += Stretch)
        {
            var length = Math.Min(Stretch, to - at);
            if (latencies.IsEmpty)
                PlayStretch(at, at + length);
            else
                TimeStretch(at, latencies.Slice(at - from, length));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlayStretch(int from, int to)
    {
        var steps = _steps;
        var time = _time;
        for (var i = from; i < to; i++)
            PlayOne(in steps[i], i, ++time);
        _time = time;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TimeStretch(int from, Span<long> latencies)
    {
        var time = _time;
        for (var i = 0; i < latencies.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            PlayOne(in _steps[from + i], from + i, ++time);
            latencies[i] = Stopwatch.GetTimestamp() - start;
        }

        _time = time;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PlayOne(in OpsStep step, int number, long time)
    {
        var book = step.Book;
        RejectReason reject;
        if (!step.Enters)
            reject = book.Cancel(time, step.Leaves, EndReason.User);
        else if (step.Leaves == 0)
            reject = book.Submit(time, in step.Order, out _);
        else
            reject = Replace(book, time, in step);

        if (reject != RejectReason.None)
            _tape.Refused++;
        var events = book.Events;
        for (var i = 0; i < events.Length; i++)
        {
            if (events[i].Kind == BookEventKind.Trade)
            {
                _tape.Add(number, events[i..]);
                break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RejectReason Replace(OrderBook book, long time, in OpsStep step)
    {
        var reject = book.Replace(time, step.Leaves, in step.Order, out _);
        // Cancelling a missing order has no effect; the new order enters all the same.
        return reject is RejectReason.OrderClosed or RejectReason.UnknownOrder
            ? book.Submit(time, in step.Order, out _)
            : reject;
    }

    private void Empty()
    {
        var open = new List<long>();
        for (var symbol = 0; symbol < _books.Length; symbol++)
        {
            var book = _books[symbol].Book;
            open.Clear();
            foreach (var order in book.Orders(Side.Buy))
                open.Add(order.OrderId);
            foreach (var order in book.Orders(Side.Sell))
                open.Add(order.OrderId);
            open.Sort();
            for (var i = open.Count - 1; i >= 0; i--)
                book.Cancel(++_time, open[i], EndReason.User);
            _books[symbol].FirstId = book.LastOrderId;
        }

        OpsSteps.Refer(_steps, _origins, _books);
    }
}
