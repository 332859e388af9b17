using QuantumCore.Contracts;

namespace QuantumCore.Clearing;

/// <summary>
/// Busts and corrections of trades. Their orders stay as they were, and no price is undone (RULES 15.3). Only the money
/// and the units of both sides move.
/// </summary>
internal sealed class ChangedTrades
{
    private readonly SortedDictionary<(long Sequence, int Index), TradeInForce> _changed = [];

    // Sequence of the record by which units became others. Earlier trades can no longer be given back.
    private long _newUnitsFrom;

    /// <summary>Returns a trade's current price and fees.</summary>
    public TradeInForce InForce(in RecordedTrade trade) =>
        _changed.TryGetValue((trade.Place.Sequence, trade.Place.Index), out var now)
        ? now
        : new TradeInForce(trade.Trade.PriceTicks, trade.Trade.Taker.Fee, trade.Trade.Maker.Fee);

    /// <summary>Returns true if a trade is on record, of today's units, and not void.</summary>
    /// <param name="trade">The trade.</param>
    /// <param name="before">Its price and fees in force.</param>
    /// <param name="lastSequence">Sequence of the book's last record.</param>
    public bool IsChangeable(in RecordedTrade trade, in TradeInForce before, long lastSequence) =>
        !(trade.Place.Sequence > lastSequence || trade.Place.Sequence <= _newUnitsFrom || before.PriceTicks == 0);

    /// <summary>Sets a trade's price and fees.</summary>
    public void Set(TradePlace place, in TradeInForce now) => _changed[(place.Sequence, place.Index)] = now;

    /// <summary>Notes that a record changes the units: no trade up to it can be changed any more.</summary>
    public void BeginUnits(long sequence) => _newUnitsFrom = sequence;

    /// <summary>Writes the changes for a snapshot.</summary>
    public void Write(ref RecordWriter to)
    {
        to.Count(_newUnitsFrom);
        to.Count(_changed.Count);
        foreach (var ((sequence, index), now) in _changed)
        {
            to.Count(sequence);
            to.Count(index);
            to.Count(now.PriceTicks);
            to.Signed(now.TakerFee);
            to.Signed(now.MakerFee);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        _newUnitsFrom = from.Count();
        for (var i = from.ItemCount(); i > 0; i--)
        {
            _changed.Add((from.Count(), from.Count32()), new TradeInForce(from.Count(), from.Signed(), from.Signed()));
        }
    }
}

/// <summary>A trade's price and fees after a change.</summary>
/// <param name="PriceTicks">Price, in ticks; 0 if it was busted.</param>
/// <param name="TakerFee">Fee of the taker, or of the buyer in an auction, quote minor units.</param>
/// <param name="MakerFee">Fee of the maker, or of the seller in an auction, quote minor units.</param>
internal readonly record struct TradeInForce(long PriceTicks, long TakerFee, long MakerFee)
{
    /// <summary>Returns a trade with this price and these fees.</summary>
    public MatchedTrade Of(in MatchedTrade trade) => trade.At(PriceTicks, TakerFee, MakerFee);
}
