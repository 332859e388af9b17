using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Administrators' calls for users and the audit log.</summary>
internal sealed class UserCalls(IGrainFactory grains, UserSessions sessions, Passwords passwords, KeyRing keys)
{
    /// <summary>GET /admin/users: lists all users.</summary>
    /// <remarks>Needs the role administrator. Passwords and secrets are not shown.</remarks>
    public async Task<Result<Api.UserList>> ListAsync(HttpContext context) =>
        new Api.UserList([.. (await sessions.AllAsync()).Select(ToApi)]);

    /// <summary>POST /admin/users: adds a user with any role.</summary>
    /// <remarks>
    /// Needs the role administrator; <c>role</c> is customer (default), marketOperator, risk or administrator, and
    /// without <c>account</c> the user has none. Expect <c>NameTaken</c>, or <c>BadRequest</c> for a name or password
    /// against the rule.
    /// </remarks>
    public async Task<Result<Api.ExchangeUser>> AddAsync(HttpContext context, Caller officer, Api.NewUserBody text)
    {
        var role = text.Role is null ? UserRole.Customer : EnumWords<UserRole>.Find(text.Role);
        var account = default(AccountId);
        var refusal = SessionCalls.WrongName(text.Name)
            ?? SessionCalls.WrongPassword("password", text.Password)
            ?? (role is null ? WrongRole(text.Role) : (Refusal?)null)
            ?? (text.Account is null || AccountId.TryParse(text.Account, out account)
                ? (Refusal?)null
                : Refusal.NotAnAccount("account", text.Account));
        if (refusal is { } refused)
            return refused;

        if (await passwords.HashAsync(text.Password!, context.RequestAborted) is not { } hash)
            return new Refusal(RejectReason.Overloaded);

        var user = new User(text.Name!, account.Value, role!.Value, hash);
        return await ChangedAsync(await Catalog.AddUser(user, UserEvent.Added, officer.Name));
    }

    /// <summary>PATCH /admin/users/{name}: changes one thing of a user.</summary>
    /// <remarks>
    /// Needs the role administrator; exactly one of <c>role</c>, <c>state</c>, <c>password</c> and
    /// <c>authenticator</c>. <c>closed</c> and a new password end every session and revoke every key of the user's
    /// account. Expect <c>UnknownUser</c>, or <c>Forbidden</c> for users of the demo.
    /// </remarks>
    public async Task<Result<Api.ExchangeUser>> ChangeAsync(HttpContext context, Caller officer, Api.UserBody text)
    {
        var given = new object?[] { text.Role, text.State, text.Password, text.Authenticator }.Count(
            member => member is not null);
        var role = EnumWords<UserRole>.Find(text.Role);
        var refusal = given != 1
            ? Refusal.Malformed(null, "The request must have exactly one of role, state, password and authenticator.")
            : text.Role is not null && role is null ? WrongRole(text.Role)
            : text.State is not (null or "open" or "closed") ? Refusal.NotOneOf("state", text.State, "open", "closed")
            : text.Authenticator is not (null or "none") ? Refusal.Not(
                "authenticator", text.Authenticator, "none; only its user can add one")
            : text.Password is null ? (Refusal?)null : SessionCalls.WrongPassword("password", text.Password);
        if (refusal is { } refused)
            return refused;

        var change = new UserChange(Call.Path(context, "name"), UserEvent.RoleChanged, officer.Name);
        if (text.Password is null)
        {
            change = text.Role is not null ? change with { Role = role }
                : text.State is not null
                    ? change with { Event = text.State == "closed" ? UserEvent.Closed : UserEvent.Reopened }
                : change with { Event = UserEvent.AuthenticatorRemoved, Authenticator = "" };
        }
        else if (await passwords.HashAsync(text.Password, context.RequestAborted) is { } hash)
        {
            change = change with { Event = UserEvent.PasswordChanged, PasswordHash = hash };
        }
        else
            return new Refusal(RejectReason.Overloaded);

        return await ChangedAsync(await Catalog.ChangeUser(change));
    }

    /// <summary>DELETE /admin/users/{name}/sessions: signs a user out everywhere.</summary>
    /// <remarks>
    /// Needs the role administrator; <c>ended</c> is false if the user was not signed in. Expect <c>UnknownUser</c> for
    /// an unknown name.
    /// </remarks>
    public async Task<Result<Api.SessionsEnded>> EndSessionsAsync(HttpContext context, Caller officer)
    {
        var name = Call.Path(context, "name");
        var isDone = await Catalog.EndSessions(name, null, officer.Name);
        sessions.Refresh();

        // An unknown name is not signed in either, but a typo must not look like a signed-out user.
        if (!isDone && await Catalog.FindUser(name) is null)
            return new Refusal(RejectReason.UnknownUser, "name");

        return new Api.SessionsEnded(isDone);
    }

    /// <summary>GET /admin/audit: lists the audit log, newest first.</summary>
    /// <remarks>
    /// Needs the role administrator. <c>limit</c> is 1 to 1000, by default 100; <c>before</c> is the <c>sequence</c> of
    /// a line, else <c>BadRequest</c>.
    /// </remarks>
    public Task<Result<Api.AuditLines>> AuditAsync(HttpContext context) => AuditLines.ReadAsync(context, Catalog.Audit);

    private ICatalogGrain Catalog => grains.Catalog();

    private static Refusal WrongRole(string? role) => Refusal.NotOneOf("role", role, WireNames.Roles.AsSpan());

    private async Task<Result<Api.ExchangeUser>> ChangedAsync(UserResult result)
    {
        sessions.Refresh();
        await keys.RefreshAsync();
        return result.User is { } user ? ToApi(user) : new Refusal(result.Reason, "name");
    }

    private static Api.ExchangeUser ToApi(User user) => new(
        user.Name,
        user.Role,
        ApiValues.AccountOrNull(user.Account),
        user.IsClosed ? "closed" : "open",
        user.Authenticator.Length > 0,
        user.IsDemo);
}
