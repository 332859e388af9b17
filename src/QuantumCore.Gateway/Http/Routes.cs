using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Streams;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Which path is which call, and the one boundary around all of them.</summary>
internal sealed class Routes(
    IEndpointRouteBuilder endpoints, ExchangeReadiness readiness, GatewayMetrics metrics, ILogger<Routes> log)
{
    private const string Native = "/api/qc/v1";

    public void Map(IServiceProvider services)
    {
        var orders = services.GetRequiredService<OrderCalls>();
        On("POST", $"{Native}/orders", orders.Place);
        On("POST", $"{Native}/orders/batch", orders.PlaceBatch);
        On("GET", $"{Native}/orders", orders.List);
        On("DELETE", $"{Native}/orders", orders.CancelAll);
        On("GET", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Status);
        On("GET", $"{Native}/orders/{{symbol}}/{{orderId}}/position", orders.Position);
        On("PATCH", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Amend);
        On("DELETE", $"{Native}/orders/{{symbol}}/{{orderId}}", orders.Cancel);
        On("DELETE", $"{Native}/orders/by-client-id/{{clientOrderId}}", orders.CancelByClientOrderId);

        On("POST", $"{Native}/order-lists", services.GetRequiredService<OrderListCalls>().Place);
        On("POST", $"{Native}/strategies", services.GetRequiredService<StrategyCalls>().Place);

        var accounts = services.GetRequiredService<AccountCalls>();
        On("GET", $"{Native}/account", accounts.Show);
        On("GET", $"{Native}/fills", accounts.Fills);

        var admin = services.GetRequiredService<AdminCalls>();
        On("POST", $"{Native}/admin/accounts/{{account}}/deposits", admin.Deposit);
        On("POST", $"{Native}/admin/accounts/{{account}}/keys", admin.NewKey);
        On("POST", $"{Native}/admin/instruments", admin.List);

        MapOperator(services.GetRequiredService<OperatorCalls>());

        var market = services.GetRequiredService<MarketCalls>();
        On("GET", $"{Native}/instruments", market.Instruments);
        On("GET", $"{Native}/book/{{symbol}}", market.Book);
        On("GET", $"{Native}/trades/{{symbol}}", market.Trades);
        On("GET", $"{Native}/symbols/{{symbol}}/state", market.State);
        On("GET", $"{Native}/stream", services.GetRequiredService<StreamCall>().Serve);

        var engine = services.GetRequiredService<EngineCalls>();
        On("POST", "/order", engine.Place);
        On("GET", "/book/{symbol}", engine.Book);
        On("DELETE", "/order/{symbol}/{orderId}", engine.Cancel);

        var health = services.GetRequiredService<HealthCalls>();
        Always("/health/live", HealthCalls.Live);
        Always("/health/ready", health.Ready);
        Always("/metrics", health.Metrics);
    }

    private void MapOperator(OperatorCalls calls)
    {
        On("POST", $"{Native}/admin/symbols/{{symbol}}/phase", calls.SetPhase);
        On("POST", $"{Native}/admin/symbols/{{symbol}}/mark", calls.SetMark);
        On("POST", $"{Native}/admin/symbols/{{symbol}}/reference", calls.SetReference);
        On("POST", $"{Native}/admin/symbols/{{symbol}}/rules", calls.SetRules);
        On("POST", $"{Native}/admin/symbols/{{symbol}}/bust", calls.Bust);
        On("POST", $"{Native}/admin/symbols/{{symbol}}/correct", calls.Correct);
        On("POST", $"{Native}/admin/accounts/{{account}}/block", calls.Block);
        On("POST", $"{Native}/admin/accounts/{{account}}/unblock", calls.Unblock);
        On("POST", $"{Native}/admin/breaker", calls.Break);
    }

    /// <summary>A call that is served while the exchange is ready.</summary>
    private void On(string method, string route, Func<HttpContext, Task> call)
    {
        var name = $"{method} {route}";
        endpoints.MapMethods(
            route,
            [method],
            (RequestDelegate)(context => readiness.IsReady ? Guard(context, name, call) : NotReady(context, name)));
    }

    /// <summary>
    /// Whether the path reached its call as it was written. Dot segments were folded before the call was chosen, and
    /// an encoded slash is no part of any name here: such a request may mean another call than the one it reached.
    /// </summary>
    private static bool IsPlain(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        if (!path.Contains("/.", StringComparison.Ordinal) && path.AsSpan().IndexOfAny('%', '\\') < 0)
            return true;

        return !path.Contains('\\', StringComparison.Ordinal)
            && !path.Contains("%2f", StringComparison.OrdinalIgnoreCase)
            && !path.Contains("%5c", StringComparison.OrdinalIgnoreCase)
            && !path.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/').Any(part => part is "." or "..");
    }

    private void Always(string route, Func<HttpContext, Task> call) =>
        endpoints.MapMethods(route, ["GET"], (RequestDelegate)(context => Guard(context, $"GET {route}", call)));

    private async Task NotReady(HttpContext context, string route)
    {
        await Answer.Refuse(context, new Refusal(RejectReason.Overloaded, null, null, "The exchange is not open."));
        metrics.RequestServed(route, context.Response.StatusCode);
    }

    /// <summary>
    /// What a call throws ends here. A grain that failed is no fault of the request: it may be repeated.
    /// </summary>
    private async Task Guard(HttpContext context, string route, Func<HttpContext, Task> call)
    {
        try
        {
            if (IsPlain(context))
                await call(context);
            else
                await Answer.Refuse(context, Refusal.Malformed(null, "The path has dot segments or an encoded slash."));
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            await Answer.Refuse(context, Refusal.Malformed(null, "The request can't be read."), error.StatusCode);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (Exception error)
        {
            Log.RequestFailed(log, route, context.TraceIdentifier, error);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await Answer.Refuse(context, new Refusal(RejectReason.OutcomeUnknown));
        }

        metrics.RequestServed(route, context.Response.StatusCode);
    }
}
