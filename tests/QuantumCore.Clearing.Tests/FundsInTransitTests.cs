using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Transfers and withdrawals without a known end.</summary>
public class FundsInTransitTests
{
    private static readonly Asset s_usd = new("USD", 2);
    private static readonly Asset s_btc = new("BTC", 8);

    [Fact]
    public void Transfer_ends_once()
    {
        var transit = new FundsInTransit();
        transit.BeginTransfer(7);
        Assert.True(transit.IsTransferOpen(7));
        Assert.False(transit.EndTransfer(8));
        Assert.True(transit.EndTransfer(7));
        Assert.False(transit.EndTransfer(7));
        Assert.False(transit.IsTransferOpen(7));
    }

    [Fact]
    public void Withdrawal_ends_once_and_with_its_amount()
    {
        var transit = new FundsInTransit();
        transit.BeginWithdrawal(3, s_usd, 100);
        transit.BeginWithdrawal(4, s_usd, 100);
        Assert.False(transit.EndWithdrawal(3, 99, out _));
        Assert.True(transit.EndWithdrawal(4, 100, out var asset));
        Assert.Equal(s_usd, asset);
        Assert.False(transit.EndWithdrawal(4, 100, out _));
    }

    [Fact]
    public void Open_withdrawals_of_an_asset_may_come_back()
    {
        var transit = new FundsInTransit();
        transit.BeginWithdrawal(1, s_usd, long.MaxValue);
        transit.BeginWithdrawal(2, s_usd, long.MaxValue);
        transit.BeginWithdrawal(3, s_btc, 5);
        Assert.Equal(2 * (Int128)long.MaxValue, transit.PromisedOf(s_usd));
        Assert.Equal(
            [PayoutRecord.StreamPrefix + "USD", PayoutRecord.StreamPrefix + "BTC"], transit.Payouts);
        Assert.True(transit.EndWithdrawal(3, 5, out _));
        Assert.Equal(0, transit.PromisedOf(s_btc));
    }

    [Fact]
    public void Snapshot_restores_it()
    {
        var transit = new FundsInTransit();
        transit.BeginTransfer(1);
        transit.BeginWithdrawal(2, s_btc, 9);
        var to = new RecordWriter();
        transit.Write(ref to);

        var restored = new FundsInTransit();
        var from = RecordReader.Headless(to.ToSpan());
        restored.Read(ref from);
        from.End();
        Assert.True(restored.EndTransfer(1));
        Assert.True(restored.EndWithdrawal(2, 9, out var asset));
        Assert.Equal(s_btc, asset);
    }
}
