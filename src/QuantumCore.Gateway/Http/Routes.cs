using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Maps the calls of all protocols, admits them, and is the error boundary around them.</summary>
internal sealed class Routes(
    IEndpointRouteBuilder endpoints,
    ExchangeReadiness readiness,
    Door door,
    Quotas quotas,
    KeyRing keys,
    GatewayMetrics metrics,
    IHostApplicationLifetime lifetime,
    ILogger<Routes> log)
{
    private static readonly object s_refused = new();

    public void Map(IServiceProvider services)
    {
        var health = services.GetRequiredService<HealthCalls>();
        Always("/health/live", HealthCalls.LiveAsync);
        Always("/health/ready", health.ReadyAsync);
        Always("/health/trading", health.TradingAsync);
        Always("/metrics", services.GetRequiredService<MetricsPage>().Map(endpoints));
        if (!services.GetRequiredService<GatewayOptions>().ServesCustomers)
            return;

        foreach (var protocol in services.GetServices<IHttpProtocol>())
            MapProtocol(protocol);
    }

    private void MapProtocol(IHttpProtocol protocol)
    {
        var refusals = protocol is IErrorFormat format ? new RefusalForm(format.RefuseAsync) : null;
        foreach (var route in protocol.Routes)
        {
            var endpoint = Map(route).WithMetadata([new LaneOf(route.Lane), .. route.Metadata]);
            if (refusals is not null)
                endpoint.WithMetadata(refusals);
        }
    }

    /// <summary>Maps a call that is served while the exchange is ready and its lane has room.</summary>
    private IEndpointConventionBuilder Map(ProtocolRoute route)
    {
        var (lane, method, path, call) = route;
        var name = $"{method} {path}";
        Func<HttpContext, Task> admit = lane == Lane.Orders
            ? context => AdmitOrdersAsync(context, call)
            : context => AdmitAsync(context, lane, call);
        return endpoints.MapMethods(path, [method], (RequestDelegate)(context => GuardAsync(context, name, admit)));
    }

    /// <summary>
    /// Admits orders once their whole body has arrived, so that a slow sender takes no room from the others. In a crowd
    /// they are rejected before that.
    /// </summary>
    private async Task AdmitOrdersAsync(HttpContext context, Func<HttpContext, Task> call)
    {
        if (AtTheDoor(context, Lane.Orders) is { } refusal)
        {
            await RefuseOrdersAsync(context, refusal);
            return;
        }

        var (tooLong, length) = await Call.ArrivedAsync(context);
        if (await Answer.TryRefuseAsync(context, tooLong))
            return;

        var weight = Door.Weight(length);
        var turn = door.EnterOrdersAsync(weight, await Call.HolderAsync(context, keys));
        if (!await turn)
        {
            await RefuseOrdersAsync(context, new Refusal(RejectReason.Overloaded));
            return;
        }

        try
        {
            // A client that left while it waited gets no order.
            context.RequestAborted.ThrowIfCancellationRequested();
            await call(context);
        }
        finally
        {
            door.LeaveOrders(weight);
        }
    }

    private async Task RefuseOrdersAsync(HttpContext context, Refusal refusal)
    {
        await Answer.RefuseAsync(context, refusal);
        if (context.Features.Get<IConnectionItemsFeature>() is not { } connection)
            return;

        var known = connection.Items.TryGetValue(s_refused, out var item) ? item as RefusedConnection : null;
        if (known is null)
            connection.Items[s_refused] = known = new RefusedConnection();
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
            await door.AfterRefusalAsync(known, context.RequestAborted);
    }

    private async Task AdmitAsync(HttpContext context, Lane lane, Func<HttpContext, Task> call)
    {
        var refusal = AtTheDoor(context, lane);
        if (refusal is null && !door.Enter(lane))
            refusal = new Refusal(RejectReason.Overloaded);
        if (refusal is { } refused)
        {
            await Answer.RefuseAsync(context, refused);
            return;
        }

        try
        {
            await (lane is Lane.Streams or Lane.Trading ? CallSocketAsync(context, call) : call(context));
        }
        finally
        {
            door.Leave(lane);
        }
    }

    private async Task CallSocketAsync(HttpContext context, Func<HttpContext, Task> call)
    {
        var address = context.Connection.RemoteIpAddress;
        if (!quotas.TakeSocket(address))
        {
            await Answer.RefuseAsync(context, new Refusal(RejectReason.TooManyRequests));
            return;
        }

        try
        {
            await call(context);
        }
        finally
        {
            quotas.ReturnSocket(address);
        }
    }

    private Refusal? AtTheDoor(HttpContext context, Lane lane)
    {
        if (readiness.NotOpen is { } why)
        {
            // A rejected client must not retry on a connection that is about to end.
            readiness.TurnedAway();
            if (readiness.IsClosing)
                context.Response.Headers.Connection = "close";
            return new Refusal(RejectReason.Overloaded, null, null, why);
        }

        if (!quotas.TakeAddress(context.Connection.RemoteIpAddress, lane))
            return new Refusal(RejectReason.TooManyRequests);
        return lane == Lane.Orders && !door.HasRoomForOrders() ? new Refusal(RejectReason.Overloaded) : null;
    }

    /// <summary>
    /// Returns true if the path reached its call as it was written. Dot segments were folded before routing, and no
    /// name here has an encoded slash. So such a request may mean another call than the one it reached.
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
            && !path.Replace("%2e", ".", StringComparison.OrdinalIgnoreCase).Split('/')
                .Any(part => part is "." or "..");
    }

    private void Always(string route, Func<HttpContext, Task> call)
    {
        var name = $"GET {route}";
        endpoints.MapMethods(route, ["GET"], (RequestDelegate)(context =>
        {
            RequestTrace.Drop();
            return GuardAsync(context, name, call);
        }));
    }

    /// <summary>
    /// Runs a call and catches its exceptions. A failed grain is no fault of the request: it may be retried.
    /// </summary>
    private async Task GuardAsync(HttpContext context, string route, Func<HttpContext, Task> call)
    {
        var span = RequestTrace.Name(context, route);

        // The trace id travels from grain to grain at a cost, so it is set only if information is logged.
        if (log.IsEnabled(LogLevel.Information))
            RequestContext.Set(RequestTrace.Key, context.TraceIdentifier);
        try
        {
            if (IsPlain(context))
                await call(context);
            else
                await Answer.RefuseAsync(
                    context, Refusal.Malformed(null, "The path has dot segments or an encoded slash."));
        }
        catch (BadHttpRequestException error) when (!context.Response.HasStarted)
        {
            await Answer.RefuseAsync(
                context, Refusal.Malformed(null, "The request can't be read.") with { Status = error.StatusCode });
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        catch (LimitExceededException) when (HttpMethods.IsGet(context.Request.Method) && !context.Response.HasStarted)
        {
            metrics.TurnedAway(Lane.Readings);
            await Answer.RefuseAsync(context, new Refusal(RejectReason.Overloaded));
        }
        catch (Exception error)
        {
            Log.RequestFailed(log, route, context.TraceIdentifier, error);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await Answer.RefuseAsync(context, new Refusal(RejectReason.OutcomeUnknown));
        }

        Log.RequestServed(log, route, context.Response.StatusCode);
        metrics.RequestServed(route, context.Response.StatusCode);
        RequestTrace.Answered(span, context.Response.StatusCode);
    }
}
