using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains;

/// <summary>The catalog of listings, keys, owners and users. One grain, keyed <see cref="Key"/>.</summary>
[Alias("catalog")]
public interface ICatalogGrain : IGrainWithStringKey
{
    /// <summary>Key of the only catalog grain.</summary>
    const string Key = "all";

    /// <summary>Returns every listed instrument, sorted by symbol.</summary>
    [Alias("instruments")]
    ValueTask<ImmutableArray<EncodedInstrument>> Instruments();

    /// <summary>Lists an instrument or changes its definition.</summary>
    [Alias("list")]
    ValueTask List(EncodedInstrument definition);

    /// <summary>Returns every API key, sorted by hash.</summary>
    [Alias("keys")]
    ValueTask<ImmutableArray<ApiKey>> Keys();

    /// <summary>Adds an API key or changes its rights.</summary>
    [Alias("add-key")]
    ValueTask AddKey(ApiKey key);

    /// <summary>Returns every account that has an owner, sorted by number.</summary>
    [Alias("owners")]
    ValueTask<ImmutableArray<OwnedAccount>> Owners();

    /// <summary>Gives an account to an owner, or to another one. An empty name removes its owner.</summary>
    [Alias("set-owner")]
    ValueTask SetOwner(OwnedAccount account);

    /// <summary>
    /// Returns the risk limits that apply to every account, for each symbol that has any, sorted by symbol.
    /// </summary>
    [Alias("limits")]
    ValueTask<ImmutableArray<SymbolLimits>> Limits();

    /// <summary>Returns the limits of owners over all their accounts, sorted by owner and scope.</summary>
    [Alias("owner-limits")]
    ValueTask<ImmutableArray<OwnerLimits>> OwnersLimits();

    /// <summary>
    /// Sets all limits of an owner in a scope, and the shares of its accounts. Returns the reason for a refusal as a
    /// sentence, or null.
    /// </summary>
    [Alias("set-owner-limits")]
    ValueTask<string?> SetOwnerLimits(OwnerLimitsRequest request);

    /// <summary>Returns the fee schedules, sorted by asset.</summary>
    [Alias("fee-schedules")]
    ValueTask<ImmutableArray<FeeSchedule>> FeeSchedules();

    /// <summary>
    /// Sets the fees of all instruments quoted in an asset, for orders from then on. Each silo has them within two
    /// seconds. Returns the reason for a refusal as a sentence, or null. A rebate must never exceed the taker fee of
    /// any order that may still be open.
    /// </summary>
    [Alias("set-fees")]
    ValueTask<string?> SetFees(FeesRequest request);

    /// <summary>
    /// Sets all risk limits that every account has in a symbol. Each silo reads them within two seconds.
    /// </summary>
    [Alias("set-limits")]
    ValueTask SetLimits(LimitsRequest request);

    /// <summary>Returns all margin terms, policies, locates, funds, groups and open deficits.</summary>
    [Alias("margin")]
    ValueTask<MarginRulebook> Margin();

    /// <summary>
    /// Sets the margin terms of an instrument. Returns the reason for a refusal as a sentence, or null.
    /// </summary>
    [Alias("set-margin-terms")]
    ValueTask<string?> SetMarginTerms(MarginTermsRequest request);

    /// <summary>
    /// Sets the margin policy of a currency. Returns the reason for a refusal as a sentence, or null.
    /// </summary>
    [Alias("set-margin-policy")]
    ValueTask<string?> SetMarginPolicy(MarginPolicyRequest request);

    /// <summary>
    /// Sets the credit of a margin group; 0 removes it. Returns the reason for a refusal as a sentence, or null.
    /// </summary>
    [Alias("set-margin-group")]
    ValueTask<string?> SetMarginGroup(MarginGroupRequest request);

    /// <summary>
    /// Locates units that an account may borrow, from the lendable pool. Returns the reason for a refusal as a
    /// sentence, or null.
    /// </summary>
    [Alias("set-locate")]
    ValueTask<string?> SetLocate(LocateRequest request);

    /// <summary>
    /// Settles a liquidation step with the insurance fund. The fund gets the fee and pays the deficit; the house pays
    /// what the fund cannot. A known step returns its cover again.
    /// </summary>
    [Alias("insure")]
    ValueTask<LiquidationCover> Insure(LiquidationClaim claim);

    /// <summary>
    /// Decides the shares of a deficit. Repeating it returns the decided shares, or none once the deficit has ended.
    /// </summary>
    [Alias("share-deficit")]
    ValueTask<ImmutableArray<DeficitShare>> ShareDeficit(DeficitDay day);

    /// <summary>
    /// Records that all shares of a deficit are on record in the accounts that pay them. Repeating it records nothing.
    /// </summary>
    [Alias("end-deficit")]
    ValueTask EndDeficit(long account, long sequence);

    /// <summary>Returns the calendar of each settlement venue that has holidays, sorted by venue.</summary>
    [Alias("settlement-calendars")]
    ValueTask<ImmutableArray<SettlementCalendar>> SettlementCalendars();

    /// <summary>
    /// Sets the holidays of a settlement venue from the day after tomorrow on. Returns the reason for a refusal as a
    /// sentence, or null.
    /// </summary>
    [Alias("set-holidays")]
    ValueTask<string?> SetHolidays(HolidaysRequest request);

    /// <summary>Returns every corporate action, in the sequence of announcement.</summary>
    [Alias("corporate-actions")]
    ValueTask<ImmutableArray<CorporateActionView>> CorporateActions();

    /// <summary>
    /// Announces a corporate action. Repeating it changes nothing. Returns the invalid field and a sentence, or null.
    /// </summary>
    [Alias("announce-action")]
    ValueTask<CorporateRefusal?> AnnounceAction(CorporateActionRequest request);

    /// <summary>
    /// Records that an action has begun; for a dividend, that the open orders of its books are adjusted. Repeating it
    /// records nothing.
    /// </summary>
    [Alias("begin-action")]
    ValueTask BeginAction(string id);

    /// <summary>Records that each account has its part of an action. Repeating it records nothing.</summary>
    [Alias("close-action")]
    ValueTask CloseAction(string id, CorporateSums sums);

    /// <summary>Records that an action is paid in full. Repeating it records nothing.</summary>
    [Alias("end-action")]
    ValueTask EndAction(string id);

    /// <summary>Returns all users and all sessions.</summary>
    [Alias("users")]
    ValueTask<UserList> Users();

    /// <summary>Returns the user of a name, or null if there is none.</summary>
    [Alias("find-user")]
    ValueTask<User?> FindUser(string name);

    /// <summary>Returns a session that has not ended, with its user, or null if there is none.</summary>
    [Alias("find-session")]
    ValueTask<SignedIn?> FindSession(string id);

    /// <summary>Returns the sessions of a user that have not ended.</summary>
    [Alias("sessions-of")]
    ValueTask<ImmutableArray<UserSession>> SessionsOf(string user);

    /// <summary>
    /// Adds a user. A user who signed up gets the account of the next free number and owns it. Returns NameTaken if a
    /// user or an owner has the name, and Overloaded at the maximum number of users.
    /// </summary>
    [Alias("add-user")]
    ValueTask<UserResult> AddUser(User user, UserEvent how, string by);

    /// <summary>Changes a user. Returns UnknownUser if there is none.</summary>
    [Alias("change-user")]
    ValueTask<UserResult> ChangeUser(UserChange change);

    /// <summary>
    /// Begins a session. Returns Unauthorized if the user may not sign in, or if the code is not newer than the last
    /// one used.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="codeStep">Number of the authenticator code; 0 for none.</param>
    [Alias("begin-session")]
    ValueTask<RejectReason> BeginSession(UserSession session, long codeStep);

    /// <summary>Ends a session of a user, or all of them if the id is null. Returns true if there was one.</summary>
    [Alias("end-sessions")]
    ValueTask<bool> EndSessions(string user, string? id, string by);

    /// <summary>Returns every webhook strategy, sorted by name.</summary>
    [Alias("signal-strategies")]
    ValueTask<ImmutableArray<SignalStrategyState>> SignalStrategies();

    /// <summary>Returns a webhook strategy, or null if there is none.</summary>
    [Alias("signal-strategy")]
    ValueTask<SignalStrategyState?> FindSignalStrategy(string name);

    /// <summary>
    /// Creates or changes a webhook strategy. Returns <see cref="RejectReason.NameTaken"/> if somebody else has the
    /// name, and <see cref="RejectReason.Overloaded"/> at the maximum number.
    /// </summary>
    [Alias("set-signal-strategy")]
    ValueTask<RejectReason> SetSignalStrategy(SignalStrategy strategy, string by);

    /// <summary>
    /// Applies the rate limit of a signal's strategy. Returns <see cref="RejectReason.TooManyRequests"/> if the window
    /// is full, and <see cref="RejectReason.SignalsPaused"/> during a pause after failures. A key known in the window
    /// passes: it is the same signal.
    /// </summary>
    [Alias("admit-signal")]
    ValueTask<SignalAdmission> AdmitSignal(string strategy, string key);

    /// <summary>
    /// Records the outcome of a signal: done if the reason is None, else a dead signal. Consecutive failures pause the
    /// strategy. A dead signal that succeeds later is removed from the dead ones.
    /// </summary>
    [Alias("end-signal")]
    ValueTask EndSignal(DeadSignal outcome);

    /// <summary>Ends a strategy's pause. Returns true if there was one.</summary>
    [Alias("resume-signals")]
    ValueTask<bool> ResumeSignals(string strategy, string by);

    /// <summary>Returns the signals that did not do everything they asked for, newest first.</summary>
    [Alias("dead-signals")]
    ValueTask<ImmutableArray<DeadSignal>> DeadSignals();

    /// <summary>Removes a dead signal from the list. Returns true if it was there.</summary>
    [Alias("drop-dead-signal")]
    ValueTask<bool> DropDeadSignal(long id, string by);

    /// <summary>Returns the newest lines of the audit log before a sequence, newest first.</summary>
    /// <param name="before">Exclusive upper bound of the sequences returned.</param>
    /// <param name="limit">Maximum number of lines, 1 to 1000.</param>
    [Alias("audit")]
    ValueTask<ImmutableArray<AuditLine>> Audit(long before, int limit);

    /// <summary>Returns the last use of the market-wide circuit breaker.</summary>
    [Alias("breaker-used")]
    ValueTask<BreakerUse> BreakerUsed();

    /// <summary>
    /// Records that the market-wide circuit breaker stopped trading. A level already used, or a use on an earlier day,
    /// changes nothing.
    /// </summary>
    [Alias("use-breaker")]
    ValueTask UseBreaker(BreakerUse use);

    /// <summary>Returns the names of the blocked owners, sorted.</summary>
    [Alias("blocked-owners")]
    ValueTask<ImmutableArray<string>> BlockedOwners();

    /// <summary>Records that an owner is blocked or not. The accounts themselves are frozen by the caller.</summary>
    [Alias("block-owner")]
    ValueTask BlockOwner(OwnerBlock block);

    /// <summary>Returns the books that operators have pinned to silos, sorted by book.</summary>
    [Alias("pins")]
    ValueTask<ImmutableArray<BookPin>> Pins();

    /// <summary>
    /// Pins the book of an instrument to a silo, or unpins it. Returns the reason for a refusal as a sentence, or null
    /// on success.
    /// </summary>
    [Alias("set-pin")]
    ValueTask<string?> SetPin(BookPinRequest request);
}
