using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for users: sign-up, sign-in, sign-out, and changes of their own data.</summary>
internal sealed class SessionCalls(
    IGrainFactory grains,
    UserSessions sessions,
    Passwords passwords,
    Quotas quotas,
    SecretSeal seal,
    DemoFunds funds,
    GatewayOptions options,
    TimeProvider time,
    ILogger<SessionCalls> log)
{
    private const int LongestClient = 200;
    private const string DemoPrefix = "demo-";

    private static readonly Refusal s_wrong =
        new(RejectReason.Unauthorized, null, null, "The name or the password is wrong.");
    private static readonly Refusal s_wrongCode = new(
        RejectReason.Unauthorized, "code", null, "This needs a code of the authenticator that was not used before.");
    private static readonly Refusal s_tooOften =
        new(RejectReason.TooManyRequests, null, null, "Too many attempts; wait a minute.");
    private static readonly Refusal s_tooManySignUps =
        new(RejectReason.TooManyRequests, null, null, "Too many signed up from this address today.");
    private static readonly Refusal s_busy = new(RejectReason.Overloaded, null, null, "Too many sign in just now.");

    /// <summary>POST /users: signs up and signs in.</summary>
    /// <remarks>
    /// Needs no key; makes an account of the user's own. The response sets a cookie, or with <c>bearer</c> has a
    /// <c>token</c>. Expect <c>NameTaken</c>, <c>BadRequest</c> for a name or password against the rule,
    /// <c>Forbidden</c> where sign-up is off, and <c>TooManyRequests</c>.
    /// </remarks>
    public async Task SignUpAsync(HttpContext context)
    {
        if (await ReadAsync(context, Api.ApiJson.Request<Api.SignInBody>()) is not { } text)
            return;

        var refusal =
            !options.SignUp ? new Refusal(RejectReason.Forbidden, null, null, "Here an administrator adds users.")
            : WrongName(text.Name) ?? WrongPassword("password", text.Password)
            ?? (text.Code is null
                ? (Refusal?)null
                : Refusal.Malformed("code", "A code is not possible here; add an authenticator after the sign-up."))
            ?? Counted(context, text.Name!)
            ?? (quotas.TakeSignUp(context.Connection.RemoteIpAddress) ? (Refusal?)null : s_tooManySignUps);
        if (await Answer.TryRefuseAsync(context, refusal))
            return;

        if (await passwords.HashAsync(text.Password!, context.RequestAborted) is not { } hash)
        {
            await Answer.RefuseAsync(context, s_busy);
            return;
        }

        var added =
            await Catalog.AddUser(new User(text.Name!, 0, UserRole.Customer, hash), UserEvent.SignedUp, text.Name!);
        if (added.User is not { } user)
        {
            await Answer.RefuseAsync(context, new Refusal(added.Reason, "name"));
            return;
        }

        if (options.DemoMode)
            await funds.StartAsync(user.Account);
        await BeginAsync(context, user, text.Bearer, codeStep: 0);
    }

    /// <summary>POST /sessions: signs in with name and password.</summary>
    /// <remarks>
    /// Needs no key. The response sets a cookie, or with <c>bearer</c> has a <c>token</c>. Expect <c>Unauthorized</c>
    /// for a wrong password and an unknown name; with <c>field</c> code the password was right and a code of the
    /// authenticator is needed. Expect <c>TooManyRequests</c> above 10 attempts a minute.
    /// </remarks>
    public async Task SignInAsync(HttpContext context)
    {
        if (await ReadAsync(context, Api.ApiJson.Request<Api.SignInBody>()) is not { } text)
            return;

        var name = text.Name ?? "";
        if (await Answer.TryRefuseAsync(context, Counted(context, name)))
            return;

        var user = await sessions.FindAsync(name);
        var (refusal, step) = await CheckAsync(context, user, text.Password, text.Code);
        if (!await Answer.TryRefuseAsync(context, refusal))
            await BeginAsync(context, user!, text.Bearer, step);
    }

    /// <summary>POST /sessions/demo: signs in to the demo.</summary>
    /// <remarks>
    /// Needs no key, from this machine only; the body may be empty, and <c>name</c> chooses another user than
    /// demo-alice. Expect <c>Forbidden</c> where the exchange is no demo, <c>Unauthorized</c> from elsewhere,
    /// <c>UnknownUser</c>.
    /// </remarks>
    public async Task SignInToDemoAsync(HttpContext context)
    {
        if (await ReadAsync(context, Api.ApiJson.Request<Api.DemoBody>(), new Api.DemoBody()) is not { } text)
            return;

        if (!options.DemoMode)
            await Answer.RefuseAsync(
                context, new Refusal(RejectReason.Forbidden, null, null, "This exchange is no demo."));
        else if (!DemoAccess.IsAllowed(context.Request))
            await Answer.RefuseAsync(context, DemoAccess.Stranger);
        else if (await sessions.FindAsync(text.Name ?? "demo-alice") is { IsDemo: true } user)
            await BeginAsync(context, user, text.Bearer, codeStep: 0);
        else
            await Answer.RefuseAsync(context, new Refusal(RejectReason.UnknownUser, "name"));
    }

    /// <summary>GET /sessions/current: returns the user who is signed in.</summary>
    /// <remarks>Needs a session; a key gets <c>Unauthorized</c>.</remarks>
    public static Task CurrentAsync(HttpContext context, SignedIn who) => AnswerSessionAsync(context, who);

    /// <summary>DELETE /sessions/current: signs out of this session.</summary>
    /// <remarks>Needs a session; it ends, and its cookie is removed.</remarks>
    public async Task SignOutAsync(HttpContext context, SignedIn who)
    {
        await Catalog.EndSessions(who.User.Name, who.Session.Id, who.User.Name);
        sessions.Refresh();
        await SessionTicket.TakeAsync(context);
        await AnswerSessionAsync(context, who);
    }

    /// <summary>GET /sessions: lists your sessions.</summary>
    /// <remarks>Needs a session. The newest is first; <c>current</c> marks the one that asks.</remarks>
    public async Task ListAsync(HttpContext context, SignedIn who)
    {
        await Answer.JsonAsync(context, new Api.SessionList(
            [.. (await sessions.OfAsync(who.User.Name)).Select(
                session => ToApi(session) with { Current = session.Id == who.Session.Id })]));
    }

    /// <summary>DELETE /sessions/{id}: ends one of your sessions.</summary>
    /// <remarks>Needs a session. Expect <c>BadRequest</c> for an id that is not one of your sessions.</remarks>
    public Task EndAsync(HttpContext context, SignedIn who) => EndAsync(context, who, Call.Path(context, "id"));

    /// <summary>DELETE /sessions: ends all your sessions.</summary>
    /// <remarks>Needs a session, which ends too.</remarks>
    public Task EndAllAsync(HttpContext context, SignedIn who) => EndAsync(context, who, id: null);

    private async Task EndAsync(HttpContext context, SignedIn who, string? id)
    {
        var isDone = await Catalog.EndSessions(who.User.Name, id, who.User.Name);
        sessions.Refresh();
        if (isDone)
            await AnswerSessionAsync(context, who);
        else
            await Answer.RefuseAsync(context, Refusal.Malformed("id", "The user has no such session."));
    }

    /// <summary>POST /user/password: changes your password.</summary>
    /// <remarks>
    /// Needs a session and the old password, with a <c>code</c> if an authenticator is on, else <c>Unauthorized</c>.
    /// Every other session ends. Expect <c>BadRequest</c> for a new password outside 8 to 128 characters.
    /// </remarks>
    public async Task ChangePasswordAsync(HttpContext context, SignedIn who, Api.PasswordBody text)
    {
        if (await ConfirmedAsync(context, who, text.Password, text.Code) is not { } step)
            return;

        if (WrongPassword("newPassword", text.NewPassword) is { } wrong)
            await Answer.RefuseAsync(context, wrong);
        else if (await passwords.HashAsync(text.NewPassword!, context.RequestAborted) is { } hash)
            await ChangeAsync(
                context, who,
                new UserChange(
                    who.User.Name, UserEvent.PasswordChanged, who.User.Name, PasswordHash: hash,
                    KeptSession: who.Session.Id, CodeStep: step));
        else
            await Answer.RefuseAsync(context, s_busy);
    }

    /// <summary>POST /user/authenticator: adds an authenticator in two steps.</summary>
    /// <remarks>
    /// Needs a session and the password: without <c>secret</c> it returns a new one, to be shown as a QR code. With
    /// <c>secret</c> and one of its codes, signing in needs codes from then on. Expect <c>Unauthorized</c> for a wrong
    /// password, and with <c>field</c> code for a wrong code.
    /// </remarks>
    public async Task AddAuthenticatorAsync(HttpContext context, SignedIn who, Api.AuthenticatorBody text)
    {
        if (await ConfirmedAsync(context, who, text.Password, code: null) is null)
            return;

        var name = who.User.Name;
        if (text.Secret is null)
        {
            var made = Authenticator.NewSecret();
            await Answer.JsonAsync(context, new Api.NewAuthenticator(made, Authenticator.Address(name, made)));
            return;
        }

        if (Authenticator.ReadSecret(text.Secret) is not { } secret)
            await Answer.RefuseAsync(
                context, Refusal.Malformed("secret", "32 characters of base32, as this call made them."));
        else if (Authenticator.Step(secret, text.Code ?? "", time.GetUtcNow()) is not { } step)
            await Answer.RefuseAsync(context, s_wrongCode);
        else
            await ChangeAsync(
                context, who,
                new UserChange(
                    name, UserEvent.AuthenticatorAdded, name, Authenticator: seal.Close(text.Secret, SealedFor(name)),
                    CodeStep: step));
    }

    /// <summary>DELETE /user/authenticator: removes your authenticator.</summary>
    /// <remarks>Needs a session, the password and an unused code, else <c>Unauthorized</c>.</remarks>
    public async Task RemoveAuthenticatorAsync(HttpContext context, SignedIn who, Api.AuthenticatorBody text)
    {
        if (await ConfirmedAsync(context, who, text.Password, text.Code) is { } step)
            await ChangeAsync(
                context, who,
                new UserChange(
                    who.User.Name, UserEvent.AuthenticatorRemoved, who.User.Name, Authenticator: "", CodeStep: step));
    }

    /// <summary>Returns the fault of a requested user name; null for none.</summary>
    public static Refusal? WrongName(string? name) =>
        name is not null && User.IsName(name) && !name.StartsWith(DemoPrefix, StringComparison.Ordinal)
            ? null
            : new Refusal(
                RejectReason.BadRequest,
                "name",
                User.LongestName.ToString(CultureInfo.InvariantCulture),
                RefusalText.Not(
                    "name", name,
                    "3 to 32 characters: a lower-case letter, then lower-case letters, digits, '.', '_' and "
                        + "'-', not beginning with 'demo-'"));

    /// <summary>Returns the fault of a requested password; null for none.</summary>
    public static Refusal? WrongPassword(string field, string? password) =>
        password?.Length is >= Passwords.Shortest and <= Passwords.Longest
        ? null
        : new Refusal(
            RejectReason.BadRequest, field, Passwords.Longest.ToString(CultureInfo.InvariantCulture),
            // The password itself is not repeated.
            $"{field} has {password?.Length ?? 0} characters; {Passwords.Shortest} to {Passwords.Longest} are valid");

    private ICatalogGrain Catalog => grains.Catalog();

    private static string SealedFor(string user) => $"authenticator of {user}";

    /// <summary>
    /// Reads the body of a call that anyone may make, except a page of another site. An optional body has a default.
    /// </summary>
    private static async ValueTask<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, T? otherwise = null)
        where T : class
    {
        if (SessionTicket.IsOfThisSite(context.Request))
            return otherwise is not null && !Call.HasBody(context.Request)
                ? otherwise
                : await Call.ReadAsync(context, type);

        await Answer.RefuseAsync(context, SessionTicket.OtherSite);
        return null;
    }

    /// <summary>
    /// Checks the password of the user who is signed in. Returns the step of the code, or null if the request was
    /// rejected.
    /// </summary>
    private async ValueTask<long?> ConfirmedAsync(HttpContext context, SignedIn who, string? password, string? code)
    {
        var (refusal, step) = (Counted(context, who.User.Name), 0L);
        if (refusal is null)
            (refusal, step) = await CheckAsync(context, who.User, password, code);
        return await Answer.TryRefuseAsync(context, refusal) ? null : step;
    }

    /// <summary>Counts an attempt; returns a refusal if it exceeds the rate limit, or null.</summary>
    private Refusal? Counted(HttpContext context, string name) =>
        quotas.TakeSignIn(context.Connection.RemoteIpAddress, User.IsName(name) ? name : "")
            ? null
            : s_tooOften;

    /// <summary>
    /// Authenticates a user. Returns a refusal, or the step of the code. An unknown user takes the same time as a known
    /// one.
    /// </summary>
    private async ValueTask<(Refusal? Refusal, long Step)> CheckAsync(
        HttpContext context, User? user, string? password, string? code)
    {
        if (password is null or { Length: > Passwords.Longest })
            return (WrongPassword("password", password) ?? s_wrong, 0);

        if (await passwords.MatchesAsync(user?.PasswordHash, password, context.RequestAborted) is not { } matches)
            return (s_busy, 0);
        if (!matches)
        {
            Log.SignInFailed(log, user?.Name ?? "nobody", Address(context));
            return (s_wrong, 0);
        }

        if (user!.Authenticator.Length == 0)
            return (code is null ? null : Refusal.Malformed("code", "This user has no authenticator."), 0);
        if (code is not null && !quotas.TakeCode(user.Name))
            return (s_tooOften, 0);
        if (code is not null && seal.Open(user.Authenticator, SealedFor(user.Name)) is { } secret
            && Authenticator.ReadSecret(Encoding.UTF8.GetString(secret)) is { } key
            && Authenticator.Step(key, code, time.GetUtcNow()) is { } step)
        {
            return (null, step);
        }

        if (code is not null)
            Log.SignInFailed(log, user.Name, Address(context));
        return (s_wrongCode, 0);
    }

    /// <summary>Begins a session; a program gets a token, a browser a cookie.</summary>
    private async Task BeginAsync(HttpContext context, User user, bool isBearer, long codeStep)
    {
        var now = time.UnixNanos();
        var client = context.Request.Headers.UserAgent.ToString();
        var session = new UserSession(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            user.Name,
            now,
            now + SessionTicket.Life.Nanos(),
            Address(context),
            client.Length > LongestClient ? client[..LongestClient] : client);
        var reason = await Catalog.BeginSession(session, codeStep);
        if (reason != RejectReason.None)
        {
            await Answer.RefuseAsync(context, codeStep > 0 ? s_wrongCode : new Refusal(reason));
            return;
        }

        sessions.Refresh();
        if (!isBearer)
            await SessionTicket.GiveAsync(context, session);
        await AnswerSessionAsync(
            context, new SignedIn(user, session), isBearer ? SessionTicket.TokenOf(context, session) : null);
    }

    private async Task ChangeAsync(HttpContext context, SignedIn who, UserChange change)
    {
        var changed = await Catalog.ChangeUser(change);
        sessions.Refresh();
        if (changed.User is { } user)
            await AnswerSessionAsync(context, who with { User = user });
        else
            await Answer.RefuseAsync(
                context, changed.Reason == RejectReason.Unauthorized ? s_wrongCode : new Refusal(changed.Reason));
    }

    private static string Address(HttpContext context) =>
        (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString();

    private static async Task AnswerSessionAsync(HttpContext context, SignedIn who, string? token = null) =>
        await Answer.JsonAsync(
        context,
        new Api.SignedInUser(
            who.User.Name,
            ApiValues.Word<Api.UserRole>(WireNames.Of(who.User.Role)),
            ApiValues.AccountOrNull(who.User.Account),
            who.User.IsDemo,
            who.User.Authenticator.Length > 0,
            ToApi(who.Session),
            token));

    private static Api.SessionView ToApi(UserSession session) =>
        new(session.Id, new(session.BegunNanos), new(session.EndsNanos), session.Address, session.Client);
}
