using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Busts and corrections of trades. Their orders stay as they were, and no price is undone (RULES 15.3). Only the money
/// and the units of both sides move.
/// </summary>
internal sealed partial class BookMachine
{
    private readonly SortedDictionary<(long Sequence, int Index), TradeInForce> _changed = [];

    // Sequence of the record by which units became others. Earlier trades can no longer be given back.
    private long _newUnitsFrom;

    /// <summary>Returns a trade's current price and fees.</summary>
    public TradeInForce InForce(in TradeAsItWas trade) =>
        _changed.TryGetValue((trade.Place.Sequence, trade.Place.Index), out var now)
        ? now
        : new TradeInForce(trade.Fill.PriceTicks, trade.Fill.Fee, trade.Fill.MakerFee);

    private RejectReason ChangeTrade(long time, in TradeAsItWas trade, TradeInForce now)
    {
        var (place, fill) = (trade.Place, trade.Fill);
        var before = InForce(in trade);
        if (place.Sequence > Sequence || place.Sequence <= _newUnitsFrom || before.PriceTicks == 0)
        {
            return RejectReason.UnknownTrade;
        }

        var reason = Core.AdvanceTime(time);
        if (reason != RejectReason.None)
        {
            return reason;
        }

        AddChange(StepKind.Reversed, in fill, before);
        if (now.PriceTicks > 0)
        {
            AddChange(StepKind.Restated, in fill, now);
        }

        _changed[(place.Sequence, place.Index)] = now;
        return RejectReason.None;
    }

    private void AddChange(StepKind kind, in TurnStep fill, in TradeInForce at) =>
        _steps.Add(fill with { Kind = kind, PriceTicks = at.PriceTicks, Fee = at.TakerFee, MakerFee = at.MakerFee });

    private void WriteChanges(ref RecordWriter to)
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

    private void ReadChanges(ref RecordReader from)
    {
        if (from.Version <= SnapshotWithActions)
        {
            // A guess would persist in every later snapshot, and none of them would match the state that the records
            // give.
            if (_adjusted.Count > 0)
            {
                throw new InvalidDataException(
                    $"The snapshot of {symbol} at {Sequence} is of an older release and does not say since when its units are what they are: the records do.");
            }

            return;
        }

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
internal readonly record struct TradeInForce(long PriceTicks, long TakerFee, long MakerFee);
