using System.Globalization;
using System.Threading.Channels;
using QuantumCore.Contracts;
using QuantumCore.Gateway.MarketFeeds;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Fix;

/// <summary>Book of one market data request: a snapshot, then its changes.</summary>
internal sealed class FixBook(
    FixServices services, FixHolder holder, FixSession session, FixMarketRequest request, Instrument instrument)
    : IUpdateReader, IDisposable
{
    private const char New = '0';
    private const char Change = '1';
    private const char Delete = '2';

    /// <summary>DeleteReason (285) of a busted trade.</summary>
    private const char TradeBust = '0';

    private readonly Channel<MarketUpdate> _updates =
        Channel.CreateUnbounded<MarketUpdate>(new UnboundedChannelOptions { SingleReader = true });
    private readonly PriceBook _book = new();
    private readonly List<LevelChange> _changes = [];

    private BookFeed Feed => services.Books.Of(instrument);

    /// <summary>Starts to send.</summary>
    public void Start()
    {
        _ = services.GuardAsync(session, RunAsync());
        Feed.Join(this);
    }

    /// <inheritdoc/>
    public void Offer(MarketUpdate update) => _updates.Writer.TryWrite(update);

    /// <inheritdoc/>
    public void Dispose()
    {
        Feed.Leave(this);
        _updates.Writer.TryComplete();
    }

    private async Task RunAsync()
    {
        await foreach (var update in _updates.Reader.ReadAllAsync())
        {
            if (!await holder.IsStillIn())
            {
                session.LogOut(FixTrader.KeyIsGone);
                return;
            }

            _changes.Clear();
            _book.Apply(update, _changes);
            Tell(update, [.. _changes.Select(EntryOf).OfType<Entry>()]);
            if (request.Kind == '0')
            {
                Dispose();
                return;
            }
        }
    }

    private void Tell(MarketUpdate update, List<Entry> changes)
    {
        // A snapshot has no trades, and no changes of earlier trades.
        var entries = !request.Trades || update.IsSnapshot
            ? []
            : request.IsIncremental ? Entries(update) : CurrentTrades(update);
        if (!update.IsSnapshot && changes.Count == 0 && entries.Count == 0)
            return;

        if (update.IsSnapshot || !request.IsIncremental)
            session.Send("W", to => WriteBook(to, update.TimeNanos, entries), isKept: false, request.Route);
        else
            session.Send("X", to => WriteChanges(to, update.TimeNanos, changes, entries), isKept: false, request.Route);
    }

    /// <summary>Returns trades as they were made, then changes of these and earlier trades.</summary>
    private static List<TradeEntry> Entries(MarketUpdate update) =>
    [
        .. update.Trades.Select(static trade => new TradeEntry(New, trade, trade.PriceTicks)),
        .. update.TradeChanges.Select(static change => change.PriceTicks == 0
            ? new TradeEntry(Delete, change.Trade, change.BeforeTicks)
            : new TradeEntry(Change, change.Trade, change.PriceTicks)),
    ];

    /// <summary>
    /// Returns trades in their state after the update. Trades of a W message have no ids that a later change could
    /// name, so a busted one is left out.
    /// </summary>
    private static List<TradeEntry> CurrentTrades(MarketUpdate update)
    {
        var prices = update.Trades.ToDictionary(Place, static trade => trade.PriceTicks);
        foreach (var change in update.TradeChanges)
        {
            if (prices.ContainsKey(Place(change.Trade)))
                prices[Place(change.Trade)] = change.PriceTicks;
        }

        return [.. update.Trades.Select(trade => new TradeEntry(New, trade, prices[Place(trade)]))
            .Where(static entry => entry.PriceTicks != 0)];
    }

    private static TradePlace Place(PublicTrade trade) => new(trade.Sequence, trade.Index);

    /// <summary>Returns the entry of a level; null if nobody asked for its side, or if it was gone before.</summary>
    private Entry? EntryOf(LevelChange change)
    {
        var isAskedFor = change.Side == Side.Buy ? request.Bids : request.Asks;
        if (!isAskedFor || (change.BeforeLots == 0 && change.Level.QuantityLots == 0))
            return null;

        var action = change.Level.QuantityLots == 0 ? Delete : change.BeforeLots == 0 ? New : Change;
        return new Entry(change.Side == Side.Buy ? '0' : '1', change.Level, action);
    }

    private void WriteBook(FixWriter to, long timeNanos, List<TradeEntry> trades)
    {
        var bids = Levels(_book.Bids, request.Bids);
        var asks = Levels(_book.Asks, request.Asks);
        to.Add(FixTag.MDReqID, request.Id);
        to.Add(FixTag.Symbol, instrument.Symbol);
        to.Add(FixTag.NoMDEntries, bids.Length + asks.Length + trades.Count);
        foreach (var level in bids)
            WriteLevel(to, '0', level, timeNanos);
        foreach (var level in asks)
            WriteLevel(to, '1', level, timeNanos);
        foreach (var trade in trades)
        {
            to.Add(FixTag.MDEntryType, '2');
            WriteTrade(to, trade);
        }
    }

    private DepthLevel[] Levels(IReadOnlyCollection<DepthLevel> side, bool isTold) =>
        !isTold ? [] : [.. request.Depth == 0 ? side : side.Take(request.Depth)];

    private void WriteLevel(FixWriter to, char type, DepthLevel level, long timeNanos)
    {
        to.Add(FixTag.MDEntryType, type);
        to.Add(FixTag.MDEntryPx, instrument.FormatPrice(level.PriceTicks));
        to.Add(FixTag.MDEntrySize, instrument.FormatQuantity(level.QuantityLots));
        WriteTime(to, timeNanos);
        to.Add(FixTag.NumberOfOrders, level.Orders);
    }

    private void WriteChanges(FixWriter to, long timeNanos, List<Entry> changes, List<TradeEntry> trades)
    {
        to.Add(FixTag.MDReqID, request.Id);
        to.Add(FixTag.NoMDEntries, changes.Count + trades.Count);
        foreach (var (type, level, action) in changes)
        {
            to.Add(FixTag.MDUpdateAction, action);
            to.Add(FixTag.MDEntryType, type);
            to.Add(FixTag.Symbol, instrument.Symbol);
            to.Add(FixTag.MDEntryPx, instrument.FormatPrice(level.PriceTicks));
            if (action != Delete)
                to.Add(FixTag.MDEntrySize, instrument.FormatQuantity(level.QuantityLots));
            WriteTime(to, timeNanos);
            if (action != Delete)
                to.Add(FixTag.NumberOfOrders, level.Orders);
        }

        foreach (var trade in trades)
        {
            to.Add(FixTag.MDUpdateAction, trade.Action);
            if (trade.Action == Delete)
                to.Add(FixTag.DeleteReason, TradeBust);
            to.Add(FixTag.MDEntryType, '2');
            to.Add(
                FixTag.MDEntryID,
                string.Create(CultureInfo.InvariantCulture, $"{trade.Trade.Sequence}-{trade.Trade.Index}"));
            to.Add(FixTag.Symbol, instrument.Symbol);
            WriteTrade(to, trade);
        }
    }

    private void WriteTrade(FixWriter to, TradeEntry entry)
    {
        var trade = entry.Trade;
        to.Add(FixTag.MDEntryPx, instrument.FormatPrice(entry.PriceTicks));
        to.Add(FixTag.MDEntrySize, instrument.FormatQuantity(trade.QuantityLots));
        WriteTime(to, trade.TimeNanos);
        to.Add(FixTag.Text, trade.Aggressor switch { Side.Buy => "buy", Side.Sell => "sell", null => "auction" });
    }

    private static void WriteTime(FixWriter to, long nanos)
    {
        var at = FixTime.Text(Clock.At(nanos));
        to.Add(FixTag.MDEntryDate, at[..8]);
        to.Add(FixTag.MDEntryTime, at[9..]);
    }

    /// <summary>A changed level: its side, its current state and its update action.</summary>
    private readonly record struct Entry(char Type, DepthLevel Level, char Action);

    /// <summary>
    /// Update action of a trade, the trade as it was made, and its current price; for a busted trade, its former price.
    /// </summary>
    private readonly record struct TradeEntry(char Action, PublicTrade Trade, long PriceTicks);
}
