using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// A symbol's book by price level, with its newest trades and latest changes. It aggregates the order book's results:
/// <see cref="Advance"/> to a sequence, then apply that sequence's changes. Not thread-safe.
/// </summary>
public sealed class MarketBook
{
    /// <summary>Number of trades kept.</summary>
    public const int TradesKept = 1_000;

    /// <summary>Number of sequences for which updates can be made. Older readers get a snapshot.</summary>
    public const int SequencesKept = 4_096;

    /// <summary>Number of changed levels kept. A sweep may change many in one sequence.</summary>
    private const int ChangesKept = 16_384;

    /// <summary>Number of trade changes kept. Operators make each by hand.</summary>
    private const int TradeChangesKept = 1_000;

    private readonly PublicLadder _bids = new(Side.Buy);
    private readonly PublicLadder _asks = new(Side.Sell);
    private readonly Ring<LevelChange> _changes = new(ChangesKept);
    private readonly Ring<BookTrade> _trades = new(TradesKept);
    private readonly Ring<BookTradeChange> _tradeChanges = new(TradeChangesKept);
    private int _tradesInSequence;

    // Sequence from which updates can be made.
    private long _remembersAfter;

    /// <summary>Sequence of the book; 0 when it is empty and new.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of that sequence, in Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>Replaces the state by a snapshot.</summary>
    /// <param name="snapshot">Levels.</param>
    /// <param name="newestTrades">Trades up to that sequence, oldest first, in their state at that sequence.</param>
    public void Reset(BookSnapshot snapshot, IEnumerable<BookTrade> newestTrades)
    {
        _trades.Clear();
        foreach (var trade in newestTrades)
        {
            _trades.Add(trade, out _);
        }

        _bids.Reset(snapshot.Bids);
        _asks.Reset(snapshot.Asks);
        _changes.Clear();
        _tradeChanges.Clear();
        _remembersAfter = snapshot.Sequence;
        _tradesInSequence = 0;
        Sequence = snapshot.Sequence;
        TimeNanos = snapshot.TimeNanos;
    }

    /// <summary>Advances to the next sequence. The following changes belong to it.</summary>
    /// <exception cref="InvalidOperationException">The sequence is not the next one.</exception>
    public void Advance(long sequence, long timeNanos)
    {
        if (sequence != Sequence + 1)
        {
            throw new InvalidOperationException($"Sequence {sequence} does not follow {Sequence}.");
        }

        Sequence = sequence;
        TimeNanos = timeNanos;
        _tradesInSequence = 0;
    }

    /// <summary>Adds a resting order.</summary>
    public void Add(Side side, long priceTicks, long lots) => Change(side, priceTicks, lots, 1);

    /// <summary>Reduces a resting order by lots; it stays in the book.</summary>
    public void Reduce(Side side, long priceTicks, long lots) => Change(side, priceTicks, -lots, 0);

    /// <summary>Removes a resting order with its open lots.</summary>
    public void Remove(Side side, long priceTicks, long lots) => Change(side, priceTicks, -lots, -1);

    /// <summary>Trades a resting order. If no lots are left, it leaves the book.</summary>
    public void Trade(Side takerSide, long priceTicks, long lots, long makerLeavesLots)
    {
        Change(takerSide == Side.Buy ? Side.Sell : Side.Buy, priceTicks, -lots, makerLeavesLots == 0 ? -1 : 0);
        KeepTrade(takerSide, priceTicks, lots);
    }

    /// <summary>
    /// Adds a trade that changes no displayed level. A strategy leg's trade does not change the last price either.
    /// </summary>
    public void Print(Side takerSide, long priceTicks, long lots, bool isOfLeg = false, bool isAuction = false) =>
        KeepTrade(takerSide, priceTicks, lots, isOfLeg, isAuction);

    /// <summary>
    /// Changes the price of an earlier trade, in ticks, or busts it with 0. Levels and the last price stay unchanged.
    /// </summary>
    /// <param name="trade">Original trade, whether it is kept here or not.</param>
    /// <param name="beforeTicks">Price before the change, in ticks.</param>
    /// <param name="priceTicks">Price after the change, in ticks; 0 busts the trade.</param>
    public void ChangeTrade(BookTrade trade, long beforeTicks, long priceTicks)
    {
        for (var i = 0; i < _trades.Count && _trades.FromNewest(i) is var kept && kept.Sequence >= trade.Sequence; i++)
        {
            if ((kept.Sequence, kept.Index) == (trade.Sequence, trade.Index))
            {
                _trades.Replace(i, kept.At(priceTicks));
            }
        }

        if (_tradeChanges.Add(new(Sequence, TimeNanos, trade, beforeTicks, priceTicks), out var forgotten))
        {
            _remembersAfter = Math.Max(_remembersAfter, forgotten.Sequence);
        }
    }

    /// <summary>Sets a displayed level. Without orders the level is removed.</summary>
    public void Set(Side side, long priceTicks, long lots, int orders)
    {
        var (lotsNow, ordersNow) = (side == Side.Buy ? _bids : _asks).At(priceTicks);
        if (lots != lotsNow || orders != ordersNow)
        {
            Change(side, priceTicks, lots - lotsNow, orders - ordersNow);
        }
    }

    /// <summary>Returns the book, with at most this many levels a side.</summary>
    public BookSnapshot Snapshot(int levels = int.MaxValue) =>
        new(Sequence, TimeNanos, _bids.Best(levels), _asks.Best(levels));

    /// <summary>Returns the newest trades in their current state, newest first.</summary>
    public IReadOnlyList<BookTrade> NewestTrades(int limit)
    {
        var count = Math.Min(limit, _trades.Count);
        var newest = new BookTrade[Math.Max(count, 0)];
        for (var i = 0; i < newest.Length; i++)
        {
            newest[i] = _trades.FromNewest(i);
        }

        return newest;
    }

    /// <summary>
    /// Returns all changes after a sequence; null if they are no longer kept, or the sequence is in the future.
    /// </summary>
    public BookChanges? ChangesAfter(long sequence)
    {
        if (sequence < _remembersAfter || sequence > Sequence || Sequence - sequence > SequencesKept)
        {
            return null;
        }

        var changed = new HashSet<(Side, long)>();
        for (var i = 0; i < _changes.Count && _changes.FromNewest(i) is var change && change.Sequence > sequence; i++)
        {
            changed.Add((change.Side, change.PriceTicks));
        }

        return new(
            sequence,
            Sequence,
            TimeNanos,
            _bids.At(changed.Where(c => c.Item1 == Side.Buy).Select(c => c.Item2)),
            _asks.At(changed.Where(c => c.Item1 == Side.Sell).Select(c => c.Item2)),
            TradesAfter(sequence),
            TradeChangesAfter(sequence));
    }

    private List<BookTrade> TradesAfter(long sequence)
    {
        var trades = new List<BookTrade>();
        for (var i = 0; i < _trades.Count && _trades.FromNewest(i) is var trade && trade.Sequence > sequence; i++)
        {
            // A later change of the trade is reported separately.
            trades.Add(trade with { ChangedTicks = null });
        }

        trades.Reverse();
        return trades;
    }

    private List<BookTradeChange> TradeChangesAfter(long sequence)
    {
        var changes = new List<BookTradeChange>();
        for (var i = 0;
            i < _tradeChanges.Count && _tradeChanges.FromNewest(i) is var change && change.Sequence > sequence; i++)
        {
            changes.Add(change);
        }

        changes.Reverse();
        return changes;
    }

    private void Change(Side side, long priceTicks, long lots, int orders)
    {
        (side == Side.Buy ? _bids : _asks).Change(priceTicks, lots, orders);
        if (_changes.Add(new(Sequence, side, priceTicks), out var forgotten))
        {
            _remembersAfter = Math.Max(_remembersAfter, forgotten.Sequence);
        }
    }

    private void KeepTrade(Side takerSide, long priceTicks, long lots, bool isOfLeg = false, bool isAuction = false)
    {
        var trade = new BookTrade(
            Sequence, _tradesInSequence++, TimeNanos, priceTicks, lots, takerSide, IsOfLeg: isOfLeg,
            IsAuction: isAuction);
        if (_trades.Add(trade, out var forgotten))
        {
            _remembersAfter = Math.Max(_remembersAfter, forgotten.Sequence);
        }
    }

    private readonly record struct LevelChange(long Sequence, Side Side, long PriceTicks);
}
