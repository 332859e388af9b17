using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Endpoints;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native;

/// <summary>
/// Routes whose callers are authenticated before their handlers. A handler takes what it needs, which is read in one
/// sequence for all calls: the caller, the account or instrument of the path, the body. The first error is the answer.
/// </summary>
internal abstract class GuardedProtocol(KeyRing keys, Listings listings)
{
    private readonly List<ProtocolRoute> _added = [];

    /// <summary>Routes in the sequence in which they were added.</summary>
    protected IReadOnlyList<ProtocolRoute> Added => _added;

    /// <summary>
    /// Adds a call. The summary and remarks of its handler are its texts in the API document.
    /// </summary>
    /// <param name="lane">Admission lane.</param>
    /// <param name="access">Callers who may make it.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Route pattern.</param>
    /// <param name="call">Handler.</param>
    /// <param name="body">Type of the body that the handler reads itself; null for none.</param>
    /// <param name="query">Known query parameters, for the API document.</param>
    protected void On(
        Lane lane, Access access, string method, string path, Func<HttpContext, Task> call, Type? body = null,
        params string[] query) => Add(lane, access, method, path, call, Guard(access, call), body, query);

    /// <summary>Adds a call whose handler takes its caller.</summary>
    protected void On(
        Lane lane, Access access, string method, string path, Func<HttpContext, Caller, Task> call, Type? body = null,
        params string[] query) => Add(lane, access, method, path, call, Guard(access, call), body, query);

    /// <summary>Adds a call whose handler takes its user.</summary>
    protected void On(
        Lane lane, Access access, string method, string path, Func<HttpContext, SignedIn, Task> call,
        Type? body = null, params string[] query) =>
        Add(lane, access, method, path, call, Guard(access, call), body, query);

    /// <summary>Adds a call whose handler takes the account of the path.</summary>
    protected void On(
        Lane lane, Access access, string method, string path, Func<HttpContext, AccountId, Task> call,
        Type? body = null, params string[] query) =>
        Add(lane, access, method, path, call, Guard(access, async (HttpContext context, Caller _) =>
        {
            if (await Call.AccountAsync(context) is { } account)
                await call(context, account);
        }), body, query);

    /// <summary>Adds a call whose handler takes its caller and the account of the path.</summary>
    protected void On(
        Lane lane, Access access, string method, string path, Func<HttpContext, Caller, AccountId, Task> call,
        Type? body = null, params string[] query) =>
        Add(lane, access, method, path, call, Guard(access, async (HttpContext context, Caller caller) =>
        {
            if (await Call.AccountAsync(context) is { } account)
                await call(context, caller, account);
        }), body, query);

    /// <summary>Adds a call whose handler takes its caller and the body.</summary>
    protected void On<T>(
        Lane lane, Access access, string method, string path, Func<HttpContext, Caller, T, Task> call,
        int longest = Call.LongestBody)
        where T : class
    {
        RequireCaller(access);
        var type = TypeOf<T>();
        Add(lane, access, method, path, call, ServeAsync, typeof(T));

        // Orders come here: if nothing waits, it allocates nothing.
        Task ServeAsync(HttpContext context)
        {
            var entering = EnterAsync(context, access, type, longest);
            if (!entering.IsCompletedSuccessfully)
                return LaterAsync(context, entering, call);

#pragma warning disable VSTHRD002, VSTHRD103 // It is complete.
            var (caller, text) = entering.Result;
#pragma warning restore VSTHRD002, VSTHRD103
            return text is null ? Task.CompletedTask : call(context, caller, text);
        }
    }

    /// <summary>Adds a call whose handler takes its user and the body.</summary>
    protected void On<T>(
        Lane lane, Access access, string method, string path, Func<HttpContext, SignedIn, T, Task> call)
        where T : class
    {
        var type = TypeOf<T>();
        Add(lane, access, method, path, call, Guard(access, async (HttpContext context, SignedIn who) =>
        {
            if (await Call.ReadAsync(context, type) is { } text)
                await call(context, who, text);
        }), typeof(T));
    }

    /// <summary>Adds a call whose handler takes its caller, the account of the path, and the body.</summary>
    protected void On<T>(
        Lane lane, Access access, string method, string path, Func<HttpContext, Caller, AccountId, T, Task> call)
        where T : class
    {
        var type = TypeOf<T>();
        Add(lane, access, method, path, call, Guard(access, async (HttpContext context, Caller caller) =>
        {
            if (await Call.AccountAsync(context) is { } account && await Call.ReadAsync(context, type) is { } text)
                await call(context, caller, account, text);
        }), typeof(T));
    }

    /// <summary>Adds a call whose handler takes its caller, the instrument of the path, and the body.</summary>
    protected void On<T>(
        Lane lane, Access access, string method, string path, Func<HttpContext, Caller, Instrument, T, Task> call)
        where T : class
    {
        var type = TypeOf<T>();
        Add(lane, access, method, path, call, Guard(access, async (HttpContext context, Caller caller) =>
        {
            if (await Call.ListedAsync(context, listings, Call.Path(context, "symbol")) is { } instrument
                && await Call.ReadAsync(context, type) is { } text)
                await call(context, caller, instrument, text);
        }), typeof(T));
    }

    /// <summary>Adds a call that becomes a WebSocket. Any other request is rejected first.</summary>
    protected void OnSocket(Lane lane, Access access, string path, Func<HttpContext, Task> call) =>
        Add(lane, access, "GET", path, call, Socket(Guard(access, call)));

    /// <summary>Adds a call that becomes a WebSocket of its caller. Any other request is rejected first.</summary>
    protected void OnSocket(Lane lane, Access access, string path, Func<HttpContext, Caller, Task> call) =>
        Add(lane, access, "GET", path, call, Socket(Guard(access, call)));

    private void Add(
        Lane lane, Access access, string method, string path, Delegate handler, Func<HttpContext, Task> call,
        Type? body = null, params string[] query)
    {
        if (path.Contains("/admin/", StringComparison.Ordinal)
            && access is Access.Anyone or Access.Person or Access.Caller or Access.Trader)
            throw new ArgumentOutOfRangeException(nameof(access), access, $"{method} {path} is an operator's call.");
        _added.Add(new ProtocolRoute(lane, method, path, call)
        {
            Metadata = [new Described(handler.Method.DeclaringType!, access, body, query), handler.Method],
        });
    }

    private Func<HttpContext, Task> Guard(Access access, Func<HttpContext, Task> call) => access switch
    {
        Access.Anyone => call,
        Access.Person => Guard(access, (HttpContext context, SignedIn _) => call(context)),
        _ => Guard(access, (HttpContext context, Caller _) => call(context)),
    };

    private Func<HttpContext, Task> Guard(Access access, Func<HttpContext, Caller, Task> call)
    {
        RequireCaller(access);
        return async context =>
        {
            if (await Call.EnterAsync(context, keys, access) is { } caller)
                await call(context, caller);
        };
    }

    private static void RequireCaller(Access access)
    {
        if (access is Access.Anyone or Access.Person)
            throw new ArgumentOutOfRangeException(nameof(access), access, "The handler takes a caller.");
    }

    private static Func<HttpContext, Task> Guard(Access access, Func<HttpContext, SignedIn, Task> call) =>
        access != Access.Person
            ? throw new ArgumentOutOfRangeException(nameof(access), access, "Only a person is signed in.")
            : async context =>
            {
                var (refusal, who) = await SessionTicket.IdentifyAsync(context);
                if (!await Answer.TryRefuseAsync(context, refusal))
                    await call(context, who!);
            };

    private static Func<HttpContext, Task> Socket(Func<HttpContext, Task> call) => async context =>
    {
        if (context.WebSockets.IsWebSocketRequest)
            await call(context);
        else
            await Answer.RefuseAsync(
                context, Refusal.Malformed(null, "This call is a WebSocket."), StatusCodes.Status400BadRequest);
    };

    private async ValueTask<(Caller Caller, T? Text)> EnterAsync<T>(
        HttpContext context, Access access, JsonTypeInfo<T> type, int longest)
        where T : class =>
        await Call.EnterAsync(context, keys, access) is { } caller
            ? (caller, await Call.ReadAsync(context, type, longest))
            : default;

    private static async Task LaterAsync<T>(
        HttpContext context, ValueTask<(Caller Caller, T? Text)> entering, Func<HttpContext, Caller, T, Task> call)
        where T : class
    {
        var (caller, text) = await entering;
        if (text is not null)
            await call(context, caller, text);
    }

    private static JsonTypeInfo<T> TypeOf<T>()
        where T : class =>
        WireJson.Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T> ?? Api.ApiJson.Request<T>();
}
