using System.Collections.Immutable;
using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Sends a recording to the exchange, one command after another, and compares the responses. The maker owns the resting
/// orders, the taker the aggressive ones.
/// </summary>
internal sealed class Replayer(QuantumCoreClient maker, QuantumCoreClient taker, ReplayPlan plan, TimeProvider time)
{
    /// <summary>Resume sequence of a fresh run: before any sequence.</summary>
    internal const long NotResumed = -1;

    private const int FillPage = 1000;
    private const int Patience = 100;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_betweenReports = TimeSpan.FromMilliseconds(250);

    private readonly ReplayReport _report = new();
    private readonly Dictionary<long, LiveOrder> _live = [];
    private readonly Dictionary<long, int> _occurrences = [];
    private readonly List<RestOrder> _batch = [];
    private FillAudit? _audit;
    private string _lastTrade = "0-0";
    private long _resumeSequence = NotResumed;
    private long _lastSequence;
    private long _started;
    private int _pace = plan.OrdersPerSecond;
    private long _paceSince;
    private int _paceOrders;
    private long? _reported;

    /// <summary>Called with the report from time to time.</summary>
    internal Action<ReplayReport>? Progress { get; init; }

    /// <summary>Called with the number of lines done. Returns the requested pace; null to keep it.</summary>
    internal Func<int, CancellationToken, Task<ReplayWish?>>? Control { get; init; }

    private FillAudit Audit => _audit ??= new FillAudit(_report);

    /// <summary>True while responses repeat an earlier run, so the book is ahead of them.</summary>
    private bool IsCatchingUp => _lastSequence <= _resumeSequence;

    /// <summary>Replays all commands.</summary>
    /// <param name="commands">The recording.</param>
    /// <param name="resumeSequence">Book sequence at the start of a resumed run; <see cref="NotResumed"/> for a fresh
    /// one.</param>
    /// <param name="cancellation">Token that stops the replay. Orders already sent stay.</param>
    internal async Task<ReplayReport> RunAsync(
        IReadOnlyList<FlowCommand> commands, long resumeSequence, CancellationToken cancellation)
    {
        _resumeSequence = resumeSequence;
        if (resumeSequence == NotResumed)
            _lastTrade = (await maker.Orders.GetFillsAsync(plan.Symbol, limit: 1, cancellation)) is [var last]
                ? last.TradeId
                : "0-0";

        _started = _paceSince = time.GetTimestamp();
        for (var at = 0; at < commands.Count; at++)
        {
            await ObeyAsync(at, cancellation);
            if (commands[at] is not RestOrder || _batch.Count >= plan.BatchSize)
                await FlushAsync(cancellation);

            await SendAsync(commands[at], cancellation);
            if (at % FillPage == 0)
                Tell();
        }

        await FlushAsync(cancellation);
        await CollectAllFillsAsync(cancellation);
        Audit.Close();
        Tell();
        return _report;
    }

    private void Tell()
    {
        _report.Elapsed = time.GetElapsedTime(_started);
        Progress?.Invoke(_report);
    }

    private async Task SendAsync(FlowCommand command, CancellationToken cancellation)
    {
        if (command is not BookCheck)
        {
            _report.Orders++;
            await HoldPaceAsync(cancellation);
        }

        switch (command)
        {
            case RestOrder order:
                _batch.Add(order);
                break;
            case ReduceOrder order:
                await ReduceAsync(order, cancellation);
                break;
            case WithdrawOrder order:
                await WithdrawAsync(order.Line, Known(order.Line, order.Id), order.Quantity, cancellation);
                _live.Remove(order.Id);
                break;
            case AggressiveOrder order:
                await TakeAsync(order, cancellation);
                break;
            case BookCheck row:
                await CheckAsync(row, cancellation);
                break;
        }
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        if (_batch.Count == 0)
            return;

        var orders = _batch.ConvertAll(order => PlaceOrder.Limit(
            plan.Symbol, order.Side, order.Quantity, ReplayUnits.Price(order.Price)) with
        {
            ClientOrderId = NextName(order.Id),
        });
        var results = await maker.Orders.PlaceBatchAsync(orders, cancellation);
        for (var i = 0; i < orders.Count; i++)
        {
            if (results[i].Order is not { } placed)
                throw new ReplayStoppedException(_batch[i].Line, results[i].Error!);

            if (placed.Fills.Count > 0 && !IsCatchingUp)
                _report.Differs(_batch[i].Line, $"{orders[i].ClientOrderId} should rest, but traded");

            _lastSequence = placed.Sequence;
            _live[_batch[i].Id] = new LiveOrder(placed.OrderId, orders[i].ClientOrderId!, _batch[i].Quantity);
        }

        _batch.Clear();
    }

    private async Task ReduceAsync(ReduceOrder command, CancellationToken cancellation)
    {
        var order = Known(command.Line, command.Id);
        order.Remaining -= command.Quantity;
        order.Total -= command.Quantity;
        if (order.Remaining <= 0)
        {
            await WithdrawAsync(command.Line, order, command.Quantity, cancellation);
            _live.Remove(command.Id);
            return;
        }

        try
        {
            // A repeated reduction would not reduce, and would cost the order its priority.
            if (IsCatchingUp && await IsReducedAsync(order, cancellation))
                return;

            var amended = await maker.Orders.AmendAsync(
                plan.Symbol, order.OrderId, new AmendOrder { Quantity = order.Total }, cancellation);
            _lastSequence = amended.Sequence;
            order.OrderId = amended.OrderId;
            if (amended.Remaining != order.Remaining)
                _report.Differs(
                    command.Line, $"{order.Name}: recorded {order.Remaining} left, the exchange {amended.Remaining}");
        }
        catch (QuantumCoreException refused) when (refused.Code == RejectCodes.OrderClosed)
        {
            if (!IsCatchingUp)
                _report.Differs(command.Line, $"{order.Name} should be open, but is done");
        }
        catch (QuantumCoreException refused)
            when (refused.Code is not (RejectCodes.Unreachable or RejectCodes.OutcomeUnknown))
        {
            // A participant outside the recording may have taken more of the order than would be left.
            _report.Differs(command.Line, $"{order.Name} can't be reduced: {refused.Code}");
        }
    }

    private async Task<bool> IsReducedAsync(LiveOrder order, CancellationToken cancellation) =>
        (await maker.Orders.GetAsync(plan.Symbol, order.OrderId, cancellation)).Quantity <= order.Total;

    private async Task WithdrawAsync(int line, LiveOrder order, long quantity, CancellationToken cancellation)
    {
        try
        {
            var cancelled = await maker.Orders.CancelAsync(plan.Symbol, order.OrderId, cancellation);
            _lastSequence = cancelled.Sequence;
            var left = cancelled.Quantity - cancelled.Filled;
            if (left != quantity)
                _report.Differs(line, $"{order.Name}: recorded {quantity} left to cancel, the exchange {left}");
        }
        catch (QuantumCoreException refused) when (refused.Code == RejectCodes.OrderClosed)
        {
            if (!IsCatchingUp)
                _report.Differs(line, $"{order.Name} should be open, but is done");
        }
    }

    private async Task TakeAsync(AggressiveOrder command, CancellationToken cancellation)
    {
        var order = PlaceOrder.Limit(
            plan.Symbol, command.Side, command.Quantity, ReplayUnits.Price(command.Limit)) with
        {
            TimeInForce = TimeInForce.ImmediateOrCancel,
            ClientOrderId = $"{plan.Run}.t.{command.Line}",
        };
        Order answer;
        try
        {
            answer = await taker.Orders.PlaceAsync(order, cancellation);
        }
        catch (QuantumCoreException refused)
            when (refused.Code is not (RejectCodes.Unreachable or RejectCodes.OutcomeUnknown))
        {
            throw new ReplayStoppedException(command.Line, refused);
        }

        _lastSequence = answer.Sequence;
        var expected = new List<ExpectedFill>();
        foreach (var fill in command.Fills)
        {
            var met = Known(command.Line, fill.MakerId);
            expected.Add(new ExpectedFill(met.Name, fill.Quantity, ReplayUnits.Price(fill.Price)));
            met.Remaining -= fill.Quantity;
            if (met.Remaining <= 0)
                _live.Remove(fill.MakerId);
        }

        Audit.Compare(command.Line, expected, answer.Fills);
        _report.Print(command.Line, answer.Fills);
        if (Audit.OpenFills >= FillPage)
            await CollectFillsAsync(cancellation);
    }

    private async Task CheckAsync(BookCheck row, CancellationToken cancellation)
    {
        if (IsCatchingUp)
            return;

        _report.Rows++;
        // Market data may trail the response before it. Nothing else changes this book meanwhile.
        for (var attempt = 0; ; attempt++)
        {
            var book = await maker.Market.GetBookAsync(plan.Symbol, row.Depth, cancellation);
            if (Same(book.Bids, row.Bids) && Same(book.Asks, row.Asks))
            {
                _report.RowsEqual++;
                return;
            }

            if (attempt == Patience || (attempt >= 2 && book.Sequence >= _lastSequence))
            {
                _report.Differs(row.Line, $"recorded book {Text(row.Bids)} / {Text(row.Asks)}, " +
                    $"the exchange {Text(book.Bids)} / {Text(book.Asks)}");
                return;
            }

            await Task.Delay(s_pause, time, cancellation);
        }
    }

    private async Task<bool> CollectFillsAsync(CancellationToken cancellation)
    {
        var fills = await maker.Orders.GetFillsAfterAsync(plan.Symbol, _lastTrade, FillPage, cancellation);
        if (fills.Count == 0)
            return false;

        // An exchange that ignores paging would return the same fills endlessly.
        var (first, last) = (TradePosition.Of(fills[0].TradeId), TradePosition.Of(fills[^1].TradeId));
        if (first.CompareTo(TradePosition.Of(_lastTrade)) <= 0 || last.CompareTo(first) < 0)
            throw new ReplayRefusedException(
                ReplayObstacle.NoFills, "this exchange does not list fills after a trade (GET /fills?after=)");

        _lastTrade = fills[^1].TradeId;
        Audit.Join(fills);
        return true;
    }

    private async Task CollectAllFillsAsync(CancellationToken cancellation)
    {
        for (var attempt = 0; !Audit.IsComplete && attempt < Patience;)
        {
            if (await CollectFillsAsync(cancellation))
                continue;

            attempt++;
            await Task.Delay(s_pause, time, cancellation);
        }
    }

    /// <summary>
    /// Reports progress from time to time and applies the requested pace: faster, slower, or paused with all commands
    /// sent so far in the book.
    /// </summary>
    private async Task ObeyAsync(int done, CancellationToken cancellation)
    {
        if (Control is null || (_reported is { } before && time.GetElapsedTime(before) < s_betweenReports))
            return;

        for (var waited = false; ; waited = true)
        {
            _reported = time.GetTimestamp();
            if (await Control(done, cancellation) is not { } wanted)
                return;
            if (waited || wanted.Speed != _pace)
                (_pace, _paceSince, _paceOrders) = (wanted.Speed, time.GetTimestamp(), _report.Orders);
            if (!wanted.Paused)
                return;
            await FlushAsync(cancellation);
            await Task.Delay(s_betweenReports, time, cancellation);
        }
    }

    private async Task HoldPaceAsync(CancellationToken cancellation)
    {
        if (_pace == 0)
            return;

        var due = TimeSpan.FromTicks((_report.Orders - _paceOrders) * TimeSpan.TicksPerSecond / _pace);
        var early = due - time.GetElapsedTime(_paceSince);
        if (early > TimeSpan.Zero)
            await Task.Delay(early, time, cancellation);
    }

    private LiveOrder Known(int line, long id) => _live.TryGetValue(id, out var order)
        ? order
        : throw new ReplayStoppedException(line, $"order {id} does not rest at this point of the recording");

    private string NextName(long id)
    {
        var occurrence = _occurrences[id] = _occurrences.GetValueOrDefault(id) + 1;
        return $"{plan.Run}.{id}.{occurrence}";
    }

    private static bool Same(IReadOnlyList<PriceLevel> actual, ImmutableArray<RecordedLevel> recorded) =>
        actual.SequenceEqual(recorded.Select(level => new PriceLevel(ReplayUnits.Price(level.Price), level.Quantity)));

    private static string Text(IEnumerable<PriceLevel> levels) =>
        string.Join(' ', levels.Select(level => $"{level.Quantity}@{level.Price}"));

    private static string Text(IEnumerable<RecordedLevel> levels) =>
        string.Join(' ', levels.Select(level => $"{level.Quantity}@{ReplayUnits.Price(level.Price)}"));

    private sealed class LiveOrder(long orderId, string name, long quantity)
    {
        internal long OrderId { get; set; } = orderId;

        internal string Name { get; } = name;

        internal long Total { get; set; } = quantity;

        internal long Remaining { get; set; } = quantity;
    }
}
