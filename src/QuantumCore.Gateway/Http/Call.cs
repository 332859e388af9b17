using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Users;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>What calls share: who calls, and what they sent. Each answers the caller itself when something is wrong.</summary>
internal static class Call
{
    public const int LongestBody = 64 * 1024;
    public const int LongestBatchBody = 1024 * 1024;

    /// <summary>What who would use the demo from elsewhere hears.</summary>
    public static Refusal Stranger => new(
        RejectReason.Unauthorized, null, null, "The demo serves this machine alone, under localhost or 127.0.0.1.");

    /// <summary>The account of who calls, for who asks nothing else; 0 when there is none or it is not known.</summary>
    public static async ValueTask<long> Holder(HttpContext context, KeyRing keys)
    {
        if (SessionTicket.IsIn(context.Request))
            return (await SessionTicket.Read(context))?.User.Account ?? 0;

        var headers = context.Request.Headers;
        return (headers["X-Api-Key"] is [{ } own] ? own : headers["X-MBX-APIKEY"] is [{ } other] ? other : null) is { } text
            && await keys.Find(text, context.Connection.RemoteIpAddress) is { } key ? key.Account : 0;
    }

    /// <summary>Who calls, by a key or a session; or why nobody does.</summary>
    public static async ValueTask<(Refusal? Refusal, Caller? Caller)> Recognise(HttpContext context, KeyRing keys)
    {
        if (!SessionTicket.IsIn(context.Request))
            return await ByKey(context.Request, keys);

        var (refusal, who) = await SessionTicket.Identify(context);
        return (refusal, who is null ? null : Caller.Of(who.User));
    }

    /// <summary>Who calls; null when it was turned away.</summary>
    public static async ValueTask<Caller?> Identify(HttpContext context, KeyRing keys)
    {
        var (refusal, caller) = await Recognise(context, keys);
        var lane = context.GetEndpoint()?.Metadata.GetMetadata<LaneOf>()?.Lane ?? Lane.Readings;
        if (caller is { Role: not UserRole.Administrator, Account: > 0 and var account } && !keys.MayAsk(account, lane))
            refusal = new Refusal(RejectReason.TooManyRequests);
        if (refusal is not { } refused)
            return caller;

        await Answer.Refuse(context, refused);
        return null;
    }

    /// <summary>
    /// Whether a request comes from this machine, as far as it shows: a proxy in front says so in its headers, or
    /// passes the name it was called by. Published keys, and no keys, are for such requests alone.
    /// </summary>
    public static bool IsLocal(HttpRequest request) =>
        (request.Host.Host is "127.0.0.1" or "[::1]" ||
            request.Host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) &&
        !request.Headers.ContainsKey("Forwarded") &&
        !request.Headers.ContainsKey("X-Forwarded-For") &&
        // What a proxy that is believed has told is taken out, and this is left.
        !request.Headers.ContainsKey("X-Original-For") &&
        !request.Headers.ContainsKey("X-Original-Proto") &&
        !request.Headers.ContainsKey("X-Forwarded-Host");

    /// <summary>The account the caller trades for; 0 when it was turned away.</summary>
    public static async ValueTask<long> Trader(HttpContext context, KeyRing keys)
    {
        if (await Identify(context, keys) is not { } caller)
            return 0;
        if (caller.Account == 0)
            await Answer.Refuse(context, new Refusal(RejectReason.Forbidden, null, null, "This caller has no account."));
        return caller.Account;
    }

    /// <summary>The person who is signed in; null when nobody is, and the request was turned away.</summary>
    public static async ValueTask<SignedIn?> Person(HttpContext context)
    {
        var (refusal, who) = await SessionTicket.Identify(context);
        if (refusal is { } refused)
            await Answer.Refuse(context, refused);
        return who;
    }

    /// <summary>
    /// Tells whether the key or the session that a connection was begun with is still good; the caller has been recognised by it. Made
    /// before the connection becomes a WebSocket: after that its cookie can't be read, and when it has ended nothing of its request can.
    /// </summary>
    public static Func<ValueTask<bool>> StillKnown(HttpContext context, KeyRing keys, UserSessions sessions)
    {
        if (context.Features.Get<SignedIn>() is { Session.Id: var session })
            return async () => await sessions.FindSession(session) is not null;

        var (key, address) = (context.Request.Headers["X-Api-Key"].ToString(), context.Connection.RemoteIpAddress);
        return async () => await keys.Find(key, address) is not null;
    }

    /// <summary>Whether the caller may do what is for this role; otherwise it was turned away.</summary>
    public static async ValueTask<bool> IsOfficer(HttpContext context, KeyRing keys, UserRole role) =>
        await Officer(context, keys, role) is not null;

    /// <summary>The caller, who may do what is for this role; null when it was turned away.</summary>
    public static async ValueTask<Caller?> Officer(HttpContext context, KeyRing keys, UserRole role)
    {
        var caller = await Identify(context, keys);
        if (caller is null || caller.Value.May(role))
            return caller;

        await Answer.Refuse(context, new Refusal(RejectReason.Forbidden));
        return null;
    }

    /// <summary>
    /// Waits until the whole body is here, and leaves it for <see cref="Read"/>: its length, or null when it is longer
    /// than any call takes and was turned away.
    /// </summary>
    public static async ValueTask<long?> Arrived(HttpContext context)
    {
        if (context.Request.ContentLength > LongestBatchBody)
        {
            await RefuseLength(context, LongestBatchBody);
            return null;
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var length = read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (length > LongestBatchBody)
            {
                await RefuseLength(context, LongestBatchBody);
                return null;
            }

            if (read.IsCompleted)
                return length;
        }
    }

    /// <summary>Whether a body comes, for calls that need none.</summary>
    public static bool HasBody(HttpRequest request) =>
        request.ContentLength is not (null or 0) || request.Headers.TransferEncoding.Count > 0;

    /// <summary>The body as a message; null when it was turned away.</summary>
    public static async ValueTask<T?> Read<T>(HttpContext context, JsonTypeInfo<T> type, int longest = LongestBody)
        where T : class
    {
        if (context.Request.ContentLength > longest)
        {
            await RefuseLength(context, longest);
            return null;
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > longest)
            {
                reader.AdvanceTo(read.Buffer.End);
                await RefuseLength(context, longest);
                return null;
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var message = Parse(read.Buffer, type, out var refusal);
            reader.AdvanceTo(read.Buffer.End);
            if (message is null)
                await Answer.Refuse(context, refusal);
            return message;
        }
    }

    /// <summary>A number of the path or the query; null when it isn't one within its range.</summary>
    public static long? Number(string? text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : null;

    /// <summary>How many are asked for, 1 to 1000, 100 unless told otherwise; null when it was turned away.</summary>
    public static async ValueTask<int?> Limit(HttpContext context)
    {
        if (Number((string?)context.Request.Query["limit"] ?? "100", 1, 1000) is { } limit)
            return (int)limit;

        await Answer.Refuse(context, new Refusal(RejectReason.BadRequest, "limit", "1000", "1 to 1000."));
        return null;
    }

    /// <summary>
    /// The place that a page goes on from, the <c>next</c> of the page before; null for the first page. Not read: the call was turned away.
    /// </summary>
    public static async ValueTask<(bool IsRead, T? Place)> After<T>(HttpContext context, Func<string, T?> read)
        where T : struct
    {
        if ((string?)context.Request.Query["after"] is not { } text)
            return (true, null);
        if (read(text) is { } place)
            return (true, place);

        await Answer.Refuse(context, Refusal.Malformed("after", "'after' is the 'next' of the page before."));
        return (false, null);
    }

    /// <summary>The place of a trade id such as 17-0; null for any other text.</summary>
    public static TradePlace? Trade(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && Number(text[..dash], 0, long.MaxValue) is { } sequence
            && Number(text[(dash + 1)..], 0, int.MaxValue) is { } index
            ? new TradePlace(sequence, (int)index)
            : null;
    }

    /// <summary>A text of the path.</summary>
    public static string Path(HttpContext context, string name) =>
        context.Request.RouteValues[name] as string ?? "";

    /// <summary>The account of the path; null when it was turned away.</summary>
    public static async ValueTask<AccountId?> Account(HttpContext context)
    {
        if (AccountId.TryParse(Path(context, "account"), out var account))
            return account;

        await Answer.Refuse(context, Refusal.Malformed("account", "ACC- and a number from 1000."));
        return null;
    }

    /// <summary>A message of bytes: strict UTF-8, JSON of depth 16 at most, no member unknown, double or of another type.</summary>
    public static T? Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type, out Refusal refusal)
        where T : class
    {
        refusal = Refusal.Malformed(null, "A JSON object is expected.");
        ReadOnlySpan<byte> bytes = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
        if (!Utf8.IsValid(bytes))
        {
            refusal = Refusal.Malformed(null, "The body is not UTF-8.");
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException error)
        {
            var (field, detail) = BodyForm.Explain(type, error);
            refusal = Refusal.Malformed(field, detail);
            return null;
        }
    }

    private static async ValueTask<(Refusal? Refusal, Caller? Caller)> ByKey(HttpRequest request, KeyRing keys)
    {
        var header = request.Headers["X-Api-Key"];
        if (header.Count != 1 || header[0] is not { } text || await keys.Find(text, request.HttpContext.Connection.RemoteIpAddress) is not { } key)
            return (new Refusal(RejectReason.Unauthorized), null);

        // A key that signs names its holder and proves nothing: it is sent with each request, and only the signature is secret.
        if (key is { Signing: not null, IsDemo: false })
            return (new Refusal(RejectReason.Unauthorized, null, null, "This key signs its requests; here a key without a secret is needed."), null);
        return key.IsDemo && !IsLocal(request) ? (Stranger, null) : (null, Caller.Of(key));
    }

    private static async ValueTask RefuseLength(HttpContext context, int longest)
    {
        context.Response.Headers.Connection = "close";
        await Answer.Refuse(
            context,
            new Refusal(RejectReason.BadRequest, null, longest.ToString(CultureInfo.InvariantCulture), "The body is too long."),
            StatusCodes.Status413PayloadTooLarge);
    }
}
