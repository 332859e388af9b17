using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Orders touched by a book's record.</summary>
internal static class BookKeys
{
    public static IEnumerable<OrderKey> Of(BookRecord record) => record switch
    {
        OrderAccepted accepted => Of(accepted),
        OrderVoided voided => [new(voided.Account, voided.Number)],
        OrdersClosed closed => closed.Orders.Select(Of),
        AllClosed all => all.Orders.Select(Of),
        OrderReduced reduced => [new(reduced.Account, reduced.Number)],
        BookTurn turn => turn.Steps.SelectMany(Of),
        _ => [],
    };

    public static OrderKey Of(ClosedOrder closed) => new(closed.Account, closed.Number);

    // A change of an earlier trade leaves its orders unchanged.
    private static IEnumerable<OrderKey> Of(TurnStep step)
    {
        if (step.ChangesTrade)
        {
            yield break;
        }

        yield return new(step.Account, step.Number);
        if (step.Kind == StepKind.Fill)
        {
            yield return new(step.MakerAccount, step.MakerNumber);
        }
    }

    private static IEnumerable<OrderKey> Of(OrderAccepted accepted)
    {
        yield return new(accepted.Order.Account, accepted.Order.Number);
        foreach (var fill in accepted.Fills)
        {
            yield return new(fill.MakerAccount, fill.MakerNumber);
        }

        if (accepted.Replaced is { } replaced)
        {
            yield return Of(replaced);
        }
    }
}
