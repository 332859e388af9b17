using QuantumCore.Instruments;
using Xunit;
using static QuantumCore.Instruments.Side;

namespace QuantumCore.Matching.Tests;

/// <summary>Triggers of stop orders apart from a book.</summary>
public class TriggersTests
{
    private readonly OrderStore _store = new(10);
    private readonly Triggers _triggers;

    public TriggersTests() => _triggers = new Triggers(_store);

    [Fact]
    public void A_fall_reaches_the_nearest_sell_stop_first()
    {
        Arm(Sell, OrderType.Stop, 95);
        Arm(Sell, OrderType.Stop, 98);
        Arm(Sell, OrderType.Stop, 90);
        _triggers.Print(95);
        Assert.Equal([2, 1], HitIds());
    }

    [Fact]
    public void A_rise_comes_before_a_fall()
    {
        Arm(Sell, OrderType.Stop, 95);
        Arm(Sell, OrderType.TakeProfit, 105);
        _triggers.Print(90);
        _triggers.Print(110);
        Assert.Equal([2, 1], HitIds());
    }

    [Fact]
    public void Equal_triggers_are_reached_by_id()
    {
        Arm(Buy, OrderType.Stop, 100);
        Arm(Buy, OrderType.Stop, 100);
        _triggers.Print(100);
        Assert.Equal([1, 2], HitIds());
    }

    [Fact]
    public void An_order_ignores_prints_from_before_it_was_armed()
    {
        Arm(Buy, OrderType.Stop, 200);
        _triggers.Print(110);
        Arm(Buy, OrderType.Stop, 105);
        _triggers.Print(104);
        Assert.Empty(HitIds());
        _triggers.Print(105);
        Assert.Equal([2], HitIds());
    }

    [Fact]
    public void One_phase_notes_only_its_first_and_last_print()
    {
        Arm(Buy, OrderType.Stop, 500);
        _triggers.BeginPrints();
        foreach (var price in (long[])[100, 101, 102, 103])
            _triggers.Print(price);
        Assert.Equal([100, 103], _triggers.Prints);
        Assert.Equal(103, _store.LastPriceTicks);
    }

    [Fact]
    public void Without_armed_orders_no_print_is_noted()
    {
        _triggers.Print(100);
        Assert.Empty(_triggers.Prints);
        Assert.Equal(100, _store.LastPriceTicks);
    }

    [Fact]
    public void A_trailing_stop_follows_the_peak_and_never_moves_back()
    {
        var slot = Arm(Sell, OrderType.TrailingStop, 0, trail: 5);
        foreach (var (price, trigger) in ((long, long)[])[(100, 95), (110, 105), (106, 105)])
        {
            _triggers.BeginPrints();
            _triggers.Print(price);
            Assert.Empty(HitIds());
            Assert.Equal(trigger, _store.ConditionsOf(slot).Trigger);
        }

        _triggers.Print(105);
        Assert.Equal([1], HitIds());
    }

    [Fact]
    public void A_trail_in_basis_points_rounds_away_from_the_market()
    {
        var kept = new Conditions { Peak = 101, TrailBasisPoints = 150 };
        Assert.Equal(99, Triggers.TrailFrom(in kept, sells: true));
        Assert.Equal(103, Triggers.TrailFrom(in kept, sells: false));
    }

    [Fact]
    public void A_disarmed_order_is_not_reached()
    {
        var slot = Arm(Buy, OrderType.Stop, 100);
        _triggers.Disarm(slot);
        _triggers.Print(100);
        Assert.Empty(HitIds());
        Assert.Equal(0, _store.ArmedCount);
    }

    private int Arm(Side side, OrderType type, long trigger, long trail = 0)
    {
        var slot = _store.Add(side, 1, new Conditions { Type = type, Trigger = trigger, TrailTicks = trail });
        _triggers.Arm(slot);
        return slot;
    }

    private List<long> HitIds() => _triggers.TakeHits().ConvertAll(hit => hit.Id);
}
