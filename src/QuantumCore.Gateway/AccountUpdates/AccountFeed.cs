using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.AccountUpdates;

/// <summary>Feeds of accounts with listeners; one per account.</summary>
internal sealed class AccountFeeds(
    AccountQueries accounts, Listings listings, TimeProvider time, ILogger<AccountFeeds> log)
{
    private readonly ConcurrentDictionary<long, AccountFeed> _feeds = new();

    public AccountFeed Of(long account) =>
        _feeds.GetOrAdd(account, _ => new AccountFeed(account, accounts, listings, time, log));
}

/// <summary>
/// Events of an account for all its listeners: the records of its books since the feed began, each once, in sequence
/// within a book, none left out. A failed call is retried: the journal has what was missed.
/// </summary>
internal sealed class AccountFeed(
    long account, AccountQueries accounts, Listings listings, TimeProvider time, ILogger log)
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
    /// Adds a listener. Completes when all events from now on are reported, with the sequences of the books up to which
    /// none are. A caller that gives up waiting must leave.
    /// </summary>
    public Task<ImmutableArray<SeenSequence>> JoinAsync(Action<AccountNews> listener, CancellationToken gone)
    {
        TaskCompletionSource<ImmutableArray<SeenSequence>> began;
        lock (_lock)
        {
            _listeners.Add(listener);
            if (_began is { Task.IsCompleted: true })
                return Task.FromResult(_places);
            if (_began is not null)
                return _began.Task.WaitAsync(gone);
            _began = began = new TaskCompletionSource<ImmutableArray<SeenSequence>>(
                TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _ = FollowAsync(began);
        return began.Task.WaitAsync(gone);
    }

    /// <summary>Removes a listener.</summary>
    public void Leave(Action<AccountNews> listener)
    {
        lock (_lock)
        {
            _listeners.Remove(listener);
        }
    }

    /// <summary>Follows the account as long as there are listeners. Exceptions of grains end here.</summary>
    private async Task FollowAsync(TaskCompletionSource<ImmutableArray<SeenSequence>> began)
    {
        _version = -1;
        OrdersPlace? orders = null;
        while (GoesOn())
        {
            try
            {
                var change = await accounts.WaitForChangeAsync(account, _version, _places, orders);
                if (change is null)
                    continue;
                if (_version < 0)
                    await BeginAsync(change.View);
                else
                    await TellAsync(change);
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

    /// <summary>
    /// Starts from the account's current state. For orders that have traded, it sums up their fills so far.
    /// </summary>
    private async ValueTask BeginAsync(AccountView view)
    {
        // Without open orders there is no need to ask the history, which may be behind.
        _events = view.OpenOrders.IsEmpty ? new AccountEvents([], [], view.Balances) : await ReadAsync(view);
        lock (_lock)
        {
            _places = view.Cursors;
        }
    }

    private async ValueTask<AccountEvents> ReadAsync(AccountView view)
    {
        var places = view.Cursors.ToDictionary(seen => seen.Symbol, seen => seen.Sequence, StringComparer.Ordinal);
        // The history may be newer than this view of the account: later events report lists that began since.
        var open = view.OpenOrders.Select(order => order.Number).ToHashSet();
        var past = (await accounts.OrdersAsync(
            new OrderQuery(account, IsOpen: true, Limit: int.MaxValue, HasChain: true)))
            .Where(order => open.Contains(order.Number)).ToDictionary(order => order.Number);
        var lists = new Dictionary<long, ImmutableArray<PastOrder>>();
        foreach (var list in past.Values.Select(order => order.ListId).OfType<long>().Distinct())
            lists.Add(list, await accounts.OrdersAsync(new OrderQuery(account, ListId: list)));
        var listOf = lists.Values.SelectMany(list => list).ToDictionary(order => order.Number, order => order.ListId);
        var prevented = await accounts.PreventedAsync(new PreventedQuery(account, IsOpen: true, Limit: int.MaxValue));
        var orders = new List<PastOrder>();
        foreach (var order in view.OpenOrders)
        {
            var fills = order.FilledLots == 0 ? [] : await FillsAsync(order);
            // A changed trade does not affect its orders.
            var until = fills.Where(fill => fill.Fill.Sequence <= places.GetValueOrDefault(order.Symbol))
                .Select(fill => fill.TradedTicks == 0 ? fill.Fill : fill.Fill with { PriceTicks = fill.TradedTicks });
            var lost = prevented.Where(
                match => match.Symbol == order.Symbol
                    && match.Place.Sequence <= places.GetValueOrDefault(order.Symbol));
            var shown = OrderViews.Of(order, until);
            orders.Add(shown with
            {
                // The account holds cover before the book has the order; the order's time is the book's, as in every
                // answer.
                CreatedNanos = past.GetValueOrDefault(order.Number)?.CreatedNanos ?? shown.CreatedNanos,
                ListId = listOf.GetValueOrDefault(order.Number),
                Chain = past.GetValueOrDefault(order.Number)?.Chain,
                Prevented = prevented.IsEmpty ? null : PreventedQuantity.Of(order.Number, lost.Reverse()),
            });
        }

        return new AccountEvents(orders, lists.Values.Select(list => list.AsEnumerable()), view.Balances);
    }

    /// <summary>Returns all fills of an order; there may be more than one page.</summary>
    private async ValueTask<List<AccountFill>> FillsAsync(OpenOrder order)
    {
        var fills = new List<AccountFill>();
        var from = default(TradePlace);
        while (true)
        {
            var page =
                await accounts.FillsOfAsync(
                    new FillQuery(account, order.Symbol, order.OrderId, from, null, null, FillsAtOnce));
            fills.AddRange(page);
            // For an order that traded with its own account, half of a page belongs to the other order.
            if (page.Length < FillsAtOnce / 2)
                return fills;
            from = new TradePlace(page[^1].Fill.Sequence, page[^1].Fill.Index + 1);
        }
    }

    private async ValueTask TellAsync(AccountChange change)
    {
        // Another silo may have listed the instruments traded here.
        foreach (var book in change.Records)
            await listings.FindAsync(book.Symbol);
        var listed = await listings.BySymbolAsync();
        var news = new AccountNews(time.GetUtcNow(), _events.Of(account, change, listed), change.View.Cursors);
        lock (_lock)
        {
            _places = news.Places;
            foreach (var listener in _listeners)
                listener(news);
        }
    }
}
