using System.Data.Common;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.History.Tests;

public abstract partial class HistoryContract
{
    // About twelve days in five hundred steps.
    private const long NanosPerTick = UtcDay.Nanos / 40;

    [Fact]
    public async Task Statements_close_at_the_balances_on_whatever_day_a_period_begins()
    {
        var market = Market(9, 500, NanosPerTick);
        await using var history = await OpenAsync("statements");
        await Projecting.ProjectInAnyMixtureAsync(market, new Random(9), Token, history);
        var balances = market.Balances().ToLookup(b => b.Account, b => (b.Asset, b.Total));
        foreach (var account in balances)
        {
            var whole =
                await history.AccountStatements.FindAsync(
                    account.Key, 0, long.MaxValue, null, StatementQueries.LinesLimit, Token);
            Assert.Equal(account.Order(), whole.Assets.Select(asset => (asset.Asset, (long)asset.Closing)).Order());
            Assert.All(whole.Assets, asset => Assert.Equal(Int128.Zero, asset.Opening));
            var days = whole.Entries.Select(line => UtcDay.Of(line.Place.TimeNanos)).Distinct().ToArray();
            Assert.True(days.Length > 5);
            foreach (var day in days)
            {
                var before = await history.AccountStatements.FindAsync(
                    account.Key, 0, UtcDay.StartOf(day), null, 0, Token);
                var on = await history.AccountStatements.FindAsync(
                    account.Key, UtcDay.StartOf(day), UtcDay.StartOf(day + 1), null, StatementQueries.LinesLimit,
                    Token);
                var rest =
                    await history.AccountStatements.FindAsync(
                        account.Key, UtcDay.StartOf(day), long.MaxValue, null, 0, Token);
                Assert.Equal(before.Assets.Select(Closing), on.Assets.Select(Opening));
                Assert.Equal(before.Assets.Select(Closing), rest.Assets.Select(Opening));
                Assert.Equal(whole.Assets.Select(Closing), rest.Assets.Select(Closing));
                Assert.Equal(whole.Entries.Where(line => UtcDay.Of(line.Place.TimeNanos) == day), on.Entries);
                AssertCausesAreTheSumsOf(on);
            }

            AssertCausesAreTheSumsOf(whole);
        }

        static (string, Int128) Opening(AssetStatement asset) => (asset.Asset, asset.Opening);
        static (string, Int128) Closing(AssetStatement asset) => (asset.Asset, asset.Closing);
    }

    [Fact]
    public async Task Pages_of_a_statement_give_every_line_once()
    {
        var market = Market(9, 500, NanosPerTick);
        await using var history = await OpenAsync("pages");
        await Projecting.ProjectAllAsync(history, market, Token);
        foreach (var account in market.Balances().ToLookup(b => b.Account, b => (b.Asset, b.Total)))
        {
            var whole =
                await history.AccountStatements.FindAsync(
                    account.Key, 0, long.MaxValue, null, StatementQueries.LinesLimit, Token);
            var paged = new List<LedgerLine>();
            AccountStatement page;
            do
            {
                page = await history.AccountStatements.FindAsync(
                    account.Key, 0, long.MaxValue, paged.Count == 0 ? null : paged[^1].Place, 7, Token);
                paged.AddRange(page.Entries);
            }
            while (page.HasMore);

            Assert.False(whole.HasMore);
            Assert.Equal(whole.Entries, paged);

            // A page from a place outside the period still covers the period only.
            var last = UtcDay.StartOf(UtcDay.Of(paged[^1].Place.TimeNanos));
            Assert.Equal(
                whole.Entries.Where(line => line.Place.TimeNanos >= last),
                (await history.AccountStatements.FindAsync(
                    account.Key, last, long.MaxValue, new LinePlace(0, "", 0, 0, 0), StatementQueries.LinesLimit,
                    Token)).Entries);
            Assert.Empty(
                (await history.AccountStatements.FindAsync(
                    account.Key, 0, last, paged[^1].Place, StatementQueries.LinesLimit, Token)).Entries);
            Assert.Equal(
                account.Where(b => b.Total != 0).Order(),
                paged.GroupBy(line => line.Asset)
                    .Select(lines => (Asset: lines.Key, Total: lines.Sum(line => line.Amount)))
                    .Where(b => b.Total != 0).Order());
        }
    }

    [Fact]
    public async Task Sums_of_a_day_may_be_larger_than_any_amount_and_keys_are_no_causes()
    {
        await using var history = await OpenAsync("sums");
        var records = Enumerable.Range(0, 6)
            .Select(i => new Deposited(5, $"d{i}", "USD", 2, i % 2 == 0 ? long.MaxValue : -long.MaxValue)).ToArray();
        await history.ApplyAsync([new AccountChunk(1_001, 1, records[..4])], Token);
        await history.ApplyAsync([new AccountChunk(1_001, 5, records[4..])], Token);
        var statement = await history.AccountStatements.FindAsync(1_001, 0, UtcDay.Nanos, null, 0, Token);
        Assert.Equal(
            [new CauseTotal("deposit", 6, (Int128)long.MaxValue * 3, (Int128)long.MaxValue * 3)],
            Assert.Single(statement.Assets).Causes);
        Assert.Empty(await CheckAsync(history, "I41"));
    }

    [Fact]
    public async Task A_statement_is_of_whole_days()
    {
        await using var history = await OpenAsync("whole");
        await Assert.ThrowsAsync<ArgumentException>(
            () => history.AccountStatements.FindAsync(1_001, 1, UtcDay.Nanos, null, 0, Token));
        await Assert.ThrowsAsync<ArgumentException>(
            () => history.AccountStatements.FindAsync(1_001, 0, UtcDay.Nanos + 1, null, 0, Token));
    }

    [Fact]
    public async Task A_release_that_keeps_no_totals_of_days_cannot_project_into_this_one()
    {
        await using var history = await OpenAsync("older");
        await Assert.ThrowsAnyAsync<DbException>(
            () => Projecting.RowsAsync(history, "", "SELECT batch FROM projection", Token));
    }

    private static async Task<IEnumerable<string>> CheckAsync(HistoryStore history, string invariant) =>
        from violation in await HistoryInvariants.CheckAsync(history, 0, null, Token)
        where violation.Name.StartsWith(invariant, StringComparison.Ordinal)
        select violation.Name;

    private static void AssertCausesAreTheSumsOf(AccountStatement statement)
    {
        var expected = statement.Entries.GroupBy(line => (line.Asset, line.Cause, line.IsPending)).Select(lines => (
            lines.Key.Asset, lines.Key.Cause, lines.Key.IsPending, Lines: lines.LongCount(),
            In: lines.Where(line => line.Amount > 0).Sum(line => line.Amount),
            Out: -lines.Where(line => line.Amount < 0).Sum(line => line.Amount)));
        var told =
            from asset in statement.Assets
            from cause in asset.Causes
            select (asset.Asset, cause.Cause, cause.IsPending, cause.Lines, (long)cause.In, (long)cause.Out);
        Assert.Equal(expected.Order(), told.Order());
    }
}
