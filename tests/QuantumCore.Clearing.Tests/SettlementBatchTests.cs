using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.Clearing.Tests;

/// <summary>Batches that a venue rejects, and batches as files.</summary>
public class SettlementBatchTests
{
    private const long Time = 1_717_416_000_000_000_000;
    private static readonly SettlementItem[] s_items =
        [new(1001, "AAPL", 0, [new(19_877, 1, 10)]), new(1002, "AAPL", 0, [new(19_877, 1, -10)])];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_trade_is_in_one_batch_alone()
    {
        Assert.Throws<InvalidDataException>(() => Again().Apply(Closed(2, 16, 20)));
        Assert.Throws<InvalidDataException>(() => Again().Apply(Closed(2, 18, 20)));
        Assert.Throws<InvalidDataException>(() => Again().Apply(Closed(2, 17, 17)));
        Assert.Throws<InvalidDataException>(() => Again().Apply(Closed(1, 17, 20)));
        Again().Apply(Closed(2, 17, 20));

        static SettlementMachine Again()
        {
            var machine = new SettlementMachine("MAIN");
            machine.Apply(Closed(1, 0, 17));
            return machine;
        }
    }

    [Fact]
    public void A_batch_that_was_changed_or_does_not_balance_is_none()
    {
        var closed = Closed(1, 0, 17);
        Assert.Throws<InvalidDataException>(
            () => new SettlementMachine("MAIN").Apply(closed with { Items = [.. s_items.Reverse()] }));
        Assert.Throws<InvalidOperationException>(() => new SettlementMachine("MAIN").Apply(
            SettlementClosed.Make(Time, 19_878, 1, closed.Trades, [s_items[0]])));
    }

    [Fact]
    public void A_batch_settles_once_and_as_it_was_closed()
    {
        var machine = new SettlementMachine("MAIN");
        machine.Apply(Closed(1, 0, 17));
        Assert.Throws<InvalidDataException>(() => machine.Apply(new SettlementSettled(Time, 1, [s_items[0]])));

        machine = new SettlementMachine("MAIN");
        machine.Apply(Closed(1, 0, 17));
        machine.Apply(machine.End(1, Time));
        Assert.Empty(machine.Open);
        Assert.Equal(SettlementState.Settled, Assert.Single(machine.Batches).State);
        Assert.Throws<InvalidDataException>(() => machine.Apply(new SettlementSettled(Time, 1, [.. s_items])));
    }

    [Fact]
    public async Task A_file_is_a_batch_for_ever()
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-settlements-");
        try
        {
            var settlements = new FileSettlements(Path.Combine(folder.FullName, "new"));
            var batch = new SettlementBatch("MAIN-2024-06-04-1", "MAIN", Closed(1, 0, 17));
            Assert.Empty((await settlements.SendAsync(batch, Cancellation))!.Shorts);
            Assert.Empty((await settlements.SendAsync(batch, Cancellation))!.Shorts);
            var text = await File.ReadAllTextAsync(
                Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "new"))), Cancellation);
            Assert.Contains("\"account\": \"ACC-1002\"", text, StringComparison.Ordinal);
            Assert.Contains("\"amount\": \"-10\"", text, StringComparison.Ordinal);
            await Assert.ThrowsAsync<InvalidDataException>(() =>
                settlements.SendAsync(batch with { Content = Closed(1, 0, 18) }, Cancellation).AsTask());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"short": []}""", 0)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": "3"}]}""", 3)]
    [InlineData("", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    [InlineData("""{"short": [""", null)]
    [InlineData("""{"shorts": []}""", null)]
    [InlineData("""{"short": null}""", null)]
    [InlineData("""{"short": [3]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL"}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": 3}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": "many"}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": "99999999999999999999"}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1009", "asset": "AAPL", "amount": "3"}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "MSFT", "amount": "3"}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": "3"}], "short": []}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": "3", "amount": "1"}]}""", null)]
    [InlineData("""{"short": [{"account": "ACC-1002", "asset": "AAPL", "amount": "3", "because": "lost"}]}""", null)]
    public async Task An_answer_is_taken_as_a_whole_or_not_at_all(string text, int? amount)
    {
        var folder = Directory.CreateTempSubdirectory("quantumcore-settlements-");
        try
        {
            var settlements = new FileSettlements(folder.FullName, waitsForAnswers: true);
            var batch = new SettlementBatch("MAIN-2024-06-04-1", "MAIN", Closed(1, 0, 17));
            Assert.Null(await settlements.SendAsync(batch, Cancellation));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, batch.Id + ".answer.json"), text, Cancellation);
            if (amount is { } units)
                Assert.Equal(
                    units, (await settlements.SendAsync(batch, Cancellation))!.Shorts.Sum(said => said.Amount));
            else
                Assert.Contains(
                    "is no answer",
                    (await Assert.ThrowsAsync<InvalidDataException>(
                        () => settlements.SendAsync(batch, Cancellation).AsTask())).Message,
                    StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Source of E28: "Example 2 - Multilateral Netting" (CN-7 tuition sheet). Each payment is one unit bought from the
    /// payee.
    /// </summary>
    [Fact]
    public void E28_five_payments_become_three()
    {
        const long Uk = 1001, Sa = 1002, Fr = 1003;
        var items = Net(
            (Uk, Sa, 195_886, 1), (Uk, Fr, 545_455, 1), (Fr, Sa, 130_591, 1), (Sa, Uk, 108_824, 1),
            (Sa, Fr, 426_136, 1));
        Assert.Equal(
            [(Uk, -632_517L), (Sa, -208_483L), (Fr, 841_000L)],
            items.Where(item => item.Asset == "USD").Select(item => (item.Account, item.Amount)));
    }

    /// <summary>
    /// Source of E29: pomegra.io wiki, "Multilateral netting"; the page has Alice's net with the signs reversed.
    /// </summary>
    [Fact]
    public void E29_units_and_cash_net_to_one_delivery_against_one_payment()
    {
        const long Alice = 1001, Bob = 1002;
        var items = Net((Bob, Alice, 1_000, 100), (Alice, Bob, 1_100, 200));
        Assert.Equal(
            [(Alice, "AAPL", 100L), (Alice, "USD", -120_000L), (Bob, "AAPL", -100L), (Bob, "USD", 120_000L)],
            items.Select(item => (item.Account, item.Asset, item.Amount)));
    }

    private static System.Collections.Immutable.ImmutableArray<SettlementItem> Net(
        params (long Buyer, long Seller, long PriceTicks, long Lots)[] trades)
    {
        var netting = new SettlementNetting();
        var share = Listed.Aapl with { SettlementDays = 1, SettlementVenue = "MAIN" };
        for (var i = 0; i < trades.Length; i++)
        {
            var (buyer, seller, price, lots) = trades[i];
            netting.Add(share, 0, i + 1, 19_877, [new(new(buyer), new(seller), price, lots, 0, 0)]);
        }

        return netting.Items();
    }

    private static SettlementClosed Closed(int cycle, long after, long through) =>
        SettlementClosed.Make(Time, 19_878, cycle, [new("AAPL", after, through, 1)], [.. s_items]);
}
