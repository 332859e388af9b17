using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>Unsettled trades: what they may be used for, and the application of settlement records.</summary>
internal sealed partial class AccountMachine
{
    // A fill of the day just ended may not have arrived yet, or have another clock's time: funds given count as given
    // then.
    private const long LateNanos = 600_000_000_000;

    private IEnumerable<string> PendingVenues => Account.Pending.IsEmpty
        ? []
        : _cursors.Keys.Where(
            source => IsSettlement(source) && Account.Pending.IsAt(source[SettlementRecord.StreamPrefix.Length..]));

    private static bool IsSettlement(string source) =>
        source.StartsWith(SettlementRecord.StreamPrefix, StringComparison.Ordinal);

    /// <summary>
    /// Applies a settlement's record to what the account has pending. A record that was applied before is ignored.
    /// </summary>
    public void ApplySettlement(string source, long sequence, SettlementRecord record)
    {
        if (sequence <= CursorOf(source))
        {
            return;
        }

        if (record is SettlementSettled or SettlementPartial)
        {
            var venue = source[SettlementRecord.StreamPrefix.Length..];
            foreach (var item in record.Items.Where(item => item.Account == Account.Id.Value))
            {
                foreach (var part in item.Parts)
                {
                    Account.Settle(item.Asset, new SettlementTerm(venue, part.TradeDay, part.Days), part.Amount);
                }
            }
        }

        _cursors[source] = sequence;
        Folded++;
    }

    /// <summary>
    /// Returns what the account may give in a batch due on a day; null while the day has not ended here.
    /// </summary>
    /// <param name="venue">The venue.</param>
    /// <param name="date">The day, in UTC days since 1970.</param>
    /// <param name="now">Unix nanoseconds.</param>
    public SettlementFunds? FundsFor(string venue, long date, long now)
    {
        if (UtcDay.Of(_clock.At(now)) <= date)
        {
            return null;
        }

        var dated = DatedAt(now);
        return new SettlementFunds(
            IsMargin, [.. Account.Balances.Keys.Where(Account.Pending.Has).Order(StringComparer.Ordinal)
            .Select(asset => new AssetAmount(asset, (long)dated.FreeFor(venue, asset)))]);
    }

    private void FollowSettlement(Instrument instrument)
    {
        if (instrument.SettlementDays > 0)
        {
            _cursors.TryAdd(SettlementRecord.StreamPrefix + instrument.SettlementVenue, 0);
        }
    }

    private RejectReason CheckHold(Instrument instrument, Side side, long need, long now, out long amount)
    {
        var reason = Account.CheckHold(instrument, side, need, out amount);
        return reason == RejectReason.None ? CheckSettled(instrument, side, amount, now) : reason;
    }

    /// <summary>Checks that an order of a cash account gives nothing away before it has settled.</summary>
    private RejectReason CheckSettled(Instrument instrument, Side side, long amount, long now)
    {
        if (Account.Pending.IsEmpty || IsMargin)
        {
            return RejectReason.None;
        }

        var dated = DatedAt(now);
        return dated.Check(
            (side == Side.Buy ? instrument.Quote : instrument.Base).Name, amount, dated.DueOf(instrument));
    }

    /// <summary>Checks that an amount can leave at once.</summary>
    private RejectReason CheckSettled(Asset asset, long amount, long now) =>
        Account.Pending.IsEmpty ? RejectReason.None : DatedAt(now).Check(asset.Name, amount, DatedFunds.AtOnce);

    private DatedFunds DatedAt(long now) => new(
        Account, UtcDay.Of(_clock.At(now)), UtcDay.Of(_clock.At(now) - LateNanos),
        _calendarOf ?? (_ => BusinessCalendar.WithoutHolidays));

    // Writes nothing if nothing is pending; the snapshot's version shows that.
    private void WriteSettlement(ref RecordWriter to)
    {
        if (VersionOfSnapshot == SnapshotVersion)
        {
            return;
        }

        var entries = Account.Pending.Entries.ToArray();
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

    private void ReadSettlement(ref RecordReader from)
    {
        if (from.Version < SnapshotVersionWithPending)
        {
            return;
        }

        for (var i = from.ItemCount(); i > 0; i--)
        {
            Account.Pending.Add(
                from.Text(), new SettlementTerm(from.Text(), from.Count(), from.Count32()), from.Fixed64());
        }
    }
}
