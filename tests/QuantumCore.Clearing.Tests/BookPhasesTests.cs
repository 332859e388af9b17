using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Reasons and plans of a book's phases.</summary>
public class BookPhasesTests
{
    private readonly BookPhases _phases = new();

    [Fact]
    public void Phase_has_the_reason_and_the_plan_of_its_command()
    {
        Call(TradingPhase.Halt, PhaseReason.Technical, 50, at: 900);
        Assert.Equal((PhaseReason.Technical, 50), (_phases.Reason, _phases.SinceNanos));
        Assert.Equal(new PhasePlan(TradingPhase.PreOpen, 900), _phases.Plan);
    }

    [Fact]
    public void Record_of_the_same_phase_changes_nothing()
    {
        Call(TradingPhase.Halt, PhaseReason.Technical, 50, at: 900);
        _phases.Note(new AdvanceTime(), 60, TradingPhase.Halt);
        Assert.Equal((PhaseReason.Technical, 50), (_phases.Reason, _phases.SinceNanos));
        Assert.NotNull(_phases.Plan);
    }

    [Fact]
    public void Repeated_halt_has_a_new_reason_and_its_old_start()
    {
        Call(TradingPhase.Halt, PhaseReason.Technical, 50, at: 900);
        Call(TradingPhase.Halt, PhaseReason.NewsPending, 60);
        Assert.Equal((PhaseReason.NewsPending, 50), (_phases.Reason, _phases.SinceNanos));
        Assert.Null(_phases.Plan);
    }

    [Theory]
    [InlineData(900, 800, 900, PhaseReason.Technical)]
    [InlineData(800, 900, 900, PhaseReason.MarketWideBreaker)]
    [InlineData(0, 900, 0, PhaseReason.Technical)]
    public void Circuit_breaker_only_prolongs_a_halt(long first, long second, long expected, PhaseReason reason)
    {
        Call(TradingPhase.Halt, PhaseReason.Technical, 50, first);
        Call(TradingPhase.Halt, PhaseReason.MarketWideBreaker, 60, second);
        Assert.Equal(expected, _phases.Plan?.AtNanos ?? 0);
        Assert.Equal(reason, _phases.Reason);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(300, 350L)]
    public void Volatility_auction_ends_after_the_length_of_the_rules(long length, long? end)
    {
        _phases.SetAuction(length);
        _phases.Note(new SetMarkPrice(5), 50, TradingPhase.Volatility);
        Assert.Equal(PhaseReason.PriceBand, _phases.Reason);
        Assert.Equal(end, _phases.Plan?.AtNanos);
    }

    [Fact]
    public void Planned_auction_outside_its_collar_lasts_two_more_minutes()
    {
        Call(TradingPhase.Volatility, PhaseReason.Planned, 10, at: 50);
        var end = new SetTradingPhase(TradingPhase.Continuous, Reason: PhaseReason.Planned);
        _phases.Note(end, 50, TradingPhase.Volatility);
        Assert.Equal(PhaseReason.PriceBand, _phases.Reason);
        Assert.Equal(new PhasePlan(TradingPhase.Continuous, 120_000_000_050), _phases.Plan);
    }

    [Fact]
    public void Snapshot_restores_reason_plan_and_auction()
    {
        _phases.SetAuction(7);
        Call(TradingPhase.Halt, PhaseReason.Technical, 50, at: 900);
        var to = new RecordWriter();
        _phases.Write(ref to);
        var from = RecordReader.Headless(to.ToSpan());
        var restored = new BookPhases(TradingPhase.Halt);
        restored.Read(ref from);
        from.End();
        Assert.Equal(
            (_phases.Reason, _phases.SinceNanos, _phases.Plan, 7),
            (restored.Reason, restored.SinceNanos, restored.Plan, restored.AuctionNanos));
        restored.Note(new AdvanceTime(), 60, TradingPhase.Halt);
        Assert.Equal(50, restored.SinceNanos);
    }

    private void Call(TradingPhase phase, PhaseReason why, long time, long at = 0) => _phases.Note(
        new SetTradingPhase(phase, at == 0 ? null : new PhasePlan(TradingPhase.PreOpen, at), why), time, phase);
}
