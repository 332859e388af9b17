using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// One account, keyed by its number in decimal. It decides about money; it never calls a book. Every answer
/// waits until what it says is durable.
/// </summary>
[Alias("account")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Holds cover for orders, in sequence; one result per request. A known client order id gives its order again.</summary>
    [Alias("hold")]
    ValueTask<ImmutableArray<HoldResult>> Hold(ImmutableArray<HoldRequest> requests);

    /// <summary>What may be given away in a batch that was due on a day (a UTC day's number), all that is durable folded; null: the day has not ended here.</summary>
    [Alias("settlement-funds")]
    ValueTask<SettlementFunds?> FundsFor(string venue, long date);

    /// <summary>
    /// Decides by the account's position what order a signal is, and holds its cover: <see cref="RejectReason.SignalSkipped"/> for none.
    /// The same signal again gives the same order, or the same refusal, whatever the position is by then.
    /// </summary>
    [Alias("hold-signal")]
    ValueTask<HoldResult> HoldSignal(SignalIntent intent);

    /// <summary>Holds cover for the orders of a list, all or none. A known first name gives its orders again.</summary>
    [Alias("hold-list")]
    ValueTask<HoldListResult> HoldList(OrderListKind kind, ImmutableArray<HoldRequest> orders);

    /// <summary>Plans an amendment, holding what a replacement costs beyond the old order.</summary>
    [Alias("amend")]
    ValueTask<AmendPlan> Amend(AmendRequest request);

    /// <summary>Finds the order a client order id names, its own or that of an amendment of it; an unknown id is used up (refused from now on).</summary>
    [Alias("find")]
    ValueTask<NamedOrder> FindForCancel(string clientOrderId);

    /// <summary>Finds the order a client order id names, its own or that of an amendment of it; an unknown one stays unused.</summary>
    [Alias("look-up")]
    ValueTask<NamedOrder> LookUp(string clientOrderId);

    /// <summary>Marks a mass cancel and names the floor for the books.</summary>
    [Alias("cancel-all")]
    ValueTask<CancelAllMark> CancelAll();

    /// <summary>Takes in money or units.</summary>
    [Alias("deposit")]
    ValueTask<DepositResult> Deposit(DepositRequest request);

    /// <summary>
    /// Gives money or units to another account: gone from here at once, on their way until their arrival is on record. A
    /// known key gives its transfer again.
    /// </summary>
    [Alias("transfer")]
    ValueTask<TransferResult> Transfer(TransferRequest request);

    /// <summary>
    /// Takes in what another account's durable transfer brings, once however often it is carried here. Refused only where
    /// it has no room (<see cref="RejectReason.Overflow"/>); it is on its way for as long.
    /// </summary>
    [Alias("take-in-transfer")]
    ValueTask<DepositResult> TakeInTransfer(TransferArrival arrival);

    /// <summary>Puts on record that a transfer of this account has arrived. Told after the other account's durable answer.</summary>
    [Alias("end-transfer")]
    ValueTask EndTransfer(long transfer);

    /// <summary>
    /// Takes money or units out of the account for the outside world: gone from here at once. A known key gives its
    /// withdrawal again.
    /// </summary>
    [Alias("withdraw")]
    ValueTask<WithdrawResult> Withdraw(WithdrawRequest request);

    /// <summary>
    /// Freezes the account: no new orders, transfers or withdrawals. Names the floor and the books with orders up to it, which
    /// a kill switch is to close. Frozen already like that, nothing is recorded.
    /// </summary>
    [Alias("freeze")]
    ValueTask<CancelAllMark> Freeze(FreezeRequest request);

    /// <summary>Lets the account act again. Refused while it lacks what a changed trade took back (InsufficientFunds).</summary>
    [Alias("unfreeze")]
    ValueTask<RejectReason> Unfreeze(string by, string why);

    /// <summary>Sets all risk limits of a scope. They are asked for new orders and replacements; what is open stays.</summary>
    [Alias("set-limits")]
    ValueTask SetLimits(LimitsRequest request);

    /// <summary>The account's own risk limits, of each scope that has any.</summary>
    [Alias("limits")]
    ValueTask<ImmutableArray<SymbolLimits>> Limits();

    /// <summary>What the account pays for what is paid in each asset that has a schedule of fees.</summary>
    [Alias("fees")]
    ValueTask<ImmutableArray<AccountFees>> Fees();

    /// <summary>What the account itself has traded in the 30 complete UTC days before a day, by what was paid in.</summary>
    /// <param name="day">Number of the day since 1970.</param>
    [Alias("volumes-before")]
    ValueTask<ImmutableArray<TradedVolume>> VolumesBefore(long day);

    /// <summary>Puts on record what the owner's accounts together have traded before a day. Once a day; again, nothing is recorded.</summary>
    [Alias("set-volumes")]
    ValueTask SetVolumes(long day, ImmutableArray<TradedVolume> volumes);

    /// <summary>
    /// Makes it a margin account, or a cash account again. Gives why not, as a sentence, or null: only an account with nothing but its
    /// currency, and no open orders, changes its kind.
    /// </summary>
    [Alias("set-kind")]
    ValueTask<string?> SetKind(AccountKindRequest request);

    /// <summary>
    /// Looks at a margin account at the newest mark prices: calls it, liquidates it, lets it go, lets its interest accrue, as is due. Tells
    /// what somebody has to carry for it. Nothing for a cash account.
    /// </summary>
    [Alias("review-margin")]
    ValueTask<MarginWork> ReviewMargin();

    /// <summary>Puts on record that the insurance fund knows of a step of a liquidation. Again, nothing is recorded.</summary>
    [Alias("take-cover")]
    ValueTask TakeCover(LiquidationCover cover);

    /// <summary>Pays a share of another account's deficit, as far as there is anything. Again, nothing is recorded.</summary>
    [Alias("pay-share")]
    ValueTask PayShare(DeficitShareRequest request);

    /// <summary>Decides the account's part of a corporate action, by what it had at the cut. One that it has decided stays as it is.</summary>
    [Alias("enter-action")]
    ValueTask EnterAction(CorporateActionView action, long units);

    /// <summary>Puts what a corporate action left for others than holders on record, in the account that keeps such rests. Once.</summary>
    [Alias("keep-rounding")]
    ValueTask KeepRounding(CorporateActionView action, long amount);

    /// <summary>Puts on record that the account's part of a corporate action is paid. Again, nothing is recorded.</summary>
    [Alias("pay-action")]
    ValueTask PayAction(string action);

    /// <summary>Balances and open orders, at least as new as what the client has been shown.</summary>
    [Alias("view")]
    ValueTask<AccountView> View(ImmutableArray<SeenSequence> seen);

    /// <summary>
    /// Waits until the account has changed, some seconds at most: null then. What it gives is durable and complete since the
    /// places of the change before.
    /// </summary>
    /// <param name="version">The version that is known; -1 gives the account as it is, without records.</param>
    /// <param name="after">The cursors of the view that is known.</param>
    /// <param name="orders">How far its open orders are known: it tells what changed of them, if it remembers; null: all of them.</param>
    [Alias("wait")]
    ValueTask<AccountChange?> WaitForChange(long version, ImmutableArray<SeenSequence> after, OrdersPlace? orders);

    /// <summary>Records of a book that touch this account. May be lost, doubled or reordered: the account pulls what is missing.</summary>
    [OneWay, Alias("deliver")]
    Task Deliver(BookDelivery delivery);

    /// <summary>Catches up with every book it has orders in, and with the payouts of what it withdrew.</summary>
    [Alias("catch-up")]
    ValueTask CatchUp();
}

/// <summary>An administrator's order to freeze an account.</summary>
/// <param name="Closes">The kill switch: its orders are to be cancelled too.</param>
/// <param name="By">Who asks: the label of the key.</param>
/// <param name="Why">In that person's words; may be empty.</param>
[GenerateSerializer, Immutable, Alias("freeze-request")]
public sealed record FreezeRequest(bool Closes, string By, string Why);

/// <summary>A book's records for one account.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="Records">Its records that touch the account, oldest first.</param>
[GenerateSerializer, Immutable, Alias("book-delivery")]
public sealed record BookDelivery(string Symbol, ImmutableArray<DeliveredRecord> Records);

/// <summary>One record, with its place in the chain of records that touch the account.</summary>
/// <param name="Sequence">The record's sequence in the book's stream.</param>
/// <param name="PreviousSequence">The sequence of the record before it that touches this account; 0 for the first.</param>
/// <param name="Record">The record.</param>
[GenerateSerializer, Immutable, Alias("delivered-record")]
public readonly record struct DeliveredRecord(long Sequence, long PreviousSequence, BookRecord Record);

/// <summary>
/// The books of one key: of a symbol by itself, or of a whole group (<see cref="Instrument.BookKey"/>). It decides
/// what happens to orders; it calls accounts only after its mutation is durable, one way.
/// </summary>
[Alias("book")]
public interface IOrderBookGrain : IGrainWithStringKey
{
    /// <summary>Defines the instrument, or changes it; the same definition again changes nothing.</summary>
    [Alias("define")]
    ValueTask Define(string symbol, EncodedInstrument definition);

    /// <summary>Enters orders, in sequence; one report per order. A known order gives its first report again.</summary>
    [Alias("submit")]
    ValueTask<ImmutableArray<ExecutionReport>> Submit(string symbol, ImmutableArray<SubmitOrder> orders);

    /// <summary>Enters a list of orders, all or none; one report per order. A known list gives its first reports again.</summary>
    [Alias("submit-list")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitList(string symbol, OrderListKind kind, ImmutableArray<SubmitOrder> orders);

    /// <summary>
    /// Enters a strategy order: its leg orders, all or none, which only ever trade together. One report per leg; a known
    /// one gives its first reports again.
    /// </summary>
    [Alias("submit-strategy")]
    ValueTask<ImmutableArray<ExecutionReport>> SubmitStrategy(ImmutableArray<SubmitOrder> legs);

    /// <summary>Changes the conditions of an open order where it stands: display, trigger, trail, expiry.</summary>
    [Alias("amend")]
    ValueTask<ExecutionReport> Amend(string symbol, long account, long orderId, ImmutableArray<NamedValue> changes);

    /// <summary>
    /// Carries out an operator's command: phases, mark and reference prices, rules, blocks. Gives why not, or
    /// none.
    /// </summary>
    [Alias("operate")]
    ValueTask<RejectReason> Operate(string symbol, BookCommand command);

    /// <summary>
    /// Halts a book at once. The answer waits for the record for <see cref="HaltAnswer.PatienceMillis"/> at most: while the journal does not
    /// commit, the book is halted in memory, and the record lands when it commits again.
    /// </summary>
    /// <param name="symbol">The instrument.</param>
    /// <param name="command">A command that sets the phase halt.</param>
    [Alias("halt")]
    ValueTask<HaltAnswer> Halt(string symbol, BookCommand command);

    /// <summary>
    /// Declares a trade void, or corrects its price: both sides give back what they had of it, fees too, and trade anew at the new price. A price that it
    /// has already changes nothing. Refused: UnknownTrade (also one that is void, or of before units became others), InvalidPrice.
    /// </summary>
    /// <param name="symbol">Its symbol.</param>
    /// <param name="trade">Its place.</param>
    /// <param name="priceTicks">Its price from now on, in ticks; 0: it is void.</param>
    [Alias("change-trade")]
    ValueTask<TradeChanged> ChangeTrade(string symbol, TradePlace trade, long priceTicks);

    /// <summary>Cancels orders by their numbers; one that has not arrived yet never will. Reports are final states.</summary>
    [Alias("close")]
    ValueTask<ImmutableArray<ExecutionReport>> Close(string symbol, long account, ImmutableArray<long> numbers, EndReason reason);

    /// <summary>Cancels an order by its public id.</summary>
    [Alias("close-id")]
    ValueTask<ExecutionReport> CloseById(string symbol, long account, long orderId);

    /// <summary>Cancels everything of an account up to a number, arrived or not; gives how many were open.</summary>
    [Alias("close-all")]
    ValueTask<int> CloseAll(string symbol, long account, long floor);

    /// <summary>Voids those of these orders that never arrived; leaves open ones alone.</summary>
    [Alias("resolve")]
    ValueTask Resolve(string symbol, long account, ImmutableArray<long> numbers);

    /// <summary>
    /// Makes an order smaller in place, if it has as many lots open as expected, or is as small already; 0 expects
    /// nothing.
    /// </summary>
    [Alias("reduce")]
    ValueTask<ExecutionReport> Reduce(string symbol, long account, long number, long totalLots, long expectedLots);

    /// <summary>State of an order by its public id.</summary>
    [Alias("status")]
    ValueTask<ExecutionReport> Status(string symbol, long account, long orderId);

    /// <summary>How many orders and lots stand before a resting order at its price.</summary>
    [Alias("position")]
    ValueTask<PlaceInLine> Position(string symbol, long account, long orderId);

    /// <summary>The whole book by price, durable, for those who follow its stream.</summary>
    [Alias("depth")]
    ValueTask<DepthView> Depth(string symbol);

    /// <summary>Where the durable book is: sequence, phase, prices.</summary>
    [Alias("state")]
    ValueTask<BookState> State(string symbol);

    /// <summary>Hash of the durable book, to compare two replays. Walks all of it.</summary>
    [Alias("state-hash")]
    ValueTask<ulong> StateHash(string symbol);
}

/// <summary>The history of everything, as rows in SQL; one grain, keyed <see cref="EventStreams.LedgerKey"/>.</summary>
[Alias("ledger")]
public interface ILedgerGrain : IGrainWithStringKey
{
    /// <summary>An account's newest fills, newest first, at least up to what the client has been shown.</summary>
    [Alias("fills")]
    ValueTask<ImmutableArray<AccountFill>> Fills(long account, string? symbol, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>An account's fills of one symbol after a trade, oldest first, at least up to what the client has been shown.</summary>
    [Alias("fills-after")]
    ValueTask<ImmutableArray<AccountFill>> FillsAfter(
        long account, string symbol, TradePlace after, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>An account's transfers, given and received, newest first, or those after a place; all that it gave and was durable when asked.</summary>
    [Alias("transfers")]
    ValueTask<ImmutableArray<AccountTransfer>> Transfers(long account, int limit, TransferPlace? after);

    /// <summary>An account's withdrawals, newest first, or those before one of this sequence; all that were durable when asked, in the states they had then.</summary>
    [Alias("withdrawals")]
    ValueTask<ImmutableArray<AccountWithdrawal>> Withdrawals(long account, int limit, long? before);

    /// <summary>Candles of a symbol, oldest first, without a gap from its first trade on, at least up to what the client has been shown.</summary>
    [Alias("candles")]
    ValueTask<ImmutableArray<Candle>> Candles(CandleQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Public trades of a symbol, oldest first, at least up to what the client has been shown.</summary>
    [Alias("public-trades")]
    ValueTask<ImmutableArray<PublicTrade>> PublicTrades(TradeQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>An account's fills of one symbol, oldest first, at least up to what the client has been shown.</summary>
    [Alias("fills-of")]
    ValueTask<ImmutableArray<AccountFill>> FillsOf(FillQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Prevented matches of an account, at least up to what the client has been shown.</summary>
    [Alias("prevented")]
    ValueTask<ImmutableArray<PreventedMatch>> Prevented(PreventedQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Orders of an account by their numbers, oldest first, at least up to what the client has been shown.</summary>
    [Alias("orders")]
    ValueTask<ImmutableArray<PastOrder>> Orders(OrderQuery query, ImmutableArray<SeenSequence> seen);

    /// <summary>Writes everything that is durable in the journal now into the history.</summary>
    [Alias("catch-up")]
    ValueTask CatchUp();

    /// <summary>
    /// An account's statement over a period, at least up to what the client has been shown, with its lines after a place.
    /// </summary>
    [Alias("statement")]
    ValueTask<AccountStatement> Statement(
        long account, long fromNanos, long toNanos, LinePlace? after, int limit, ImmutableArray<SeenSequence> seen);

    /// <summary>What an account has traded in each symbol and earned on it, at least up to what the client has been shown.</summary>
    [Alias("positions")]
    ValueTask<ImmutableArray<PositionProfit>> Positions(long account, PositionMethod method, ImmutableArray<SeenSequence> seen);

    /// <summary>What customers, fee pot and outside world have of each asset now.</summary>
    [Alias("trial-balance")]
    ValueTask<ImmutableArray<TrialBalanceRow>> TrialBalance();

    /// <summary>Fees by UTC day and symbol.</summary>
    [Alias("fee-revenue")]
    ValueTask<ImmutableArray<FeeRevenueRow>> FeeRevenue(long fromNanos, long toNanos);

    /// <summary>Compares the ledger with itself, and accounts after one with their grains. Repairs nothing.</summary>
    [Alias("reconcile")]
    ValueTask<ReconciliationReport> Reconcile(long after, int limit);

    /// <summary>
    /// Customers' accounts that had units at the cut of an action, or owed some, and have no part on record, after an account, by account. It is told from all that
    /// was durable when it was asked.
    /// </summary>
    [Alias("entitled")]
    ValueTask<ImmutableArray<EntitledAccount>> Entitled(CorporateActionView action, long after, int limit);

    /// <summary>What the parts on record of an action come to.</summary>
    [Alias("corporate-sums")]
    ValueTask<CorporateSums> CorporateSums(CorporateActionView action);

    /// <summary>Parts on record of an action after an account; all of them, or those that are not paid.</summary>
    [Alias("corporate-parts")]
    ValueTask<CorporateParts> CorporateParts(string action, bool unpaid, long after, int limit);

    /// <summary>Wakes the ledger and waits for nothing: once awake it follows the journal by itself.</summary>
    [Alias("follow")]
    ValueTask Follow();

    /// <summary>How much the journal has, and how far the history is behind it, as the ledger saw at its last look, a second ago at most.</summary>
    [Alias("standing")]
    ValueTask<LedgerStanding> Standing();
}

/// <summary>What is listed and who may come in; one grain, keyed <see cref="Key"/>.</summary>
[Alias("catalog")]
public partial interface ICatalogGrain : IGrainWithStringKey
{
    /// <summary>The key of the one catalog grain.</summary>
    const string Key = "all";

    /// <summary>Every listed instrument, by symbol.</summary>
    [Alias("instruments")]
    ValueTask<ImmutableArray<EncodedInstrument>> Instruments();

    /// <summary>Lists an instrument, or changes its definition.</summary>
    [Alias("list")]
    ValueTask List(EncodedInstrument definition);

    /// <summary>Every API key, by its hash.</summary>
    [Alias("keys")]
    ValueTask<ImmutableArray<ApiKey>> Keys();

    /// <summary>Adds an API key, or changes what it may do.</summary>
    [Alias("add-key")]
    ValueTask AddKey(ApiKey key);

    /// <summary>Every account that has an owner, by its number.</summary>
    [Alias("owners")]
    ValueTask<ImmutableArray<OwnedAccount>> Owners();

    /// <summary>Gives an account to an owner, or to another one; an empty name takes it away from its owner.</summary>
    [Alias("set-owner")]
    ValueTask SetOwner(OwnedAccount account);

    /// <summary>The risk limits that every account has in a symbol, for each symbol that has any, by symbol.</summary>
    [Alias("limits")]
    ValueTask<ImmutableArray<SymbolLimits>> Limits();

    /// <summary>The limits of owners over all their accounts, by owner and scope.</summary>
    [Alias("owner-limits")]
    ValueTask<ImmutableArray<OwnerLimits>> OwnersLimits();

    /// <summary>Sets all limits of an owner in a scope, and the parts of its accounts. Gives why not, as a sentence, or null.</summary>
    [Alias("set-owner-limits")]
    ValueTask<string?> SetOwnerLimits(OwnerLimitsRequest request);

    /// <summary>The schedules of fees, by asset.</summary>
    [Alias("fee-schedules")]
    ValueTask<ImmutableArray<FeeSchedule>> FeeSchedules();

    /// <summary>
    /// Sets the fees of everything that is paid in an asset, for orders from then on; each silo has them within a second or two. Gives
    /// why not, as a sentence, or null: a rebate must never be more than what any order that may still be open pays as taker.
    /// </summary>
    [Alias("set-fees")]
    ValueTask<string?> SetFees(FeesRequest request);

    /// <summary>Sets all risk limits that every account has in a symbol. Each silo asks for them within a second or two.</summary>
    [Alias("set-limits")]
    ValueTask SetLimits(LimitsRequest request);

    /// <summary>Everything that is agreed about margin.</summary>
    [Alias("margin")]
    ValueTask<MarginRulebook> Margin();

    /// <summary>Sets the terms of an instrument on margin. Gives why not, as a sentence, or null.</summary>
    [Alias("set-margin-terms")]
    ValueTask<string?> SetMarginTerms(MarginTermsRequest request);

    /// <summary>Sets the policy of a currency's margin accounts. Gives why not, as a sentence, or null.</summary>
    [Alias("set-margin-policy")]
    ValueTask<string?> SetMarginPolicy(MarginPolicyRequest request);

    /// <summary>Sets what a group's sides take off each other's requirement; 0 takes it back. Gives why not, as a sentence, or null.</summary>
    [Alias("set-margin-group")]
    ValueTask<string?> SetMarginGroup(MarginGroupRequest request);

    /// <summary>Locates units that an account may borrow, out of what there is to lend. Gives why not, as a sentence, or null.</summary>
    [Alias("set-locate")]
    ValueTask<string?> SetLocate(LocateRequest request);

    /// <summary>
    /// Takes a step of a liquidation to the insurance fund: its fee comes in, its deficit is paid, by the house where the fund is empty. A
    /// known one gives its cover again.
    /// </summary>
    [Alias("insure")]
    ValueTask<LiquidationCover> Insure(LiquidationClaim claim);

    /// <summary>Decides who pays how much of a deficit that is shared out; again, as it was decided. Nobody once it has ended.</summary>
    [Alias("share-deficit")]
    ValueTask<ImmutableArray<DeficitShare>> ShareDeficit(DeficitDay day);

    /// <summary>All shares of a deficit are on record where they are paid. Again, nothing is recorded.</summary>
    [Alias("end-deficit")]
    ValueTask EndDeficit(long account, long sequence);

    /// <summary>The calendar of each settlement venue that has holidays, by venue.</summary>
    [Alias("settlement-calendars")]
    ValueTask<ImmutableArray<SettlementCalendar>> SettlementCalendars();

    /// <summary>Sets the holidays of a settlement venue from the day after tomorrow on. Gives why not, as a sentence, or null.</summary>
    [Alias("set-holidays")]
    ValueTask<string?> SetHolidays(HolidaysRequest request);

    /// <summary>Every corporate action, in the sequence of their announcement.</summary>
    [Alias("corporate-actions")]
    ValueTask<ImmutableArray<CorporateActionView>> CorporateActions();

    /// <summary>Announces a corporate action; the same again changes nothing. Gives what is wrong with it, or null.</summary>
    [Alias("announce-action")]
    ValueTask<CorporateRefusal?> AnnounceAction(CorporateActionRequest request);

    /// <summary>Puts on record that an action has begun: of a dividend, that the open orders of its books are adjusted. Again, nothing is recorded.</summary>
    [Alias("begin-action")]
    ValueTask BeginAction(string id);

    /// <summary>Puts on record that each account has its part of an action. Again, nothing is recorded.</summary>
    [Alias("close-action")]
    ValueTask CloseAction(string id, CorporateSums sums);

    /// <summary>Puts on record that all of an action is paid. Again, nothing is recorded.</summary>
    [Alias("end-action")]
    ValueTask EndAction(string id);

    /// <summary>Every user and every session.</summary>
    [Alias("users")]
    ValueTask<UserList> Users();

    /// <summary>Returns the user of a name; null when there is none.</summary>
    [Alias("find-user")]
    ValueTask<User?> FindUser(string name);

    /// <summary>Returns a session that has not reached its end, and its user; null when there is none.</summary>
    [Alias("find-session")]
    ValueTask<SignedIn?> FindSession(string id);

    /// <summary>Returns the sessions of a user that have not reached their end.</summary>
    [Alias("sessions-of")]
    ValueTask<ImmutableArray<UserSession>> SessionsOf(string user);

    /// <summary>
    /// Adds a user. One who signed up is given an account of the next free number and owns it. NameTaken where a user or
    /// an owner has the name, Overloaded when there are as many users as there may be.
    /// </summary>
    [Alias("add-user")]
    ValueTask<UserResult> AddUser(User user, UserEvent how, string by);

    /// <summary>Changes a user; UnknownUser where there is none.</summary>
    [Alias("change-user")]
    ValueTask<UserResult> ChangeUser(UserChange change);

    /// <summary>
    /// Begins a session; Unauthorized for a user who may not sign in, and for a code that is not newer than the last one
    /// that was used.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="codeStep">The number of the authenticator's code; 0 where there is none.</param>
    [Alias("begin-session")]
    ValueTask<RejectReason> BeginSession(UserSession session, long codeStep);

    /// <summary>Ends a session of a user, or all of them with a null id; true when there was one.</summary>
    [Alias("end-sessions")]
    ValueTask<bool> EndSessions(string user, string? id, string by);

    /// <summary>Every strategy of signals, by name.</summary>
    [Alias("signal-strategies")]
    ValueTask<ImmutableArray<SignalStrategyState>> SignalStrategies();

    /// <summary>One strategy of signals; null where there is none.</summary>
    [Alias("signal-strategy")]
    ValueTask<SignalStrategyState?> FindSignalStrategy(string name);

    /// <summary>
    /// Makes a strategy of signals, or changes it. <see cref="RejectReason.NameTaken"/> where somebody else has the name,
    /// <see cref="RejectReason.Overloaded"/> when there are as many as there may be.
    /// </summary>
    [Alias("set-signal-strategy")]
    ValueTask<RejectReason> SetSignalStrategy(SignalStrategy strategy, string by);

    /// <summary>
    /// Whether a signal may go on: <see cref="RejectReason.TooManyRequests"/> when its strategy has sent as many in its window as it may,
    /// <see cref="RejectReason.SignalsPaused"/> after its failures. A key that the window knows is let through: it is the same signal.
    /// </summary>
    [Alias("admit-signal")]
    ValueTask<SignalAdmission> AdmitSignal(string strategy, string key);

    /// <summary>
    /// What became of a signal: done where the reason is none, else kept among the dead ones. Failures in a row pause their strategy; a
    /// dead one that is done after all is none any more.
    /// </summary>
    [Alias("end-signal")]
    ValueTask EndSignal(DeadSignal outcome);

    /// <summary>Ends a strategy's pause; true when there was one.</summary>
    [Alias("resume-signals")]
    ValueTask<bool> ResumeSignals(string strategy, string by);

    /// <summary>Signals that did not do all that they asked for, newest first.</summary>
    [Alias("dead-signals")]
    ValueTask<ImmutableArray<DeadSignal>> DeadSignals();

    /// <summary>Takes a dead signal off the list; true when it was there.</summary>
    [Alias("drop-dead-signal")]
    ValueTask<bool> DropDeadSignal(long id, string by);

    /// <summary>The newest lines of the audit log before a sequence, newest first.</summary>
    /// <param name="before">Only lines of smaller sequences.</param>
    /// <param name="limit">Lines at most, 1 to 1000.</param>
    [Alias("audit")]
    ValueTask<ImmutableArray<AuditLine>> Audit(long before, int limit);
}
