using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Endpoints;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Native.Streams;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native;

/// <summary>Routes of the native API.</summary>
internal sealed class NativeProtocol(IServiceProvider services, KeyRing keys, Listings listings)
    : GuardedProtocol(keys, listings), IHttpProtocol
{
    private const string Native = "/api/qc/v1";

    /// <inheritdoc/>
    public IEnumerable<ProtocolRoute> Routes
    {
        get
        {
            if (Added.Count == 0)
                MapAll();
            return Added;
        }
    }

    private void MapAll()
    {
        MapOrders(services.GetRequiredService<OrderCalls>(), services.GetRequiredService<PastOrderCalls>());
        MapAccounts(services.GetRequiredService<AccountCalls>());

        var admin = services.GetRequiredService<AdminCalls>();
        On<Api.DepositBody, Api.DepositReceipt>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/deposits",
            admin.DepositAsync);
        On<InstrumentText, Api.Instrument>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/instruments", admin.ListAsync);

        MapUsers(services.GetRequiredService<SessionCalls>(), services.GetRequiredService<UserCalls>());
        MapPreferences(services.GetRequiredService<PreferenceCalls>());
        MapKeys(services.GetRequiredService<KeyCalls>());
        MapDemo(services.GetRequiredService<DemoCalls>());
        MapSignals(services.GetRequiredService<SignalCalls>());
        MapAlerts(services.GetRequiredService<AlertCalls>());
        MapMoney(services.GetRequiredService<MoneyCalls>());
        MapRisk(services.GetRequiredService<RiskCalls>(), services.GetRequiredService<FeeCalls>());
        MapMargin(services.GetRequiredService<MarginCalls>());
        MapSettlement(services.GetRequiredService<SettlementCalls>(), services.GetRequiredService<CorporateCalls>());
        MapOperator(services.GetRequiredService<OperatorCalls>());
        MapBlocks(services.GetRequiredService<BlockCalls>());
        On(
            Lane.Urgent, Access.Staff, "GET", $"{Native}/admin/system",
            services.GetRequiredService<SystemCalls>().ShowAsync);
        MapPlacement(services.GetRequiredService<PlacementCalls>());
        MapLedger(services.GetRequiredService<LedgerCalls>());

        MapMarket(services.GetRequiredService<MarketCalls>(), services.GetRequiredService<TickerCalls>());
        OnSocket(
            Lane.Trading, Access.Trader, $"{Native}/trading", services.GetRequiredService<TradingCall>().ServeAsync);
        OnSocket(Lane.Streams, $"{Native}/stream", services.GetRequiredService<StreamCall>().ServeAsync);

        OnPage($"{Native}/openapi.json", ApiDocument.ShowAsync);
        OnPage("/docs", ApiPage.ShowAsync);
        OnPage("/docs/scalar.js", ApiPage.ScriptAsync);

        MapEngine(services.GetRequiredService<EngineCalls>());
    }

    private void MapOrders(OrderCalls orders, PastOrderCalls past)
    {
        On<OrderText, Api.Order>(Lane.Orders, Access.Trader, "POST", $"{Native}/orders", orders.PlaceAsync);
        On<BatchText, Api.BatchResults>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/orders/batch", orders.PlaceBatchAsync,
            Call.LongestBatchBody);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders", orders.ListAsync, null, "open", "symbol");
        On(Lane.Urgent, Access.Trader, "DELETE", $"{Native}/orders", orders.CancelAllAsync, null, "symbol", "side");
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.StatusAsync);
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/orders/{{symbol}}/{{orderId}}/position",
            orders.PositionAsync);
        On<AmendText, Api.Order>(
            Lane.Orders, Access.Trader, "PATCH", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.AmendAsync);
        On(Lane.Urgent, Access.Trader, "DELETE", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.CancelAsync);
        On(
            Lane.Urgent, Access.Trader, "DELETE", $"{Native}/orders/by-client-id/{{clientOrderId}}",
            orders.CancelByClientOrderIdAsync);

        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders/by-client-id/{{clientOrderId}}", past.FindAsync);
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/orders/history", past.NewestAsync, null, "symbol", "limit",
            "after");

        On<OrderListText, Api.OrderListReport>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/order-lists",
            services.GetRequiredService<OrderListCalls>().PlaceAsync);
        On<StrategyText, Api.StrategyReport>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/strategies",
            services.GetRequiredService<StrategyCalls>().PlaceAsync);
    }

    private void MapEngine(EngineCalls calls)
    {
        On(Lane.Orders, Access.Anyone, "POST", "/order", calls.PlaceAsync);
        On(Lane.Readings, Access.Anyone, "GET", "/book/{symbol}", calls.BookAsync, null, "levels");
        On(Lane.Readings, Access.Anyone, "GET", "/book", calls.BookAsync, null, "symbol", "levels");
        On(Lane.Urgent, Access.Anyone, "DELETE", "/order/{symbol}/{order_id}", calls.CancelAsync, null, "account_id");
        On(
            Lane.Urgent, Access.Anyone, "DELETE", "/cancel", calls.CancelAsync, null, "symbol", "order_id",
            "account_id");
    }

    private void MapAccounts(AccountCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/account", calls.ShowAsync);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/fills", calls.FillsAsync, null, "symbol", "limit", "after");
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/prevented-matches", calls.PreventedAsync, null, "symbol",
            "orderId", "limit", "after");
    }

    private void MapKeys(KeyCalls calls)
    {
        On(Lane.Readings, Access.Person, "GET", $"{Native}/keys", calls.ListOwnAsync);
        On(Lane.Urgent, Access.Person, "POST", $"{Native}/keys", calls.MakeOwnAsync, typeof(Api.NewApiKey));
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/keys/{{id}}", calls.RevokeOwnAsync);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/keys", calls.ListAnyAsync);
        On(Lane.Urgent, Access.Administrator, "DELETE", $"{Native}/admin/keys/{{id}}", calls.RevokeAnyAsync);
        On(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/keys",
            calls.MakeForAnyAsync, typeof(Api.NewApiKey));
    }

    private void MapDemo(DemoCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/demo/funds", calls.ShowFundsAsync);
        On(Lane.Orders, Access.Trader, "POST", $"{Native}/demo/funds", calls.AddFundsAsync, typeof(Api.DemoFundsBody));
        On(Lane.Urgent, Access.Trader, "PUT", $"{Native}/demo/funds", calls.ResetFundsAsync);
    }

    private void MapSignals(SignalCalls calls)
    {
        On(
            Lane.Orders, Access.Anyone, "POST", $"{Native}/signals/{{strategy}}", calls.TakeAsync,
            typeof(Api.SignalBody));
        On(Lane.Readings, Access.Caller, "GET", $"{Native}/signals/strategies", calls.ListAsync);
        On<Api.SignalStrategyBody, Api.SignalStrategy>(
            Lane.Urgent, Access.Caller, "PUT", $"{Native}/signals/strategies/{{strategy}}", calls.SetAsync);
        On(Lane.Urgent, Access.Caller, "DELETE", $"{Native}/signals/strategies/{{strategy}}/pause", calls.ResumeAsync);
        On(Lane.Readings, Access.Caller, "GET", $"{Native}/signals/dead", calls.DeadAsync);
        On(Lane.Urgent, Access.Caller, "DELETE", $"{Native}/signals/dead/{{id}}", calls.DropAsync);
    }

    private void MapAlerts(AlertCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/alerts", calls.ListAsync);
        On<Api.AlertBody, Api.PriceAlert>(Lane.Readings, Access.Trader, "POST", $"{Native}/alerts", calls.AddAsync);
        On(Lane.Readings, Access.Trader, "DELETE", $"{Native}/alerts/{{id}}", calls.RemoveAsync);
    }

    private void MapMarket(MarketCalls market, TickerCalls tickers)
    {
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/instruments", market.InstrumentsAsync);
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/book/{{symbol}}", market.BookAsync, null, "depth");
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/book/{{symbol}}/orders", market.OrdersAsync, null, "limit");
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/trades/{{symbol}}", market.TradesAsync, null, "limit");
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/symbols/{{symbol}}/state", market.StateAsync);
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/tickers", tickers.TickersAsync);
        On(
            Lane.Readings, Access.Anyone, "GET", $"{Native}/candles/{{symbol}}", tickers.CandlesAsync, null, "period",
            "limit", "before", "adjustment");
    }

    private void MapPreferences(PreferenceCalls calls)
    {
        On(Lane.Readings, Access.Person, "GET", $"{Native}/user/preferences", calls.ListAsync);
        On<Api.PreferencesBody, Api.PreferenceList>(
            Lane.Readings, Access.Person, "PATCH", $"{Native}/user/preferences", calls.ChangeAsync);
    }

    private void MapUsers(SessionCalls people, UserCalls admin)
    {
        On(Lane.Readings, Access.Anyone, "POST", $"{Native}/users", people.SignUpAsync, typeof(Api.SignInBody));
        On(Lane.Readings, Access.Anyone, "POST", $"{Native}/sessions", people.SignInAsync, typeof(Api.SignInBody));
        On(
            Lane.Readings, Access.Anyone, "POST", $"{Native}/sessions/demo", people.SignInToDemoAsync,
            typeof(Api.DemoBody));
        On(Lane.Readings, Access.Person, "GET", $"{Native}/sessions", people.ListAsync);
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/sessions", people.EndAllAsync);
        On(Lane.Readings, Access.Person, "GET", $"{Native}/sessions/current", SessionCalls.CurrentAsync);
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/sessions/current", people.SignOutAsync);
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/sessions/{{id}}", people.EndAsync);
        On<Api.PasswordBody, Api.SignedInUser>(
            Lane.Readings, Access.Person, "POST", $"{Native}/user/password", people.ChangePasswordAsync);
        On<Api.AuthenticatorBody, Api.NewAuthenticator>(
            Lane.Readings, Access.Person, "POST", $"{Native}/user/authenticator", people.AddAuthenticatorAsync);
        On<Api.AuthenticatorBody, Api.SignedInUser>(
            Lane.Readings, Access.Person, "DELETE", $"{Native}/user/authenticator", people.RemoveAuthenticatorAsync);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/users", admin.ListAsync);
        On<Api.NewUserBody, Api.ExchangeUser>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/users", admin.AddAsync);
        On<Api.UserBody, Api.ExchangeUser>(
            Lane.Urgent, Access.Administrator, "PATCH", $"{Native}/admin/users/{{name}}", admin.ChangeAsync);
        On(
            Lane.Urgent, Access.Administrator, "DELETE", $"{Native}/admin/users/{{name}}/sessions",
            admin.EndSessionsAsync);
        On(
            Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/audit", admin.AuditAsync, null, "before",
            "limit");
    }

    private void MapMoney(MoneyCalls calls)
    {
        On<Api.TransferBody, Api.Transfer>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/transfers", calls.TransferAsync);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/transfers", calls.TransfersAsync, null, "limit", "after");
        On<Api.TransferBody, Api.Transfer>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/transfers",
            calls.TransferForAnyAsync);
        On<Api.WithdrawalBody, Api.NewWithdrawal>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/withdrawals", calls.WithdrawAsync);
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/withdrawals", calls.WithdrawalsAsync, null, "limit",
            "after");
        On<Api.WithdrawalBody, Api.NewWithdrawal>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/withdrawals",
            calls.WithdrawForAnyAsync);
        On<Api.OwnerBody, Api.AccountOwner>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/owner",
            calls.SetOwnerAsync);
    }

    private void MapRisk(RiskCalls risk, FeeCalls fees)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/limits", risk.ShowAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/limits", risk.ShowAnyAsync);
        On<Api.LimitsBody, Api.AccountLimits>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/limits", risk.SetAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/limits", risk.ShowEveryonesAsync);
        On<Api.LimitsBody, Api.EveryonesLimits>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/limits", risk.SetEveryonesAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/owners/limits", risk.ShowOwnersAsync);
        On<Api.OwnerLimitsBody, Api.OwnersLimits>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/owners/limits", risk.SetOwnersAsync);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/fees", fees.ShowAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/fees", fees.ShowAnyAsync);
        On(Lane.Readings, Access.MarketOperator, "GET", $"{Native}/admin/fees", fees.ShowSchedulesAsync);
        On<Api.FeesBody, Api.FeeSchedules>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/fees", fees.SetAsync);
    }

    private void MapMargin(MarginCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/margin", calls.ShowAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/margin", calls.ShowAllAsync);
        On<Api.MarginTermsBody, Api.MarginRulebook>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/margin/instruments/{{symbol}}", calls.SetTermsAsync);
        On<Api.MarginPolicyBody, Api.MarginRulebook>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/margin/currencies/{{asset}}", calls.SetPolicyAsync);
        On<Api.MarginGroupBody, Api.MarginRulebook>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/margin/groups/{{group}}", calls.SetGroupAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/margin", calls.ShowAnyAsync);
        On<Api.AccountKindBody, Api.AccountKind>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/margin", calls.SetKindAsync);
        On<Api.LocateBody, Api.MarginRulebook>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/locates", calls.LocateAsync);
    }

    private void MapSettlement(SettlementCalls calls, CorporateCalls corporate)
    {
        On(Lane.Readings, Access.MarketOperator, "GET", $"{Native}/admin/settlement", calls.ShowAsync);
        On<Api.HolidaysBody, Api.SettlementVenues>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/settlement/{{venue}}/holidays",
            calls.SetHolidaysAsync);
        On<Api.BuyInBody, Api.Order>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/settlement/{{venue}}/buy-ins",
            calls.BuyInAsync);
        On<Api.BuyInDaysBody, Api.SettlementVenues>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/settlement/{{venue}}/buy-in-days",
            calls.SetBuyInDaysAsync);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/corporate-actions", corporate.ShowAsync);
        On<Api.CorporateActionBody, Api.CorporateActions>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/corporate-actions", corporate.AnnounceAsync);
        On(
            Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/corporate-actions/{{id}}",
            corporate.PartsAsync, null, "after", "limit");
    }

    private void MapPlacement(PlacementCalls calls)
    {
        On(Lane.Urgent, Access.MarketOperator, "GET", $"{Native}/admin/pins", calls.ShowAsync);
        On<Api.PinBody, Api.BookPins>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/pin", calls.SetAsync);
    }

    private void MapLedger(LedgerCalls calls)
    {
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/account/statement", calls.StatementAsync, null, "from",
            "to", "after", "limit");
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/account/positions", calls.PositionsAsync, null, "cost",
            "fees");
        On(
            Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/statement", calls.StatementOfAsync,
            null, "from", "to", "after", "limit");
        On(
            Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/positions", calls.PositionsOfAsync,
            null, "cost", "fees");
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/ledger/trial-balance", calls.TrialBalanceAsync);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/ledger/fees", calls.FeesAsync, null, "from", "to");
        On(
            Lane.Readings, Access.Risk, "GET", $"{Native}/admin/ledger/reconciliation", calls.ReconcileAsync, null,
            "after", "limit");
    }

    private void MapBlocks(BlockCalls calls)
    {
        On<Api.BlockBody, Api.BlockReceipt>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/block", calls.BlockAsync);
        On<Api.BlockBody, Api.BlockReceipt>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/unblock", calls.UnblockAsync);
        On<Api.FreezeBody, Api.FreezeReceipt>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/freeze", calls.FreezeAsync);
        On<Api.FreezeBody, Api.FreezeReceipt>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/unfreeze", calls.UnfreezeAsync);
        On<Api.FreezeBody, Api.OwnerBlockReceipt>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/owners/{{owner}}/block", calls.BlockOwnerAsync);
        On<Api.FreezeBody, Api.OwnerBlockReceipt>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/owners/{{owner}}/unblock", calls.UnblockOwnerAsync);
    }

    private void MapOperator(OperatorCalls calls)
    {
        On<Api.PhaseBody, Api.SymbolState>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/phase",
            calls.SetPhaseAsync);
        On<Api.PriceBody, Api.SymbolState>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/mark", calls.SetMarkAsync);
        On<Api.PriceBody, Api.SymbolState>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/reference",
            calls.SetReferenceAsync);
        On<Api.RulesBody, Api.SymbolState>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/rules",
            calls.SetRulesAsync);
        On<Api.TradeBody, Api.TradeChange>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/bust", calls.BustAsync);
        On<Api.TradeBody, Api.TradeChange>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/correct",
            calls.CorrectAsync);
        On<Api.BreakerBody, Api.BreakerReport>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/breaker", calls.BreakAsync);
        On(
            Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/actions", calls.ActionsAsync, null, "before",
            "limit");
    }
}
