using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Orders;

/// <summary>Operators' calls on books: phases, halts, prices and changed trades.</summary>
public sealed class BookControl(
    Listings listings, ShownSequences shown, AccountQueries accounts, ILogger<BookControl> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>
    /// Carries out an operator's command in one book, with one retry after a failed call. The same command again
    /// changes nothing, or is rejected.
    /// </summary>
    public async ValueTask<RejectReason> OperateAsync(string symbol, BookCommand command)
    {
        var answer = await _calls.AskAsync(
            "Operate", AccountOf(command),
            async () => await (await listings.BookAsync(symbol)).Operate(symbol, command));
        return answer.Failure == RejectReason.None ? answer.Value : answer.Failure;
    }

    /// <summary>Halts a symbol at once, and waits only briefly for the record. A failed call is retried once.</summary>
    public async ValueTask<HaltAnswer> HaltAsync(string symbol, BookCommand command)
    {
        var answer = await _calls.AskAsync(
            "Halt", AccountOf(command), async () => await (await listings.BookAsync(symbol)).Halt(symbol, command));
        return answer.Failure == RejectReason.None ? answer.Value : new HaltAnswer(answer.Failure, false, null);
    }

    /// <summary>
    /// Busts a trade (price 0), or corrects its price. Before the answer, both accounts learn of it if they can be
    /// reached, so that neither spends the proceeds again.
    /// </summary>
    public async ValueTask<TradeChanged> ChangeTradeAsync(string symbol, TradePlace trade, long priceTicks)
    {
        var answer = await _calls.AskAsync(
            "ChangeTrade", 0,
            async () => await (await listings.BookAsync(symbol)).ChangeTrade(symbol, trade, priceTicks));
        if (answer.Failure != RejectReason.None)
            return new TradeChanged(answer.Failure);

        // A trade can be busted only once. After a retry, a rejection may mean that the first call did it.
        if (answer.Value.Reason != RejectReason.None)
            return answer.IsFirst ? answer.Value : new TradeChanged(RejectReason.OutcomeUnknown);

        foreach (var account in new[] { answer.Value.Trade.Taker.Account, answer.Value.Trade.Maker.Account }.Distinct())
        {
            shown.Note(account, symbol, answer.Value.Sequence);
            // An account that does not answer now gets the change with its delivery.
            await _calls.AskAsync("View", account, () => accounts.ViewAsync(account));
        }

        return answer.Value;
    }

    /// <summary>Returns the phase and prices of a symbol, or why they are unknown.</summary>
    public ValueTask<GrainAnswer<BookState>> StateAsync(string symbol) =>
        _calls.AskAsync("State", 0, async () => await (await listings.BookAsync(symbol)).State(symbol));

    private static long AccountOf(BookCommand command) => command switch
    {
        BlockAccount block => block.Account,
        UnblockAccount unblock => unblock.Account,
        _ => 0,
    };
}
