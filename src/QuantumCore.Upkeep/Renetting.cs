using System.Collections.Immutable;
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

    /// <summary>What the trades of a batch come to; null where some are of nothing that is listed.</summary>
    private Dictionary<(long Account, string Asset, long TradeDay), Int128>? Net(
        string stream, long sequence, string id, SettlementClosed closed, BusinessCalendar calendar, Dictionary<string, IEnumerator<JournalRecord>> books,
        DueBySymbol due)
    {
        var parts = new Dictionary<(long Account, string Asset, long TradeDay), Int128>();
        foreach (var range in closed.Trades)
        {
            if (instrumentOf(range.Symbol) is not { } instrument || !_streams.TryGetValue(BookLane.Prefix + range.Symbol, out var book))
            {
                findings.Add(FindingKind.BatchDiffers, stream, sequence, $"{id} has trades of {range.Symbol}, which is not listed", Meaning);
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
                    string.Create(CultureInfo.InvariantCulture, $"{id} has {range.Trades} trades of {range.Symbol}, its records {range.After + 1} to {range.Through} have {trades}, {late} of them of another date"),
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
            foreach (var (asset, part) in fail.UnitParts.Select(part => (fail.Base.Name, part)).Concat(fail.CashParts.Select(part => (fail.Quote.Name, part))))
            {
                var key = (fail.Account, asset, part.TradeDay);
                parts[key] = parts.GetValueOrDefault(key) + part.Amount;
            }
        }

        foreach (var part in closed.Items.SelectMany(item => item.Parts.Select(part => (Key: (item.Account, item.Asset, part.TradeDay), part.Amount))))
        {
            parts[part.Key] = parts.GetValueOrDefault(part.Key) - part.Amount;
        }

        foreach (var (key, difference) in parts.Where(part => part.Value != 0).OrderBy(part => part.Key).Take(1))
        {
            var batch = closed.Items.Where(item => (item.Account, item.Asset) == (key.Account, key.Asset))
                .SelectMany(item => item.Parts).Where(part => part.TradeDay == key.TradeDay).Aggregate((Int128)0, (sum, part) => sum + part.Amount);
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
                        foreach (var (asset, amount) in ((Asset, Int128)[])[(instrument.Base, units), (instrument.Quote, cash)])
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
