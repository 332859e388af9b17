using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Books;

/// <summary>Trades that are declared void, or get another price.</summary>
public sealed partial class OrderBookGrain
{
    /// <inheritdoc/>
    public async ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks)
    {
        // It is on record and stays what it was: it is read before the turn, which must not wait.
        var found = await TradeAtAsync(symbol, trade);
        var refusal = Refuse(symbol, urgent: true, out var book);
        if (refusal == RejectReason.None && book.Machine.Instrument is null)
        {
            refusal = RejectReason.UnknownSymbol;
        }

        if (refusal != RejectReason.None || found is not { } asItWas)
        {
            return new TradeChanged(refusal == RejectReason.None ? RejectReason.UnknownTrade : refusal);
        }

        if (priceTicks < 0)
        {
            return new TradeChanged(RejectReason.InvalidPrice);
        }

        var (changed, isOnRecord) = Turn(() =>
        {
            CatchUp();
            var before = book.Machine.Sequence;
            return (Change(book, in asItWas, priceTicks), book.Machine.Sequence > before);
        });
        await SettleAsync();
        if (!isOnRecord)
        {
            // Only an activation that can still append may say that there is no such trade, or that it is so already.
            await RequireNewestAsync(CancellationToken.None);
        }

        return changed;
    }

    private TradeChanged Change(OpenBook book, in TradeAsItWas trade, long priceTicks)
    {
        var now = book.Machine.InForce(in trade);
        if (priceTicks == 0 || now.PriceTicks != priceTicks)
        {
            var reason = book.Machine.Operate(trade.Change(priceTicks), _now, out var record);
            if (reason != RejectReason.None)
            {
                return new TradeChanged(reason);
            }

            Record(book, record, urgent: true);
            now = book.Machine.InForce(in trade);
        }

        var takerBuys = trade.Fill.Side == Side.Buy;
        return new TradeChanged(
            RejectReason.None, book.Machine.Sequence, trade.Fill, now.PriceTicks,
            takerBuys ? now.TakerFee : now.MakerFee, takerBuys ? now.MakerFee : now.TakerFee);
    }

    private async ValueTask<TradeAsItWas?> TradeAtAsync(string symbol, TradePlace place)
    {
        if (place is not { Sequence: > 0, Index: >= 0 } || Find(symbol) is null)
        {
            return null;
        }

        await foreach (var stored in store.ReadAsync("book/" + symbol, place.Sequence, place.Sequence, CancellationToken.None))
        {
            var record = BookRecordEncoding.Decode(stored.Body.Span);
            return record.TradeSteps().Skip(place.Index).Select(fill => (TradeAsItWas?)new TradeAsItWas(place, record.TimeNanos, fill)).FirstOrDefault();
        }

        return null;
    }
}
