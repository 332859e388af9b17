using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Unsettled trades of an account: what they may be used for, and their settlement.</summary>
/// <param name="account">The account, which has the pending amounts.</param>
/// <param name="clock">Its time.</param>
/// <param name="calendarOf">Returns the business days of a venue.</param>
internal sealed class AccountSettlement(
    Account account, AccountClock clock, Func<string, BusinessCalendar>? calendarOf)
{
    // A fill of the day just ended may not have arrived yet, or have another clock's time: funds given count as given
    // then.
    private const long LateNanos = 600_000_000_000;

    /// <summary>Returns true if a source is a settlement's stream.</summary>
    public static bool IsStream(string source) =>
        source.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal);

    /// <summary>Returns those of some sources that may still settle something.</summary>
    public IEnumerable<string> PendingAmong(IEnumerable<string> sources) => account.Pending.IsEmpty
        ? []
        : sources.Where(source => IsStream(source) && account.Pending.IsAt(VenueOf(source)));

    /// <summary>Applies a record of a settlement's stream to what the account has pending.</summary>
    public void Apply(string source, SettlementRecord record)
    {
        if (record is SettlementSettled or SettlementPartial)
        {
            var venue = VenueOf(source);
            foreach (var item in record.Items.Where(item => item.Account == account.Id.Value))
            {
                foreach (var part in item.Parts)
                {
                    account.Settle(item.Asset, new SettlementTerm(venue, part.TradeDay, part.Days), part.Amount);
                }
            }
        }
    }

    /// <summary>
    /// Returns what the account may give in a batch due on a day; null while the day has not ended here.
    /// </summary>
    /// <param name="venue">The venue.</param>
    /// <param name="date">The day, in UTC days since 1970.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public SettlementFunds? FundsFor(string venue, long date, long now)
    {
        if (UtcDay.Of(clock.At(now)) <= date)
        {
            return null;
        }

        var dated = At(now);
        return new SettlementFunds(
            account.IsMargin, [.. account.Balances.Keys.Where(account.Pending.Has).Order(StringComparer.Ordinal)
            .Select(asset => new AssetAmount(asset, (long)dated.FreeFor(venue, asset)))]);
    }

    /// <summary>Checks that an order of a cash account gives nothing away before it has settled.</summary>
    public RejectReason Check(Instrument instrument, Side side, long amount, long now)
    {
        if (account.Pending.IsEmpty || account.IsMargin)
        {
            return RejectReason.None;
        }

        var dated = At(now);
        return dated.Check(
            (side == Side.Buy ? instrument.Quote : instrument.Base).Name, amount, dated.DueOf(instrument));
    }

    /// <summary>Checks that an amount can leave at once.</summary>
    public RejectReason Check(Asset asset, long amount, long now) =>
        account.Pending.IsEmpty ? RejectReason.None : At(now).Check(asset.Name, amount, DatedFunds.AtOnce);

    /// <summary>Returns the account's funds by settlement day.</summary>
    public DatedFunds At(long now) => new(
        account, UtcDay.Of(clock.At(now)), UtcDay.Of(clock.At(now) - LateNanos),
        calendarOf ?? (static _ => BusinessCalendar.WithoutHolidays));

    /// <summary>Writes what is pending.</summary>
    public void Write(ref RecordWriter to)
    {
        var entries = account.Pending.Entries.ToArray();
        to.Count(entries.Length);
        foreach (var (asset, term, amount) in entries)
        {
            to.Text(asset);
            to.Text(term.Venue);
            to.Count(term.TradeDay);
            to.Count(term.Days);
            to.Fixed64(amount);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader from)
    {
        for (var i = from.ItemCount(); i > 0; i--)
        {
            account.Pending.Add(
                from.Text(), new SettlementTerm(from.Text(), from.Count(), from.Count32()), from.Fixed64());
        }
    }

    private static string VenueOf(string source) => source[SettlementRecord.StreamPrefix.Length..];
}
