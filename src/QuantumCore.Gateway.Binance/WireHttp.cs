using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// HTTP calls of the Binance interface: parameters in the query, the body or both; limits in the headers of every
/// answer.
/// </summary>
internal sealed class WireHttp(WireGate gate, WireLimits limits)
{
    private const string KeyHeader = "X-MBX-APIKEY";

    /// <summary>Answers a request.</summary>
    public async Task ServeAsync(HttpContext context, WireCall call)
    {
        if (!IsWritten(context, call.Path))
        {
            await WriteAsync(context, WireError.NoSuchCall);
            return;
        }

        // A GET has its parameters in the query only.
        if ((HttpMethods.IsGet(call.Method) ? "" : await BodyAsync(context)) is not { } body)
        {
            await WriteAsync(
                context,
                WireError.Of(Refusal.Malformed(null, "The body is too long, or no UTF-8.")) with { Status = 413 });
            return;
        }

        var parameters = WireParameters.Of((context.Request.QueryString.Value ?? "").TrimStart('?'), body);
        var address = context.Connection.RemoteIpAddress;
        var (used, refusal) = limits.TakeWeight(address, call.Weight(parameters));
        var response = context.Response;
        response.Headers["X-MBX-USED-WEIGHT"] = used.ToString();
        response.Headers["X-MBX-USED-WEIGHT-1M"] = used.ToString();
        if (refusal is { } refused)
        {
            await WriteAsync(context, refused);
            return;
        }

        var header = context.Request.Headers[KeyHeader];
        var key = header.Count == 1 ? header[0] : null;
        var answer = await gate.RunAsync(call, parameters, key, WireOrigin.Of(context), orders =>
        {
            response.Headers["X-MBX-ORDER-COUNT-10S"] = orders.TenSeconds.ToString();
            response.Headers["X-MBX-ORDER-COUNT-1D"] = orders.Day.ToString();
        });
        await WriteAsync(context, answer);
    }

    /// <summary>
    /// Returns true if the request's path is written exactly as a call's, or begins with it if the call's ends with an
    /// asterisk. The router ignores case and a trailing slash, Binance does not.
    /// </summary>
    public static bool IsWritten(HttpContext context, string path)
    {
        var written = context.Request.Path.Value ?? "";
        return path.EndsWith('*') ? written.StartsWith(path[..^1], StringComparison.Ordinal) : written == path;
    }

    /// <summary>Rejects a request that was not admitted, in Binance's format.</summary>
    public static ValueTask<FlushResult> RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (refusal.Reason is RejectReason.Overloaded or RejectReason.TooManyRequests)
            context.Response.Headers.RetryAfter = "1";
        return WriteAsync(context, WireError.Of(refusal));
    }

    /// <summary>Writes the answer to a request.</summary>
    public static ValueTask<FlushResult> WriteAsync(HttpContext context, WireAnswer answer)
    {
        if (answer.Error is { RetryAfter: > 0 and var seconds })
            context.Response.Headers.RetryAfter = seconds.ToString();
        return Answer.JsonAsync(
            context, answer, static (to, answer) => WireAnswer.WriteBody(to, answer), answer.Error?.Status ?? 200);
    }

    /// <summary>Reads the body's text; null if it is too long or no UTF-8.</summary>
    private static async ValueTask<string?> BodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is 0
            || (context.Request.ContentLength is null && context.Request.Headers.TransferEncoding.Count == 0))
            return "";

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > Call.LongestBody)
            {
                reader.AdvanceTo(read.Buffer.End);
                context.Response.Headers.Connection = "close";
                return null;
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var bytes = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
            return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
        }
    }
}
