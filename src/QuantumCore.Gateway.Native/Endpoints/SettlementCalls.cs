using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for settlement: venues with their holidays and batches.</summary>
internal sealed class SettlementCalls(
    OrderEntry entry, IGrainFactory grains, Listings listings, TimeProvider time, OperatorLog operators)
{
    private const int BatchesShown = 100;
    private const int FailsShown = 1_000;

    private static readonly Refusal s_noVenue = new(RejectReason.BadRequest, "venue", Detail: "Nothing settles there.");

    private ICatalogGrain Catalog => grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);

    /// <summary>GET /admin/settlement: lists venues, batches and fails.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator. It has the newest 100 batches of each venue and the 1000 oldest
    /// fails; units and cash are decimal text.
    /// </remarks>
    public Task<Result<Api.SettlementVenues>> ShowAsync(HttpContext context) => VenuesAsync();

    /// <summary>POST /admin/settlement/{venue}/holidays: sets a venue's holidays.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>holidays</c> are all days (2026-12-25) from the day after
    /// tomorrow on, earlier ones stay. Expect <c>BadRequest</c> for a day that is none, too early a day, or a venue
    /// where nothing settles.
    /// </remarks>
    public async Task<Result<Api.SettlementVenues>> SetHolidaysAsync(
        HttpContext context, Caller officer, Api.HolidaysBody text)
    {
        var refusal = WhyReading.Check(text.Why);
        var days = ImmutableArray.CreateBuilder<long>();
        foreach (var holiday in text.Holidays ?? [])
        {
            if (UtcDay.TryParse(holiday, out var day))
                days.Add(day);
            else
                refusal ??= Refusal.Not("holidays", holiday ?? "null", "a day such as 2026-12-25, at most 2199-12-31");
        }

        var venue = Call.Path(context, "venue");
        if (await VenueOfAsync(context) is null)
            refusal ??= s_noVenue;
        refusal ??= await TooEarlyAsync(venue, days);
        if (refusal is null
            && await Catalog.SetHolidays(new(venue, days.ToImmutable(), officer.Name, text.Why ?? "")) is { } reason)
            refusal = Refusal.Malformed("holidays", FeesReading.Sentence(reason));
        return refusal is { } refused ? refused : await VenuesAsync();
    }

    /// <summary>POST /admin/settlement/{venue}/buy-ins: buys in what an account fails to deliver.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; enters a market order for the account, named <c>id</c>, and
    /// returns it as <c>POST /orders</c> does. Expect <c>BadRequest</c> on <c>account</c> if it fails nothing, or not
    /// for long enough; the same <c>id</c> again is the same order.
    /// </remarks>
    public async Task<Result<Api.Order>> BuyInAsync(HttpContext context, Caller officer, Api.BuyInBody text)
    {
        var account = default(AccountId);
        var (refusal, lots) = (WhyReading.Check(text.Why), 0L);
        if (!ClientOrderId.IsValid(text.Id))
            refusal ??= Refusal.NotAKey("id", text.Id);
        if (!AccountId.TryParse(text.Account, out account))
            refusal ??= new Refusal(RejectReason.UnknownAccount, "account");
        if (await listings.FindAsync(text.Symbol ?? "") is null)
            refusal ??= await listings.UnknownAsync(text.Symbol);
        if (await VenueOfAsync(context) is not { } venue)
            refusal ??= s_noVenue;
        else if (refusal is null)
        {
            var decision = await venue.BuyIn(new(text.Id!, account.Value, text.Symbol!, officer.Name, text.Why ?? ""));
            lots = decision.Lots;
            refusal = decision.Refusal is { } reason
                ? Refusal.Malformed("account", FeesReading.Sentence(reason))
                : await operators.NoteAsync(officer, "boughtIn", account.ToString(), text);
        }

        if (refusal is { } refused)
            return refused;

        var report = await entry.PlaceAsync(account.Value, new HoldRequest(
            text.Id!, text.Symbol!, Side.Buy, OrderType.Market, TimeInForce.ImmediateOrCancel, PostOnly: false, 0,
            lots));
        return OrderAnswer.Of(report, await listings.BySymbolAsync());
    }

    /// <summary>POST /admin/settlement/{venue}/buy-in-days: sets the days before a buy-in.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>days</c> are business days, 0 to 100, else <c>BadRequest</c>.
    /// </remarks>
    public async Task<Result<Api.SettlementVenues>> SetBuyInDaysAsync(
        HttpContext context, Caller officer, Api.BuyInDaysBody text)
    {
        var refusal = text.Days is null
            ? Refusal.NotInRange("days", null, 0, BuyInDaysRequest.Most) with { Limit = null }
            : WhyReading.Check(text.Why);
        if (await VenueOfAsync(context) is not { } venue)
            refusal ??= s_noVenue;
        else if (refusal is null
            && await venue.SetBuyInDays(new(text.Days ?? 0, officer.Name, text.Why ?? "")) is { } reason)
            refusal = new Refusal(
                RejectReason.BadRequest, "days", BuyInDaysRequest.Most.ToString(CultureInfo.InvariantCulture),
                FeesReading.Sentence(reason));
        refusal ??= await operators.NoteAsync(officer, "buyInDaysSet", Call.Path(context, "venue"), text);
        return refusal is { } refused ? refused : await VenuesAsync();
    }

    // A calendar of the whole year may include past days. But a holiday today or tomorrow would be announced and not
    // take effect.
    private async ValueTask<Refusal?> TooEarlyAsync(string venue, IEnumerable<long> days)
    {
        var today = UtcDay.Of(time.UnixNanos());
        var known =
            (await Catalog.SettlementCalendars()).FirstOrDefault(calendar => calendar.Venue == venue)?.Holidays ?? [];
        var first = UtcDay.Text(today + 2);
        return days.Any(day => (day == today || day == today + 1) && !known.Contains(day))
            ? new Refusal(
                RejectReason.BadRequest, "holidays", first,
                $"Today and tomorrow can't become holidays if they are business days; the first possible holiday is {first}.")
            : null;
    }

    // A venue at which nothing settles has no stream, and a request must not create one.
    private async Task<ISettlementGrain?> VenueOfAsync(HttpContext context)
    {
        var venue = Call.Path(context, "venue");
        return (await listings.AllAsync()).Any(instrument => instrument.SettlementVenue == venue)
            ? grains.GetGrain<ISettlementGrain>(venue)
            : null;
    }

    private async Task<Result<Api.SettlementVenues>> VenuesAsync()
    {
        var calendars = await Catalog.SettlementCalendars();
        var venues = new List<Api.SettlementVenue>();
        foreach (var venue in (await listings.AllAsync()).Select(instrument => instrument.SettlementVenue)
            .Where(venue => venue.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var settlement = grains.GetGrain<ISettlementGrain>(venue);
            var holidays = calendars.FirstOrDefault(calendar => calendar.Venue == venue)?.Holidays ?? [];
            venues.Add(new Api.SettlementVenue(
                venue,
                [.. holidays.Select(UtcDay.DateOf)],
                await settlement.BuyInDays(),
                [.. (await settlement.Batches(BatchesShown)).Select(ToApi)],
                [.. (await settlement.Fails(FailsShown)).Select(ToApi)]));
        }

        return new Api.SettlementVenues(venues);
    }

    private static Api.SettlementBatch ToApi(SettlementBatchView batch) => new(
        batch.Id,
        UtcDay.DateOf(batch.Date),
        batch.Cycle,
        batch.State,
        batch.Trades,
        batch.Items,
        batch.Hash,
        new(batch.ClosedNanos));

    private static Api.SettlementFail ToApi(SettlementFailView fail) => new(
        ApiValues.Account(fail.Account),
        fail.Symbol,
        fail.Asset,
        ApiValues.Decimal(fail.Units, fail.Decimals),
        fail.Currency,
        ApiValues.Decimal(fail.Cash, fail.CashDecimals),
        UtcDay.DateOf(fail.Since),
        fail.Days);
}
