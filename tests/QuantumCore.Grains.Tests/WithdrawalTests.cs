using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Grains.Recovery;
using QuantumCore.Instruments;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.Grains.Tests;

/// <summary>
/// Withdrawals: debited at once, paid once, credited back only on the receiver's final rejection. Crash point 16 of
/// docs/reliability.md at each of its places. A crash is a second exchange on the same journal.
/// </summary>
public class WithdrawalTests
{
    private const long Alice = 1001;
    private const long Bob = 1002;
    private const long Cash = 1_000_000_000_000;
    private static readonly string[] s_symbols = ["AAPL"];
    private static readonly long[] s_accounts = [Alice, Bob];
    private static readonly WithdrawRequest s_out = new("out-1", "USD", 700, "DE89 3704");

    [Fact]
    public async Task A_withdrawal_leaves_at_once_and_is_paid_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var taken = await exchange.Account(Alice).Withdraw(s_out);
        Assert.Equal(Cash - 700, (await exchange.ViewAsync(Alice)).Of("USD").Total);
        await UntilAsync(exchange, Alice, PayoutState.Final);
        Assert.Equal($"{Alice}:{taken.Sequence}:700:DE89 3704", Assert.Single(disk.Bank.Known).Value);
        Assert.Equal(Cash - 700, (await exchange.ViewAsync(Alice)).Of("USD").Total);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    [Fact]
    public async Task Point_16_a_withdrawal_that_was_not_durable_is_never_paid()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await using var alive = await Exchange.StartAsync(disk);
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.Account(Alice).Withdraw(s_out).AsTask();
        await gate.Arrived;
        Assert.Equal(Cash, (await alive.ViewAsync(Alice)).Of("USD").Total);
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        await CarryAsync(alive);
        Assert.Empty(disk.Bank.Sent);
    }

    [Fact]
    public async Task Point_16_nothing_is_sent_before_its_batch_is_durable()
    {
        await using var disk = new Disk(DiskKind.Faulty);
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        var taken = await dead.Account(Alice).Withdraw(s_out);
        using var gate = disk.Volatile.Faults.Hold();
        var lost = dead.Payout("USD").Enlist(2, [new PayoutItem(Alice, taken.Sequence, 700, "DE89 3704")]).AsTask();
        await gate.Arrived;
        Assert.Empty(disk.Bank.Sent);
        await dead.CrashAsync();
        gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        Assert.Empty(disk.Bank.Sent);
        await using var alive = await Exchange.StartAsync(disk);
        await UntilAsync(alive, Alice, PayoutState.Final);
        Assert.Single(disk.Bank.Known);
    }

    [Fact]
    public async Task Point_16_a_withdrawal_that_nobody_enlisted_is_carried_by_the_agent()
    {
        await using var disk = new Disk();
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await dead.Account(Alice).Withdraw(s_out);
        await using var alive = await Exchange.StartAsync(disk);
        await UntilAsync(alive, Alice, PayoutState.Final);
        Assert.Single(disk.Bank.Known);
    }

    [Fact]
    public async Task Point_16_a_batch_whose_answer_was_lost_is_sent_again_as_the_same_batch()
    {
        await using var disk = new Disk();
        disk.Bank.IsSilent = true;
        await using var dead = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await dead.Account(Alice).Withdraw(s_out);
        await dead.Account(Alice).Withdraw(s_out with { Key = "out-2", Amount = 5 });
        await CarryAsync(dead);
        await Wait.UntilAsync(() => Task.FromResult(disk.Bank.Sent.Count > 0), "the batch to be sent");
        await using var alive = await Exchange.StartAsync(disk);
        await alive.Account(Alice).Withdraw(s_out with { Key = "out-3", Amount = 6 });
        await CarryAsync(alive);
        disk.Bank.IsSilent = false;
        await UntilAsync(alive, Alice, PayoutState.Final, withdrawals: 3);

        // Another content under a known id would have been thrown back by the bank.
        Assert.Equal(
            3,
            disk.Bank.Known.Values.Sum(
                text => text.Split(' ').Count(part => part.StartsWith($"{Alice}:", StringComparison.Ordinal))));
        Assert.Equal(Cash - 711, (await alive.ViewAsync(Alice)).Of("USD").Total);
        await TransferTests.RequireInvariantsAsync(alive);
    }

    [Fact]
    public async Task Point_16_nothing_is_credited_back_before_the_last_word()
    {
        await using var disk = new Disk();
        disk.Bank.Word = _ => PayoutVerdict.NotYet;
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Withdraw(s_out);
        for (var round = 0; round < 5; round++)
        {
            await CarryAsync(exchange);
        }

        Assert.Equal(PayoutState.Sent, Assert.Single(await exchange.Ledger.Withdrawals(Alice, 10, null)).State);
        Assert.Equal(Cash - 700, (await exchange.ViewAsync(Alice)).Of("USD").Total);
        Assert.Single(disk.Bank.Sent.Distinct());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Point_16_a_refusal_for_ever_is_credited_back_once(bool crashes)
    {
        await using var disk = new Disk();
        disk.Bank.Word = _ => PayoutVerdict.Refused;
        await using var first = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await first.Account(Alice).Withdraw(s_out);
        await UntilAsync(first, Alice, PayoutState.Refused);
        await using var second = crashes ? await Exchange.StartAsync(disk) : null;
        var exchange = second ?? first;
        await CarryAsync(exchange);
        await exchange.Account(Alice).CatchUp();
        Assert.Equal(Cash, (await exchange.ViewAsync(Alice)).Of("USD").Total);
        Assert.Equal("no such account", Assert.Single(await exchange.Ledger.Withdrawals(Alice, 10, null)).Why);
        await TransferTests.RequireInvariantsAsync(exchange);

        // The key names it for ever: it is not tried anew.
        Assert.Equal(RejectReason.None, (await exchange.Account(Alice).Withdraw(s_out)).Reason);
        Assert.Equal(Cash, (await exchange.ViewAsync(Alice)).Of("USD").Total);
    }

    [Theory]
    [InlineData(PayoutVerdict.Final, Cash - 700)]
    [InlineData(PayoutVerdict.Refused, Cash)]
    public async Task Point_16_an_account_that_slept_finds_out_when_it_wakes(PayoutVerdict word, long left)
    {
        await using var disk = new Disk();
        disk.Bank.Word = _ => word;
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Withdraw(s_out);
        await exchange.Cluster.DeactivateAsync(exchange.Account(Alice));
        await UntilAsync(exchange, Alice, word == PayoutVerdict.Final ? PayoutState.Final : PayoutState.Refused);
        await using var alive = await Exchange.StartAsync(disk);
        Assert.Equal(left, (await alive.ViewAsync(Alice)).Of("USD").Total);
    }

    [Fact]
    public async Task Point_16_receipt_for_an_unknown_withdrawal_proves_that_the_account_is_stale()
    {
        await using var disk = new Disk();
        await using var stale = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await stale.Account(Alice).Withdraw(s_out with { Key = "first", Amount = 1 });
        await using var current = await Exchange.StartAsync(disk);
        await current.Account(Alice).Withdraw(s_out);
        await UntilAsync(current, Alice, PayoutState.Final, withdrawals: 2);
        _ = await Record.ExceptionAsync(async () => await stale.Account(Alice).CatchUp());
        await Wait.UntilAsync(
            async () => (await stale.ViewAsync(Alice)).Of("USD").Total == Cash - 701, "the stale account to reload");
    }

    [Fact]
    public async Task Concurrent_callers_pay_once()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts, overtaking: true);
        var taken = await exchange.Account(Alice).Withdraw(s_out);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            Assert.Equal(taken, await exchange.Account(Alice).Withdraw(s_out));
            await exchange.Payout("USD").Enlist(2, [new PayoutItem(Alice, taken.Sequence, 700, "DE89 3704")]);
        }));
        await UntilAsync(exchange, Alice, PayoutState.Final);
        Assert.Single(disk.Bank.Known);
    }

    [Fact]
    public async Task Withdrawal_above_the_available_balance_is_rejected_and_uses_its_key()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.HoldAsync(Alice, "a", "AAPL", Side.Buy, 15_000, 100);
        var free = (await exchange.ViewAsync(Alice)).Of("USD").Available;
        var dear = s_out with { Amount = free + 1 };
        Assert.Equal(RejectReason.InsufficientFunds, (await exchange.Account(Alice).Withdraw(dear)).Reason);
        await exchange.Account(Alice).Deposit(new DepositRequest("more", "USD", 10));
        Assert.Equal(RejectReason.InsufficientFunds, (await exchange.Account(Alice).Withdraw(dear)).Reason);
        Assert.Equal(RejectReason.KeyConflict, (await exchange.Account(Alice).Withdraw(s_out)).Reason);
        Assert.Equal(
            "destination", (await exchange.Account(Alice).Withdraw(s_out with { Key = "d", Destination = "" })).Field);
    }

    [Fact]
    public async Task Deposit_leaves_room_for_a_refunded_withdrawal()
    {
        await using var disk = new Disk();
        disk.Bank.Word = _ => PayoutVerdict.NotYet;
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Withdraw(s_out);
        var full = new DepositRequest("full", "USD", (1L << 62) - Cash);
        Assert.Equal(RejectReason.None, (await exchange.Account(Alice).Deposit(full)).Reason);
        Assert.Equal(
            RejectReason.Overflow, (await exchange.Account(Alice).Deposit(new DepositRequest("one", "USD", 1))).Reason);
        disk.Bank.Word = _ => PayoutVerdict.Refused;
        await UntilAsync(exchange, Alice, PayoutState.Refused);
        await exchange.Account(Alice).CatchUp();
        Assert.Equal(1L << 62, (await exchange.ViewAsync(Alice)).Of("USD").Total);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_history_is_the_same_whichever_stream_is_projected_first(bool payoutFirst)
    {
        await using var disk = new Disk();
        disk.Bank.Word = _ => PayoutVerdict.Refused;
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, s_accounts);
        await exchange.Account(Alice).Withdraw(s_out);
        await UntilAsync(exchange, Alice, PayoutState.Refused);
        await disk.LoseHistoryAsync();
        foreach (var prefix in payoutFirst ? (string[])["pay/", "acct/", "book/"] : ["book/", "acct/", "pay/"])
        {
            foreach (var stream in await disk.Journal.HeadsAsync(prefix, CancellationToken.None))
            {
                var bodies = new List<ReadOnlyMemory<byte>>();
                await foreach (var record in disk.Journal.ReadAsync(
                    stream.Name, 1, stream.Head, CancellationToken.None))
                    bodies.Add(record.Body);
                if (bodies.Count > 0)
                    Assert.True(
                        await disk.History.ApplyAsync(
                            [History.HistoryChunk.Decode(stream.Name, 1, bodies)], CancellationToken.None));
            }
        }

        Assert.Empty(await disk.History.Withdrawals.OpenAsync(10, 0, CancellationToken.None));
        Assert.Equal(
            PayoutState.Refused,
            Assert.Single(await disk.History.Withdrawals.NewestAsync(Alice, 10, null, CancellationToken.None)).State);
        var heads = (await disk.Journal.HeadsAsync("", CancellationToken.None)).ToDictionary(h => h.Name, h => h.Head);
        Assert.Empty(await History.HistoryInvariants.CheckAsync(disk.History, 0, heads, CancellationToken.None));
    }

    [Fact]
    public async Task A_folder_is_paid_into_once_for_each_batch()
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-payouts-");
        var batch = new PayoutBatch("USD-1", "USD", 2, [new PayoutItem(Alice, 4, 700, "DE89 \"3704\"")]);
        var payouts = new FilePayouts(Path.Combine(folder.FullName, "new"));
        var words = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => payouts.SendAsync(batch, CancellationToken.None).AsTask()));
        Assert.All(words, word => Assert.Equal(PayoutVerdict.Final, word.Verdict));
        var file = Assert.Single(folder.EnumerateFiles("*", SearchOption.AllDirectories));
        Assert.Equal("USD-1.json", file.Name);
        Assert.Contains(
            "\"amount\": \"7.00\"", await File.ReadAllTextAsync(file.FullName, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
            await payouts.SendAsync(
                batch with { Items = [batch.Items[0] with { Amount = 701 }] }, CancellationToken.None));
        folder.Delete(recursive: true);
    }

    /// <summary>Source of E39: rules for accounts, 3, and rules for withdrawals.</summary>
    [Fact]
    public async Task E39_two_withdrawals_one_of_them_refused_are_five_entries()
    {
        await using var disk = new Disk();
        await using var exchange = await Exchange.OpenAsync(disk, s_symbols, []);
        disk.Bank.Word = batch => batch.Items.Any(item => item.Amount == 500)
            ? PayoutVerdict.Refused
            : PayoutVerdict.Final;
        await exchange.Account(Alice).Deposit(new DepositRequest("in", "USD", 900));
        await exchange.Account(Alice).Withdraw(s_out with { Amount = 500 });
        await UntilAsync(exchange, Alice, PayoutState.Refused);
        await exchange.Account(Alice).Withdraw(s_out with { Key = "out-2", Amount = 400 });
        await Wait.UntilAsync(
            async () =>
            {
                await CarryAsync(exchange);
                return (await exchange.Ledger.Withdrawals(Alice, 10, null)).Any(
                    withdrawal => withdrawal.State == PayoutState.Final);
            },
            "the second withdrawal to be paid");
        await exchange.Account(Alice).CatchUp();

        Assert.Equal(500, (await exchange.ViewAsync(Alice)).Of("USD").Total);
        var balances = (await exchange.Ledger.TrialBalance()).ToDictionary(
            row => row.Holder, row => (long)row.Total, StringComparer.Ordinal);
        Assert.Equal((500, 0, -500), (balances["customers"], balances["payouts"], balances["world"]));
        var entries = await exchange.Disk.History.Database.ReadAsync(
            "SELECT COUNT(*) FROM (SELECT stream, seq, idx FROM posting GROUP BY stream, seq, idx) e",
            [],
            static async (reader, token) =>
            {
                await reader.ReadAsync(token);
                return reader.GetInt64(0);
            },
            CancellationToken.None);
        Assert.Equal(5, entries);
        await TransferTests.RequireInvariantsAsync(exchange);
    }

    internal static async Task UntilAsync(Exchange exchange, long account, PayoutState state, int withdrawals = 1) =>
        await Wait.UntilAsync(
        async () =>
        {
            await CarryAsync(exchange);
            var all = await exchange.Ledger.Withdrawals(account, 10, null);
            return all.Length == withdrawals && all.All(withdrawal => withdrawal.State == state);
        },
        $"the withdrawals to be {state}");

    private static async Task CarryAsync(Exchange exchange)
    {
        await exchange.Ledger.CatchUp();
        await exchange.Service<FundsRecovery>().CarryWithdrawalsAsync(CancellationToken.None);
        await exchange.Ledger.CatchUp();
    }
}
