using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>Trades, their later changes, matches that did not trade, and candles.</summary>
internal sealed class TradeProjection(WorkingRows rows, RowBuffers buffers, PostingProjection postings)
{
    private readonly RowBuffer _trades = buffers.Empty(Statements.AddTrade);
    private readonly RowBuffer _changes = buffers.Empty(Statements.AddTradeChange);
    private readonly RowBuffer _prevented = buffers.Empty(Statements.AddPrevented);
    private readonly Dictionary<(string Symbol, long Minute, long Split), CandleRow> _candles = [];

    /// <summary>Adds the rows of a trade, for both sides.</summary>
    public void Add(RecordOrigin place, Instrument instrument, int index, long timeNanos, in MatchedTrade trade)
    {
        var money = BookTrades.Of(in trade);
        var (cash, units) = TradePostings.AmountsOf(instrument, in money);
        postings.Add(instrument, in money, cash, units, UtcDay.Of(timeNanos));
        _trades.Add(place.Symbol).Add(place.Sequence).Add(index).Add(trade.PriceTicks).Add(trade.QuantityLots)
            .Add(trade.Maker.OrderId).Add(trade.Taker.OrderId).Add(money.Buyer.Value).Add(money.Seller.Value)
            .Add(trade.IsAuction ? HistoryWords.NoTaker : HistoryWords.Of(trade.TakerSide))
            .Add(trade.Maker.Fee).Add(trade.Taker.Fee).Add(timeNanos)
            .Add(HistoryWords.KindOf(instrument.SettlementDays > 0)).Add(instrument.Base.Name)
            .Add(instrument.Quote.Name).Add(units).Add(cash);
        AddToCandle(new(place.Sequence, index), place.Symbol, timeNanos, in trade);
    }

    /// <summary>
    /// Enters half of a trade change: the reversal, or the restated trade. Its orders stay unchanged.
    /// </summary>
    public void Change(RecordOrigin place, Instrument instrument, int index, BookTurn turn, TradeStep step)
    {
        var money = BookTrades.Of(step);
        var trade = ((ChangeTrade)turn.Command).Trade!.Value;
        var cause = string.Create(
            CultureInfo.InvariantCulture,
            $"{(turn.Command is BustTrade ? "bust" : "correction")} {trade.Place.Sequence}-{trade.Place.Index}");
        postings.Post(place, index, TradePostings.Of(instrument, money), cause, turn.TimeNanos);
        postings.AddPosition(money.Buyer.Value, place.Symbol, money.QuantityLots);
        postings.AddPosition(money.Seller.Value, place.Symbol, -money.QuantityLots);
        if (step is not TradeReversed { Trade: var before })
        {
            return;
        }

        // A restated trade follows the reversal; after a bust nothing does.
        var now = turn.Steps.OfType<TradeRestated>().FirstOrDefault()?.Trade ?? default;
        _changes.Add(place.Symbol).Add(place.Sequence).Add(trade.Place.Sequence).Add(trade.Place.Index)
            .Add(now.PriceTicks)
            .Add(now.Maker.Fee).Add(now.Taker.Fee)
            .Add(now.Maker.Fee - before.Maker.Fee).Add(now.Taker.Fee - before.Taker.Fee)
            .Add(turn.TimeNanos);
    }

    /// <summary>Adds a match that self-trade prevention stopped.</summary>
    public void Prevent(RecordOrigin place, int index, long timeNanos, MatchPrevented match)
    {
        _prevented
            .Add(place.Symbol).Add(place.Sequence).Add(index).Add(match.PriceTicks).Add(match.QuantityLots)
            .Add((long)match.Mode).Add(match.Owner);
        foreach (var side in (ReadOnlySpan<PreventedSide>)[match.Taker, match.Maker])
        {
            _prevented.Add(side.Account).Add(side.Number).Add(side.OrderId).Add(side.LostLots);
        }

        _prevented.Add(timeNanos);
    }

    public RowBuffer[] Rows() => [_trades, _changes, _prevented];

    public RowBuffer CandleRows()
    {
        var to = buffers.Empty(Statements.AddCandle);
        foreach (var ((symbol, minute, split), candle) in _candles)
        {
            to.Add(symbol).Add(minute).Add(split).Add(candle.Open).Add(candle.High).Add(candle.Low).Add(candle.Close)
                .AddWide(candle.Lots).AddWide(candle.Value).Add(candle.Trades).AddWide(candle.BoughtLots)
                .AddWide(candle.BoughtValue)
                .Add(candle.First.Sequence).Add(candle.First.Index).Add(candle.Last.Sequence).Add(candle.Last.Index);
        }

        return to;
    }

    private void AddToCandle(TradePlace place, string symbol, long timeNanos, in MatchedTrade trade)
    {
        var key = (symbol, timeNanos / CandleBuckets.MinuteNanos, rows.Split(symbol));
        if (!_candles.TryGetValue(key, out var candle))
        {
            _candles.Add(key, candle = new(trade.PriceTicks, place));
        }

        candle.Add(
            place, trade.PriceTicks, trade.QuantityLots, isBought: trade.TakerSide == Side.Buy && !trade.IsAuction);
    }
}
