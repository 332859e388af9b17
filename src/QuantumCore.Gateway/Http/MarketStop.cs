using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// The market-wide breaker at work: no symbol may trade, whatever its phase (RULES 15.2). Levels 1 and 2 halt each for a
/// while and plan the auction that ends the halt; level 3 closes each for the day.
/// </summary>
internal sealed class MarketStop(OrderEntry entry, DateTimeOffset now, TimeZoneInfo zone)
{
    /// <summary>Stops the symbols, in their order; those that were.</summary>
    /// <param name="instruments">All that are listed.</param>
    /// <param name="level">1 to 3.</param>
    /// <param name="failed">Takes those of which it is not known.</param>
    public async ValueTask<ImmutableArray<string>> Stop(IEnumerable<Instrument> instruments, int level, PartialFailure failed)
    {
        var stopped = ImmutableArray.CreateBuilder<string>();
        foreach (var symbol in instruments.Select(instrument => instrument.Symbol))
        {
            var (reason, state, _) = await entry.State(symbol);
            // One that lost its journal stands still already.
            if (reason == RejectReason.None && (state.IsHalted || (state.Phase == TradingPhase.Closed && !OpensToday(state, level))))
                continue;

            foreach (var command in reason == RejectReason.None ? Ways(state.Phase, level) : [])
            {
                reason = await entry.Operate(symbol, command);
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

    /// <summary>The phases that lead from one to where nothing trades.</summary>
    private IEnumerable<BookCommand> Ways(TradingPhase from, int level)
    {
        if (from != TradingPhase.Closed)
        {
            // From before the opening the only way to a halt leads through it; nothing trades until it ends.
            if (from == TradingPhase.PreOpen)
                yield return Command(TradingPhase.Opening, null);

            yield return Command(TradingPhase.Halt, level == MarketWideBreaker.ClosingLevel ? null : Reopening(from));
        }

        if (level == MarketWideBreaker.ClosingLevel)
            yield return Command(TradingPhase.Closed, null);
    }

    /// <summary>
    /// The auction after the halt: the one of the opening where that has not been, and that of the close, which nothing
    /// follows, where it had begun.
    /// </summary>
    private PhasePlan Reopening(TradingPhase from) => from switch
    {
        TradingPhase.PreOpen or TradingPhase.Opening => Auction(TradingPhase.Opening, MarketWideBreaker.Reopening.Nanos()),
        TradingPhase.Closing => Auction(TradingPhase.Closing, 0),
        _ => Auction(TradingPhase.Volatility, MarketWideBreaker.Reopening.Nanos()),
    };

    private PhasePlan Auction(TradingPhase phase, long lasts) => new(phase, (now + MarketWideBreaker.Stop).UnixNanos(), lasts);

    /// <summary>Whether a closed symbol is to open on a day that is over for all of them.</summary>
    private bool OpensToday(BookState state, int level) =>
        level == MarketWideBreaker.ClosingLevel
        && state.Plan is { } plan
        && Day(Clock.At(plan.AtNanos)) <= Day(now);

    private long Day(DateTimeOffset moment) => MarketWideBreaker.DayOf(TimeZoneInfo.ConvertTime(moment, zone).DateTime);

    private static BookCommand Command(TradingPhase phase, PhasePlan? plan) =>
        PhaseReading.Command(phase, PhaseReason.MarketWideBreaker, plan);
}
