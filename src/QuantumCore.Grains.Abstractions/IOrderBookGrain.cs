using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>
/// The books of one key: one symbol, or a whole group (<see cref="Instrument.BookKey"/>). The grain decides what
/// happens to orders. It calls accounts only one way, after its own change is durable.
/// </summary>
[Alias("book")]
public interface IOrderBookGrain : IGrainWithStringKey
{
    /// <summary>Defines or changes the instrument. The same definition again changes nothing.</summary>
    [Alias("define")]
    ValueTask Define(string symbol, EncodedInstrument definition);

    /// <summary>
    /// Enters orders, in sequence; one report per order. A known order returns its first report again.
    /// </summary>
    [Alias("submit")]
    ValueTask<ImmutableArray<ExecutionReport>> Submit(string symbol, ImmutableArray<SubmitOrder> orders);

    /// <summary>
    /// Enters orders as <see cref="Submit"/> does, although their holds may not be durable yet. The book's records are
    /// never durable without them, and it answers once both are durable.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="orders">The orders.</param>
    /// <param name="hold">
    /// The account's last record about them. The call fails and does nothing if this silo's journal writer does not
    /// have that activation of the account.
    /// </param>
    [Alias("submit-after")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitAfter(
        string symbol, ImmutableArray<SubmitOrder> orders, RecordLocation hold);

    /// <summary>
    /// Enters all orders of a list, or none; one report per order. A known list returns its first reports again.
    /// </summary>
    [Alias("submit-list")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitList(
        string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders);

    /// <summary>
    /// Enters a multi-leg order: its leg orders, all or none, which only ever trade together. One report per leg. A
    /// known one returns its first reports again.
    /// </summary>
    [Alias("submit-strategy")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategy(ImmutableArray<SubmitOrder> legs);

    /// <summary>Changes the conditions of an open order in place: display, trigger, trail, expiry.</summary>
    [Alias("amend")]
    ValueTask<ExecutionReport> Amend(string symbol, long account, long orderId, ConditionChanges changes);

    /// <summary>
    /// Carries out an operator's command: phases, mark and reference prices, rules, blocks. Returns a reject reason, or
    /// None.
    /// </summary>
    [Alias("operate")]
    ValueTask<RejectReason> Operate(string symbol, BookCommand command);

    /// <summary>
    /// Halts a book at once. The answer waits for the record at most <see cref="HaltAnswer.PatienceMillis"/>. While the
    /// journal does not commit, the book is halted in memory, and the record is written when the journal commits again.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="command">A command that sets the phase Halt.</param>
    [Alias("halt")]
    ValueTask<HaltAnswer> Halt(string symbol, BookCommand command);

    /// <summary>
    /// Busts a trade or corrects its price. Reverses the trade, including fees, for both sides, and books it again at
    /// the new price. The current price changes nothing. Reject reasons: UnknownTrade (also for a busted trade, or one
    /// from before a change of units), InvalidPrice.
    /// </summary>
    /// <param name="symbol">The trade's symbol.</param>
    /// <param name="trade">The trade's place.</param>
    /// <param name="priceTicks">New price, in ticks; 0 busts the trade.</param>
    [Alias("change-trade")]
    ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks);

    /// <summary>
    /// Cancels orders by number. An order that has not arrived yet will never enter. Reports are final states.
    /// </summary>
    [Alias("close")]
    ValueTask<ImmutableArray<ExecutionReport>> Close(
        string symbol, long account, ImmutableArray<long> numbers, EndReason reason);

    /// <summary>Cancels an order by its public id.</summary>
    [Alias("close-id")]
    ValueTask<ExecutionReport> CloseById(string symbol, long account, long orderId);

    /// <summary>Cancels all orders of an account up to a number, arrived or not. Returns how many were open.</summary>
    [Alias("close-all")]
    ValueTask<int> CloseAll(string symbol, long account, long floor);

    /// <summary>Voids those of the orders that never arrived; leaves open ones alone.</summary>
    [Alias("resolve")]
    ValueTask Resolve(string symbol, long account, ImmutableArray<long> numbers);

    /// <summary>
    /// Reduces an order in place, if its open lots are as expected or it is already as small. 0 expects nothing.
    /// </summary>
    [Alias("reduce")]
    ValueTask<ExecutionReport> Reduce(string symbol, long account, long number, long totalLots, long expectedLots);

    /// <summary>Returns the state of an order by its public id.</summary>
    [Alias("status")]
    ValueTask<ExecutionReport> Status(string symbol, long account, long orderId);

    /// <summary>Returns the queue position of a resting order: orders and lots ahead of it at its price.</summary>
    [Alias("position")]
    ValueTask<PlaceInLine> Position(string symbol, long account, long orderId);

    /// <summary>Returns the whole durable book by price (L2), for readers of its stream.</summary>
    [Alias("depth")]
    ValueTask<DepthView> Depth(string symbol);

    /// <summary>Returns the durable book's state: sequence, phase, prices.</summary>
    [Alias("state")]
    ValueTask<BookState> State(string symbol);

    /// <summary>Returns a hash of the durable book, for comparing two replays. Walks the whole book.</summary>
    [Alias("state-hash")]
    ValueTask<ulong> StateHash(string symbol);
}
