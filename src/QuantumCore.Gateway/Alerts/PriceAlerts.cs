using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Alerts;

/// <summary>An alert and its instrument, which defines the format of its prices.</summary>
internal readonly record struct ShownAlert(Instrument Instrument, PriceAlert Alert);

/// <summary>All alerts of an account, ready to write.</summary>
/// <param name="SinceNanos">Time since which the account's alerts are kept, Unix nanoseconds.</param>
/// <param name="Alerts">Alerts, oldest first.</param>
internal sealed record ShownAlerts(long SinceNanos, ImmutableArray<ShownAlert> Alerts);

/// <summary>Price alerts of accounts, from their grains.</summary>
internal sealed class PriceAlerts(IGrainFactory grains, Listings listings, TimeProvider time, ILogger<PriceAlerts> log)
{
    private readonly GrainCalls _calls = new(log);

    // One per account whose alerts have listeners.
    private readonly ConcurrentDictionary<long, AlertFeed> _feeds = new();

    /// <summary>Returns the feed of an account's alerts.</summary>
    public AlertFeed FeedOf(long account) =>
        _feeds.GetOrAdd(account, _ => new AlertFeed(account, grains, this, time, log));

    /// <summary>Returns the alerts of an account, oldest first.</summary>
    public async ValueTask<(Refusal? Refusal, ShownAlerts? Alerts)> OfAsync(long account) =>
        await ShowAsync(await _calls.AskAsync("Alerts", account, () => grains.PriceAlerts(account).Alerts()));

    /// <summary>
    /// Sets an alert. The same alert again returns the existing one. An alert that fires at once is returned as fired.
    /// </summary>
    /// <param name="account">Account of the alert.</param>
    /// <param name="instrument">Instrument of the alert.</param>
    /// <param name="priceTicks">Price, in ticks.</param>
    /// <param name="isAbove">
    /// True to fire at or above the price, false at or below it; null for the side away from the last price.
    /// </param>
    public async ValueTask<(Refusal? Refusal, ShownAlert? Alert)> AddAsync(
        long account, Instrument instrument, long priceTicks, bool? isAbove)
    {
        // With a given side, the alert is set even without a last price.
        var book = await _calls.AskAsync("State", 0, () => grains.Book(instrument.BookKey).State(instrument.Symbol));
        var (last, after) = book.Failure == RejectReason.None
            ? (book.Value.LastPriceTicks, book.Value.Sequence)
            : (0, -1);
        if (isAbove is null)
        {
            if (book.Failure != RejectReason.None)
                return (new Refusal(book.Failure), null);
            if (last == 0)
                return (
                    new Refusal(
                        RejectReason.NoReference, "price", null,
                        "price needs a current price to start from, and there is none yet"), null);
            if (last == priceTicks)
                return (
                    Refusal.Malformed(
                        "price",
                        $"price {instrument.FormatPrice(priceTicks)} is the current price; choose another one"), null);
            isAbove = priceTicks > last;
        }

        var isReached = last > 0 && (isAbove.Value ? last >= priceTicks : last <= priceTicks);
        var request = new AlertRequest(instrument.Symbol, priceTicks, isAbove.Value, after, isReached ? last : 0);
        var (failure, result, _) =
            await _calls.AskAsync("AddAlert", account, () => grains.PriceAlerts(account).Add(request));
        return failure != RejectReason.None ? (new Refusal(failure), null) : result.Reason switch
        {
            RejectReason.None => (null, new ShownAlert(instrument, result.Alert!)),
            // This account may have few alerts: it is the symbol that is full.
            RejectReason.Overloaded =>
                (new Refusal(RejectReason.Forbidden, null, null,
                $"the exchange takes no more alerts of {instrument.Symbol} now; remove one or try later"), null),
            _ =>
                (new Refusal(result.Reason, null, $"{PriceAlert.MostOfOne}",
                $"an account has at most {PriceAlert.MostOfOne} alerts; remove one first"), null),
        };
    }

    /// <summary>Removes an alert, fired or not, and returns the rest. An unknown number changes nothing.</summary>
    public async ValueTask<(Refusal? Refusal, ShownAlerts? Alerts)> RemoveAsync(long account, long id) =>
        await ShowAsync(await _calls.AskAsync("RemoveAlert", account, () => grains.PriceAlerts(account).Remove(id)));

    /// <summary>Adds instruments to alerts.</summary>
    internal async ValueTask<ShownAlerts> ShowAsync(AccountAlerts alerts)
    {
        var shown = ImmutableArray.CreateBuilder<ShownAlert>(alerts.Alerts.Length);
        foreach (var alert in alerts.Alerts)
        {
            if (await listings.FindAsync(alert.Symbol) is { } instrument)
                shown.Add(new ShownAlert(instrument, alert));
        }

        return new ShownAlerts(alerts.SinceNanos, shown.DrainToImmutable());
    }

    private async ValueTask<(Refusal? Refusal, ShownAlerts? Alerts)> ShowAsync(GrainAnswer<AccountAlerts> answer) =>
        answer.Failure == RejectReason.None
            ? (null, await ShowAsync(answer.Value))
            : (new Refusal(answer.Failure), null);
}
