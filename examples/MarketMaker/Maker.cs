using System.Globalization;
using System.Threading.Channels;
using QuantumCore.Client;

namespace QuantumCore.Examples.MarketMaker;

/// <summary>
/// Quotes one symbol on both sides until it is stopped. Two rules keep it out of trouble: it quotes only while a
/// <see cref="DisconnectGuard"/> stands and both its streams are up to date, and it never leaves an order whose outcome
/// is not known: it asks again, under the same client order id, until it knows.
/// </summary>
public sealed class Maker(QuantumCoreClient exchange, Instrument instrument, Terms terms, TextWriter log)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    // Names are used once, for ever: this part of them is new in each run.
    private readonly string _run = QuantumCoreClient.NewClientOrderId()[..8];
    private readonly Dictionary<OrderSide, Order> _quotes = [];

    // What the streams tell. Whoever changes it rings the bell; the bell holds one ring.
    private readonly Lock _lock = new();
    private readonly Channel<bool> _bell =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _bookIsFresh;
    private bool _accountIsFresh;
    private decimal? _middle;
    private decimal? _last;
    private decimal _total;
    private HashSet<string> _open = [];
    private decimal? _began;
    private long _count;

    /// <summary>Quotes until cancelled. Its orders are cancelled at the end, by the guard if by nobody else.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        // Neither ends by itself: whichever does has failed.
        var streams = Task.WhenAny(FollowBookAsync(stop), FollowAccountAsync(stop)).Unwrap();
        try
        {
            while (!streams.IsCompleted)
                await UnderGuardAsync(streams, stop);
            await streams;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Say("stopped");
        }
    }

    private async Task UnderGuardAsync(Task streams, CancellationToken stop)
    {
        DisconnectGuard guard;
        try
        {
            guard = await exchange.Orders.CancelOnDisconnectAsync(cancellation: stop);
        }
        catch (QuantumCoreException failure) when (failure.Code == RejectCodes.Unreachable)
        {
            Say($"no exchange: {failure.Message}");
            await Task.Delay(s_pause, stop);
            return;
        }

        await using (guard)
        {
            // What an earlier run or connection left is not ours to reason about.
            await UntilKnownAsync(() => exchange.Orders.CancelAllAsync(instrument.Symbol, cancellation: stop), stop);
            Forget(OrderSide.Buy);
            Forget(OrderSide.Sell);
            Say("guarded");
            while (!guard.Lost.IsCompleted && !streams.IsCompleted)
            {
                _bell.Reader.TryRead(out _);
                await QuoteAsync(stop);
                await Task.WhenAny(guard.Lost, streams, _bell.Reader.WaitToReadAsync(stop).AsTask());
                stop.ThrowIfCancellationRequested();
            }

            Say("guard lost");
        }
    }

    /// <summary>Brings both quotes to where they should be now; takes them in while a stream is old.</summary>
    private async Task QuoteAsync(CancellationToken stop)
    {
        decimal? fair;
        decimal inventory;
        Order[] inDoubt;
        lock (_lock)
        {
            _began ??= _accountIsFresh ? _total : null;
            fair = _bookIsFresh && _accountIsFresh ? _middle ?? _last ?? instrument.ReferencePrice : null;
            inventory = _total - (_began ?? _total);
            inDoubt = [.. _quotes.Values.Where(order => !_open.Contains(order.ClientOrderId))];
        }

        // The stream does not show it: it is done, or younger than what the stream told last.
        foreach (var order in inDoubt)
        {
            var now = await UntilKnownAsync(() => exchange.Orders.GetAsync(order.Symbol, order.OrderId, stop), stop);
            if (now is not { Status: OrderStatus.New or OrderStatus.PartiallyFilled })
                Forget(order.Side);
        }

        var (bid, ask) = fair is { } price ? Quoting.For(price, inventory, terms, instrument) : (null, null);
        await MoveAsync(OrderSide.Buy, bid, inventory, stop);
        await MoveAsync(OrderSide.Sell, ask, inventory, stop);
    }

    private async Task MoveAsync(OrderSide side, Quote? wanted, decimal inventory, CancellationToken stop)
    {
        if (_quotes.TryGetValue(side, out var resting))
        {
            if (wanted is not null && resting.Price == wanted.Price)
                return;

            await UntilKnownAsync(() => exchange.Orders.CancelByClientIdAsync(resting.ClientOrderId, stop), stop);
            Forget(side);
        }

        if (wanted is null)
            return;

        // Made once and sent as often as it takes: the exchange knows it by its name, and enters it once.
        var order = PlaceOrder.Limit(instrument.Symbol, side, wanted.Quantity, wanted.Price) with
        {
            PostOnly = true,
            ClientOrderId = string.Create(CultureInfo.InvariantCulture, $"mm-{_run}-{++_count}"),
        };
        if (await UntilKnownAsync(
            () => exchange.Orders.PlaceAsync(order, stop), stop) is not { Status: OrderStatus.New } placed)
            return;

        lock (_lock)
            _quotes[side] = placed;
        Say(string.Create(
            CultureInfo.InvariantCulture, $"{side} {placed.Quantity} at {placed.Price}, inventory {inventory}"));
    }

    /// <summary>
    /// Makes a call until its outcome is known. The SDK repeats by itself for a while; who gives up then knows nothing,
    /// so this asks on. Null when the exchange said no, which for a quote is an answer like any other (the market
    /// moved).
    /// </summary>
    private async Task<T?> UntilKnownAsync<T>(Func<Task<T>> call, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (QuantumCoreException failure) when (failure.Code
                is RejectCodes.OutcomeUnknown or RejectCodes.Unreachable or RejectCodes.Overloaded
                    or RejectCodes.TooManyRequests)
            {
                Say($"asking again: {failure.Code}");
                await Task.Delay(s_pause, stop);
            }
            catch (QuantumCoreException refusal)
            {
                Say($"refused: {refusal.Code}");
                return default;
            }
        }
    }

    private void Forget(OrderSide side)
    {
        lock (_lock)
            _quotes.Remove(side);
    }

    private async Task FollowBookAsync(CancellationToken stop)
    {
        await foreach (var update in exchange.Market.WatchBooksAsync([instrument.Symbol], stop))
        {
            // A snapshot has no trades: what traded before it, or while the stream was cut, is asked for.
            var isNew = !_bookIsFresh && !update.Book.IsStale;
            var state = isNew
                ? await UntilKnownAsync(() => exchange.Market.GetStateAsync(instrument.Symbol, stop), stop)
                : null;
            lock (_lock)
            {
                _last = state?.LastPrice ?? _last;
                var own =
                    _quotes.Values.Select(static order => (order.Side, order.Price ?? 0, order.Remaining)).ToArray();
                _bookIsFresh = !update.Book.IsStale;
                _middle = Quoting.MiddleOfOthers(update.Book, own);
                if (update.Trades is [.., var newest])
                    _last = newest.Price;
            }

            _bell.Writer.TryWrite(true);
        }
    }

    private async Task FollowAccountAsync(CancellationToken stop)
    {
        await foreach (var update in exchange.Account.WatchAsync(stop))
        {
            lock (_lock)
            {
                _accountIsFresh = !update.Account.IsStale;
                _total = update.Account.TotalOf(instrument.BaseAsset);
                _open = [.. update.Account.OpenOrders.Select(static order => order.ClientOrderId)];
            }

            _bell.Writer.TryWrite(true);
        }
    }

    private void Say(string text) => log.WriteLine($"{instrument.Symbol} {text}");
}
