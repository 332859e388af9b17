using System.Reflection;
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
    /// Adds a call whose handler returns its answer. The summary and remarks of the handler are its texts in the API
    /// document.
    /// </summary>
    /// <param name="lane">Admission lane.</param>
    /// <param name="access">Callers who may make it.</param>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Route pattern.</param>
    /// <param name="call">Handler.</param>
    /// <param name="body">Type of the body that the handler reads itself; null for none.</param>
    /// <param name="query">Known query parameters, for the API document.</param>
    protected void On<TAnswer>(
        Lane lane, Access access, string method, string path, Func<HttpContext, Task<Result<TAnswer>>> call,
        Type? body = null, params string[] query) =>
        Add(lane, access, method, path, call, Guard(access, call), body, query);

    /// <summary>Adds a call whose handler takes its caller.</summary>
    protected void On<TAnswer>(
        Lane lane, Access access, string method, string path, Func<HttpContext, Caller, Task<Result<TAnswer>>> call,
        Type? body = null, params string[] query) =>
        Add(lane, access, method, path, call, Guard(access, call), body, query);

    /// <summary>Adds a call whose handler takes its user.</summary>
    protected void On<TAnswer>(
        Lane lane, Access access, string method, string path, Func<HttpContext, SignedIn, Task<Result<TAnswer>>> call,
        Type? body = null, params string[] query) =>
        Add(lane, access, method, path, call, Guard(access, call), body, query);

    /// <summary>Adds a call whose handler takes the account of the path.</summary>
    protected void On<TAnswer>(
        Lane lane, Access access, string method, string path, Func<HttpContext, AccountId, Task<Result<TAnswer>>> call,
        Type? body = null, params string[] query) =>
        Add(
            lane, access, method, path, call,
            Guard(access, (HttpContext context, Caller _) => OfAccountAsync(
                context, account => call(context, account))),
            body, query);

    /// <summary>Adds a call whose handler takes its caller and the account of the path.</summary>
    protected void On<TAnswer>(
        Lane lane, Access access, string method, string path,
        Func<HttpContext, Caller, AccountId, Task<Result<TAnswer>>> call, Type? body = null, params string[] query) =>
        Add(
            lane, access, method, path, call,
            Guard(access, (HttpContext context, Caller caller) => OfAccountAsync(
                context, account => call(context, caller, account))),
            body, query);

    /// <summary>Adds a call whose handler takes its caller and the body.</summary>
    protected void On<TBody, TAnswer>(
        Lane lane, Access access, string method, string path,
        Func<HttpContext, Caller, TBody, Task<Result<TAnswer>>> call, int longest = Call.LongestBody)
        where TBody : class
    {
        RequireCaller(access);
        Add(lane, access, method, path, call, ServeAsync, typeof(TBody));

        // Orders come here: one method and no lambdas, which would allocate for each order.
        async Task ServeAsync(HttpContext context)
        {
            var (refusal, caller) = await Call.EnterAsync(context, keys, access);
            TBody? body = null;
            if (refusal is null)
                (refusal, body) = await Call.ReadAsync(context, Known<TBody>.Body, longest);
            await (refusal is { } refused ? refused : await call(context, caller, body!)).WriteAsync(context);
        }
    }

    /// <summary>Adds a call whose handler takes its user and the body.</summary>
    protected void On<TBody, TAnswer>(
        Lane lane, Access access, string method, string path,
        Func<HttpContext, SignedIn, TBody, Task<Result<TAnswer>>> call)
        where TBody : class =>
        Add(
            lane, access, method, path, call,
            Guard(access, (HttpContext context, SignedIn who) => ReadAsync<TBody, TAnswer>(
                context, body => call(context, who, body))),
            typeof(TBody));

    /// <summary>Adds a call whose handler takes its caller, the account of the path, and the body.</summary>
    protected void On<TBody, TAnswer>(
        Lane lane, Access access, string method, string path,
        Func<HttpContext, Caller, AccountId, TBody, Task<Result<TAnswer>>> call)
        where TBody : class =>
        Add(
            lane, access, method, path, call,
            Guard(access, (HttpContext context, Caller caller) => OfAccountAsync(
                context, account => ReadAsync<TBody, TAnswer>(context, body => call(context, caller, account, body)))),
            typeof(TBody));

    /// <summary>Adds a call whose handler takes its caller, the instrument of the path, and the body.</summary>
    protected void On<TBody, TAnswer>(
        Lane lane, Access access, string method, string path,
        Func<HttpContext, Caller, Instrument, TBody, Task<Result<TAnswer>>> call)
        where TBody : class =>
        Add(
            lane, access, method, path, call,
            Guard(access, async (HttpContext context, Caller caller) =>
            {
                var symbol = Call.Path(context, "symbol");
                return await listings.FindAsync(symbol) is { } instrument
                    ? await ReadAsync<TBody, TAnswer>(context, body => call(context, caller, instrument, body))
                    : await listings.UnknownAsync(symbol);
            }),
            typeof(TBody));

    /// <summary>Adds a page that anyone may read. Its handler writes it.</summary>
    protected void OnPage(string path, Func<HttpContext, Task> call) =>
        Add(Lane.Readings, Access.Anyone, "GET", path, call, call);

    /// <summary>Adds a call of anyone that becomes a WebSocket. Any other request is rejected first.</summary>
    protected void OnSocket(Lane lane, string path, Func<HttpContext, Task> call) =>
        Add(lane, Access.Anyone, "GET", path, call, Socket(call));

    /// <summary>Adds a call that becomes a WebSocket of its caller. Any other request is rejected first.</summary>
    protected void OnSocket(Lane lane, Access access, string path, Func<HttpContext, Caller, Task> call)
    {
        RequireCaller(access);
        Add(lane, access, "GET", path, call, Socket(async context =>
        {
            var (refusal, caller) = await Call.EnterAsync(context, keys, access);
            if (!await Answer.TryRefuseAsync(context, refusal))
                await call(context, caller);
        }));
    }

    private void Add(
        Lane lane, Access access, string method, string path, Delegate handler, Func<HttpContext, Task> call,
        Type? body = null, IReadOnlyList<string>? query = null)
    {
        if (path.Contains("/admin/", StringComparison.Ordinal)
            && access is Access.Anyone or Access.Person or Access.Caller or Access.Trader)
            throw new ArgumentOutOfRangeException(nameof(access), access, $"{method} {path} is an operator's call.");
        _added.Add(new ProtocolRoute(lane, method, path, call)
        {
            Metadata =
            [
                new Described(handler.Method.DeclaringType!, access, body, query ?? [], AnswerOf(handler.Method)),
                handler.Method,
            ],
        });
    }

    /// <summary>Returns the type of the API in the result of a handler; null if it writes its answer itself.</summary>
    private static Type? AnswerOf(MethodInfo handler) =>
        handler.ReturnType is { IsGenericType: true, GenericTypeArguments: [{ GenericTypeArguments: [var answer] }] }
            ? answer
            : null;

    private static Task<Result<T>> OfAccountAsync<T>(HttpContext context, Func<AccountId, Task<Result<T>>> call) =>
        Call.Account(context, out var account) is { } refusal ? Task.FromResult<Result<T>>(refusal) : call(account);

    private static async Task<Result<TAnswer>> ReadAsync<TBody, TAnswer>(
        HttpContext context, Func<TBody, Task<Result<TAnswer>>> call)
        where TBody : class
    {
        var (refusal, body) = await Call.ReadAsync(context, Known<TBody>.Body);
        return refusal is { } refused ? refused : await call(body);
    }

    private Func<HttpContext, Task> Guard<T>(Access access, Func<HttpContext, Task<Result<T>>> call) => access switch
    {
        Access.Anyone => async context => await (await call(context)).WriteAsync(context),
        Access.Person => Guard(access, (HttpContext context, SignedIn _) => call(context)),
        _ => Guard(access, (HttpContext context, Caller _) => call(context)),
    };

    private Func<HttpContext, Task> Guard<T>(Access access, Func<HttpContext, Caller, Task<Result<T>>> call)
    {
        RequireCaller(access);
        return async context =>
        {
            var (refusal, caller) = await Call.EnterAsync(context, keys, access);
            await (refusal is { } refused ? refused : await call(context, caller)).WriteAsync(context);
        };
    }

    private static void RequireCaller(Access access)
    {
        if (access is Access.Anyone or Access.Person)
            throw new ArgumentOutOfRangeException(nameof(access), access, "The handler takes a caller.");
    }

    private static Func<HttpContext, Task> Guard<T>(
        Access access, Func<HttpContext, SignedIn, Task<Result<T>>> call) =>
        access != Access.Person
            ? throw new ArgumentOutOfRangeException(nameof(access), access, "Only a person is signed in.")
            : async context =>
            {
                var (refusal, who) = await SessionTicket.IdentifyAsync(context);
                await (refusal is { } refused ? refused : await call(context, who!)).WriteAsync(context);
            };

    private static Func<HttpContext, Task> Socket(Func<HttpContext, Task> call) => async context =>
    {
        if (context.WebSockets.IsWebSocketRequest)
            await call(context);
        else
            await Answer.RefuseAsync(context, Refusal.Malformed(null, "This call is a WebSocket."));
    };

    // Made with the first request that has such a body: a start compiles 460 methods fewer without them.
    private static class Known<T>
        where T : class
    {
        public static readonly JsonTypeInfo<T> Body =
            WireJson.Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T> ?? Api.ApiJson.Request<T>();
    }
}
