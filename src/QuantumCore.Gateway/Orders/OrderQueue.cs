using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>
/// Orders of one connection, entered in the sequence they were sent. An order goes at once if none is in flight. Orders
/// that arrive while others are in flight go together, so a client that does not wait for answers is faster.
/// </summary>
/// <param name="desk">Desk that enters them.</param>
/// <param name="entered">Record of the entered orders and their answers.</param>
/// <param name="door">Admission, the same as for orders over HTTP.</param>
/// <param name="account">Account of the orders.</param>
/// <param name="log">Log of failures, which are answered as of unknown outcome.</param>
internal sealed class OrderQueue(OrderDesk desk, ConnectionOrders entered, Door door, long account, ILogger log)
{
    /// <summary>Maximum admission weight of orders that go together; no batch weighs more.</summary>
    private const int Most = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _waiting = new();
    private readonly RefusedConnection _refused = new();
    private ImmutableArray<Entry> _together = [];
    private bool _isRunning;
    private bool _isClosed;

    /// <summary>Orders that may be open.</summary>
    public ConnectionOrders Entered => entered;

    /// <summary>Enters one order or a batch in its turn. Failures appear in the answer only.</summary>
    /// <param name="orders">The order, or the batch as received.</param>
    /// <param name="weight">Admission weight.</param>
    /// <param name="names">Handling of a client order id that was used before.</param>
    /// <param name="before">Task that must finish first; null for none besides the orders before it.</param>
    /// <returns>The refusal if nothing was done, or a report for each order.</returns>
    public Task<OrderAnswers> EnterAsync(
        List<OrderText?>? orders, int weight, Names names = Names.MayBeKnown, Task? before = null)
    {
        var entry = new Entry(orders, weight, names, before ?? Task.CompletedTask, Activity.Current);
        lock (_lock)
        {
            entry.IsRefused = _isClosed;
            _waiting.Enqueue(entry);
            if (_isRunning)
                return entry.Answered.Task;

            _isRunning = true;
        }

        _ = RunAsync();
        return entry.Answered.Task;
    }

    /// <summary>
    /// Rejects what was sent so far and is not in flight yet; nothing was done for it. Used by a mass cancel, perhaps
    /// limited to a symbol or side. A batch is rejected whole if one of its orders matches.
    /// </summary>
    public void RefuseWaiting(string? symbol = null, Side? side = null)
    {
        lock (_lock)
        {
            foreach (var entry in _together.Concat(_waiting))
                entry.IsRefused |= entry.IsOf(symbol, side);
        }
    }

    /// <summary>Ends the queue with its connection: queued and later orders are rejected.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        RefuseWaiting();
    }

    /// <summary>
    /// Completes when the last order sent under this name is answered. A cancel waits for it, so that the order is
    /// cancelled and not rejected.
    /// </summary>
    public Task EnteringAsync(string name)
    {
        lock (_lock)
            return (Task?)_together.Concat(_waiting).LastOrDefault(entry => entry.Has(name))?.Answered.Task
                ?? Task.CompletedTask;
    }

    private async Task RunAsync()
    {
        while (Next() is { IsEmpty: false } together)
        {
            Activity.Current = together[0].Span;
            try
            {
                await together[0].Before;
                await EnterByDoorAsync(together);
            }
            catch (Exception error)
            {
                Log.RequestFailed(log, "orders of", new AccountId(account).ToString(), error);
                foreach (var entry in together)
                    entry.Answered.TrySetResult(new(new Refusal(RejectReason.OutcomeUnknown), []));
            }
        }
    }

    /// <summary>Takes the next entries to send: a batch alone, or as many single orders as fit.</summary>
    private ImmutableArray<Entry> Next()
    {
        lock (_lock)
        {
            var together = ImmutableArray.CreateBuilder<Entry>();
            var weight = 0;
            while (_waiting.TryPeek(out var next)
                && (together.Count == 0 || (next.GoesWith(together[0]) && weight + next.Weight <= Most)))
            {
                together.Add(_waiting.Dequeue());
                weight += next.Weight;
            }

            _isRunning = together.Count > 0;
            return _together = together.DrainToImmutable();
        }
    }

    private async ValueTask EnterByDoorAsync(ImmutableArray<Entry> together)
    {
        var weight = together.Sum(static entry => entry.Weight);
        var isIn = door.HasRoomForOrders() && await door.EnterOrdersAsync(weight, account);
        try
        {
            var enters = isIn ? together.RemoveAll(static entry => entry.IsRefused) : [];
            if (enters.Length < together.Length)
            {
                foreach (var entry in together.Except(enters))
                    entry.Answered.SetResult(new(new Refusal(RejectReason.Overloaded), []));
            }

            if (!enters.IsEmpty)
                await PlaceAsync(enters);
        }
        finally
        {
            if (isIn)
                door.LeaveOrders(weight);
        }

        // Its orders wait here meanwhile; its cancels do not.
        if (!isIn)
            await door.AfterRefusalAsync(_refused, CancellationToken.None);
    }

    private async ValueTask PlaceAsync(ImmutableArray<Entry> entries)
    {
        var isOne = entries.Length == 1;
        var orders = isOne ? entries[0].Orders : [.. entries.Select(static entry => entry.Orders![0])];
        var (refusal, reports) =
            await PlaceBatchAsync(orders, mustBeNew: entries[0].Names != Names.MayBeKnown, areApart: !isOne);
        for (var i = 0; i < entries.Length; i++)
        {
            var answers = new OrderAnswers(refusal, isOne || refusal is not null ? reports : [reports[i]]);
            entries[i].Answered.SetResult(
                entries[i].Names == Names.AreOfCopies ? await OfCopyAsync(entries[i], answers) : answers);
        }
    }

    /// <summary>Enters orders, and records them as this connection's before they are sent.</summary>
    private async ValueTask<(Refusal? Refusal,
        ImmutableArray<(ExecutionReport Report, string? Detail)> Reports)> PlaceBatchAsync(
        List<OrderText?>? orders, bool mustBeNew = false, bool areApart = false)
    {
        // A batch above the limit is rejected as a whole.
        var names = orders is { Count: <= OrderEntry.LongestBatch }
            ? orders.ConvertAll(static order => order?.ClientOrderId)
            : [];
        names.ForEach(Entered.Sending);
        var (refusal, reports) = await desk.PlaceBatchAsync(account, orders, mustBeNew, areApart);
        for (var i = 0; i < names.Count; i++)
            Entered.Answered(names[i], refusal is null ? reports[i].Report : null);
        return (refusal, reports);
    }

    /// <summary>
    /// Returns the state of the first order to a copy of it, in its turn. Those who wait for this do not wait for what
    /// is behind it.
    /// </summary>
    private async ValueTask<OrderAnswers> OfCopyAsync(Entry entry, OrderAnswers answers)
    {
        if (answers.Refusal is not null || answers.Reports[0].Report.Reason != RejectReason.KeyConflict)
            return answers;

        var (refusal, reports) = await PlaceBatchAsync(entry.Orders);
        return new(refusal, reports, WasThere: true);
    }

    private sealed class Entry(List<OrderText?>? orders, int weight, Names names, Task before, Activity? span)
    {
        private volatile bool _isRefused;

        public List<OrderText?>? Orders => orders;

        public int Weight => weight;

        public Names Names => names;

        public Task Before => before;

        public Activity? Span => span;

        public bool IsRefused
        {
            get => _isRefused;
            set => _isRefused = value;
        }

        public TaskCompletionSource<OrderAnswers> Answered { get; } = new();

        public bool GoesWith(Entry first) =>
            orders is [not null] && first.Orders is [not null] && names == first.Names && before.IsCompleted;

        public bool Has(string name) => orders is not null && orders.Exists(order => order?.ClientOrderId == name);

        public bool IsOf(string? symbol, Side? side) => orders is not null && orders.Exists(order =>
            order is not null && (symbol is null || order.Symbol == symbol)
                && (side is null || WireNames.ReadSide(order.Side) == side));
    }
}

/// <summary>Handling of a client order id that was used before.</summary>
internal enum Names
{
    /// <summary>Same order again: it gets the state of the first one.</summary>
    MayBeKnown = 0,

    /// <summary>Rejected with <see cref="RejectReason.KeyConflict"/>.</summary>
    AreNew = 1,

    /// <summary>Same order again, as above; the answer also tells if the id was used before.</summary>
    AreOfCopies = 2,
}

/// <summary>Answers to an order or a batch.</summary>
/// <param name="Refusal">Reason why nothing was done; null if there are reports.</param>
/// <param name="Reports">Reports, one for each order, with the detail of a refusal if there is one.</param>
/// <param name="WasThere">True if a copy's client order id was used before.</param>
internal readonly record struct OrderAnswers(
    Refusal? Refusal, ImmutableArray<(ExecutionReport Report, string? Detail)> Reports, bool WasThere = false);
