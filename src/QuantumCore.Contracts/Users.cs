using System.Collections.Immutable;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Event in the life of a user. Numbers are journaled and never change.</summary>
public enum UserEvent : byte
{
    /// <summary>The user signed up and was given an account.</summary>
    SignedUp = 1,

    /// <summary>The user was added by somebody else.</summary>
    Added = 2,

    /// <summary>The password changed; every other session ended.</summary>
    PasswordChanged = 3,

    /// <summary>The user signs in with authenticator codes from now on.</summary>
    AuthenticatorAdded = 4,

    /// <summary>The user signs in without authenticator codes from now on.</summary>
    AuthenticatorRemoved = 5,

    /// <summary>The role changed.</summary>
    RoleChanged = 6,

    /// <summary>The user may no longer sign in; every session ended.</summary>
    Closed = 7,

    /// <summary>The user may sign in again.</summary>
    Reopened = 8,

    /// <summary>The sign-up expired unused: the user is removed, and the name is free.</summary>
    Expired = 9,
}

/// <summary>A person who signs in with a password. The password itself is never stored.</summary>
/// <param name="Name">3 to 32 characters: a lower-case letter, then such letters, digits, '.', '_' and '-'.</param>
/// <param name="Account">The account the user trades for; 0 if the user does not trade.</param>
/// <param name="Role">The user's role.</param>
/// <param name="PasswordHash">
/// Slow, salted hash of the password; empty if the user cannot sign in with a password.
/// </param>
/// <param name="Authenticator">Sealed secret of the authenticator; empty for none.</param>
/// <param name="IsDemo">
/// True for a demo user, who signs in without a password and is rejected wherever demo mode is off.
/// </param>
/// <param name="IsClosed">True if the user may not sign in.</param>
[GenerateSerializer, Immutable, Alias("user")]
public sealed record User(
    string Name,
    long Account,
    UserRole Role,
    string PasswordHash,
    string Authenticator = "",
    bool IsDemo = false,
    bool IsClosed = false)
{
    /// <summary>Maximum number of users of an exchange.</summary>
    public const int Most = 100_000;

    /// <summary>Days after which an unused sign-up may expire.</summary>
    public const int UnusedDays = 30;

    /// <summary>Highest reserved account number. Users who sign up get higher numbers.</summary>
    public const long LastReservedAccount = 1_000_000;

    /// <summary>Minimum length of a name, in characters.</summary>
    public const int ShortestName = 3;

    /// <summary>Maximum length of a name, in characters.</summary>
    public const int LongestName = 32;

    /// <summary>Returns true if the text is a valid user name.</summary>
    public static bool IsName(string text) => text.Length is >= ShortestName and <= LongestName
        && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-');
}

/// <summary>A session of a signed-in user.</summary>
/// <param name="Id">128 random bits, lower-case hexadecimal. It is useless without the cookie that carries it.</param>
/// <param name="User">The user's name.</param>
/// <param name="BegunNanos">Start of the session, Unix nanoseconds.</param>
/// <param name="EndsNanos">Latest end of the session, Unix nanoseconds.</param>
/// <param name="Address">Client IP at sign-in.</param>
/// <param name="Client">User agent of the client, cut to 200 characters.</param>
[GenerateSerializer, Immutable, Alias("user-session")]
public sealed record UserSession(string Id, string User, long BegunNanos, long EndsNanos, string Address, string Client)
{
    /// <summary>Maximum number of sessions of one user; a further one ends the oldest.</summary>
    public const int MostOfOne = 100;
}

/// <summary>A user and the session of the sign-in.</summary>
/// <param name="User">The user.</param>
/// <param name="Session">The session; it may have ended since.</param>
[GenerateSerializer, Immutable, Alias("signed-in")]
public sealed record SignedIn(User User, UserSession Session);

/// <summary>All users, sorted by name, and all sessions that have not ended.</summary>
/// <param name="Users">The users.</param>
/// <param name="Sessions">Their sessions; one may have ended since.</param>
[GenerateSerializer, Immutable, Alias("user-list")]
public sealed record UserList(ImmutableArray<User> Users, ImmutableArray<UserSession> Sessions);

/// <summary>A change of a user. Null leaves a value as it is.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="Event">The event.</param>
/// <param name="By">The person who makes the change.</param>
/// <param name="PasswordHash">The new password's hash.</param>
/// <param name="Authenticator">The new sealed secret, or empty for none.</param>
/// <param name="Role">The new role.</param>
/// <param name="KeptSession">With a new password: the only session that does not end.</param>
/// <param name="CodeStep">
/// Number of the authenticator code that proves the change; 0 if none is needed. Rejected if that code or a later one
/// was used.
/// </param>
[GenerateSerializer, Immutable, Alias("user-change")]
public sealed record UserChange(
    string Name,
    UserEvent Event,
    string By,
    string? PasswordHash = null,
    string? Authenticator = null,
    UserRole? Role = null,
    string? KeptSession = null,
    long CodeStep = 0);

/// <summary>Result of a request about a user.</summary>
/// <param name="Reason">None, or the reject reason.</param>
/// <param name="User">The user as it is now; null if the request was rejected.</param>
[GenerateSerializer, Immutable, Alias("user-result")]
public sealed record UserResult(RejectReason Reason, User? User);

/// <summary>A line of the audit log: a change of the catalog.</summary>
/// <param name="Sequence">The record's sequence in the catalog's stream; it orders the lines.</param>
/// <param name="TimeNanos">Unix nanoseconds.</param>
/// <param name="What">The change, one word.</param>
/// <param name="Subject">The person or thing changed.</param>
/// <param name="By">The person who made it; empty if not on record.</param>
/// <param name="Detail">Further detail; may be empty.</param>
[GenerateSerializer, Immutable, Alias("audit-line")]
public sealed record AuditLine(long Sequence, long TimeNanos, string What, string Subject, string By, string Detail);
