using System.Text;
using Microsoft.AspNetCore.Http.Features;
using QuantumCore.Client;
using QuantumCore.Gateway;
using QuantumCore.Instruments;

namespace QuantumCore.Silo.Simulation;

/// <summary>Middleware between clients and calls that applies faults to requests and to stream messages.</summary>
internal sealed class FaultyEdge(ClientFaults faults)
{
    private const int LongestBody = 64 * 1024;

    /// <summary>Serves a request, with its fault if there is one.</summary>
    public Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            Surround(context);
            return next(context);
        }

        var method = context.Request.Method;
        return faults.Waiting.IsEmpty || HttpMethods.IsGet(method) || HttpMethods.IsHead(method)
            || HttpMethods.IsOptions(method) || context.GetEndpoint() is null
            ? next(context)
            : MayFailAsync(context, next, method);
    }

    private async Task MayFailAsync(HttpContext context, RequestDelegate next, string method)
    {
        var text = await TextOfAsync(context.Request);
        var to = $"{method} {context.Request.Path}";
        var fault =
            faults.Take(FaultPlace.Requests, KeyOf(context), symbol => Names(text, symbol), to, static _ => true);
        await MeetAsync(context, next, fault);
    }

    private static async Task MeetAsync(HttpContext context, RequestDelegate next, WaitingFault? fault)
    {
        switch (fault?.Kind)
        {
            case FaultKind.Reject:
                await ExchangeGateway.RefuseAsync(context, RejectReason.Overloaded);
                break;
            case FaultKind.Timeout:
                await SwallowAsync(context, next, fault.Millis);
                break;
            case FaultKind.Drop:
                context.Abort();
                break;
            case FaultKind.Delay:
                await Task.Delay(fault.Millis, context.RequestAborted);
                await next(context);
                break;
            default:
                await next(context);
                break;
        }
    }

    /// <summary>
    /// Carries the request out and discards the response. The client waits until it gives up or is disconnected.
    /// </summary>
    private static async Task SwallowAsync(HttpContext context, RequestDelegate next, int millis)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var nowhere = new StreamResponseBodyFeature(Stream.Null);
        context.Features.Set<IHttpResponseBodyFeature>(nowhere);
        try
        {
            await next(context);
            await Task.Delay(millis, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has given up: the purpose of the fault.
        }
        finally
        {
            context.Features.Set(body);
            context.Abort();
        }
    }

    private void Surround(HttpContext context)
    {
        var inner = context.Features.GetRequiredFeature<IHttpWebSocketFeature>();
        context.Features.Set<IHttpWebSocketFeature>(
            new FaultyUpgrade(inner, KeyOf(context), context.Request.Path, faults, context.Abort));
    }

    private static string? KeyOf(HttpContext context) => context.Request.Headers["X-Api-Key"] is [{ } own]
        ? own
        : context.Request.Headers["X-MBX-APIKEY"] is [{ } other] ? other : null;

    /// <summary>Returns every text in which a request may name its symbol. The body can still be read.</summary>
    private static async Task<string> TextOfAsync(HttpRequest request)
    {
        request.EnableBuffering(LongestBody);
        var bytes = new byte[LongestBody];
        var read = await request.Body.ReadAtLeastAsync(
            bytes, LongestBody, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        return $"{request.Path}{request.QueryString} {Encoding.UTF8.GetString(bytes, 0, read)}";
    }

    /// <summary>Returns true if a text contains the symbol as a word of its own, ignoring case.</summary>
    public static bool Names(string text, string symbol)
    {
        for (var at = text.IndexOf(symbol, StringComparison.OrdinalIgnoreCase); at >= 0;
            at = text.IndexOf(symbol, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var end = at + symbol.Length;
            if ((at == 0 || !IsOfSymbol(text[at - 1])) && (end == text.Length || !IsOfSymbol(text[end])))
                return true;
        }

        return false;
    }

    private static bool IsOfSymbol(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.';
}
