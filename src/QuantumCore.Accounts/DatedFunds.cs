using QuantumCore.Instruments;

namespace QuantumCore.Accounts;

/// <summary>
/// What of an asset may be given away on a day, where something of it is not settled yet: what comes later pays for nothing that is due
/// before. What was due to be given is counted as gone; what was due to come and has not is counted on the next business day.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="today">Number of the UTC day since 1970.</param>
/// <param name="tradeDay">The earliest day that a trade of an open order may be of: today, or yesterday for a while after midnight.</param>
/// <param name="calendarOf">The business days of a venue.</param>
public readonly struct DatedFunds(Account account, long today, long tradeDay, Func<string, BusinessCalendar> calendarOf)
{
    /// <summary>The day of what has no settlement date: given away at once.</summary>
    public const long AtOnce = 0;

    /// <summary>The day on which an order's next trade would settle, at the earliest.</summary>
    public long DueOf(Instrument instrument) =>
        instrument.SettlementDays == 0 ? AtOnce : calendarOf(instrument.SettlementVenue).After(tradeDay, instrument.SettlementDays);

    /// <summary>Whether an amount may be given away on a day; the whole was asked about before.</summary>
    /// <param name="asset">The asset's name.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="due">The day.</param>
    public RejectReason Check(string asset, Int128 amount, long due) =>
        !account.Pending.Has(asset) || amount <= Spendable(asset, due) ? RejectReason.None : RejectReason.UnsettledFunds;

    /// <summary>The least that is free of an asset on a day and on all days after it, minor units.</summary>
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

        // What a margin account holds is only noted.
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
    /// What of an asset may be given away in a batch of a venue, minor units: what is settled, less what an open order may give away at once and what
    /// was to be given elsewhere before today; and no more than what is still to be given there, since once its day has ended nothing else may take of
    /// that until it is given. All else may leave at any moment, also where it would have to stand in for receipts of the same day that fail.
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
