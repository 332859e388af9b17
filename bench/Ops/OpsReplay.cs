using System.Diagnostics;
using System.Runtime.CompilerServices;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Ops;

/// <summary>
/// Plays an operations file on order books, one a symbol, and delivers every event to a sink. Ids are mapped when
/// the file is loaded: an order's id is what its book will give it, 1, 2, 3 …
/// </summary>
public sealed class OpsReplay
{
    /// <summary>
    /// Operations played by one call. The runtime compiles a method for good after some calls: one call a round
    /// would be compiled late.
    /// </summary>
    private const int Stretch = 1_024;

    private readonly OpsStep[] _steps;
    private readonly int _preload;
    private readonly OpsBookUnderTest[] _books;
    private long _time;

    /// <summary>Prepares a file.</summary>
    /// <exception cref="InvalidDataException">A record makes no sense.</exception>
    public OpsReplay(OpsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _preload = file.Preload;
        _steps = OpsSteps.Prepare(file, out var fileIds);
        _books = Array.ConvertAll(fileIds, ids => new OpsBookUnderTest(new OrderBook(maxLevels: int.MaxValue), ids));
    }

    /// <summary>Operations of a round that are timed.</summary>
    public int Operations => _steps.Length - _preload;

    /// <summary>
    /// Plays all of the file. Every round plays on the same books, emptied between rounds: the first one shows them
    /// how much memory they need, the later ones are a steady state.
    /// </summary>
    /// <param name="latencies">
    /// Where the time of each operation goes, in ticks of the stopwatch, or empty to time them all as one.
    /// </param>
    public OpsRound Play(Span<long> latencies)
    {
        Empty();
        var outcome = new OpsOutcome();
        PlayStretches(0, _preload, [], ref outcome);
        // Trades of a preload, which makes none in a file that keeps to the format, belong to no one.
        outcome = new OpsOutcome();

        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        PlayStretches(_preload, _steps.Length, latencies, ref outcome);
        var time = Stopwatch.GetElapsedTime(start);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new OpsRound(time, allocated, outcome);
    }

    private void PlayStretches(int from, int to, Span<long> latencies, ref OpsOutcome outcome)
    {
        for (var at = from; at < to; at += Stretch)
        {
            var length = Math.Min(Stretch, to - at);
            if (latencies.IsEmpty)
                PlayStretch(_steps.AsSpan(at, length), ref outcome);
            else
                TimeStretch(_steps.AsSpan(at, length), latencies.Slice(at - from, length), ref outcome);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void PlayStretch(ReadOnlySpan<OpsStep> steps, ref OpsOutcome outcome)
    {
        var time = _time;
        foreach (ref readonly var step in steps)
            PlayOne(in step, ++time, ref outcome);
        _time = time;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TimeStretch(ReadOnlySpan<OpsStep> steps, Span<long> latencies, ref OpsOutcome outcome)
    {
        var time = _time;
        for (var i = 0; i < steps.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            PlayOne(in steps[i], ++time, ref outcome);
            latencies[i] = Stopwatch.GetTimestamp() - start;
        }

        _time = time;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PlayOne(in OpsStep step, long time, ref OpsOutcome outcome)
    {
        ref readonly var place = ref _books[step.Symbol];
        var book = place.Book;
        RejectReason reject;
        if (step.Verb == OpsStepVerb.Cancel)
            reject = book.Cancel(time, place.FirstId + step.Reference, EndReason.User);
        else if (step.Verb == OpsStepVerb.Submit)
            reject = book.Submit(time, in step.Order, out _);
        else
            reject = Replace(book, time, place.FirstId + step.Reference, in step);

        if (reject != RejectReason.None)
            outcome.Refused++;
        outcome.Read(book.Events, step.Id, in place);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RejectReason Replace(OrderBook book, long time, long orderId, in OpsStep step)
    {
        var reject = book.Replace(time, orderId, in step.Order, out _);
        // To take an order out that has gone does nothing; the new one enters all the same.
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
    }
}
