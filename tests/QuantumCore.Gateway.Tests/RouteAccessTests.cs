using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Gateway.Native.Endpoints;
using Xunit;

namespace QuantumCore.Gateway.Tests;

/// <summary>Callers who may make each native call.</summary>
public class RouteAccessTests
{
    private const string Expected = """
        Anyone
          DELETE /cancel
          DELETE /order/{symbol}/{order_id}
          GET /api/qc/v1/book/{symbol}
          GET /api/qc/v1/book/{symbol}/orders
          GET /api/qc/v1/candles/{symbol}
          GET /api/qc/v1/instruments
          GET /api/qc/v1/openapi.json
          GET /api/qc/v1/stream
          GET /api/qc/v1/symbols/{symbol}/state
          GET /api/qc/v1/tickers
          GET /api/qc/v1/trades/{symbol}
          GET /book
          GET /book/{symbol}
          GET /docs
          GET /docs/scalar.js
          POST /api/qc/v1/sessions
          POST /api/qc/v1/sessions/demo
          POST /api/qc/v1/signals/{strategy}
          POST /api/qc/v1/users
          POST /order
        Person
          DELETE /api/qc/v1/keys/{id}
          DELETE /api/qc/v1/sessions
          DELETE /api/qc/v1/sessions/current
          DELETE /api/qc/v1/sessions/{id}
          DELETE /api/qc/v1/user/authenticator
          GET /api/qc/v1/keys
          GET /api/qc/v1/sessions
          GET /api/qc/v1/sessions/current
          GET /api/qc/v1/user/preferences
          PATCH /api/qc/v1/user/preferences
          POST /api/qc/v1/keys
          POST /api/qc/v1/user/authenticator
          POST /api/qc/v1/user/password
        Caller
          DELETE /api/qc/v1/signals/dead/{id}
          DELETE /api/qc/v1/signals/strategies/{strategy}/pause
          GET /api/qc/v1/signals/dead
          GET /api/qc/v1/signals/strategies
          PUT /api/qc/v1/signals/strategies/{strategy}
        Trader
          DELETE /api/qc/v1/alerts/{id}
          DELETE /api/qc/v1/orders
          DELETE /api/qc/v1/orders/by-client-id/{clientOrderId}
          DELETE /api/qc/v1/orders/{symbol}/{orderId}
          GET /api/qc/v1/account
          GET /api/qc/v1/account/positions
          GET /api/qc/v1/account/statement
          GET /api/qc/v1/alerts
          GET /api/qc/v1/demo/funds
          GET /api/qc/v1/fees
          GET /api/qc/v1/fills
          GET /api/qc/v1/limits
          GET /api/qc/v1/margin
          GET /api/qc/v1/orders
          GET /api/qc/v1/orders/by-client-id/{clientOrderId}
          GET /api/qc/v1/orders/history
          GET /api/qc/v1/orders/{symbol}/{orderId}
          GET /api/qc/v1/orders/{symbol}/{orderId}/position
          GET /api/qc/v1/prevented-matches
          GET /api/qc/v1/trading
          GET /api/qc/v1/transfers
          GET /api/qc/v1/withdrawals
          PATCH /api/qc/v1/orders/{symbol}/{orderId}
          POST /api/qc/v1/alerts
          POST /api/qc/v1/demo/funds
          POST /api/qc/v1/order-lists
          POST /api/qc/v1/orders
          POST /api/qc/v1/orders/batch
          POST /api/qc/v1/strategies
          POST /api/qc/v1/transfers
          POST /api/qc/v1/withdrawals
          PUT /api/qc/v1/demo/funds
        Staff
          GET /api/qc/v1/admin/system
        MarketOperator
          GET /api/qc/v1/admin/fees
          GET /api/qc/v1/admin/pins
          GET /api/qc/v1/admin/settlement
          POST /api/qc/v1/admin/breaker
          POST /api/qc/v1/admin/fees
          POST /api/qc/v1/admin/instruments
          POST /api/qc/v1/admin/settlement/{venue}/buy-in-days
          POST /api/qc/v1/admin/settlement/{venue}/buy-ins
          POST /api/qc/v1/admin/settlement/{venue}/holidays
          POST /api/qc/v1/admin/symbols/{symbol}/bust
          POST /api/qc/v1/admin/symbols/{symbol}/correct
          POST /api/qc/v1/admin/symbols/{symbol}/mark
          POST /api/qc/v1/admin/symbols/{symbol}/phase
          POST /api/qc/v1/admin/symbols/{symbol}/pin
          POST /api/qc/v1/admin/symbols/{symbol}/reference
          POST /api/qc/v1/admin/symbols/{symbol}/rules
        Risk
          GET /api/qc/v1/admin/accounts/{account}/fees
          GET /api/qc/v1/admin/accounts/{account}/limits
          GET /api/qc/v1/admin/accounts/{account}/margin
          GET /api/qc/v1/admin/accounts/{account}/positions
          GET /api/qc/v1/admin/accounts/{account}/statement
          GET /api/qc/v1/admin/ledger/fees
          GET /api/qc/v1/admin/ledger/reconciliation
          GET /api/qc/v1/admin/ledger/trial-balance
          GET /api/qc/v1/admin/limits
          GET /api/qc/v1/admin/margin
          GET /api/qc/v1/admin/owners/limits
          POST /api/qc/v1/admin/accounts/{account}/block
          POST /api/qc/v1/admin/accounts/{account}/freeze
          POST /api/qc/v1/admin/accounts/{account}/limits
          POST /api/qc/v1/admin/accounts/{account}/locates
          POST /api/qc/v1/admin/accounts/{account}/margin
          POST /api/qc/v1/admin/accounts/{account}/unblock
          POST /api/qc/v1/admin/accounts/{account}/unfreeze
          POST /api/qc/v1/admin/limits
          POST /api/qc/v1/admin/margin/currencies/{asset}
          POST /api/qc/v1/admin/margin/groups/{group}
          POST /api/qc/v1/admin/margin/instruments/{symbol}
          POST /api/qc/v1/admin/owners/limits
          POST /api/qc/v1/admin/owners/{owner}/block
          POST /api/qc/v1/admin/owners/{owner}/unblock
        Administrator
          DELETE /api/qc/v1/admin/keys/{id}
          DELETE /api/qc/v1/admin/users/{name}/sessions
          GET /api/qc/v1/admin/actions
          GET /api/qc/v1/admin/audit
          GET /api/qc/v1/admin/corporate-actions
          GET /api/qc/v1/admin/corporate-actions/{id}
          GET /api/qc/v1/admin/keys
          GET /api/qc/v1/admin/users
          PATCH /api/qc/v1/admin/users/{name}
          POST /api/qc/v1/admin/accounts/{account}/deposits
          POST /api/qc/v1/admin/accounts/{account}/keys
          POST /api/qc/v1/admin/accounts/{account}/owner
          POST /api/qc/v1/admin/accounts/{account}/transfers
          POST /api/qc/v1/admin/accounts/{account}/withdrawals
          POST /api/qc/v1/admin/corporate-actions
          POST /api/qc/v1/admin/users
        """;

    [Fact]
    public async Task Each_native_call_is_open_to_the_callers_listed_here()
    {
        await using var exchange = await OpenGateway.StartAsync();
        var routes = exchange.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<Described>() is not null)
            .GroupBy(route => route.Metadata.GetMetadata<Described>()!.Access)
            .OrderBy(group => group.Key)
            .Select(group => $"{group.Key}\n  {string.Join("\n  ", group.Select(NameOf).Order(StringComparer.Ordinal))}");
        Assert.Equal(Expected, string.Join('\n', routes));
    }

    private static string NameOf(RouteEndpoint route) =>
        $"{route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]} {route.RoutePattern.RawText}";
}
