using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for the ledger: an account's statement, and the accounting of the whole exchange.</summary>
internal sealed class LedgerCalls(IGrainFactory grains, AccountQueries accounts, Listings listings, TimeProvider time)
{
    private const string BookPrefix = "book/";

    /// <summary>GET /account/statement: returns the account's statement.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>from</c> and <c>to</c> are UTC days, both included, by default today.
    /// Amounts are decimal text, and opening plus in less out is exactly closing. <c>limit</c> is 1 to 1000 entries, by
    /// default 100; pass <c>next</c> as <c>after</c>; expect <c>BadRequest</c> for a day or a page that is none.
    /// </remarks>
    public Task<Result<Api.AccountStatement>> StatementAsync(HttpContext context, Caller caller) =>
        StatementOfAsync(context, caller.Account);

    /// <summary>GET /admin/accounts/{account}/statement: returns any account's statement.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /account/statement</c>; expect
    /// <c>BadRequest</c> for an account that is none.
    /// </remarks>
    public Task<Result<Api.AccountStatement>> StatementOfAsync(HttpContext context, AccountId account) =>
        StatementOfAsync(context, account.Value);

    /// <summary>GET /account/positions: returns traded quantity and profit.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>cost</c> is average (default) or fifo, <c>fees</c> beside (default)
    /// or inCost, anything else <c>BadRequest</c>. Quantities and amounts are decimal text; open units are valued at
    /// the mark price, or else at the last trade.
    /// </remarks>
    public Task<Result<Api.PositionList>> PositionsAsync(HttpContext context, Caller caller) =>
        PositionsOfAsync(context, caller.Account);

    /// <summary>GET /admin/accounts/{account}/positions: returns any account's positions and profit.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /account/positions</c>; expect
    /// <c>BadRequest</c> for an account that is none.
    /// </remarks>
    public Task<Result<Api.PositionList>> PositionsOfAsync(HttpContext context, AccountId account) =>
        PositionsOfAsync(context, account.Value);

    /// <summary>GET /admin/ledger/trial-balance: returns the totals of the ledger.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Totals are decimal text by asset and holder; over all holders an asset's
    /// total is 0.
    /// </remarks>
    public async Task<Result<Api.TrialBalanceRows>> TrialBalanceAsync(HttpContext context)
    {
        return new Api.TrialBalanceRows([.. (await Ledger.TrialBalance()).Select(row => new Api.TrialBalanceRow(
            row.Asset, row.Holder, row.Accounts, ApiValues.Decimal(row.Total, row.Decimals),
            ApiValues.Decimal(row.Held, row.Decimals)))]);
    }

    /// <summary>GET /admin/ledger/fees: returns fee revenue by day and symbol.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; <c>from</c> and <c>to</c> are UTC days, both included, by default today,
    /// else <c>BadRequest</c>. Fees are decimal text. It reads every trade of the days.
    /// </remarks>
    public async Task<Result<Api.FeeRevenueRows>> FeesAsync(HttpContext context)
    {
        if (ReadPeriod(context, out var period) is { } refused)
            return refused;

        var rows = await Ledger.FeeRevenue(UtcDay.StartOf(period.From), UtcDay.StartOf(period.To + 1));
        return new Api.FeeRevenueRows([.. rows.Select(row => new Api.FeeRevenueRow(
            UtcDay.DateOf(UtcDay.Of(row.DayNanos)),
            row.Symbol,
            row.Asset,
            row.Trades,
            ApiValues.Decimal(row.MakerFees, row.Decimals),
            ApiValues.Decimal(row.TakerFees, row.Decimals)))]);
    }

    /// <summary>GET /admin/ledger/reconciliation: compares the ledger with the accounts.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; repairs nothing. Differences are in minor units of the asset. <c>limit</c>
    /// is 1 to 1000 accounts, by default 100; pass <c>next</c> as <c>after</c>, an account, else <c>BadRequest</c>.
    /// </remarks>
    public async Task<Result<Api.ReconciliationReport>> ReconcileAsync(HttpContext context)
    {
        if (Call.Limit(context, out var limit) is { } wrong)
            return wrong;

        var after =
            (string?)context.Request.Query["after"] is { } text && AccountId.TryParse(text, out var id) ? id.Value : 0;
        if (after == 0 && context.Request.Query.ContainsKey("after"))
            return Refusal.NotAnAccount("after", context.Request.Query["after"]);

        var report = await Ledger.Reconcile(after, limit);
        return new Api.ReconciliationReport(
            new(report.TimeNanos),
            report.TimeNanos,
            report.Compared,
            report.Moving,
            ApiValues.AccountOrNull(report.LastAccount),
            [.. report.Findings.Select(finding => new Api.ReconciliationFinding(
                finding.Check,
                ApiValues.AccountOrNull(finding.Account),
                finding.Subject,
                finding.Ledger.ToString(CultureInfo.InvariantCulture),
                finding.Other.ToString(CultureInfo.InvariantCulture)))]);
    }

    private ILedgerGrain Ledger => grains.Ledger();

    private async Task<Result<Api.PositionList>> PositionsOfAsync(HttpContext context, long account)
    {
        var (cost, fees) = ((string?)context.Request.Query["cost"] ?? "average",
            (string?)context.Request.Query["fees"] ?? "beside");
        PositionMethod? method = (cost, fees) switch
        {
            ("average", "beside") => PositionMethod.Average,
            ("average", "inCost") => PositionMethod.AverageWithFees,
            ("fifo", "beside") => PositionMethod.FirstInFirstOut,
            ("fifo", "inCost") => PositionMethod.FirstInFirstOutWithFees,
            _ => null,
        };
        if (method is null)
            return cost is "average" or "fifo"
                ? Refusal.NotOneOf("fees", fees, "beside", "inCost")
                : Refusal.NotOneOf("cost", cost, "average", "fifo");

        var instruments = await listings.BySymbolAsync();
        var rows = new List<Api.Position>();
        foreach (var position in await accounts.PositionsAsync(account, method.Value))
        {
            if (!instruments.TryGetValue(position.Symbol, out var instrument))
                continue;

            var state = await grains.Book(instrument.BookKey).State(instrument.Symbol);
            rows.Add(
                ToApi(position, instrument, state.MarkPriceTicks > 0 ? state.MarkPriceTicks : state.LastPriceTicks));
        }

        return new Api.PositionList(ApiValues.Account(account), rows);
    }

    private static Api.Position ToApi(PositionProfit position, Instrument instrument, long markTicks)
    {
        var money = instrument.Quote;
        return new Api.Position(
            position.Symbol,
            money.Name,
            instrument.QuantityOf(position.QuantityLots),
            money.AmountOf(position.Cost),
            MeanCost(position, instrument) is { } mean ? decimal.Parse(mean, CultureInfo.InvariantCulture) : null,
            money.AmountOf(position.Realised),
            money.AmountOf(position.Fees),
            instrument.PriceOrNull(markTicks),
            markTicks == 0 && position.QuantityLots != 0
                ? null
                : money.AmountOf(
                    ((Int128)position.QuantityLots * (long)instrument.Notional(markTicks, 1)) - position.Cost));
    }

    /// <summary>Returns the cost of one unit; null if nothing is open.</summary>
    private static string? MeanCost(PositionProfit position, Instrument instrument) => position.QuantityLots == 0
        ? null
        : AveragePrice.Of(
            (BigInteger)position.Cost * BigInteger.Pow(10, instrument.QuantityDecimals),
            (BigInteger)position.QuantityLots * instrument.LotSize, instrument.Quote.Decimals);

    private async Task<Result<Api.AccountStatement>> StatementOfAsync(HttpContext context, long account)
    {
        var (limit, after) = (0, default(LinePlace?));
        if ((ReadPeriod(context, out var period) ?? Call.Limit(context, out limit)
            ?? Call.After(context, ReadPlace, out after)) is { } refused)
            return refused;

        var statement =
            await accounts.StatementAsync(
                account, UtcDay.StartOf(period.From), UtcDay.StartOf(period.To + 1), after, limit);
        return new Api.AccountStatement(
            ApiValues.Account(statement.Account),
            UtcDay.DateOf(period.From),
            UtcDay.DateOf(period.To),
            [.. statement.Assets.Select(ToApi)],
            [.. statement.Entries.Select(ToApi)],
            statement.HasMore ? Text(statement.Entries[^1].Place) : null);
    }

    private static Api.AssetStatement ToApi(AssetStatement asset)
    {
        var money = new Asset(asset.Asset, asset.Decimals);
        var hasPending =
            asset.OpeningPending != 0 || asset.ClosingPending != 0 || asset.Causes.Any(cause => cause.IsPending);
        return new Api.AssetStatement(
            asset.Asset,
            money.AmountOf(asset.Opening),
            money.AmountOf(asset.Closing),
            money.AmountOf(asset.Held),
            hasPending ? money.AmountOf(asset.OpeningPending) : null,
            hasPending ? money.AmountOf(asset.ClosingPending) : null,
            [.. asset.Causes.Select(cause => new Api.CauseTotal(
                cause.Cause, cause.Lines, money.AmountOf(cause.In), money.AmountOf(cause.Out), cause.IsPending))]);
    }

    private static Api.StatementEntry ToApi(LedgerLine line)
    {
        var (place, ofBook) = (line.Place, line.Place.Stream.StartsWith(BookPrefix, StringComparison.Ordinal));
        return new Api.StatementEntry(
            new(place.TimeNanos),
            place.TimeNanos,
            line.Cause,
            ofBook ? null : line.Key,
            line.Asset,
            ApiValues.Decimal(line.Amount, line.Decimals),
            ofBook ? place.Stream[BookPrefix.Length..] : null,
            // For a change, its cause names the trade.
            !ofBook ? null : line.Key ?? string.Create(CultureInfo.InvariantCulture, $"{place.Sequence}-{place.Index}"),
            line.IsPending);
    }

    /// <summary>Reads the requested period of UTC days, both included; by default today.</summary>
    private Refusal? ReadPeriod(HttpContext context, out (long From, long To) period)
    {
        period = default;
        var today = UtcDay.Of(time.UnixNanos());
        if (Day(context, "from", today) is not { } from)
            return Refusal.Not("from", context.Request.Query["from"], "a UTC day such as 2026-01-31");
        if (Day(context, "to", Math.Max(today, from)) is not { } to || to < from)
            return Refusal.Not(
                "to", context.Request.Query["to"], "a UTC day such as 2026-01-31 that is not before 'from'");

        period = (from, to);
        return null;
    }

    private static long? Day(HttpContext context, string name, long otherwise) =>
        context.Request.Query[name] is [{ } text, ..]
        ? UtcDay.TryParse(text, out var day) ? day : null
        : otherwise;

    private static string Text(in LinePlace place) => string.Create(
        CultureInfo.InvariantCulture, $"{place.TimeNanos}.{place.Sequence}.{place.Index}.{place.Leg}.{place.Stream}");

    private static LinePlace? ReadPlace(string text) =>
        text.Split('.', 5) is [var nanos, var sequence, var index, var leg, var stream]
        && Call.Number(nanos, 0, long.MaxValue) is { } n && Call.Number(sequence, 0, long.MaxValue) is { } s
        && Call.Number(index, 0, long.MaxValue) is { } i && Call.Number(leg, 0, long.MaxValue) is { } l
            ? new LinePlace(n, stream, s, i, l)
            : null;
}
