using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;

namespace QuantumCore.Gateway.Following;

/// <summary>The feeds of accounts whose owners listen; one per account.</summary>
internal sealed class AccountFeeds(OrderEntry entry, Listings listings, TimeProvider time, ILogger<AccountFeeds> log)
{
    private readonly ConcurrentDictionary<long, AccountFeed> _feeds = new();

    public AccountFeed Of(long account) =>
        _feeds.GetOrAdd(account, _ => new AccountFeed(account, entry, listings, time, log));
}

/// <summary>
/// What happens to an account, for all who listen: its books' records since the feed began, each once, each book's in sequence, none
/// left out. A call that failed is asked again: the journal has what was missed.
/// </summary>
internal sealed class AccountFeed(long account, OrderEntry entry, Listings listings, TimeProvider time, ILogger log)
{
    private const int FillsAtOnce = 1_000;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Action<AccountNews>> _listeners = [];
    private TaskCompletionSource<ImmutableArray<SeenSequence>>? _began;
    private AccountEvents _events = new([], [], []);
    private ImmutableArray<SeenSequence> _places = [];
    private long _version;

    /// <summary>
    /// Starts to give the listener what happens; complete when whatever happens from now on is told, with the places in the books up to
    /// which nothing is. Who gives up waiting for that is to leave.
    /// </summary>
    public Task<ImmutableArray<SeenSequence>> Join(Action<AccountNews> listener, CancellationToken gone)
    {
        TaskCompletionSource<ImmutableArray<SeenSequence>> began;
        lock (_lock)
        {
            _listeners.Add(listener);
            if (_began is { Task.IsCompleted: true })
                return Task.FromResult(_places);
            if (_began is not null)
                return _began.Task.WaitAsync(gone);
            _began = began = new TaskCompletionSource<ImmutableArray<SeenSequence>>(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = Follow(began);
        return began.Task.WaitAsync(gone);
    }

    /// <summary>Gives the listener nothing more.</summary>
    public void Leave(Action<AccountNews> listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    /// <summary>Follows the account as long as anyone listens. What grains throw ends here.</summary>
    private async Task Follow(TaskCompletionSource<ImmutableArray<SeenSequence>> began)
    {
        _version = -1;
        OrdersPlace? orders = null;
        while (GoesOn())
        {
            try
            {
                var change = await entry.WaitForChange(account, _version, _places, orders);
                if (change is null)
                    continue;
                if (_version < 0)
                    await Begin(change.View);
                else
                    await Tell(change);
                (_version, orders) = (change.Version, change.Place);
                began.TrySetResult(change.View.Cursors);
            }
            catch (Exception error)
            {
                Log.CallFailed(log, "WaitForChange", account, 1, error);
                await Task.Delay(s_rest, time, CancellationToken.None);
            }
        }
    }

    private bool GoesOn()
    {
        lock (_lock)
        {
            if (_listeners.Count > 0)
                return true;

            _began = null;
            return false;
        }
    }

    /// <summary>The account as it is: of orders that have traded, what for is added up from their fills until then.</summary>
    private async ValueTask Begin(AccountView view)
    {
        // Without open orders there is nothing to ask the history for, which may be behind.
        _events = view.OpenOrders.IsEmpty ? new AccountEvents([], [], view.Balances) : await Read(view);
        lock (_lock)
        {
            _places = view.Cursors;
        }
    }

    private async ValueTask<AccountEvents> Read(AccountView view)
    {
        var places = view.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
        // The history may be newer than the account is here: of lists that began since, their events will tell.
        var open = view.OpenOrders.Select(order => order.Number).ToHashSet();
        var past = (await entry.Orders(new OrderQuery(account, IsOpen: true, Limit: int.MaxValue, HasChain: true)))
            .Where(order => open.Contains(order.Number)).ToDictionary(order => order.Number);
        var lists = new Dictionary<long, ImmutableArray<PastOrder>>();
        foreach (var list in past.Values.Select(order => order.ListId).OfType<long>().Distinct())
            lists.Add(list, await entry.Orders(new OrderQuery(account, ListId: list)));
        var listOf = lists.Values.SelectMany(list => list).ToDictionary(order => order.Number, order => order.ListId);
        var prevented = await entry.Prevented(new PreventedQuery(account, IsOpen: true, Limit: int.MaxValue));
        var orders = new List<PastOrder>();
        foreach (var order in view.OpenOrders)
        {
            var fills = order.FilledLots == 0 ? [] : await Fills(order);
            // A trade that was changed leaves its orders what they were.
            var until = fills.Where(fill => fill.Fill.Sequence <= places.GetValueOrDefault(order.Symbol))
                .Select(fill => fill.TradedTicks == 0 ? fill.Fill : fill.Fill with { PriceTicks = fill.TradedTicks });
            var lost = prevented.Where(match => match.Symbol == order.Symbol && match.Place.Sequence <= places.GetValueOrDefault(order.Symbol));
            var shown = OrderViews.Of(order, until);
            orders.Add(shown with
            {
                // The account holds for an order before its book has it: that one's time is the order's, as in every answer.
                CreatedNanos = past.GetValueOrDefault(order.Number)?.CreatedNanos ?? shown.CreatedNanos,
                ListId = listOf.GetValueOrDefault(order.Number),
                Chain = past.GetValueOrDefault(order.Number)?.Chain,
                Prevented = prevented.IsEmpty ? null : PreventedQuantity.Of(order.Number, lost.Reverse()),
            });
        }

        return new AccountEvents(orders, lists.Values.Select(list => list.AsEnumerable()), view.Balances);
    }

    /// <summary>All that an order has traded: there may be more than one answer tells.</summary>
    private async ValueTask<List<AccountFill>> Fills(OpenOrder order)
    {
        var fills = new List<AccountFill>();
        var from = default(TradePlace);
        while (true)
        {
            var page = await entry.FillsOf(new FillQuery(account, order.Symbol, order.OrderId, from, null, null, FillsAtOnce));
            fills.AddRange(page);
            // Of an order that met the account's own half of an answer is the other one's.
            if (page.Length < FillsAtOnce / 2)
                return fills;
            from = new TradePlace(page[^1].Fill.Sequence, page[^1].Fill.Index + 1);
        }
    }

    private async ValueTask Tell(AccountChange change)
    {
        // Another silo may have listed what is traded here.
        foreach (var book in change.Records)
            await listings.Find(book.Symbol);
        var listed = await listings.BySymbol();
        var news = new AccountNews(time.GetUtcNow(), _events.Of(account, change, listed), change.View.Cursors);
        lock (_lock)
        {
            _places = news.Places;
            foreach (var listener in _listeners)
                listener(news);
        }
    }
}
