using System.Collections.Immutable;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;
using static QuantumCore.Grains.Tests.SettlementTests;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Partially settled batches: fails stay pending, are due again the next business day, and end as if they had settled
/// at once. A crash is a second exchange on the same journal.
/// </summary>
public class SettlementFailTests
{
    [Fact]
    public async Task Undelivered_units_stay_pending_and_settle_with_the_next_batch_to_the_cent()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "ONE", 3));
        await market.AdvanceAsync(days: 2);
        Assert.Equal((1_010, 3), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash - 100_000, -30_000), await market.HasAsync(Alice, "USD"));
        Assert.Equal((990, -3), await market.HasAsync(Bob, "ONE"));
        Assert.Equal((Cash + 100_000, 30_000), await market.HasAsync(Bob, "USD"));
        Assert.Equal(SettlementState.Partial, Assert.Single(await market.Settlement.Batches(10)).State);
        Assert.Equal(
            [(Alice, "ONE", 3L, -30_000L, Monday + 1, 0), (Bob, "ONE", -3, 30_000, Monday + 1, 0)],
            (await market.Settlement.Fails(10)).Select(
                fail => (fail.Account, fail.Symbol, fail.Units, fail.Cash, fail.Since, fail.Days)));
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Alice).Withdraw(new("out-1", "ONE", 1_008, "vault"))).Reason);
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Bob).Withdraw(new("out-1", "USD", Cash + 70_001, "DE89"))).Reason);
        await market.RequireInvariantsAsync();

        // Nothing is resent for the rest of Wednesday; at its end it is, though nobody has traded.
        await market.SettleAsync();
        Assert.Single(disk.Depository.Known);
        await market.AdvanceAsync(days: 1);
        Assert.Equal(
            $"{Alice}:ONE:3 {Alice}:USD:-30000 {Bob}:ONE:-3 {Bob}:USD:30000",
            disk.Depository.Known["MAIN-2024-06-05-1"]);
        Assert.Equal((1_010, 0), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((Cash - 100_000, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((990, 0), await market.HasAsync(Bob, "ONE"));
        Assert.Equal((Cash + 100_000, 0), await market.HasAsync(Bob, "USD"));
        Assert.Empty(await market.Settlement.Fails(10));
        Assert.Equal(
            [SettlementState.Settled, SettlementState.Partial],
            (await market.Settlement.Batches(10)).Select(batch => batch.State));
        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 5);
        Assert.Equal(2, disk.Depository.Known.Count);
    }

    [Fact]
    public async Task Clearing_keeps_the_cents_of_a_partial_until_the_fail_is_gone()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_001, 3);
        await market.TradeAsync("ONE", Carol, Bob, 10_003, 4);
        disk.Depository.Short = Missing(
            ("MAIN-2024-06-04-1", Bob, "ONE", 5), ("MAIN-2024-06-05-1", Bob, "ONE", 4),
            ("MAIN-2024-06-06-1", Bob, "ONE", 2));
        for (var day = 0; day < 5; day++)
        {
            await market.AdvanceAsync(days: day == 0 ? 2 : 1);
            await market.RequireInvariantsAsync();
            var cash = await market.StatementAsync(Bob, Monday, Monday + 10);
            Assert.Equal(day < 3 ? 1 : 0, cash.Assets.Count(asset => asset.Asset == "ONE" && asset.ClosingPending < 0));
        }

        foreach (var account in new[] { Alice, Bob, Carol })
        {
            Assert.Equal(0, (await market.HasAsync(account, "USD")).Pending);
            Assert.Equal(0, (await market.HasAsync(account, "ONE")).Pending);
        }
    }

    [Fact]
    public async Task A_fail_of_friday_is_due_again_on_monday_and_new_trades_are_netted_with_it()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.AdvanceAsync(days: 3);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-07-1", Bob, "ONE", 10));
        await market.AdvanceAsync(days: 1);
        await market.TradeAsync("ONE", Bob, Carol, 11_000, 6);
        await market.AdvanceAsync(days: 1);
        Assert.Equal("MAIN-2024-06-07-1", Assert.Single(disk.Depository.Known).Key);
        await market.AdvanceAsync(days: 2);
        Assert.Equal("MAIN-2024-06-07-1", Assert.Single(disk.Depository.Known).Key);
        Assert.Equal(
            (0, Monday + 4), (await market.Settlement.Fails(1)).Select(fail => (fail.Days, fail.Since)).Single());
        await market.AdvanceAsync(days: 1);
        Assert.Equal(
            $"{Alice}:ONE:10 {Alice}:USD:-100000 {Bob}:ONE:-4 {Bob}:USD:34000 {Carol}:ONE:-6 {Carol}:USD:66000",
            disk.Depository.Known["MAIN-2024-06-10-1"]);
        Assert.Equal((1_010, 0), await market.HasAsync(Alice, "ONE"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Account_that_resold_undelivered_units_fails_unless_it_has_others()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);

        // Two dates that close together, so that the second batch knows nothing of the fail. Alice has transferred all
        // but 4.
        await market.Account(Alice).Withdraw(new("out", "ONE", 996, "vault"));
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.TradeAsync("ONE", Carol, Alice, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "ONE", 10));
        await market.AdvanceAsync(days: 2);
        Assert.Equal(
            [SettlementState.Partial, SettlementState.Partial],
            (await market.Settlement.Batches(10)).Select(batch => batch.State));
        Assert.Equal((4, 4), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((1_010, 6), await market.HasAsync(Carol, "ONE"));
        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 1);
        Assert.Equal((4, 0), await market.HasAsync(Alice, "ONE"));
        Assert.Equal((1_010, 0), await market.HasAsync(Carol, "ONE"));
        await market.RequireInvariantsAsync();

        // Bob has enough of his own.
        await market.TradeAsync("ONE", Bob, Carol, 10_000, 10);
        market.Time.Advance(TimeSpan.FromDays(3));
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-10-1", Carol, "ONE", 10));
        await market.AdvanceAsync(days: 2);
        Assert.Equal(
            [SettlementState.Settled, SettlementState.Partial],
            (await market.Settlement.Batches(2)).Select(batch => batch.State));
        Assert.Equal((14, 0), await market.HasAsync(Alice, "ONE"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task A_cash_account_never_borrows_for_what_was_not_paid_and_a_margin_account_does()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.Account(Alice).Withdraw(new("all", "USD", Cash, "DE89"));
        await market.TradeAsync("ONE", Bob, Alice, 10_000, 10);
        await market.TradeAsync("LATE", Alice, Carol, 10_000, 9);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Alice, "ONE", 4));
        await market.AdvanceAsync(days: 2);

        // Paid for 6 of 10, she takes 6 of 9.
        Assert.Equal((10_000, 10_000), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_009, 3), await market.HasAsync(Alice, "LATE"));
        Assert.Equal((991, -3), await market.HasAsync(Carol, "LATE"));
        await market.RequireInvariantsAsync();
        await market.AdvanceAsync(days: 1);
        Assert.Equal((10_000, 0), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_009, 0), await market.HasAsync(Alice, "LATE"));
        await market.RequireInvariantsAsync();

        // On margin, missing units are borrowed.
        await market.ListOnMarginAsync("SHRT", Dave);
        await market.Account(Bob).Deposit(new DepositRequest("shares", "SHRT", 100));
        await market.TradeAsync("SHRT", Dave, Bob, 1_000, 50);
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.Exchange.Book("SHRT").Operate(new SetMarkPrice(1_000));
        await market.Exchange.RefreshMarksAsync();
        await market.TradeAsync("SHRT", Carol, Dave, 1_000, 50);
        disk.Depository.Short = Missing(("MAIN-2024-06-07-1", Bob, "SHRT", 50));
        await market.AdvanceAsync(days: 4);
        Assert.Equal((50, 0), await market.HasAsync(Carol, "SHRT"));
        Assert.Equal((0, 50), await market.HasAsync(Dave, "SHRT"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Overdue_delivery_stays_reserved_until_it_settles()
    {
        await using var disk = new Disk();
        // Nothing is delivered during this test: the venue settles by itself as days pass.
        disk.Depository.Word = _ => false;
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        Assert.Null(await market.Account(Bob).FundsFor("MAIN", Monday + 1));
        market.Time.Advance(TimeSpan.FromDays(1));
        await market.TradeAsync("ONE", Bob, Carol, 10_000, 10);
        market.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(
            10, (await market.Account(Bob).FundsFor("MAIN", Monday + 1))!.Free.Single(of => of.Asset == "ONE").Amount);
        Assert.Equal(
            RejectReason.UnsettledFunds,
            (await market.Account(Bob).Withdraw(new("out-1", "ONE", 991, "vault"))).Reason);
        Assert.Equal(RejectReason.None, (await market.Account(Bob).Withdraw(new("out-2", "ONE", 990, "vault"))).Reason);
        Assert.Equal(
            10, (await market.Account(Bob).FundsFor("MAIN", Monday + 1))!.Free.Single(of => of.Asset == "ONE").Amount);

        disk.Depository.Word = _ => true;
        await market.SettleAsync();
        Assert.Equal(
            0, (await market.Account(Bob).FundsFor("MAIN", Monday + 1))!.Free.Single(of => of.Asset == "ONE").Amount);
        Assert.Equal((10, 10), await market.HasAsync(Bob, "ONE"));
        Assert.Equal((1_010, 0), await market.HasAsync(Alice, "ONE"));
        await market.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Withdrawal_during_a_partial_settlement_does_not_spend_expected_receipts()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var market = await Market.OpenAsync(disk, feePpm: 0);

        // Of the day Alice is to receive 100.00 more than she pays, and she has a million beside.
        await market.TradeAsync("ONE", Bob, Alice, 10_000, 10);
        await market.TradeAsync("LATE", Alice, Carol, 10_000, 9);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Alice, "ONE", 4));
        disk.Depository.Word = _ => false;
        market.Time.Advance(TimeSpan.FromDays(2));
        Assert.False((await market.Settlement.Settle()).IsDone);
        await Wait.UntilAsync(() => Task.FromResult(disk.Depository.Sent.Count > 0), "the batch to be sent");
        disk.Depository.Word = _ => true;
        using var gate = disk.Volatile.Faults.Hold();
        _ = market.Settlement.Settle().AsTask();
        await gate.Arrived;

        // The partial settlement is decided but not durable; she withdraws everything.
        var withdrawn = market.Account(Alice).Withdraw(new("all", "USD", Cash, "DE89")).AsTask();
        gate.Release();
        Assert.Equal(RejectReason.None, (await withdrawn).Reason);
        await market.SettleAsync();
        await market.RequireInvariantsAsync();
        Assert.Equal((10_000, 10_000), await market.HasAsync(Alice, "USD"));
        Assert.Equal((1_009, 3), await market.HasAsync(Alice, "LATE"));
    }

    [Fact]
    public async Task A_cash_account_pays_no_share_of_a_deficit_with_what_has_not_settled()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.Account(Alice).Withdraw(new("all", "USD", Cash - 100, "DE89"));
        await market.TradeAsync("ONE", Bob, Alice, 10_000, 10);
        await market.Account(Alice).PayShare(new(Dave, 17, "USD", 300));
        Assert.Equal((100_000, 100_000), await market.HasAsync(Alice, "USD"));
    }

    [Fact]
    public async Task A_partial_whose_answer_was_lost_is_decided_once_and_outlives_a_crash()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk);
        await dead.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "ONE", 3));
        disk.Depository.IsSilent = true;
        dead.Time.Advance(TimeSpan.FromDays(2));
        Assert.False((await dead.Settlement.Settle()).IsDone);
        await Wait.UntilAsync(() => Task.FromResult(disk.Depository.Sent.Count > 0), "the batch to be sent");
        await dead.Exchange.CrashAsync();
        disk.Depository.IsSilent = false;
        await using var again = await dead.StartAgainAsync();
        await again.SettleAsync();
        Assert.Equal((1_010, 3), await again.HasAsync(Alice, "ONE"));
        await again.RequireInvariantsAsync();

        // Alice restores from a snapshot, the venue from its records.
        await again.ForgetAsync(Alice);
        await again.Exchange.CrashAsync();
        await using var alive = await again.StartAgainAsync();
        Assert.Equal(2, (await alive.Settlement.Fails(10)).Length);
        await alive.AdvanceAsync(days: 1);
        Assert.Equal((1_010, 0), await alive.HasAsync(Alice, "ONE"));
        Assert.Equal((990, 0), await alive.HasAsync(Bob, "ONE"));
        Assert.Equal(["MAIN-2024-06-04-1", "MAIN-2024-06-05-1"], disk.Depository.Known.Keys.Order());
        await alive.RequireInvariantsAsync();
    }

    [Fact]
    public async Task A_crash_before_a_partial_is_durable_leaves_nothing_of_it()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await Market.OpenAsync(disk);
        await dead.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Word = _ => false;
        dead.Time.Advance(TimeSpan.FromDays(2));
        Assert.False((await dead.Settlement.Settle()).IsDone);
        await Wait.UntilAsync(() => Task.FromResult(disk.Depository.Sent.Count > 0), "the batch to be sent");
        disk.Depository.Word = _ => true;
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "ONE", 3));
        using var gate = disk.Volatile.Faults.Hold();
        _ = dead.Settlement.Settle().AsTask();
        await gate.Arrived;
        await dead.Exchange.CrashAsync();
        gate.Release();
        // The restarted venue asks by itself: it gets no answer before the remaining fails have been checked.
        disk.Depository.IsSilent = true;
        await using var alive = await dead.StartAgainAsync();
        Assert.Empty(await alive.Settlement.Fails(10));
        Assert.Equal((1_010, 10), await alive.HasAsync(Alice, "ONE"));
        disk.Depository.IsSilent = false;
        await alive.SettleAsync();
        Assert.Equal((1_010, 3), await alive.HasAsync(Alice, "ONE"));
        await alive.RequireInvariantsAsync();
    }

    [Fact]
    public async Task Invalid_venue_response_changes_nothing_and_the_batch_waits()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "ONE", 11));
        market.Time.Advance(TimeSpan.FromDays(2));
        await Wait.UntilAsync(
            async () =>
            {
                Assert.False((await market.Settlement.Settle()).IsDone);
                return disk.Depository.Sent.Count > 1;
            },
            "the batch to be sent again");
        Assert.Equal((1_010, 10), await market.HasAsync(Alice, "ONE"));
        Assert.Equal(SettlementState.Sent, Assert.Single(await market.Settlement.Batches(10)).State);
    }

    [Fact]
    public async Task Fail_of_four_business_days_is_bought_in_once_and_settles_first()
    {
        await using var disk = new Disk();
        await using var dead = await Market.OpenAsync(disk, feePpm: 0);
        await dead.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = batch =>
            [.. batch.Content.Items.Where(item => item is { Account: Bob, Asset: "ONE", Amount: < 0 })
                .Select(item => new SettlementShort(Bob, "ONE", -item.Amount))];
        await dead.AdvanceAsync(days: 2);
        for (var day = 0; day < 5; day++)
        {
            await dead.AdvanceAsync(days: 1);
        }

        // Monday: Wednesday, Thursday and Friday have ended.
        Assert.Equal(3, (await dead.Settlement.Fails(1)).Single().Days);
        Assert.Equal(3, await dead.WaitsAsync("quantumcore_settlement_failing_days"));
        Assert.Equal(
            "a fail is bought in when 4 business days have ended since the day it was due",
            (await BuyInAsync(dead, "b-1", Bob)).Refusal);
        await dead.AdvanceAsync(days: 1);
        Assert.Equal(
            "the account delivers all that was due of this symbol", (await BuyInAsync(dead, "b-1", Alice)).Refusal);
        Assert.Equal(new BuyInDecision(null, 10), await BuyInAsync(dead, "b-1", Bob));
        Assert.Equal("it is bought in today already, as b-1", (await BuyInAsync(dead, "b-2", Bob)).Refusal);
        await dead.Exchange.CrashAsync();
        await using var alive = await dead.StartAgainAsync();
        Assert.Equal(new BuyInDecision(null, 10), await BuyInAsync(alive, "b-1", Bob));
        Assert.Equal("this id is of another buy-in", (await BuyInAsync(alive, "b-1", Carol)).Refusal);
        await alive.TradeAsync("ONE", Bob, Carol, 11_000, 10);
        await alive.AdvanceAsync(days: 1);
        Assert.Equal(
            "what fails is bought already, and settles with the next batches",
            (await BuyInAsync(alive, "b-2", Bob)).Refusal);

        // A repeat on another day buys nothing twice.
        Assert.Equal(
            "it was decided on 2024-06-11: its order is placed on that day alone",
            (await BuyInAsync(alive, "b-1", Bob)).Refusal);
        await alive.RequireInvariantsAsync();

        // Bob delivers what Carol sold him: he is no longer short, and has paid the difference.
        await alive.AdvanceAsync(days: 1);
        Assert.Equal(
            $"{Alice}:ONE:10 {Alice}:USD:-100000 {Bob}:ONE:0 {Bob}:USD:-10000 {Carol}:ONE:-10 {Carol}:USD:110000",
            disk.Depository.Known["MAIN-2024-06-12-1"]);
        Assert.Empty(await alive.Settlement.Fails(10));
        Assert.Equal(0, await alive.WaitsAsync("quantumcore_settlement_failing_days"));
        Assert.Equal((1_010, 0), await alive.HasAsync(Alice, "ONE"));
        Assert.Equal((1_000, 0), await alive.HasAsync(Bob, "ONE"));
        Assert.Equal((Cash - 10_000, 0), await alive.HasAsync(Bob, "USD"));
        await alive.RequireInvariantsAsync();
    }

    [Fact]
    public async Task A_venue_says_after_how_many_days_a_fail_may_be_bought_in()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk);
        Assert.Equal(4, await market.Settlement.BuyInDays());
        Assert.Equal("0 to 100 business days", await market.Settlement.SetBuyInDays(new(101, "desk", "")));
        Assert.Null(await market.Settlement.SetBuyInDays(new(0, "desk", "at once")));
        await market.TradeAsync("ONE", Alice, Bob, 10_000, 10);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "ONE", 3));
        await market.AdvanceAsync(days: 2);
        Assert.Equal(0, await market.Settlement.BuyInDays());
        Assert.Equal(new BuyInDecision(null, 3), await BuyInAsync(market, "b-1", Bob));
        Assert.Equal(
            "nothing of this symbol settles at this venue",
            (await market.Settlement.BuyIn(new("b-2", Bob, "NOW", "desk", ""))).Refusal);
    }

    [Fact]
    public async Task Buy_in_above_the_maximum_order_quantity_takes_several_days()
    {
        await using var disk = new Disk();
        await using var market = await Market.OpenAsync(disk, feePpm: 0);
        await market.Catalog.List(EncodedInstrument.From(
            Listed.Share("FEW") with
            {
                MakerFeePpm = 0,
                TakerFeePpm = 0,
                SettlementDays = 1,
                SettlementVenue = "MAIN",
                MaxQuantityLots = 4,
            }));
        await market.Account(Bob).Deposit(new DepositRequest("few", "FEW", 100));
        Assert.Null(await market.Settlement.SetBuyInDays(new(0, "desk", "at once")));
        await market.TradeAsync("FEW", Alice, Bob, 10_000, 4);
        await market.TradeAsync("FEW", Alice, Bob, 10_000, 2);
        disk.Depository.Short = Missing(("MAIN-2024-06-04-1", Bob, "FEW", 6));
        await market.AdvanceAsync(days: 2);
        Assert.Equal(new BuyInDecision(null, 4), await market.Settlement.BuyIn(new("b-1", Bob, "FEW", "desk", "")));
    }

    private static async Task<BuyInDecision> BuyInAsync(Market market, string id, long account) =>
        await market.Settlement.BuyIn(new(id, account, "ONE", "desk", "four days"));

    private static Func<SettlementBatch, ImmutableArray<SettlementShort>> Missing(
        params (string Batch, long Account, string Asset, long Amount)[] said) =>
        batch => [.. said.Where(of => of.Batch == batch.Id)
            .Select(of => new SettlementShort(of.Account, of.Asset, of.Amount))];
}
