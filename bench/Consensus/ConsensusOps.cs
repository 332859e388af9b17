using QuantumCore.Bench.Ops;
using QuantumCore.Instruments;
using QuantumCore.Matching;

namespace QuantumCore.Bench.Consensus;

/// <summary>
/// Converts the harness's messages to an operations file, so that every engine with an adapter for those can be timed.
/// Cancels and modifies of missing orders are left out, because adapters reject them differently.
/// </summary>
public static class ConsensusOps
{
    /// <summary>Converts messages.</summary>
    /// <exception cref="InvalidDataException">
    /// A price or quantity does not fit the format, or a message is invalid.
    /// </exception>
    public static OpsFile From(IReadOnlyList<ConsensusMessage> messages)
    {
        var book = new OrderBook(maxLevels: int.MaxValue);
        // By sender's id, the last order that entered: its id in the file equals the id that the book gives it.
        var last = new Dictionary<ulong, long>();
        var records = new List<OpsRecord>(messages.Count);
        foreach (var message in messages)
        {
            var known = last.GetValueOrDefault(message.OrderId);
            var isOpen = book.TryGetOrder(known, out var resting);
            if (message.Verb == ConsensusVerb.New ? isOpen : !isOpen)
            {
                if (message.Verb == ConsensusVerb.New)
                    throw new InvalidDataException(
                        $"Message {message.Sequence}: order {message.OrderId} is in the book already.");
                continue;
            }

            var side = message.Verb == ConsensusVerb.New ? message.Side : resting.Side;
            if (message.Verb == ConsensusVerb.Cancel)
                Demand(message, book.Cancel(book.LastTimeNanos, known, EndReason.User));
            else
                last[message.OrderId] = Enter(book, message, side, known);

            records.Add(new OpsRecord
            {
                Verb = message.Verb switch
                {
                    ConsensusVerb.Cancel => OpsVerb.Cancel,
                    ConsensusVerb.Modify => OpsVerb.Replace,
                    _ => message.ImmediateOrCancel ? OpsVerb.Immediate : OpsVerb.New,
                },
                Side = (byte)((int)side - 1),
                PriceTicks = message.Verb == ConsensusVerb.Cancel ? 0 : Price(message),
                QuantityLots = message.Verb == ConsensusVerb.Cancel ? 0 : message.QuantityLots,
                Id = message.Verb == ConsensusVerb.Cancel ? 0 : checked((uint)book.LastOrderId),
                Reference = message.Verb == ConsensusVerb.New ? 0 : checked((uint)known),
            });
        }

        var prices = records.Where(record => record.Verb != OpsVerb.Cancel).Select(record => record.PriceTicks)
            .DefaultIfEmpty().ToArray();
        return new OpsFile(1, 0, checked((uint)book.LastOrderId), prices.Min(), prices.Max(), 0, [.. records]);
    }

    private static int Price(in ConsensusMessage message) => message.PriceTicks <= int.MaxValue
        ? (int)message.PriceTicks
        : throw new InvalidDataException(
            $"Message {message.Sequence}: an operations file has prices up to {int.MaxValue}.");

    private static long Enter(OrderBook book, in ConsensusMessage message, Side side, long known)
    {
        var time = message.ImmediateOrCancel ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel;
        var order = new NewOrder(1, side, OrderType.Limit, time, false, message.PriceTicks, message.QuantityLots);
        if (message.Verb == ConsensusVerb.Modify && message.ImmediateOrCancel)
            throw new InvalidDataException($"Message {message.Sequence}: an operations file has no such replacement.");

        Demand(message, message.Verb == ConsensusVerb.New
            ? book.Submit(book.LastTimeNanos, order, out var id)
            : book.Replace(book.LastTimeNanos, known, order, out id));
        return id;
    }

    private static void Demand(in ConsensusMessage message, RejectReason reject)
    {
        if (reject != RejectReason.None)
            throw new InvalidDataException($"Message {message.Sequence}: the book refuses it ({reject}).");
    }
}
