using QuantumCore.Instruments;
using QuantumCore.Matching.Tests.Reference;

namespace QuantumCore.Matching.Tests;

/// <summary>The flow of all commands for the book itself; a reference book beside it says what there is to ask for.</summary>
internal sealed class FullFlowOnBook(int seed)
{
    private readonly FullFlow _flow = new(seed);
    private readonly ReferenceBook _guide = new(FlowProfile.All[seed % FlowProfile.All.Count].MaxLevels);

    public static int Profiles => FlowProfile.All.Count;

    public int MaxLevels => _flow.Profile.MaxLevels;

    public FullCommand Next()
    {
        var command = _flow.Next(_guide);
        _ = command.Apply(_guide, out _);
        return command;
    }

    public static RejectReason Apply(OrderBook book, FullCommand command, out long id)
    {
        id = 0;
        var time = command.Time;
        var filter = new OrderFilter(command.Filter.Account, command.Filter.Owner, command.Filter.Side);
        return command.Verb switch
        {
            FullVerb.Submit => book.Submit(time, command.Order, out id),
            FullVerb.SubmitList => book.SubmitList(time, command.Kind, command.Legs, out id),
            FullVerb.Cancel => book.Cancel(time, command.OrderId, EndReason.User),
            FullVerb.CancelMany => book.CancelMany(time, filter, EndReason.MassCancel),
            FullVerb.Block => book.Block(time, filter),
            FullVerb.Unblock => book.Unblock(time, filter),
            FullVerb.Reduce => book.Reduce(time, command.OrderId, command.Value),
            FullVerb.Amend => book.Amend(time, command.OrderId, command.Amendment),
            FullVerb.Replace => book.Replace(time, command.OrderId, command.Order, out id, command.Mode),
            FullVerb.SetPhase => book.SetPhase(time, command.Phase),
            FullVerb.SetMark => book.SetMark(time, command.PriceTicks),
            FullVerb.SetReference => book.SetReference(time, command.PriceTicks),
            FullVerb.SetLast => book.SetLast(time, command.PriceTicks),
            FullVerb.AdvanceTime => book.AdvanceTime(time),
            FullVerb.Bust => book.Bust(time, command.Value),
            FullVerb.Correct => book.Correct(time, command.Value, command.PriceTicks),
            FullVerb.SetRules => book.SetRules(time, command.Rules),
        };
    }
}
