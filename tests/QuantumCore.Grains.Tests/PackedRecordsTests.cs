using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>An exchange with packed old records gives the same responses as before.</summary>
public sealed class PackedRecordsTests
{
    private const string Aapl = "AAPL";
    private const long Alice = 1001;
    private const long Bob = 1002;

    private static readonly KeepOptions s_keep = new()
    {
        Look = TimeSpan.FromMilliseconds(20),
        Pause = TimeSpan.Zero,
        Limits = new PackLimits { MaxFrames = 4, SliceBytes = 500 },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task First_reports_late_cancels_and_states_are_the_same_when_their_records_are_packed(bool inFiles)
    {
        await using var disk = new Disk(inFiles ? DiskKind.Files : DiskKind.Any);
        var time = new ShiftedTime();
        List<SubmitOrder> orders;
        List<string> told;
        string accounts, fills;
        ulong hash;
        await using (var exchange = await Exchange.OpenAsync(disk, [Aapl], [Alice, Bob], time: time, keep: s_keep))
        {
            orders = await TradeAsync(exchange);
            told = await TellAsync(exchange, orders);
            (accounts, hash) = (await AccountsAsync(exchange), await exchange.Book(Aapl).StateHash());
            fills = await FillsAsync(exchange);
            Assert.Equal(0, await PacksAsync(disk));

            time.Advance(s_keep.PackAfter + TimeSpan.FromMinutes(1));
            await Wait.UntilAsync(
                async () => !(await disk.Journal.UnpackedAsync(s_keep.Limits, CancellationToken.None)).IsFull,
                "all that is old to be packed");

            Assert.InRange(await PacksAsync(disk), 3, 100);
            Assert.Equal(told, await TellAsync(exchange, orders));
            await exchange.CrashAsync();
        }

        // From the journal alone, including the history.
        await disk.LoseHistoryAsync();
        await using var again = await Exchange.StartAsync(disk, time: time);
        Assert.Equal(told, await TellAsync(again, orders));
        Assert.Equal((accounts, hash), (await AccountsAsync(again), await again.Book(Aapl).StateHash()));
        Assert.Equal(fills, await FillsAsync(again));
    }

    /// <summary>Enters orders with every kind of beginning and end; none stays open.</summary>
    private static async Task<List<SubmitOrder>> TradeAsync(Exchange exchange)
    {
        var book = exchange.Book(Aapl);
        var orders = new List<SubmitOrder>();
        var rests = await EnterAsync(exchange, orders, Alice, Limit("rests", Side.Buy, 30, 15_000));
        await EnterAsync(exchange, orders, Bob, Limit("meets", Side.Sell, 12, 15_000));
        Assert.Equal(20, (await book.Reduce(Alice, rests.Number, 20)).QuantityLots);
        await EnterAsync(
            exchange, orders, Bob,
            Limit("rest goes", Side.Sell, 12, 15_000) with { TimeInForce = TimeInForce.ImmediateOrCancel });
        var posted = await EnterAsync(exchange, orders, Alice, Limit("posted", Side.Sell, 5, 15_100));
        await EnterAsync(exchange, orders, Bob, Limit("would take", Side.Buy, 5, 15_100) with { PostOnly = true });
        var amount = new OrderConditions { Amount = 600_000 };
        await EnterAsync(exchange, orders, Bob, new HoldRequest(
            "by amount", Aapl, Side.Buy, OrderType.Market, TimeInForce.ImmediateOrCancel, false, 15_200, 0,
            Conditions: EncodedConditions.From(amount)));
        await EnterAsync(exchange, orders, Bob, Limit("ice", Side.Sell, 40, 15_100) with
        {
            Conditions = EncodedConditions.From(new OrderConditions { DisplayLots = 10 }),
        });
        await EnterAsync(exchange, orders, Alice, Limit("of ice", Side.Buy, 15, 15_100));
        var list = await exchange.Account(Alice).HoldList(
            OrderListKind.OneCancelsOther,
            [Limit("target", Side.Sell, 4, 15_400), Stop("guard", 4, 14_900, 14_000)]);
        Assert.Equal(RejectReason.None, list.Reason);
        await book.SubmitList(OrderListKind.OneCancelsOther, list.Orders);
        orders.AddRange(list.Orders);
        await EnterAsync(exchange, orders, Bob, Limit("target taker", Side.Buy, 4, 15_400));
        var early = await exchange.HoldAsync(Alice, "early", Aapl, Side.Buy, 14_000, 3);
        orders.Add(early.Order!);
        await book.Close(Alice, [early.Order!.Number], EndReason.User);
        var old = await EnterAsync(exchange, orders, Alice, Limit("replaced", Side.Buy, 9, 14_100));
        var plan = await exchange.Account(Alice).Amend(
            new AmendRequest(Aapl, old.OrderId, "replaces", 14_200, 11, new SeenSequence(Aapl, old.Sequence)));
        orders.Add(plan.Replacement!);
        Assert.Equal(OrderStatus.New, (await exchange.SubmitAsync(Aapl, plan.Replacement!)).Status);
        Assert.Equal(OrderStatus.New, posted.Status);
        foreach (var account in (long[])[Alice, Bob])
        {
            await book.CloseAll(account, (await exchange.Account(account).CancelAll()).Floor);
        }

        Assert.Equal(0, (await book.State()).OpenOrders);
        return orders;
    }

    /// <summary>Returns the responses for orders that are repeated, cancelled too late, and queried.</summary>
    private static async Task<List<string>> TellAsync(Exchange exchange, List<SubmitOrder> orders)
    {
        var told = new List<string>();
        foreach (var order in orders)
        {
            if (!IsListed(order))
            {
                told.Add(Text(await exchange.SubmitAsync(Aapl, order)));
            }

            var cancelled = (await exchange.Book(Aapl).Close(order.Account, [order.Number], EndReason.User))[0];
            told.Add(Text(cancelled));
            if (cancelled.OrderId > 0)
            {
                told.Add(Text(await exchange.Book(Aapl).Status(order.Account, cancelled.OrderId)));
                told.Add(Text(await exchange.Book(Aapl).CloseById(order.Account, cancelled.OrderId)));
            }
        }

        told.AddRange((await exchange.Book(Aapl).SubmitList(
            OrderListKind.OneCancelsOther, [.. orders.Where(IsListed)])).Select(Text));
        return told;
    }

    private static bool IsListed(SubmitOrder order) => order.ClientOrderId is "target" or "guard";

    private static async Task<string> AccountsAsync(Exchange exchange)
    {
        var lines = new List<string>();
        foreach (var account in (long[])[Alice, Bob])
        {
            await exchange.Account(account).CatchUp();
            lines.AddRange((await exchange.ViewAsync(account)).Balances.Select(balance => $"{account} {balance}"));
        }

        return string.Join('\n', lines);
    }

    private static async Task<string> FillsAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        var fills = await exchange.Ledger.Fills(Alice, Aapl, 100, []);
        Assert.NotEmpty(fills);
        return string.Join('\n', fills);
    }

    private static async Task<int> PacksAsync(Disk disk) =>
        (int)(await disk.Journal.UnpackedAsync(s_keep.Limits, CancellationToken.None)).PackNo - 1;

    private static string Text(ExecutionReport report) => $"{report} {string.Join(' ', report.Fills)}";

    private static async Task<ExecutionReport> EnterAsync(
        Exchange exchange, List<SubmitOrder> orders, long account, HoldRequest request)
    {
        var held = (await exchange.Account(account).Hold([request]))[0];
        Assert.Equal(RejectReason.None, held.Reason);
        orders.Add(held.Order!);
        return await exchange.SubmitAsync(Aapl, held.Order!);
    }

    private static HoldRequest Limit(string key, Side side, long lots, long price) =>
        new(key, Aapl, side, OrderType.Limit, TimeInForce.GoodTillCancel, PostOnly: false, price, lots);

    private static HoldRequest Stop(string key, long lots, long trigger, long worst) => new(
        key, Aapl, Side.Sell, OrderType.Stop, TimeInForce.GoodTillCancel, PostOnly: false, worst, lots,
        Conditions: EncodedConditions.From(new OrderConditions { TriggerTicks = trigger }));
}
