using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Trades of a book that were busted or corrected.</summary>
public class ChangedTradesTests
{
    private readonly ChangedTrades _trades = new();

    [Fact]
    public void Unchanged_trade_is_in_force_as_it_was() =>
        Assert.Equal(new TradeInForce(100, 7, -2), _trades.InForce(Trade(5)));

    [Fact]
    public void Changed_trade_is_told_from_its_neighbour()
    {
        _trades.Set(new TradePlace(5, 1), new TradeInForce(90, 6, -1));
        Assert.Equal(new TradeInForce(90, 6, -1), _trades.InForce(Trade(5, 1)));
        Assert.Equal(100, _trades.InForce(Trade(5)).PriceTicks);
    }

    [Fact]
    public void Trade_changes_until_it_is_void()
    {
        _trades.Set(new TradePlace(5, 0), new TradeInForce(90, 6, -1));
        Assert.True(IsChangeable(5));
        _trades.Set(new TradePlace(5, 0), default);
        Assert.False(IsChangeable(5));
    }

    [Fact]
    public void Trade_after_the_last_record_is_unknown()
    {
        Assert.True(IsChangeable(9));
        Assert.False(IsChangeable(10));
    }

    [Fact]
    public void Trade_of_former_units_is_not_changed()
    {
        _trades.BeginUnits(5);
        Assert.False(IsChangeable(5));
        Assert.True(IsChangeable(6));
    }

    [Fact]
    public void Snapshot_restores_changes_and_units()
    {
        _trades.BeginUnits(3);
        _trades.Set(new TradePlace(5, 1), new TradeInForce(90, -6, 1));
        var to = new RecordWriter();
        _trades.Write(ref to);
        var from = RecordReader.Headless(to.ToSpan());
        var restored = new ChangedTrades();
        restored.Read(ref from);
        from.End();
        Assert.Equal(new TradeInForce(90, -6, 1), restored.InForce(Trade(5, 1)));
        Assert.False(IsChangeable(3, restored));
        Assert.True(IsChangeable(4, restored));
    }

    private static RecordedTrade Trade(long sequence, int index = 0) => new(
        new TradePlace(sequence, index),
        1,
        new MatchedTrade(Side.Buy, 100, 10, new(1, 1, 1, 7), new(0, 0, 0, -2)));

    private bool IsChangeable(long sequence, ChangedTrades? trades = null)
    {
        var trade = Trade(sequence);
        var before = (trades ?? _trades).InForce(in trade);
        return (trades ?? _trades).IsChangeable(in trade, in before, lastSequence: 9);
    }
}
