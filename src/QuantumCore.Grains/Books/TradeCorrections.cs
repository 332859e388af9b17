using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Grains.Books;

/// <summary>Busts and corrections of trades.</summary>
internal sealed class TradeCorrections(
    OpenBooks books, BookJournal journal, BookSchedule schedule, GrainJournal streams, IJournalStore store)
{
    /// <inheritdoc cref="IOrderBookGrain.ChangeTrade"/>
    public async ValueTask<TradeChanged> ChangeTradeAsync(string symbol, TradePlace trade, long priceTicks)
    {
        // The trade is on record and unchangeable, and so are its orders' terms: all of it is read before the mutation,
        // which must not wait.
        var found =
            books.Find(symbol) is { IsServing: true } serving ? await FindTradeAsync(serving, trade, priceTicks) : null;
        var refusal = journal.Refuse(symbol, urgent: true, out var book);
        if (refusal == RejectReason.None && book.Machine.Instrument is null)
        {
            refusal = RejectReason.UnknownSymbol;
        }

        if (refusal != RejectReason.None || found is null)
        {
            return new TradeChanged(refusal == RejectReason.None ? RejectReason.UnknownTrade : refusal);
        }

        if (found.Change is not { } change)
        {
            return new TradeChanged(RejectReason.InvalidPrice);
        }

        var (changed, isOnRecord) = journal.Turn(() =>
        {
            schedule.CatchUp();
            var before = book.Machine.Sequence;
            return (Change(book, found.Trade, change), book.Machine.Sequence > before);
        });
        await journal.SettleAsync();
        if (!isOnRecord)
        {
            // Only an activation that can still append may say that there is no such trade, or that it is already
            // changed.
            await streams.RequireNewestAsync(CancellationToken.None);
        }

        return changed;
    }

    private TradeChanged Change(OpenBook book, RecordedTrade trade, ChangeTrade change)
    {
        var now = book.Machine.InForce(in trade);
        if (change is not CorrectTrade { PriceTicks: var price } || now.PriceTicks != price)
        {
            var reason = book.Machine.Operate(change, journal.CommandNanos, out var record);
            if (reason != RejectReason.None)
            {
                return new TradeChanged(reason);
            }

            journal.Record(book, record, urgent: true);
            now = book.Machine.InForce(in trade);
        }

        var made = trade.Trade;
        var takerBuys = made.TakerSide == Side.Buy;
        return new TradeChanged(
            RejectReason.None, book.Machine.Sequence, made, now.PriceTicks,
            takerBuys ? now.TakerFee : now.MakerFee, takerBuys ? now.MakerFee : now.TakerFee);
    }

    /// <summary>Returns a trade and the command that changes it; null if there is no such trade.</summary>
    private async ValueTask<FoundTrade?> FindTradeAsync(OpenBook book, TradePlace place, long priceTicks)
    {
        if (await TradeAtAsync(book.Symbol, place) is not { Trade: var made } trade)
        {
            return null;
        }

        if (priceTicks == 0)
        {
            return new FoundTrade(trade, trade.Change(0));
        }

        var instrument = book.Machine.Instrument!;
        var value = instrument.Notional(Math.Max(priceTicks, 0), made.QuantityLots);
        if (priceTicks < instrument.MinPriceTicks || priceTicks > instrument.MaxPriceTicks
            || value > Instrument.NotionalLimit)
        {
            return new FoundTrade(trade, null);
        }

        var (taker, maker) =
            await FeesAsync(book, made, instrument.Notional(made.PriceTicks, made.QuantityLots), value);
        return new FoundTrade(
            trade, Int128.Max(Int128.Abs(taker), Int128.Abs(maker)) > Instrument.NotionalLimit
                ? null
                : trade.Change(priceTicks, (long)taker, (long)maker));
    }

    /// <summary>Returns the fees of both sides at another value of the trade, by the terms of their orders.</summary>
    private async ValueTask<(Int128 Taker, Int128 Maker)> FeesAsync(
        OpenBook book, MatchedTrade trade, Int128 made, Int128 value)
    {
        var (taker, maker) = ((Int128)trade.Taker.Fee, (Int128)trade.Maker.Fee);
        if (await TermsAsync(book, trade.Taker) is { } ofTaker)
        {
            taker = CorrectedFee.Of(
                trade.TakerSide, ofTaker, trade.IsAuction ? ofTaker.AuctionPpm : ofTaker.TakerPpm, trade.Taker.Fee,
                made, value);
        }

        if (await TermsAsync(book, trade.Maker) is { } ofMaker)
        {
            maker = CorrectedFee.Of(
                trade.MakerSide, ofMaker, trade.IsAuction ? ofMaker.AuctionPpm : ofMaker.MakerPpm, trade.Maker.Fee,
                made, value);
        }

        // Fees are rounded over all fills of an order, so those of one trade may have a negative sum: it must not fall
        // further.
        var lacks = Int128.Max(0, Int128.Min(0, (Int128)trade.Taker.Fee + trade.Maker.Fee) - taker - maker);
        return taker < maker ? (taker + lacks, maker) : (taker, maker + lacks);
    }

    /// <summary>Returns the fee terms of an order, open or done, from the record in which it entered.</summary>
    private async ValueTask<FeeTerms?> TermsAsync(OpenBook book, TradeSide side)
    {
        var (account, number) = (side.Account, side.Number);
        if (!book.Machine.IsKnown(account, number, out var open, out var finished) || open is not null)
        {
            return open?.Fees.Terms;
        }

        await foreach (var stored in store.ReadAsync(
            "book/" + book.Symbol, finished.Sequence, finished.Sequence, CancellationToken.None))
        {
            return BookRecordEncoding.Decode(stored.Body.Span).OrderOf(account, number) is { } order
                ? new FeeTerms(order.MakerFeePpm, order.TakerFeePpm, order.MinimumFee)
                : null;
        }

        return null;
    }

    private async ValueTask<RecordedTrade?> TradeAtAsync(string symbol, TradePlace place)
    {
        if (place is not { Sequence: > 0, Index: >= 0 })
        {
            return null;
        }

        await foreach (var stored in store.ReadAsync(
            "book/" + symbol, place.Sequence, place.Sequence, CancellationToken.None))
        {
            var record = BookRecordEncoding.Decode(stored.Body.Span);
            return record.Trades().Skip(place.Index)
                .Select(made => (RecordedTrade?)new RecordedTrade(place, record.TimeNanos, made)).FirstOrDefault();
        }

        return null;
    }

    /// <summary>A trade and the command that changes it; the command is null if that price is impossible.</summary>
    private sealed record FoundTrade(RecordedTrade Trade, ChangeTrade? Change);
}
