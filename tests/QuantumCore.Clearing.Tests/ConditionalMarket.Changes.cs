using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Busted and corrected trades, and accounts that lack what a change takes back.</summary>
internal sealed partial class ConditionalMarket
{
    private readonly List<RecordedTrade> _trades = [];
    private readonly Dictionary<(long Account, string Asset), long> _out = [];
    private long _cashBrought;
    private long _unitsBrought;

    private void NoteTrades(BookRecord record)
    {
        var index = 0;
        foreach (var trade in record.Trades())
        {
            _trades.Add(new RecordedTrade(new TradePlace(Book.Sequence, index++), record.TimeNanos, trade));
        }
    }

    private void ChangeTrade()
    {
        if (_trades.Count == 0)
        {
            return;
        }

        var recorded = _trades[^(1 + _random.Next(Math.Min(_trades.Count, 200)))];
        var trade = recorded.Trade;
        if (_random.Next(3) == 0)
        {
            // The proceeds of the trade are gone.
            Drain(trade.Taker.Account, trade.TakerSide);
            Drain(trade.Maker.Account, trade.MakerSide);
        }

        Operate(recorded.Change(_random.Next(3) == 0 ? 0 : Price(30), trade.Taker.Fee, trade.Maker.Fee));
    }

    private void Drain(long account, Side side)
    {
        var (trader, asset) = (Traders[account - 1000], side == Side.Buy ? Listed.Aapl.Base : Listed.Aapl.Quote);
        if (trader.Account.Of(asset).Available is > 0 and var all && !trader.IsFrozen)
        {
            Fold(
                trader,
                trader.Decide(new WithdrawRequest($"out{++_names}", asset.Name, all, "elsewhere"), asset, _now));
            Brought(trader, asset, -all);
        }
    }

    private void Brought(AccountMachine trader, Asset asset, long amount)
    {
        var key = (trader.Account.Id.Value, asset.Name);
        _out[key] = _out.GetValueOrDefault(key) - amount;
        _cashBrought += asset == Listed.Aapl.Quote ? amount : 0;
        _unitsBrought += asset == Listed.Aapl.Base ? amount : 0;
    }

    /// <summary>
    /// Freezes accounts that lack something and cancels their orders until it has come in, as an account's grain does.
    /// </summary>
    private void FreezeWhoIsShort()
    {
        foreach (var trader in Traders)
        {
            if (trader.FreezeWhenShort(_now) is { } frozen)
            {
                _seen.Add("frozen");
                Fold(trader, frozen);
                PublishIfAny(Book.CloseAll(trader.Account.Id.Value, trader.FrozenFloor, _now));
            }

            if (_random.Next(20) == 0)
            {
                Bring(trader);
            }
        }
    }

    /// <summary>Brings back what was taken out, and what is still lacking.</summary>
    private void Bring(AccountMachine trader)
    {
        foreach (var asset in new[] { Listed.Aapl.Quote, Listed.Aapl.Base })
        {
            var lacks = trader.IsShort ? Math.Max(0, -trader.Account.Of(asset).Available) : 0;
            if (Math.Max(lacks, _out.GetValueOrDefault((trader.Account.Id.Value, asset.Name))) is > 0 and var comes)
            {
                Fold(trader, trader.Deposit(new DepositRequest($"more{++_names}", asset.Name, comes), asset, _now));
                Brought(trader, asset, comes);
                _seen.Add(lacks > 0 ? "brought " + asset.Name : "other");
            }
        }

        Assert.False(trader.IsShort);
        if (trader.Unfreeze("desk", "", _now) is { } free)
        {
            Fold(trader, free);
        }
    }

    private void BringEverything()
    {
        foreach (var trader in Traders.Where(trader => trader.IsShort))
        {
            Bring(trader);
        }
    }
}
