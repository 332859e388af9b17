using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Computes how much of an asset may be given away on a day while a part of it is unsettled. Later receipts pay for
/// nothing that is due before. An overdue delivery counts as gone; an overdue receipt counts on the next business day.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="today">Today, in UTC days since 1970.</param>
/// <param name="tradeDay">
/// Earliest possible trade day of an open order: today, or yesterday for a while after midnight.
/// </param>
/// <param name="calendarOf">Returns the business days of a venue.</param>
public readonly struct DatedFunds(Account account, long today, long tradeDay, Func<string, BusinessCalendar> calendarOf)
{
    /// <summary>Due day of what settles at once.</summary>
    public const long AtOnce = 0;

    /// <summary>Returns the earliest day on which an order's next trade would settle.</summary>
    public long DueOf(Instrument instrument) =>
        instrument.SettlementDays == 0
            ? AtOnce
            : calendarOf(instrument.SettlementVenue).After(tradeDay, instrument.SettlementDays);

    /// <summary>Checks that an amount may be given away on a day. The total must have been checked before.</summary>
    /// <param name="asset">The asset's name.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="due">The day, in UTC days since 1970.</param>
    public RejectReason Check(string asset, Int128 amount, long due) =>
        !account.Pending.Has(asset) || amount <= Spendable(asset, due)
            ? RejectReason.None
            : RejectReason.UnsettledFunds;

    /// <summary>Returns the minimum free amount of an asset on a day and all later days, minor units.</summary>
    public Int128 Spendable(string asset, long due)
    {
        var changes = new SortedDictionary<long, Int128>();
        Int128 free = account.SettledOf(asset);
        foreach (var (name, term, amount) in account.Pending.Entries)
        {
            if (name == asset)
            {
                Change(SettlementOf(term, amount), amount);
            }
        }

        // Holds of a margin account are only noted.
        foreach (var open in account.IsMargin ? [] : account.OpenInterest)
        {
            Change(DueOf(open.Instrument), -(Int128)open.HeldOf(asset));
        }

        foreach (var (day, change) in changes.Where(of => of.Key <= due))
        {
            free += change;
        }

        var least = free;
        foreach (var (day, change) in changes.Where(of => of.Key > due))
        {
            free += change;
            least = Int128.Min(least, free);
        }

        return least;

        void Change(long day, Int128 amount) => changes[day] = changes.GetValueOrDefault(day) + amount;
    }

    /// <summary>
    /// Returns how much of an asset may be given in a settlement batch of a venue, minor units. It is the settled
    /// amount less what open orders may give away at once, and less overdue deliveries at other venues. It is at most
    /// what is still due at this venue: once a day has ended, nothing else may use that amount until it is given.
    /// Everything else may leave at any moment, even if it would be needed should receipts of the same day fail.
    /// </summary>
    public Int128 FreeFor(string venue, string asset)
    {
        var (free, stays) = ((Int128)account.SettledOf(asset), (Int128)0);
        foreach (var (name, term, amount) in account.Pending.Entries)
        {
            if (name == asset && amount < 0 && SettlementOf(term, amount) == AtOnce)
            {
                (free, stays) = term.Venue == venue ? (free, stays - amount) : (free + amount, stays);
            }
        }

        foreach (var open in account.OpenInterest.Where(open => open.Instrument.SettlementDays == 0))
        {
            free -= open.HeldOf(asset);
        }

        return Int128.Min(free, stays);
    }

    private long SettlementOf(in SettlementTerm term, long amount)
    {
        var calendar = calendarOf(term.Venue);
        var day = calendar.After(term.TradeDay, term.Days);
        return day >= today ? day
            : amount < 0 ? AtOnce
            : calendar.OnOrAfter(today);
    }
}
