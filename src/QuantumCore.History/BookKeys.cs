using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Which orders, and through them which accounts, a book's record touches.</summary>
internal static class BookKeys
{
    public static IEnumerable<OrderKey> Of(BookRecord record) => record switch
    {
        OrderAccepted accepted => Of(accepted),
        OrderVoided voided => [new(voided.Account, voided.Number)],
        OrdersClosed closed => closed.Orders.Select(Of),
        AllClosed all => all.Orders.Select(Of),
        OrderReduced reduced => [new(reduced.Account, reduced.Number)],
        _ => [],
    };

    public static OrderKey Of(ClosedOrder closed) => new(closed.Account, closed.Number);

    /// <summary>The accounts, each once.</summary>
    public static IEnumerable<long> AccountsOf(BookRecord record) => record is AllClosed all
        ? Of(record).Select(key => key.Account).Append(all.Account).Distinct()
        : Of(record).Select(key => key.Account).Distinct();

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
