using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

public class SignalStrategiesTests
{
    private static readonly SignalStrategy s_strategy = new(
        "trend", 1_001, "secret", false, [], ["AAPL"], SignalPolicy.Skip, MostInWindow: 5, WindowSeconds: 10,
        MostFailures: 2, PauseSeconds: 60, MaxAgeSeconds: 30, IsClosed: false);

    private readonly CatalogSample _sample = new();

    public SignalStrategiesTests() => _sample.Apply(Signals.Set(s_strategy, "alice", CatalogSample.Now).Record!);

    private SignalStrategies Signals => _sample.Catalog.Signals;

    [Fact]
    public void Name_belongs_to_its_first_owner()
    {
        Assert.Equal(
            (RejectReason.NameTaken, null), Signals.Set(s_strategy with { Owner = 1_002 }, "", CatalogSample.Now));
        _sample.Apply(Signals.Set(s_strategy with { PauseSeconds = 5 }, "", CatalogSample.Now).Record!);
        Assert.Equal(5, Signals.Find("trend", CatalogSample.Now)?.Strategy.PauseSeconds);
    }

    [Fact]
    public void Consecutive_failures_pause_the_strategy()
    {
        End("one", RejectReason.InsufficientFunds);
        End("one", RejectReason.InsufficientFunds);
        Assert.Equal(1, Signals.FailuresOf("trend"));
        End("two", RejectReason.InsufficientFunds);

        Assert.Equal(
            CatalogSample.Now + TimeSpan.FromSeconds(60).Nanos(),
            Signals.Find("trend", CatalogSample.Now)?.PausedUntilNanos);
        Assert.Equal(["two", "one"], Signals.Dead().Select(dead => dead.Key));
    }

    [Fact]
    public void Dead_signal_that_succeeds_is_dropped_and_ends_the_row_of_failures()
    {
        End("one", RejectReason.InsufficientFunds);
        End("one", RejectReason.None);
        Assert.Empty(Signals.Dead());
        Assert.Equal(0, Signals.FailuresOf("trend"));
    }

    private void End(string key, RejectReason reason) =>
        _sample.Apply(Signals.End(new DeadSignal(0, "trend", key, 0, reason, "", ""), CatalogSample.Now));
}
