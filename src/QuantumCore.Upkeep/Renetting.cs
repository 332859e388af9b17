using System.Globalization;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.History;
using QuantumCore.Instruments;
using QuantumCore.Journal;

namespace QuantumCore.Upkeep;

/// <summary>
/// Nets each batch of a venue again, from the trades of its books' records, by a sum of its own: what each account gives and receives of each asset,
/// how many trades, and the date on which each was due. Books are read once more, each beside its batches.
/// </summary>
/// <param name="image">The journal.</param>
/// <param name="instrumentOf">A listed instrument; null for one that is not listed.</param>
/// <param name="findings">Where what differs is told.</param>
internal sealed class Renetting(JournalImage image, Func<string, Instrument?> instrumentOf, FindingList findings)
{
    private const string Meaning = "Accounts were given, or are going to be, what their trades do not say: do not settle on, find out where the batch is from.";
    private readonly Dictionary<string, StreamRow> _streams = image.Streams().ToDictionary(stream => stream.Name, StringComparer.Ordinal);

    /// <summary>Compares the batches of a venue.</summary>
    /// <param name="stream">The venue's stream; its records are sound.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Compare(StreamRow stream, CancellationToken cancellationToken)
    {
        var venue = stream.Name[SettlementRecord.StreamPrefix.Length..];
        var calendar = CalendarOf(venue);
        var books = new Dictionary<string, IEnumerator<JournalRecord>>(StringComparer.Ordinal);
        try
        {
            foreach (var record in StoredRecords.Of(image, stream))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (SettlementRecordEncoding.Decode(record.Body.Span) is SettlementClosed closed)
                {
                    Compare(stream.Name, record.Sequence, closed.IdAt(venue), closed, calendar, books);
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

    private void Compare(
        string stream, long sequence, string id, SettlementClosed closed, BusinessCalendar calendar, Dictionary<string, IEnumerator<JournalRecord>> books)
    {
        var parts = new Dictionary<(long Account, string Asset, long TradeDay), Int128>();
        foreach (var range in closed.Trades)
        {
            if (instrumentOf(range.Symbol) is not { } instrument || !_streams.TryGetValue(BookLane.Prefix + range.Symbol, out var book))
            {
                findings.Add(FindingKind.BatchDiffers, stream, sequence, $"{id} has trades of {range.Symbol}, which is not listed", Meaning);
                return;
            }

            if (!books.TryGetValue(range.Symbol, out var records))
            {
                books.Add(range.Symbol, records = StoredRecords.Of(image, book).GetEnumerator());
                records.MoveNext();
            }

            var (trades, late) = Take(range, instrument, closed.Date, calendar, records, parts);
            if (trades != range.Trades || late > 0)
            {
                findings.Add(
                    FindingKind.BatchDiffers, stream, sequence,
                    string.Create(CultureInfo.InvariantCulture, $"{id} has {range.Trades} trades of {range.Symbol}, its records {range.After + 1} to {range.Through} have {trades}, {late} of them of another date"),
                    Meaning);
            }
        }

        foreach (var part in closed.Items.SelectMany(item => item.Parts.Select(part => (Key: (item.Account, item.Asset, part.TradeDay), part.Amount))))
        {
            parts[part.Key] = parts.GetValueOrDefault(part.Key) - part.Amount;
        }

        foreach (var (key, difference) in parts.Where(part => part.Value != 0).OrderBy(part => part.Key).Take(1))
        {
            var batch = closed.Items.Where(item => (item.Account, item.Asset) == (key.Account, key.Asset))
                .SelectMany(item => item.Parts).Where(part => part.TradeDay == key.TradeDay).Sum(part => part.Amount);
            var others = parts.Count(part => part.Value != 0) - 1;
            findings.Add(
                FindingKind.BatchDiffers, stream, sequence,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{id} gives account {key.Account} {batch} {key.Asset}, its trades {difference + batch} (minor units); {others} more differ"),
                Meaning);
        }
    }

    /// <summary>Adds the trades of a range to what they come to; how many, and how many of them were not due on the batch's date.</summary>
    private static (long Trades, long Late) Take(
        SettledTrades range, Instrument instrument, long date, BusinessCalendar calendar, IEnumerator<JournalRecord> records,
        Dictionary<(long Account, string Asset, long TradeDay), Int128> parts)
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
                    Add(trade.Buyer, instrument.Base, units);
                    Add(trade.Seller, instrument.Base, -units);
                    Add(trade.Buyer, instrument.Quote, -cash - trade.BuyerFee);
                    Add(trade.Seller, instrument.Quote, cash - trade.SellerFee);
                    Add(AccountId.Fees, instrument.Quote, (Int128)trade.BuyerFee + trade.SellerFee);

                    void Add(AccountId account, Asset asset, Int128 amount)
                    {
                        var key = (account.Value, asset.Name, day);
                        parts[key] = parts.GetValueOrDefault(key) + amount;
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

    // Nearer days are never changed by a later order: the last word about each day is its word.
    private BusinessCalendar CalendarOf(string venue)
    {
        var holidays = new SortedSet<long>();
        foreach (var record in _streams.TryGetValue(PlainLane.Catalog, out var catalog) ? StoredRecords.Of(image, catalog) : [])
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
