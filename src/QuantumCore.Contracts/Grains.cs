using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// An account, keyed by its number in decimal. It decides about its money and never calls a book. Every answer is
/// durable when returned.
/// </summary>
[Alias("account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>
    /// Holds funds for orders, in sequence; one result per request. A known client order id returns its order again.
    /// </summary>
    [Alias("hold")]
    ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests);

    /// <summary>
    /// Returns what the account may give in a settlement batch due on a UTC day (days since 1970), with all durable
    /// records applied. Returns null if the day has not ended here.
    /// </summary>
    [Alias("settlement-funds")]
    ValueTask<SettlementFunds?> FundsFor(string venue, long date);

    /// <summary>
    /// Derives the order of a signal from the account's position and holds its funds;
    /// <see cref="RejectReason.SignalSkipped"/> for no order. The same signal again gives the same order or rejection,
    /// whatever the position is by then.
    /// </summary>
    [Alias("hold-signal")]
    ValueTask<HoldResult> HoldSignal(SignalIntent intent);

    /// <summary>
    /// Holds funds for all orders of a list, or for none. A known first client order id returns its orders again.
    /// </summary>
    [Alias("hold-list")]
    ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders);

    /// <summary>Plans an amendment and holds what a replacement costs beyond the old order.</summary>
    [Alias("amend")]
    ValueTask<AmendPlan> Amend(AmendRequest request);

    /// <summary>
    /// Finds the order that a client order id names, directly or by an amendment. An unknown id is used up: it is
    /// rejected from now on.
    /// </summary>
    [Alias("find")]
    ValueTask<NamedOrder> FindForCancel(string clientOrderId);

    /// <summary>
    /// Finds the order that a client order id names, directly or by an amendment. An unknown id stays unused.
    /// </summary>
    [Alias("look-up")]
    ValueTask<NamedOrder> LookUp(string clientOrderId);

    /// <summary>Marks a mass cancel and returns the floor for the books.</summary>
    [Alias("cancel-all")]
    ValueTask<CancelAllMark> CancelAll();

    /// <summary>Deposits money or units.</summary>
    [Alias("deposit")]
    ValueTask<DepositResult> Deposit(DepositRequest request);

    /// <summary>
    /// Transfers money or units to another account. They leave this account at once and are in transit until their
    /// arrival is on record. A known key returns its transfer again.
    /// </summary>
    [Alias("transfer")]
    ValueTask<TransferResult> Transfer(TransferRequest request);

    /// <summary>
    /// Receives another account's durable transfer, once however often it is delivered. It is refused only if the
    /// balance would overflow (<see cref="RejectReason.Overflow"/>); it then stays in transit.
    /// </summary>
    [Alias("take-in-transfer")]
    ValueTask<DepositResult> TakeInTransfer(TransferArrival arrival);

    /// <summary>
    /// Records that a transfer of this account has arrived. Called after the other account's durable answer.
    /// </summary>
    [Alias("end-transfer")]
    ValueTask EndTransfer(long transfer);

    /// <summary>
    /// Withdraws money or units; they leave the account at once. A known key returns its withdrawal again.
    /// </summary>
    [Alias("withdraw")]
    ValueTask<WithdrawResult> Withdraw(WithdrawRequest request);

    /// <summary>
    /// Freezes the account: no new orders, transfers or withdrawals. Returns the floor, and the books with orders up to
    /// it, which a kill switch must close. Records nothing if the account is already frozen in this way.
    /// </summary>
    [Alias("freeze")]
    ValueTask<CancelAllMark> Freeze(FreezeRequest request);

    /// <summary>
    /// Unfreezes the account. Rejected while the account lacks what a changed trade took back (InsufficientFunds).
    /// </summary>
    [Alias("unfreeze")]
    ValueTask<RejectReason> Unfreeze(string by, string why);

    /// <summary>Sets all risk limits of a scope. They apply to new orders and replacements; open orders stay.</summary>
    [Alias("set-limits")]
    ValueTask SetLimits(LimitsRequest request);

    /// <summary>Returns the account's own risk limits, for each scope that has any.</summary>
    [Alias("limits")]
    ValueTask<ImmutableArray<SymbolLimits>> Limits();

    /// <summary>Returns the account's fees for each quote asset that has a fee schedule.</summary>
    [Alias("fees")]
    ValueTask<ImmutableArray<AccountFees>> Fees();

    /// <summary>
    /// Returns the value traded by the account itself in the 30 complete UTC days before a day, by quote asset.
    /// </summary>
    /// <param name="day">The day, in UTC days since 1970.</param>
    [Alias("volumes-before")]
    ValueTask<ImmutableArray<TradedVolume>> VolumesBefore(long day);

    /// <summary>
    /// Records the value that the owner's accounts together traded before a day, once a day. Repeating it records
    /// nothing.
    /// </summary>
    [Alias("set-volumes")]
    ValueTask SetVolumes(long day, ImmutableArray<TradedVolume> volumes);

    /// <summary>
    /// Makes it a margin account or a cash account. Returns the reason for a refusal as a sentence, or null. An account
    /// changes its kind only if it has nothing but its currency and no open orders.
    /// </summary>
    [Alias("set-kind")]
    ValueTask<string?> SetKind(AccountKindRequest request);

    /// <summary>
    /// Reviews a margin account at the newest mark prices. As due, it makes or lifts a margin call, liquidates, and
    /// accrues interest. Returns the work that an agent must do for it; none for a cash account.
    /// </summary>
    [Alias("review-margin")]
    ValueTask<MarginWork> ReviewMargin();

    /// <summary>Records that the insurance fund knows of a liquidation step. Repeating it records nothing.</summary>
    [Alias("take-cover")]
    ValueTask TakeCover(LiquidationCover cover);

    /// <summary>
    /// Pays a share of another account's deficit, as far as the balance allows. Repeating it records nothing.
    /// </summary>
    [Alias("pay-share")]
    ValueTask PayShare(DeficitShareRequest request);

    /// <summary>
    /// Decides the account's part of a corporate action from its units at the cut. A decided part stays as it is.
    /// </summary>
    [Alias("enter-action")]
    ValueTask EnterAction(CorporateActionView action, long units);

    /// <summary>Records the remainder of a corporate action, once, in the account that keeps such remainders.</summary>
    [Alias("keep-rounding")]
    ValueTask KeepRounding(CorporateActionView action, long amount);

    /// <summary>Records that the account's part of a corporate action is paid. Repeating it records nothing.</summary>
    [Alias("pay-action")]
    ValueTask PayAction(string action);

    /// <summary>Returns balances and open orders, at least as new as what the client has seen.</summary>
    [Alias("view")]
    ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Waits a few seconds for a change of the account; returns null on timeout. The result is durable and complete
    /// since the places of the previous change.
    /// </summary>
    /// <param name="version">The known version; -1 returns the account as it is, without records.</param>
    /// <param name="after">Cursors of the known view.</param>
    /// <param name="orders">
    /// Known place in the changes of open orders. Only later changes are returned if the account still has them. Null
    /// returns all open orders.
    /// </param>
    [Alias("wait")]
    ValueTask<AccountChange?> WaitForChange(long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders);

    /// <summary>
    /// Delivers records of a book that touch this account. Deliveries may be lost, duplicated or reordered: the account
    /// pulls what is missing.
    /// </summary>
    [OneWay, Alias("deliver")]
    Task Deliver(BookDelivery delivery);

    /// <summary>Catches up with every book in which it has orders, and with the payouts of its withdrawals.</summary>
    [Alias("catch-up")]
    ValueTask CatchUp();
}

/// <summary>An administrator's request to freeze an account.</summary>
/// <param name="Closes">True for a kill switch: its orders must be cancelled too.</param>
/// <param name="By">Label of the requesting API key.</param>
/// <param name="Why">The requester's reason, free text; may be empty.</param>
[GenerateSerializer, Immutable, Alias("freeze-request")]
public sealed record FreezeRequest(bool Closes, string By, string Why);

/// <summary>A book's records for one account.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Records">Its records that touch the account, oldest first.</param>
[GenerateSerializer, Immutable, Alias("book-delivery")]
public sealed record BookDelivery(string Symbol, ImmutableArray<DeliveredRecord> Records);

/// <summary>A record with its place in the chain of records that touch the account.</summary>
/// <param name="Sequence">The record's sequence in the book's stream.</param>
/// <param name="PreviousSequence">Sequence of the previous record that touches this account; 0 for the first.</param>
/// <param name="Record">The record.</param>
[GenerateSerializer, Immutable, Alias("delivered-record")]
public readonly record struct DeliveredRecord(long Sequence, long PreviousSequence, BookRecord Record);

/// <summary>
/// The books of one key: one symbol, or a whole group (<see cref="Instrument.BookKey"/>). The grain decides what
/// happens to orders. It calls accounts only one way, after its own change is durable.
/// </summary>
[Alias("book")]
public interface IOrderBookGrain : IGrainWithStringKey
{
    /// <summary>Defines or changes the instrument. The same definition again changes nothing.</summary>
    [Alias("define")]
    ValueTask Define(string symbol, EncodedInstrument definition);

    /// <summary>
    /// Enters orders, in sequence; one report per order. A known order returns its first report again.
    /// </summary>
    [Alias("submit")]
    ValueTask<ImmutableArray<ExecutionReport>> Submit(string symbol, ImmutableArray<SubmitOrder> orders);

    /// <summary>
    /// Enters all orders of a list, or none; one report per order. A known list returns its first reports again.
    /// </summary>
    [Alias("submit-list")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitList(string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders);

    /// <summary>
    /// Enters a multi-leg order: its leg orders, all or none, which only ever trade together. One report per leg. A
    /// known one returns its first reports again.
    /// </summary>
    [Alias("submit-strategy")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategy(ImmutableArray<SubmitOrder> legs);

    /// <summary>Changes the conditions of an open order in place: display, trigger, trail, expiry.</summary>
    [Alias("amend")]
    ValueTask<ExecutionReport> Amend(string symbol, long account, long orderId, ImmutableArray<NamedValue> changes);

    /// <summary>
    /// Carries out an operator's command: phases, mark and reference prices, rules, blocks. Returns a reject reason, or
    /// None.
    /// </summary>
    [Alias("operate")]
    ValueTask<RejectReason> Operate(string symbol, BookCommand command);

    /// <summary>
    /// Halts a book at once. The answer waits for the record at most <see cref="HaltAnswer.PatienceMillis"/>. While the
    /// journal does not commit, the book is halted in memory, and the record is written when the journal commits again.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="command">A command that sets the phase Halt.</param>
    [Alias("halt")]
    ValueTask<HaltAnswer> Halt(string symbol, BookCommand command);

    /// <summary>
    /// Busts a trade or corrects its price. Reverses the trade, including fees, for both sides, and books it again at
    /// the new price. The current price changes nothing. Reject reasons: UnknownTrade (also for a busted trade, or one
    /// from before a change of units), InvalidPrice.
    /// </summary>
    /// <param name="symbol">The trade's symbol.</param>
    /// <param name="trade">The trade's place.</param>
    /// <param name="priceTicks">New price, in ticks; 0 busts the trade.</param>
    [Alias("change-trade")]
    ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks);

    /// <summary>
    /// Cancels orders by number. An order that has not arrived yet will never enter. Reports are final states.
    /// </summary>
    [Alias("close")]
    ValueTask<ImmutableArray<ExecutionReport>> Close(string symbol, long account, ImmutableArray<long> numbers, EndReason reason);

    /// <summary>Cancels an order by its public id.</summary>
    [Alias("close-id")]
    ValueTask<ExecutionReport> CloseById(string symbol, long account, long orderId);

    /// <summary>Cancels all orders of an account up to a number, arrived or not. Returns how many were open.</summary>
    [Alias("close-all")]
    ValueTask<int> CloseAll(string symbol, long account, long floor);

    /// <summary>Voids those of the orders that never arrived; leaves open ones alone.</summary>
    [Alias("resolve")]
    ValueTask Resolve(string symbol, long account, ImmutableArray<long> numbers);

    /// <summary>
    /// Reduces an order in place, if its open lots are as expected or it is already as small. 0 expects nothing.
    /// </summary>
    [Alias("reduce")]
    ValueTask<ExecutionReport> Reduce(string symbol, long account, long number, long totalLots, long expectedLots);

    /// <summary>Returns the state of an order by its public id.</summary>
    [Alias("status")]
    ValueTask<ExecutionReport> Status(string symbol, long account, long orderId);

    /// <summary>Returns the queue position of a resting order: orders and lots ahead of it at its price.</summary>
    [Alias("position")]
    ValueTask<PlaceInLine> Position(string symbol, long account, long orderId);

    /// <summary>Returns the whole durable book by price (L2), for readers of its stream.</summary>
    [Alias("depth")]
    ValueTask<DepthView> Depth(string symbol);

    /// <summary>Returns the durable book's state: sequence, phase, prices.</summary>
    [Alias("state")]
    ValueTask<BookState> State(string symbol);

    /// <summary>Returns a hash of the durable book, for comparing two replays. Walks the whole book.</summary>
    [Alias("state-hash")]
    ValueTask<ulong> StateHash(string symbol);
}

/// <summary>
/// The history of the exchange, as rows in SQL. One grain, keyed <see cref="EventStreams.LedgerKey"/>.
/// </summary>
[Alias("ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>Returns an account's newest fills, newest first, at least up to what the client has seen.</summary>
    [Alias("fills")]
    ValueTask<ImmutableArray<AccountFill>> Fills(long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's fills of one symbol after a trade, oldest first, at least up to what the client has seen.
    /// </summary>
    [Alias("fills-after")]
    ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's transfers, given and received: the newest first, or those after a place. All transfers it
    /// gave that were durable at the time of the call are included.
    /// </summary>
    [Alias("transfers")]
    ValueTask<ImmutableArray<AccountTransfer>> Transfers(long account, int limit, TransferPlace? after);

    /// <summary>
    /// Returns an account's withdrawals, newest first, or those before a sequence. All that were durable at the time of
    /// the call are included, in their states at that time.
    /// </summary>
    [Alias("withdrawals")]
    ValueTask<ImmutableArray<AccountWithdrawal>> Withdrawals(long account, int limit, long? before);

    /// <summary>
    /// Returns candles of a symbol, oldest first, without gaps from its first trade on, at least up to what the client
    /// has seen.
    /// </summary>
    [Alias("candles")]
    ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Returns public trades of a symbol, oldest first, at least up to what the client has seen.</summary>
    [Alias("public-trades")]
    ValueTask<ImmutableArray<PublicTrade>> PublicTrades(TradeQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's fills of one symbol, oldest first, at least up to what the client has seen.
    /// </summary>
    [Alias("fills-of")]
    ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Returns prevented matches of an account, at least up to what the client has seen.</summary>
    [Alias("prevented")]
    ValueTask<ImmutableArray<PreventedMatch>> Prevented(PreventedQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns orders of an account by number, oldest first, at least up to what the client has seen.
    /// </summary>
    [Alias("orders")]
    ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Writes everything that is durable in the journal now into the history.</summary>
    [Alias("catch-up")]
    ValueTask CatchUp();

    /// <summary>
    /// Returns an account's statement over a period, with its lines after a place, at least up to what the client has
    /// seen.
    /// </summary>
    [Alias("statement")]
    ValueTask<AccountStatement> Statement(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns an account's position and profit in each symbol, at least up to what the client has seen.
    /// </summary>
    [Alias("positions")]
    ValueTask<ImmutableArray<PositionProfit>> Positions(long account, PositionMethod method, ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Returns the trial balance: current totals of each asset by holder (customers, fees, outside world).
    /// </summary>
    [Alias("trial-balance")]
    ValueTask<ImmutableArray<TrialBalanceRow>> TrialBalance();

    /// <summary>Returns fees by UTC day and symbol.</summary>
    [Alias("fee-revenue")]
    ValueTask<ImmutableArray<FeeRevenueRow>> FeeRevenue(long fromNanos, long toNanos);

    /// <summary>
    /// Compares the ledger with itself, and the accounts after the given one with their grains. Repairs nothing.
    /// </summary>
    [Alias("reconcile")]
    ValueTask<ReconciliationReport> Reconcile(long after, int limit);

    /// <summary>
    /// Returns a page of customer accounts that had or owed units at the cut of an action and have no part on record.
    /// They come after the given account, sorted by account. All that was durable at the time of the call counts.
    /// </summary>
    [Alias("entitled")]
    ValueTask<ImmutableArray<EntitledAccount>> Entitled(CorporateActionView action, long after, int limit);

    /// <summary>Returns the sums of an action's recorded parts.</summary>
    [Alias("corporate-sums")]
    ValueTask<CorporateSums> CorporateSums(CorporateActionView action);

    /// <summary>Returns an action's recorded parts after an account: all of them, or only unpaid ones.</summary>
    [Alias("corporate-parts")]
    ValueTask<CorporateParts> CorporateParts(string action, bool unpaid, long after, int limit);

    /// <summary>Activates the ledger without waiting. Once active, it follows the journal by itself.</summary>
    [Alias("follow")]
    ValueTask Follow();

    /// <summary>
    /// Returns how far the history is behind the journal, as of the ledger's last check, at most a second ago.
    /// </summary>
    [Alias("standing")]
    ValueTask<LedgerStanding> Standing();
}

/// <summary>Work that is due at a time. One grain, keyed <see cref="Key"/>.</summary>
[Alias("due-work")]
public interface IDueWorkGrain : IGrainWithStringKey
{
    /// <summary>Key of the only grain.</summary>
    const string Key = "all";

    /// <summary>Activates the grain, and registers the reminder that does so when nobody calls.</summary>
    [Alias("wake")]
    ValueTask Wake();
}

/// <summary>The catalog of listings, keys, owners and users. One grain, keyed <see cref="Key"/>.</summary>
[Alias("catalog")]
public partial interface ICatalogGrain : IGrainWithStringKey
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
}
