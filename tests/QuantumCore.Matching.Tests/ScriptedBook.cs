using QuantumCore.Bench.Scenarios;
using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests;

/// <summary>A book with scripted results, one per command, which records the commands.</summary>
internal sealed class ScriptedBook : IScenarioBook
{
    /// <summary>Scripted result of a command.</summary>
    public sealed record Answer(
        RejectReason Reason, long NewId = 0, RejectReason OldHalf = RejectReason.None, params BookEvent[] Events);

    private readonly Queue<Answer> _answers = [];
    private BookEvent[] _events = [];

    /// <summary>Every command after the set-up, as its name and values.</summary>
    public List<object> Asked { get; } = [];

    public ReadOnlySpan<BookEvent> Events => _events;

    public RejectReason ReplaceFailure { get; private set; }

    public BookRules Rules { get; private set; } = BookRules.None;

    public TradingPhase Phase { get; set; }

    public long LastPriceTicks { get; set; }

    public IReadOnlyList<long> Armed { get; set; } = [];

    public IReadOnlyList<long> Parked { get; set; } = [];

    public IReadOnlyList<long> Pending { get; set; } = [];

    public IReadOnlyList<long> Held { get; set; } = [];

    public List<ScenarioEntry> Bids { get; } = [];

    public List<ScenarioEntry> Asks { get; } = [];

    public IReadOnlyList<ScenarioEntry> Orders(Side side) => side == Side.Buy ? Bids : Asks;

    /// <summary>Scripts the result of the next command.</summary>
    public ScriptedBook Answers(
        RejectReason reason, long newId = 0, RejectReason oldHalf = RejectReason.None, params BookEvent[] events)
    {
        _answers.Enqueue(new Answer(reason, newId, oldHalf, events));
        return this;
    }

    /// <summary>Accepts the next command, which enters an order with this id, with these events.</summary>
    public ScriptedBook Enters(long newId, params BookEvent[] events) =>
        Answers(RejectReason.None, newId, RejectReason.None, events);

    /// <summary>Accepts the next command with these events.</summary>
    public ScriptedBook Says(params BookEvent[] events) => Enters(0, events);

    public RejectReason Submit(long time, in NewOrder order, out long orderId) => Next((time, order), out orderId);

    public RejectReason SubmitList(long time, OrderListKind kind, ReadOnlySpan<NewOrder> legs, out long firstOrderId) =>
        Next((time, kind, legs.Length), out firstOrderId);

    public RejectReason Cancel(long time, long orderId, EndReason reason) => Next((time, orderId, reason));

    public RejectReason CancelMany(long time, in ScenarioFilter filter, EndReason reason) =>
        Next((time, filter, reason));

    public RejectReason Block(long time, in ScenarioFilter filter) => Next((time, "block", filter));

    public RejectReason Unblock(long time, in ScenarioFilter filter) => Next((time, "unblock", filter));

    public RejectReason Amend(long time, long orderId, Amendment amendment) => Next((time, orderId, amendment));

    public RejectReason Replace(long time, long orderId, in NewOrder order, out long newOrderId, ReplaceMode mode) =>
        Next((time, orderId, order, mode), out newOrderId);

    public RejectReason SetPhase(long time, TradingPhase phase) => Next((time, phase));

    public RejectReason SetMark(long time, long priceTicks) => Next((time, "mark", priceTicks));

    public RejectReason SetReference(long time, long priceTicks) => Next((time, "static", priceTicks));

    public RejectReason SetLast(long time, long priceTicks) => Next((time, "last", priceTicks));

    public RejectReason Adjust(long time, OrderAdjustment adjustment) => Next((time, "adjust", adjustment));

    public RejectReason AdvanceTime(long time) => Next((time, "time"));

    public RejectReason Bust(long time, long tradeNumber) => Next((time, "bust", tradeNumber));

    public RejectReason Correct(long time, long tradeNumber, long priceTicks) =>
        Next((time, "correct", tradeNumber, priceTicks));

    public RejectReason SetRules(long time, BookRules rules)
    {
        Rules = rules;
        return Next((time, rules));
    }

    private RejectReason Next(object asked) => Next(asked, out _);

    private RejectReason Next(object asked, out long newId)
    {
        Asked.Add(asked);
        var answer = _answers.Count > 0 ? _answers.Dequeue() : new Answer(RejectReason.None);
        _events = answer.Events;
        ReplaceFailure = answer.OldHalf;
        newId = answer.NewId;
        return answer.Reason;
    }
}
