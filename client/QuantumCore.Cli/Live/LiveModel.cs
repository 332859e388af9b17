using QuantumCore.Client;

namespace QuantumCore.Cli.Live;

/// <summary>Content of the screen: an instrument's book and trades, and the account's orders.</summary>
/// <param name="Symbol">The instrument.</param>
/// <param name="State">Phase and last price; null before they are known.</param>
/// <param name="IsFresh">True if book and account are up to date.</param>
/// <param name="Bids">Buy levels, highest first.</param>
/// <param name="Asks">Sell levels, lowest first.</param>
/// <param name="Tape">The newest trades, newest first.</param>
/// <param name="Account">The account, <c>ACC-n</c>; empty before it is known.</param>
/// <param name="Orders">All its open orders, newest first.</param>
internal sealed record LiveView(
    string Symbol,
    SymbolState? State,
    bool IsFresh,
    IReadOnlyList<PriceLevel> Bids,
    IReadOnlyList<PriceLevel> Asks,
    IReadOnlyList<Trade> Tape,
    string Account,
    IReadOnlyList<Order> Orders);

/// <summary>Data received from the streams so far, for the screen. Thread-safe.</summary>
internal sealed class LiveModel
{
    /// <summary>Levels and trades kept, more than any terminal has lines.</summary>
    private const int Most = 200;

    private readonly Lock _lock = new();
    private readonly List<Trade> _tape = [];
    private LiveView _view = new("", null, false, [], [], [], "", []);
    private bool _bookIsFresh;
    private bool _accountIsFresh;

    /// <summary>Current view.</summary>
    internal LiveView Now
    {
        get
        {
            lock (_lock)
                return _view with { IsFresh = _bookIsFresh && _accountIsFresh };
        }
    }

    /// <summary>Switches to another instrument.</summary>
    internal void Show(string symbol)
    {
        lock (_lock)
        {
            _tape.Clear();
            _bookIsFresh = false;
            _view = _view with { Symbol = symbol, State = null, Bids = [], Asks = [], Tape = [] };
        }
    }

    /// <summary>Adds earlier trades, newest first.</summary>
    internal void Take(string symbol, IReadOnlyList<Trade> past)
    {
        lock (_lock)
        {
            if (_view.Symbol != symbol)
                return;

            // Changes of known trades may have been missed, including a return to the original price.
            foreach (var trade in past)
                Change(trade.TradeId, trade.State, trade.CorrectedPrice);
            Add(past);
            ShowTape();
        }
    }

    internal void Take(SymbolState state)
    {
        lock (_lock)
        {
            if (_view.Symbol == state.Symbol)
                _view = _view with { State = state };
        }
    }

    internal void Take(BookUpdate update)
    {
        lock (_lock)
        {
            if (_view.Symbol != update.Book.Symbol)
                return;

            _bookIsFresh = !update.Book.IsStale;
            Add(update.Trades.Reverse());
            foreach (var change in update.TradeChanges)
            {
                // A trade corrected back to its original price counts as unchanged.
                var isChanged = change.Price != change.TradedPrice;
                Change(change.TradeId, isChanged ? change.State : null, isChanged ? change.Price : null);
            }

            _view = _view with { Bids = [.. update.Book.Bids.Take(Most)], Asks = [.. update.Book.Asks.Take(Most)] };
            ShowTape();
        }
    }

    internal void Take(AccountUpdate update)
    {
        lock (_lock)
        {
            _accountIsFresh = !update.Account.IsStale;
            _view = _view with
            {
                Account = update.Account.Account,
                Orders = [.. update.Account.OpenOrders.OrderByDescending(static order => order.TimeNanos).Take(Most)],
            };
        }
    }

    /// <summary>
    /// Adds unknown trades, newest first. Trades read after a snapshot overlap with those streamed after it.
    /// </summary>
    private void Add(IEnumerable<Trade> trades)
    {
        var known = _tape.Select(static trade => trade.TradeId).ToHashSet(StringComparer.Ordinal);
        Trade[] tape = [.. trades.Where(trade => !known.Contains(trade.TradeId)).Concat(_tape)
            .OrderByDescending(static trade => trade.TimeNanos)];
        _tape.Clear();
        _tape.AddRange(tape);
    }

    private void Change(string trade, TradeState? state, decimal? price)
    {
        if (_tape.FindIndex(known => known.TradeId == trade) is >= 0 and var at)
            _tape[at] = _tape[at] with { State = state, CorrectedPrice = price };
    }

    private void ShowTape()
    {
        if (_tape.Count > Most)
            _tape.RemoveRange(Most, _tape.Count - Most);
        _view = _view with { Tape = [.. _tape] };
    }
}
