using QuantumCore.Clearing;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>Exchange time on a machine whose clock jumps.</summary>
public sealed class SteadyClockTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private readonly Machine _machine = new();
    private readonly SteadyClock _clock;

    public SteadyClockTests()
    {
        _clock = new SteadyClock(_machine, () => _machine.Elapsed + _machine.Slept);
        Assert.Equal(s_start, _clock.GetUtcNow());
    }

    [Fact]
    public void A_reading_days_ahead_is_refused_and_time_goes_on()
    {
        _machine.Pass(TimeSpan.FromSeconds(5));
        _machine.Step += TimeSpan.FromDays(3);
        Assert.Equal(s_start.AddSeconds(5), _clock.GetUtcNow());
        _machine.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(s_start.AddSeconds(6), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromDays(3), _clock.Ahead);
    }

    [Fact]
    public void A_clock_that_comes_back_is_read_again()
    {
        _machine.Step += TimeSpan.FromDays(3);
        Assert.NotEqual(TimeSpan.Zero, _clock.Ahead);
        _machine.Step = TimeSpan.FromMilliseconds(200);
        _machine.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(s_start.AddMilliseconds(1_200), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Ahead);
    }

    [Fact]
    public void A_step_back_is_followed_and_so_is_the_way_back_from_it()
    {
        _machine.Step -= TimeSpan.FromHours(1);
        Assert.Equal(s_start.AddHours(-1), _clock.GetUtcNow());
        _machine.Step = TimeSpan.Zero;
        Assert.Equal(s_start, _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Ahead);
    }

    [Fact]
    public void After_a_step_back_a_refused_reading_does_not_undo_it()
    {
        _machine.Step -= TimeSpan.FromHours(1);
        _ = _clock.GetUtcNow();
        _machine.Step = TimeSpan.FromHours(5);
        Assert.Equal(s_start.AddHours(-1), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromHours(6), _clock.Ahead);
    }

    [Fact]
    public void Small_steps_add_up_to_two_seconds_a_minute_at_most()
    {
        for (var i = 0; i < 600; i++)
        {
            _machine.Pass(TimeSpan.FromSeconds(1));
            _machine.Step += TimeSpan.FromSeconds(1);
            _ = _clock.GetUtcNow();
        }

        Assert.InRange(_clock.GetUtcNow(), s_start.AddSeconds(600), s_start.AddSeconds(600 + 22));
    }

    [Fact]
    public void Small_corrections_are_followed_for_ever()
    {
        for (var minute = 1; minute <= 100; minute++)
        {
            _machine.Pass(TimeSpan.FromSeconds(61));
            _machine.Step += TimeSpan.FromSeconds(1);
            Assert.Equal(_machine.GetUtcNow(), _clock.GetUtcNow());
        }
    }

    [Fact]
    public void Time_asleep_has_passed()
    {
        _machine.Slept = TimeSpan.FromHours(8);
        _machine.Step += TimeSpan.FromHours(8);
        Assert.Equal(s_start.AddHours(8), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Ahead);

        _machine.Pass(TimeSpan.FromSeconds(1));
        _machine.Step += TimeSpan.FromHours(8);
        Assert.Equal(TimeSpan.FromHours(8), _clock.Ahead);
    }

    [Fact]
    public void A_pause_between_two_readings_is_no_step()
    {
        _machine.PauseOnce = TimeSpan.FromSeconds(30);
        Assert.Equal(s_start.AddSeconds(30), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, _clock.Ahead);
    }

    [Fact]
    public void Records_of_the_future_are_followed_by_earlier_ones_only_on_an_operators_word()
    {
        const long Minute = 60_000_000_000;
        Assert.Equal(5 * Minute, TimeCorrection.After(5 * Minute, 0, corrects: false));
        Assert.Equal(0, TimeCorrection.After(5 * Minute, 0, corrects: true));
        Assert.Equal(Minute - 1, TimeCorrection.After(Minute - 1, 0, corrects: true));
        Assert.Equal(7 * Minute, TimeCorrection.After(5 * Minute, 7 * Minute, corrects: true));
    }

    /// <summary>A machine whose clock is the elapsed time plus a step.</summary>
    private sealed class Machine : TimeProvider
    {
        private TimeSpan _elapsed;

        public TimeSpan Step { get; set; }

        public TimeSpan Slept { get; set; }

        public TimeSpan PauseOnce { get; set; }

        public TimeSpan Elapsed => _elapsed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan by) => _elapsed += by;

        public override long GetTimestamp() => _elapsed.Ticks;

        public override DateTimeOffset GetUtcNow()
        {
            (_elapsed, PauseOnce) = (_elapsed + PauseOnce, TimeSpan.Zero);
            return s_start + _elapsed + Step;
        }
    }
}
