using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Native.Endpoints;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Native.Streams;
using QuantumCore.Gateway.Orders;

namespace QuantumCore.Gateway.Native;

/// <summary>Routes of the native API.</summary>
internal sealed class NativeProtocol(IServiceProvider services) : IHttpProtocol
{
    private const string Native = "/api/qc/v1";
    private readonly List<ProtocolRoute> _routes = [];

    /// <inheritdoc/>
    public IEnumerable<ProtocolRoute> Routes
    {
        get
        {
            if (_routes.Count == 0)
                MapAll();
            return _routes;
        }
    }

    private void MapAll()
    {
        var orders = services.GetRequiredService<OrderCalls>();
        On(Lane.Orders, "POST", $"{Native}/orders", orders.Place, typeof(OrderText));
        On(Lane.Orders, "POST", $"{Native}/orders/batch", orders.PlaceBatch, typeof(BatchText));
        On(Lane.Readings, "GET", $"{Native}/orders", orders.List, null, "open", "symbol");
        On(Lane.Urgent, "DELETE", $"{Native}/orders", orders.CancelAll, null, "symbol", "side");
        On(Lane.Readings, "GET", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Status);
        On(Lane.Readings, "GET", $"{Native}/orders/{{symbol}}/{{orderId}}/position", orders.Position);
        On(Lane.Orders, "PATCH", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Amend, typeof(AmendText));
        On(Lane.Urgent, "DELETE", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Cancel);
        On(Lane.Urgent, "DELETE", $"{Native}/orders/by-client-id/{{clientOrderId}}", orders.CancelByClientOrderId);

        var past = services.GetRequiredService<PastOrderCalls>();
        On(Lane.Readings, "GET", $"{Native}/orders/by-client-id/{{clientOrderId}}", past.Find);
        On(Lane.Readings, "GET", $"{Native}/orders/history", past.Newest, null, "symbol", "limit", "after");

        On(
            Lane.Orders, "POST", $"{Native}/order-lists", services.GetRequiredService<OrderListCalls>().Place,
            typeof(OrderListText));
        On(
            Lane.Orders, "POST", $"{Native}/strategies", services.GetRequiredService<StrategyCalls>().Place,
            typeof(StrategyText));

        MapAccounts(services.GetRequiredService<AccountCalls>());

        var admin = services.GetRequiredService<AdminCalls>();
        On(
            Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/deposits", admin.Deposit,
            typeof(Api.DepositBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/instruments", admin.List, typeof(InstrumentText));

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
        On(Lane.Urgent, "GET", $"{Native}/admin/system", services.GetRequiredService<SystemCalls>().Show);
        MapPlacement(services.GetRequiredService<PlacementCalls>());
        MapLedger(services.GetRequiredService<LedgerCalls>());

        MapMarket(services.GetRequiredService<MarketCalls>(), services.GetRequiredService<TickerCalls>());
        On(Lane.Trading, "GET", $"{Native}/trading", services.GetRequiredService<TradingCall>().Serve);
        On(Lane.Streams, "GET", $"{Native}/stream", services.GetRequiredService<StreamCall>().Serve);

        On(Lane.Readings, "GET", $"{Native}/openapi.json", ApiDocument.Show);
        On(Lane.Readings, "GET", "/docs", ApiPage.Show);
        On(Lane.Readings, "GET", "/docs/scalar.js", ApiPage.Script);

        MapEngine(services.GetRequiredService<EngineCalls>());
    }

    private void MapEngine(EngineCalls calls)
    {
        On(Lane.Orders, "POST", "/order", calls.Place);
        On(Lane.Readings, "GET", "/book/{symbol}", calls.Book, null, "levels");
        On(Lane.Readings, "GET", "/book", calls.Book, null, "symbol", "levels");
        On(Lane.Urgent, "DELETE", "/order/{symbol}/{order_id}", calls.Cancel, null, "account_id");
        On(Lane.Urgent, "DELETE", "/cancel", calls.Cancel, null, "symbol", "order_id", "account_id");
    }

    private void MapAccounts(AccountCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/account", calls.Show);
        On(Lane.Readings, "GET", $"{Native}/fills", calls.Fills, null, "symbol", "limit", "after");
        On(
            Lane.Readings, "GET", $"{Native}/prevented-matches", calls.Prevented, null, "symbol", "orderId", "limit",
            "after");
    }

    private void MapKeys(KeyCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/keys", calls.ListOwn);
        On(Lane.Urgent, "POST", $"{Native}/keys", calls.MakeOwn, typeof(Api.NewApiKey));
        On(Lane.Urgent, "DELETE", $"{Native}/keys/{{id}}", calls.RevokeOwn);
        On(Lane.Readings, "GET", $"{Native}/admin/keys", calls.ListAny);
        On(Lane.Urgent, "DELETE", $"{Native}/admin/keys/{{id}}", calls.RevokeAny);
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/keys", calls.MakeForAny, typeof(Api.NewApiKey));
    }

    private void MapDemo(DemoCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/demo/funds", calls.ShowFunds);
        On(Lane.Orders, "POST", $"{Native}/demo/funds", calls.AddFunds, typeof(Api.DemoFundsBody));
        On(Lane.Urgent, "PUT", $"{Native}/demo/funds", calls.ResetFunds);
    }

    private void MapSignals(SignalCalls calls)
    {
        On(Lane.Orders, "POST", $"{Native}/signals/{{strategy}}", calls.Take, typeof(Api.SignalBody));
        On(Lane.Readings, "GET", $"{Native}/signals/strategies", calls.List);
        On(Lane.Urgent, "PUT", $"{Native}/signals/strategies/{{strategy}}", calls.Set, typeof(Api.SignalStrategyBody));
        On(Lane.Urgent, "DELETE", $"{Native}/signals/strategies/{{strategy}}/pause", calls.Resume);
        On(Lane.Readings, "GET", $"{Native}/signals/dead", calls.Dead);
        On(Lane.Urgent, "DELETE", $"{Native}/signals/dead/{{id}}", calls.Drop);
    }

    private void MapAlerts(AlertCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/alerts", calls.List);
        On(Lane.Readings, "POST", $"{Native}/alerts", calls.Add, typeof(Api.AlertBody));
        On(Lane.Readings, "DELETE", $"{Native}/alerts/{{id}}", calls.Remove);
    }

    private void MapMarket(MarketCalls market, TickerCalls tickers)
    {
        On(Lane.Readings, "GET", $"{Native}/instruments", market.Instruments);
        On(Lane.Readings, "GET", $"{Native}/book/{{symbol}}", market.Book, null, "depth");
        On(Lane.Readings, "GET", $"{Native}/book/{{symbol}}/orders", market.Orders, null, "limit");
        On(Lane.Readings, "GET", $"{Native}/trades/{{symbol}}", market.Trades, null, "limit");
        On(Lane.Readings, "GET", $"{Native}/symbols/{{symbol}}/state", market.State);
        On(Lane.Readings, "GET", $"{Native}/tickers", tickers.Tickers);
        On(
            Lane.Readings, "GET", $"{Native}/candles/{{symbol}}", tickers.Candles, null, "period", "limit", "before",
            "adjustment");
    }

    private void MapPreferences(PreferenceCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/user/preferences", calls.List);
        On(Lane.Readings, "PATCH", $"{Native}/user/preferences", calls.Change, typeof(Api.PreferencesBody));
    }

    private void MapUsers(SessionCalls people, UserCalls admin)
    {
        On(Lane.Readings, "POST", $"{Native}/users", people.SignUp, typeof(Api.SignInBody));
        On(Lane.Readings, "POST", $"{Native}/sessions", people.SignIn, typeof(Api.SignInBody));
        On(Lane.Readings, "POST", $"{Native}/sessions/demo", people.SignInToDemo, typeof(Api.DemoBody));
        On(Lane.Readings, "GET", $"{Native}/sessions", people.List);
        On(Lane.Urgent, "DELETE", $"{Native}/sessions", people.EndAll);
        On(Lane.Readings, "GET", $"{Native}/sessions/current", SessionCalls.Current);
        On(Lane.Urgent, "DELETE", $"{Native}/sessions/current", people.SignOut);
        On(Lane.Urgent, "DELETE", $"{Native}/sessions/{{id}}", people.End);
        On(Lane.Readings, "POST", $"{Native}/user/password", people.ChangePassword, typeof(Api.PasswordBody));
        On(
            Lane.Readings, "POST", $"{Native}/user/authenticator", people.AddAuthenticator,
            typeof(Api.AuthenticatorBody));
        On(
            Lane.Readings, "DELETE", $"{Native}/user/authenticator", people.RemoveAuthenticator,
            typeof(Api.AuthenticatorBody));
        On(Lane.Readings, "GET", $"{Native}/admin/users", admin.List);
        On(Lane.Urgent, "POST", $"{Native}/admin/users", admin.Add, typeof(Api.NewUserBody));
        On(Lane.Urgent, "PATCH", $"{Native}/admin/users/{{name}}", admin.Change, typeof(Api.UserBody));
        On(Lane.Urgent, "DELETE", $"{Native}/admin/users/{{name}}/sessions", admin.EndSessions);
        On(Lane.Readings, "GET", $"{Native}/admin/audit", admin.Audit, null, "before", "limit");
    }

    private void MapMoney(MoneyCalls calls)
    {
        On(Lane.Orders, "POST", $"{Native}/transfers", calls.Transfer, typeof(Api.TransferBody));
        On(Lane.Readings, "GET", $"{Native}/transfers", calls.Transfers, null, "limit", "after");
        On(
            Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/transfers", calls.TransferForAny,
            typeof(Api.TransferBody));
        On(Lane.Orders, "POST", $"{Native}/withdrawals", calls.Withdraw, typeof(Api.WithdrawalBody));
        On(Lane.Readings, "GET", $"{Native}/withdrawals", calls.Withdrawals, null, "limit", "after");
        On(
            Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/withdrawals", calls.WithdrawForAny,
            typeof(Api.WithdrawalBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/owner", calls.SetOwner, typeof(Api.OwnerBody));
    }

    private void MapRisk(RiskCalls risk, FeeCalls fees)
    {
        On(Lane.Readings, "GET", $"{Native}/limits", risk.Show);
        On(Lane.Readings, "GET", $"{Native}/admin/accounts/{{account}}/limits", risk.ShowAny);
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/limits", risk.Set, typeof(Api.LimitsBody));
        On(Lane.Readings, "GET", $"{Native}/admin/limits", risk.ShowEveryones);
        On(Lane.Urgent, "POST", $"{Native}/admin/limits", risk.SetEveryones, typeof(Api.LimitsBody));
        On(Lane.Readings, "GET", $"{Native}/admin/owners/limits", risk.ShowOwners);
        On(Lane.Urgent, "POST", $"{Native}/admin/owners/limits", risk.SetOwners, typeof(Api.OwnerLimitsBody));
        On(Lane.Readings, "GET", $"{Native}/fees", fees.Show);
        On(Lane.Readings, "GET", $"{Native}/admin/accounts/{{account}}/fees", fees.ShowAny);
        On(Lane.Readings, "GET", $"{Native}/admin/fees", fees.ShowSchedules);
        On(Lane.Urgent, "POST", $"{Native}/admin/fees", fees.Set, typeof(Api.FeesBody));
    }

    private void MapMargin(MarginCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/margin", calls.Show);
        On(Lane.Readings, "GET", $"{Native}/admin/margin", calls.ShowAll);
        On(
            Lane.Urgent, "POST", $"{Native}/admin/margin/instruments/{{symbol}}", calls.SetTerms,
            typeof(Api.MarginTermsBody));
        On(
            Lane.Urgent, "POST", $"{Native}/admin/margin/currencies/{{asset}}", calls.SetPolicy,
            typeof(Api.MarginPolicyBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/margin/groups/{{group}}", calls.SetGroup, typeof(Api.MarginGroupBody));
        On(Lane.Readings, "GET", $"{Native}/admin/accounts/{{account}}/margin", calls.ShowAny);
        On(
            Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/margin", calls.SetKind,
            typeof(Api.AccountKindBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/locates", calls.Locate, typeof(Api.LocateBody));
    }

    private void MapSettlement(SettlementCalls calls, CorporateCalls corporate)
    {
        On(Lane.Readings, "GET", $"{Native}/admin/settlement", calls.Show);
        On(
            Lane.Urgent, "POST", $"{Native}/admin/settlement/{{venue}}/holidays", calls.SetHolidays,
            typeof(Api.HolidaysBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/settlement/{{venue}}/buy-ins", calls.BuyIn, typeof(Api.BuyInBody));
        On(
            Lane.Urgent, "POST", $"{Native}/admin/settlement/{{venue}}/buy-in-days", calls.SetBuyInDays,
            typeof(Api.BuyInDaysBody));
        On(Lane.Readings, "GET", $"{Native}/admin/corporate-actions", corporate.Show);
        On(
            Lane.Urgent, "POST", $"{Native}/admin/corporate-actions", corporate.Announce,
            typeof(Api.CorporateActionBody));
        On(Lane.Readings, "GET", $"{Native}/admin/corporate-actions/{{id}}", corporate.Parts, null, "after", "limit");
    }

    private void MapPlacement(PlacementCalls calls)
    {
        On(Lane.Urgent, "GET", $"{Native}/admin/pins", calls.Show);
        On(Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/pin", calls.Set, typeof(Api.PinBody));
    }

    private void MapLedger(LedgerCalls calls)
    {
        On(Lane.Readings, "GET", $"{Native}/account/statement", calls.Statement, null, "from", "to", "after", "limit");
        On(Lane.Readings, "GET", $"{Native}/account/positions", calls.Positions, null, "cost", "fees");
        On(
            Lane.Readings, "GET", $"{Native}/admin/accounts/{{account}}/statement", calls.StatementOf, null, "from",
            "to", "after", "limit");
        On(
            Lane.Readings, "GET", $"{Native}/admin/accounts/{{account}}/positions", calls.PositionsOf, null, "cost",
            "fees");
        On(Lane.Readings, "GET", $"{Native}/admin/ledger/trial-balance", calls.TrialBalance);
        On(Lane.Readings, "GET", $"{Native}/admin/ledger/fees", calls.Fees, null, "from", "to");
        On(Lane.Readings, "GET", $"{Native}/admin/ledger/reconciliation", calls.Reconcile, null, "after", "limit");
    }

    private void MapBlocks(BlockCalls calls)
    {
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/block", calls.Block, typeof(Api.BlockBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/unblock", calls.Unblock, typeof(Api.BlockBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/freeze", calls.Freeze, typeof(Api.FreezeBody));
        On(
            Lane.Urgent, "POST", $"{Native}/admin/accounts/{{account}}/unfreeze", calls.Unfreeze,
            typeof(Api.FreezeBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/owners/{{owner}}/block", calls.BlockOwner, typeof(Api.FreezeBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/owners/{{owner}}/unblock", calls.UnblockOwner, typeof(Api.FreezeBody));
    }

    private void MapOperator(OperatorCalls calls)
    {
        On(Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/phase", calls.SetPhase, typeof(Api.PhaseBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/mark", calls.SetMark, typeof(Api.PriceBody));
        On(
            Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/reference", calls.SetReference,
            typeof(Api.PriceBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/rules", calls.SetRules, typeof(Api.RulesBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/bust", calls.Bust, typeof(Api.TradeBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/symbols/{{symbol}}/correct", calls.Correct, typeof(Api.TradeBody));
        On(Lane.Urgent, "POST", $"{Native}/admin/breaker", calls.Break, typeof(Api.BreakerBody));
        On(Lane.Readings, "GET", $"{Native}/admin/actions", calls.Actions, null, "before", "limit");
    }

    /// <summary>
    /// Adds a call. The summary and remarks of its method are its texts in the API document.
    /// </summary>
    /// <param name="lane">Admission lane.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="route">Path.</param>
    /// <param name="call">Handler.</param>
    /// <param name="body">Type of the request body, for the API document; null for none.</param>
    /// <param name="query">Known query parameters, for the API document.</param>
    private void On(
        Lane lane, string method, string route, Func<HttpContext, Task> call, Type? body = null,
        params string[] query) =>
        _routes.Add(new ProtocolRoute(lane, method, route, call)
        {
            Metadata = [new Described(call.Method.DeclaringType!, body, query), call.Method],
        });
}
