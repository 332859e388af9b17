using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Identity;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>
/// Common parts of calls: authentication and reading of requests. After an error each returns a refusal.
/// </summary>
internal static class Call
{
    public const int LongestBody = 64 * 1024;
    public const int LongestBatchBody = 1024 * 1024;

    /// <summary>Returns the caller's account number, or 0 if it has none or is unauthenticated.</summary>
    public static async ValueTask<long> HolderAsync(HttpContext context, KeyRing keys)
    {
        if (SessionTicket.IsIn(context.Request))
            return (await SessionTicket.ReadAsync(context))?.User.Account ?? 0;

        var headers = context.Request.Headers;
        return (headers["X-Api-Key"] is [{ } own]
            ? own
            : headers["X-MBX-APIKEY"] is [{ } other] ? other : null) is { } text
            && await keys.FindAsync(text, context.Connection.RemoteIpAddress) is { } key ? key.Account : 0;
    }

    /// <summary>Authenticates the caller by key or session; returns the caller, or a refusal.</summary>
    public static async ValueTask<(Refusal? Refusal, Caller? Caller)> RecogniseAsync(HttpContext context, KeyRing keys)
    {
        if (!SessionTicket.IsIn(context.Request))
            return await ByKeyAsync(context.Request, keys);

        var (refusal, who) = await SessionTicket.IdentifyAsync(context);
        return (refusal, who is null ? null : Caller.Of(who.User));
    }

    /// <summary>
    /// Authenticates the caller, counts the request, and checks the access. With a refusal there is no caller.
    /// </summary>
    public static async ValueTask<(Refusal? Refusal, Caller Caller)> EnterAsync(
        HttpContext context, KeyRing keys, Access access)
    {
        var (stranger, known) = await RecogniseAsync(context, keys);
        if (known is not { } caller)
            return (stranger, default);

        var lane = context.GetEndpoint()?.Metadata.GetMetadata<LaneOf>()?.Lane ?? Lane.Readings;
        Refusal? refusal =
            caller is { Role: not UserRole.Administrator, Account: > 0 } && !keys.MayAsk(caller.Account, lane)
                ? new Refusal(RejectReason.TooManyRequests)
            : access == Access.Trader && caller.Account == 0
                ? new Refusal(RejectReason.Forbidden, null, null, "This caller has no account.")
            : IsFor(access, caller) ? null : new Refusal(RejectReason.Forbidden);
        return (refusal, caller);
    }

    private static bool IsFor(Access access, Caller caller) => access switch
    {
        Access.Caller or Access.Trader => true,
        Access.Staff => caller.Role != UserRole.Customer,
        Access.MarketOperator => caller.May(UserRole.MarketOperator),
        Access.Risk => caller.May(UserRole.Risk),
        Access.Administrator => caller.May(UserRole.Administrator),
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, "It has no caller."),
    };

    /// <summary>
    /// Returns a check of the key or session that a connection began with; the caller is authenticated by it already.
    /// Call it before the WebSocket upgrade. After the upgrade its cookie cannot be read, and after the connection's
    /// end nothing of the request can.
    /// </summary>
    public static Func<ValueTask<bool>> StillKnown(HttpContext context, KeyRing keys, UserSessions sessions)
    {
        if (context.Features.Get<SignedIn>() is { Session.Id: var session })
            return async () => await sessions.FindSessionAsync(session) is not null;

        var (key, address) = (context.Request.Headers["X-Api-Key"].ToString(), context.Connection.RemoteIpAddress);
        return async () => await keys.FindAsync(key, address) is not null;
    }

    /// <summary>
    /// Waits for the whole body, and leaves it for <see cref="ReadAsync"/>. Returns its length, or a refusal
    /// if it is longer than any call accepts.
    /// </summary>
    public static async ValueTask<(Refusal? Refusal, long Length)> ArrivedAsync(HttpContext context)
    {
        if (context.Request.ContentLength > LongestBatchBody)
            return (TooLong(context, LongestBatchBody), 0);

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            var length = read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (length > LongestBatchBody)
                return (TooLong(context, LongestBatchBody), length);
            if (read.IsCompleted)
                return (null, length);
        }
    }

    /// <summary>Returns true if a request has a body, for calls that need none.</summary>
    public static bool HasBody(HttpRequest request) =>
        request.ContentLength is not (null or 0) || request.Headers.TransferEncoding.Count > 0;

    /// <summary>Reads a body of the API's types; a request without a body has an empty one.</summary>
    public static async ValueTask<(Refusal? Refusal, T Body)> ReadOptionalAsync<T>(HttpContext context)
        where T : class, new() =>
        HasBody(context.Request) ? await ReadAsync(context, Api.ApiJson.Request<T>()) : (null, new T());

    /// <summary>Reads the body. With a refusal there is none.</summary>
    public static async ValueTask<(Refusal? Refusal, T Body)> ReadAsync<T>(
        HttpContext context, JsonTypeInfo<T> type, int longest = LongestBody)
        where T : class
    {
        if (context.Request.ContentLength > longest)
            return (TooLong(context, longest), null!);

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > longest)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (TooLong(context, longest), null!);
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var message = Parse(read.Buffer, type, out var refusal);
            reader.AdvanceTo(read.Buffer.End);
            return message is null ? (refusal, null!) : (null, message);
        }
    }

    /// <summary>Parses a number of the path or query; null if it is not one within its range.</summary>
    public static long? Number(string? text, long least, long most) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : null;

    /// <summary>Reads an id of the path or query, an integer from 1.</summary>
    public static Refusal? Id(string name, string text, long most, out long id)
    {
        var number = Number(text, 1, most);
        id = number ?? 0;
        return number is null ? Refusal.NotInRange(name, text, 1, most) with { Limit = null } : null;
    }

    /// <summary>Reads the limit of the query, 1 to 1000, by default 100.</summary>
    public static Refusal? Limit(HttpContext context, out int limit) => Count(context, "limit", "100", out limit);

    /// <summary>Reads a number of items from the query, 1 to 1000.</summary>
    /// <param name="context">The call.</param>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="absent">Its value if it is absent.</param>
    /// <param name="count">The number.</param>
    public static Refusal? Count(HttpContext context, string name, string absent, out int count)
    {
        var number = Number((string?)context.Request.Query[name] ?? absent, 1, 1000);
        count = (int)(number ?? 0);
        return number is null ? Refusal.NotInRange(name, context.Request.Query[name], 1, 1000) : null;
    }

    /// <summary>
    /// Reads the place after which a page begins: the <c>next</c> of the previous page, or null for the first page.
    /// </summary>
    public static Refusal? After<T>(HttpContext context, Func<string, T?> read, out T? place)
        where T : struct
    {
        string? text = context.Request.Query["after"];
        place = text is null ? null : read(text);
        return text is null || place is not null ? null : Refusal.Not("after", text, "the 'next' of the page before");
    }

    /// <summary>Parses a trade id such as 17-0; null for any other text.</summary>
    public static TradePlace? Trade(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && Number(text[..dash], 0, long.MaxValue) is { } sequence
            && Number(text[(dash + 1)..], 0, int.MaxValue) is { } index
            ? new TradePlace(sequence, (int)index)
            : null;
    }

    /// <summary>Returns a text parameter of the path.</summary>
    public static string Path(HttpContext context, string name) =>
        context.Request.RouteValues[name] as string ?? "";

    /// <summary>Returns the account of the path.</summary>
    public static Refusal? Account(HttpContext context, out AccountId account)
    {
        var text = Path(context, "account");
        return AccountId.TryParse(text, out account) ? null : Refusal.NotAnAccount("account", text);
    }

    /// <summary>
    /// Parses a message from bytes: strict UTF-8, JSON of depth 16 at most, without unknown, duplicate or mistyped
    /// members.
    /// </summary>
    public static T? Parse<T>(ReadOnlySequence<byte> body, JsonTypeInfo<T> type, out Refusal refusal)
        where T : class
    {
        refusal = Refusal.Malformed(null, "The body is null; it must be a JSON object.");
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

    private static async ValueTask<(Refusal? Refusal, Caller? Caller)> ByKeyAsync(HttpRequest request, KeyRing keys)
    {
        var header = request.Headers["X-Api-Key"];
        if (header.Count != 1 || header[0] is not { } text
            || await keys.FindAsync(text, request.HttpContext.Connection.RemoteIpAddress) is not { } key)
            return (new Refusal(RejectReason.Unauthorized), null);

        // A signing key names its holder and proves nothing: it is sent with each request. Only the signature is proof.
        if (key is { Signing: not null, IsDemo: false })
            return (new Refusal(
                RejectReason.Unauthorized, null, null,
                "This key signs its requests; here a key without a secret is needed."), null);
        return key.IsDemo && !DemoAccess.IsAllowed(request) ? (DemoAccess.Stranger, null) : (null, Caller.Of(key));
    }

    private static Refusal TooLong(HttpContext context, int longest)
    {
        context.Response.Headers.Connection = "close";
        return new Refusal(
            RejectReason.BadRequest, null, longest.ToString(CultureInfo.InvariantCulture),
            $"The body is longer than {longest} bytes.")
        {
            Status = StatusCodes.Status413PayloadTooLarge,
        };
    }
}
