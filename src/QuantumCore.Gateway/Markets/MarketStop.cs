using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Markets;

/// <summary>
/// Execution of the market-wide breaker: no symbol may trade, whatever its phase (RULES 15.2). Levels 1 and 2 halt each
/// symbol for a while, and schedule the auction that ends the halt. Level 3 closes each for the day.
/// </summary>
internal sealed class MarketStop(BookControl operations, DateTimeOffset now, TimeZoneInfo zone)
{
    /// <summary>Stops the symbols in their order; returns those that it stopped.</summary>
    /// <param name="instruments">All listed instruments.</param>
    /// <param name="level">Level of the breaker, 1 to 3.</param>
    /// <param name="failed">Collects symbols whose stop is not known.</param>
    /// <param name="leavesHalted">
    /// True if levels 1 and 2 leave out halted symbols: another process may have stopped them, and a second halt would
    /// replace the auction that they are to reopen with.
    /// </param>
    public async ValueTask<ImmutableArray<string>> StopAsync(
        IEnumerable<Instrument> instruments, int level, PartialFailure failed, bool leavesHalted = false)
    {
        var stopped = ImmutableArray.CreateBuilder<string>();
        foreach (var symbol in instruments.Select(instrument => instrument.Symbol))
        {
            var (reason, state, _) = await operations.StateAsync(symbol);
            // A book with an inconsistent journal is stopped already.
            if (reason == RejectReason.None
                && (state.IsHalted || (state.Phase == TradingPhase.Closed && !OpensToday(state, level))))
                continue;
            if (leavesHalted && level != MarketWideBreaker.ClosingLevel && reason == RejectReason.None
                && state.Phase == TradingPhase.Halt)
                continue;

            foreach (var command in reason == RejectReason.None ? Ways(state.Phase, level) : [])
            {
                reason = await operations.OperateAsync(symbol, command);
                if (reason != RejectReason.None)
                    break;
            }

            if (reason == RejectReason.None)
                stopped.Add(symbol);
            else if (reason != RejectReason.SymbolUnavailable)
                failed.Add(symbol, reason);
        }

        return stopped.ToImmutable();
    }

    /// <summary>Returns the phase commands that lead from a phase to one without trading.</summary>
    private IEnumerable<SetTradingPhase> Ways(TradingPhase from, int level)
    {
        if (from != TradingPhase.Closed)
        {
            // From pre-open, the only way to a halt leads through the opening; nothing trades until it ends.
            if (from == TradingPhase.PreOpen)
                yield return Command(TradingPhase.Opening, null);

            yield return Command(TradingPhase.Halt, level == MarketWideBreaker.ClosingLevel ? null : Reopening(from));
        }

        if (level == MarketWideBreaker.ClosingLevel)
            yield return Command(TradingPhase.Closed, null);
    }

    /// <summary>
    /// Returns the auction after the halt. It is the opening auction if that has not been yet, and the closing auction,
    /// which nothing follows, if that had begun.
    /// </summary>
    private PhasePlan Reopening(TradingPhase from) => from switch
    {
        TradingPhase.PreOpen or TradingPhase.Opening =>
            Auction(TradingPhase.Opening, MarketWideBreaker.Reopening.Nanos()),
        TradingPhase.Closing => Auction(TradingPhase.Closing, 0),
        _ => Auction(TradingPhase.Volatility, MarketWideBreaker.Reopening.Nanos()),
    };

    private PhasePlan Auction(TradingPhase phase, long lasts) =>
        new(phase, (now + MarketWideBreaker.Stop).UnixNanos(), lasts);

    /// <summary>
    /// Returns true if a closed symbol is scheduled to open on a day that the breaker has closed for all.
    /// </summary>
    private bool OpensToday(BookState state, int level) =>
        level == MarketWideBreaker.ClosingLevel
        && state.Plan is { } plan
        && Day(Clock.At(plan.AtNanos)) <= Day(now);

    private long Day(DateTimeOffset moment) => MarketWideBreaker.DayOf(TimeZoneInfo.ConvertTime(moment, zone).DateTime);

    private static SetTradingPhase Command(TradingPhase phase, PhasePlan? plan) =>
        new(phase, plan, PhaseReason.MarketWideBreaker);
}
