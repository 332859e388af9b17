using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>
/// New orders of a session: they are entered in the sequence in which they came. Those that come while others are on their way in go
/// together, so that a desk that does not wait for its answers is not slower for that.
/// </summary>
/// <param name="services">What orders are entered with.</param>
/// <param name="holder">Whose they are.</param>
/// <param name="session">Who is told.</param>
/// <param name="reporter">Tells what becomes of them.</param>
/// <param name="refuse">Refuses one.</param>
/// <param name="tellStatus">Tells how the order that was found stands.</param>
internal sealed class FixEntry(
    FixServices services,
    FixHolder holder,
    FixSession session,
    FixReporter reporter,
    Action<FixMessage, Refusal> refuse,
    Func<FixMessage, OrderQuery, ValueTask> tellStatus)
{
    /// <summary>Orders that go together; no more weigh as much at the door.</summary>
    private const int Most = 64;

    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>(new UnboundedChannelOptions { SingleReader = true });
    private int _refusedThrough;

    /// <summary>Begins to enter orders.</summary>
    public void Start() => _ = services.Guard(session, Run());

    /// <summary>Nothing more comes.</summary>
    public void Stop() => _waiting.Writer.TryComplete();

    /// <summary>Enters an order in its turn; complete when it is answered.</summary>
    /// <param name="message">The order.</param>
    /// <param name="before">What it does not go in before.</param>
    public Task Enter(FixMessage message, Task before)
    {
        var waiting = new Waiting(message, before);
        _waiting.Writer.TryWrite(waiting);
        return waiting.Answered.Task;
    }

    /// <summary>What came before a mass cancel, and waits, does not survive it: nothing was done for it, and it hears so.</summary>
    public void RefuseBefore(FixMessage massCancel) => Volatile.Write(ref _refusedThrough, massCancel.Sequence);

    private async Task Run()
    {
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var together = new List<Waiting>();
            while (together.Count < Most && _waiting.Reader.TryPeek(out var next) && (together.Count == 0 || next.MayGoAlong))
            {
                _waiting.Reader.TryRead(out _);
                await next.Before;
                together.Add(next);
            }

            await Serve(together);
            foreach (var order in together)
                order.Answered.SetResult();
        }
    }

    private async ValueTask Serve(List<Waiting> together)
    {
        using var span = RequestTrace.OfMessage("FIX", "D");
        try
        {
            if (!await holder.IsStillIn())
                session.LogOut(FixTrader.KeyIsGone);
            else
                await EnterByDoor(together.FindAll(MayEnter));
        }
        catch (Exception error)
        {
            Log.RequestFailed(services.Log, "FIX", "D", error);
            foreach (var order in together)
                refuse(order.Message, new Refusal(RejectReason.OutcomeUnknown));
        }
    }

    /// <summary>Whether an order can be read and may come; one that can't is answered.</summary>
    private bool MayEnter(Waiting order)
    {
        if (!holder.MayTrade)
            session.RejectBusiness(order.Message, 6, order.Message[FixTag.ClOrdID], FixTrader.MayNotTrade);
        else if (!services.Quotas.TakeAddress(holder.Address, Lane.Orders) || !services.Keys.MayAsk(holder.Account, Lane.Orders))
            refuse(order.Message, new Refusal(RejectReason.TooManyRequests));
        else if (FixOrderReading.Read(order.Message, holder.Account, out var text) is { } fault)
            session.Reject(order.Message, fault.Tag, fault.Reason, fault.Text);
        else
            order.Text = text;
        return order.Text is not null;
    }

    /// <summary>Orders come in by the same door as those over HTTP.</summary>
    private async ValueTask EnterByDoor(List<Waiting> orders)
    {
        if (orders.Count == 0)
            return;

        var isIn = services.Door.HasRoomForOrders() && await services.Door.EnterOrders(orders.Count, holder.Account);
        try
        {
            var enters = orders.FindAll(order => isIn && order.Message.Sequence > Volatile.Read(ref _refusedThrough));
            foreach (var order in orders.Except(enters))
                refuse(order.Message, new Refusal(RejectReason.Overloaded));
            if (enters.Count > 0)
                await Place(enters);
        }
        finally
        {
            if (isIn)
                services.Door.LeaveOrders(orders.Count);
        }
    }

    /// <summary>A name that was used is refused; but for a copy that says so, which is told what became of the first.</summary>
    private async ValueTask Place(List<Waiting> orders)
    {
        var copies = new List<Waiting>();
        foreach (var (order, report, detail) in await Place(orders, mustBeNew: true))
        {
            if (order.IsCopy && report.Reason == RejectReason.KeyConflict)
                copies.Add(order);
            else if (report.Reason != RejectReason.None)
                refuse(order.Message, new Refusal(report.Reason, report.Field, report.Limit, detail));
        }

        if (copies.Count == 0)
            return;

        // What enters the book only now, because the exchange was killed before it could, is told by the records as any other.
        var told = reporter.Places();
        foreach (var (order, report, detail) in await Place(copies, mustBeNew: false))
        {
            if (report.Reason != RejectReason.None)
                refuse(order.Message, new Refusal(report.Reason, report.Field, report.Limit, detail));
            else if (report.Sequence <= told.GetValueOrDefault(report.Symbol))
                await tellStatus(order.Message, new OrderQuery(holder.Account, report.Symbol, Number: report.Number));
        }
    }

    private async ValueTask<List<(Waiting Order, ExecutionReport Report, string? Detail)>> Place(List<Waiting> orders, bool mustBeNew)
    {
        foreach (var order in orders)
            reporter.Answers(order.Text!.ClientOrderId!);
        var (_, reports) = await services.Desk.PlaceBatch(holder.Account, orders.ConvertAll(order => order.Text), mustBeNew);
        foreach (var (report, _) in reports)
            reporter.Answered(report.ClientOrderId, isOnRecord: report.Number != 0 && report.Reason != RejectReason.None);
        return [.. orders.Zip(reports, (order, answer) => (order, answer.Report, answer.Detail))];
    }

    private sealed class Waiting(FixMessage message, Task before)
    {
        public FixMessage Message => message;

        public Task Before => before;

        public bool IsCopy => message[FixTag.PossResend] == "Y";

        public OrderText? Text { get; set; }

        public bool MayGoAlong => before.IsCompleted;

        public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
