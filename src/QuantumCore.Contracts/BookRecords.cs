using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// A record of a book's stream: a command together with everything it caused. Accounts, market data and ledger apply
/// these records; they decide nothing.
/// </summary>
/// <param name="TimeNanos">The command's time, Unix nanoseconds; never goes back within a stream.</param>
public abstract record BookRecord(long TimeNanos)
{
    /// <summary>Returns the accounts it touches, each once: the ones to which it is delivered.</summary>
    public ImmutableArray<long> TouchedAccounts() => this switch
    {
        OrderAccepted order => OfTrades(order),
        OrderVoided voided => [voided.Account],
        OrdersClosed { Orders: [var only] } => [only.Account],
        OrdersClosed closed => [.. closed.Orders.Select(order => order.Account).Distinct()],
        AllClosed all => [all.Account],
        OrderReduced reduced => [reduced.Account],
        BookTurn turn => OfSteps(turn),
        _ => [],
    };

    /// <summary>Returns its trades, in sequence.</summary>
    public IEnumerable<MatchedTrade> Trades() => this switch
    {
        OrderAccepted order => order.Fills.Select(fill => order.TradeOf(in fill)),
        BookTurn turn => turn.Steps.OfType<TradeMade>().Select(static step => step.Trade),
        _ => [],
    };

    /// <summary>
    /// Returns an order that enters by this record, as it was submitted; null if the order is not in it.
    /// </summary>
    public SubmitOrder? OrderOf(long account, long number) => this switch
    {
        OrderAccepted { Order: var order } => order.Account == account && order.Number == number ? order : null,
        BookTurn turn =>
            turn.Command.Entering.FirstOrDefault(order => order.Account == account && order.Number == number),
        _ => null,
    };

    private static ImmutableArray<long> OfSteps(BookTurn turn)
    {
        var accounts = ImmutableArray.CreateBuilder<long>();
        if (turn.Command is CancelAllOrders all)
        {
            accounts.Add(all.Account);
        }

        foreach (var step in turn.Steps)
        {
            switch (step)
            {
                case OrderStep order:
                    Add(order.Account);
                    break;
                case TradeStep { Trade: var trade }:
                    Add(trade.Taker.Account);
                    Add(trade.Maker.Account);
                    break;
                case MatchPrevented prevented:
                    // If the resting order changes, a step of its own tells it.
                    Add(prevented.Taker.Account);
                    break;
            }
        }

        return accounts.DrainToImmutable();

        void Add(long account)
        {
            if (!accounts.Contains(account))
            {
                accounts.Add(account);
            }
        }
    }

    // Nearly every order meets few others, so a linear search is cheaper than a set.
    private static ImmutableArray<long> OfTrades(OrderAccepted order)
    {
        var taker = order.Order.Account;
        if (order.Fills.IsEmpty)
        {
            return [taker];
        }

        if (order.Fills is [{ MakerAccount: var maker }])
        {
            return maker == taker ? [taker] : [taker, maker];
        }

        var accounts = ImmutableArray.CreateBuilder<long>(order.Fills.Length + 1);
        accounts.Add(taker);
        foreach (var fill in order.Fills)
        {
            if (!accounts.Contains(fill.MakerAccount))
            {
                accounts.Add(fill.MakerAccount);
            }
        }

        return accounts.DrainToImmutable();
    }
}

/// <summary>I: the instrument's definition, valid from here on.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Definition">The instrument, encoded as in the journal.</param>
public sealed record InstrumentDefined(long TimeNanos, EncodedInstrument Definition) : BookRecord(TimeNanos);

/// <summary>A trade between the order of the record (the taker) and a resting order.</summary>
/// <param name="MakerOrderId">Public id of the resting order.</param>
/// <param name="MakerAccount">Its account.</param>
/// <param name="MakerNumber">Its number within that account.</param>
/// <param name="PriceTicks">The resting order's price, in ticks.</param>
/// <param name="QuantityLots">Quantity in lots.</param>
/// <param name="MakerFee">Fee of the resting side, quote minor units.</param>
/// <param name="TakerFee">Fee of the aggressive side, quote minor units.</param>
/// <param name="MakerLeavesLots">Open quantity of the resting order afterwards, in lots.</param>
/// <param name="MakerHold">Amount still held for the resting order, minor units of the asset it holds.</param>
public readonly record struct TradeFill(
    long MakerOrderId,
    long MakerAccount,
    long MakerNumber,
    long PriceTicks,
    long QuantityLots,
    long MakerFee,
    long TakerFee,
    long MakerLeavesLots,
    long MakerHold);

/// <summary>An order that ended with open quantity; its hold is released.</summary>
/// <param name="Account">Its account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its limit price, in ticks.</param>
/// <param name="Reason">Reason of its end.</param>
/// <param name="FilledLots">Filled quantity in lots.</param>
/// <param name="LeavesLots">Quantity still open at the end, in lots.</param>
public readonly record struct ClosedOrder(
    long Account,
    long Number,
    long OrderId,
    Side Side,
    long PriceTicks,
    EndReason Reason,
    long FilledLots,
    long LeavesLots);

/// <summary>O: an order entered the book; its trades and the order it replaced are in the same record.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Order">The submitted order.</param>
/// <param name="OrderId">The public id the book gave it.</param>
/// <param name="Fills">Its trades, in sequence.</param>
/// <param name="LeavesLots">Quantity resting in the book, in lots; 0 if the order is done.</param>
/// <param name="End">Reason of its end with open quantity; None if it rests or is filled.</param>
/// <param name="Hold">Amount still held for it, minor units of the asset it holds; 0 if done.</param>
/// <param name="Replaced">The order it replaced; null for none.</param>
public sealed record OrderAccepted(
    long TimeNanos,
    SubmitOrder Order,
    long OrderId,
    ImmutableArray<TradeFill> Fills,
    long LeavesLots,
    EndReason End,
    long Hold,
    ClosedOrder? Replaced) : BookRecord(TimeNanos)
{
    /// <summary>Returns one of its trades, with both sides. The state of the taker is that of the record.</summary>
    public MatchedTrade TradeOf(in TradeFill fill) => new(
        Order.Side,
        fill.PriceTicks,
        fill.QuantityLots,
        new(Order.Account, Order.Number, OrderId, fill.TakerFee),
        new(
            fill.MakerAccount, fill.MakerNumber, fill.MakerOrderId, fill.MakerFee, fill.MakerLeavesLots,
            fill.MakerHold));
}

/// <summary>V: the order never enters the book. Its hold is released, and a late submit is rejected.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">Its account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="Reason">The book's reject reason, or <see cref="RejectReason.Voided"/> for a tombstone.</param>
/// <param name="Order">The rejected order; null for a tombstone.</param>
public sealed record OrderVoided(
    long TimeNanos, long Account, long Number, RejectReason Reason, SubmitOrder? Order) : BookRecord(TimeNanos);

/// <summary>C: orders were cancelled.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Orders">The orders, in the sequence in which they ended.</param>
public sealed record OrdersClosed(long TimeNanos, ImmutableArray<ClosedOrder> Orders) : BookRecord(TimeNanos);

/// <summary>
/// K: all orders of an account up to a number were cancelled in this book, whether submitted already or not.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account.</param>
/// <param name="Floor">No order of the account with this number or a lower one is or will ever be open here.</param>
/// <param name="Orders">The open orders that ended, sorted by public id.</param>
public sealed record AllClosed(
    long TimeNanos, long Account, long Floor, ImmutableArray<ClosedOrder> Orders) : BookRecord(TimeNanos);

/// <summary>B: an order was reduced in place; it keeps its priority.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">Its account.</param>
/// <param name="Number">Its number within the account.</param>
/// <param name="OrderId">Its public id.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="PriceTicks">Its limit price, in ticks.</param>
/// <param name="TotalLots">Its new total quantity, in lots.</param>
/// <param name="ReducedLots">Reduction, in lots.</param>
/// <param name="Hold">Amount still held for it, minor units.</param>
public sealed record OrderReduced(
    long TimeNanos,
    long Account,
    long Number,
    long OrderId,
    Side Side,
    long PriceTicks,
    long TotalLots,
    long ReducedLots,
    long Hold) : BookRecord(TimeNanos);

/// <summary>
/// W: the proof that an order is not in the book. A stale activation might wrongly say that there is no such order.
/// Only an activation that can still append to the journal may say so.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account that asked.</param>
/// <param name="OrderId">The public id that was never issued.</param>
public sealed record NothingFound(long TimeNanos, long Account, long OrderId) : BookRecord(TimeNanos);

/// <summary>An instrument's definition in its journal encoding, which is the only encoding.</summary>
/// <param name="Bytes">The encoded definition.</param>
[GenerateSerializer, Immutable, Alias("encoded-instrument")]
public readonly record struct EncodedInstrument(ImmutableArray<byte> Bytes)
{
    /// <summary>Encodes a definition.</summary>
    public static EncodedInstrument From(Instrument instrument) => new(InstrumentEncoding.Encode(instrument));

    /// <summary>Decodes the definition.</summary>
    public Instrument Decode() => InstrumentEncoding.Decode(Bytes.AsSpan());

    /// <inheritdoc/>
    public bool Equals(EncodedInstrument other) => Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}

/// <summary>A book's records for one account.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Records">Its records that touch the account, oldest first.</param>
[GenerateSerializer, Immutable, Alias("book-delivery")]
public sealed record BookDelivery(string Symbol, ImmutableArray<DeliveredRecord> Records);

/// <summary>A record with its place in the chain of records that touch the account.</summary>
/// <param name="Sequence">The record's sequence in the book's stream.</param>
/// <param name="PreviousSequence">Sequence of the previous record that touches this account; 0 for the first.</param>
/// <param name="Record">The record.</param>
[Immutable]
public readonly record struct DeliveredRecord(long Sequence, long PreviousSequence, BookRecord Record);
