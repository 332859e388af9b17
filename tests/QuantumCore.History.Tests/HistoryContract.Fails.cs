using System.Collections.Immutable;
using QuantumCore.Contracts;
using Xunit;

namespace QuantumCore.History.Tests;

// Fails at a settlement venue.
public abstract partial class HistoryContract
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("UPDATE settlement_fail SET cash_left = cash_left - 1 WHERE account = 1001", "I35")]
    [InlineData(
        "UPDATE other_posting SET amount = amount + 1 WHERE account = 2 AND asset = 'USD' AND kind = 'S' AND amount > 0",
        "I35")]
    [InlineData("DELETE FROM settlement_fail WHERE account > 0", "I35")]
    [InlineData("UPDATE settlement_fail SET units_left = units_left + 1 WHERE account = 1001", "I36")]
    [InlineData("UPDATE settlement_fail SET units = 2, units_left = 4 WHERE account = 1001", "I36")]
    public async Task Settlement_fails_balance_with_clearing_to_the_cent(string? fault, string? violated)
    {
        var name = "fails" + ((fault?.Length * 31) + fault?[^1]);
        await using var history = await OpenAsync(name);
        await history.ApplyAsync([new SettlementChunk("MAIN", 1, Settled())], Token);
        Assert.Empty(
            (await history.Reports.HouseFindingsAsync(Token)).Where(
                finding => finding.Check.StartsWith("clearing", StringComparison.Ordinal)));
        if (fault is not null)
        {
            await using var connection = await ConnectAsync(name);
            await using var command = connection.CreateCommand();
            command.CommandText = fault;
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Token));
        }

        var found = (await HistoryInvariants.CheckAsync(history, 0, null, Token)).Select(
            violation => violation.Name[..3]).ToArray();
        if (violated is null)
            Assert.Empty(found);
        else
            Assert.Contains(violated, found);
    }

    [Fact]
    public async Task The_check_of_each_minute_knows_the_cents_of_fails_until_they_are_gone()
    {
        await using var history = await OpenAsync("failsgone");
        var records = Settled();
        await history.ApplyAsync([new SettlementChunk("MAIN", 1, records)], Token);
        await history.ApplyAsync([new SettlementChunk("MAIN", 3, [Partial(3, 1, [Gives(1), Takes(1)])])], Token);
        Assert.Equal(
            ["clearing keeps the cash of fails and nothing else"],
            (await history.Reports.HouseFindingsAsync(Token)).Select(finding => finding.Check)
                .Where(rule => rule.StartsWith("clearing", StringComparison.Ordinal)));
    }

    private static SettlementRecord[] Settled() =>
    [
        SettlementClosed.Make(1, 20_000, 1, [new("SYM0", 0, 9, 1)], [.. new[] { Gives(0), Takes(0) }.SelectMany(Owed)]),
        Partial(2, 1, [Gives(1), Takes(1)]),
    ];

    // 3 units for 10.00, and a cent of fee, which is settled: clearing has paid it. Of the first unit 3.33 have settled
    // on both sides.
    private static SettlementFail Gives(long settled) => Fail(1001, -3, 1_000, settled);

    private static SettlementFail Takes(long settled) => Fail(1002, 3, -1_001, settled);

    private static SettlementFail Fail(long account, long units, long cash, long settled) => new(
        account, "SYM0", new("BASE0", 0), new("USD", 2), 20_000, units, cash, settled,
        [new(19_999, 1, units - (Math.Sign(units) * settled))], [new(19_999, 1, cash - (cash * settled / 3))]);

    private static SettlementPartial Partial(long time, long batch, ImmutableArray<SettlementFail> fails) => new(
        time, batch, 20_001,
        [
            new(1, "USD", 2, [new(19_999, 1, 1)]), new(1001, "BASE0", 0, [new(19_999, 1, -1)]),
            new(1001, "USD", 2, [new(19_999, 1, 333)]),
            new(1002, "BASE0", 0, [new(19_999, 1, 1)]), new(1002, "USD", 2, [new(19_999, 1, -333)]),
        ],
        [new(1001, "BASE0", 2)], fails);

    private static IEnumerable<SettlementItem> Owed(SettlementFail fail) =>
        [new(fail.Account, fail.Base.Name, 0, fail.UnitParts), new(fail.Account, fail.Quote.Name, 2, fail.CashParts)];
}
