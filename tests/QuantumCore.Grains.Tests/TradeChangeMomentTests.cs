using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;
using Market = QuantumCore.Grains.Tests.SettlementTests.Market;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Trade changes at any moment: whatever the book is doing, twice at once, with packed records, and days later.
/// </summary>
public class TradeChangeMomentTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private static readonly TradePlace s_trade = new(3, 0);
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];
    private static readonly long[] s_prices = [9_000, 11_000, 0];

    [Theory]
    [InlineData(TradingPhase.Halt)]
    [InlineData(TradingPhase.Closed)]
    public async Task Trade_of_a_book_that_is_halted_or_closed_can_be_changed(TradingPhase phase)
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.Exchange.Book("NOW").Operate(new SetTradingPhase(phase));
        Assert.Equal(
            RejectReason.None, (await market.Exchange.Book("NOW").Grain.ChangeTrade("NOW", s_trade, 9_000)).Reason);
        Assert.Equal(
            RejectReason.None, (await market.Exchange.Book("NOW").Grain.ChangeTrade("NOW", s_trade, 0)).Reason);
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Concurrent_busts_of_one_trade_succeed_once()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        var book = market.Exchange.Book("NOW").Grain;
        var all = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => book.ChangeTrade("NOW", s_trade, i % 2 == 0 ? 0 : 9_000 + i).AsTask()));
        Assert.Single(all, changed => changed.Reason == RejectReason.None && changed.PriceTicks == 0);
        await market.Account(Alice).CatchUp();
        Assert.Equal(1_000, (await market.Exchange.ViewAsync(Alice)).Of("NOW").Total);
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Trade_whose_record_is_packed_can_be_changed()
    {
        var keep = new KeepOptions
        {
            Look = TimeSpan.FromMilliseconds(20),
            Pause = TimeSpan.Zero,
            Limits = new PackLimits { MaxFrames = 4, SliceBytes = 500 },
        };
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: time, keep: keep);
        var places = new List<TradePlace>();
        for (var i = 0; i < 30; i++)
        {
            await exchange.PlaceAsync(Bob, $"s{i}", "AAPL", Side.Sell, 10_000, 1);
            places.Add(
                new TradePlace((await exchange.PlaceAsync(Alice, $"b{i}", "AAPL", Side.Buy, 10_000, 1)).Sequence, 0));
        }

        time.Advance(keep.PackAfter + TimeSpan.FromMinutes(1));
        await Wait.UntilAsync(
            async () => !(await disk.Journal.UnpackedAsync(keep.Limits, CancellationToken.None)).IsFull,
            "all that is old to be packed");
        foreach (var place in places)
            Assert.Equal(RejectReason.None, (await exchange.Book("AAPL").Grain.ChangeTrade("AAPL", place, 0)).Reason);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task Old_trade_corrected_twice_and_then_void_adds_up_in_statements_and_settles()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("NOW", Alice, Bob, 10_000, 10);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        market.Time.Advance(TimeSpan.FromDays(1));
        foreach (var price in s_prices)
        {
            Assert.Equal(
                RejectReason.None, (await market.Exchange.Book("NOW").Grain.ChangeTrade("NOW", s_trade, price)).Reason);
            Assert.Equal(
                RejectReason.None, (await market.Exchange.Book("ONE").Grain.ChangeTrade("ONE", s_trade, price)).Reason);
        }

        await market.Account(Alice).CatchUp();
        foreach (var account in s_accounts)
        {
            var first = await market.StatementAsync(account, SettlementTests.Monday, SettlementTests.Monday);
            var second = await market.StatementAsync(account, SettlementTests.Monday + 1, SettlementTests.Monday + 1);
            foreach (var asset in second.Assets)
            {
                var before = first.Assets.Single(of => of.Asset == asset.Asset);
                Assert.Equal((before.ClosingPending, before.Closing), (asset.OpeningPending, asset.Opening));
                Assert.Equal(
                    asset.Closing - asset.Opening,
                    second.Entries.Where(line => line.Asset == asset.Asset).Sum(line => line.Amount));
            }
        }

        await market.AdvanceAsync(days: 4);
        Assert.Equal((SettlementTests.Cash, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((SettlementTests.Cash, 0), await market.HasAsync(Bob, "USD"));
        await market.RequireInvariantsAsync();
    }
}
