using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>An account's trading by symbol, with splits in between.</summary>
public class TradedSymbolsTests
{
    private const long Day = 86_400_000_000_000;

    [Fact]
    public void Split_converts_trades_before_it_and_none_after()
    {
        var traded = new TradedSymbols();
        traded.DayOf(Sample.Share, 10).Fill(10, 8, 100, 0);
        traded.Apply(new SplitEntered(20, "split", "AAPL", 0, 8, 8, 2, 1, 0, "USD", 2, 0));
        // Before the split, though applied after it.
        Assert.Equal(8, traded.DayOf(Sample.Share, 15).Quantity);
        Assert.False(traded.HasSplitTrades);
        Assert.Equal(16, traded.DayOf(Sample.Share, 20).Quantity);
        Assert.Equal(16, traded.DayOf(Sample.Share, 30).Quantity);
        Assert.True(traded.HasSplitTrades);
        // Another asset is as before.
        Assert.Equal(0, traded.DayOf(Sample.Coin, 30).Splits);
    }

    [Fact]
    public void Volume_and_loss_count_in_their_scope_and_day()
    {
        var traded = new TradedSymbols();
        traded.DayOf(Sample.Share, 5 * Day).Fill(5 * Day, 10, 100, 3);
        traded.DayOf(Sample.Share, 5 * Day).Fill(5 * Day, -10, 90, 3);
        traded.DayOf(Sample.Coin, 5 * Day).Fill(5 * Day, 1, 1_000, 0);
        var (share, all) = (Scope("AAPL"), Scope(LimitScope.All));
        Assert.Equal((1_900, 106), (traded.VolumeIn(share, 5), traded.LossIn(share, 5)));
        Assert.Equal((2_900, 106), (traded.VolumeIn(all, 5), traded.LossIn(all, 5)));
        Assert.Equal((0, 0), (traded.VolumeIn(all, 6), traded.LossIn(all, 6)));
        Assert.Equal("AAPL", traded.InstrumentIn("AAPL")?.Symbol);
        Assert.Equal("AAPL", traded.InstrumentIn(LimitScope.PaidIn("USD"))?.Symbol);
        Assert.Null(traded.InstrumentIn("MSFT"));
    }

    [Fact]
    public void Snapshot_restores_it()
    {
        var traded = new TradedSymbols();
        traded.DayOf(Sample.Share, 5 * Day).Fill(5 * Day, 10, 100, 3);
        traded.Apply(new SplitEntered(6 * Day, "split", "AAPL", 0, 10, 10, 2, 1, 0, "USD", 2, 0));
        traded.DayOf(Sample.Share, 7 * Day).Fill(7 * Day, 1, 50, 0);
        var to = new RecordWriter();
        traded.Write(ref to);
        traded.WriteSplits(ref to);

        var restored = new TradedSymbols();
        var from = RecordReader.Headless(to.ToSpan());
        restored.Read(ref from, _ => Sample.Share);
        restored.ReadSplits(ref from);
        from.End();
        Assert.True(restored.HasSplits && restored.HasSplitTrades);
        var day = restored.DayOf(Sample.Share, 8 * Day);
        Assert.Equal((21, 1_050, 1), (day.Quantity, day.Cost, day.Splits));
    }

    private static ScopedLimits Scope(string name) => new(name, [], null, Sample.Share);
}
