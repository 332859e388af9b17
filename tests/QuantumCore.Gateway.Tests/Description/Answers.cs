namespace QuantumCore.Gateway.Tests.Description;

// Responses of the native API. The API document is made from these records, and a test checks the responses of a
// running exchange against it. A member without a default is always present; a member with a default may be absent.
// Prices, quantities and amounts are decimal strings. Times are ISO 8601 in UTC, with Unix nanoseconds as a string
// beside them.

/// <summary>An order.</summary>
internal sealed record OrderAnswer(
    long OrderId,
    string ClientOrderId,
    string Symbol,
    string Account,
    string Side,
    string Type,
    string TimeInForce,
    string Price,
    string Quantity,
    string Filled,
    string Remaining,
    string Status,
    string? EndReason,
    long Sequence,
    string Time,
    string TimeNanos,
    IReadOnlyList<OrderFillAnswer> Fills,
    bool PostOnly = false,
    string SelfTrade = "",
    bool Slide = false,
    bool Hidden = false,
    bool AllOrNone = false, bool DoNotReduce = false,
    string DisplayQuantity = "",
    string MinQuantity = "",
    string QuoteAmount = "",
    string GoodTill = "",
    string TriggerPrice = "",
    string TriggerBy = "",
    string TrailingDistance = "",
    int TrailingBasisPoints = 0,
    string CurrentTriggerPrice = "",
    string AveragePrice = "",
    string PeggedPrice = "",
    string ActivationPrice = "",
    string LimitOffset = "",
    string Peg = "",
    string PegOffset = "",
    string Protection = "",
    string Stage = "",
    string Refusal = "",
    OrderStrategyAnswer Strategy = null!);

/// <summary>A fill of an order.</summary>
internal sealed record OrderFillAnswer(string TradeId, string Price, string Quantity, string Fee, string Liquidity);

/// <summary>Multi-leg order that a leg belongs to.</summary>
internal sealed record OrderStrategyAnswer(string Net, int Leg, IReadOnlyList<LegAnswer> Legs);

/// <summary>A leg, per unit.</summary>
internal sealed record LegAnswer(string Symbol, string Side, string Quantity);

/// <summary>Orders.</summary>
internal sealed record OrdersAnswer(IReadOnlyList<OrderAnswer> Orders);

/// <summary>A page of orders, and the cursor of the next page; null after the last.</summary>
internal sealed record OrderHistoryAnswer(IReadOnlyList<OrderAnswer> Orders, string? Next);

/// <summary>Orders that depend on each other.</summary>
internal sealed record OrderListAnswer(string Kind, IReadOnlyList<OrderAnswer> Orders);

/// <summary>Orders that trade together.</summary>
internal sealed record StrategyAnswer(string Kind, string Net, long Units, IReadOnlyList<OrderAnswer> Orders);

/// <summary>Result of one order of a batch: the order, or a problem.</summary>
internal sealed record BatchResultAnswer(OrderAnswer Order = null!, RefusedOrderAnswer Error = null!);

/// <summary>A rejected order as a problem.</summary>
internal sealed record RefusedOrderAnswer(
    string Title,
    int Status,
    string Code,
    string? Field,
    string? Limit,
    string Trace,
    string Detail = "",
    string Symbol = "",
    string ClientOrderId = "",
    long OrderId = 0,
    OrderAnswer Order = null!);

/// <summary>Results of a batch, in its order.</summary>
internal sealed record BatchAnswer(IReadOnlyList<BatchResultAnswer> Results);

/// <summary>Number of cancelled orders.</summary>
internal sealed record CancelledAnswer(int Cancelled);

/// <summary>Queue position of a resting order.</summary>
internal sealed record OrderPlaceAnswer(string Symbol, long OrderId, long OrdersAhead, string QuantityAhead);

/// <summary>An account.</summary>
internal sealed record AccountAnswer(
    string Account, long Sequence, string State, IReadOnlyList<BalanceAnswer> Balances, MarginAnswer Margin = null!,
    string FrozenWhy = "");

/// <summary>Balance of an account in one asset.</summary>
internal sealed record BalanceAnswer(string Asset, string Total, string Held, string Available, string Pending = "");

/// <summary>Fills of an account.</summary>
internal sealed record FillsAnswer(IReadOnlyList<FillAnswer> Fills);

/// <summary>A fill of an account.</summary>
internal sealed record FillAnswer(
    string TradeId,
    string Symbol,
    long OrderId,
    string ClientOrderId,
    string Side,
    string Price,
    string Quantity,
    string Fee,
    string Liquidity,
    string Time,
    string TimeNanos,
    string State = "",
    string TradedPrice = "");

/// <summary>A trade that was busted or corrected.</summary>
internal sealed record TradeChangeAnswer(
    string Symbol,
    string TradeId,
    string State,
    string TradedPrice,
    string? Price,
    string Quantity,
    string Buyer,
    string Seller,
    string BuyerFee,
    string SellerFee,
    long Sequence);

/// <summary>Prevented matches of an account.</summary>
internal sealed record PreventedMatchesAnswer(IReadOnlyList<PreventedMatchAnswer> Matches);

/// <summary>Two orders of one owner that met and did not trade (self-trade prevention).</summary>
internal sealed record PreventedMatchAnswer(
    string MatchId,
    string Symbol,
    string Mode,
    string Role,
    long TakerOrderId,
    long MakerOrderId,
    string Price,
    string Quantity,
    string Time,
    string TimeNanos,
    string TakerPrevented = "",
    string MakerPrevented = "");

/// <summary>Account statement over several days.</summary>
internal sealed record StatementAnswer(
    string Account, string From, string To, IReadOnlyList<StatementAssetAnswer> Assets,
    IReadOnlyList<StatementEntryAnswer> Entries, string? Next);

/// <summary>An asset in a statement.</summary>
internal sealed record StatementAssetAnswer(
    string Asset,
    string Opening,
    string Closing,
    string Held,
    IReadOnlyList<StatementCauseAnswer> Causes,
    string OpeningPending = "",
    string ClosingPending = "");

/// <summary>Total of one cause: amounts in and out.</summary>
internal sealed record StatementCauseAnswer(string Cause, long Lines, string In, string Out, bool Pending = false);

/// <summary>A line of a statement.</summary>
internal sealed record StatementEntryAnswer(
    string Time, string TimeNanos, string Cause, string? Key, string Asset, string Amount, string? Symbol,
    string? TradeId, bool Pending = false);

/// <summary>Positions and profits of an account.</summary>
internal sealed record PositionsAnswer(string Account, IReadOnlyList<PositionAnswer> Positions);

/// <summary>A position.</summary>
internal sealed record PositionAnswer(
    string Symbol,
    string Asset,
    string Quantity,
    string Cost,
    string? AveragePrice,
    string Realised,
    string Fees,
    string? Mark,
    string? Unrealised);

/// <summary>A deposit.</summary>
internal sealed record DepositAnswer(string Account, string Key, string Asset, string Amount, long Sequence);

/// <summary>Play money of a demo account: starting balances, or what a call changed.</summary>
internal sealed record DemoFundsAnswer(string Account, int Cancelled, IReadOnlyList<DemoAmountAnswer> Amounts);

/// <summary>An amount of play money; negative if a reset took it away.</summary>
internal sealed record DemoAmountAnswer(string Asset, string Amount);

/// <summary>A transfer; its time is present in lists.</summary>
internal sealed record TransferAnswer(
    long Sequence, string Key, string From, string To, string Asset, string Amount, string State, string Time = "",
    string TimeNanos = "");

/// <summary>A page of transfers, and the cursor of the next page; null after the last.</summary>
internal sealed record TransfersAnswer(IReadOnlyList<TransferAnswer> Transfers, string? Next);

/// <summary>A withdrawal that was accepted.</summary>
internal sealed record WithdrawalAnswer(
    long Sequence, string Key, string Account, string Asset, string Amount, string Destination, string State);

/// <summary>A withdrawal and its current state.</summary>
internal sealed record ListedWithdrawalAnswer(
    long Sequence,
    string Key,
    string Account,
    string Asset,
    string Amount,
    string Destination,
    string State,
    string? Batch,
    string? Why,
    string Time,
    string TimeNanos);

/// <summary>A page of withdrawals, and the cursor of the next page; null after the last.</summary>
internal sealed record WithdrawalsAnswer(IReadOnlyList<ListedWithdrawalAnswer> Withdrawals, string? Next);

/// <summary>Owner of an account.</summary>
internal sealed record OwnerAnswer(string Account, string Owner);

/// <summary>Risk limits of a scope.</summary>
internal sealed record ScopeLimitsAnswer(
    string Symbol,
    string MaxOrderQuantity = "",
    string MaxOrderValue = "",
    int MaxOpenOrders = 0,
    string MaxPosition = "",
    int DuplicateWindowMillis = 0,
    int MaxOrdersPerSecond = 0,
    int OrderBurst = 0,
    string MaxDailyVolume = "",
    string MaxDailyLoss = "",
    int MaxQuantityMultiple = 0,
    int KillOrders = 0,
    string KillValue = "",
    int KillWindowSeconds = 0,
    string KillDailyLoss = "");

/// <summary>Risk limits of an account.</summary>
internal sealed record LimitsAnswer(
    string Account, IReadOnlyList<ScopeLimitsAnswer> Limits, IReadOnlyList<ScopeLimitsAnswer> Everyones,
    IReadOnlyList<ScopeLimitsAnswer> Owners = null!,
    string FrozenWhy = "");

/// <summary>Risk limits of owners.</summary>
internal sealed record OwnersLimitsAnswer(IReadOnlyList<OwnerLimitsAnswer> Owners);

/// <summary>Risk limits of an owner in a scope, and each account's share.</summary>
internal sealed record OwnerLimitsAnswer(
    string Owner, ScopeLimitsAnswer Limits, IReadOnlyList<OwnerShareAnswer> Shares);

/// <summary>An account's share of its owner's limits.</summary>
internal sealed record OwnerShareAnswer(string Account, int Weight, ScopeLimitsAnswer Limits);

/// <summary>Risk limits of every account.</summary>
internal sealed record EveryonesLimitsAnswer(IReadOnlyList<ScopeLimitsAnswer> Everyones);

/// <summary>Fees of an account.</summary>
internal sealed record FeesAnswer(
    string Account, IReadOnlyList<FeeAnswer> Fees, IReadOnlyList<FeeScheduleAnswer> Schedules);

/// <summary>Fee rates in one asset.</summary>
internal sealed record FeeAnswer(
    string Asset, string Volume30Days, int MakerFeePpm, int TakerFeePpm, string MinimumFee);

/// <summary>Fee schedules.</summary>
internal sealed record FeeSchedulesAnswer(IReadOnlyList<FeeScheduleAnswer> Schedules);

/// <summary>A fee schedule.</summary>
internal sealed record FeeScheduleAnswer(string Asset, IReadOnlyList<FeeTierAnswer> Tiers, string MinimumFee);

/// <summary>A tier of a fee schedule.</summary>
internal sealed record FeeTierAnswer(string FromVolume, int MakerFeePpm, int TakerFeePpm);

/// <summary>Corporate actions, the newest first.</summary>
internal sealed record CorporateActionsAnswer(IReadOnlyList<CorporateActionAnswer> Actions);

/// <summary>A corporate action and its results.</summary>
internal sealed record CorporateActionAnswer(
    string Id,
    string Type,
    string Symbol,
    string State,
    string? ExDate,
    string? PayDate,
    string CutAt,
    string UnitAsset,
    string Asset,
    string Amount,
    string? Ratio,
    string AnnouncedAt,
    string By,
    string Why,
    int Accounts,
    string LongUnits,
    string ShortUnits,
    string Received,
    string Owed,
    string Rounding,
    string FromIssuer,
    string NewSymbol = "");

/// <summary>Accounts' parts of a corporate action.</summary>
internal sealed record CorporatePartsAnswer(string Id, IReadOnlyList<CorporatePartAnswer> Parts, string? Next);

/// <summary>An account's part of a corporate action.</summary>
internal sealed record CorporatePartAnswer(string Account, string Units, string Amount, string Change, bool Paid);

/// <summary>A new API key, shown once.</summary>
internal sealed record NewKeyAnswer(string Account, string Id, string ApiKey, string Secret = "");

/// <summary>An API key, without the key.</summary>
internal sealed record KeyAnswer(
    string Id,
    string? Account,
    string Label,
    bool Administers,
    bool ReadOnly,
    string? Signing,
    IReadOnlyList<string> Addresses,
    bool Demo);

/// <summary>API keys.</summary>
internal sealed record KeysAnswer(IReadOnlyList<KeyAnswer> Keys);

/// <summary>Result of a signal.</summary>
internal sealed record SignalAnswer(
    string Strategy, string Key, string ClientOrderId, bool Duplicate, IReadOnlyList<SignalAccountAnswer> Accounts);

/// <summary>Result of a signal for one account.</summary>
internal sealed record SignalAccountAnswer(string Account, string Code, OrderAnswer Order = null!);

/// <summary>A webhook strategy; its secret is present if it is new.</summary>
internal sealed record SignalStrategyAnswer(
    string Name,
    bool Passphrase,
    IReadOnlyList<SignalTargetAnswer> Accounts,
    IReadOnlyList<string> Symbols,
    string Policy,
    int MostInWindow,
    int WindowSeconds,
    int MostFailures,
    int PauseSeconds,
    int MaxAgeSeconds,
    bool Closed,
    int Failures,
    string? PausedUntil,
    string Owner = "",
    string Secret = "");

/// <summary>An account that follows a webhook strategy.</summary>
internal sealed record SignalTargetAnswer(string Account, int Percent);

/// <summary>Webhook strategies.</summary>
internal sealed record SignalStrategiesAnswer(IReadOnlyList<SignalStrategyAnswer> Strategies);

/// <summary>A signal that was not carried out in full.</summary>
internal sealed record DeadSignalAnswer(
    long Id, string Strategy, string Key, string ClientOrderId, string Time, string TimeNanos, string Code,
    string? Detail, string Body);

/// <summary>Signals that were not carried out in full.</summary>
internal sealed record DeadSignalsAnswer(IReadOnlyList<DeadSignalAnswer> Signals);

/// <summary>A signal that was removed from the list.</summary>
internal sealed record DroppedAnswer(long Id);

/// <summary>An instrument.</summary>
internal sealed record InstrumentAnswer(
    string Symbol,
    string BaseAsset,
    int BaseDecimals,
    string QuoteAsset,
    int QuoteDecimals,
    string TickSize,
    string LotSize,
    string MinPrice,
    string MaxPrice,
    string MinQuantity,
    string MaxQuantity,
    string MinNotional,
    string MaxNotional,
    int MakerFeePpm,
    int TakerFeePpm,
    string ReferencePrice,
    int ProtectionPpm,
    int MaxLevels,
    string Group = "",
    int SettlementDays = 0,
    string SettlementVenue = "");

/// <summary>Instruments.</summary>
internal sealed record InstrumentsAnswer(IReadOnlyList<InstrumentAnswer> Instruments);

/// <summary>A book by price (L2): levels are pairs of price and quantity.</summary>
internal sealed record BookAnswer(
    string Symbol,
    long Sequence,
    string Time,
    string TimeNanos,
    IReadOnlyList<IReadOnlyList<string>> Bids,
    IReadOnlyList<IReadOnlyList<string>> Asks);

/// <summary>A book by order (L3), in priority order.</summary>
internal sealed record BookOrdersAnswer(
    string Symbol, long Sequence, string Time, string TimeNanos, IReadOnlyList<DisplayedOrderAnswer> Bids,
    IReadOnlyList<DisplayedOrderAnswer> Asks);

/// <summary>A displayed order.</summary>
internal sealed record DisplayedOrderAnswer(long OrderId, string Price, string Quantity);

/// <summary>Public trades.</summary>
internal sealed record TradesAnswer(IReadOnlyList<TradeAnswer> Trades);

/// <summary>A public trade.</summary>
internal sealed record TradeAnswer(
    string TradeId, string Price, string Quantity, string? TakerSide, string Time, string TimeNanos, bool Leg = false,
    string State = "", string CorrectedPrice = "");

/// <summary>A symbol's phase and prices.</summary>
internal sealed record StateAnswer(
    string Symbol,
    long Sequence,
    string Phase,
    string? LastPrice,
    string? MarkPrice,
    string? ReferencePrice,
    PriceLimitsAnswer? PriceLimits,
    IndicativeAnswer? Indicative,
    string? PhaseReason,
    string? PhaseSince,
    string? NextPhase,
    string? NextPhaseTime,
    long? AuctionSeconds,
    RulesAnswer Rules);

/// <summary>Rules of a book; null for a rule that is not set.</summary>
internal sealed record RulesAnswer(
    string? Protection,
    long? StaticBand,
    long? DynamicBand,
    string DynamicBandMode,
    long? AuctionCollar,
    long MaxExtensions);

/// <summary>Price limits of a book's static band.</summary>
internal sealed record PriceLimitsAnswer(string Lowest, string Highest);

/// <summary>Indicative result of an auction.</summary>
internal sealed record IndicativeAnswer(string? Price, string Quantity, string Imbalance);

/// <summary>Tickers of all symbols.</summary>
internal sealed record TickersAnswer(string Time, string TimeNanos, IReadOnlyList<TickerAnswer> Tickers);

/// <summary>A symbol's last 24 hours.</summary>
internal sealed record TickerAnswer(
    string Symbol,
    string Phase,
    string? LastPrice,
    string? OpenPrice,
    string? HighPrice,
    string? LowPrice,
    string Volume,
    string QuoteVolume,
    long Trades);

/// <summary>
/// Candles: rows of start (milliseconds), open, high, low, close, volume (decimal strings) and trades.
/// </summary>
internal sealed record CandlesAnswer(string Symbol, IReadOnlyList<IReadOnlyList<object>> Candles);

/// <summary>The signed-in user; the token is present if it was asked for.</summary>
internal sealed record SignedInAnswer(
    string User, string Role, string? Account, bool Demo, bool Authenticator, SessionAnswer Session, string Token = "");

/// <summary>A session.</summary>
internal sealed record SessionAnswer(string Id, string Begun, string Ends, string Address, string Client);

/// <summary>Sessions of a user.</summary>
internal sealed record SessionsAnswer(IReadOnlyList<ListedSessionAnswer> Sessions);

/// <summary>A session of a user.</summary>
internal sealed record ListedSessionAnswer(
    string Id, string Begun, string Ends, string Address, string Client, bool Current);

/// <summary>A new authenticator secret; or the signed-in user, once a code of it was confirmed.</summary>
internal sealed record AuthenticatorAnswer(
    string Secret = "",
    string Address = "",
    string User = "",
    string Role = "",
    string? Account = "",
    bool Demo = false,
    bool Authenticator = false,
    SessionAnswer Session = null!);

/// <summary>A user.</summary>
internal sealed record UserAnswer(
    string Name, string Role, string? Account, string State, bool Authenticator, bool Demo);

/// <summary>Users.</summary>
internal sealed record UsersAnswer(IReadOnlyList<UserAnswer> Users);

/// <summary>True if something was ended.</summary>
internal sealed record EndedAnswer(bool Ended);

/// <summary>The audit log, newest first.</summary>
internal sealed record AuditAnswer(IReadOnlyList<AuditLineAnswer> Lines);

/// <summary>A line of the audit log.</summary>
internal sealed record AuditLineAnswer(
    long Sequence, string Time, string TimeNanos, string What, string Subject, string By, string? Detail);

/// <summary>An account that was frozen or unfrozen.</summary>
internal sealed record FrozenAnswer(string Account, string State);

/// <summary>An account that was blocked or unblocked.</summary>
internal sealed record BlockedAnswer(string Account, bool Blocked, IReadOnlyList<string> Symbols);

/// <summary>Accounts of an owner that were blocked or unblocked.</summary>
internal sealed record BlockedOwnerAnswer(string Owner, bool Blocked, IReadOnlyList<BlockedAnswer> Accounts);

/// <summary>Result of the market-wide breaker.</summary>
internal sealed record BreakerAnswer(int Level, bool Acted, IReadOnlyList<string> Symbols);

/// <summary>Price alerts of an account.</summary>
internal sealed record AlertsAnswer(string Since, IReadOnlyList<AlertAnswer> Alerts);

/// <summary>Preferences of a user.</summary>
internal sealed record PreferencesAnswer(IReadOnlyList<PreferenceAnswer> Preferences);

/// <summary>A preference.</summary>
internal sealed record PreferenceAnswer(string Name, string Value);

/// <summary>A price alert.</summary>
internal sealed record AlertAnswer(
    long Id, string Symbol, string Price, bool Above, string Time, string TimeNanos, AlertFiredAnswer Fired = null!);

/// <summary>Price and time at which an alert fired.</summary>
internal sealed record AlertFiredAnswer(string Price, string Time, string TimeNanos);

/// <summary>State of the exchange itself.</summary>
internal sealed record SystemAnswer(
    string Time, string TimeNanos, IReadOnlyList<SiloAnswer> Silos, JournalAnswer? Journal,
    IReadOnlyList<LogLineAnswer> Log);

/// <summary>A silo: a process that holds grains.</summary>
internal sealed record SiloAnswer(
    string Name, string Address, string Role, string State, string Since, bool Current,
    IReadOnlyList<GrainCountAnswer> Grains);

/// <summary>Active grains of one type.</summary>
internal sealed record GrainCountAnswer(string Type, int Count);

/// <summary>Books that are pinned to silos.</summary>
internal sealed record PinsAnswer(IReadOnlyList<PinAnswer> Pins);

/// <summary>A book that is pinned to a silo, and its current silo.</summary>
internal sealed record PinAnswer(
    IReadOnlyList<string> Symbols, string Silo, bool Held, string At, string Since, string By, string Why);

/// <summary>The journal, and the lag of the history made from it.</summary>
internal sealed record JournalAnswer(long Records, long Behind, long BehindMillis);

/// <summary>A log line of the process that responds.</summary>
internal sealed record LogLineAnswer(
    long Sequence, string Time, string TimeNanos, string Level, string Category, int Event, string Message,
    string? Exception);

/// <summary>The trial balance.</summary>
internal sealed record TrialBalanceAnswer(IReadOnlyList<TrialBalanceRowAnswer> Rows);

/// <summary>Total of one kind of holder in one asset.</summary>
internal sealed record TrialBalanceRowAnswer(string Asset, string Holder, long Accounts, string Total, string Held);

/// <summary>Fee revenue.</summary>
internal sealed record FeeRevenueAnswer(IReadOnlyList<FeeRevenueRowAnswer> Rows);

/// <summary>Fee revenue of one day and symbol.</summary>
internal sealed record FeeRevenueRowAnswer(
    string Day, string Symbol, string Asset, long Trades, string MakerFees, string TakerFees);

/// <summary>Reconciliation of the ledger with itself and with the accounts.</summary>
internal sealed record ReconciliationAnswer(
    string Time, string TimeNanos, int Compared, int Moving, string? Next, IReadOnlyList<FindingAnswer> Findings);

/// <summary>A discrepancy.</summary>
internal sealed record FindingAnswer(
    string Check, string? Account, string Subject, string LedgerMinorUnits, string OtherMinorUnits);
