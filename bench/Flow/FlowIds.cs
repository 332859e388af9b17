namespace QuantumCore.Bench.Flow;

/// <summary>
/// Tracks the orders of a file by the file's own lines, so that a line which contradicts earlier ones is found whatever
/// the book does. An order with an expected fill is left to the book from then on.
/// </summary>
internal sealed class FlowIds
{
    private sealed class Order
    {
        public long Lots;
        public bool MayHaveTraded;
    }

    private readonly Dictionary<long, Order> _orders = [];

    public void Check(FlowLine line)
    {
        switch (line)
        {
            case AddLine add:
                Add(add);
                break;
            case ReduceLine reduce:
                Take(line, reduce.Id, reduce.Lots, whole: false);
                break;
            case CancelLine cancel:
                Take(line, cancel.Id, cancel.Lots, whole: true);
                break;
            case TakeLine take:
                foreach (var fill in take.Fills)
                    Find(line, fill.MakerId).MayHaveTraded = true;
                break;
        }
    }

    private void Add(AddLine add)
    {
        // Negative ids are anonymous and may repeat.
        if (add.Id >= 0 && _orders.TryGetValue(add.Id, out var known) && known.Lots > 0 && !known.MayHaveTraded)
            throw new OrderFlowException(add.Number, $"order {add.Id} is in the book already");
        _orders[add.Id] = new Order { Lots = add.Lots };
    }

    private void Take(FlowLine line, long id, long lots, bool whole)
    {
        var order = Find(line, id);
        if (order.Lots == 0)
            throw new OrderFlowException(line.Number, $"order {id} was taken out before");
        if (!order.MayHaveTraded && (whole ? lots != order.Lots : lots > order.Lots))
            throw new OrderFlowException(line.Number, $"order {id} has {order.Lots} left, not {lots}");

        order.Lots = whole ? 0 : Math.Max(order.Lots - lots, order.MayHaveTraded ? 1 : 0);
    }

    private Order Find(FlowLine line, long id) =>
        _orders.TryGetValue(id, out var order)
            ? order
            : throw new OrderFlowException(line.Number, $"order {id} was never added");
}
