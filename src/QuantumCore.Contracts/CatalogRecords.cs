using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>A record of the catalog's stream.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
public abstract record CatalogRecord(long TimeNanos);

/// <summary>An instrument was listed, or its definition changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Definition">The instrument.</param>
public sealed record InstrumentListed(long TimeNanos, EncodedInstrument Definition) : CatalogRecord(TimeNanos);

/// <summary>An API key was added, or its rights changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Key">The key's hash and rights.</param>
public sealed record KeyAdded(long TimeNanos, ApiKey Key) : CatalogRecord(TimeNanos);

/// <summary>An account was given to an owner.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account and its owner.</param>
public sealed record OwnerSet(long TimeNanos, OwnedAccount Account) : CatalogRecord(TimeNanos);

/// <summary>A user was added or changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Event">The event.</param>
/// <param name="By">The person who made the change.</param>
/// <param name="User">The user after the change.</param>
/// <param name="KeptSession">With a new password: the only session that does not end; else empty.</param>
public sealed record UserSet(long TimeNanos, UserEvent Event, string By, User User, string KeptSession)
    : CatalogRecord(TimeNanos);

/// <summary>A user signed in.</summary>
/// <param name="Session">The session; it begins at the record's time.</param>
/// <param name="CodeStep">Number of the authenticator code used; 0 if none.</param>
public sealed record SessionBegun(UserSession Session, long CodeStep) : CatalogRecord(Session.BegunNanos);

/// <summary>A user proved a change with an authenticator code, which cannot be used again.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="User">The user's name.</param>
/// <param name="CodeStep">Number of the code's half minute.</param>
public sealed record CodeUsed(long TimeNanos, string User, long CodeStep) : CatalogRecord(TimeNanos);

/// <summary>A session of a user, or all of them, ended early.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="User">The user's name.</param>
/// <param name="Id">Id of the session; empty for all.</param>
/// <param name="By">The person who ended them.</param>
public sealed record SessionsEnded(long TimeNanos, string User, string Id, string By) : CatalogRecord(TimeNanos);

/// <summary>The risk limits that every account has in a symbol were replaced.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Limits">The symbol and its limits, with author and reason.</param>
public sealed record EveryonesLimitsSet(long TimeNanos, LimitsRequest Limits) : CatalogRecord(TimeNanos);

/// <summary>The fees of all instruments quoted in an asset were set. Orders accepted from here on pay them.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Fees">The schedule, with author and reason.</param>
public sealed record FeesScheduled(long TimeNanos, FeesRequest Fees) : CatalogRecord(TimeNanos);

/// <summary>The margin terms of an instrument were set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The terms, with author and reason.</param>
public sealed record MarginTermsSet(long TimeNanos, MarginTermsRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The margin policy of a currency was set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The policy, with author and reason.</param>
public sealed record MarginPolicySet(long TimeNanos, MarginPolicyRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The credit for offsetting positions of a margin group was set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The credit, with author and reason.</param>
public sealed record MarginGroupSet(long TimeNanos, MarginGroupRequest Request) : CatalogRecord(TimeNanos);

/// <summary>A locate was set for an account.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The number of lots, with author and reason.</param>
public sealed record LocateSet(long TimeNanos, LocateRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The insurance fund settled a liquidation step: it received the fee, and the deficit was paid.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Claim">The liquidation step.</param>
/// <param name="FromFund">Part of the deficit paid by the fund, minor units.</param>
/// <param name="FromHouse">Part of the deficit paid by the house, minor units.</param>
/// <param name="Shared">Part of the house's payment that is shared out among other accounts, minor units.</param>
public sealed record LiquidationInsured(
    long TimeNanos, LiquidationClaim Claim, long FromFund, long FromHouse, long Shared = 0) : CatalogRecord(TimeNanos);

/// <summary>The shares of a deficit were decided.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
/// <param name="Shares">Shares by account; empty if nobody gained on what the account lost on.</param>
public sealed record DeficitShared(
    long TimeNanos, long Account, long Sequence, ImmutableArray<DeficitShare> Shares) : CatalogRecord(TimeNanos);

/// <summary>All shares of a deficit are on record in the accounts that pay them.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Account">The account with the deficit.</param>
/// <param name="Sequence">That account's sequence of the deficit.</param>
public sealed record DeficitEnded(long TimeNanos, long Account, long Sequence) : CatalogRecord(TimeNanos);

/// <summary>A webhook strategy was created or changed.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Strategy">The strategy after the change.</param>
/// <param name="By">The person who changed it.</param>
public sealed record SignalStrategySet(long TimeNanos, SignalStrategy Strategy, string By) : CatalogRecord(TimeNanos);

/// <summary>A signal did not do everything it asked for.</summary>
/// <param name="Signal">The signal; the record's sequence is its id.</param>
public sealed record SignalFailed(DeadSignal Signal) : CatalogRecord(Signal.TimeNanos);

/// <summary>A webhook strategy was paused, or its pause was ended.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Strategy">The strategy.</param>
/// <param name="UntilNanos">End of the pause, Unix nanoseconds; 0 if the pause was ended.</param>
/// <param name="By">The person who ended it; empty for a pause.</param>
public sealed record SignalsPaused(long TimeNanos, string Strategy, long UntilNanos, string By)
    : CatalogRecord(TimeNanos);

/// <summary>A dead signal was removed from the list.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">Id of the dead signal.</param>
/// <param name="By">The person who removed it; empty if the signal succeeded after all.</param>
public sealed record DeadSignalDropped(long TimeNanos, long Id, string By) : CatalogRecord(TimeNanos);

/// <summary>Holidays of a settlement venue were set.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="FromDay">UTC day since 1970 from which the request lists all holidays; earlier ones stay.</param>
/// <param name="Request">The holidays, with author and reason.</param>
public sealed record HolidaysSet(long TimeNanos, long FromDay, HolidaysRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The limits of an owner over its accounts were set, with the accounts' shares.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The request, with the shares in force.</param>
public sealed record OwnerLimitsSet(long TimeNanos, OwnerLimitsRequest Request) : CatalogRecord(TimeNanos);

/// <summary>A corporate action was announced.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The request, with author and reason.</param>
/// <param name="CutNanos">Moment of the cut, Unix nanoseconds: holdings before it entitle.</param>
public sealed record CorporateActionAnnounced(long TimeNanos, CorporateActionRequest Request, long CutNanos)
    : CatalogRecord(TimeNanos);

/// <summary>
/// The cut of a corporate action has passed. For a dividend, the open orders of its books are adjusted or ended.
/// </summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">The action's id.</param>
public sealed record CorporateActionBegun(long TimeNanos, string Id) : CatalogRecord(TimeNanos);

/// <summary>Each account has its part of a corporate action on record.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">The action's id.</param>
/// <param name="Sums">Sums of the parts.</param>
public sealed record CorporateActionClosed(long TimeNanos, string Id, CorporateSums Sums) : CatalogRecord(TimeNanos);

/// <summary>A corporate action is paid in full.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Id">The action's id.</param>
public sealed record CorporateActionEnded(long TimeNanos, string Id) : CatalogRecord(TimeNanos);

/// <summary>A book was pinned to a silo, or unpinned if the silo is empty.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Request">The request.</param>
public sealed record BookPinned(long TimeNanos, BookPinRequest Request) : CatalogRecord(TimeNanos);

/// <summary>The market-wide circuit breaker stopped trading.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Use">The use of the breaker.</param>
public sealed record MarketStopped(long TimeNanos, BreakerUse Use) : CatalogRecord(TimeNanos);

/// <summary>An owner was blocked or unblocked.</summary>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="Block">The request.</param>
public sealed record OwnerBlocked(long TimeNanos, OwnerBlock Block) : CatalogRecord(TimeNanos);
