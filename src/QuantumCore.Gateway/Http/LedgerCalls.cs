using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Calls for the ledger: an account's statement, and the accounting of the whole exchange.</summary>
internal sealed class LedgerCalls(
    IGrainFactory grains, OrderEntry entry, Listings listings, KeyRing keys, TimeProvider time)
{
    private const string BookPrefix = "book/";

    /// <summary>GET /account/statement: returns the account's statement.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>from</c> and <c>to</c> are UTC days, both included, by default today.
    /// Amounts are decimal text, and opening plus in less out is exactly closing. <c>limit</c> is 1 to 1000 entries, by
    /// default 100; pass <c>next</c> as <c>after</c>; expect <c>BadRequest</c> for a day or a page that is none.
    /// </remarks>
    public async Task Statement(HttpContext context)
    {
        if (await Call.Trader(context, keys) is > 0 and var account)
            await AnswerStatement(context, account);
    }

    /// <summary>GET /admin/accounts/{account}/statement: returns any account's statement.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /account/statement</c>; expect
    /// <c>BadRequest</c> for an account that is none.
    /// </remarks>
    public async Task StatementOf(HttpContext context)
    {
        if (await Call.IsOfficer(context, keys, UserRole.Risk) && await Call.Account(context) is { } account)
            await AnswerStatement(context, account.Value);
    }

    /// <summary>GET /account/positions: returns traded quantity and profit.</summary>
    /// <remarks>
    /// Needs a key or session with an account; <c>cost</c> is average (default) or fifo, <c>fees</c> beside (default)
    /// or inCost, anything else <c>BadRequest</c>. Quantities and amounts are decimal text; open units are valued at
    /// the mark price, or else at the last trade.
    /// </remarks>
    public async Task Positions(HttpContext context)
    {
        if (await Call.Trader(context, keys) is > 0 and var account)
            await AnswerPositions(context, account);
    }

    /// <summary>GET /admin/accounts/{account}/positions: returns any account's positions and profit.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Returns the same as <c>GET /account/positions</c>; expect
    /// <c>BadRequest</c> for an account that is none.
    /// </remarks>
    public async Task PositionsOf(HttpContext context)
    {
        if (await Call.IsOfficer(context, keys, UserRole.Risk) && await Call.Account(context) is { } account)
            await AnswerPositions(context, account.Value);
    }

    /// <summary>GET /admin/ledger/trial-balance: returns the totals of the ledger.</summary>
    /// <remarks>
    /// Needs the role risk or administrator. Totals are decimal text by asset and holder; over all holders an asset's
    /// total is 0.
    /// </remarks>
    public async Task TrialBalance(HttpContext context)
    {
        if (!await Call.IsOfficer(context, keys, UserRole.Risk))
            return;

        await AnswerRows(context, await Ledger.TrialBalance(), static (to, row) =>
        {
            to.WriteString("asset"u8, row.Asset);
            to.WriteString("holder"u8, row.Holder);
            to.WriteNumber("accounts"u8, row.Accounts);
            to.WriteString("total"u8, DecimalText.Format(row.Total, row.Decimals));
            to.WriteString("held"u8, DecimalText.Format(row.Held, row.Decimals));
        });
    }

    /// <summary>GET /admin/ledger/fees: returns fee revenue by day and symbol.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; <c>from</c> and <c>to</c> are UTC days, both included, by default today,
    /// else <c>BadRequest</c>. Fees are decimal text. It reads every trade of the days.
    /// </remarks>
    public async Task Fees(HttpContext context)
    {
        if (!await Call.IsOfficer(context, keys, UserRole.Risk) || await Period(context) is not { } period)
            return;

        var rows = await Ledger.FeeRevenue(UtcDay.StartOf(period.From), UtcDay.StartOf(period.To + 1));
        await AnswerRows(context, rows, static (to, row) =>
        {
            to.WriteString("day"u8, UtcDay.Text(UtcDay.Of(row.DayNanos)));
            to.WriteString("symbol"u8, row.Symbol);
            to.WriteString("asset"u8, row.Asset);
            to.WriteNumber("trades"u8, row.Trades);
            to.WriteString("makerFees"u8, DecimalText.Format(row.MakerFees, row.Decimals));
            to.WriteString("takerFees"u8, DecimalText.Format(row.TakerFees, row.Decimals));
        });
    }

    /// <summary>GET /admin/ledger/reconciliation: compares the ledger with the accounts.</summary>
    /// <remarks>
    /// Needs the role risk or administrator; repairs nothing. Differences are in minor units of the asset. <c>limit</c>
    /// is 1 to 1000 accounts, by default 100; pass <c>next</c> as <c>after</c>, an account, else <c>BadRequest</c>.
    /// </remarks>
    public async Task Reconcile(HttpContext context)
    {
        if (!await Call.IsOfficer(context, keys, UserRole.Risk) || await Call.Limit(context) is not { } limit)
            return;

        var after =
            (string?)context.Request.Query["after"] is { } text && AccountId.TryParse(text, out var id) ? id.Value : 0;
        if (after == 0 && context.Request.Query.ContainsKey("after"))
        {
            await Answer.Refuse(context, Refusal.NotAnAccount("after", context.Request.Query["after"]));
            return;
        }

        await Answer.Json(context, await Ledger.Reconcile(after, limit), static (to, report) =>
        {
            to.WriteStartObject();
            to.WriteTime(report.TimeNanos);
            to.WriteNumber("compared"u8, report.Compared);
            to.WriteNumber("moving"u8, report.Moving);
            to.WriteString("next"u8, report.LastAccount == 0 ? null : new AccountId(report.LastAccount).ToString());
            to.WriteStartArray("findings"u8);
            foreach (var finding in report.Findings)
            {
                to.WriteStartObject();
                to.WriteString("check"u8, finding.Check);
                to.WriteString("account"u8, finding.Account == 0 ? null : new AccountId(finding.Account).ToString());
                to.WriteString("subject"u8, finding.Subject);
                to.WriteString("ledgerMinorUnits"u8, finding.Ledger.ToString(CultureInfo.InvariantCulture));
                to.WriteString("otherMinorUnits"u8, finding.Other.ToString(CultureInfo.InvariantCulture));
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    private static async Task AnswerRows<T>(
        HttpContext context, ImmutableArray<T> rows, Action<Utf8JsonWriter, T> write) =>
        await Answer.Json(context, (rows, write), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteStartArray("rows"u8);
            foreach (var row in answer.rows)
            {
                to.WriteStartObject();
                answer.write(to, row);
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });

    private ILedgerGrain Ledger => grains.Ledger();

    private async Task AnswerPositions(HttpContext context, long account)
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
        {
            await Answer.Refuse(context, cost is "average" or "fifo"
                ? Refusal.NotOneOf("fees", fees, "beside", "inCost")
                : Refusal.NotOneOf("cost", cost, "average", "fifo"));
            return;
        }

        var instruments = await listings.BySymbol();
        var rows = new List<(PositionProfit Position, Instrument Instrument, long MarkTicks)>();
        foreach (var position in await entry.Positions(account, method.Value))
        {
            if (!instruments.TryGetValue(position.Symbol, out var instrument))
                continue;

            var state = await grains.Book(instrument.BookKey).State(instrument.Symbol);
            rows.Add((position, instrument, state.MarkPriceTicks > 0 ? state.MarkPriceTicks : state.LastPriceTicks));
        }

        await Answer.Json(context, (account, rows), static (to, answer) =>
        {
            to.WriteStartObject();
            to.WriteString("account"u8, new AccountId(answer.account).ToString());
            to.WriteStartArray("positions"u8);
            foreach (var (position, instrument, mark) in answer.rows)
                Write(to, position, instrument, mark);

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter to, PositionProfit position, Instrument instrument, long markTicks)
    {
        var decimals = instrument.Quote.Decimals;
        to.WriteStartObject();
        to.WriteString("symbol"u8, position.Symbol);
        to.WriteString("asset"u8, instrument.Quote.Name);
        to.WriteString(
            "quantity"u8,
            DecimalText.Format((Int128)position.QuantityLots * instrument.LotSize, instrument.QuantityDecimals));
        to.WriteString("cost"u8, DecimalText.Format(position.Cost, decimals));
        to.WriteString("averagePrice"u8, MeanCost(position, instrument));
        to.WriteString("realised"u8, DecimalText.Format(position.Realised, decimals));
        to.WriteString("fees"u8, DecimalText.Format(position.Fees, decimals));
        to.WritePriceOrNull("mark"u8, instrument, markTicks);
        to.WriteString("unrealised"u8, markTicks == 0 && position.QuantityLots != 0
            ? null
            : DecimalText.Format(
                ((Int128)position.QuantityLots * (long)instrument.Notional(markTicks, 1)) - position.Cost, decimals));
        to.WriteEndObject();
    }

    /// <summary>Returns the cost of one unit; null if nothing is open.</summary>
    private static string? MeanCost(PositionProfit position, Instrument instrument) => position.QuantityLots == 0
        ? null
        : AveragePrice.Of(
            (BigInteger)position.Cost * BigInteger.Pow(10, instrument.QuantityDecimals),
            (BigInteger)position.QuantityLots * instrument.LotSize, instrument.Quote.Decimals);

    private async Task AnswerStatement(HttpContext context, long account)
    {
        if (await Period(context) is not { } period || await Call.Limit(context) is not { } limit
            || await Call.After(context, ReadPlace) is not (true, var after))
        {
            return;
        }

        var statement =
            await entry.Statement(account, UtcDay.StartOf(period.From), UtcDay.StartOf(period.To + 1), after, limit);
        await Answer.Json(
            context, (statement, period), static (to, answer) => Write(to, answer.statement, answer.period));
    }

    private static void Write(Utf8JsonWriter to, AccountStatement statement, (long From, long To) period)
    {
        to.WriteStartObject();
        to.WriteString("account"u8, new AccountId(statement.Account).ToString());
        to.WriteString("from"u8, UtcDay.Text(period.From));
        to.WriteString("to"u8, UtcDay.Text(period.To));
        to.WriteStartArray("assets"u8);
        foreach (var asset in statement.Assets)
            Write(to, asset);

        to.WriteEndArray();
        to.WriteStartArray("entries"u8);
        foreach (var line in statement.Entries)
            Write(to, line);

        to.WriteEndArray();
        to.WriteString("next"u8, statement.HasMore ? Text(statement.Entries[^1].Place) : null);
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, AssetStatement asset)
    {
        to.WriteStartObject();
        to.WriteString("asset"u8, asset.Asset);
        to.WriteAmount("opening"u8, asset.Opening, asset.Decimals);
        to.WriteAmount("closing"u8, asset.Closing, asset.Decimals);
        to.WriteAmount("held"u8, asset.Held, asset.Decimals);
        if (asset.OpeningPending != 0 || asset.ClosingPending != 0 || asset.Causes.Any(cause => cause.IsPending))
        {
            to.WriteAmount("openingPending"u8, asset.OpeningPending, asset.Decimals);
            to.WriteAmount("closingPending"u8, asset.ClosingPending, asset.Decimals);
        }

        to.WriteStartArray("causes"u8);
        foreach (var cause in asset.Causes)
        {
            to.WriteStartObject();
            to.WriteString("cause"u8, cause.Cause);
            to.WriteNumber("lines"u8, cause.Lines);
            to.WriteString("in"u8, DecimalText.Format(cause.In, asset.Decimals));
            to.WriteString("out"u8, DecimalText.Format(cause.Out, asset.Decimals));
            if (cause.IsPending)
                to.WriteBoolean("pending"u8, true);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, LedgerLine line)
    {
        var ofBook = line.Place.Stream.StartsWith(BookPrefix, StringComparison.Ordinal);
        to.WriteStartObject();
        to.WriteTime(line.Place.TimeNanos);
        to.WriteString("cause"u8, line.Cause);
        to.WriteString("key"u8, ofBook ? null : line.Key);
        to.WriteString("asset"u8, line.Asset);
        to.WriteString("amount"u8, DecimalText.Format(line.Amount, line.Decimals));
        to.WriteString("symbol"u8, ofBook ? line.Place.Stream[BookPrefix.Length..] : null);
        // For a change, its cause names the trade.
        to.WriteString("tradeId"u8, !ofBook
            ? null
            : line.Key ?? string.Create(CultureInfo.InvariantCulture, $"{line.Place.Sequence}-{line.Place.Index}"));
        if (line.IsPending)
            to.WriteBoolean("pending"u8, true);
        to.WriteEndObject();
    }

    /// <summary>
    /// Returns the requested period of UTC days, both included; by default today. Null if the request was rejected.
    /// </summary>
    private async ValueTask<(long From, long To)?> Period(HttpContext context)
    {
        var today = UtcDay.Of(time.UnixNanos());
        if (Day(context, "from", today) is not { } from)
        {
            await Answer.Refuse(
                context, Refusal.Not("from", context.Request.Query["from"], "a UTC day such as 2026-01-31"));
            return null;
        }

        if (Day(context, "to", Math.Max(today, from)) is not { } to || to < from)
        {
            await Answer.Refuse(context, Refusal.Not(
                "to", context.Request.Query["to"], "a UTC day such as 2026-01-31 that is not before 'from'"));
            return null;
        }

        return (from, to);
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
