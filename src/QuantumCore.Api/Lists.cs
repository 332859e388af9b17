using System.Text.Json.Serialization;

namespace QuantumCore.Client;

internal sealed record OrderList([property: JsonRequired] IReadOnlyList<Order> Orders);

internal sealed record OrderPage([property: JsonRequired] IReadOnlyList<Order> Orders, string? Next);

internal sealed record BatchResults([property: JsonRequired] IReadOnlyList<BatchResult> Results);

internal sealed record ApiKeyList([property: JsonRequired] IReadOnlyList<KnownApiKey> Keys);

internal sealed record UserList([property: JsonRequired] IReadOnlyList<ExchangeUser> Users);

internal sealed record SessionsEnded([property: JsonRequired] bool Ended);

internal sealed record AuditLines([property: JsonRequired] IReadOnlyList<AuditLine> Lines);

internal sealed record SignalStrategyList([property: JsonRequired] IReadOnlyList<SignalStrategy> Strategies);

internal sealed record DeadSignalList([property: JsonRequired] IReadOnlyList<DeadSignal> Signals);

internal sealed record DroppedSignal(long Id);

internal sealed record CancelCount([property: JsonRequired] int Cancelled);

internal sealed record FillList([property: JsonRequired] IReadOnlyList<AccountFill> Fills);

internal sealed record PreventedMatchList([property: JsonRequired] IReadOnlyList<PreventedMatch> Matches);

internal sealed record InstrumentList([property: JsonRequired] IReadOnlyList<Instrument> Instruments);

internal sealed record TickerList(
    UtcTime Time,
    [property: JsonNumberHandling(
        JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)] long TimeNanos,
    [property: JsonRequired] IReadOnlyList<Ticker> Tickers);

internal sealed record TradeList([property: JsonRequired] IReadOnlyList<Trade> Trades);

internal sealed record TransferList([property: JsonRequired] IReadOnlyList<Transfer> Transfers, string? Next);

internal sealed record WithdrawalList([property: JsonRequired] IReadOnlyList<Withdrawal> Withdrawals, string? Next);

internal sealed record EveryonesLimits([property: JsonRequired] IReadOnlyList<RiskLimits> Everyones);

internal sealed record OwnersLimits([property: JsonRequired] IReadOnlyList<OwnerLimits> Owners);

internal sealed record FeeSchedules([property: JsonRequired] IReadOnlyList<FeeSchedule> Schedules);

internal sealed record BookPins([property: JsonRequired] IReadOnlyList<BookPin> Pins);

internal sealed record SettlementVenues([property: JsonRequired] IReadOnlyList<SettlementVenue> Venues);

internal sealed record CorporateActions([property: JsonRequired] IReadOnlyList<CorporateAction> Actions);
