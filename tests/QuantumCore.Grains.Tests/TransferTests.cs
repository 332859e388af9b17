using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Transfers between accounts: debited at once, credited once, and recorded in between. A crash is a second exchange on
/// the same journal.
/// </summary>
public class TransferTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Cash = 1_000_000_000_000;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];
    private static readonly TransferRequest s_move = new("move-1", Bob, "USD", 700);

    [Fact]
    public async Task Transfer_that_was_not_durable_has_no_effect()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var alive = await Exchange.StartAsync(disk);
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.Account(Alice).Transfer(s_move).AsTask();
        await gate.Arrived;
        Assert.Equal(Cash, (await alive.ViewAsync(Alice)).Of("USD").Total);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.Equal(RejectReason.None, (await alive.Account(Alice).Transfer(s_move)).Reason);
        Assert.Equal(Cash - 700, (await alive.ViewAsync(Alice)).Of("USD").Total);
    }

    [Fact]
    public async Task A_transfer_whose_answer_was_lost_is_the_same_one_again()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var first = await dead.Account(Alice).Transfer(s_move);
        await using var alive = await Exchange.StartAsync(disk);
        // An agent may have carried it meanwhile.
        Assert.Equal(
            first with { IsOpen = false }, await alive.Account(Alice).Transfer(s_move) with { IsOpen = false });
        Assert.Equal(Cash - 700, (await alive.ViewAsync(Alice)).Of("USD").Total);
    }

    [Fact]
    public async Task A_transfer_that_nobody_carried_is_carried_by_the_agent()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await dead.Account(Alice).Transfer(s_move);
        await using var alive = await Exchange.StartAsync(disk);
        await CarryAsync(alive);
        Assert.Equal(Cash + 700, (await alive.ViewAsync(Bob)).Of("USD").Total);
        Assert.False((await alive.Account(Alice).Transfer(s_move)).IsOpen);
        Assert.Empty(await disk.History.Transfers.OpenAsync(10, 0, CancellationToken.None));
    }

    [Fact]
    public async Task A_transfer_that_arrived_before_the_crash_does_not_arrive_again()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var given = await dead.Account(Alice).Transfer(s_move);
        await dead.Account(Bob).TakeInTransfer(new TransferArrival(Alice, given.Sequence, "USD", 700));
        await using var alive = await Exchange.StartAsync(disk);
        await CarryAsync(alive);
        await CarryAsync(alive);
        Assert.Equal(Cash + 700, (await alive.ViewAsync(Bob)).Of("USD").Total);
        Assert.False((await alive.Account(Alice).Transfer(s_move)).IsOpen);
    }

    [Fact]
    public async Task Concurrent_carriers_deliver_a_transfer_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking: true);
        var given = await exchange.Account(Alice).Transfer(s_move);
        var arrival = new TransferArrival(Alice, given.Sequence, "USD", 700);
        var arrived = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var result = await exchange.Account(Bob).TakeInTransfer(arrival);
            await exchange.Account(Alice).EndTransfer(given.Sequence);
            return result;
        }));
        Assert.Single(arrived.Distinct());
        Assert.Equal(Cash + 700, (await exchange.ViewAsync(Bob)).Of("USD").Total);
    }

    [Fact]
    public async Task A_stale_account_gives_nothing_away()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var current = await Exchange.StartAsync(disk);
        await current.Account(Alice).Transfer(new TransferRequest("all", Bob, "USD", Cash));

        // Refused by the fence, or by an activation that has reloaded and knows that nothing is left.
        TransferResult? answer = null;
        var error = await Record.ExceptionAsync(async () => answer = await stale.Account(Alice).Transfer(s_move));
        Assert.True(
            error is not null || answer is { Reason: RejectReason.InsufficientFunds }, $"It answered {answer}.");
        Assert.Equal(0, (await current.ViewAsync(Alice)).Of("USD").Total);
    }

    [Fact]
    public async Task An_account_that_does_not_know_the_transfer_that_ended_is_thrown_away()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var current = await Exchange.StartAsync(disk);
        var given = await current.Account(Alice).Transfer(s_move);
        _ = await Record.ExceptionAsync(async () => await stale.Account(Alice).EndTransfer(given.Sequence));
        await Wait.UntilAsync(
            async () => (await stale.ViewAsync(Alice)).Of("USD").Total == Cash - 700, "the stale account to reload");
    }

    [Theory]
    [InlineData(0, RejectReason.BadRequest, "amount")]
    [InlineData(Cash + 1, RejectReason.InsufficientFunds, "amount")]
    public async Task Transfer_above_the_balance_is_rejected(long amount, RejectReason reason, string? field)
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var refused = await exchange.Account(Alice).Transfer(s_move with { Amount = amount });
        Assert.Equal((reason, field), (refused.Reason, refused.Field));
        Assert.Equal(Cash, (await exchange.ViewAsync(Alice)).Of("USD").Total);
    }

    [Fact]
    public async Task Held_funds_are_not_transferred()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var free = (await exchange.ViewAsync(Alice)).Of("USD").Available;
        var refused = await exchange.Account(Alice).Transfer(s_move with { Amount = free + 1 });
        Assert.Equal((RejectReason.InsufficientFunds, DecimalText.Format(free, 2)), (refused.Reason, refused.Limit));
        Assert.Equal(
            RejectReason.None,
            (await exchange.Account(Alice).Transfer(s_move with { Key = "b", Amount = free })).Reason);
    }

    [Fact]
    public async Task Rejection_retires_the_key()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var dear = s_move with { Amount = Cash + 1 };
        await dead.Account(Alice).Transfer(dear);
        await dead.Account(Alice).Deposit(new DepositRequest("more", "USD", 100));
        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal(RejectReason.InsufficientFunds, (await alive.Account(Alice).Transfer(dear)).Reason);
        Assert.Equal(RejectReason.KeyConflict, (await alive.Account(Alice).Transfer(s_move)).Reason);
    }

    [Fact]
    public async Task A_key_names_one_thing_order_or_transfer()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Transfer(s_move);
        Assert.Equal(
            RejectReason.KeyConflict, (await exchange.HoldAsync(Alice, "move-1", "AAPL", Side.Buy, 15_000, 1)).Reason);
        Assert.Equal(
            RejectReason.KeyConflict, (await exchange.Account(Alice).Transfer(s_move with { Amount = 1 })).Reason);
        Assert.Equal(RejectReason.UnknownOrder, (await exchange.Account(Alice).FindForCancel("move-1")).Reason);
    }

    [Fact]
    public async Task No_deposit_takes_the_name_of_an_arrival()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var refused = await exchange.Account(Bob).Deposit(new DepositRequest("x:1001:3", "USD", 700));
        Assert.Equal((RejectReason.BadRequest, "key"), (refused.Reason, refused.Field));
    }

    [Fact]
    public async Task A_transfer_without_room_waits_and_arrives_later()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var full = new DepositRequest("full", "USD", (1L << 62) - Cash);
        Assert.Equal(RejectReason.None, (await exchange.Account(Bob).Deposit(full)).Reason);
        await exchange.Account(Alice).Transfer(s_move);
        await CarryAsync(exchange);
        Assert.Single(await disk.History.Transfers.OpenAsync(10, 0, CancellationToken.None));
        await exchange.Account(Bob).Transfer(new TransferRequest("away", Alice, "USD", 5_000));
        await CarryAsync(exchange);
        Assert.Empty(await disk.History.Transfers.OpenAsync(10, 0, CancellationToken.None));
        Assert.Equal((1L << 62) - 4_300, (await exchange.ViewAsync(Bob)).Of("USD").Total);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restored_account_knows_its_transfers(bool bySnapshot)
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var given = await dead.Account(Alice).Transfer(s_move);
        if (bySnapshot)
        {
            await dead.Cluster.DeactivateAsync(dead.Account(Alice));
        }

        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal(Cash - 700, (await alive.ViewAsync(Alice)).Of("USD").Total);
        Assert.Equal(
            given with { IsOpen = false }, await alive.Account(Alice).Transfer(s_move) with { IsOpen = false });
    }

    [Fact]
    public async Task The_history_tells_both_sides_and_balances()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var given = await exchange.Account(Alice).Transfer(s_move);
        var open = Assert.Single(await exchange.Ledger.Transfers(Alice, 10, null));

        // On a slow machine the agent has carried it by now.
        Assert.Equal(
            (given.Sequence, "move-1", Alice, Bob, 700), (open.Sequence, open.Key, open.From, open.To, open.Amount));
        await RequireInvariantsAsync(exchange);
        await CarryAsync(exchange);
        Assert.True(Assert.Single(await exchange.Ledger.Transfers(Alice, 10, null)).IsDone);
        Assert.True(Assert.Single(await exchange.Ledger.Transfers(Bob, 10, null)).IsDone);
        await RequireInvariantsAsync(exchange);
    }

    internal static async Task RequireInvariantsAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        var heads =
            (await exchange.Disk.Journal.HeadsAsync("", CancellationToken.None)).ToDictionary(h => h.Name, h => h.Head);
        Assert.Empty(await HistoryInvariants.CheckAsync(exchange.Disk.History, 0, heads, CancellationToken.None));
        var report = await exchange.Ledger.Reconcile(0, 100);
        Assert.Empty(report.Findings);
        Assert.Equal(0, report.Moving);
    }

    private static async Task CarryAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        await exchange.Service<FundsRecovery>().CarryTransfersAsync(CancellationToken.None);
        await exchange.Ledger.CatchUp();
    }
}
