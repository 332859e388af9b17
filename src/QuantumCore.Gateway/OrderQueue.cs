using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>
/// The orders of one connection: they are entered in the sequence in which they were sent. One that comes while none is on its way goes at
/// once; those that come while others are go together, so that a client that does not wait for its answers is the faster for it.
/// </summary>
/// <param name="desk">Enters them.</param>
/// <param name="entered">Told of what is entered, and of its answers.</param>
/// <param name="door">Orders come in by the same door as those over HTTP.</param>
/// <param name="account">Whose they are.</param>
/// <param name="log">Told of what failed, which is answered as of unknown outcome.</param>
internal sealed class OrderQueue(OrderDesk desk, ConnectionOrders entered, Door door, long account, ILogger log)
{
    /// <summary>Most that go together, by their weight at the door: no batch weighs more there.</summary>
    private const int Most = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _waiting = new();
    private readonly RefusedConnection _refused = new();
    private ImmutableArray<Entry> _together = [];
    private bool _isRunning;
    private bool _isClosed;

    /// <summary>Those that may be open.</summary>
    public ConnectionOrders Entered => entered;

    /// <summary>Enters one order, or a batch, in its turn; it can fail in no other way than its answer says.</summary>
    /// <param name="orders">The order, or the batch as it came.</param>
    /// <param name="weight">Its weight at the door.</param>
    /// <param name="names">What a name that was used before is.</param>
    /// <param name="before">What it does not go in before; null for nothing but the orders before it.</param>
    /// <returns>Why nothing of it was done, or a report for each.</returns>
    public Task<OrderAnswers> Enter(List<OrderText?>? orders, int weight, Names names = Names.MayBeKnown, Task? before = null)
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

        _ = Run();
        return entry.Answered.Task;
    }

    /// <summary>
    /// Refuses what was sent up to now and is not on its way yet: nothing was done for it. Somebody cancels all there is, of a symbol or a side perhaps;
    /// then a batch goes whole where one of its orders does.
    /// </summary>
    public void RefuseWaiting(string? symbol = null, Side? side = null)
    {
        lock (_lock)
        {
            foreach (var entry in _together.Concat(_waiting))
                entry.IsRefused |= entry.IsOf(symbol, side);
        }
    }

    /// <summary>The connection has ended: what waits, and what still comes, is refused.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        RefuseWaiting();
    }

    /// <summary>Complete when an order of this name that was sent before is answered: who cancels it means it, and not that it be refused.</summary>
    public Task Entering(string name)
    {
        lock (_lock)
            return (Task?)_together.Concat(_waiting).LastOrDefault(entry => entry.Has(name))?.Answered.Task ?? Task.CompletedTask;
    }

    private async Task Run()
    {
        while (Next() is { IsEmpty: false } together)
        {
            Activity.Current = together[0].Span;
            try
            {
                await together[0].Before;
                await EnterByDoor(together);
            }
            catch (Exception error)
            {
                Log.RequestFailed(log, "orders of", new AccountId(account).ToString(), error);
                foreach (var entry in together)
                    entry.Answered.TrySetResult(new(new Refusal(RejectReason.OutcomeUnknown), []));
            }
        }
    }

    /// <summary>What goes next: a batch alone, orders as many as there are.</summary>
    private ImmutableArray<Entry> Next()
    {
        lock (_lock)
        {
            var together = ImmutableArray.CreateBuilder<Entry>();
            var weight = 0;
            while (_waiting.TryPeek(out var next) && (together.Count == 0 || (next.GoesWith(together[0]) && weight + next.Weight <= Most)))
            {
                together.Add(_waiting.Dequeue());
                weight += next.Weight;
            }

            _isRunning = together.Count > 0;
            return _together = together.DrainToImmutable();
        }
    }

    private async ValueTask EnterByDoor(ImmutableArray<Entry> together)
    {
        var weight = together.Sum(static entry => entry.Weight);
        var isIn = door.HasRoomForOrders() && await door.EnterOrders(weight, account);
        try
        {
            var enters = isIn ? together.RemoveAll(static entry => entry.IsRefused) : [];
            foreach (var entry in together.Except(enters))
                entry.Answered.SetResult(new(new Refusal(RejectReason.Overloaded), []));
            if (!enters.IsEmpty)
                await Place(enters);
        }
        finally
        {
            if (isIn)
                door.LeaveOrders(weight);
        }

        // Its orders wait here meanwhile; its cancels do not.
        if (!isIn)
            await door.AfterRefusal(_refused, CancellationToken.None);
    }

    private async ValueTask Place(ImmutableArray<Entry> entries)
    {
        var isOne = entries.Length == 1;
        var orders = isOne ? entries[0].Orders : [.. entries.Select(static entry => entry.Orders![0])];
        var (refusal, reports) = await PlaceBatch(orders, mustBeNew: entries[0].Names != Names.MayBeKnown, areApart: !isOne);
        for (var i = 0; i < entries.Length; i++)
        {
            var answers = new OrderAnswers(refusal, isOne || refusal is not null ? reports : [reports[i]]);
            entries[i].Answered.SetResult(entries[i].Names == Names.AreOfCopies ? await OfCopy(entries[i], answers) : answers);
        }
    }

    /// <summary>Enters orders, and notes them as this connection's before they are on their way.</summary>
    private async ValueTask<(Refusal? Refusal, ImmutableArray<(ExecutionReport Report, string? Detail)> Reports)> PlaceBatch(
        List<OrderText?>? orders, bool mustBeNew = false, bool areApart = false)
    {
        // More than a batch has room for is refused as a whole.
        var names = orders is { Count: <= OrderEntry.LongestBatch } ? orders.ConvertAll(static order => order?.ClientOrderId) : [];
        names.ForEach(Entered.Sending);
        var (refusal, reports) = await desk.PlaceBatch(account, orders, mustBeNew, areApart);
        for (var i = 0; i < names.Count; i++)
            Entered.Answered(names[i], refusal is null ? reports[i].Report : null);
        return (refusal, reports);
    }

    /// <summary>A copy of an order that is there is told what became of it, in its turn: nobody who waits for this waits for what is behind it.</summary>
    private async ValueTask<OrderAnswers> OfCopy(Entry entry, OrderAnswers answers)
    {
        if (answers.Refusal is not null || answers.Reports[0].Report.Reason != RejectReason.KeyConflict)
            return answers;

        var (refusal, reports) = await PlaceBatch(entry.Orders);
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
            order is not null && (symbol is null || order.Symbol == symbol) && (side is null || WireNames.ReadSide(order.Side) == side));
    }
}

/// <summary>What a client order id that was used before is.</summary>
internal enum Names
{
    /// <summary>The same order again: it is told what became of the first one.</summary>
    MayBeKnown = 0,

    /// <summary><see cref="RejectReason.KeyConflict"/>.</summary>
    AreNew = 1,

    /// <summary>As one that may be known; and it is told whether it was.</summary>
    AreOfCopies = 2,
}

/// <summary>What became of an order, or of a batch.</summary>
/// <param name="Refusal">Why nothing of it was done; null where there are reports.</param>
/// <param name="Reports">One report for each, with a sentence about a refusal where there is one.</param>
/// <param name="WasThere">Whether a copy's name was used before.</param>
internal readonly record struct OrderAnswers(
    Refusal? Refusal, ImmutableArray<(ExecutionReport Report, string? Detail)> Reports, bool WasThere = false);
