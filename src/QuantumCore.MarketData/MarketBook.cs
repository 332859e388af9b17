using QuantumCore.Instruments;

namespace QuantumCore.MarketData;

/// <summary>
/// One symbol's book by price, its newest trades, and what changed lately. It adds up what the order book decided:
/// <see cref="Advance"/> to a sequence, then that sequence's changes. Not safe for several threads at once.
/// </summary>
public sealed class MarketBook
{
    /// <summary>How many trades are kept.</summary>
    public const int TradesKept = 1_000;

    /// <summary>How many sequences back an update can be made; older readers get a snapshot.</summary>
    public const int SequencesKept = 4_096;

    /// <summary>How many changed levels are remembered; a sweep may change many in one sequence.</summary>
    private const int ChangesKept = 16_384;

    /// <summary>How many changes of trades are remembered: somebody makes each by hand.</summary>
    private const int TradeChangesKept = 1_000;

    private readonly PriceLadder _bids = new(Side.Buy);
    private readonly PriceLadder _asks = new(Side.Sell);
    private readonly Ring<LevelChange> _changes = new(ChangesKept);
    private readonly Ring<BookTrade> _trades = new(TradesKept);
    private readonly Ring<BookTradeChange> _tradeChanges = new(TradeChangesKept);
    private int _tradesInSequence;

    // Updates can be made for readers at this sequence or a later one.
    private long _remembersAfter;

    /// <summary>The sequence the book is at; 0 when it is empty and new.</summary>
    public long Sequence { get; private set; }

    /// <summary>Time of that sequence, Unix nanoseconds.</summary>
    public long TimeNanos { get; private set; }

    /// <summary>Starts again from a known state; what it had before is forgotten.</summary>
    /// <param name="snapshot">The levels.</param>
    /// <param name="newestTrades">Trades up to that sequence, oldest first, as they are then.</param>
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

    /// <summary>Goes on to the next sequence; the changes that follow belong to it.</summary>
    /// <exception cref="InvalidOperationException">It is not the next one.</exception>
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

    /// <summary>An order came to rest.</summary>
    public void Add(Side side, long priceTicks, long lots) => Change(side, priceTicks, lots, 1);

    /// <summary>A resting order became smaller and stays.</summary>
    public void Reduce(Side side, long priceTicks, long lots) => Change(side, priceTicks, -lots, 0);

    /// <summary>A resting order left with so much open.</summary>
    public void Remove(Side side, long priceTicks, long lots) => Change(side, priceTicks, -lots, -1);

    /// <summary>A resting order traded; nothing left of it takes it out of the book.</summary>
    public void Trade(Side takerSide, long priceTicks, long lots, long makerLeavesLots)
    {
        Change(takerSide == Side.Buy ? Side.Sell : Side.Buy, priceTicks, -lots, makerLeavesLots == 0 ? -1 : 0);
        KeepTrade(takerSide, priceTicks, lots);
    }

    /// <summary>A trade that says nothing of a displayed level; one of a strategy's leg says nothing of the last price either.</summary>
    public void Print(Side takerSide, long priceTicks, long lots, bool isOfLeg = false, bool isAuction = false) =>
        KeepTrade(takerSide, priceTicks, lots, isOfLeg, isAuction);

    /// <summary>
    /// A trade of before has another price now, in ticks, or is void with 0. It says nothing of a level, and no price is undone.
    /// </summary>
    /// <param name="trade">The trade as it was made, whether it is remembered here or not.</param>
    /// <param name="beforeTicks">The price that held until now, in ticks.</param>
    /// <param name="priceTicks">The price that holds now, in ticks; 0: it is void.</param>
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

    /// <summary>A displayed level is so now; without orders it is gone.</summary>
    public void Set(Side side, long priceTicks, long lots, int orders)
    {
        var (lotsNow, ordersNow) = (side == Side.Buy ? _bids : _asks).At(priceTicks);
        if (lots != lotsNow || orders != ordersNow)
        {
            Change(side, priceTicks, lots - lotsNow, orders - ordersNow);
        }
    }

    /// <summary>The book, at most this many levels a side.</summary>
    public BookSnapshot Snapshot(int levels = int.MaxValue) =>
        new(Sequence, TimeNanos, _bids.Best(levels), _asks.Best(levels));

    /// <summary>The newest trades as they are now, newest first.</summary>
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

    /// <summary>Everything that changed after a sequence; null when that is forgotten or has not happened here.</summary>
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
            // What became of it is told as a change, in its turn.
            trades.Add(trade with { ChangedTicks = null });
        }

        trades.Reverse();
        return trades;
    }

    private List<BookTradeChange> TradeChangesAfter(long sequence)
    {
        var changes = new List<BookTradeChange>();
        for (var i = 0; i < _tradeChanges.Count && _tradeChanges.FromNewest(i) is var change && change.Sequence > sequence; i++)
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
        var trade = new BookTrade(Sequence, _tradesInSequence++, TimeNanos, priceTicks, lots, takerSide, IsOfLeg: isOfLeg, IsAuction: isAuction);
        if (_trades.Add(trade, out var forgotten))
        {
            _remembersAfter = Math.Max(_remembersAfter, forgotten.Sequence);
        }
    }

    private readonly record struct LevelChange(long Sequence, Side Side, long PriceTicks);
}
