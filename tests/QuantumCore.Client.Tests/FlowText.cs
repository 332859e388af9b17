using QuantumCore.Replay;

namespace QuantumCore.Client.Tests;

/// <summary>Formats the commands of a recording as text.</summary>
internal static class FlowText
{
    internal static string Of(FlowCommand command) => command switch
    {
        RestOrder order => $"rest {order.Id}",
        ReduceOrder order => $"reduce {order.Id} by {order.Quantity}",
        WithdrawOrder order => $"withdraw {order.Id} of {order.Quantity}",
        AggressiveOrder order => $"{order.Side} {order.Quantity}@{order.Limit}: " +
            string.Join(' ', order.Fills.Select(fill => $"{fill.MakerId}:{fill.Quantity}@{fill.Price}")),
        _ => "row",
    };
}
