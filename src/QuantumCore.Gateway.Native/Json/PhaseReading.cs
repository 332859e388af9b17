using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Reads phase calls: new phase, reason, and what follows when.</summary>
internal static class PhaseReading
{
    public const long NanosPerSecond = 1_000_000_000;

    /// <summary>Maximum time that can be scheduled ahead, in seconds: a week.</summary>
    private const int LongestSeconds = 7 * 24 * 60 * 60;

    /// <summary>Reads a phase call. Returns null with the command, or the refusal.</summary>
    /// <param name="text">The call.</param>
    /// <param name="nowNanos">Current time, Unix nanoseconds.</param>
    public static (Refusal? Refusal, SetTradingPhase? Command) Read(Api.PhaseBody text, long nowNanos)
    {
        if (EnumWords<TradingPhase>.Find(text.Phase) is not { } phase)
            return (Refusal.NotOneOf("phase", text.Phase, WireNames.Phases.AsSpan()), null);

        var why = WireNames.ReadPhaseReason(text.Reason);
        if (text.Reason is not null && why is null)
            return (Refusal.NotOneOf("reason", text.Reason, WireNames.PhaseReasons.AsSpan()), null);

        var (refusal, plan) = ReadPlan(text, phase, nowNanos);
        return refusal is not null ? (refusal, null) : (null, new(phase, plan, why ?? PhaseReason.None));
    }

    private static (Refusal? Refusal, PhasePlan? Plan) ReadPlan(Api.PhaseBody text, TradingPhase phase, long nowNanos)
    {
        if (text.ForSeconds is null)
        {
            return text.Then is null && text.ThenForSeconds is null ? default
                : (Refusal.Malformed("forSeconds",
                "forSeconds is missing; a phase with a next phase needs a duration in seconds"), null);
        }

        var lasts = 0L;
        var refusal = Seconds("forSeconds", text.ForSeconds, out var seconds)
            ?? (text.ThenForSeconds is null ? null : Seconds("thenForSeconds", text.ThenForSeconds, out lasts));
        if (refusal is not null)
            return (refusal, null);

        var next = text.Then is null ? Usual(phase) : EnumWords<TradingPhase>.Find(text.Then);
        if (next is not { } then)
            return (Refusal.NotOneOf("then", text.Then, WireNames.Phases.AsSpan()), null);
        if (!phase.LeadsTo(then))
            return (
                Refusal.Malformed(
                    "then", $"then '{text.Then ?? then.Word()}' cannot follow phase '{phase.Word()}'"),
                    null);
        if (lasts > 0 && !then.LeadsTo(TradingPhase.Continuous))
            return (
                Refusal.Malformed(
                    "thenForSeconds",
                    $"thenForSeconds needs a phase that leads to continuous trading, not '{then.Word()}'"),
                    null);

        return (null, new PhasePlan(then, nowNanos + (seconds * NanosPerSecond), lasts * NanosPerSecond));
    }

    /// <summary>Reads a duration of 1 second to a week.</summary>
    public static Refusal? Seconds(string field, string text, out long seconds) =>
        NumberReading.WholeNumber(field, text, LongestSeconds, out seconds)
        ?? (seconds == 0 ? OrderChecks.Outside(RejectReason.BadRequest, field, text, 0,
        ValueScale.OfInteger(1, LongestSeconds)) : null);

    /// <summary>Returns the default next phase: the next of the day, and an auction after a halt.</summary>
    private static TradingPhase Usual(TradingPhase phase) => phase switch
    {
        TradingPhase.Closed => TradingPhase.PreOpen,
        TradingPhase.PreOpen => TradingPhase.Opening,
        TradingPhase.Opening or TradingPhase.Volatility => TradingPhase.Continuous,
        TradingPhase.Continuous => TradingPhase.Closing,
        TradingPhase.Closing => TradingPhase.Closed,
        TradingPhase.Halt => TradingPhase.Volatility,
    };
}
