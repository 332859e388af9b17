using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Clearing;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Recomputes the net of each settlement batch of a venue from the trades of its books: amounts by account and asset,
/// the number of trades, and their due dates. Books are read once more, in parallel with the batches.
/// </summary>
/// <param name="image">The journal.</param>
/// <param name="instrumentOf">Returns a listed instrument; null if it is not listed.</param>
/// <param name="findings">Receives the differences.</param>
internal sealed class Renetting(JournalImage image, Func<string, Instrument?> instrumentOf, FindingList findings)
{
    private const string Meaning =
        "Accounts got, or will get, amounts that do not follow from their trades. Stop settling, and find out where the batch comes from.";
    private readonly Dictionary<string, StreamRow> _streams =
        image.Streams().ToDictionary(stream => stream.Name, StringComparer.Ordinal);

    /// <summary>Compares the batches of a venue.</summary>
    /// <param name="stream">Stream of the venue; its records are sound.</param>
    /// <param name="cancellationToken">Token that stops the call.</param>
    public void Compare(StreamRow stream, CancellationToken cancellationToken)
    {
        var venue = stream.Name[SettlementRecord.StreamPrefix.Length..];
        var calendar = CalendarOf(venue);
        var books = new Dictionary<string, IEnumerator<JournalRecord>>(StringComparer.Ordinal);
        var fails = new FailsAudit(stream.Name, findings);
        try
        {
            foreach (var record in StoredRecords.Of(image, stream))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var settlement = SettlementRecordEncoding.Decode(record.Body.Span);
                if (settlement is SettlementClosed closed)
                {
                    var due = new DueBySymbol();
                    var parts = Net(stream.Name, record.Sequence, closed.IdAt(venue), closed, calendar, books, due);
                    var carried = fails.Close(record.Sequence, closed, due);
                    if (parts is not null)
                    {
                        Compare(stream.Name, record.Sequence, closed.IdAt(venue), closed, carried, parts);
                    }
                }
                else
                {
                    fails.Settle(record.Sequence, settlement);
                }
            }
        }
        finally
        {
            foreach (var book in books.Values)
            {
                book.Dispose();
            }
        }
    }

    /// <summary>Returns the net of a batch's trades; null if some trades are of an unlisted instrument.</summary>
    private Dictionary<(long Account, string Asset, long TradeDay), Int128>? Net(
        string stream, long sequence, string id, SettlementClosed closed, BusinessCalendar calendar,
        Dictionary<string, IEnumerator<JournalRecord>> books,
        DueBySymbol due)
    {
        var parts = new Dictionary<(long Account, string Asset, long TradeDay), Int128>();
        foreach (var range in closed.Trades)
        {
            if (instrumentOf(range.Symbol) is not { } instrument
                || !_streams.TryGetValue(BookLane.Prefix + range.Symbol, out var book))
            {
                findings.Add(
                    FindingKind.BatchDiffers, stream, sequence,
                    $"{id} has trades of {range.Symbol}, which is not listed", Meaning);
                return null;
            }

            if (!books.TryGetValue(range.Symbol, out var records))
            {
                books.Add(range.Symbol, records = StoredRecords.Of(image, book).GetEnumerator());
                records.MoveNext();
            }

            var (trades, late) = Take(range, instrument, closed.Date, calendar, records, parts, due);
            if (trades != range.Trades || late > 0)
            {
                findings.Add(
                    FindingKind.BatchDiffers, stream, sequence,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{id} has {range.Trades} trades of {range.Symbol}, its records {range.After + 1} to {range.Through} have {trades}, {late} of them of another date"),
                    Meaning);
            }
        }

        return parts;
    }

    private void Compare(
        string stream, long sequence, string id, SettlementClosed closed, ImmutableArray<SettlementFail> carried,
        Dictionary<(long Account, string Asset, long TradeDay), Int128> parts)
    {
        foreach (var fail in carried)
        {
            foreach (var (asset, part) in fail.UnitParts.Select(part => (fail.Base.Name, part))
                .Concat(fail.CashParts.Select(part => (fail.Quote.Name, part))))
            {
                var key = (fail.Account, asset, part.TradeDay);
                parts[key] = parts.GetValueOrDefault(key) + part.Amount;
            }
        }

        foreach (var part in closed.Items.SelectMany(
            item => item.Parts.Select(part => (Key: (item.Account, item.Asset, part.TradeDay), part.Amount))))
        {
            parts[part.Key] = parts.GetValueOrDefault(part.Key) - part.Amount;
        }

        foreach (var (key, difference) in parts.Where(part => part.Value != 0).OrderBy(part => part.Key).Take(1))
        {
            var batch = closed.Items.Where(item => (item.Account, item.Asset) == (key.Account, key.Asset))
                .SelectMany(item => item.Parts).Where(part => part.TradeDay == key.TradeDay)
                .Aggregate((Int128)0, (sum, part) => sum + part.Amount);
            var others = parts.Count(part => part.Value != 0) - 1;
            findings.Add(
                FindingKind.BatchDiffers, stream, sequence,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{id} gives account {key.Account} {batch} {key.Asset}, its trades {difference + batch} (minor units); {others} more differ"),
                Meaning);
        }
    }

    /// <summary>
    /// Adds the trades of a range. Returns their number, and the number of those not due on the batch's date.
    /// </summary>
    private static (long Trades, long Late) Take(
        SettledTrades range, Instrument instrument, long date, BusinessCalendar calendar,
        IEnumerator<JournalRecord> records,
        Dictionary<(long Account, string Asset, long TradeDay), Int128> parts, DueBySymbol due)
    {
        var (count, late) = (0L, 0L);
        while (records.Current.Sequence <= range.Through)
        {
            if (records.Current.Sequence > range.After)
            {
                var record = BookRecordEncoding.Decode(records.Current.Body.Span);
                var day = UtcDay.Of(record.TimeNanos);
                foreach (var trade in BookTrades.Of(record))
                {
                    count++;
                    late += calendar.After(day, instrument.SettlementDays) == date ? 0 : 1;
                    var cash = (Int128)trade.PriceTicks * trade.QuantityLots * instrument.TickLotValue;
                    var units = (Int128)trade.QuantityLots * instrument.LotUnits;
                    Add(trade.Buyer, units, -cash - trade.BuyerFee);
                    Add(trade.Seller, -units, cash - trade.SellerFee);
                    Add(AccountId.Fees, 0, (Int128)trade.BuyerFee + trade.SellerFee);

                    void Add(AccountId account, Int128 units, Int128 cash)
                    {
                        due.Add(account, instrument, units, cash);
                        foreach (var (asset, amount) in ((Asset, Int128)[])[
                            (instrument.Base, units), (instrument.Quote, cash)])
                        {
                            var key = (account.Value, asset.Name, day);
                            parts[key] = parts.GetValueOrDefault(key) + amount;
                        }
                    }
                }
            }

            if (!records.MoveNext())
            {
                break;
            }
        }

        return (count, late);
    }

    // A later order never changes nearer days, so the last entry about each day is final.
    private BusinessCalendar CalendarOf(string venue)
    {
        var holidays = new SortedSet<long>();
        foreach (var record in _streams.TryGetValue(PlainLane.Catalog, out var catalog)
            ? StoredRecords.Of(image, catalog)
            : [])
        {
            if (CatalogRecordEncoding.Decode(record.Body.Span) is HolidaysSet set && set.Request.Venue == venue)
            {
                holidays.RemoveWhere(day => day >= set.FromDay);
                holidays.UnionWith(set.Request.Holidays);
            }
        }

        return new BusinessCalendar(holidays);
    }
}
