using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Writes answers: JSON of known length, and problems (RFC 9457) with their code.</summary>
internal static class Answer
{
    /// <summary>
    /// Refusal of a failed read. It has no outcome that a client order id could reveal: the client reads again. It
    /// tells nothing about the data.
    /// </summary>
    private static readonly Refusal s_unread = new(RejectReason.OutcomeUnknown)
    {
        Title = "This can't be read now. Ask again.",
    };

    /// <summary>
    /// Answers with the JSON that <paramref name="write"/> writes. It must not await: the writer belongs to the thread.
    /// </summary>
    public static ValueTask<FlushResult> JsonAsync<T>(
        HttpContext context, T state, Action<Utf8JsonWriter, T> write, int status = 200,
        string type = "application/json")
    {
        var response = context.Response;
        response.Headers[RequestTrace.Header] = context.TraceIdentifier;
        response.StatusCode = status;
        response.ContentType = type;
        using (var json = JsonScratch.Write(state, write))
        {
            response.ContentLength = json.Written.Length;
            response.BodyWriter.Write(json.Written);
        }

        return response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    /// <summary>Answers with a value of the API.</summary>
    public static ValueTask<FlushResult> JsonAsync<T>(HttpContext context, T value, int status = 200) =>
        JsonAsync(context, value, static (to, value) => Api.ApiJson.Write(to, value), status);

    /// <summary>Answers with a problem if there is one; returns true if it did.</summary>
    public static async ValueTask<bool> TryRefuseAsync(HttpContext context, Refusal? refusal)
    {
        if (refusal is not { } refused)
            return false;

        await RefuseAsync(context, refused);
        return true;
    }

    /// <summary>Answers with a problem.</summary>
    public static ValueTask<FlushResult> RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (refusal.Reason == RejectReason.OutcomeUnknown && IsReading(context))
            refusal = s_unread;
        if (context.GetEndpoint()?.Metadata.GetMetadata<RefusalForm>() is { } form)
            return form.Write(context, refusal);

        Prepare(context, refusal.Reason);
        return JsonAsync(
            context,
            (refusal, context.TraceIdentifier),
            static (to, problem) => WriteProblem(to, problem.refusal, problem.TraceIdentifier),
            refusal.Status,
            "application/problem+json");
    }

    /// <summary>Returns true for a request that changes nothing.</summary>
    public static bool IsReading(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    /// <summary>Sets the time until a retry, if known, for the problem that follows.</summary>
    public static void RetryAfter(HttpContext context, TimeSpan time)
    {
        if (time > TimeSpan.Zero)
            context.Response.Headers.RetryAfter =
                Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Writes a problem.</summary>
    public static void WriteProblem(Utf8JsonWriter to, Refusal refusal, string trace)
    {
        to.WriteStartObject();
        to.WriteString("title"u8, refusal.Title ?? Refusals.Title(refusal.Reason));
        to.WriteNumber("status"u8, refusal.Status);
        if (refusal.Detail is not null)
            to.WriteString("detail"u8, refusal.Detail);
        to.WriteString("code"u8, refusal.Reason.ToString());
        to.WriteString("field"u8, refusal.Field);
        to.WriteString("limit"u8, refusal.Limit);
        to.WriteString("trace"u8, trace);
        refusal.More?.Invoke(to);
        to.WriteEndObject();
    }

    /// <summary>Sets the headers that go with a reason.</summary>
    private static void Prepare(HttpContext context, RejectReason reason)
    {
        if (Refusals.Status(reason) is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            context.Response.Headers.RetryAfter = context.Response.Headers.RetryAfter is [{ } told] ? told : "1";
        if (reason == RejectReason.Unauthorized)
            context.Response.Headers.WWWAuthenticate = "ApiKey";
    }
}

/// <summary>Metadata of calls with another error format: writes refusals in that format.</summary>
internal sealed record RefusalForm(Func<HttpContext, Refusal, ValueTask<FlushResult>> Write);
