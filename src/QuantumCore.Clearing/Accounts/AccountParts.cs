using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// State of an account, as parts. Only records change what an account has and owes; a decision may change what helps it
/// to decide, such as cursors and the reductions it has seen.
/// </summary>
internal sealed class AccountParts
{
    /// <summary>Creates the state of a new account.</summary>
    public AccountParts(
        AccountId id,
        Func<string, Instrument> instrumentOf,
        Func<string, FeeSchedule?>? scheduleOf,
        Func<MarginAgreements>? agreements,
        Func<string, BusinessCalendar>? calendarOf)
    {
        InstrumentOf = instrumentOf;
        Account = new Account(id);
        OrderStates = new OrderStates(Account);
        Volumes = new AccountVolumes(scheduleOf);
        Limits = new LimitControl(Account, Traded, instrumentOf);
        Settlement = new AccountSettlement(Account, Clock, calendarOf);
        Margin = new MarginControl(Account, Clock, Traded, Settlement, agreements);
        Lacking = new LackingAssets(Account, Margin);
        Corporate = new CorporateEntitlements(Account, Clock, instrumentOf);
        Cover = new HoldCover(Account, asset => Corporate.IsBeingSplit(asset) || Lacking.Contains(asset));
    }

    /// <summary>Returns the instrument of a symbol.</summary>
    public Func<string, Instrument> InstrumentOf { get; }

    /// <summary>Balances and open orders.</summary>
    public Account Account { get; }

    /// <summary>Sequence of the account's last own record.</summary>
    public long Sequence { get; set; }

    /// <summary>Number of applied records, including those of books.</summary>
    public long Folded { get; set; }

    /// <summary>Its time.</summary>
    public AccountClock Clock { get; } = new();

    /// <summary>The keys it used.</summary>
    public UsedKeys Keys { get; set; } = new();

    /// <summary>Last applied sequence of each source.</summary>
    public SortedDictionary<string, long> Cursors { get; } = new(StringComparer.Ordinal);

    /// <summary>States of its orders in their books.</summary>
    public OrderStates OrderStates { get; }

    /// <summary>Its freeze.</summary>
    public AccountFreeze Freeze { get; } = new();

    /// <summary>Open transfers and withdrawals.</summary>
    public FundsInTransit Transit { get; } = new();

    /// <summary>Its trading.</summary>
    public TradedSymbols Traded { get; } = new();

    /// <summary>Its volumes and fees.</summary>
    public AccountVolumes Volumes { get; }

    /// <summary>Its risk limits.</summary>
    public LimitControl Limits { get; }

    /// <summary>Its unsettled trades.</summary>
    public AccountSettlement Settlement { get; }

    /// <summary>Its margin.</summary>
    public MarginControl Margin { get; }

    /// <summary>Assets it lacks since a trade was changed.</summary>
    public LackingAssets Lacking { get; }

    /// <summary>Its corporate actions.</summary>
    public CorporateEntitlements Corporate { get; }

    /// <summary>The cover of its holds.</summary>
    public HoldCover Cover { get; }
}
