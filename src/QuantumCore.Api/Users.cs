using System.Text.Json.Serialization;

namespace QuantumCore.Client;

/// <summary>A person who signs in with a password.</summary>
/// <param name="Name">Name of the user.</param>
/// <param name="Role">Role.</param>
/// <param name="Account">Account the user trades for, <c>ACC-n</c>; null for none.</param>
/// <param name="State"><c>open</c>, or <c>closed</c> if the user may not sign in.</param>
/// <param name="Authenticator">True if it signs in with one-time codes.</param>
/// <param name="Demo">True for a demo user.</param>
public sealed record ExchangeUser(
    string Name, UserRole Role, string? Account, string State, bool Authenticator, bool Demo);

/// <summary>A user to add.</summary>
/// <param name="Name">Name: 3 to 32 lower-case letters, digits, '.', '_' and '-', starting with a letter.</param>
/// <param name="Password">Password, 8 to 128 characters.</param>
/// <param name="Role">Role.</param>
/// <param name="Account">Account the user trades for, <c>ACC-n</c>; null for none.</param>
public sealed record NewUser(string Name, string Password, UserRole Role = UserRole.Customer, string? Account = null);

/// <summary>A change of a user: exactly one property is set, the others are null.</summary>
/// <param name="Role">New role.</param>
/// <param name="State"><c>open</c> or <c>closed</c>.</param>
/// <param name="Password">New password; ends every session.</param>
/// <param name="Authenticator"><c>none</c> to sign in without one-time codes.</param>
public sealed record UserChange(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserRole? Role,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Password,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Authenticator);

/// <summary>A line of the audit log.</summary>
/// <param name="Sequence">Sequence; larger is newer.</param>
/// <param name="Time">Time of the event, UTC.</param>
/// <param name="TimeNanos">The same in Unix nanoseconds.</param>
/// <param name="What">Event, one word.</param>
/// <param name="Subject">User, account or object affected.</param>
/// <param name="By">Acting user; empty if not recorded.</param>
/// <param name="Detail">Further details; null for none.</param>
public sealed record AuditLine(
    long Sequence,
    UtcTime Time,
    [property: JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)]
    long TimeNanos,
    string What,
    string Subject,
    string By,
    string? Detail);

/// <summary>The signed-in user.</summary>
/// <param name="User">Name of the user.</param>
/// <param name="Role">Role.</param>
/// <param name="Account">Account the user trades for, <c>ACC-n</c>; null for none.</param>
/// <param name="Demo">True for a demo user.</param>
/// <param name="Authenticator">True if it signs in with one-time codes.</param>
/// <param name="Session">The session.</param>
/// <param name="Token">Token of a new session, if a token was asked for.</param>
internal sealed record SignedInUser(
    string User, UserRole Role, string? Account, bool Demo, bool Authenticator, SessionView Session,
    string? Token = null);

/// <summary>A session of a user.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Begun">Begin.</param>
/// <param name="Ends">End.</param>
/// <param name="Address">IP address that signed in.</param>
/// <param name="Client">Program that signed in.</param>
/// <param name="Current">True for the session that asks; null outside lists.</param>
internal sealed record SessionView(
    string Id, UtcTime Begun, UtcTime Ends, string Address, string Client, bool? Current = null);

internal sealed record SessionList(IReadOnlyList<SessionView> Sessions);

/// <summary>A new secret of an authenticator.</summary>
internal sealed record NewAuthenticator(string Secret, string Address);

internal sealed record PreferenceList(IReadOnlyList<UserPreference> Preferences);

/// <summary>A terminal setting of a user.</summary>
internal sealed record UserPreference(string Name, string? Value);
