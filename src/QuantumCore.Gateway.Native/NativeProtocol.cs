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
        var orders = services.GetRequiredService<OrderCalls>();
        On<OrderText>(Lane.Orders, Access.Trader, "POST", $"{Native}/orders", orders.Place);
        On<BatchText>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/orders/batch", orders.PlaceBatch, Call.LongestBatchBody);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders", orders.List, null, "open", "symbol");
        On(Lane.Urgent, Access.Trader, "DELETE", $"{Native}/orders", orders.CancelAll, null, "symbol", "side");
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Status);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders/{{symbol}}/{{orderId}}/position", orders.Position);
        On<AmendText>(Lane.Orders, Access.Trader, "PATCH", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Amend);
        On(Lane.Urgent, Access.Trader, "DELETE", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Cancel);
        On(
            Lane.Urgent, Access.Trader, "DELETE", $"{Native}/orders/by-client-id/{{clientOrderId}}",
            orders.CancelByClientOrderId);

        var past = services.GetRequiredService<PastOrderCalls>();
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/orders/by-client-id/{{clientOrderId}}", past.Find);
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/orders/history", past.Newest, null, "symbol", "limit",
            "after");

        On<OrderListText>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/order-lists",
            services.GetRequiredService<OrderListCalls>().Place);
        On<StrategyText>(
            Lane.Orders, Access.Trader, "POST", $"{Native}/strategies",
            services.GetRequiredService<StrategyCalls>().Place);

        MapAccounts(services.GetRequiredService<AccountCalls>());

        var admin = services.GetRequiredService<AdminCalls>();
        On<Api.DepositBody>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/deposits", admin.Deposit);
        On<InstrumentText>(Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/instruments", admin.List);

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
        On(Lane.Urgent, Access.Staff, "GET", $"{Native}/admin/system", services.GetRequiredService<SystemCalls>().Show);
        MapPlacement(services.GetRequiredService<PlacementCalls>());
        MapLedger(services.GetRequiredService<LedgerCalls>());

        MapMarket(services.GetRequiredService<MarketCalls>(), services.GetRequiredService<TickerCalls>());
        OnSocket(Lane.Trading, Access.Trader, $"{Native}/trading", services.GetRequiredService<TradingCall>().Serve);
        OnSocket(Lane.Streams, Access.Anyone, $"{Native}/stream", services.GetRequiredService<StreamCall>().Serve);

        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/openapi.json", ApiDocument.Show);
        On(Lane.Readings, Access.Anyone, "GET", "/docs", ApiPage.Show);
        On(Lane.Readings, Access.Anyone, "GET", "/docs/scalar.js", ApiPage.Script);

        MapEngine(services.GetRequiredService<EngineCalls>());
    }

    private void MapEngine(EngineCalls calls)
    {
        On(Lane.Orders, Access.Anyone, "POST", "/order", calls.Place);
        On(Lane.Readings, Access.Anyone, "GET", "/book/{symbol}", calls.Book, null, "levels");
        On(Lane.Readings, Access.Anyone, "GET", "/book", calls.Book, null, "symbol", "levels");
        On(Lane.Urgent, Access.Anyone, "DELETE", "/order/{symbol}/{order_id}", calls.Cancel, null, "account_id");
        On(Lane.Urgent, Access.Anyone, "DELETE", "/cancel", calls.Cancel, null, "symbol", "order_id", "account_id");
    }

    private void MapAccounts(AccountCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/account", calls.Show);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/fills", calls.Fills, null, "symbol", "limit", "after");
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/prevented-matches", calls.Prevented, null, "symbol",
            "orderId", "limit", "after");
    }

    private void MapKeys(KeyCalls calls)
    {
        On(Lane.Readings, Access.Person, "GET", $"{Native}/keys", calls.ListOwn);
        On(Lane.Urgent, Access.Person, "POST", $"{Native}/keys", calls.MakeOwn, typeof(Api.NewApiKey));
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/keys/{{id}}", calls.RevokeOwn);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/keys", calls.ListAny);
        On(Lane.Urgent, Access.Administrator, "DELETE", $"{Native}/admin/keys/{{id}}", calls.RevokeAny);
        On(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/keys", calls.MakeForAny,
            typeof(Api.NewApiKey));
    }

    private void MapDemo(DemoCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/demo/funds", calls.ShowFunds);
        On(Lane.Orders, Access.Trader, "POST", $"{Native}/demo/funds", calls.AddFunds, typeof(Api.DemoFundsBody));
        On(Lane.Urgent, Access.Trader, "PUT", $"{Native}/demo/funds", calls.ResetFunds);
    }

    private void MapSignals(SignalCalls calls)
    {
        On(Lane.Orders, Access.Anyone, "POST", $"{Native}/signals/{{strategy}}", calls.Take, typeof(Api.SignalBody));
        On(Lane.Readings, Access.Caller, "GET", $"{Native}/signals/strategies", calls.List);
        On<Api.SignalStrategyBody>(
            Lane.Urgent, Access.Caller, "PUT", $"{Native}/signals/strategies/{{strategy}}", calls.Set);
        On(Lane.Urgent, Access.Caller, "DELETE", $"{Native}/signals/strategies/{{strategy}}/pause", calls.Resume);
        On(Lane.Readings, Access.Caller, "GET", $"{Native}/signals/dead", calls.Dead);
        On(Lane.Urgent, Access.Caller, "DELETE", $"{Native}/signals/dead/{{id}}", calls.Drop);
    }

    private void MapAlerts(AlertCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/alerts", calls.List);
        On<Api.AlertBody>(Lane.Readings, Access.Trader, "POST", $"{Native}/alerts", calls.Add);
        On(Lane.Readings, Access.Trader, "DELETE", $"{Native}/alerts/{{id}}", calls.Remove);
    }

    private void MapMarket(MarketCalls market, TickerCalls tickers)
    {
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/instruments", market.Instruments);
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/book/{{symbol}}", market.Book, null, "depth");
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/book/{{symbol}}/orders", market.Orders, null, "limit");
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/trades/{{symbol}}", market.Trades, null, "limit");
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/symbols/{{symbol}}/state", market.State);
        On(Lane.Readings, Access.Anyone, "GET", $"{Native}/tickers", tickers.Tickers);
        On(
            Lane.Readings, Access.Anyone, "GET", $"{Native}/candles/{{symbol}}", tickers.Candles, null, "period",
            "limit", "before", "adjustment");
    }

    private void MapPreferences(PreferenceCalls calls)
    {
        On(Lane.Readings, Access.Person, "GET", $"{Native}/user/preferences", calls.List);
        On<Api.PreferencesBody>(Lane.Readings, Access.Person, "PATCH", $"{Native}/user/preferences", calls.Change);
    }

    private void MapUsers(SessionCalls people, UserCalls admin)
    {
        On(Lane.Readings, Access.Anyone, "POST", $"{Native}/users", people.SignUp, typeof(Api.SignInBody));
        On(Lane.Readings, Access.Anyone, "POST", $"{Native}/sessions", people.SignIn, typeof(Api.SignInBody));
        On(Lane.Readings, Access.Anyone, "POST", $"{Native}/sessions/demo", people.SignInToDemo, typeof(Api.DemoBody));
        On(Lane.Readings, Access.Person, "GET", $"{Native}/sessions", people.List);
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/sessions", people.EndAll);
        On(Lane.Readings, Access.Person, "GET", $"{Native}/sessions/current", SessionCalls.Current);
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/sessions/current", people.SignOut);
        On(Lane.Urgent, Access.Person, "DELETE", $"{Native}/sessions/{{id}}", people.End);
        On<Api.PasswordBody>(Lane.Readings, Access.Person, "POST", $"{Native}/user/password", people.ChangePassword);
        On<Api.AuthenticatorBody>(
            Lane.Readings, Access.Person, "POST", $"{Native}/user/authenticator", people.AddAuthenticator);
        On<Api.AuthenticatorBody>(
            Lane.Readings, Access.Person, "DELETE", $"{Native}/user/authenticator", people.RemoveAuthenticator);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/users", admin.List);
        On<Api.NewUserBody>(Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/users", admin.Add);
        On<Api.UserBody>(Lane.Urgent, Access.Administrator, "PATCH", $"{Native}/admin/users/{{name}}", admin.Change);
        On(Lane.Urgent, Access.Administrator, "DELETE", $"{Native}/admin/users/{{name}}/sessions", admin.EndSessions);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/audit", admin.Audit, null, "before", "limit");
    }

    private void MapMoney(MoneyCalls calls)
    {
        On<Api.TransferBody>(Lane.Orders, Access.Trader, "POST", $"{Native}/transfers", calls.Transfer);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/transfers", calls.Transfers, null, "limit", "after");
        On<Api.TransferBody>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/transfers",
            calls.TransferForAny);
        On<Api.WithdrawalBody>(Lane.Orders, Access.Trader, "POST", $"{Native}/withdrawals", calls.Withdraw);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/withdrawals", calls.Withdrawals, null, "limit", "after");
        On<Api.WithdrawalBody>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/withdrawals",
            calls.WithdrawForAny);
        On<Api.OwnerBody>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/accounts/{{account}}/owner", calls.SetOwner);
    }

    private void MapRisk(RiskCalls risk, FeeCalls fees)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/limits", risk.Show);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/limits", risk.ShowAny);
        On<Api.LimitsBody>(Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/limits", risk.Set);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/limits", risk.ShowEveryones);
        On<Api.LimitsBody>(Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/limits", risk.SetEveryones);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/owners/limits", risk.ShowOwners);
        On<Api.OwnerLimitsBody>(Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/owners/limits", risk.SetOwners);
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/fees", fees.Show);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/fees", fees.ShowAny);
        On(Lane.Readings, Access.MarketOperator, "GET", $"{Native}/admin/fees", fees.ShowSchedules);
        On<Api.FeesBody>(Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/fees", fees.Set);
    }

    private void MapMargin(MarginCalls calls)
    {
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/margin", calls.Show);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/margin", calls.ShowAll);
        On<Api.MarginTermsBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/margin/instruments/{{symbol}}", calls.SetTerms);
        On<Api.MarginPolicyBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/margin/currencies/{{asset}}", calls.SetPolicy);
        On<Api.MarginGroupBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/margin/groups/{{group}}", calls.SetGroup);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/margin", calls.ShowAny);
        On<Api.AccountKindBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/margin", calls.SetKind);
        On<Api.LocateBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/locates", calls.Locate);
    }

    private void MapSettlement(SettlementCalls calls, CorporateCalls corporate)
    {
        On(Lane.Readings, Access.MarketOperator, "GET", $"{Native}/admin/settlement", calls.Show);
        On<Api.HolidaysBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/settlement/{{venue}}/holidays",
            calls.SetHolidays);
        On<Api.BuyInBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/settlement/{{venue}}/buy-ins", calls.BuyIn);
        On<Api.BuyInDaysBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/settlement/{{venue}}/buy-in-days",
            calls.SetBuyInDays);
        On(Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/corporate-actions", corporate.Show);
        On<Api.CorporateActionBody>(
            Lane.Urgent, Access.Administrator, "POST", $"{Native}/admin/corporate-actions", corporate.Announce);
        On(
            Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/corporate-actions/{{id}}", corporate.Parts,
            null, "after", "limit");
    }

    private void MapPlacement(PlacementCalls calls)
    {
        On(Lane.Urgent, Access.MarketOperator, "GET", $"{Native}/admin/pins", calls.Show);
        On<Api.PinBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/pin", calls.Set);
    }

    private void MapLedger(LedgerCalls calls)
    {
        On(
            Lane.Readings, Access.Trader, "GET", $"{Native}/account/statement", calls.Statement, null, "from", "to",
            "after", "limit");
        On(Lane.Readings, Access.Trader, "GET", $"{Native}/account/positions", calls.Positions, null, "cost", "fees");
        On(
            Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/statement", calls.StatementOf,
            null, "from", "to", "after", "limit");
        On(
            Lane.Readings, Access.Risk, "GET", $"{Native}/admin/accounts/{{account}}/positions", calls.PositionsOf,
            null, "cost", "fees");
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/ledger/trial-balance", calls.TrialBalance);
        On(Lane.Readings, Access.Risk, "GET", $"{Native}/admin/ledger/fees", calls.Fees, null, "from", "to");
        On(
            Lane.Readings, Access.Risk, "GET", $"{Native}/admin/ledger/reconciliation", calls.Reconcile, null, "after",
            "limit");
    }

    private void MapBlocks(BlockCalls calls)
    {
        On<Api.BlockBody>(Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/block", calls.Block);
        On<Api.BlockBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/unblock", calls.Unblock);
        On<Api.FreezeBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/freeze", calls.Freeze);
        On<Api.FreezeBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/accounts/{{account}}/unfreeze", calls.Unfreeze);
        On<Api.FreezeBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/owners/{{owner}}/block", calls.BlockOwner);
        On<Api.FreezeBody>(
            Lane.Urgent, Access.Risk, "POST", $"{Native}/admin/owners/{{owner}}/unblock", calls.UnblockOwner);
    }

    private void MapOperator(OperatorCalls calls)
    {
        On<Api.PhaseBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/phase", calls.SetPhase);
        On<Api.PriceBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/mark", calls.SetMark);
        On<Api.PriceBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/reference",
            calls.SetReference);
        On<Api.RulesBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/rules", calls.SetRules);
        On<Api.TradeBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/bust", calls.Bust);
        On<Api.TradeBody>(
            Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/symbols/{{symbol}}/correct", calls.Correct);
        On<Api.BreakerBody>(Lane.Urgent, Access.MarketOperator, "POST", $"{Native}/admin/breaker", calls.Break);
        On(
            Lane.Readings, Access.Administrator, "GET", $"{Native}/admin/actions", calls.Actions, null, "before",
            "limit");
    }
}
