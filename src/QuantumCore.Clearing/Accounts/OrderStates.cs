using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>States of an account's open orders in their books, as its snapshot has them.</summary>
/// <param name="account">The account.</param>
internal sealed class OrderStates(Account account)
{
    // Old snapshots lack the state in their books of orders up to this number.
    private long _unknownUpTo;

    /// <summary>True if it knows the state of all orders in their books.</summary>
    public bool AreKnown => UnknownUpTo == 0;

    private long UnknownUpTo =>
        _unknownUpTo > 0 && account.Orders.Keys.Any(number => number <= _unknownUpTo) ? _unknownUpTo : 0;

    /// <summary>
    /// Resets the state of its orders to what their types imply, as after restoring a snapshot without it.
    /// </summary>
    public void Forget()
    {
        _unknownUpTo = account.LastNumber;
        foreach (var order in account.Orders.Values)
        {
            order.State = order.StateByType;
        }
    }

    /// <summary>Writes the states that differ from what the orders' types imply.</summary>
    public void Write(ref RecordWriter to)
    {
        var orders = account.Orders.Values.Where(order => order.State != order.StateByType)
            .OrderBy(order => order.Number).ToArray();
        to.Count(UnknownUpTo);
        to.Count(orders.Length);
        foreach (var order in orders)
        {
            to.Count(order.Number);
            to.Byte((byte)order.State.Stage);
            to.Fixed64(order.State.SinceNanos);
            to.Count(order.State.PriceTicks);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        _unknownUpTo = from.Count();
        for (var i = from.ItemCount(); i > 0; i--)
        {
            account.Orders[from.Count()].State = new((OrderStage)from.Byte(), from.Fixed64(), from.Count());
        }
    }
}
