using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>
/// Trades that are declared void or get another price afterwards. Their orders stay what they were, and no price is undone (RULES 15.3); what moves is the
/// money and the units of both sides.
/// </summary>
internal sealed partial class BookMachine
{
    private readonly SortedDictionary<(long Sequence, int Index), TradeInForce> _changed = [];

    // Units became others with this record: what was traded before it can't be given back any more.
    private long _newUnitsFrom;

    /// <summary>A trade's price and fees as they are now.</summary>
    public TradeInForce InForce(in TradeAsItWas trade) => _changed.TryGetValue((trade.Place.Sequence, trade.Place.Index), out var now)
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
            // A guess would go on into every later snapshot, and none of them would be the state that the records give.
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
/// <param name="PriceTicks">Ticks; 0: it is void.</param>
/// <param name="TakerFee">Quote minor units; of an auction the buyer's.</param>
/// <param name="MakerFee">Quote minor units; of an auction the seller's.</param>
internal readonly record struct TradeInForce(long PriceTicks, long TakerFee, long MakerFee);
