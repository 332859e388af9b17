using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Grains.Scheduled;
using QuantumCore.History;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Symbol changes: the book closes permanently, another is listed, and each unit is converted once. A crash is a second
/// exchange on the same journal.
/// </summary>
public class SymbolChangeTests
{
    private const string Old = "AAPL";
    private const string New = "APLX";
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Units = 100_000_000;
    private static readonly string[] s_symbols = [Old, "MSFT"];
    private static readonly long[] s_accounts = [Alice, Bob];
    private static readonly CorporateActionRequest s_change =
        new("aapl-aplx", CorporateActionKind.SymbolChange, Old, 0, 0, 1, "desk", "", NewSymbol: New, NewAsset: New);

    [Fact]
    public async Task Units_cost_and_trading_go_on_under_the_new_name_and_history_keeps_the_old_one()
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: time);
        await TradeAsync(exchange, Old, "old", 1_500, 5);
        var resting = await exchange.PlaceAsync(Alice, "rests", Old, Side.Sell, 1_600, 50);
        Assert.Null(await exchange.Grains.Catalog().AnnounceAction(s_change));
        Assert.Null(await exchange.Grains.Catalog().AnnounceAction(s_change));

        // It waits for the book to stand still.
        await CarryAsync(exchange, time);
        Assert.Equal(CorporateActionState.Announced, (await ActionAsync(exchange)).State);
        await HaltAsync(exchange);
        var done = await UntilPaidAsync(exchange, time);
        Assert.Equal(new CorporateSums(2, 2 * Units, 0, 2 * Units, 0, 0), done.Sums);
        Assert.Equal(
            [(0L, Units - 5), (0L, Units + 5)], [await UnitsAsync(exchange, Alice), await UnitsAsync(exchange, Bob)]);
        Assert.Equal(EndReason.CorporateAction, (await exchange.Book(Old).Status(Alice, resting.OrderId)).End);
        await RequireBooksAsync(exchange);

        // A market order of the new name is measured by what the old one was worth last.
        await exchange.RefreshCatalogsAsync();
        Assert.Equal(1_500, exchange.Service<InstrumentCatalog>().Get(New).ReferencePriceTicks);

        // Nothing moves or trades under the old name, and what was acknowledged is still known.
        Assert.Equal("asset", (await exchange.Account(Alice).Transfer(new("t", Bob, Old, 1))).Field);
        Assert.Equal("asset", (await exchange.Account(Alice).Withdraw(new("w", Old, 1, "bank"))).Field);
        Assert.Equal("asset", (await exchange.Account(Alice).Deposit(new("d", Old, 1))).Field);
        Assert.Equal(RejectReason.None, (await exchange.Account(Alice).Deposit(new(Old, Old, Units))).Reason);
        Assert.Equal(
            RejectReason.SymbolClosed, (await exchange.PlaceAsync(Alice, "late", Old, Side.Buy, 1_500, 1)).Reason);

        // What Bob bought at 15.00 under the old name he sells at 16.00 under the new one.
        await TradeAsync(exchange, New, "new", 1_600, 3, seller: Bob, buyer: Alice);
        await exchange.Ledger.CatchUp();
        var position = Assert.Single(await exchange.Ledger.Positions(Bob, PositionMethod.Average, []));
        Assert.Equal(
            (New, 2L, (Int128)3_000, (Int128)300),
            (position.Symbol, position.QuantityLots, position.Cost, position.Realised));
        Assert.Equal(
            [Old, New],
            (await exchange.Ledger.Fills(Bob, null, 10, [])).Select(fill => fill.Symbol).Order(StringComparer.Ordinal));
        Assert.Equal(
            [(Old, -Units - 5), (New, Units + 5)],
            (await exchange.Ledger.Statement(Bob, 0, long.MaxValue, null, 100, [])).Entries
                .Where(line => line.Cause == "symbol-change").Select(line => (line.Asset, line.Amount)));
        await RequireBooksAsync(exchange);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_unit_is_converted_once_despite_crashes(bool losesHistory)
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: time);
        await TradeAsync(exchange, Old, "old", 1_500, 5);
        await exchange.Grains.Catalog().AnnounceAction(s_change);
        await HaltAsync(exchange);
        for (var round = 0; round < 12 && (await ActionAsync(exchange)).State != CorporateActionState.Paid; round++)
        {
            await CarryAsync(exchange, time);
            await exchange.CrashAsync();
            await exchange.DisposeAsync();
            if (losesHistory && round == 2)
                await disk.LoseHistoryAsync();
            exchange = await Exchange.StartAsync(disk, time: time);
        }

        await using var last = exchange;
        Assert.Equal(CorporateActionState.Paid, (await ActionAsync(exchange)).State);
        Assert.Equal(
            [(0L, Units - 5), (0L, Units + 5)], [await UnitsAsync(exchange, Alice), await UnitsAsync(exchange, Bob)]);
        await TradeAsync(exchange, New, "new", 1_600, 3);
        await RequireBooksAsync(exchange);
    }

    [Fact]
    public async Task Transfer_in_flight_at_the_cut_arrives_before_units_are_converted()
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: time);
        // Nobody else carries it.
        await exchange.Service<RecoveryAgent>().StopAsync(CancellationToken.None);
        await exchange.Service<ScheduledWork>().StopAsync(CancellationToken.None);
        var transfer = await exchange.Account(Alice).Transfer(new("sent", Bob, Old, 70));
        await exchange.Grains.Catalog().AnnounceAction(s_change);
        await HaltAsync(exchange);
        for (var round = 0; round < 4; round++)
            await CarryAsync(exchange, time);
        Assert.Equal(CorporateActionState.Begun, (await ActionAsync(exchange)).State);
        Assert.Equal((Units - 70, 0L), await UnitsAsync(exchange, Alice));

        await exchange.RefreshCatalogsAsync();
        await exchange.Ledger.CatchUp();
        await exchange.Service<FundsRecovery>().CarryTransfersAsync(CancellationToken.None);
        Assert.NotEqual(0, transfer.Sequence);
        await UntilPaidAsync(exchange, time);
        Assert.Equal(
            [(0L, Units - 70), (0L, Units + 70)], [await UnitsAsync(exchange, Alice), await UnitsAsync(exchange, Bob)]);
        await RequireBooksAsync(exchange);
    }

    [Theory]
    [InlineData(CorporateActionKind.CashDividend)]
    [InlineData(CorporateActionKind.Split)]
    [InlineData(CorporateActionKind.SymbolChange)]
    public async Task An_action_of_the_new_name_waits_until_all_units_have_it(CorporateActionKind kind)
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: time);
        await exchange.Service<RecoveryAgent>().StopAsync(CancellationToken.None);
        await exchange.Service<ScheduledWork>().StopAsync(CancellationToken.None);
        await exchange.Account(Alice).Transfer(new("sent", Bob, Old, 70));
        var catalog = exchange.Grains.Catalog();
        Assert.Null(await catalog.AnnounceAction(s_change));
        await HaltAsync(exchange);
        for (var round = 0; round < 3; round++)
            await CarryAsync(exchange, time);
        Assert.Equal(CorporateActionState.Begun, (await ActionAsync(exchange)).State);

        // The new name is listed, and nobody has units of it yet.
        var next = kind == CorporateActionKind.SymbolChange
            ? s_change with { Id = "next", Symbol = New, NewSymbol = "LAST", NewAsset = "LAST" }
            : new CorporateActionRequest(
                "next", kind, New, 0, 0, 1_000, "desk", "", kind == CorporateActionKind.Split ? 2 : 0,
                kind == CorporateActionKind.Split ? 1 : 0);
        Assert.Equal("symbol", (await catalog.AnnounceAction(next))?.Field);
        await exchange.RefreshCatalogsAsync();
        await exchange.Ledger.CatchUp();
        await exchange.Service<FundsRecovery>().CarryTransfersAsync(CancellationToken.None);
        await UntilPaidAsync(exchange, time);
        Assert.Null(await catalog.AnnounceAction(next));
    }

    [Fact]
    public async Task A_position_goes_on_under_the_new_name_though_its_units_were_in_another_account()
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, [Old], [Alice], time: time);
        await exchange.Account(Bob).Deposit(new("cash", "USD", Units));
        await TradeAsync(exchange, Old, "old", 1_500, 5);
        await SendAsync(Old, Bob, Alice);
        Assert.Null(await exchange.Grains.Catalog().AnnounceAction(s_change));
        await HaltAsync(exchange);
        await UntilPaidAsync(exchange, time);
        await exchange.RefreshCatalogsAsync();
        await SendAsync(New, Alice, Bob);
        await TradeAsync(exchange, New, "new", 1_500, 5, seller: Bob, buyer: Alice);
        await exchange.Ledger.CatchUp();
        var position = Assert.Single(await exchange.Ledger.Positions(Bob, PositionMethod.Average, []));
        Assert.Equal(
            (New, 0L, (Int128)0, (Int128)0),
            (position.Symbol, position.QuantityLots, position.Cost, position.Realised));
        await RequireBooksAsync(exchange);

        async Task SendAsync(string asset, long from, long to)
        {
            var given = await exchange.Account(from).Transfer(new("send", to, asset, 5));
            await exchange.Account(to).TakeInTransfer(new TransferArrival(from, given.Sequence, asset, 5));
            await exchange.Account(from).EndTransfer(given.Sequence);
        }
    }

    [Theory]
    [InlineData("newSymbol", "MSFT", "APLX")]
    [InlineData("newSymbol", "no symbol", "APLX")]
    [InlineData("newAsset", "APLX", "MSFT")]
    [InlineData("newAsset", "APLX", "USD")]
    [InlineData("newAsset", "APLX", "AAPL")]
    [InlineData("newAsset", "APLX", "no asset")]
    public async Task A_name_that_is_taken_or_is_none_is_refused(string field, string symbol, string asset)
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        Assert.Equal(
            field,
            (await exchange.Grains.Catalog()
                .AnnounceAction(s_change with { NewSymbol = symbol, NewAsset = asset }))!.Field);
    }

    [Fact]
    public async Task A_name_is_given_once_and_one_action_waits_for_the_other()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var catalog = exchange.Grains.Catalog();
        Assert.Null(await catalog.AnnounceAction(s_change));
        Assert.Equal(
            "symbol",
            (await catalog.AnnounceAction(
                s_change with { Id = "again", NewSymbol = "APLY", NewAsset = "APLY" }))!.Field);
        Assert.Equal(
            "newSymbol",
            (await catalog.AnnounceAction(s_change with { Id = "other", Symbol = "MSFT", NewAsset = "MSFX" }))!.Field);
        Assert.Equal(
            "newAsset",
            (await catalog.AnnounceAction(s_change with { Id = "other", Symbol = "MSFT", NewSymbol = "MSFX" }))!.Field);
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await catalog.List(EncodedInstrument.From(Listed.Share(New) with { TakerFeePpm = 1 })));
        Assert.Equal(
            "payDate",
            (await catalog.AnnounceAction(
                s_change with
                {
                    Id = "other",
                    Symbol = "MSFT",
                    NewSymbol = "MSFX",
                    NewAsset = "MSFX",
                    PayDay = 60_000,
                }))!.Field);
    }

    [Fact]
    public async Task Renamed_symbol_gets_no_corporate_action_and_the_new_one_does()
    {
        await using var disk = new Disk();
        var time = new ShiftedTime();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, time: time);
        var catalog = exchange.Grains.Catalog();
        await TradeAsync(exchange, Old, "old", 1_500, 5);
        Assert.Null(await catalog.AnnounceAction(s_change));
        foreach (var taken in new[] { Listed.Share("OTHER") with { Quote = new Asset(New, 2) },
            Listed.Share("OTHER") with { Base = new Asset(Old, 0) } })
            await Assert.ThrowsAsync<ArgumentException>(async () => await catalog.List(EncodedInstrument.From(taken)));
        await HaltAsync(exchange);
        await UntilPaidAsync(exchange, time);

        // A dividend of it would be paid to nobody.
        Assert.Equal(
            "symbol",
            (await catalog.AnnounceAction(
                new("late", CorporateActionKind.CashDividend, Old, 0, 0, 1, "desk", "")))!.Field);
        Assert.Equal(
            "symbol",
            (await catalog.AnnounceAction(
                s_change with { Id = "again", NewSymbol = "APLY", NewAsset = "APLY" }))!.Field);
        await Assert.ThrowsAsync<ArgumentException>(
            async () =>
                await catalog.List(EncodedInstrument.From(Listed.Share("OTHER") with { Base = new Asset(Old, 0) })));

        // Another instrument of the new units is not what the old one is called.
        time.Advance(TimeSpan.FromSeconds(1));
        await catalog.List(EncodedInstrument.From(Listed.Share("APLX.B") with { Base = new Asset(New, 0) }));
        await exchange.RefreshCatalogsAsync();
        await TradeAsync(exchange, "APLX.B", "twin", 1_500, 2);
        await exchange.Ledger.CatchUp();
        Assert.Equal(
            [(New, 5L), ("APLX.B", 2L)],
            (await exchange.Ledger.Positions(Bob, PositionMethod.Average, [])).Select(
                position => (position.Symbol, position.QuantityLots)));
        await RequireBooksAsync(exchange);
    }

    private static async Task TradeAsync(
        Exchange exchange, string symbol, string name, long price, long lots, long seller = Alice, long buyer = Bob)
    {
        Assert.Equal(
            RejectReason.None,
            (await exchange.PlaceAsync(seller, name + "-sells", symbol, Side.Sell, price, lots)).Reason);
        var bought = await exchange.PlaceAsync(buyer, name + "-buys", symbol, Side.Buy, price, lots);
        Assert.Equal(OrderStatus.Filled, bought.Status);
        await exchange.ViewAsync(seller, bought);
        await exchange.ViewAsync(buyer, bought);
    }

    private static async Task HaltAsync(Exchange exchange) =>
        await exchange.Book(Old).Operate(new SetTradingPhase(TradingPhase.Halt));

    private static async Task CarryAsync(Exchange exchange, ShiftedTime time)
    {
        await exchange.RefreshCatalogsAsync();
        await exchange.Ledger.CatchUp();
        await exchange.Service<CorporateActionRounds>().CarryActionsAsync(CancellationToken.None);
        time.Advance(CorporateActionRounds.CutRest + TimeSpan.FromSeconds(1));
    }

    private static async Task<CorporateActionView> UntilPaidAsync(Exchange exchange, ShiftedTime time)
    {
        for (var round = 0; round < 8 && (await ActionAsync(exchange)).State != CorporateActionState.Paid; round++)
            await CarryAsync(exchange, time);
        var action = await ActionAsync(exchange);
        Assert.Equal(CorporateActionState.Paid, action.State);
        return action;
    }

    private static async Task<CorporateActionView> ActionAsync(Exchange exchange) =>
        Assert.Single(await exchange.Grains.Catalog().CorporateActions());

    private static async Task<(long Old, long New)> UnitsAsync(Exchange exchange, long account)
    {
        var view = await exchange.ViewAsync(account);
        return (view.Balances.FirstOrDefault(of => of.Asset == Old).Total,
            view.Balances.FirstOrDefault(of => of.Asset == New).Total);
    }

    private static async Task RequireBooksAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        Assert.Empty((await exchange.Ledger.Reconcile(0, 100)).Findings);
        Assert.Empty(await HistoryInvariants.CheckAsync(
            exchange.Disk.History, 0,
            (await exchange.Disk.Journal.HeadsAsync("", CancellationToken.None)).ToDictionary(
                head => head.Name, head => head.Head), CancellationToken.None));
    }
}
