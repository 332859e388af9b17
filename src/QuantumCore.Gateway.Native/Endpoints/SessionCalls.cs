using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Accounts;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Json;
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
    public async Task<Result<Api.SignedInUser>> SignUpAsync(HttpContext context)
    {
        var (unread, text) = await ReadAsync<Api.SignInBody>(context);
        if (unread is { } unreadable)
            return unreadable;

        var refusal =
            !options.SignUp ? new Refusal(RejectReason.Forbidden, null, null, "Here an administrator adds users.")
            : WrongName(text.Name) ?? WrongPassword("password", text.Password)
            ?? (text.Code is null
                ? (Refusal?)null
                : Refusal.Malformed("code", "A code is not possible here; add an authenticator after the sign-up."))
            ?? Counted(context, text.Name!)
            ?? (quotas.TakeSignUp(context.Connection.RemoteIpAddress) ? (Refusal?)null : s_tooManySignUps);
        if (refusal is { } refused)
            return refused;

        if (await passwords.HashAsync(text.Password!, context.RequestAborted) is not { } hash)
            return s_busy;

        var added =
            await Catalog.AddUser(new User(text.Name!, 0, UserRole.Customer, hash), UserEvent.SignedUp, text.Name!);
        if (added.User is not { } user)
            return new Refusal(added.Reason, "name");

        if (options.DemoMode)
            await funds.StartAsync(user.Account);
        return await BeginAsync(context, user, text.Bearer, codeStep: 0);
    }

    /// <summary>POST /sessions: signs in with name and password.</summary>
    /// <remarks>
    /// Needs no key. The response sets a cookie, or with <c>bearer</c> has a <c>token</c>. Expect <c>Unauthorized</c>
    /// for a wrong password and an unknown name; with <c>field</c> code the password was right and a code of the
    /// authenticator is needed. Expect <c>TooManyRequests</c> above 10 attempts a minute.
    /// </remarks>
    public async Task<Result<Api.SignedInUser>> SignInAsync(HttpContext context)
    {
        var (unread, text) = await ReadAsync<Api.SignInBody>(context);
        if ((unread ?? Counted(context, text.Name ?? "")) is { } early)
            return early;

        var user = await sessions.FindAsync(text.Name ?? "");
        var (refusal, step) = await CheckAsync(context, user, text.Password, text.Code);
        return refusal is { } refused ? refused : await BeginAsync(context, user!, text.Bearer, step);
    }

    /// <summary>POST /sessions/demo: signs in to the demo.</summary>
    /// <remarks>
    /// Needs no key, from this machine only; the body may be empty, and <c>name</c> chooses another user than
    /// demo-alice. Expect <c>Forbidden</c> where the exchange is no demo, <c>Unauthorized</c> from elsewhere,
    /// <c>UnknownUser</c>.
    /// </remarks>
    public async Task<Result<Api.SignedInUser>> SignInToDemoAsync(HttpContext context)
    {
        var (unread, text) = await ReadAsync<Api.DemoBody>(context, isOptional: true);
        if (unread is { } unreadable)
            return unreadable;

        if (!options.DemoMode)
            return new Refusal(RejectReason.Forbidden, null, null, "This exchange is no demo.");
        if (!DemoAccess.IsAllowed(context.Request))
            return DemoAccess.Stranger;
        return await sessions.FindAsync(text.Name ?? "demo-alice") is { IsDemo: true } user
            ? await BeginAsync(context, user, text.Bearer, codeStep: 0)
            : new Refusal(RejectReason.UnknownUser, "name");
    }

    /// <summary>GET /sessions/current: returns the user who is signed in.</summary>
    /// <remarks>Needs a session; a key gets <c>Unauthorized</c>.</remarks>
    public static Task<Result<Api.SignedInUser>> CurrentAsync(HttpContext context, SignedIn who) =>
        Task.FromResult<Result<Api.SignedInUser>>(ToApi(who));

    /// <summary>DELETE /sessions/current: signs out of this session.</summary>
    /// <remarks>Needs a session; it ends, and its cookie is removed.</remarks>
    public async Task<Result<Api.SignedInUser>> SignOutAsync(HttpContext context, SignedIn who)
    {
        await Catalog.EndSessions(who.User.Name, who.Session.Id, who.User.Name);
        sessions.Refresh();
        await SessionTicket.TakeAsync(context);
        return ToApi(who);
    }

    /// <summary>GET /sessions: lists your sessions.</summary>
    /// <remarks>Needs a session. The newest is first; <c>current</c> marks the one that asks.</remarks>
    public async Task<Result<Api.SessionList>> ListAsync(HttpContext context, SignedIn who)
    {
        return new Api.SessionList(
            [.. (await sessions.OfAsync(who.User.Name)).Select(
                session => ToApi(session) with { Current = session.Id == who.Session.Id })]);
    }

    /// <summary>DELETE /sessions/{id}: ends one of your sessions.</summary>
    /// <remarks>Needs a session. Expect <c>BadRequest</c> for an id that is not one of your sessions.</remarks>
    public Task<Result<Api.SignedInUser>> EndAsync(HttpContext context, SignedIn who) =>
        EndAsync(who, Call.Path(context, "id"));

    /// <summary>DELETE /sessions: ends all your sessions.</summary>
    /// <remarks>Needs a session, which ends too.</remarks>
    public Task<Result<Api.SignedInUser>> EndAllAsync(HttpContext context, SignedIn who) =>
        EndAsync(who, id: null);

    private async Task<Result<Api.SignedInUser>> EndAsync(SignedIn who, string? id)
    {
        var isDone = await Catalog.EndSessions(who.User.Name, id, who.User.Name);
        sessions.Refresh();
        return isDone ? ToApi(who) : Refusal.Malformed("id", "The user has no such session.");
    }

    /// <summary>POST /user/password: changes your password.</summary>
    /// <remarks>
    /// Needs a session and the old password, with a <c>code</c> if an authenticator is on, else <c>Unauthorized</c>.
    /// Every other session ends. Expect <c>BadRequest</c> for a new password outside 8 to 128 characters.
    /// </remarks>
    public async Task<Result<Api.SignedInUser>> ChangePasswordAsync(
        HttpContext context, SignedIn who, Api.PasswordBody text)
    {
        var (refusal, step) = await ConfirmAsync(context, who, text.Password, text.Code);
        if ((refusal ?? WrongPassword("newPassword", text.NewPassword)) is { } refused)
            return refused;
        if (await passwords.HashAsync(text.NewPassword!, context.RequestAborted) is not { } hash)
            return s_busy;
        return await ChangeAsync(who, new UserChange(
            who.User.Name, UserEvent.PasswordChanged, who.User.Name, PasswordHash: hash,
            KeptSession: who.Session.Id, CodeStep: step));
    }

    /// <summary>POST /user/authenticator: adds an authenticator in two steps.</summary>
    /// <remarks>
    /// Needs a session and the password: without <c>secret</c> it returns a new one, to be shown as a QR code. With
    /// <c>secret</c> and one of its codes, signing in needs codes from then on. Expect <c>Unauthorized</c> for a wrong
    /// password, and with <c>field</c> code for a wrong code.
    /// </remarks>
    public async Task<Result<Api.NewAuthenticator>> AddAuthenticatorAsync(
        HttpContext context, SignedIn who, Api.AuthenticatorBody text)
    {
        var (refusal, _) = await ConfirmAsync(context, who, text.Password, code: null);
        if (refusal is { } refused)
            return refused;

        var name = who.User.Name;
        if (text.Secret is null)
        {
            var made = Authenticator.NewSecret();
            return new Api.NewAuthenticator(made, Authenticator.Address(name, made));
        }

        if (Authenticator.ReadSecret(text.Secret) is not { } secret)
            return Refusal.Malformed("secret", "32 characters of base32, as this call made them.");
        if (Authenticator.Step(secret, text.Code ?? "", time.GetUtcNow()) is not { } step)
            return s_wrongCode;

        var changed = await ChangeAsync(who, new UserChange(
            name, UserEvent.AuthenticatorAdded, name, Authenticator: seal.Close(text.Secret, SealedFor(name)),
            CodeStep: step));
        return changed.As<Api.NewAuthenticator>();
    }

    /// <summary>DELETE /user/authenticator: removes your authenticator.</summary>
    /// <remarks>Needs a session, the password and an unused code, else <c>Unauthorized</c>.</remarks>
    public async Task<Result<Api.SignedInUser>> RemoveAuthenticatorAsync(
        HttpContext context, SignedIn who, Api.AuthenticatorBody text)
    {
        var (refusal, step) = await ConfirmAsync(context, who, text.Password, text.Code);
        return refusal is { } refused
            ? refused
            : await ChangeAsync(who, new UserChange(
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
    private static async ValueTask<(Refusal? Refusal, T Body)> ReadAsync<T>(
        HttpContext context, bool isOptional = false)
        where T : class, new() =>
        !SessionTicket.IsOfThisSite(context.Request) ? (SessionTicket.OtherSite, null!)
        : isOptional ? await Call.ReadOptionalAsync<T>(context)
        : await Call.ReadAsync(context, Api.ApiJson.Request<T>());

    private async ValueTask<(Refusal? Refusal, long Step)> ConfirmAsync(
        HttpContext context, SignedIn who, string? password, string? code) =>
        Counted(context, who.User.Name) is { } refused
            ? (refused, 0)
            : await CheckAsync(context, who.User, password, code);

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
            return (null, step);

        if (code is not null)
            Log.SignInFailed(log, user.Name, Address(context));
        return (s_wrongCode, 0);
    }

    /// <summary>Begins a session; a program gets a token, a browser a cookie.</summary>
    private async Task<Result<Api.SignedInUser>> BeginAsync(
        HttpContext context, User user, bool isBearer, long codeStep)
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
            return codeStep > 0 ? s_wrongCode : new Refusal(reason);

        sessions.Refresh();
        if (!isBearer)
            await SessionTicket.GiveAsync(context, session);
        return ToApi(
            new SignedIn(user, session), isBearer ? SessionTicket.TokenOf(context, session) : null);
    }

    private async Task<Result<Api.SignedInUser>> ChangeAsync(SignedIn who, UserChange change)
    {
        var changed = await Catalog.ChangeUser(change);
        sessions.Refresh();
        if (changed.User is { } user)
            return ToApi(who with { User = user });
        return changed.Reason == RejectReason.Unauthorized ? s_wrongCode : new Refusal(changed.Reason);
    }

    private static string Address(HttpContext context) =>
        (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString();

    private static Api.SignedInUser ToApi(SignedIn who, string? token = null) =>
        new(
            who.User.Name,
            who.User.Role,
            ApiValues.AccountOrNull(who.User.Account),
            who.User.IsDemo,
            who.User.Authenticator.Length > 0,
            ToApi(who.Session),
            token);

    private static Api.SessionView ToApi(UserSession session) =>
        new(session.Id, new(session.BegunNanos), new(session.EndsNanos), session.Address, session.Client);
}
